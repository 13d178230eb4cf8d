import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TRANSACTION_TYPES, type Transaction, type TransactionType } from '../../../core/ledger/transaction.ts';
import {
  MAX_AHEAD_MS,
  MAX_FIGURE,
  pointsFor,
  spendMinorOf,
  transactionProblems,
} from '../../../core/ledger/transaction-rules.ts';
import { parseAmount } from '../../../core/money.ts';
import type { ProgramFile, TierFile } from '../../../core/program/brand.ts';
import type { Program } from '../../../core/program/program.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, euros } from '../members.ts';

const NOW = at('2026-05-02T10:00:00Z');
const POINTS = exampleProgram();
const SPEND = exampleProgram({ basis: 'spend' });
const NOT_PRICED = exampleProgram({ pointsPerUnit: undefined });

/** What of a transaction is refused, as [path, message]. */
function refused(facts: Partial<Transaction> & { type: TransactionType }, program: Program = POINTS) {
  const transaction: Transaction = { id: 't', source: 'api', occurredAt: NOW, ...facts };
  return transactionProblems(transaction, program, NOW).map(({ path, message }) => [path, message]);
}

const places = (...args: Parameters<typeof refused>) => refused(...args).map(([path]) => path);

describe('points of a purchase', () => {
  const ladder: TierFile[] = [
    { id: 'bronze', name: 'Bronze', threshold: 0, multiplier: 1 },
    { id: 'silver', name: 'Silver', threshold: 500, multiplier: 1.5 },
    { id: 'gold', name: 'Gold', threshold: 2000, multiplier: 2 },
    { id: 'platinum', name: 'Platinum', threshold: 5000, multiplier: 3 },
  ];

  test.each([
    ['bronze', 0, 100],
    ['silver (E10)', 1, 150],
    ['gold', 2, 200],
    ['platinum', 3, 300],
  ])('for 100 EUR at 1 point per unit, as %s: × %#', (_, rank, points) => {
    const program = exampleProgram({ tiers: ladder });
    expect(pointsFor(10_000, program, program.tiers[rank]!)).toBe(points);
  });

  test.each([
    // [currency, amount, points per unit, multiplier, points]
    ['EUR', '0.99', 1, 1, 0],
    ['EUR', '1.00', 1, 1, 1],
    ['EUR', '1.99', 1, 1, 1],
    ['EUR', '0.66', 1, 1.5, 0],
    ['EUR', '0.67', 1, 1.5, 1],
    ['EUR', '10.00', 0.1, 1, 1],
    ['EUR', '9.99', 0.1, 1, 0],
    // Doubles would make 114 of it: 1.15 × 100 is 114.99999999999999 there.
    ['EUR', '100.00', 1.15, 1, 115],
    ['EUR', '100.00', 1, 1.1, 110],
    ['EUR', '0.00', 10, 2, 0],
    ['JPY', '100', 0.5, 1.5, 75],
    ['KWD', '1.999', 10, 1, 19],
    ['EUR', '90071992547409.91', 1, 1, 90_071_992_547_409],
  ])('%s %s at %d per unit × %d are rounded down to %i', (currency, amount, pointsPerUnit, multiplier, points) => {
    const tiers: TierFile[] = [{ id: 'base', name: 'Base', threshold: 0, multiplier }];
    const program = exampleProgram({ currency, pointsPerUnit, tiers });
    expect(pointsFor(parseAmount(amount, currency) as number, program, program.tiers[0])).toBe(points);
  });

  test('are none where the program gives none for money', () => {
    expect(pointsFor(10_000, NOT_PRICED, NOT_PRICED.tiers[0])).toBe(0);
  });

  test('are never more for two orders than for both at once, and at most one less', () => {
    const program = exampleProgram({ pointsPerUnit: 1.3 });
    const give = (minor: number) => pointsFor(minor, program, program.tiers[0]);
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 9 }), fc.nat({ max: 10 ** 9 }), (a, b) => {
        expect([0, 1]).toContain(give(a + b) - give(a) - give(b));
      }),
    );
  });
});

describe('money of a transaction', () => {
  test('is kept in the currency of the program', () => {
    const bought = { id: 't', source: 'api', type: 'purchase', occurredAt: NOW } as const;
    expect(spendMinorOf({ ...bought, ...euros(1000) }, POINTS)).toBe(1000);
    expect(spendMinorOf({ ...bought, amountMinor: 1000, currency: 'USD', exchangeRate: '0.915' }, POINTS)).toBe(915);
    expect(spendMinorOf({ ...bought, amountMinor: 1000, currency: 'JPY', exchangeRate: '0.0061' }, POINTS)).toBe(610);
    expect(spendMinorOf({ ...bought, points: 5 }, POINTS)).toBeUndefined();
  });

  test.each<[string, Partial<Transaction>]>([
    ['no amount', { currency: 'USD', exchangeRate: '0.915' }],
    ['no currency', { amountMinor: 1000, exchangeRate: '0.915' }],
    ['no exchange rate', { amountMinor: 1000, currency: 'USD' }],
    ['no exchange rate that can be read', { amountMinor: 1000, currency: 'USD', exchangeRate: 'much' }],
  ])('is none where there is %s', (_, facts) => {
    const bought: Transaction = { id: 't', source: 'api', type: 'purchase', occurredAt: NOW, ...facts };
    expect(spendMinorOf(bought, POINTS)).toBeUndefined();
  });

  test('of another currency without an exchange rate is refused, with a code of its own', () => {
    const transaction: Transaction = {
      id: 't',
      source: 'api',
      type: 'purchase',
      occurredAt: NOW,
      amountMinor: 1000,
      currency: 'USD',
    };
    expect(transactionProblems(transaction, POINTS, NOW)).toEqual([
      {
        path: 'exchangeRate',
        code: 'CURRENCY_MISMATCH',
        message: 'is required for USD: how many EUR one USD is, as a decimal string',
      },
    ]);
    expect(transactionProblems({ ...transaction, exchangeRate: '0.9' }, POINTS, NOW)).toEqual([]);
    expect(transactionProblems({ ...transaction, currency: 'EUR' }, POINTS, NOW)).toEqual([]);
  });
});

describe('a transaction is taken', () => {
  test.each<[string, Partial<Transaction> & { type: TransactionType }, Program]>([
    ['a purchase with an amount', { type: 'purchase', ...euros(1) }, POINTS],
    ['a purchase of nothing', { type: 'purchase', ...euros(0) }, POINTS],
    ['a purchase with points alone', { type: 'purchase', points: 5 }, POINTS],
    ['a purchase with no points', { type: 'purchase', points: 0 }, POINTS],
    ['a purchase with both', { type: 'purchase', points: 5, ...euros(1) }, SPEND],
    ['a purchase with points, where money gives none', { type: 'purchase', points: 5, ...euros(1) }, NOT_PRICED],
    [
      'a purchase without points, where money counts and gives none',
      { type: 'purchase', ...euros(1) },
      exampleProgram({ basis: 'spend', pointsPerUnit: undefined }),
    ],
    ['a refund of money', { type: 'refund', orderId: 'o', ...euros(1) }, SPEND],
    ['a refund of points', { type: 'refund', orderId: 'o', points: 1 }, POINTS],
    ['a bonus', { type: 'bonus', points: 1 }, SPEND],
    ['an adjustment down', { type: 'adjustment', points: -1 }, POINTS],
    ['an adjustment outside the tier', { type: 'adjustment', points: 1, excludeFromTier: true }, POINTS],
    ['a tier adjustment of points', { type: 'tierAdjustment', points: -1 }, POINTS],
    ['a tier adjustment of money', { type: 'tierAdjustment', ...euros(-1) }, SPEND],
    ['a redemption', { type: 'redemption', points: 1 }, POINTS],
    ['the reversal of one', { type: 'redemptionReversal', points: 1 }, POINTS],
    ['an expiry', { type: 'expiry', points: 1 }, POINTS],
    ['an expiry of an order', { type: 'expiry', points: 1, orderId: 'o' }, POINTS],
  ])('%s', (_, facts, program) => {
    expect(refused(facts, program)).toEqual([]);
  });

  test.each([MAX_AHEAD_MS - 1, MAX_AHEAD_MS])('%i milliseconds ahead of now', (ahead) => {
    expect(refused({ type: 'bonus', points: 1, occurredAt: NOW + ahead })).toEqual([]);
  });
});

describe('a transaction is refused', () => {
  test('more than five minutes ahead of now', () => {
    expect(refused({ type: 'bonus', points: 1, occurredAt: NOW + MAX_AHEAD_MS + 1 })).toEqual([
      ['occurredAt', 'must be at most 5 minutes ahead of now, which is 2026-05-02T10:00:00Z'],
    ]);
  });

  const spent = 'the program counts what is spent';
  const negative = (type: TransactionType) => `must not be negative for a ${type}`;
  const aboutPoints = (type: TransactionType) => `is not for a ${type}, which is about points`;
  const notZero = 'is required, and not 0';
  const more = 'is required, and more than 0';

  test.each<[string, Partial<Transaction> & { type: TransactionType }, Program, [path: string, message: string][]]>([
    [
      'a purchase of nothing at all',
      { type: 'purchase' },
      POINTS,
      [['points', 'is required where there is no amount']],
    ],
    [
      'a purchase without money, where money counts',
      { type: 'purchase', points: 5 },
      SPEND,
      [['amount', `is required: ${spent}`]],
    ],
    [
      'a purchase without points, where money gives none',
      { type: 'purchase', ...euros(1) },
      NOT_PRICED,
      [['points', 'is required: the program has no pointsPerUnit to compute them by']],
    ],
    ['a negative purchase', { type: 'purchase', ...euros(-1) }, POINTS, [['amount', negative('purchase')]]],
    ['a purchase of negative points', { type: 'purchase', points: -1 }, POINTS, [['points', negative('purchase')]]],
    [
      'a refund without its order',
      { type: 'refund', ...euros(1) },
      POINTS,
      [['orderId', 'is required: a refund names its order']],
    ],
    [
      'a refund of nothing',
      { type: 'refund', orderId: 'o' },
      POINTS,
      [['amount', 'is required, or points where the order had no amount']],
    ],
    ['a refund of nothing, where money counts', { type: 'refund', orderId: 'o' }, SPEND, [['amount', 'is required']]],
    [
      'a refund of points, where money counts',
      { type: 'refund', orderId: 'o', points: 1 },
      SPEND,
      [['amount', 'is required']],
    ],
    [
      'a refund of 0.00',
      { type: 'refund', orderId: 'o', ...euros(0) },
      POINTS,
      [['amount', 'must be more than 0 for a refund']],
    ],
    ['a negative refund', { type: 'refund', orderId: 'o', ...euros(-1) }, POINTS, [['amount', negative('refund')]]],
    ['a bonus of nothing', { type: 'bonus', points: 0 }, POINTS, [['points', more]]],
    ['a bonus without points', { type: 'bonus' }, POINTS, [['points', more]]],
    ['a negative bonus', { type: 'bonus', points: -1 }, POINTS, [['points', negative('bonus')]]],
    ['a bonus of money', { type: 'bonus', points: 1, ...euros(1) }, POINTS, [['amount', aboutPoints('bonus')]]],
    ['an adjustment by nothing', { type: 'adjustment', points: 0 }, POINTS, [['points', notZero]]],
    ['an adjustment without points', { type: 'adjustment' }, SPEND, [['points', notZero]]],
    [
      'an adjustment of money',
      { type: 'adjustment', points: 1, ...euros(1) },
      POINTS,
      [['amount', aboutPoints('adjustment')]],
    ],
    ['a tier adjustment by nothing', { type: 'tierAdjustment', points: 0 }, POINTS, [['points', notZero]]],
    [
      'a tier adjustment of points, where money counts',
      { type: 'tierAdjustment', points: 1 },
      SPEND,
      [['amount', `${notZero}: ${spent}`]],
    ],
    [
      'a tier adjustment by 0.00, where money counts',
      { type: 'tierAdjustment', ...euros(0) },
      SPEND,
      [['amount', `${notZero}: ${spent}`]],
    ],
    ['a redemption of nothing', { type: 'redemption', points: 0 }, POINTS, [['points', more]]],
    ['a negative redemption', { type: 'redemption', points: -1 }, POINTS, [['points', negative('redemption')]]],
    [
      'a negative reversal',
      { type: 'redemptionReversal', points: -1 },
      POINTS,
      [['points', negative('redemptionReversal')]],
    ],
    ['a negative expiry', { type: 'expiry', points: -1 }, POINTS, [['points', negative('expiry')]]],
    [
      'a bonus excluded from the tier',
      { type: 'bonus', points: 1, excludeFromTier: true },
      POINTS,
      [['excludeFromTier', 'is for an adjustment only, not for a bonus']],
    ],
    [
      'all that is wrong at once',
      { type: 'refund', points: -1, ...euros(-1), excludeFromTier: true, occurredAt: NOW + 2 * MAX_AHEAD_MS },
      POINTS,
      [
        ['occurredAt', 'must be at most 5 minutes ahead of now, which is 2026-05-02T10:00:00Z'],
        ['points', negative('refund')],
        ['amount', negative('refund')],
        ['excludeFromTier', 'is for an adjustment only, not for a refund'],
        ['orderId', 'is required: a refund names its order'],
      ],
    ],
  ])('%s', (_, facts, program, problems) => {
    expect(refused(facts, program)).toEqual(problems);
  });

  test.each(TRANSACTION_TYPES.filter((type) => type !== 'adjustment'))(
    'when it would be excluded from the tier, and is a %s',
    (type) => {
      expect(places({ type, orderId: 'o', points: 1, excludeFromTier: true })).toContain('excludeFromTier');
    },
  );
});

describe('a figure that thousands of others can be added to without losing a unit', () => {
  const generous: Partial<ProgramFile> = {
    pointsPerUnit: 1_000_000,
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'gold', name: 'Gold', threshold: 1, multiplier: 1000 },
    ],
  };
  const rate = (exchangeRate: string) => ({ currency: 'USD', exchangeRate });

  test.each<[string, Partial<Transaction> & { type: TransactionType }, Program, boolean]>([
    ['an amount at the limit', { type: 'purchase', points: 1, ...euros(MAX_FIGURE) }, POINTS, true],
    ['an amount above it', { type: 'purchase', points: 1, ...euros(MAX_FIGURE + 1) }, POINTS, false],
    [
      'an amount above it that is worth far less',
      { type: 'purchase', points: 1, amountMinor: MAX_FIGURE + 1, ...rate('0.1') },
      POINTS,
      false,
    ],
    ['an amount far below it', { type: 'tierAdjustment', ...euros(-MAX_FIGURE - 1) }, SPEND, false],
    ['its value at the limit', { type: 'purchase', amountMinor: MAX_FIGURE / 10, ...rate('10') }, SPEND, true],
    ['its value above it', { type: 'purchase', amountMinor: MAX_FIGURE / 10, ...rate('10.000000001') }, SPEND, false],
    [
      'its value beyond all counting',
      { type: 'refund', orderId: 'o', amountMinor: 10 ** 12, ...rate('9'.repeat(15)) },
      SPEND,
      false,
    ],
    ['its points at the limit', { type: 'purchase', ...euros(100_000) }, exampleProgram(generous), true],
    ['its points above it', { type: 'purchase', ...euros(100_001) }, exampleProgram(generous), false],
    ['points of its own instead', { type: 'purchase', points: 5, ...euros(100_001) }, exampleProgram(generous), true],
    [
      'points that only a purchase would give',
      { type: 'refund', orderId: 'o', ...euros(100_001) },
      exampleProgram(generous),
      true,
    ],
  ])('%s', (_, facts, program, taken) => {
    const message =
      'is too large: neither it, nor what it comes to in the currency and the points of the program, may be';
    expect(refused(facts, program)).toEqual(taken ? [] : [['amount', message]]);
  });
});
