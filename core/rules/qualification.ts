import { type Condition, type Program, type Tier, tierById } from '../program/program.ts';
import type { Tally } from './tally.ts';

/** The cycles whose sums count for a condition: this one and the last together, or one of them alone (R7). */
export type Span = 'both' | 'current' | 'previous';

/** The tier that a member has earned: what the points give, or the tier at which a downgrade rule holds the member (R8). */
export function earnedTier(program: Program, tally: Tally): Tier {
  const held = tally.held === undefined ? undefined : tierById(program, tally.held);
  return held ?? qualifiedTier(program, tally);
}

/**
 * The tier that the points alone give (docs/rules.md, section 3, R5 and R7). With `upgradeBasis: carry` each cycle counts alone: the better
 * of the last cycle's tier and of this one's.
 */
export function qualifiedTier(program: Program, tally: Tally): Tier {
  if (program.upgradeBasis === 'current') return highestTier(program, tally, 'both');
  const given = highestTier(program, tally, 'previous');
  const reached = highestTier(program, tally, 'current');
  return reached.rank > given.rank ? reached : given;
}

/** The highest tier whose conditions hold. A member can rise several tiers at once. */
export function highestTier(program: Program, tally: Tally, span: Span): Tier {
  for (let rank = program.tiers.length - 1; rank > 0; rank--) {
    const tier = program.tiers[rank]!;
    if (qualifies(program, tier, tally, span)) return tier;
  }
  return program.tiers[0];
}

export function qualifies(program: Program, tier: Tier, tally: Tally, span: Span): boolean {
  let met = 0;
  for (const condition of tier.conditions) {
    if (measured(program, condition, tally, span) >= condition.atLeast) met++;
  }
  return met >= tier.needed;
}

/** The member's amount for a condition, in the condition's units. */
export function measured(program: Program, condition: Condition, tally: Tally, span: Span): number {
  switch (condition.measure) {
    case 'tierPoints':
      return over(tally.previous.tier, tally.current.tier, span);
    case 'lifetimePoints':
      return tally.lifetimePoints;
    case 'lifetimeSpend':
      return tally.lifetimeSpendMinor;
    case 'orders':
      return tally.orders;
    case 'tracker': {
      const place = condition.tracker;
      if (program.trackers[place]!.over === 'lifetime') return tally.lifetimeTrackers[place]!;
      return over(tally.previous.trackers[place]!, tally.current.trackers[place]!, span);
    }
  }
}

function over(previous: number, current: number, span: Span): number {
  if (span === 'both') return previous + current;
  return span === 'current' ? current : previous;
}
