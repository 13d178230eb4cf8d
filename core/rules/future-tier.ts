import type { Grant } from '../actions/grant.ts';
import type { Program, Tier } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { isIdle, nextCycle } from './next-cycle.ts';
import { earnedTier } from './qualification.ts';
import type { Tally } from './tally.ts';
import { visibleTier } from './visible-tier.ts';

/** What decides a member's tier at a later moment. */
export interface Known {
  tally: Tally;
  grants?: readonly Grant[];
  enrolledAt: Instant;
}

/** The tier of a member at a later moment if nothing more happens, after the ends of cycles and grants until then. */
export function tierAt(at: Instant, { tally, grants, enrolledAt }: Known, program: Program): Tier {
  let later = tally;
  while (later.cycle.end <= at && !isIdle(later)) later = nextCycle(later, program, enrolledAt);
  return visibleTier(earnedTier(program, later), grants, at, program);
}
