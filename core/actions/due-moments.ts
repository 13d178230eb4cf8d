import type { Program } from '../program/program.ts';
import { END_OF_TIME, earlierByDays, type Instant } from '../time.ts';
import { endOf, type Grant } from './grant.ts';

/** The number of parts of the index that holds the due members. A smaller number would leave members in parts that nobody queries. */
export const DUE_SHARDS = 8;

/**
 * The first moment after another at which a grant ends, or a reminder of a floor's end is due. The end of a cap takes nothing away, so it
 * has no reminder.
 */
export function nextDueAfter(
  after: Instant,
  grants: readonly Grant[] | undefined,
  program: Program,
): Instant | undefined {
  let next: Instant | undefined;
  for (const grant of grants ?? []) {
    for (const at of [endOf(grant), ...reminderMoments(grant, program)]) {
      if (at > after && at !== END_OF_TIME && (next === undefined || at < next)) next = at;
    }
  }
  return next;
}

/** The reminders of a floor's end: so many calendar days before, if the floor was live by then. The earliest first. */
export function reminderMoments(grant: Grant, program: Program): Instant[] {
  const end = endOf(grant);
  if (grant.kind === 'cap' || end === END_OF_TIME) return [];
  return program.reminders.daysBefore
    .map((days) => earlierByDays(end, days, program.timeZone))
    .filter((at) => at > grant.from);
}
