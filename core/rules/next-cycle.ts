import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { cycleAt } from './cycle.ts';
import { afterEnd } from './downgrade-rules.ts';
import { type Tally, zeroes } from './tally.ts';

/**
 * The sums after the end of the cycle, if nothing more happens: current becomes what carry was, and carry becomes 0. A member above the
 * remaining tier falls (R8).
 */
export function afterCycleEnd(tally: Tally, program: Program): Tally {
  const current = { tier: 0, trackers: zeroes(tally.current.trackers.length) };
  return afterEnd(tally, { ...tally, previous: tally.current, current }, program);
}

/** The tally at the start of the next cycle. */
export function nextCycle(tally: Tally, program: Program, enrolledAt: Instant): Tally {
  return {
    ...afterCycleEnd(tally, program),
    cycle: cycleAt(program.cycle, program.timeZone, enrolledAt, tally.cycle.end),
  };
}

/** Whether no later end of a cycle changes anything: both cycles are empty, and the member is held at no tier. */
export function isIdle({ previous, current, held }: Tally): boolean {
  if (held !== undefined) return false;
  return [previous, current].every(({ tier, trackers }) => tier === 0 && trackers.every((amount) => amount === 0));
}
