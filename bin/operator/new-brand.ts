import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { brandShape } from '../../core/program/brand-schema.ts';
import { PLACEHOLDER_ACCOUNT } from '../../core/program/brand-warnings.ts';
import { describeProblems, readBrand } from '../../core/program/read-brand.ts';
import { isTimeZone } from '../../core/time.ts';
import { OperatorError } from './operator-error.ts';

/** Settings of a new file that replace the defaults. */
export interface NewBrandOptions {
  account?: string;
  region?: string;
  timeZone?: string;
  currency?: string;
  basis?: string;
}

/** The option that sets each place of the file. */
const OPTIONS: Readonly<Record<string, string>> = {
  account: '--account',
  region: '--region',
  'program.timeZone': '--time-zone',
  'program.currency': '--currency',
  'program.basis': '--basis',
};

/**
 * Writes a small file that can be deployed once its placeholders are changed: three tiers, no passes, and so no pictures.
 * @returns the file's path
 * @throws OperatorError where the name or an option is refused, or the file exists
 */
export function writeNewBrand(name: string, options: NewBrandOptions): string {
  if (!brandShape.brand.safeParse(name).success) {
    const like = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 31);
    throw new OperatorError(
      `"${name}" is no name for a brand.\n  Allowed: lower-case letters, digits and hyphens, a letter first, 31 at most` +
        `${like === '' ? '' : `, such as ${like}`}.`,
    );
  }
  const text = newBrandText(name, options);
  const reading = readBrand(JSON.parse(text), name);
  if (!reading.ok) {
    const problems = reading.problems.map((problem) => ({
      ...problem,
      place: OPTIONS[problem.place] ?? problem.place,
    }));
    throw new OperatorError(['No file was written.', ...describeProblems(problems)].join('\n  '));
  }
  const file = resolve('brands', `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new OperatorError(
      `brands/${name}.json is there already, and was not changed.\n  Choose another name, or check the file: npm run brand -- check ${name}`,
    );
  }
  return file;
}

function newBrandText(id: string, options: NewBrandOptions): string {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { account = PLACEHOLDER_ACCOUNT, region = 'eu-west-1', currency = 'EUR', basis = 'points' } = options;
  const { timeZone = isTimeZone(here) ? here : 'UTC' } = options;
  const name = id.replace(
    /(?:^|-+)([a-z0-9])/g,
    (_, letter: string, at: number) => (at > 0 ? ' ' : '') + letter.toUpperCase(),
  );
  const [silver, gold] = basis === 'spend' ? [500, 1500] : [1000, 5000];
  const text = (value: string) => JSON.stringify(value);
  return `{
  "$schema": "./brand.schema.json",
  "brand": ${text(id)},
  "name": ${text(name)},
  "account": ${text(account)},
  "region": ${text(region)},
  "program": {
    "timeZone": ${text(timeZone)},
    "currency": ${text(currency)},
    "basis": ${text(basis)},
    "pointsPerUnit": 1,
    "cycle": { "type": "calendar", "startsOn": "01-01" },
    "tiers": [
      { "id": "bronze", "name": "Bronze", "threshold": 0 },
      { "id": "silver", "name": "Silver", "threshold": ${silver} },
      { "id": "gold", "name": "Gold", "threshold": ${gold} }
    ]
  },
  "notifications": {
    "email": { "enabled": true, "from": ${text(`${name} <hello@${id}.example>`)} }
  }
}
`;
}
