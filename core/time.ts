import { Temporal } from 'temporal-polyfill';

/** A moment, in milliseconds since 1970-01-01T00:00:00Z. Plain numbers compare and store cheaply; the hot path never parses. */
export type Instant = number;

/** The ends of the time line that a JavaScript date can express: the bounds of a cycle that never begins or ends. */
export const BEGINNING_OF_TIME: Instant = -8_640_000_000_000_000;
export const END_OF_TIME: Instant = 8_640_000_000_000_000;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** Of 24 hours: for how long, not for dates, whose days may have 23 or 25. */
export const DAY_MS = 24 * HOUR_MS;

const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an ISO 8601 instant that says its offset. A time without one is refused: whose noon would it be?
 * @returns undefined when the text is not such an instant (31 February included)
 */
export function parseInstant(text: string): Instant | undefined {
  if (text === lastRead?.text) return lastRead.at;
  const at = WITH_OFFSET.test(text) ? readInstant(text) : undefined;
  lastRead = { text, at };
  return at;
}

/** Whoever checks a text asks first, and right after that who needs the moment. */
let lastRead: { text: string; at: Instant | undefined } | undefined;

function readInstant(text: string): Instant | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** Writes a moment as ISO 8601 in UTC, without the milliseconds when there are none. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    // An offset such as "+02:00" is no IANA zone: it knows nothing of daylight saving.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** A day of a zone, and when it is. */
interface Day {
  date: Temporal.PlainDate;
  start: Instant;
  end: Instant;
}

/**
 * Which day it is in a zone is asked for again and again, for one and the same days, and the calendar takes longer to say so than what
 * asks. So of each hour the last day that was found is kept; the answer is the same without.
 */
const DAYS = new Map<string, Day>();
const MAX_DAYS = 20_000;

/** The calendar date that a clock on the wall shows in the zone at that moment. */
export function localDate(at: Instant, timeZone: string): Temporal.PlainDate {
  const key = `${timeZone} ${Math.floor(at / HOUR_MS)}`;
  const known = DAYS.get(key);
  if (known && at >= known.start && at < known.end) return known.date;
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
  const day = { date, start: startOfDay(date, timeZone), end: startOfDay(date.add({ days: 1 }), timeZone) };
  // Where clocks were turned back over midnight, a day may begin twice: only days of 24 hours are kept.
  if (day.end - day.start === DAY_MS) {
    if (DAYS.size >= MAX_DAYS) DAYS.clear();
    DAYS.set(key, day);
  }
  return date;
}

/** The first moment of a calendar date in the zone; not 00:00 where the clocks skip midnight (R11). */
export function startOfDay(date: Temporal.PlainDate, timeZone: string): Instant {
  return date.toZonedDateTime(timeZone).epochMilliseconds;
}

/** A date of a year, the day clamped to the month's end: 29 February falls on the 28th in common years. */
export function dateInYear(year: number, { month, day }: { month: number; day: number }): Temporal.PlainDate {
  return Temporal.PlainDate.from({ year, month, day }, { overflow: 'constrain' });
}

/** Reads a calendar date, `YYYY-MM-DD`. @returns undefined when it is none (31 February included) */
export function parseDate(text: string): Temporal.PlainDate | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? plainDate(text) : undefined;
}

const LOCAL_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/;

/**
 * The calendar date that a text means in a zone (R16): a date, a local date and time, or an instant with its offset.
 * @returns undefined when it is none of them
 */
export function dateIn(text: string, timeZone: string): Temporal.PlainDate | undefined {
  const at = parseInstant(text);
  if (at !== undefined) return localDate(at, timeZone);
  return LOCAL_DATE_TIME.test(text) ? plainDate(text) : parseDate(text);
}

/** The moment that a text means in a zone: an instant, or the start of a date. @returns undefined when it is neither */
export function momentIn(text: string, timeZone: string): Instant | undefined {
  const at = parseInstant(text);
  if (at !== undefined) return at;
  const date = parseDate(text);
  return date && startOfDay(date, timeZone);
}

function plainDate(text: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

/** The same time of day so many calendar days before: a change of clocks in between adds and takes no hour. */
export function earlierByDays(at: Instant, days: number, timeZone: string): Instant {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).subtract({ days }).epochMilliseconds;
}

/** The same time of day so many calendar years later, or before where they are negative; 29 February falls on the 28th. */
export function laterByYears(at: Instant, years: number, timeZone: string): Instant {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).add({ years }).epochMilliseconds;
}

/**
 * The last day of what ends at a moment: the date that a clock in the zone shows just before the end. An end at midnight leaves the whole
 * day before it, an end within a day leaves a part of that day (R11).
 */
export function lastDay(end: Instant, timeZone: string): Temporal.PlainDate {
  return localDate(end - 1, timeZone);
}

/** The time of day of a moment in the zone, `HH:MM` or `HH:MM:SS`; undefined where a day begins at that moment. */
export function timeWithinDay(at: Instant, timeZone: string): string | undefined {
  if (startOfDay(localDate(at, timeZone), timeZone) === at) return undefined;
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainTime();
  return time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' });
}
