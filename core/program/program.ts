/** The rulebook as the engine works with it: made once from the brand's file, with every figure in the ledger's units. */

import type { TierAction } from '../actions/tier-action.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import { type Decimal, parseAmount, parseDecimal } from '../money.ts';
import type { CycleRule } from '../rules/cycle.ts';
import { MAX_MEASURED, TRACKER_UNIT } from '../rules/tracker-unit.ts';
import { type Instant, momentIn, parseInstant } from '../time.ts';
import type {
  Amount,
  Brand,
  ConditionFile,
  DowngradeTarget,
  DowngradeTiming,
  PromotionFile,
  TierFile,
  TrackerFile,
} from './brand.ts';
import { fingerprint } from './fingerprint.ts';
import { matcherOf } from './transaction-filter.ts';

export interface Program {
  /** Names the content of the rulebook: every tier change records which one judged it. */
  version: string;
  /** When it began, where the file says so. */
  launchedAt: Instant | undefined;
  timeZone: string;
  currency: string;
  basis: 'points' | 'spend';
  pointsPerUnit: Decimal | undefined;
  cycle: CycleRule;
  upgradeBasis: 'current' | 'carry';
  /** From the base tier up; a tier's rank is its place here. */
  tiers: readonly [Tier, ...Tier[]];
  trackers: readonly Tracker[];
  promotions: readonly Promotion[];
  expiryBoundary: 'startOfDay' | 'endOfDay';
  downgradeTiming: DowngradeTiming;
  downgradeTarget: DowngradeTarget;
  /** R8: whether the earned tier depends on the way that the sums went, too. By default it follows from the sums alone. */
  earnedByPath: boolean;
  reminders: {
    /** The longest first. */
    daysBefore: readonly number[];
    notify: boolean;
  };
  /**
   * Names everything that shapes a member's sums. Sums made under another rule are worth nothing: the member is rebuilt from the
   * ledger. Thresholds and texts are not part of it. Behind a dot, where falls do not simply follow the points: how they do (R8).
   */
  countingRule: string;
}

export interface Tier {
  id: string;
  name: string;
  names: Readonly<Record<string, string>>;
  rank: number;
  multiplier: Decimal;
  conditions: readonly Condition[];
  /** How many of the conditions must hold; 0 for the base tier. */
  needed: number;
}

/** A tier as records and events name it. */
export type TierRef = Pick<Tier, 'id' | 'name' | 'rank'>;

export function tierRef({ id, name, rank }: Tier): TierRef {
  return { id, name, rank };
}

export type Measure = 'tierPoints' | 'lifetimePoints' | 'lifetimeSpend' | 'orders' | 'tracker';

export interface Condition {
  measure: Measure;
  /** In the ledger's units: points, minor units, orders, or thousandths of a tracker. */
  atLeast: number;
  /** The tracker's place in `program.trackers`, or -1. */
  tracker: number;
}

export interface Tracker {
  name: string;
  over: 'lifetime' | 'cycle';
  /** What an entry adds, in thousandths: whole numbers add up to the same in any order, fractions do not (R4). */
  measure(entry: LedgerEntry): number;
}

export interface Promotion {
  id: string;
  /** Whether a transaction fires it; undefined where enrolment does. */
  matches: ((entry: LedgerEntry) => boolean) | undefined;
  /** What it does, but for the id and the transaction, which each firing has of its own. */
  action: Omit<TierAction, 'id'>;
}

const DEFAULT_REMINDER_DAYS = [30, 7];

const ONE: Decimal = { digits: 1n, scale: 0 };

/**
 * Compiles a brand's program.
 * @param brand as `readBrand` returned it: nothing is checked again
 */
export function compileProgram(brand: Brand): Program {
  const file = brand.program;
  const trackerNames = Object.keys(file.trackers ?? {});

  const compileCondition = (condition: ConditionFile): Condition => {
    if ('lifetimePoints' in condition)
      return { measure: 'lifetimePoints', atLeast: condition.lifetimePoints, tracker: -1 };
    if ('orders' in condition) return { measure: 'orders', atLeast: condition.orders, tracker: -1 };
    if ('lifetimeSpend' in condition) {
      return { measure: 'lifetimeSpend', atLeast: minorUnits(condition.lifetimeSpend, file.currency), tracker: -1 };
    }
    return {
      measure: 'tracker',
      atLeast: Math.round(condition.atLeast * TRACKER_UNIT),
      tracker: trackerNames.indexOf(condition.tracker),
    };
  };

  const compileTier = (tier: TierFile, rank: number): Tier => {
    const conditions: Condition[] = [];
    if (rank > 0 && tier.threshold !== undefined) {
      const atLeast = file.basis === 'spend' ? minorUnits(tier.threshold, file.currency) : Number(tier.threshold);
      conditions.push({ measure: 'tierPoints', atLeast, tracker: -1 });
    }
    const further = tier.qualification;
    if (further) conditions.push(...('all' in further ? further.all : further.of).map(compileCondition));
    return {
      id: tier.id,
      name: tier.name,
      names: tier.names ?? {},
      rank,
      multiplier: decimalOf(tier.multiplier) ?? ONE,
      conditions,
      needed: further && 'any' in further ? further.any : conditions.length,
    };
  };

  const { timing: downgradeTiming = 'realtime', target: downgradeTarget = 'qualified' } = file.downgrade ?? {};
  const earnedByPath = downgradeTiming !== 'realtime' || downgradeTarget !== 'qualified';
  const sumsRule = fingerprint([file.timeZone, file.currency, file.basis, file.cycle, file.trackers ?? {}]);

  return {
    version: fingerprint(file),
    launchedAt: file.launchedOn === undefined ? undefined : momentIn(file.launchedOn, file.timeZone),
    timeZone: file.timeZone,
    currency: file.currency,
    basis: file.basis,
    pointsPerUnit: decimalOf(file.pointsPerUnit),
    cycle: compileCycle(file.cycle),
    upgradeBasis: file.upgradeBasis ?? 'current',
    tiers: file.tiers.map(compileTier) as unknown as Program['tiers'],
    trackers: Object.entries(file.trackers ?? {}).map(([name, tracker]) =>
      compileTracker(name, tracker, file.timeZone),
    ),
    promotions: (file.promotions ?? []).map((promotion) => compilePromotion(promotion, file.timeZone)),
    expiryBoundary: file.expiryBoundary ?? 'startOfDay',
    downgradeTiming,
    downgradeTarget,
    earnedByPath,
    reminders: {
      daysBefore: [...(file.reminders?.daysBefore ?? DEFAULT_REMINDER_DAYS)].sort((a, b) => b - a),
      notify: file.reminders?.notify ?? false,
    },
    countingRule: earnedByPath ? `${sumsRule}.${downgradeTiming}.${downgradeTarget}` : sumsRule,
  };
}

function compileCycle(cycle: Brand['program']['cycle']): CycleRule {
  if (cycle.type !== 'calendar') return { type: cycle.type };
  const [month, day] = (cycle.startsOn ?? '01-01').split('-').map(Number);
  return { type: 'calendar', month: month!, day: day! };
}

function compilePromotion(promotion: PromotionFile, timeZone: string): Promotion {
  const { id, trigger, expiry, ...action } = promotion;
  return {
    id,
    matches: trigger.on === 'transaction' ? matcherOf(trigger.where, timeZone) : undefined,
    action: {
      ...action,
      ...(expiry && { expiry: expiry.type === 'instant' ? { ...expiry, at: parseInstant(expiry.at)! } : expiry }),
    },
  };
}

function compileTracker(name: string, tracker: TrackerFile, timeZone: string): Tracker {
  const matches = matcherOf(tracker.of, timeZone);
  const { measure } = tracker;
  const amountOf = (entry: LedgerEntry) => {
    if (measure === 'count') return TRACKER_UNIT;
    const value = entry.fields?.[measure.sum];
    const measures = typeof value === 'number' && Math.abs(value) <= MAX_MEASURED;
    return measures ? Math.round(value * TRACKER_UNIT) : 0;
  };
  // A refund undoes its order; it is no visit, flight or stay of its own.
  return {
    name,
    over: tracker.over,
    measure: (entry) => (entry.type !== 'refund' && matches(entry) ? amountOf(entry) : 0),
  };
}

/** An amount of the brand's file in minor units. Its decimal digits are taken one by one: 499.50 is exactly 49950. */
function minorUnits(amount: Amount, currency: string): number {
  const minor = parseAmount(String(amount), currency);
  return typeof minor === 'number' ? minor : Number.NaN;
}

/** A number of the brand's file, taken by its decimal digits: 1.1 is exactly 11 tenths. */
function decimalOf(value: number | undefined): Decimal | undefined {
  return value === undefined ? undefined : parseDecimal(String(value));
}

export function tierById(program: Program, id: string): Tier | undefined {
  return program.tiers.find((tier) => tier.id === id);
}

/** A tier's rank; below all of them where the program has no such tier (any more). */
export function rankOf(program: Program, id: string): number {
  return tierById(program, id)?.rank ?? -1;
}

/** Which way a change of tier goes. A tier that the program no longer has counts as the lowest: who falls from it to that one falls. */
export function directionOf(program: Program, from: string, to: string): 'up' | 'down' | 'none' {
  if (from === to) return 'none';
  return rankOf(program, to) > Math.max(rankOf(program, from), 0) ? 'up' : 'down';
}

/** The tier's name in the first of the languages that the brand has one in, as near as it has: `es-MX`, then `es`; else its own name. */
export function tierName(tier: Tier, ...locales: (string | undefined)[]): string {
  const found = locales
    .flatMap((locale) => (locale ? [tier.names[locale], tier.names[locale.split('-')[0]!]] : []))
    .find((name) => name !== undefined);
  return found ?? tier.name;
}
