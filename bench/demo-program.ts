import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Brand, ProgramFile } from '../core/program/brand.ts';
import { describeProblems, readBrand } from '../core/program/read-brand.ts';

/** The brand that runs locally, with another rulebook in places: four tiers, of which each gives more points than the one below. */
export function demoBrand(changes: (program: ProgramFile) => ProgramFile = (program) => program): Brand {
  const file = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '..', 'brands', 'demo.json'), 'utf8'),
  ) as Brand;
  const reading = readBrand({ ...file, program: changes(file.program) });
  if (!reading.ok) throw new Error(describeProblems(reading.problems).join('\n'));
  return reading.brand;
}
