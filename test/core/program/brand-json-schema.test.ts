import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { brandJsonSchema } from '../../../core/program/brand-json-schema.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

const brands = new URL('../../../brands/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, brands), 'utf8');
const SCHEMA: Json = JSON.parse(read('brand.schema.json'));

test('brands/brand.schema.json says what the schema says: npm run brand -- schema', () => {
  expect(read('brand.schema.json')).toBe(`${JSON.stringify(brandJsonSchema(), undefined, 2)}\n`);
});

test('the demo names it', () => {
  expect(JSON.parse(read('demo.json')).$schema).toBe('./brand.schema.json');
});

/** Each property that the schema names, wherever it is: its path in the schema, and what is said of it. */
function properties(schema: Json, path: string): [string, Json][] {
  if (schema === null || typeof schema !== 'object') return [];
  return Object.entries(schema as Record<string, Json>).flatMap(([key, part]) => [
    ...(key === 'properties'
      ? Object.entries(part).map(([name, property]): [string, Json] => [`${path}.${name}`, property])
      : []),
    ...properties(part, key === 'properties' ? path : `${path}.${key}`),
  ]);
}

test('it says of every property what it is, in words without codes', () => {
  const all = properties(SCHEMA, '');
  expect(all.length).toBeGreaterThan(120);
  const described = ({ description, $ref }: Json) =>
    description ?? SCHEMA.definitions[$ref?.replace('#/definitions/', '')]?.description;
  expect(all.filter(([, property]) => described(property) === undefined).map(([path]) => path)).toEqual([]);
  for (const [path, property] of all) {
    const words: string = described(property);
    expect([path, words]).toEqual([path, expect.stringMatching(/^[A-Z"].*[.]$/)]);
    expect(words).not.toMatch(/\bR\d+\b/);
  }
});

describe('an editor', () => {
  const editor = z.fromJSONSchema(SCHEMA);
  const marked = (change: (brand: Json) => void) => {
    const brand = JSON.parse(read('demo.json'));
    change(brand);
    return editor.safeParse(brand).error?.issues.map(({ path }) => path.join('.')) ?? [];
  };

  test('finds nothing to mark in the demo', () => {
    expect(marked(() => {})).toEqual([]);
  });

  test.each<[string, (brand: Json) => void, string]>([
    ['a misspelled property', (b) => (b.program.tiers[0].treshold = 1), 'program.tiers.0'],
    ['a property out of its place', (b) => (b.timeZone = 'Europe/Madrid'), ''],
    ['a choice that is none', (b) => (b.program.basis = 'Points'), 'program.basis'],
    [
      'a filter that is none',
      (b) => (b.program.trackers.workshops.of = { field: 'x' }),
      'program.trackers.workshops.of',
    ],
    ['an account without quotation marks', (b) => (b.account = 123456789012), 'account'],
    ['a name of two lines', (b) => (b.name = 'a\nb'), 'name'],
    ['an amount with a comma', (b) => (b.program.tiers[1].threshold = '499,50'), 'program.tiers.1.threshold'],
  ])('marks %s', (_, change, place) => {
    expect(marked(change)).toEqual([place]);
  });
});
