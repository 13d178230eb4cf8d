import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrderOfOccurrence } from '../../../core/ledger/chronological-replay.ts';
import { tallyOf } from '../../../core/ledger/ledger-tally.ts';
import { Replay } from '../../../core/ledger/replay.ts';
import type { LedgerEntry, Transaction, TransactionType } from '../../../core/ledger/transaction.ts';
import type { Program } from '../../../core/program/program.ts';
import { earnedTier } from '../../../core/rules/qualification.ts';
import { MAX_AWAITED, type Tally } from '../../../core/rules/tally.ts';
import { type Instant, parseInstant } from '../../../core/time.ts';
import { referenceEarned, referenceFigures } from '../../../proof/reference/reference-member.ts';
import { exampleBrand, exampleProgram } from '../../support/program.ts';
import {
  ENROLLED_AT,
  entryOf,
  LATER,
  ledgers,
  moments,
  PROGRAM_FILES,
  PROGRAMS,
  shuffledLedgers,
} from '../histories.ts';

const FILES = PROGRAM_FILES.map((file) => exampleBrand(file).program);
const POINTS = exampleProgram();
const SPEND = exampleProgram({ basis: 'spend' });

/** A moment of each of three calendar cycles in a row, the last being the present one. */
const OLDER = '2024-05-02T10:00:00Z';
const PREVIOUS = '2025-05-02T10:00:00Z';
const CURRENT = '2026-05-02T10:00:00Z';
const NOW = parseInstant('2026-06-01T00:00:00Z')!;

function entry(facts: Partial<Transaction> & { id: string; type: TransactionType }, at: string): LedgerEntry {
  return entryOf({ source: 'api', ...facts, occurredAt: parseInstant(at)! }, POINTS, parseInstant(at)!);
}

const bought = (id: string, points: number, at: string, orderId?: string) =>
  entry(
    { id, type: 'purchase', points, amountMinor: points * 100, currency: 'EUR', ...(orderId ? { orderId } : {}) },
    at,
  );
const refunded = (id: string, orderId: string, amountMinor: number, at: string) =>
  entry({ id, type: 'refund', orderId, amountMinor, currency: 'EUR' }, at);
const expired = (id: string, points: number, at: string, orderId?: string) =>
  entry({ id, type: 'expiry', points, ...(orderId ? { orderId } : {}) }, at);

/** [S of the last cycle, S of this one], whatever the order in which the entries are read. */
function sums(entries: LedgerEntry[], program = POINTS, now: Instant = NOW): [number, number] {
  const tallies = [entries, [...entries].reverse()].map((order) => tallyOf(order, program, ENROLLED_AT, now));
  expect(tallies[0]).toEqual(tallies[1]);
  return [tallies[0]!.previous.tier, tallies[0]!.current.tier];
}

describe('R6: the cycle that a transaction belongs to', () => {
  test('is the one that contains its moment', () => {
    const boundary = '2025-12-31T23:00:00Z';
    expect(sums([bought('a', 10, '2025-12-31T22:59:59.999Z'), bought('b', 7, boundary)])).toEqual([10, 7]);
  });

  test("of a refund is its order's: last cycle's order lowers only that cycle", () => {
    expect(sums([bought('a', 1000, PREVIOUS), refunded('r', 'a', 30_000, CURRENT)])).toEqual([700, 0]);
    expect(sums([bought('a', 1000, PREVIOUS), refunded('r', 'a', 30_000, CURRENT)], SPEND)).toEqual([70_000, 0]);
  });

  test("of a refund is its order's: an older order's lowers neither", () => {
    const entries = [bought('a', 1000, OLDER), refunded('r', 'a', 30_000, CURRENT), bought('b', 5, CURRENT)];
    expect(sums(entries)).toEqual([0, 5]);
    expect(tallyOf(entries, POINTS, ENROLLED_AT, NOW).lifetimePoints).toBe(705);
  });

  test('of an order in parts is that of its first', () => {
    const entries = [bought('a', 100, PREVIOUS), bought('a/2', 50, CURRENT, 'a')];
    expect(sums(entries)).toEqual([150, 0]);
  });

  test('of an expiry is its own date where it names nothing', () => {
    expect(sums([bought('a', 1000, PREVIOUS), expired('x', 200, CURRENT)])).toEqual([1000, -200]);
  });

  test('of an expiry is that of the order it names', () => {
    expect(sums([bought('a', 1000, PREVIOUS), expired('x', 200, CURRENT, 'a')])).toEqual([800, 0]);
    expect(sums([bought('p', 1000, PREVIOUS, 'o'), expired('x', 200, CURRENT, 'o')])).toEqual([800, 0]);
    expect(sums([bought('a', 1000, OLDER), expired('x', 200, CURRENT, 'a')])).toEqual([0, 0]);
  });

  test('of an expiry is that of the bonus it names', () => {
    const bonus = entry({ id: 'b', type: 'bonus', points: 300 }, PREVIOUS);
    expect(sums([bonus, expired('x', 300, CURRENT, 'b')])).toEqual([0, 0]);
  });

  test('of an expiry that names what has not come is its own date, until it has', () => {
    const expiry = expired('x', 200, CURRENT, 'a');
    expect(sums([expiry])).toEqual([0, -200]);
    expect(sums([expiry, bought('a', 1000, PREVIOUS)])).toEqual([800, 0]);
  });

  test('of all expiries that name what has not come is that of what they name, once it has', () => {
    const expiries = [expired('x', 200, CURRENT, 'a'), expired('y', 30, CURRENT, 'a')];
    expect(sums(expiries)).toEqual([0, -230]);
    expect(sums([...expiries, bought('a', 1000, PREVIOUS)])).toEqual([770, 0]);
  });

  test('is never that of another source: its ids are its own', () => {
    const elsewhere = { ...bought('a', 1000, PREVIOUS), source: 'pos' };
    expect(sums([elsewhere, refunded('r', 'a', 30_000, CURRENT), expired('x', 200, CURRENT, 'a')])).toEqual([
      1000, -200,
    ]);
  });
});

describe('E11: a refund before its order', () => {
  const order = bought('a', 1000, CURRENT);
  const refund = refunded('r', 'a', 30_000, CURRENT);

  test('takes nothing while the order is not there', () => {
    expect(sums([refund])).toEqual([0, 0]);
  });

  test('leaves, once both are there, the same as in the right order', () => {
    expect(sums([refund, order])).toEqual([0, 700]);
    const replay = new Replay(POINTS, ENROLLED_AT);
    expect(replay.add(refund)).toMatchObject({ waitsFor: 'api#a', effect: { points: 0 } });
    expect(replay.add(order)).toMatchObject({ effect: { points: 700 } });
    expect(replay.tallyAt(NOW)).toEqual(tallyOf([order, refund], POINTS, ENROLLED_AT, NOW));
  });
});

describe('what one more entry did is told', () => {
  const bonus = entry({ id: 'b', type: 'bonus', points: 300 }, PREVIOUS);
  const named = expired('x', 200, CURRENT, 'b');
  const took = { points: -200, spendMinor: 0, balance: -200, orders: 0, trackers: [] };

  test('by what it adds, and the moment whose cycle it belongs to', () => {
    const replay = new Replay(POINTS, ENROLLED_AT);
    expect(replay.add(bonus)).toStrictEqual({
      entry: bonus,
      effect: { points: 300, spendMinor: 0, balance: 300, orders: 0, trackers: [] },
      countsAt: parseInstant(PREVIOUS),
    });
    expect(replay.add(named)).toStrictEqual({ entry: named, effect: took, countsAt: parseInstant(PREVIOUS) });
  });

  test('of a part of an order, too, which is no further order', () => {
    const [first, second] = [bought('a', 100, PREVIOUS), bought('a/2', 50, CURRENT, 'a')];
    const replay = new Replay(POINTS, ENROLLED_AT);
    const countsAt = parseInstant(PREVIOUS);
    expect(replay.add(first)).toEqual({
      entry: first,
      effect: { points: 100, spendMinor: 10_000, balance: 100, orders: 1, trackers: [] },
      countsAt,
    });
    expect(replay.add(second)).toEqual({
      entry: second,
      effect: { points: 50, spendMinor: 5000, balance: 50, orders: 0, trackers: [] },
      countsAt,
    });
  });

  test('and what it waits for, where it names something unknown', () => {
    expect(new Replay(POINTS, ENROLLED_AT).add(named)).toStrictEqual({
      entry: named,
      effect: took,
      countsAt: parseInstant(CURRENT),
      waitsFor: 'api#b',
    });
  });
});

describe('the sums of a member', () => {
  test('are of this cycle and the one before; older ones live on in the figures of a lifetime only', () => {
    const entries = [bought('a', 1, OLDER), bought('b', 20, PREVIOUS), bought('c', 300, CURRENT)];
    const tally = tallyOf(entries, POINTS, ENROLLED_AT, NOW);
    expect(tally).toMatchObject({
      previous: { tier: 20 },
      current: { tier: 300 },
      lifetimePoints: 321,
      lifetimeSpendMinor: 32_100,
      orders: 3,
      balance: 321,
    });
  });

  test('of a program without cycles are those of all time, and nothing came before', () => {
    const program = exampleProgram({ cycle: { type: 'none' } });
    expect(sums([bought('a', 1, OLDER), bought('b', 20, PREVIOUS), bought('c', 300, CURRENT)], program)).toEqual([
      0, 321,
    ]);
  });

  test('can be had without a pass over what is awaited', () => {
    const replay = new Replay(POINTS, ENROLLED_AT);
    for (const one of [bought('a', 10, CURRENT), refunded('r', 'b', 100, CURRENT)]) replay.add(one);
    const tally = replay.tallyAt(NOW);
    expect(tally.awaited).toEqual(['api#b']);
    expect(replay.sumsAt(NOW)).toEqual({ ...tally, awaited: [], awaitsMany: false });
  });

  test('may be below zero inside: what is missing is not forgiven', () => {
    expect(sums([entry({ id: 'a', type: 'adjustment', points: -500 }, CURRENT)])).toEqual([0, -500]);
  });
});

describe('what a member waits for', () => {
  const awaited = (entries: LedgerEntry[]) => {
    const tally = tallyOf(entries, POINTS, ENROLLED_AT, NOW);
    if (tally.awaitsMany) expect(tally.awaited).toEqual([]);
    return tally.awaitsMany ? 'many' : tally.awaited;
  };

  test('is the order of a refund, and what an expiry names', () => {
    expect(awaited([refunded('r', 'a', 100, CURRENT), expired('x', 5, CURRENT, 'b')])).toEqual(['api#a', 'api#b']);
  });

  test('is the order of a part that came first', () => {
    expect(awaited([bought('a/2', 50, CURRENT, 'a')])).toEqual(['api#a']);
  });

  test('is nothing for an expiry that names nothing', () => {
    expect(awaited([expired('x', 5, CURRENT)])).toEqual([]);
  });

  test('is nothing once it has come', () => {
    expect(awaited([refunded('r', 'a', 100, CURRENT), bought('a', 50, CURRENT)])).toEqual([]);
  });

  test.each([
    [MAX_AWAITED - 1, 'list'],
    [MAX_AWAITED, 'list'],
    [MAX_AWAITED + 1, 'many'],
  ])('is kept as a list while it is short: %i orders make a %s', (count, kept) => {
    const orphans = Array.from({ length: count }, (_, place) => refunded(`r${place}`, `a${place}`, 100, CURRENT));
    const waitsFor = awaited(orphans);
    expect(waitsFor === 'many' ? 'many' : waitsFor.length).toBe(kept === 'many' ? 'many' : count);
  });
});

test('entries are read in the order of occurrence, and those of one moment always in the same', () => {
  const entries = [bought('c', 1, CURRENT), bought('b', 1, PREVIOUS), bought('a', 1, CURRENT), bought('d', 1, OLDER)];
  const ids = (list: LedgerEntry[]) => inOrderOfOccurrence(list).map(({ id }) => id);
  expect(ids(entries)).toEqual(['d', 'b', 'a', 'c']);
  expect(ids([...entries].reverse())).toEqual(['d', 'b', 'a', 'c']);
});

/** A tally in the reference's words. */
function figuresOf(tally: Tally, program: Program) {
  const trackers = program.trackers.map(({ name }, place) => {
    const [carry, previous] = [tally.current.trackers[place]!, tally.previous.trackers[place]!];
    return [name, { lifetime: tally.lifetimeTrackers[place]!, both: carry + previous, carry, previous }] as const;
  });
  return {
    both: tally.current.tier + tally.previous.tier,
    carry: tally.current.tier,
    previous: tally.previous.tier,
    lifetimePoints: tally.lifetimePoints,
    lifetimeSpendMinor: tally.lifetimeSpendMinor,
    orders: tally.orders,
    balance: tally.balance,
    trackers: Object.fromEntries(trackers),
  };
}

describe('any ledger', () => {
  test('R4: gives the same member in whatever order its entries come', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<('few' | 'many')[]>('few', 'few', 'many').chain((size) => shuffledLedgers(size)),
        fc.constantFrom(ENROLLED_AT, LATER),
        ({ program, ledger, shuffled }, at) => {
          expect(tallyOf(shuffled, program, ENROLLED_AT, at)).toEqual(tallyOf(ledger, program, ENROLLED_AT, at));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each(PROGRAMS.map((program, place) => [FILES[place]!.basis, FILES[place]!.cycle.type, place, program] as const))(
    'adds up to what the rules say, read naively: basis %s, cycle %s (%#)',
    (_basis, _cycle, place, program) => {
      fc.assert(
        fc.property(ledgers(program), moments(program), (ledger, at) => {
          const tally = tallyOf(ledger, program, ENROLLED_AT, at);
          const reference = referenceFigures(ledger, FILES[place]!, ENROLLED_AT, at);
          expect(figuresOf(tally, program)).toEqual(reference);
          expect(earnedTier(program, tally).id).toBe(referenceEarned(ledger, FILES[place]!, ENROLLED_AT, at));
        }),
        { numRuns: 300 },
      );
    },
  );
});
