import { BEGINNING_OF_TIME, dateInYear, END_OF_TIME, type Instant, localDate, startOfDay } from '../time.ts';

export type CycleRule = { type: 'none' } | { type: 'calendar'; month: number; day: number } | { type: 'enrollment' };

/** One cycle, `start <= t < end`, and where the one before it began (semantics, section 4). */
export interface Cycle {
  previousStart: Instant;
  start: Instant;
  end: Instant;
}

const ENDLESS: Cycle = { previousStart: BEGINNING_OF_TIME, start: BEGINNING_OF_TIME, end: END_OF_TIME };

/**
 * The cycle that contains a moment. Cycles repeat every year without end in both directions, so a fact from before the
 * enrolment has one as well.
 * @param enrolledAt decides the anniversaries of `enrollment` cycles; 29 February falls on the 28th in common years
 */
export function cycleAt(rule: CycleRule, timeZone: string, enrolledAt: Instant, at: Instant): Cycle {
  if (rule.type === 'none') return ENDLESS;
  const { month, day } = rule.type === 'calendar' ? rule : localDate(enrolledAt, timeZone);
  const boundary = (year: number) => startOfDay(dateInYear(year, month, day), timeZone);
  const localYear = localDate(at, timeZone).year;
  const year = at < boundary(localYear) ? localYear - 1 : localYear;
  return { previousStart: boundary(year - 1), start: boundary(year), end: boundary(year + 1) };
}
