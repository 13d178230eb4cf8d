import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FieldValue, type LedgerEntry, TRANSACTION_TYPES } from '../../../core/ledger/transaction.ts';
import { contradictionsIn } from '../../../core/program/filter-contradictions.ts';
import { matcherOf, type TransactionFilter } from '../../../core/program/transaction-filter.ts';
import { parseInstant } from '../../../core/time.ts';

const ZONE = 'Europe/Madrid';
const contradictions = (filter: TransactionFilter) => contradictionsIn(filter, ZONE);
const all = (...parts: TransactionFilter[]): TransactionFilter => ({ all: parts });
const any = (...parts: TransactionFilter[]): TransactionFilter => ({ any: parts });

describe('a condition contradicts', () => {
  const oneType = 'a transaction has one type';
  const nothing = 'a field that is not there has no value';
  const oneValue = 'a field has one value';
  const outside = 'the value lies outside';
  const noNumber = 'no number lies between the two';
  const noMoment = 'no moment lies between the two';
  const either = 'a value is a number or a date, and never both';
  const x = 'x';

  test.each<[TransactionFilter, TransactionFilter, string]>([
    [{ type: 'purchase' }, { type: 'refund' }, oneType],
    [{ type: 'purchase' }, { field: 'type', equals: 'refund' }, oneType],
    [{ field: 'type', oneOf: ['purchase', 'bonus'] }, { type: 'refund' }, oneType],
    [{ field: x, equals: 'a' }, { field: x, equals: 'b' }, oneValue],
    [{ field: x, equals: 1 }, { field: x, equals: '1' }, oneValue],
    [{ field: x, equals: 'a' }, { field: x, oneOf: ['b', 'c'] }, oneValue],
    [{ field: x, oneOf: ['a', 'd'] }, { field: x, oneOf: ['b', 'c'] }, oneValue],
    [{ field: x, equals: 5 }, { field: x, atLeast: 6 }, outside],
    [{ field: x, atMost: 4 }, { field: x, equals: 5 }, outside],
    [{ field: x, equals: 'five' }, { field: x, atLeast: 0 }, outside],
    [{ field: x, oneOf: [1, 2] }, { field: x, atLeast: 3 }, outside],
    [{ field: x, atLeast: 7 }, { field: x, atMost: 6 }, noNumber],
    [{ field: x, exists: false }, { field: x, exists: true }, nothing],
    [{ field: x, exists: false }, { field: x, equals: 'a' }, nothing],
    [{ field: x, oneOf: ['a'] }, { field: x, exists: false }, nothing],
    [{ field: x, exists: false }, { field: x, atMost: 6 }, nothing],
    [{ field: x, exists: false }, { field: x, before: '2026-12-01' }, nothing],
    [{ field: x, before: '2026-12-01' }, { field: x, after: '2026-12-01' }, noMoment],
    [{ field: x, before: '2026-12-01' }, { field: x, after: '2026-12-31' }, noMoment],
    // In Madrid the day began an hour before; no instant lies between two milliseconds.
    [{ field: x, before: '2026-12-01' }, { field: x, after: '2026-11-30T23:00:00Z' }, noMoment],
    [{ field: x, before: '2026-12-01' }, { field: x, after: '2026-11-30T22:59:59.999Z' }, noMoment],
    [{ field: 'occurredAt', before: '2026-12-01' }, { field: 'occurredAt', after: '2026-12-31' }, noMoment],
    [{ field: x, equals: '2026-12-01' }, { field: x, before: '2026-12-01' }, outside],
    [{ field: x, equals: 'soon' }, { field: x, after: '2026-12-01' }, outside],
    [{ field: x, atLeast: 5 }, { field: x, before: '2026-12-01' }, either],
    [{ field: 'amount', exists: false }, { field: 'amount', atLeast: 5 }, nothing],
    [{ field: 'points', atLeast: 1.2 }, { field: 'points', atMost: 1.8 }, noNumber],
  ])('%j: %j', (one, other, reason) => {
    const allowed = `what goes with ${JSON.stringify(one)}: ${reason}`;
    expect(contradictions(all(one, other))).toEqual([{ path: ['all', 1], condition: other, allowed }]);
    expect(contradictions(all(other, one))).toHaveLength(1);
    expect(contradictions(all(one))).toEqual([]);
    expect(contradictions(all(other))).toEqual([]);
    // It is one however deep it lies, and none where either will do.
    expect(contradictions(all(all(one), all({ field: 'y', exists: true }, other)))).toMatchObject([
      { path: ['all', 1, 'all', 1] },
    ]);
    expect(contradictions(any(one, other))).toEqual([]);
    expect(contradictions(all(one, any(other, { field: 'y', exists: true })))).toEqual([]);
  });

  test.each<[string, TransactionFilter]>([
    ['a field below zero', { field: x, atMost: -5 }],
    ['a field between two bounds below zero', all({ field: x, atMost: -5 }, { field: x, atLeast: -5 })],
    ['points below zero', { field: 'points', atMost: -5 }],
    ['points below what is no whole number', { field: 'points', atMost: -1.5 }],
    ['an amount below zero', { field: 'amount', atMost: -0.5 }],
  ])('nothing where it asks for %s', (_, filter) => {
    expect(contradictions(filter)).toEqual([]);
  });

  const number = 'a condition on a number: points are whole numbers';
  const money = 'a condition on a number: an amount is one, in units of the currency';
  const source = 'a condition on text that is no date: every transaction has a source';
  const moment = '"before" or "after" a date or an instant: every transaction has a moment, to the millisecond';
  const type = `one of the types of transactions: ${TRANSACTION_TYPES.join(', ')}`;

  test.each<[TransactionFilter, string]>([
    [{ field: 'points', equals: '100' }, number],
    [{ field: 'points', equals: 1.5 }, number],
    [{ field: 'points', oneOf: [true, 'x'] }, number],
    [{ field: 'points', before: '2026-12-01' }, number],
    [{ field: 'amount', equals: '150.00' }, money],
    [{ field: 'amount', after: '2026-12-01' }, money],
    [{ field: 'source', equals: 7 }, source],
    [{ field: 'source', atLeast: 7 }, source],
    [{ field: 'source', exists: false }, source],
    [{ field: 'source', before: '2026-12-01' }, source],
    [{ field: 'type', equals: 'order' }, type],
    [{ field: 'type', oneOf: ['Purchase', 'sale'] }, type],
    [{ field: 'type', exists: false }, type],
    [{ field: 'type', atMost: 3 }, type],
    [{ field: 'type', after: '2026-12-01' }, type],
    [{ field: 'occurredAt', equals: '2026-12-01' }, moment],
    // It is compared as it is kept: in UTC, without needless digits.
    [{ field: 'occurredAt', equals: '2026-12-01T00:00:00+01:00' }, moment],
    [{ field: 'occurredAt', equals: '2026-12-01T00:00:00.000Z' }, moment],
    [{ field: 'occurredAt', atLeast: 0 }, moment],
    [{ field: 'occurredAt', exists: false }, moment],
  ])('what every transaction is: %j', (condition, allowed) => {
    expect(contradictions(condition)).toEqual([{ path: [], condition, allowed }]);
  });

  test('several others, of which each by itself would go', () => {
    const filter = all({ field: x, atLeast: 5 }, { field: x, atMost: 7 }, { field: x, oneOf: [1, 10] });
    expect(contradictions(filter)).toEqual([
      {
        path: ['all', 2],
        condition: { field: x, oneOf: [1, 10] },
        allowed: 'what the other conditions on x leave: no value meets them all',
      },
    ]);
  });

  test('and so does each that does', () => {
    const filter = all(
      { type: 'purchase' },
      { type: 'bonus' },
      { field: x, exists: false },
      { field: x, equals: 1 },
      { field: 'amount', equals: '5' },
    );
    expect(contradictions(filter).map(({ path }) => path)).toEqual([
      ['all', 1],
      ['all', 3],
      ['all', 4],
    ]);
  });
});

describe('alternatives contradict', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((equals): TransactionFilter => ({ field: 'x', equals }));
  const y = (equals: string): TransactionFilter => ({ field: 'y', equals });

  test('where none of them can be met', () => {
    expect(contradictions(all(a!, any(b!, c!)))).toEqual([
      {
        path: ['all', 1],
        condition: any(b!, c!),
        allowed:
          'an alternative that can be met; in the first, instead of {"field":"x","equals":"b"}, what goes with {"field":"x","equals":"a"}: a field has one value',
      },
    ]);
    expect(contradictions(any(all(a!, b!), all(b!, c!)))).toMatchObject([{ path: [] }]);
  });

  test('as the only one does', () => {
    expect(contradictions(all(a!, any(b!)))).toMatchObject([{ path: ['all', 1, 'any', 0], condition: b }]);
  });

  test('whichever of several choices it is', () => {
    expect(contradictions(all(any(y('1'), y('2')), a!, any(b!, c!)))).toMatchObject([{ path: ['all', 2] }]);
    expect(contradictions(all(any(b!, c!), a!, any(c!, b!)))).toMatchObject([
      { path: ['all', 0] },
      { path: ['all', 2] },
    ]);
  });

  test('only together', () => {
    const filter = all(any(all(a!, y('1')), all(b!, y('2'))), any(all(a!, y('2')), all(b!, y('1'))));
    expect(contradictions(filter)).toMatchObject([{ path: ['all', 0] }]);
    expect(contradictions(all(any(a!, b!), any(b!, c!)))).toEqual([]);
  });

  test('and what nobody can go through is let be', () => {
    // Twenty pigeons in nineteen holes: contradictory, but nobody sees it before all was tried.
    const holes = Array.from({ length: 19 }, (_, hole) => hole);
    const pigeons = Array.from({ length: 20 }, (_, pigeon) =>
      any(...holes.map((hole): TransactionFilter => ({ field: `hole-${hole}`, equals: pigeon }))),
    );
    const started = performance.now();
    expect(contradictions(all(...pigeons))).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test('a date is judged only where the zone is known', () => {
  const filter = all({ field: 'occurredAt', before: '2026-12-01' }, { field: 'occurredAt', after: '2026-12-31' });
  expect(contradictionsIn(filter, undefined)).toEqual([]);
  expect(contradictionsIn(all(filter, { type: 'purchase' }, { type: 'bonus' }), undefined)).toHaveLength(1);
  for (const bound of [{ before: '2026-12-01' }, { after: '2026-12-01' }]) {
    const beside = all({ field: 'x', equals: '2026-12-01' }, { field: 'x', ...bound });
    expect(contradictionsIn(beside, undefined)).toEqual([]);
    expect(contradictionsIn(beside, ZONE)).toHaveLength(1);
  }
});

describe('whatever is filtered', () => {
  // Few fields and few values, so that filters meet, and contradict each other.
  const MOMENTS = ['2026-12-01', '2026-12-02', '2026-11-30T23:00:00Z', '2026-12-01T12:00:00+01:00'];
  const OWN_VALUES: FieldValue[] = [1, 2, 2.5, 'a', 'b', true, ...MOMENTS];
  const VALUES: Record<string, FieldValue[]> = {
    x: OWN_VALUES,
    y: OWN_VALUES,
    source: ['api', 'pos'],
    points: [1, 2, 100],
    amount: [1, 2, 2.5],
    type: ['purchase', 'refund', 'bonus'],
    occurredAt: ['2026-12-01T00:00:00Z', '2026-11-30T23:00:00.001Z'],
  };

  const condition: fc.Arbitrary<TransactionFilter> = fc.constantFrom(...Object.keys(VALUES)).chain((field) => {
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...VALUES[field]!) },
      fc.constantFrom(...OWN_VALUES),
    );
    const bound = fc.constantFrom(1, 1.5, 2, 2.5, 3);
    const moment = fc.constantFrom(...MOMENTS);
    return fc.oneof(
      value.map((equals): TransactionFilter => ({ field, equals })),
      fc.array(value, { minLength: 1, maxLength: 3 }).map((oneOf): TransactionFilter => ({ field, oneOf })),
      bound.map((atLeast): TransactionFilter => ({ field, atLeast })),
      bound.map((atMost): TransactionFilter => ({ field, atMost })),
      fc.boolean().map((exists): TransactionFilter => ({ field, exists })),
      moment.map((before): TransactionFilter => ({ field, before })),
      moment.map((after): TransactionFilter => ({ field, after })),
      fc.constantFrom('purchase', 'refund', 'bonus').map((type): TransactionFilter => ({ type }) as TransactionFilter),
    );
  });
  const { filter } = fc.letrec<{ filter: TransactionFilter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      condition,
      fc.array(tie('filter'), { minLength: 1, maxLength: 4 }).map((parts) => all(...parts)),
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((parts) => any(...parts)),
    ),
  }));

  const entry: fc.Arbitrary<LedgerEntry> = fc
    .record(
      {
        source: fc.constantFrom('api', 'pos'),
        type: fc.constantFrom(...TRANSACTION_TYPES),
        occurredAt: fc.constantFrom(
          ...['2026-12-01T00:00:00Z', '2026-11-30T23:00:00.001Z', '2026-11-30T22:59:59Z', '2026-12-03T00:00:00Z'].map(
            (at) => parseInstant(at)!,
          ),
        ),
        points: fc.option(fc.constantFrom(1, 2, 3, 100), { nil: undefined }),
        amountMinor: fc.option(fc.constantFrom(100, 150, 200, 250, 300), { nil: undefined }),
        fields: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom<FieldValue>(...OWN_VALUES, 1.5, 3), {
          noNullPrototype: true,
        }),
      },
      { requiredKeys: ['source', 'type', 'occurredAt', 'fields'] },
    )
    .map(
      ({ points, amountMinor, ...rest }): LedgerEntry => ({
        memberId: 'm-1',
        id: 't-1',
        recordedAt: 0,
        ...rest,
        ...(points === undefined ? {} : { points }),
        ...(amountMinor === undefined ? {} : { amountMinor, currency: 'EUR' }),
      }),
    );

  test('no transaction matches a filter that is called contradictory', () => {
    let contradictory = 0;
    let matched = 0;
    fc.assert(
      fc.property(filter, fc.array(entry, { minLength: 20, maxLength: 20 }), (someFilter, entries) => {
        const found = contradictions(someFilter);
        const matches = entries.some(matcherOf(someFilter, ZONE));
        if (found.length > 0) contradictory += 1;
        if (matches) matched += 1;
        expect(matches && found.length > 0).toBe(false);
      }),
      { numRuns: 3000, seed: 1 },
    );
    // Both kinds were among them, or nothing was shown.
    expect(contradictory).toBeGreaterThan(300);
    expect(matched).toBeGreaterThan(300);
  });

  test('a filter made to fit a transaction is never called contradictory, and few others are wrongly let be', () => {
    let unmatched = 0;
    let letBe = 0;
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 6 }), entry, (conditions, someEntry) => {
        const fitting = conditions.filter((one) => matcherOf(one, ZONE)(someEntry));
        if (fitting.length > 0) expect(contradictions(all(...fitting))).toEqual([]);
        // On one field of the transaction's own, every combination of what is compared with can be tried out.
        const onX = conditions.filter((one) => 'field' in one && one.field === 'x');
        if (onX.length === 0) return;
        const tried: LedgerEntry[] = [undefined, 0, 1.5, 1.7, 2.2, 3, ...OWN_VALUES, ...BETWEEN_MOMENTS].map(
          (value) => ({
            ...someEntry,
            fields: (value === undefined ? {} : { x: value }) as Record<string, FieldValue>,
          }),
        );
        if (tried.some(matcherOf(all(...onX), ZONE))) return;
        unmatched += 1;
        if (contradictions(all(...onX)).length === 0) letBe += 1;
      }),
      { numRuns: 3000, seed: 2 },
    );
    expect(unmatched).toBeGreaterThan(50);
    expect(letBe).toBe(0);
  });
});

/** Between all moments that are compared with, and outside. */
const BETWEEN_MOMENTS = [
  '2026-01-01',
  '2026-11-30T23:00:00.001Z',
  '2026-12-01T11:00:00.001Z',
  '2026-12-01T10:59:59.999Z',
  '2027-01-01',
];
