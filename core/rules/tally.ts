import { type Effect, tierPointsOf } from '../ledger/effect.ts';
import type { Program } from '../program/program.ts';
import { BEGINNING_OF_TIME, type Instant } from '../time.ts';
import { type Cycle, cycleAt } from './cycle.ts';

/** The sums of one cycle: S[c] in section 4 of docs/rules.md, and the sum of each tracker. */
export interface CycleSums {
  /** Points, or minor units with basis `spend`. May be below zero. */
  tier: number;
  trackers: readonly number[];
}

/**
 * The sums of a member's ledger that any tier can depend on: of this cycle, of the one before, and of all time. Older cycles decide nothing
 * (R6), so they are not kept.
 */
export interface Tally {
  cycle: Cycle;
  previous: CycleSums;
  current: CycleSums;
  lifetimePoints: number;
  lifetimeSpendMinor: number;
  orders: number;
  lifetimeTrackers: readonly number[];
  /** Points that can be spent. */
  balance: number;
  /** Keys that counted entries refer to, and that have not arrived yet: a refund before its order (E11). */
  awaited: readonly string[];
  /** More keys are awaited than a member item keeps. Then a rebuild counts every new entry. */
  awaitsMany: boolean;
  /** R8: the tier at which the member is held; left out if the sums give the same. */
  held?: string;
  /** When the newest counted entry happened; only if the program judges by the order of entries. An earlier entry needs a rebuild. */
  latestAt?: Instant;
}

export const MAX_AWAITED = 8;

export function zeroes(count: number): number[] {
  return new Array<number>(count).fill(0);
}

export function emptyTally(program: Program, enrolledAt: Instant, now: Instant): Tally {
  const none = zeroes(program.trackers.length);
  return {
    cycle: cycleAt(program.cycle, program.timeZone, enrolledAt, now),
    previous: { tier: 0, trackers: none },
    current: { tier: 0, trackers: none },
    lifetimePoints: 0,
    lifetimeSpendMinor: 0,
    orders: 0,
    lifetimeTrackers: none,
    balance: 0,
    awaited: [],
    awaitsMany: false,
    ...(program.earnedByPath && { latestAt: BEGINNING_OF_TIME }),
  };
}

/** Whether two tallies have the same sums. The tier at which a member is held (R8) is not compared. */
export function haveSameSums(a: Tally, b: Tally): boolean {
  // Lists, because a store may return the properties of an object in any order.
  const ofCycle = ({ tier, trackers }: CycleSums) => [tier, trackers];
  const sums = ({ previous, current, lifetimePoints, lifetimeSpendMinor, orders, lifetimeTrackers }: Tally) =>
    JSON.stringify([
      ...[ofCycle(previous), ofCycle(current)],
      ...[lifetimePoints, lifetimeSpendMinor, orders, lifetimeTrackers],
    ]);
  return sums(a) === sums(b);
}

/** The sums with one more effect, counted in the cycle of its moment. */
export function withEffect(tally: Tally, effect: Effect, at: Instant, program: Program): Tally {
  const { cycle } = tally;
  const inCurrent = at >= cycle.start;
  const inPrevious = !inCurrent && at >= cycle.previousStart;
  return {
    ...tally,
    current: inCurrent ? plusSums(tally.current, effect, program) : tally.current,
    previous: inPrevious ? plusSums(tally.previous, effect, program) : tally.previous,
    lifetimePoints: tally.lifetimePoints + effect.points,
    lifetimeSpendMinor: tally.lifetimeSpendMinor + effect.spendMinor,
    orders: tally.orders + effect.orders,
    lifetimeTrackers: plusEach(tally.lifetimeTrackers, effect.trackers),
    balance: tally.balance + effect.balance,
  };
}

function plusSums(sums: CycleSums, effect: Effect, program: Program): CycleSums {
  return { tier: sums.tier + tierPointsOf(effect, program), trackers: plusEach(sums.trackers, effect.trackers) };
}

function plusEach(a: readonly number[], b: readonly number[]): readonly number[] {
  return b.length === 0 ? a : a.map((value, place) => value + b[place]!);
}
