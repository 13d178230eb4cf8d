import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderEffect } from '../../../core/ledger/effect.ts';
import { type OrderFile, type OrderReport, transactionsOf, withReport } from '../../../core/ledger/order-file.ts';
import type { Transaction } from '../../../core/ledger/transaction.ts';
import { exampleProgram } from '../../support/program.ts';
import { entryOf } from '../histories.ts';

const PROGRAM = exampleProgram();
const NOTHING: OrderFile = { source: 'shopify', orderId: '7', version: 0, parts: [], refunds: [] };

type Report = Partial<Omit<OrderReport, 'paid'>> & { paid?: number; tax?: 'added' | 'removed' | 'as is'; at?: number };

/** What a platform says: of order 7 of member m-1, unless it says otherwise. */
function said({ paid, tax = 'as is', at = 100, ...rest }: Report): OrderReport {
  return {
    source: 'shopify',
    orderId: '7',
    memberId: 'm-1',
    refunds: [],
    ...rest,
    ...(paid === undefined
      ? {}
      : { paid: { amountMinor: paid, currency: 'EUR', refundTax: tax, occurredAt: 100, changedAt: at } }),
  };
}

const refund = (id: string, amountMinor: number, taxMinor = 0) => ({ id, amountMinor, taxMinor, occurredAt: 300 });

const fileOf = (reports: OrderReport[]) => reports.reduce(withReport, NOTHING);

/** [id, type, minor units, when] of each transaction. */
function transactions(reports: OrderReport[]) {
  return transactionsOf(fileOf(reports)).map(({ id, type, amountMinor, occurredAt }) => [
    id,
    type,
    amountMinor,
    occurredAt,
  ]);
}

/** What is left of the order, in minor units. */
function left(reports: OrderReport[]): number {
  const entries = transactionsOf(fileOf(reports)).map((one) => entryOf(one, PROGRAM, one.occurredAt));
  const of = (type: string) => entries.filter((entry) => entry.type === type);
  return orderEffect(of('purchase'), of('refund'), PROGRAM).spendMinor;
}

describe('an order of a platform', () => {
  test('is a purchase once it is paid, of the order of its own id', () => {
    expect(transactionsOf(fileOf([said({})]))).toEqual([]);
    expect(transactionsOf(fileOf([said({}), said({ paid: 5000 })]))).toEqual<Transaction[]>([
      {
        id: '7',
        source: 'shopify',
        type: 'purchase',
        orderId: '7',
        amountMinor: 5000,
        currency: 'EUR',
        occurredAt: 100,
      },
    ]);
  });

  test('that grew gets a further part, dated when it grew; the first stays as it was', () => {
    expect(transactions([said({ paid: 5000 }), said({ paid: 6500, at: 200 }), said({ paid: 6500, at: 250 })])).toEqual([
      ['7', 'purchase', 5000, 100],
      ['7/2', 'purchase', 1500, 200],
    ]);
  });

  test('that is heard of only after it grew is dated when it was paid', () => {
    expect(transactions([said({ paid: 6500, at: 200 })])).toEqual([['7', 'purchase', 6500, 100]]);
  });

  test('that costs nothing is a purchase of nothing, and what is added to it a further part', () => {
    expect(transactions([said({ paid: 0, at: 150 })])).toEqual([['7', 'purchase', 0, 100]]);
    expect(transactions([said({ paid: 0 }), said({ paid: 500, at: 200 })])).toEqual([
      ['7', 'purchase', 0, 100],
      ['7/2', 'purchase', 500, 200],
    ]);
  });

  test('that shrank stays as it was: what was given back comes as a refund', () => {
    expect(transactions([said({ paid: 5000 }), said({ paid: 4000, at: 200 })])).toEqual([['7', 'purchase', 5000, 100]]);
  });

  test('loses what each refund names, once each', () => {
    const reports = [said({ paid: 5000 }), said({ refunds: [refund('1', 1000)] })];
    reports.push(said({ paid: 5000, refunds: [refund('1', 1000), refund('2', 500)] }));
    expect(transactions(reports)).toEqual([
      ['7', 'purchase', 5000, 100],
      ['7/refund/1', 'refund', 1000, 300],
      ['7/refund/2', 'refund', 500, 300],
    ]);
    expect(left(reports)).toBe(3500);
  });

  test('keeps refunds that came before it until it is known', () => {
    const early = said({ memberId: undefined, refunds: [refund('1', 1000)] });
    expect(transactions([early])).toEqual([]);
    expect(fileOf([early]).memberId).toBeUndefined();
    expect(left([early, said({ paid: 5000 })])).toBe(4000);
    expect(fileOf([early, said({ paid: 5000 })]).memberId).toBe('m-1');
  });

  test('is that of the first member who is named', () => {
    const early = fileOf([said({ memberId: undefined, refunds: [refund('1', 1000)] })]);
    // Of a member whom nobody has named, the file holds not even the name of the property.
    expect(early).toStrictEqual({ ...NOTHING, refunds: [refund('1', 1000)] });
    const named = withReport(early, said({}));
    expect(named).toStrictEqual({ ...early, memberId: 'm-1' });
    expect(withReport(named, said({ memberId: 'm-2', paid: 5000 })).memberId).toBe('m-1');
    expect(withReport(named, said({ memberId: undefined, paid: 5000 })).memberId).toBe('m-1');
  });

  test('that is cancelled keeps nothing, whatever was refunded before', () => {
    const cancelled = said({ paid: 5000, cancelledAt: 400 });
    expect(left([said({ paid: 5000 }), said({ refunds: [refund('1', 1000)] }), cancelled])).toBe(0);
    expect(transactions([cancelled, cancelled])).toEqual([
      ['7', 'purchase', 5000, 100],
      ['7/refund/cancellation', 'refund', 5000, 400],
    ]);
  });

  test('that is cancelled after it shrank keeps nothing either', () => {
    expect(left([said({ paid: 5000 }), said({ paid: 3000, cancelledAt: 400 })])).toBe(0);
  });

  test('that was cancelled before it was paid never counted', () => {
    expect(transactions([said({ cancelledAt: 400 })])).toEqual([]);
  });

  test.each([
    ['as is' as const, 1000],
    ['added' as const, 1210],
    ['removed' as const, 790],
  ])('takes the tax of a refund %s', (tax, amountMinor) => {
    const reports = [said({ refunds: [refund('1', 1000, 210)] }), said({ paid: 5000, tax })];
    expect(transactions(reports)[1]).toEqual(['7/refund/1', 'refund', amountMinor, 300]);
  });

  test('of which nobody said what holds the tax has its refunds as they are stated', () => {
    const file: OrderFile = {
      ...NOTHING,
      currency: 'EUR',
      parts: [{ amountMinor: 5000, occurredAt: 100 }],
      refunds: [refund('1', 1000, 210)],
    };
    expect(transactionsOf(file).map(({ id, amountMinor }) => [id, amountMinor])).toEqual([
      ['7', 5000],
      ['7/refund/1', 1000],
    ]);
  });

  test('has no refund of nothing', () => {
    expect(transactions([said({ paid: 5000, refunds: [refund('1', 0)] })])).toEqual([['7', 'purchase', 5000, 100]]);
  });

  test('is the same file when a message says nothing new, so that nothing is written', () => {
    const file = fileOf([said({ paid: 5000, refunds: [refund('1', 1000)] })]);
    expect(withReport(file, said({ paid: 5000, refunds: [refund('1', 1000)] }))).toBe(file);
    expect(withReport(file, said({}))).toBe(file);
    expect(withReport(file, said({ refunds: [refund('2', 1)] }))).not.toBe(file);
  });
});

test('in whatever order and however often a platform speaks, the same is left of an order, and no transaction is ever changed', () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 3 });
  const back = fc.uniqueArray(
    fc.record({ id: fc.constantFrom('1', '2', '3'), amount: fc.integer({ min: 1, max: 6_000 }) }),
    {
      selector: ({ id }) => id,
    },
  );
  const stories = fc
    .record({ amounts, back, cancelled: fc.boolean() })
    .map((made) => {
      const refunds = made.back.map(({ id, amount }) => refund(id, amount));
      const largest = Math.max(...made.amounts);
      const last = said({ paid: largest, refunds, ...(made.cancelled ? { cancelledAt: 400 } : {}) });
      const reports = [
        ...made.amounts.map((paid, place) => said({ paid, at: 100 + place })),
        ...refunds.map((one) => said({ refunds: [one] })),
        last,
      ];
      const gone = refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      return { reports, expected: made.cancelled ? 0 : Math.max(0, largest - gone) };
    })
    .chain(({ reports, expected }) =>
      fc.record({
        expected: fc.constant(expected),
        heard: fc.shuffledSubarray([...reports, ...reports], { minLength: 2 * reports.length }),
      }),
    );
  fc.assert(
    fc.property(stories, ({ heard, expected }) => {
      expect(left(heard)).toBe(expected);
      let file = NOTHING;
      for (const report of heard) {
        const before = transactionsOf(file);
        file = withReport(file, report);
        expect(transactionsOf(file)).toEqual(expect.arrayContaining(before));
      }
    }),
    { numRuns: 500 },
  );
});
