/** Random histories for the laws: everything that intake takes, from pools of ids so small that transactions really meet. */
import fc from 'fast-check';
import { entryKey, type LedgerEntry, TRANSACTION_TYPES, type Transaction } from '../../core/ledger/transaction.ts';
import { pointsFor, spendMinorOf, transactionProblems } from '../../core/ledger/transaction-rules.ts';
import type { ProgramFile } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { cycleAt } from '../../core/rules/cycle.ts';
import { HOUR_MS, type Instant, parseInstant } from '../../core/time.ts';
import { exampleProgram } from '../support/program.ts';

export const MEMBER_ID = 'm-1';
export const ENROLLED_AT: Instant = parseInstant('2024-02-29T22:30:00Z')!;
/** After everything that a history holds. */
export const LATER: Instant = parseInstant('2028-06-01T00:00:00Z')!;

const TIERS: ProgramFile['tiers'] = [
  { id: 'bronze', name: 'Bronze', threshold: 0 },
  { id: 'silver', name: 'Silver', threshold: 60, multiplier: 1.5 },
  {
    id: 'gold',
    name: 'Gold',
    threshold: 200,
    multiplier: 2,
    qualification: { any: 1, of: [{ tracker: 'visits', atLeast: 3 }, { lifetimeSpend: '500.00' }] },
  },
  {
    id: 'platinum',
    name: 'Platinum',
    threshold: 400,
    multiplier: 3,
    qualification: { all: [{ orders: 2 }, { tracker: 'nights', atLeast: 1.5 }] },
  },
];

function trackersOver(over: 'lifetime' | 'cycle'): ProgramFile['trackers'] {
  return {
    visits: { measure: 'count', of: { field: 'kind', equals: 'visit' }, over },
    nights: { measure: { sum: 'nights' }, of: { any: [{ type: 'purchase' }, { type: 'bonus' }] }, over: 'lifetime' },
  };
}

/**
 * One of each kind of rulebook: both bases, every type of cycle, both bases of an upgrade, zones with and without summer time, and
 * every way to fall (R8). No two of them count alike, so that an edit from one to another is met by everybody.
 */
export const PROGRAM_FILES: Partial<ProgramFile>[] = [
  { basis: 'points', cycle: { type: 'calendar' }, tiers: TIERS, trackers: trackersOver('cycle') },
  { basis: 'spend', cycle: { type: 'enrollment' }, tiers: TIERS, trackers: trackersOver('cycle') },
  { basis: 'points', cycle: { type: 'none' }, tiers: TIERS, trackers: trackersOver('lifetime') },
  {
    basis: 'points',
    cycle: { type: 'calendar', startsOn: '09-07' },
    upgradeBasis: 'carry',
    timeZone: 'America/Santiago',
    tiers: TIERS,
    trackers: trackersOver('cycle'),
  },
  {
    basis: 'spend',
    cycle: { type: 'calendar', startsOn: '02-29' },
    upgradeBasis: 'carry',
    tiers: TIERS,
    trackers: trackersOver('cycle'),
  },
  {
    basis: 'points',
    cycle: { type: 'enrollment' },
    downgrade: { timing: 'recalculation' },
    tiers: TIERS,
    trackers: trackersOver('cycle'),
  },
  {
    basis: 'spend',
    cycle: { type: 'calendar' },
    downgrade: { target: 'oneBelow' },
    tiers: TIERS,
    trackers: trackersOver('cycle'),
  },
  {
    basis: 'points',
    cycle: { type: 'calendar', startsOn: '06-15' },
    upgradeBasis: 'carry',
    downgrade: { timing: 'recalculation', target: 'base' },
    tiers: TIERS,
    trackers: trackersOver('cycle'),
  },
  {
    basis: 'spend',
    cycle: { type: 'none' },
    downgrade: { target: 'base' },
    tiers: TIERS,
    trackers: trackersOver('lifetime'),
  },
  {
    basis: 'points',
    cycle: { type: 'calendar' },
    timeZone: 'America/Santiago',
    downgrade: { timing: 'recalculation', target: 'oneBelow' },
    tiers: TIERS,
    trackers: trackersOver('lifetime'),
  },
];

export const PROGRAMS: Program[] = PROGRAM_FILES.map((file) => exampleProgram(file));

export const programs: fc.Arbitrary<Program> = fc.constantFrom(...PROGRAMS);

/** How many ids there are: few make parts, refunds and orphans meet, many fill the counted window. */
export type PoolSize = 'few' | 'many';

const POOLS: Record<PoolSize, { ids: string[]; orders: string[] }> = {
  few: { ids: ['a', 'b', 'c', 'd', 'e', 'f'], orders: ['a', 'b', 'o'] },
  many: {
    ids: Array.from({ length: 24 }, (_, place) => `t${place}`),
    orders: Array.from({ length: 12 }, (_, place) => `t${place}`),
  },
};

export function transactions(program: Program, size: PoolSize): fc.Arbitrary<Transaction> {
  const { ids, orders } = POOLS[size];
  const money = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ currency: 'EUR' }) },
    { weight: 1, arbitrary: fc.constant({ currency: 'USD', exchangeRate: '0.37' }) },
    { weight: 1, arbitrary: fc.constant({ currency: 'JPY', exchangeRate: '0.0061' }) },
  );
  const amounts = fc.oneof(
    fc.constantFrom(0, 1, 5_999, 6_000, 6_001, 20_000, 40_000),
    fc.integer({ min: 0, max: 40_000 }),
  );
  const points = fc.oneof(fc.constantFrom(1, 59, 60, 61, 200, 400), fc.integer({ min: 1, max: 400 }));
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const fields = fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('visit', 'other'),
        nights: fc.constantFrom(0.1, 0.2, 0.7, 1, 2.5, 'two'),
      }),
    },
  );
  return fc
    .record({
      id: fc.constantFrom(...ids),
      source: fc.constantFrom('api', 'pos'),
      type: fc.constantFrom(...TRANSACTION_TYPES, 'purchase' as const, 'refund' as const, 'refund' as const),
      orderId: maybe(fc.constantFrom(...orders)),
      points: maybe(points),
      negative: fc.boolean(),
      amountMinor: maybe(amounts),
      money,
      fields,
      excludeFromTier: fc.boolean(),
      occurredAt: moments(program),
    })
    .map((made) => transactionOf(made, program))
    .filter((transaction) => transactionProblems(transaction, program, LATER).length === 0);
}

function transactionOf(
  made: {
    negative: boolean;
    money: { currency: string; exchangeRate?: string };
    amountMinor: number | undefined;
    points: number | undefined;
    excludeFromTier: boolean;
    orderId: string | undefined;
    fields: Record<string, string | number> | undefined;
  } & Pick<Transaction, 'id' | 'source' | 'type' | 'occurredAt'>,
  program: Program,
): Transaction {
  const { id, source, type, occurredAt, orderId, fields, points = 50 } = made;
  const transaction: Transaction = { id, source, type, occurredAt };
  if (orderId !== undefined) transaction.orderId = orderId;
  if (type === 'refund') transaction.orderId ??= id;
  if (fields !== undefined) transaction.fields = fields;
  const sign = made.negative && (type === 'adjustment' || type === 'tierAdjustment') ? -1 : 1;
  const takesAmount = type === 'purchase' || type === 'refund' || type === 'tierAdjustment';
  const amountMinor = made.amountMinor ?? (takesAmount && program.basis === 'spend' ? 5_000 : undefined);
  if (takesAmount && amountMinor !== undefined) {
    Object.assign(transaction, made.money, { amountMinor: sign * amountMinor });
  }
  const needsPoints = transaction.amountMinor === undefined || type === 'tierAdjustment';
  if (needsPoints || (type === 'purchase' && made.negative)) transaction.points = sign * points;
  if (type === 'adjustment' && made.excludeFromTier) transaction.excludeFromTier = true;
  return transaction;
}

/** Moments of four years: any, and those on and around the ends of cycles. */
export function moments(program: Program): fc.Arbitrary<Instant> {
  const any = fc.integer({ min: parseInstant('2023-06-01T00:00:00Z')!, max: parseInstant('2027-06-01T00:00:00Z')! });
  const near = fc
    .tuple(any, fc.constantFrom(-25 * HOUR_MS, -HOUR_MS, -1, 0, 1, HOUR_MS, 25 * HOUR_MS))
    .map(([moment, distance]) => {
      const { start } = cycleAt(program.cycle, program.timeZone, ENROLLED_AT, moment);
      return Number.isFinite(start) && Math.abs(start) < LATER ? start + distance : moment;
    });
  return fc.oneof(any, near);
}

/** A transaction as the ledger keeps it. @param multiplierOf the tier whose multiplier decides what a purchase awards */
export function entryOf(transaction: Transaction, program: Program, recordedAt: Instant, rank = 0): LedgerEntry {
  const entry: LedgerEntry = { ...transaction, memberId: MEMBER_ID, recordedAt };
  const spendMinor = spendMinorOf(transaction, program);
  if (spendMinor !== undefined) entry.spendMinor = spendMinor;
  if (entry.type === 'purchase') {
    entry.awardedPoints = transaction.points ?? pointsFor(spendMinor ?? 0, program, program.tiers[rank]!);
  }
  return entry;
}

/** The entries of a ledger, each key once; all recorded some time after they happened. */
export function ledgers(program: Program, size: PoolSize = 'few'): fc.Arbitrary<LedgerEntry[]> {
  const delays = fc.constantFrom(0, 1, HOUR_MS, 27 * HOUR_MS, 400 * 24 * HOUR_MS);
  const entries = fc
    .tuple(transactions(program, size), delays)
    .map(([transaction, delay]) => entryOf(transaction, program, transaction.occurredAt + delay));
  return fc.uniqueArray(entries, { selector: entryKey, maxLength: size === 'few' ? 10 : 30, size: 'max' });
}

/** A program with a ledger, and the same ledger in another order. */
export function shuffledLedgers(
  size: PoolSize = 'few',
): fc.Arbitrary<{ program: Program; ledger: LedgerEntry[]; shuffled: LedgerEntry[] }> {
  return programs.chain((program) =>
    ledgers(program, size).chain((ledger) =>
      fc.shuffledSubarray(ledger, { minLength: ledger.length }).map((shuffled) => ({ program, ledger, shuffled })),
    ),
  );
}
