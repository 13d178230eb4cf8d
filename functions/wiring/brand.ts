import file from '@laurel/brand';
import type { Brand } from '../../core/program/brand.ts';
import { rulesOf } from '../../core/use-cases/rules.ts';

/** The brand that this stack was deployed for: its file is bundled in, checked before synth. */
export const brand: Brand = file;

export const rules = rulesOf(brand);

export const { program } = rules;
