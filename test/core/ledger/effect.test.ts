import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effectOf, minus, NO_EFFECT, orderEffect, plus, tierPointsOf } from '../../../core/ledger/effect.ts';
import type { LedgerEntry, Transaction, TransactionType } from '../../../core/ledger/transaction.ts';
import { exampleProgram } from '../../support/program.ts';
import { entryOf } from '../histories.ts';

const POINTS = exampleProgram();
const SPEND = exampleProgram({ basis: 'spend' });

function entry(facts: Partial<Transaction> & { type: TransactionType }, program = POINTS): LedgerEntry {
  return entryOf({ id: 't-1', source: 'api', occurredAt: 0, ...facts }, program, 0);
}

const euros = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

/** Spendable points, tier points with basis `points`, tier points with basis `spend` (minor units). */
type Row = [
  string,
  Partial<Transaction> & { type: TransactionType },
  { balance: number; points: number; spend: number },
];

const TABLE: Row[] = [
  ['a purchase', { type: 'purchase', points: 120, ...euros(10000) }, { balance: 120, points: 120, spend: 10000 }],
  ['a bonus', { type: 'bonus', points: 120 }, { balance: 120, points: 120, spend: 0 }],
  ['an adjustment up', { type: 'adjustment', points: 120 }, { balance: 120, points: 120, spend: 0 }],
  ['an adjustment down', { type: 'adjustment', points: -120 }, { balance: -120, points: -120, spend: 0 }],
  [
    'an adjustment excluded from the tier',
    { type: 'adjustment', points: 120, excludeFromTier: true },
    { balance: 120, points: 0, spend: 0 },
  ],
  [
    'a tier adjustment up',
    { type: 'tierAdjustment', points: 120, ...euros(10000) },
    { balance: 0, points: 120, spend: 10000 },
  ],
  [
    'a tier adjustment down',
    { type: 'tierAdjustment', points: -120, ...euros(-10000) },
    { balance: 0, points: -120, spend: -10000 },
  ],
  ['E6: a redemption', { type: 'redemption', points: 120 }, { balance: -120, points: 0, spend: 0 }],
  ['the reversal of one', { type: 'redemptionReversal', points: 120 }, { balance: 120, points: 0, spend: 0 }],
  ['an expiry', { type: 'expiry', points: 120 }, { balance: -120, points: -120, spend: 0 }],
  ['a refund without its order', { type: 'refund', orderId: 'o', ...euros(100) }, { balance: 0, points: 0, spend: 0 }],
];

describe('what a transaction moves', () => {
  test.each(TABLE)('%s', (_, facts, moves) => {
    const effect = effectOf(entry(facts), POINTS);
    expect(effect.balance).toBe(moves.balance);
    expect(tierPointsOf(effect, POINTS)).toBe(moves.points);
    expect(tierPointsOf(effectOf(entry(facts, SPEND), SPEND), SPEND)).toBe(moves.spend);
  });

  test('only a purchase is an order', () => {
    expect(TABLE.map(([name, facts]) => [name, effectOf(entry(facts), POINTS).orders])).toEqual(
      TABLE.map(([name]) => [name, name === 'a purchase' ? 1 : 0]),
    );
  });

  test('points that a purchase was awarded at intake are a fact, whatever the program gives now', () => {
    const bought = entry({ type: 'purchase', ...euros(10000) });
    expect(bought.awardedPoints).toBe(100);
    expect(effectOf(bought, exampleProgram({ pointsPerUnit: 7 })).points).toBe(100);
  });

  test('money of another currency counts by its rate on that day', () => {
    const dollars = entry({ type: 'purchase', amountMinor: 10000, currency: 'USD', exchangeRate: '0.915' }, SPEND);
    expect(effectOf(dollars, SPEND).spendMinor).toBe(9150);
  });

  test('trackers see every transaction but a refund, each by its own filter', () => {
    const program = exampleProgram({
      trackers: {
        all: { measure: 'count', of: { field: 'kind', equals: 'stay' }, over: 'lifetime' },
        nights: { measure: { sum: 'nights' }, of: { type: 'purchase' }, over: 'cycle' },
      },
    });
    const stay = { fields: { kind: 'stay', nights: 2.5 }, points: 1 };
    expect(effectOf(entry({ type: 'purchase', ...stay }, program), program).trackers).toEqual([1000, 2500]);
    expect(effectOf(entry({ type: 'redemption', ...stay }, program), program).trackers).toEqual([1000, 0]);
    expect(effectOf(entry({ type: 'refund', orderId: 'o', ...stay }, program), program).trackers).toEqual([]);
  });
});

describe('R3: an order with its refunds', () => {
  const order = (amountMinor: number, points: number) => [entry({ type: 'purchase', points, ...euros(amountMinor) })];
  const refunds = (...amounts: number[]) =>
    amounts.map((amount, place) => entry({ id: `r-${place}`, type: 'refund', orderId: 't-1', ...euros(amount) }));

  test.each([
    // [amount, points, refunds, points left, spend left, orders]
    [15000, 150, [], 150, 15000, 1],
    [15000, 150, [1], 149, 14999, 1],
    [15000, 150, [5000], 100, 10000, 1],
    [15000, 100, [5000], 66, 10000, 1],
    [15000, 100, [5000, 5000], 33, 5000, 1],
    [15000, 150, [14999], 0, 1, 1],
    [15000, 150, [15000], 0, 0, 0],
    [15000, 150, [15001], 0, 0, 0],
    [15000, 150, [10000, 10000], 0, 0, 0],
    [15000, 0, [5000], 0, 10000, 1],
    [1, 7, [1], 0, 0, 0],
    // Nothing was paid, so nothing can be paid back.
    [0, 50, [], 50, 0, 1],
    [0, 50, [100], 50, 0, 1],
  ])(
    'of %i cents and %i points, refunded %j, leaves %i points and %i cents',
    (amount, points, back, left, spend, orders) => {
      const effect = orderEffect(order(amount, points), refunds(...back), POINTS);
      expect(effect).toEqual({ points: left, spendMinor: spend, balance: left, orders, trackers: [] });
    },
  );

  test('E5: bought for 150 and returned for 50, it counts 100 of what is spent', () => {
    expect(tierPointsOf(orderEffect(order(15000, 150), refunds(5000), SPEND), SPEND)).toBe(10000);
  });

  test('that has not come, has nothing to take from', () => {
    expect(orderEffect([], refunds(5000), POINTS)).toEqual(NO_EFFECT);
  });

  test('in parts is one order, and a refund takes its share of the whole', () => {
    const parts = [
      entry({ id: 'o', type: 'purchase', points: 100, ...euros(10000) }),
      entry({ id: 'o/2', orderId: 'o', type: 'purchase', points: 60, ...euros(5000) }),
    ];
    expect(orderEffect(parts, [], POINTS)).toMatchObject({ points: 160, spendMinor: 15000, orders: 1 });
    expect(orderEffect(parts, refunds(5000), POINTS)).toMatchObject({ points: 106, spendMinor: 10000, orders: 1 });
    expect(orderEffect(parts, refunds(15000), POINTS)).toMatchObject({ points: 0, spendMinor: 0, orders: 0 });
  });

  test('in another currency, refunded at another rate, gives back by its own currency', () => {
    const dollars = { currency: 'USD', amountMinor: 10000 };
    const bought = [entry({ type: 'purchase', points: 90, ...dollars, exchangeRate: '0.9' })];
    const half = [entry({ type: 'refund', orderId: 't-1', ...dollars, amountMinor: 5000, exchangeRate: '0.5' })];
    expect(orderEffect(bought, half, POINTS)).toMatchObject({ points: 45, spendMinor: 4500 });
    const all = [entry({ type: 'refund', orderId: 't-1', ...dollars, exchangeRate: '0.5' })];
    expect(orderEffect(bought, all, POINTS)).toMatchObject({ points: 0, spendMinor: 0, orders: 0 });
  });

  test('refunded in its own currency and then in another, gives nothing back that was taken before', () => {
    const order = [
      entry({ type: 'purchase', id: 't-1', points: 1000, currency: 'USD', amountMinor: 10000, exchangeRate: '0.9' }),
    ];
    const half = entry({
      type: 'refund',
      id: 'r-1',
      orderId: 't-1',
      currency: 'USD',
      amountMinor: 5000,
      exchangeRate: '0.5',
    });
    const nineEuros = entry({ type: 'refund', id: 'r-2', orderId: 't-1', ...euros(900) });
    expect(orderEffect(order, [half], POINTS).points).toBe(500);
    expect(orderEffect(order, [half, nineEuros], POINTS).points).toBe(400);
    expect(orderEffect(order, [nineEuros, half], POINTS).points).toBe(400);
  });

  test("refunded in another currency than it was paid in, gives back by the program's", () => {
    const bought = [entry({ type: 'purchase', points: 100, ...euros(10000) })];
    const back = [entry({ type: 'refund', orderId: 't-1', amountMinor: 5000, currency: 'USD', exchangeRate: '0.5' })];
    expect(orderEffect(bought, back, POINTS)).toMatchObject({ points: 75, spendMinor: 7500 });
  });

  test('of which a part brought points alone, gives back by the currency of the others', () => {
    const dollars = { currency: 'USD', amountMinor: 10000 };
    const parts = [
      entry({ id: 'o', type: 'purchase', points: 20 }),
      entry({ id: 'o/2', orderId: 'o', type: 'purchase', points: 80, ...dollars, exchangeRate: '0.9' }),
    ];
    const half = entry({ type: 'refund', orderId: 'o', ...dollars, amountMinor: 5000, exchangeRate: '0.5' });
    const left = { points: 50, spendMinor: 4500, orders: 1 };
    expect(orderEffect(parts, [half], POINTS)).toMatchObject(left);
    expect(orderEffect([...parts].reverse(), [half], POINTS)).toMatchObject(left);
  });

  test.each<[string, Partial<Transaction>]>([
    ['is worth less than a cent', { amountMinor: 1, currency: 'JPY', exchangeRate: '0.001' }],
    ['was given for nothing', { amountMinor: 0, currency: 'USD', exchangeRate: '0.9' }],
  ])('that %s loses nothing to a refund in another currency', (_, paid) => {
    const bought = entry({ type: 'purchase', points: 7, ...paid });
    const refund = entry({ type: 'refund', orderId: 't-1', ...euros(100) });
    expect(orderEffect([bought], [refund], POINTS)).toMatchObject({ points: 7, balance: 7, spendMinor: 0, orders: 1 });
  });

  test.each([
    [30, 70, 1],
    [99, 1, 1],
    [100, 0, 0],
    [101, 0, 0],
  ])('that brought points and no amount loses the %i points that the refund names', (back, left, orders) => {
    const bought = [entry({ type: 'purchase', points: 100 })];
    const refund = entry({ id: 'r', type: 'refund', orderId: 't-1', points: back });
    expect(orderEffect(bought, [refund], POINTS)).toMatchObject({ points: left, balance: left, orders });
  });

  test('whose refund names an amount loses its share, whatever points the refund names beside it', () => {
    const refund = entry({ id: 'r', type: 'refund', orderId: 't-1', points: 99, ...euros(5000) });
    expect(orderEffect(order(15000, 150), [refund], POINTS)).toMatchObject({ points: 100 });
  });

  test('of which anything is left is an order, even where that is worth less than a cent', () => {
    const yen = { currency: 'JPY', exchangeRate: '0.0061' };
    const bought = [entry({ type: 'purchase', amountMinor: 2, ...yen })];
    const refund = [entry({ type: 'refund', orderId: 't-1', amountMinor: 1, ...yen })];
    expect(orderEffect(bought, refund, POINTS)).toMatchObject({ points: 0, spendMinor: 0, orders: 1 });
  });

  test('wholly refunded was no visit; with a cent left it was', () => {
    const program = exampleProgram({
      trackers: { visits: { measure: 'count', of: { type: 'purchase' }, over: 'lifetime' } },
    });
    expect(orderEffect(order(100, 1), refunds(99), program)).toMatchObject({ orders: 1, trackers: [1000] });
    expect(orderEffect(order(100, 1), refunds(100), program)).toMatchObject({ orders: 0, trackers: [0] });
  });

  test('never adds less than nothing nor more than the order, takes more with each refund, and no order of arrival matters', () => {
    const money = fc.constantFrom(
      { currency: 'EUR' },
      { currency: 'EUR' },
      { currency: 'USD', exchangeRate: '0.37' },
      { currency: 'JPY', exchangeRate: '0.0061' },
    );
    const amount = fc.integer({ min: 1, max: 30_000 });
    const points = fc.integer({ min: 0, max: 1_000 });
    const part = fc
      .tuple(amount, points, money)
      .map(([amountMinor, given, currency]) => entry({ type: 'purchase', points: given, amountMinor, ...currency }));
    const refund = fc.oneof(
      fc.tuple(amount, money).map(([amountMinor, currency]) => entry({ type: 'refund', amountMinor, ...currency })),
      points.map((given) => entry({ type: 'refund', points: given })),
    );
    const orders = fc
      .record({ parts: fc.array(part, { minLength: 1, maxLength: 3 }), back: fc.array(refund, { maxLength: 4 }) })
      .chain(({ parts, back }) =>
        fc.record({
          parts: fc.constant(parts),
          back: fc.constant(back),
          shuffledParts: fc.shuffledSubarray(parts, { minLength: parts.length }),
          shuffledBack: fc.shuffledSubarray(back, { minLength: back.length }),
        }),
      );
    fc.assert(
      fc.property(orders, ({ parts, back, shuffledParts, shuffledBack }) => {
        const whole = orderEffect(parts, [], POINTS);
        const effect = orderEffect(parts, back, POINTS);
        expect(orderEffect(shuffledParts, shuffledBack, POINTS)).toEqual(effect);
        for (const figure of ['points', 'spendMinor', 'balance', 'orders'] as const) {
          expect(effect[figure]).toBeGreaterThanOrEqual(0);
          expect(effect[figure]).toBeLessThanOrEqual(whole[figure]);
          // As long as all speak one currency; another one makes everything count in the program's.
          const currencies = new Set([...parts, ...back].map(({ currency }) => currency).filter(Boolean));
          const withoutLast = orderEffect(parts, back.slice(0, -1), POINTS)[figure];
          if (currencies.size === 1) expect(effect[figure]).toBeLessThanOrEqual(withoutLast);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test('what is added can be taken off again', () => {
  const a = { points: 7, spendMinor: 500, balance: 3, orders: 1, trackers: [1000, 0] };
  const b = { points: -2, spendMinor: 100, balance: -9, orders: 1, trackers: [0, 2500] };
  expect(plus(a, b)).toEqual({ points: 5, spendMinor: 600, balance: -6, orders: 2, trackers: [1000, 2500] });
  expect(minus(plus(a, b), b)).toEqual(a);
  // An effect that counts no trackers adds nothing to those of another.
  expect(plus(NO_EFFECT, b)).toEqual(b);
  expect(plus(b, NO_EFFECT)).toEqual(b);
  expect(minus(b, NO_EFFECT)).toEqual(b);
});
