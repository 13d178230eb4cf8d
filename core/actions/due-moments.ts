import type { Program } from '../program/program.ts';
import { END_OF_TIME, earlierByDays, type Instant } from '../time.ts';
import { endOf, type Grant } from './grant.ts';

/** Over how many parts of the index the due members are spread. Fewer would leave members in parts that nobody asks any more. */
export const DUE_SHARDS = 8;

/**
 * The next moment after another at which something happens by itself: a grant ends, or the end of a floor is to be told of. The end of
 * a cap takes nothing away, so nobody is warned of it.
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

/** When a floor's end is told of: so many calendar days before, if it was live by then. The earliest first. */
export function reminderMoments(grant: Grant, program: Program): Instant[] {
  const end = endOf(grant);
  if (grant.kind === 'cap' || end === END_OF_TIME) return [];
  return program.reminders.daysBefore
    .map((days) => earlierByDays(end, days, program.timeZone))
    .filter((at) => at > grant.from);
}
