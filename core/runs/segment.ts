/** How the members are divided, so that several loops can go through them side by side: each of them is in one segment. */
import type { Program } from '../program/program.ts';
import { dateInYear, type Instant, localDate } from '../time.ts';

export type Segment =
  /** One part of so many of everyone. */
  | { kind: 'everyone'; part: number; of: number }
  /** One part of those whose anniversary is on a day, `MM-DD`. */
  | { kind: 'anniversary'; day: string; part: number };

/** How many loops go through everyone. More would be faster, and have more writes of one table under way at once. */
const PARTS_OF_EVERYONE = 8;

/** Over how many parts of the index the members of one anniversary are spread. Fewer would leave members in parts that nobody asks any more. */
export const ANNIVERSARY_PARTS = 4;

/** The reason for a recalculation: the end of a cycle, or somebody's request for everyone (R10). */
export type Occasion = 'cycleEnd' | 'request';

/** The segments that hold all members whom a recalculation concerns. */
export function segmentsOf({ occasion, at }: { occasion: Occasion; at: Instant }, program: Program): Segment[] {
  if (occasion !== 'cycleEnd' || program.cycle.type !== 'enrollment') return segmentsOfEveryone();
  return anniversariesAround(at, program.timeZone).flatMap((day) =>
    parts(ANNIVERSARY_PARTS).map((part): Segment => ({ kind: 'anniversary', day, part })),
  );
}

export function segmentsOfEveryone(): Segment[] {
  return parts(PARTS_OF_EVERYONE).map((part) => ({ kind: 'everyone', part, of: PARTS_OF_EVERYONE }));
}

/**
 * The anniversaries of a day and its neighbours: a member that nobody wrote since the program's zone was changed is still under the day
 * of the old one. 29 February falls on the 28th in common years.
 */
function anniversariesAround(at: Instant, timeZone: string): string[] {
  const day = localDate(at, timeZone);
  const days = [-1, 0, 1].map((distance) => day.add({ days: distance }));
  const named = days.map((date) => date.toString().slice('YYYY-'.length));
  const hasLeapDay = days.some((date) => date.equals(dateInYear(date.year, { month: 2, day: 29 })));
  return [...new Set([...named, ...(hasLeapDay ? ['02-29'] : [])])];
}

/** A segment's name, which is part of the names of its pages. */
export function segmentName(segment: Segment): string {
  return segment.kind === 'everyone'
    ? `${String(segment.part).padStart(2, '0')}of${segment.of}`
    : `${segment.day}.${segment.part}`;
}

/** The name of a segment's page: it says where its members are, and pages are listed in the order of their names. */
export function pageName(segment: Segment, page: number): string {
  return `${segmentName(segment)}#${String(page).padStart(8, '0')}`;
}

function parts(count: number): number[] {
  return Array.from({ length: count }, (_, part) => part);
}
