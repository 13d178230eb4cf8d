import { expect, test } from 'vitest';
import { brandShape } from '../../../core/program/brand-schema.ts';
import { readBrand } from '../../../core/program/read-brand.ts';
import type { TransactionFilter } from '../../../core/program/transaction-filter.ts';
import { exampleBrand } from '../../support/program.ts';

const { trackers } = brandShape.program.shape;
const ANY_FILTER =
  'a filter: {type}, {field, equals | oneOf | atLeast | atMost | exists | before | after}, {all: […]} or {any: […]}';
const read = (filter: unknown) => trackers.safeParse({ t: { measure: 'count', of: filter, over: 'lifetime' } });

const FILTERS: TransactionFilter[] = [
  { type: 'purchase' },
  { all: [{ type: 'purchase' }] },
  { all: [{ type: 'purchase' }, { field: 'kind', exists: true }] },
  { any: [{ type: 'purchase' }] },
  { any: [{ type: 'purchase' }, { all: [{ any: [{ type: 'bonus' }, { type: 'refund' }] }] }] },
  { field: 'kind', equals: 'stay' },
  { field: 'nights', equals: 2.5 },
  { field: 'vip', equals: false },
  { field: 'kind', oneOf: ['stay'] },
  { field: 'kind', oneOf: ['stay', 2, true] },
  { field: 'nights', atLeast: 2.5 },
  { field: 'nights', atMost: -2.5 },
  { field: 'kind', exists: false },
  { field: 'stay', before: '2026-12-31' },
  { field: 'stay', after: '2026-12-31T22:00:00+01:00' },
];

const NO_FILTERS: unknown[] = [
  {},
  { any: [] },
  { all: [] },
  { field: 'kind' },
  { field: 'kind', oneOf: [] },
  { field: 'nights', atMost: 'many' },
  { field: 'nights', atLeast: 1, atMost: 2 },
  { atMost: 2 },
  { type: 'order' },
];

test('a filter comes back as it was written in each of its shapes, and what has none is told which there are', () => {
  for (const filter of FILTERS) expect(read(filter).data?.t?.of).toEqual(filter);
  for (const filter of NO_FILTERS) expect([filter, read(filter).success]).toEqual([filter, false]);
  expect(read({}).error?.issues.map(({ message }) => message)).toEqual([ANY_FILTER]);
});

test.each([
  [{ field: 'kind', equals: null }, 'program.trackers.t.of.equals'],
  [{ field: 'kind', oneOf: ['stay', null] }, 'program.trackers.t.of.oneOf[1]'],
])('a value that no field of an order has is told which may be there: %j', (of, place) => {
  const { program, ...rest } = exampleBrand();
  const trackers = { t: { measure: 'count', of, over: 'lifetime' } };
  const reading = readBrand({ ...rest, program: { ...program, trackers } });
  expect(reading).toMatchObject({ problems: [{ place, given: 'null', allowed: 'a text, a number, true or false' }] });
});
