import { endOf, type Grant, isLive } from '../actions/grant.ts';
import { type Program, type Tier, tierById } from '../program/program.ts';
import { END_OF_TIME, type Instant } from '../time.ts';

/** A tier, and what gives it. */
export interface TierWithSource {
  tier: Tier;
  source: 'earned' | Grant['kind'];
  /** The grant that gives it, if one does. */
  grant?: Grant;
}

/**
 * `visible = min(max(earned, live floors), lowest live cap)` (docs/rules.md, section 6): a pure function of the earned tier, the grants and
 * the moment. A grant of a tier that the program no longer has has no effect.
 */
export function tierWithSourceAt(
  earned: Tier,
  grants: readonly Grant[] | undefined,
  at: Instant,
  program: Program,
): TierWithSource {
  let decided: TierWithSource = { tier: earned, source: 'earned' };
  if (!grants || grants.length === 0) return decided;
  let cap: TierWithSource | undefined;
  for (const grant of grants) {
    const tier = isLive(grant, at) ? tierById(program, grant.tier) : undefined;
    if (!tier) continue;
    if (grant.kind === 'floor') {
      if (tier.rank > decided.tier.rank || (decided.grant?.tier === grant.tier && outlasts(grant, decided.grant))) {
        decided = { tier, source: 'floor', grant };
      }
    } else if (!cap || tier.rank < cap.tier.rank) cap = { tier, source: 'cap', grant };
  }
  return cap && cap.tier.rank < decided.tier.rank ? cap : decided;
}

export function visibleTier(earned: Tier, grants: readonly Grant[] | undefined, at: Instant, program: Program): Tier {
  return tierWithSourceAt(earned, grants, at, program).tier;
}

function outlasts(a: Grant, b: Grant): boolean {
  return endOf(a) > endOf(b);
}

/**
 * When a grant's end ends the visible tier, and the tier that follows. The earned tier is taken as it is.
 * @returns undefined if no end of a grant changes the tier
 */
export function nextVisibleTier(
  earned: Tier,
  grants: readonly Grant[] | undefined,
  at: Instant,
  program: Program,
): { at: Instant; tier: Tier } | undefined {
  if (!grants || grants.length === 0) return undefined;
  const now = visibleTier(earned, grants, at, program);
  const ends = grants.map(endOf).filter((end) => end > at && end !== END_OF_TIME);
  for (const end of ends.sort((a, b) => a - b)) {
    const tier = visibleTier(earned, grants, end, program);
    if (tier.id !== now.id) return { at: end, tier };
  }
  return undefined;
}
