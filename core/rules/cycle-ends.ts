/** The moments at which cycles end: the same for all members, or one each day for the members whose anniversary it is. */
import type { Program } from '../program/program.ts';
import { type Instant, localDate, startOfDay } from '../time.ts';
import { cycleAt } from './cycle.ts';

type Cycles = Pick<Program, 'cycle' | 'timeZone'>;

/** @returns undefined where cycles never end */
export function lastCycleEnd({ cycle, timeZone }: Cycles, now: Instant): Instant | undefined {
  switch (cycle.type) {
    case 'none':
      return undefined;
    case 'calendar':
      return cycleAt(cycle, timeZone, now, now).start;
    case 'enrollment':
      return startOfDay(localDate(now, timeZone), timeZone);
  }
}

/** The first end after a moment. @returns undefined where cycles never end */
export function nextCycleEnd({ cycle, timeZone }: Cycles, now: Instant): Instant | undefined {
  switch (cycle.type) {
    case 'none':
      return undefined;
    case 'calendar':
      return cycleAt(cycle, timeZone, now, now).end;
    case 'enrollment':
      return startOfDay(localDate(now, timeZone).add({ days: 1 }), timeZone);
  }
}

/** The month and the day on which a member's cycles end, `MM-DD`; only if cycles count from the enrollment. */
export function anniversaryOf(enrolledAt: Instant, { cycle, timeZone }: Cycles): { anniversary?: string } {
  if (cycle.type !== 'enrollment') return {};
  return { anniversary: localDate(enrolledAt, timeZone).toString().slice('YYYY-'.length) };
}

/** Whether any member's cycle can end at a moment. */
export function isCycleEnd(cycles: Cycles, at: Instant): boolean {
  return lastCycleEnd(cycles, at) === at;
}

/**
 * Members are recalculated within so many days of a cycle's end, even if nights are missed. The recalculation left later members as they
 * were. So only an edit of the program can move them over that end afterwards (decision 16).
 */
export const RECALCULATED_WITHIN_DAYS = 7;

/** The ends of the last `days` days, the first one first. */
export function cycleEndsOfLastDays(cycles: Cycles, days: number, now: Instant): Instant[] {
  const earliest = startOfDay(localDate(now, cycles.timeZone).subtract({ days: days - 1 }), cycles.timeZone);
  const ends: Instant[] = [];
  for (let end = lastCycleEnd(cycles, now); end !== undefined && end >= earliest; end = lastCycleEnd(cycles, end - 1)) {
    ends.unshift(end);
  }
  return ends;
}
