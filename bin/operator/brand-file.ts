import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Brand } from '../../core/program/brand.ts';
import { describeProblems, readBrand } from '../../core/program/read-brand.ts';
import { OperatorError } from './operator-error.ts';

/** A brand's file, and what it says once nothing was found wrong with it. */
export interface BrandFile {
  settings: Brand;
  file: string;
}

/**
 * Finds and reads `brands/<name>.json`, in the folder where the command runs: npm and CDK run it where package.json and cdk.json lie.
 * @throws OperatorError with every problem
 */
export function readBrandFile(name: unknown, howToName: string): BrandFile {
  const folder = resolve('brands');
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  const known = files.map((file) => file.slice(0, -'.json'.length)).join(', ') || `none yet, in ${folder}`;
  const choice = `Name a brand with ${howToName}. There is: ${known}.`;
  if (name === undefined) throw problem('No brand was named.', choice);
  if (!files.includes(`${name}.json`)) throw problem(`There is no brand "${name}".`, choice);

  const file = resolve(folder, `${name}.json`);
  const reading = readBrand(parse(file), String(name));
  if (!reading.ok) throw problem(`${file} can’t be deployed as it is:`, ...describeProblems(reading.problems));
  return { settings: reading.brand, file };
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const complaint = (cause as Error).message.replace(/\s+/g, ' ');
    throw problem(`${file} is not JSON: ${complaint}`, 'Correct it there.');
  }
}

function problem(...lines: string[]): OperatorError {
  return new OperatorError(lines.join('\n  '));
}
