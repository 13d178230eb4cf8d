import type { Grant } from '../actions/grant.ts';
import { moneyText, numberText } from '../locale-format.ts';
import { currencyDigits } from '../money.ts';
import type { Condition, Program, Tier } from '../program/program.ts';
import { END_OF_TIME, type Instant } from '../time.ts';
import { afterCycleEnd } from './next-cycle.ts';
import { earnedTier, measured, qualifies, type Span } from './qualification.ts';
import type { Tally } from './tally.ts';
import { TRACKER_UNIT } from './tracker-unit.ts';
import { visibleTier } from './visible-tier.ts';

export interface Progress {
  next: { tier: string; missing: number | null; conditions: ConditionProgress[]; needed: number } | null;
  keep: { missing: number | null; by: Instant } | null;
  expectedAtCycleEnd: string;
}

export interface ConditionProgress {
  what: string;
  have: number;
  need: number;
  missing: number;
}

/** Tier points as people read them: points, or units of the currency with basis `spend`; at least 0 (docs/rules.md, section 4). */
export function shown(tierPoints: number, program: Program): number {
  return Math.max(0, tierPoints) / tierPointsUnit(program);
}

/** How many units of the ledger (points, or minor units) are one unit that people read. */
export function tierPointsUnit(program: Program): number {
  return program.basis === 'spend' ? 10 ** currencyDigits(program.currency) : 1;
}

/**
 * Tier points in a text: money with its currency if the program counts spend, otherwise a bare number.
 * @param value in units that people read
 */
export function tierPointsText(value: number, { basis, currency }: Program, locale?: string): string {
  return basis === 'spend' ? moneyText(value, currency, locale) : numberText(value, locale);
}

export function tierPointsShown(tally: Tally, program: Program): number {
  return shown(tally.previous.tier + tally.current.tier, program);
}

/**
 * What is missing to the next tier, what keeps the visible one, and which tier the end of the cycle brings if nothing more happens.
 * @param grants the live grants of the member
 */
export function progressOf(tally: Tally, program: Program, visible: Tier, grants?: readonly Grant[]): Progress {
  const next = program.tiers[visible.rank + 1];
  const ends = tally.cycle.end !== END_OF_TIME;
  const span: Span = program.upgradeBasis === 'current' ? 'both' : 'current';
  // Without an end of a cycle, the expected tier is the one after the ends of all grants.
  const expected = visibleTier(
    earnedTier(program, ends ? afterCycleEnd(tally, program) : tally),
    grants,
    ends ? tally.cycle.end : END_OF_TIME - 1,
    program,
  );
  // The next end judges the points of this cycle alone. But nothing is missing to a tier that a grant gives for longer.
  const toKeep = () => (expected.id === visible.id ? 0 : distanceTo(visible, tally, program, 'current').missing);
  return {
    next: next ? { tier: next.id, ...distanceTo(next, tally, program, span), needed: next.needed } : null,
    keep: ends && visible.rank > 0 ? { missing: toKeep(), by: tally.cycle.end } : null,
    expectedAtCycleEnd: expected.id,
  };
}

/** What is missing to a tier: in tier points, and condition by condition. 0 when it is reached; null when points do not lead to it. */
export function distanceTo(
  tier: Tier,
  tally: Tally,
  program: Program,
  span: Span,
): { missing: number | null; conditions: ConditionProgress[] } {
  const conditions = tier.conditions.map((condition) => conditionProgress(condition, tally, program, span));
  const byPoints = conditions.find(({ what }) => what === 'tierPoints')?.missing ?? null;
  return { missing: qualifies(program, tier, tally, span) ? 0 : byPoints, conditions };
}

export function conditionProgress(condition: Condition, tally: Tally, program: Program, span: Span): ConditionProgress {
  const units = unitsOf(condition, program);
  const have = Math.max(0, measured(program, condition, tally, span));
  return {
    what: condition.measure === 'tracker' ? program.trackers[condition.tracker]!.name : condition.measure,
    have: have / units,
    need: condition.atLeast / units,
    missing: Math.max(0, condition.atLeast - measured(program, condition, tally, span)) / units,
  };
}

function unitsOf(condition: Condition, program: Program): number {
  switch (condition.measure) {
    case 'tierPoints':
      return tierPointsUnit(program);
    case 'lifetimeSpend':
      return 10 ** currencyDigits(program.currency);
    case 'tracker':
      return TRACKER_UNIT;
    default:
      return 1;
  }
}
