import file from '@laurel/brand';
import { announcingOf } from '../../core/member/settle.ts';
import type { Brand } from '../../core/program/brand.ts';
import { compileProgram, type Program } from '../../core/program/program.ts';

/** The brand that this stack was deployed for: its file is bundled in, checked before synth. */
export const brand: Brand = file;

export const program: Program = compileProgram(brand);

export const announcing = announcingOf(brand.notifications);
