import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { checkBrandFile, locateBrandFile, shortPath } from './operator/brand-file.ts';
import { runCommand } from './operator/operator-error.ts';

const command = new Command('npm run brand --')
  .description('Checks the files of brands. It needs no AWS account and no credentials.')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run brand -- check acme               lists all that is wrong with it',
      '  npm run brand -- check brands/acme.json   the same by its path',
      '',
      'Exit code: 0 when all is well, 1 when a file has problems or on failure.',
      'Warnings do not fail.',
    ].join('\n'),
  );

command
  .command('check')
  .description('list all that is wrong with a brand’s file, as "npx cdk deploy" would')
  .argument('<brand>', 'its name, or the path of its file')
  .action((brand: string) =>
    runCommand(async () => {
      const { settings, file } = await checkBrandFile(locateBrandFile(brand));
      const isInPlace = file === resolve('brands', basename(file));
      const next = isInPlace ? `npx cdk deploy -c brand=${settings.brand}` : 'put it into the folder brands first';
      console.log(`${shortPath(file)} can be deployed: ${next}`);
    }),
  );

await command.parseAsync();
