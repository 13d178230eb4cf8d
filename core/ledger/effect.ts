import { floorShare } from '../money.ts';
import type { Program } from '../program/program.ts';
import type { LedgerEntry } from './transaction.ts';

/** What an entry, or an order with its refunds, adds to a member's sums (the table in section 2 of docs/rules.md). */
export interface Effect {
  points: number;
  spendMinor: number;
  balance: number;
  orders: number;
  trackers: readonly number[];
}

const NO_TRACKERS: readonly number[] = [];
export const NO_EFFECT: Effect = { points: 0, spendMinor: 0, balance: 0, orders: 0, trackers: NO_TRACKERS };

/** What an entry adds when it stands alone. A refund alone adds nothing: it takes its share of its order (R3). */
export function effectOf(entry: LedgerEntry, program: Program): Effect {
  const trackers = trackersOf(entry, program);
  switch (entry.type) {
    case 'purchase': {
      const points = entry.awardedPoints ?? 0;
      return { points, spendMinor: entry.spendMinor ?? 0, balance: points, orders: 1, trackers };
    }
    case 'bonus': {
      const points = entry.points ?? 0;
      return { points, spendMinor: 0, balance: points, orders: 0, trackers };
    }
    case 'adjustment': {
      const points = entry.points ?? 0;
      return { points: entry.excludeFromTier ? 0 : points, spendMinor: 0, balance: points, orders: 0, trackers };
    }
    case 'tierAdjustment':
      return { points: entry.points ?? 0, spendMinor: entry.spendMinor ?? 0, balance: 0, orders: 0, trackers };
    case 'redemption':
      return { points: 0, spendMinor: 0, balance: -(entry.points ?? 0), orders: 0, trackers };
    case 'redemptionReversal':
      return { points: 0, spendMinor: 0, balance: entry.points ?? 0, orders: 0, trackers };
    case 'expiry': {
      const points = -(entry.points ?? 0);
      return { points, spendMinor: 0, balance: points, orders: 0, trackers };
    }
    case 'refund':
      return NO_EFFECT;
  }
}

function trackersOf(entry: LedgerEntry, program: Program): readonly number[] {
  if (program.trackers.length === 0) return NO_TRACKERS;
  return program.trackers.map((tracker) => tracker.measure(entry));
}

/**
 * What an order with its refunds adds: `floor(points × (amount − refunded) / amount)`, never below 0 (R3). It is computed from the
 * set, so the order of arrival cannot matter. Parts make one order; a fully refunded order is no order and no visit.
 * @param purchases the order's parts, usually one; @param refunds every refund that names the order
 */
export function orderEffect(
  purchases: readonly LedgerEntry[],
  refunds: readonly LedgerEntry[],
  program: Program,
): Effect {
  if (purchases.length === 0) return NO_EFFECT;
  const whole = purchases.map((purchase) => effectOf(purchase, program)).reduce(plus);
  const { amount, refunded } = amountsOf([...purchases], [...refunds]);
  let { points, spendMinor } = whole;
  const left = Math.max(0, amount - refunded);
  if (amount > 0) {
    points = floorShare(points, { numerator: left, denominator: amount });
    spendMinor = floorShare(spendMinor, { numerator: left, denominator: amount });
  }
  // A refund that brings points and no amount, as shops do that post points only, takes just those.
  for (const refund of refunds) if (refund.amountMinor === undefined) points -= refund.points ?? 0;
  points = Math.max(0, points);
  const remains = refunds.length === 0 || (amount > 0 ? left : points) > 0;
  return {
    points,
    spendMinor,
    balance: points,
    orders: remains ? 1 : 0,
    trackers: remains ? whole.trackers : whole.trackers.map(() => 0),
  };
}

/**
 * The order's amount and what was refunded of it, in the order's own currency; in the program's where its parts differ. A refund in
 * another currency takes what its value in the program's currency is of the order's. Each refund by itself: a further one, in
 * whatever currency, gives nothing back that an earlier one took.
 */
function amountsOf(purchases: LedgerEntry[], refunds: LedgerEntry[]): { amount: number; refunded: number } {
  const priced = purchases.filter((entry) => entry.amountMinor !== undefined);
  const currency = priced[0]?.currency;
  const oneCurrency = priced.every((entry) => entry.currency === currency);
  const sum = (amounts: (number | undefined)[]) => amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0);
  const value = sum(purchases.map(({ spendMinor }) => spendMinor));
  const amount = oneCurrency ? sum(priced.map(({ amountMinor }) => amountMinor)) : value;
  const refundedBy = (refund: LedgerEntry) => {
    if (oneCurrency && refund.currency === currency) return refund.amountMinor;
    return value > 0 ? floorShare(amount, { numerator: refund.spendMinor ?? 0, denominator: value }) : 0;
  };
  return { amount, refunded: sum(refunds.map(refundedBy)) };
}

export function plus(a: Effect, b: Effect): Effect {
  return combine(a, b, 1);
}

export function minus(a: Effect, b: Effect): Effect {
  return combine(a, b, -1);
}

function combine(a: Effect, b: Effect, sign: 1 | -1): Effect {
  const count = Math.max(a.trackers.length, b.trackers.length);
  return {
    points: a.points + sign * b.points,
    spendMinor: a.spendMinor + sign * b.spendMinor,
    balance: a.balance + sign * b.balance,
    orders: a.orders + sign * b.orders,
    trackers: Array.from({ length: count }, (_, place) => (a.trackers[place] ?? 0) + sign * (b.trackers[place] ?? 0)),
  };
}

/** The part of an effect that moves tiers, in the program's basis. */
export function tierPointsOf(effect: Effect, program: Program): number {
  return program.basis === 'points' ? effect.points : effect.spendMinor;
}
