import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BrandFile } from '../../../bin/operator/brand-file.ts';
import { OperatorError } from '../../../bin/operator/operator-error.ts';
import { readRestoredTables, restoredTablesFile, writeRestoredTables } from '../../../bin/operator/restored-tables.ts';

const SETTINGS = JSON.parse(readFileSync(resolve('brands/demo.json'), 'utf8'));

let folder: string;
let brand: BrandFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'laurel-restored-'));
  brand = { settings: SETTINGS, file: join(folder, 'demo.json') };
});
afterEach(() => rmSync(folder, { recursive: true }));

function aRecord(table = 'points-back') {
  const streamArn = `arn:aws:dynamodb:eu-west-1:000000000000:table/${table}/stream/2026-11-20T10:00:00.000`;
  return { table, streamArn, from: 'points', at: '2026-11-20T10:00:00Z' };
}

function write(content: unknown): void {
  const file = restoredTablesFile(brand);
  mkdirSync(join(folder, 'demo'), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

test('where there is no file, every table is the stack’s own', () => {
  expect(readRestoredTables(brand)).toEqual({});
});

test('a written record is read again from the brand’s folder', () => {
  writeRestoredTables(brand, { points: aRecord() });
  expect(restoredTablesFile(brand)).toBe(join(folder, 'demo', 'restored-tables.json'));
  expect(readRestoredTables(brand)).toEqual({ points: aRecord() });
});

test.each([
  ['no JSON', '{"points": '],
  ['nothing', ''],
  ['another kind of table', { orders: aRecord() }],
  ['a table without its stream', { points: { ...aRecord(), streamArn: undefined } }],
  [
    'a table of another account',
    { points: { ...aRecord(), streamArn: aRecord().streamArn.replace('000000000000', '111122223333') } },
  ],
  [
    'a table of another region',
    { points: { ...aRecord(), streamArn: aRecord().streamArn.replace('eu-west-1', 'us-east-1') } },
  ],
  ['the stream of another table', { points: { ...aRecord(), table: 'points-other' } }],
])('a file with %s is refused, as a deployment without it would make empty tables', (_, content) => {
  write(content);
  const reading = () => readRestoredTables(brand);
  expect(reading).toThrow(OperatorError);
  expect(reading).toThrow(/take it from version control again.*nothing in them/);
});
