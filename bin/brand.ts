import { brandCommand } from './operator/brand-command.ts';

await brandCommand().parseAsync();
