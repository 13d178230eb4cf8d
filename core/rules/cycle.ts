import { BEGINNING_OF_TIME, dateInYear, END_OF_TIME, type Instant, localDate, startOfDay } from '../time.ts';

export type CycleRule = { type: 'none' } | { type: 'calendar'; month: number; day: number } | { type: 'enrollment' };

/** One cycle, `start <= t < end`, and the start of the cycle before (docs/rules.md, section 4). */
export interface Cycle {
  readonly previousStart: Instant;
  readonly start: Instant;
  readonly end: Instant;
}

const ENDLESS: Cycle = { previousStart: BEGINNING_OF_TIME, start: BEGINNING_OF_TIME, end: END_OF_TIME };

/** The cycles of a rule that were computed last, all with the same boundary in the same zone. */
interface Found {
  timeZone: string;
  month: number;
  day: number;
  cycles: Cycle[];
}

/**
 * A cache, for speed only. Calendar arithmetic with time zones is the slowest part of judging a member, and a recalculation needs the same
 * cycle for millions of members.
 */
const FOUND = new WeakMap<CycleRule, Found>();
/** Two or three cycles are used again and again. Entries may be of any year, and must not fill the memory. */
const MAX_FOUND = 8;

/**
 * The cycle that contains a moment. Cycles repeat every year in both directions, so an entry from before the enrollment has one, too.
 * @param enrolledAt decides the anniversaries of `enrollment` cycles; 29 February falls on the 28th in common years
 */
export function cycleAt(rule: CycleRule, timeZone: string, enrolledAt: Instant, at: Instant): Cycle {
  if (rule.type === 'none') return ENDLESS;
  const { month, day } = rule.type === 'calendar' ? rule : localDate(enrolledAt, timeZone);
  const cycles = foundCycles(rule, timeZone, month, day);
  for (const cycle of cycles) if (at >= cycle.start && at < cycle.end) return cycle;
  const boundary = (year: number) => startOfDay(dateInYear(year, { month, day }), timeZone);
  const localYear = localDate(at, timeZone).year;
  const year = at < boundary(localYear) ? localYear - 1 : localYear;
  const cycle = { previousStart: boundary(year - 1), start: boundary(year), end: boundary(year + 1) };
  if (cycles.length === MAX_FOUND) cycles.shift();
  cycles.push(cycle);
  return cycle;
}

function foundCycles(rule: CycleRule, timeZone: string, month: number, day: number): Cycle[] {
  const found = FOUND.get(rule);
  if (found && found.timeZone === timeZone && found.month === month && found.day === day) return found.cycles;
  const cycles: Cycle[] = [];
  FOUND.set(rule, { timeZone, month, day, cycles });
  return cycles;
}
