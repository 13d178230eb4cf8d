import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import type { Brand } from '../../core/program/brand.ts';
import { brandShape } from '../../core/program/brand-schema.ts';
import { type Problem, valueAt } from '../../core/program/problem.ts';
import { describeProblems, describeWarnings, readBrand } from '../../core/program/read-brand.ts';
import { didYouMean, nearestName } from '../../core/program/spelling.ts';
import { OperatorError } from './operator-error.ts';

/** A brand's file and its settings, once the file has no problems. */
export interface BrandFile {
  settings: Brand;
  file: string;
}

/**
 * Finds and reads `brands/<name>.json`, in the folder where the command runs: npm and CDK run it where package.json and cdk.json lie.
 * @param howToName tells the operator how to name a brand, with `<name>` in the brand's place
 * @throws OperatorError with every problem of its shape and its meaning
 */
export function readBrandFile(name: unknown, howToName: string): BrandFile {
  const file = findBrandFile(name, howToName);
  const reading = readBrand(parse(file), nameOf(file));
  if (!reading.ok) throw refusal(file, reading.problems);
  return { settings: reading.brand, file };
}

/**
 * Reads a brand's file as a deployment needs it: its shape, its meaning, and the pictures of its passes. Warnings go to standard error.
 * @throws OperatorError with every problem
 */
export async function checkBrandFile(file: string): Promise<BrandFile> {
  const json = parse(file);
  const reading = readBrand(json, nameOf(file));
  for (const warning of describeWarnings(reading.warnings)) process.stderr.write(`Warning: ${warning}\n`);
  const problems = reading.ok ? [] : reading.problems;
  if (valueAt(json, ['wallet', 'apple']) !== undefined) {
    // This module takes as long to load as all others together, and most files have no passes.
    const { designProblems } = await import('./design-check.ts');
    problems.push(...(await designProblems(json, file, reading.ok ? reading.brand : undefined)));
  }
  if (!reading.ok || problems.length > 0) throw refusal(file, problems);
  return { settings: reading.brand, file };
}

/** @throws OperatorError that lists the existing brands */
export function findBrandFile(name: unknown, howToName: string): string {
  const folder = resolve('brands');
  const known = brandsIn(folder);
  if (typeof name === 'string' && known.includes(name)) return resolve(folder, `${name}.json`);
  const example = nearestName(name, known) ?? known.find((brand) => brand !== 'demo') ?? 'demo';
  const choice =
    known.length === 0
      ? [`There is none yet in ${folder}. Begin one: npm run brand -- new acme`]
      : [`Name one with ${howToName.replaceAll('<name>', example)}`, `There is: ${known.join(', ')}.`];
  if (name === undefined) throw problem('No brand was named.', ...choice);
  if (known.length > 0 && brandShape.brand.safeParse(name).success)
    choice.push(`Begin a new one: npm run brand -- new ${name}`);
  throw problem(`There is no brand "${name}". ${didYouMean(name, known)}`.trim(), ...choice);
}

/** The file that the operator named by its path, or by the brand's name. */
export function locateBrandFile(nameOrPath: string): string {
  const file = resolve(nameOrPath);
  const isPath = nameOrPath.endsWith('.json') || dirname(nameOrPath) !== '.';
  if (isPath && existsSync(file)) return file;
  const isElsewhere = ![process.cwd(), resolve('brands')].includes(dirname(file));
  if (isPath && isElsewhere) throw problem(`There is no file ${nameOrPath}.`);
  return findBrandFile(basename(nameOrPath, '.json'), 'npm run brand -- check <name>');
}

/** The path relative to the operator's current directory. */
export function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

/** A brand's name has no dot. Other files in the folder, such as `brand.schema.json`, have one. */
function brandsIn(folder: string): string[] {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? []).sort();
}

function nameOf(file: string): string {
  return basename(file, '.json');
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const complaint = (cause as Error).message.replace(/\s+/g, ' ');
    const rules = 'JSON has double quotation marks alone, no comments, and no comma before a closing bracket.';
    throw problem(`${shortPath(file)} is not JSON: ${complaint}`, `Correct it there. ${rules}`);
  }
}

function refusal(file: string, problems: readonly Problem[]): OperatorError {
  return problem(`${shortPath(file)} can’t be deployed as it is:`, ...describeProblems(problems));
}

function problem(...lines: string[]): OperatorError {
  return new OperatorError(lines.join('\n  '));
}
