import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ending, endingOf } from '../../../core/actions/expiry.ts';
import type { Unit } from '../../../core/actions/period.ts';
import type { Expiry } from '../../../core/actions/tier-action.ts';
import type { FieldValue } from '../../../core/ledger/transaction.ts';
import { formatInstant, type Instant } from '../../../core/time.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry } from '../members.ts';

const PROGRAM = exampleProgram();
const CHANGED = '2026-03-01T09:00:00Z';

const order = (fields?: Record<string, FieldValue>) =>
  entry({ ...bonus('b', 1), ...(fields && { fields }) }, CHANGED, PROGRAM);

/** The end as it is read in UTC, or `invalid`. */
function shownEnd(ending: Ending): string {
  return 'until' in ending ? formatInstant(ending.until) : 'invalid';
}

function endOf(expiry: Expiry, from = CHANGED, fields?: Record<string, FieldValue>, program = PROGRAM): string {
  return shownEnd(endingOf(expiry, at(from), order(fields), program));
}

const days = (amount: number): Expiry => ({ type: 'duration', amount, unit: 'days' });
const months = (amount: number): Expiry => ({ type: 'duration', amount, unit: 'months' });

describe('so many days or months after the change', () => {
  test.each([
    ['E26, E41: 90 days from 1 March, across the change of clocks', days(90), CHANGED, '2026-05-29T22:00:00Z'],
    ['one day', days(1), CHANGED, '2026-03-01T23:00:00Z'],
    ['one day, from the first moment of the date', days(1), '2026-02-28T23:00:00Z', '2026-03-01T23:00:00Z'],
    ['one day, from the last millisecond of the date', days(1), '2026-03-01T22:59:59.999Z', '2026-03-01T23:00:00Z'],
    ['one day, one millisecond later', days(1), '2026-03-01T23:00:00Z', '2026-03-02T23:00:00Z'],
    [
      'one day, over the 23 hours of the change to summer time',
      days(1),
      '2026-03-29T00:30:00Z',
      '2026-03-29T22:00:00Z',
    ],
    ['one day, to the change to summer time', days(1), '2026-03-28T12:00:00Z', '2026-03-28T23:00:00Z'],
    [
      'one day, over the 25 hours of the change to winter time',
      days(1),
      '2026-10-25T00:30:00Z',
      '2026-10-25T23:00:00Z',
    ],
    ['one day, to the change to winter time', days(1), '2026-10-24T12:00:00Z', '2026-10-24T22:00:00Z'],
    ['E35: one month from 31 January', months(1), '2026-01-31T12:00:00Z', '2026-02-27T23:00:00Z'],
    ['E35: two months from 31 January', months(2), '2026-01-31T12:00:00Z', '2026-03-30T22:00:00Z'],
    ['E35: one month from 31 January of a leap year', months(1), '2028-01-31T12:00:00Z', '2028-02-28T23:00:00Z'],
    ['R12: 12 months from 29 February', months(12), '2028-02-29T12:00:00Z', '2029-02-27T23:00:00Z'],
    ['R12: 48 months from 29 February', months(48), '2028-02-29T12:00:00Z', '2032-02-28T23:00:00Z'],
    ['one month from 30 April, which is no end of a month', months(1), '2026-04-30T12:00:00Z', '2026-05-29T22:00:00Z'],
    [
      'one month from the last hour of a month in UTC, which is the next date in Madrid',
      months(1),
      '2026-01-31T23:30:00Z',
      '2026-02-28T23:00:00Z',
    ],
    ['one day over the end of the year', days(1), '2026-12-31T12:00:00Z', '2026-12-31T23:00:00Z'],
    ['3650 days', days(3650), CHANGED, '2036-02-26T23:00:00Z'],
    ['120 months', months(120), CHANGED, '2036-02-29T23:00:00Z'],
  ])('%s', (_, expiry, from, until) => {
    expect(endOf(expiry, from)).toBe(until);
  });

  test('needs no transaction', () => {
    expect(shownEnd(endingOf(days(90), at(CHANGED), undefined, PROGRAM))).toBe('2026-05-29T22:00:00Z');
  });

  test('that no calendar has is no end, and no exception', () => {
    expect(endingOf(days(1e15), at(CHANGED), undefined, PROGRAM)).toEqual({
      invalid: 'The calendar has no date 1,000,000,000,000,000 days after 2026-03-01.',
    });
  });
});

describe('a date', () => {
  const date = (text: string): Expiry => ({ type: 'date', date: text });

  test.each([
    ['E29: given on 20 December', '2026-01-31', '2025-12-20T10:00:00Z', '2026-01-30T23:00:00Z'],
    ['E29: given on 5 January', '2026-01-31', '2026-01-05T10:00:00Z', '2026-01-30T23:00:00Z'],
    ['in summer', '2026-07-01', CHANGED, '2026-06-30T22:00:00Z'],
    ['of the change to summer time', '2026-03-29', CHANGED, '2026-03-28T23:00:00Z'],
    ['after the change to summer time', '2026-03-30', CHANGED, '2026-03-29T22:00:00Z'],
    ['E30: of the change itself', '2026-03-01', CHANGED, '2026-02-28T23:00:00Z'],
    ['29 February', '2028-02-29', CHANGED, '2028-02-28T23:00:00Z'],
  ])('%s', (_, text, from, until) => {
    expect(endOf(date(text), from)).toBe(until);
  });

  test.each(['2026-02-30', '2026-02-29', '2026-13-01', 'abc', '', '2026-1-1'])('%j is none', (text) => {
    expect(endOf(date(text))).toBe('invalid');
  });
});

test('an instant is the end to the millisecond, whatever the zone and the boundary', () => {
  const expiry: Expiry = { type: 'instant', at: at('2026-03-01T23:30:00.001Z') };
  const endOfDay = exampleProgram({ expiryBoundary: 'endOfDay', timeZone: 'Pacific/Apia' });
  expect(endOf(expiry)).toBe('2026-03-01T23:30:00.001Z');
  expect(endOf(expiry, CHANGED, {}, endOfDay)).toBe('2026-03-01T23:30:00.001Z');
});

describe('so long after the date in a field', () => {
  const after = (amount: number, unit: Unit = 'days'): Expiry => ({
    type: 'fieldDate',
    field: 'CheckOutDate',
    plus: { amount, unit },
  });

  test.each([
    ['E27: 15 June and 30 days', '2026-06-15', after(30), '2026-07-14T22:00:00Z'],
    ['a local date and time', '2026-06-15T23:59:59', after(30), '2026-07-14T22:00:00Z'],
    ['a local date and time without seconds', '2026-06-15T00:00', after(30), '2026-07-14T22:00:00Z'],
    ['an instant, of the same date in the zone', '2026-06-15T12:00:00Z', after(30), '2026-07-14T22:00:00Z'],
    ['an instant, of the next date in the zone', '2026-06-15T22:00:00Z', after(30), '2026-07-15T22:00:00Z'],
    ['one millisecond before it', '2026-06-15T21:59:59.999Z', after(30), '2026-07-14T22:00:00Z'],
    [
      'an instant of another zone, of the date before in the zone',
      '2026-06-15T00:30:00+09:00',
      after(30),
      '2026-07-13T22:00:00Z',
    ],
    [
      'an instant of another zone, of the next date in the zone',
      '2026-06-15T20:00:00-07:00',
      after(30),
      '2026-07-15T22:00:00Z',
    ],
    ['months, clamped', '2026-01-31', after(1, 'months'), '2026-02-27T23:00:00Z'],
    ['months from 29 February', '2028-02-29', after(12, 'months'), '2029-02-27T23:00:00Z'],
    ['a date long ago, for whoever judges the end', '2020-01-01', after(1), '2020-01-01T23:00:00Z'],
  ])('%s', (_, value, expiry, until) => {
    expect(endOf(expiry, CHANGED, { CheckOutDate: value })).toBe(until);
  });

  test.each<[string, Record<string, FieldValue> | undefined]>([
    ['no fields', undefined],
    ['another field only', { CheckInDate: '2026-06-15' }],
    ['a field of another case', { checkoutdate: '2026-06-15' }],
    ['words', { CheckOutDate: 'abc' }],
    ['nothing', { CheckOutDate: '' }],
    ['31 February', { CheckOutDate: '2026-02-31' }],
    ['29 February of a common year', { CheckOutDate: '2026-02-29' }],
    ['a date in the order of one country', { CheckOutDate: '15/06/2026' }],
    ['a number', { CheckOutDate: 20260615 }],
    ['a number as text', { CheckOutDate: '20260615' }],
    ['a boolean', { CheckOutDate: true }],
    ['25 hours', { CheckOutDate: '2026-06-15T25:00:00' }],
  ])('R16: %s', (_, fields) => {
    expect(endOf(after(30), CHANGED, fields)).toBe('invalid');
  });

  test('R16: no transaction', () => {
    expect(endingOf(after(30), at(CHANGED), undefined, PROGRAM)).toHaveProperty('invalid');
  });

  test("R16: a field that every object has is nobody's field", () => {
    expect(endOf({ type: 'fieldDate', field: 'constructor', plus: { amount: 1, unit: 'days' } }, CHANGED, {})).toBe(
      'invalid',
    );
  });
});

describe('the number in a field', () => {
  const number = (unit: Unit = 'days'): Expiry => ({ type: 'fieldNumber', field: 'TrialPeriodDays', unit });
  const TENTH = '2026-01-10T12:00:00Z';

  test.each<[string, FieldValue, Unit, string]>([
    ['E28: 60', 60, 'days', '2026-03-10T23:00:00Z'],
    ['E28: 60, as text', '60', 'days', '2026-03-10T23:00:00Z'],
    ['60 with a nought before it, as text', '060', 'days', '2026-03-10T23:00:00Z'],
    ['60.0, which is 60', 60.0, 'days', '2026-03-10T23:00:00Z'],
    ['the least', 1, 'days', '2026-01-10T23:00:00Z'],
    ['the most days', 3650, 'days', '2036-01-07T23:00:00Z'],
    ['the most days, as text', '3650', 'days', '2036-01-07T23:00:00Z'],
    ['one month', 1, 'months', '2026-02-09T23:00:00Z'],
    ['the most months', 120, 'months', '2036-01-09T23:00:00Z'],
  ])('R16: %s', (_, value, unit, until) => {
    expect(endOf(number(unit), TENTH, { TrialPeriodDays: value })).toBe(until);
  });

  test.each<[string, Record<string, FieldValue> | undefined, Unit]>([
    ['no fields', undefined, 'days'],
    ['another field only', { Other: 60 }, 'days'],
    ['E34: 4.7', { TrialPeriodDays: 4.7 }, 'days'],
    ['4.7 as text', { TrialPeriodDays: '4.7' }, 'days'],
    ['E34: 0', { TrialPeriodDays: 0 }, 'days'],
    ['0 as text', { TrialPeriodDays: '0' }, 'days'],
    ['E34: -5', { TrialPeriodDays: -5 }, 'days'],
    ['-5 as text', { TrialPeriodDays: '-5' }, 'days'],
    ['E34: "abc"', { TrialPeriodDays: 'abc' }, 'days'],
    ['60 and a unit', { TrialPeriodDays: '60 days' }, 'days'],
    ['60 and a blank', { TrialPeriodDays: '60 ' }, 'days'],
    ['60 and a new line', { TrialPeriodDays: '60\n' }, 'days'],
    ['nothing', { TrialPeriodDays: '' }, 'days'],
    ['a power of ten as text', { TrialPeriodDays: '1e2' }, 'days'],
    ['digits of another script', { TrialPeriodDays: '٦٠' }, 'days'],
    ['true', { TrialPeriodDays: true }, 'days'],
    ['one day too many', { TrialPeriodDays: 3651 }, 'days'],
    ['one day too many, as text', { TrialPeriodDays: '3651' }, 'days'],
    ['one month too many', { TrialPeriodDays: 121 }, 'months'],
    ['as many months as days are allowed', { TrialPeriodDays: 3650 }, 'months'],
    ['more than a number holds', { TrialPeriodDays: '99999999999999999999' }, 'days'],
    ['no end of it', { TrialPeriodDays: Number.POSITIVE_INFINITY }, 'days'],
    ['no number', { TrialPeriodDays: Number.NaN }, 'days'],
  ])('R16: %s gives no tier', (_, fields, unit) => {
    expect(endOf(number(unit), TENTH, fields)).toBe('invalid');
  });

  test('R16: no transaction gives no tier', () => {
    expect(endingOf(number(), at(TENTH), undefined, PROGRAM)).toHaveProperty('invalid');
  });

  test('why it gives none names the field and what is in it, and no more of that than is needed', () => {
    const why = (value: FieldValue) => {
      const ending = endingOf(number(), at(TENTH), order({ TrialPeriodDays: value }), PROGRAM);
      return 'invalid' in ending ? ending.invalid : '';
    };
    expect(why(4.7)).toBe('The field TrialPeriodDays is 4.7. The action needs a whole number of days from 1 to 3,650.');
    expect(why('x'.repeat(10_000)).length).toBeLessThan(200);
  });
});

describe('R11: with the boundary at the end of the day, a grant lasts over its last date', () => {
  const program = exampleProgram({ expiryBoundary: 'endOfDay' });

  test.each<[string, Expiry, string, Record<string, FieldValue> | undefined, string]>([
    ['90 days', days(90), CHANGED, undefined, '2026-05-30T22:00:00Z'],
    ['a month, clamped before the day is added', months(1), '2026-01-31T12:00:00Z', undefined, '2026-02-28T23:00:00Z'],
    ['a date', { type: 'date', date: '2026-01-31' }, '2026-01-05T10:00:00Z', undefined, '2026-01-31T23:00:00Z'],
    [
      'E30: the date of today, which is not over',
      { type: 'date', date: '2026-03-01' },
      CHANGED,
      undefined,
      '2026-03-01T23:00:00Z',
    ],
    [
      'the date in a field',
      { type: 'fieldDate', field: 'd', plus: { amount: 30, unit: 'days' } },
      CHANGED,
      { d: '2026-06-15' },
      '2026-07-15T22:00:00Z',
    ],
    [
      'the number in a field',
      { type: 'fieldNumber', field: 'n', unit: 'days' },
      '2026-01-10T12:00:00Z',
      { n: 60 },
      '2026-03-11T23:00:00Z',
    ],
    ['a date that is 23 hours long', { type: 'date', date: '2026-03-29' }, CHANGED, undefined, '2026-03-29T22:00:00Z'],
    ['a date that is 25 hours long', { type: 'date', date: '2026-10-25' }, CHANGED, undefined, '2026-10-25T23:00:00Z'],
  ])('%s', (_, expiry, from, fields, until) => {
    expect(endOf(expiry, from, fields, program)).toBe(until);
  });
});

/** A calendar of its own, of numbers alone. */
interface Day {
  year: number;
  month: number;
  day: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const shownDay = ({ year, month, day }: Day) =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

const lengthOfMonth = (year: number, month: number) =>
  [31, (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][
    month - 1
  ]!;

function dayAfter({ year, month, day }: Day, amount: number, unit: Unit): Day {
  if (unit === 'days') {
    const date = new Date(Date.UTC(year, month - 1, day) + amount * DAY);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
  const count = year * 12 + (month - 1) + amount;
  const [otherYear, otherMonth] = [Math.floor(count / 12), (count % 12) + 1];
  return { year: otherYear, month: otherMonth, day: Math.min(day, lengthOfMonth(otherYear, otherMonth)) };
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The date that a clock in the zone shows, `YYYY-MM-DD`. */
function dateOnTheWall(moment: Instant, timeZone: string): string {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' });
    clocks.set(timeZone, clock);
  }
  return clock.format(moment);
}

function dayOnTheWall(moment: Instant, timeZone: string): Day {
  const [year, month, day] = dateOnTheWall(moment, timeZone).split('-').map(Number);
  return { year: year!, month: month!, day: day! };
}

/** Dates that a zone left out when it went to the other side of the date line. */
const SKIPPED: Record<string, string> = {
  'Pacific/Apia': '2011-12-30',
  'Pacific/Fakaofo': '2011-12-30',
  'Pacific/Enderbury': '1994-12-31',
  'Pacific/Kanton': '1994-12-31',
  'Pacific/Kiritimati': '1994-12-31',
  'Pacific/Kwajalein': '1993-08-21',
  Kwajalein: '1993-08-21',
};

/** How far before an end nobody in the zone may have seen its date yet: around every length that a change of clocks has. */
const BEFORE = [1, 30_000, 30 * MINUTE, 59.5 * MINUTE, HOUR, 60.5 * MINUTE, 2 * HOUR, 3 * HOUR, 23 * HOUR, DAY];

function expectFirstMomentOf(date: Day, until: Instant, timeZone: string) {
  const wanted = shownDay(date);
  const where = `${wanted} in ${timeZone}`;
  const shown = dateOnTheWall(until, timeZone);
  if (SKIPPED[timeZone] === wanted) expect(shown, where).toBe(shownDay(dayAfter(date, 1, 'days')));
  else expect(shown, where).toBe(wanted);
  const tooEarly = BEFORE.filter((ms) => dateOnTheWall(until - ms, timeZone) >= wanted);
  expect(tooEarly, where).toEqual([]);
}

/** `endOfDay` where it is the boundary: the end is the first moment of the next date. */
function expectEnd(from: Instant, amount: number, unit: Unit, timeZone: string, endOfDay: boolean) {
  const boundary = endOfDay ? ('endOfDay' as const) : ('startOfDay' as const);
  const ending = endingOf({ type: 'duration', amount, unit }, from, undefined, { timeZone, expiryBoundary: boundary });
  if (!('until' in ending)) throw new Error(ending.invalid);
  const date = dayAfter(dayOnTheWall(from, timeZone), amount, unit);
  expectFirstMomentOf(endOfDay ? dayAfter(date, 1, 'days') : date, ending.until, timeZone);
  return ending.until;
}

const ZONES = Intl.supportedValuesOf('timeZone');

test('R11, R12: in every zone of the world the end is the first moment of the wanted date', () => {
  expect(ZONES.length).toBeGreaterThan(400);
  const starts = ['2024-01-31T23:30:00Z', '2024-02-29T10:30:00Z', '2026-03-01T00:00:00Z', '2026-10-24T12:00:00Z'];
  for (const timeZone of ZONES) {
    for (const start of starts) {
      expectEnd(at(start), 1, 'days', timeZone, false);
      expectEnd(at(start), 1, 'months', timeZone, true);
      expectEnd(at(start), 12, 'months', timeZone, false);
    }
  }
});

test('R11, R12: any number of days or months after any moment, in any zone', () => {
  const amounts = fc.oneof(
    fc.record({ unit: fc.constant<Unit>('days'), amount: fc.integer({ min: 1, max: 3650 }) }),
    fc.record({ unit: fc.constant<Unit>('months'), amount: fc.integer({ min: 1, max: 120 }) }),
  );
  const years = fc.integer({ min: at('1990-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
  const monthEnds = fc
    .tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: -3 * DAY, max: DAY }))
    .map(([month, distance]) => Date.UTC(1990, month, 1) + distance);
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.oneof(years, monthEnds),
      amounts,
      fc.boolean(),
      (timeZone, from, { amount, unit }, endOfDay) => {
        expectEnd(from, amount, unit, timeZone, endOfDay);
      },
    ),
    { numRuns: 2000 },
  );
});

/** Every moment of some years at which the offset of a zone changes, to the minute. */
function changesOfClocks(timeZone: string, firstYear: number, lastYear: number): Instant[] {
  const wall = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const offsetAt = (moment: Instant) => Date.parse(`${wall.format(moment).replace(' ', 'T')}Z`) - moment;
  const changes: Instant[] = [];
  for (let from = Date.UTC(firstYear, 0, 1); from < Date.UTC(lastYear + 1, 0, 1); from += 7 * DAY) {
    let [low, high] = [from, from + 7 * DAY];
    if (offsetAt(low) === offsetAt(high)) continue;
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
      if (offsetAt(middle) === offsetAt(low)) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}

test.each([
  ['Europe/Madrid', 2026, 2027],
  ['America/New_York', 2026, 2027],
  ['Australia/Lord_Howe', 2026, 2027],
  ['America/St_Johns', 2005, 2006],
  ['America/Sao_Paulo', 2016, 2018],
  ['America/Asuncion', 2022, 2023],
  ['America/Santiago', 2026, 2027],
  ['America/Havana', 2025, 2026],
  ['Africa/Cairo', 2023, 2026],
  ['Asia/Beirut', 2022, 2026],
  ['Asia/Amman', 2020, 2021],
  ['Africa/Casablanca', 2026, 2027],
  ['Pacific/Apia', 2010, 2012],
])('around every change of clocks in %s no end is off by a day or an hour', (timeZone, firstYear, lastYear) => {
  const changes = changesOfClocks(timeZone, firstYear, lastYear);
  expect(changes.length).toBeGreaterThanOrEqual(2);
  for (const change of changes) {
    for (const distance of [-2 * DAY, -DAY, -HOUR, -1, 0, 1, HOUR, DAY]) {
      for (const amount of [1, 2, 3]) expectEnd(change + distance, amount, 'days', timeZone, false);
      expectEnd(change + distance, 1, 'days', timeZone, true);
      const monthBefore = dayAfter(dayOnTheWall(change, timeZone), -1, 'months');
      expectEnd(Date.parse(`${shownDay(monthBefore)}T12:00:00Z`) + distance, 1, 'months', timeZone, false);
    }
  }
});

test.each([
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
  ['Africa/Cairo', '2023-04-28', '2023-04-27T22:00:00Z'],
  ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00Z'],
  ['America/Asuncion', '2023-10-01', '2023-10-01T04:00:00Z'],
  ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00Z'],
])('where the clocks skip midnight the date begins right after it: %s, %s', (timeZone, date, until) => {
  const program = { timeZone, expiryBoundary: 'startOfDay' as const };
  expect(shownEnd(endingOf({ type: 'date', date }, at(CHANGED), undefined, program))).toBe(until);
});

test.each([
  ['the date before it', '2011-12-29', '2011-12-29T10:00:00Z'],
  ['the date that never was', '2011-12-30', '2011-12-30T10:00:00Z'],
  ['the date after it', '2011-12-31', '2011-12-30T10:00:00Z'],
])('in Apia, which left out 30 December 2011: %s', (_, date, until) => {
  const program = { timeZone: 'Pacific/Apia', expiryBoundary: 'startOfDay' as const };
  expect(shownEnd(endingOf({ type: 'date', date }, at(CHANGED), undefined, program))).toBe(until);
});

describe('R16: what tells no end says what it is, and what it must be', () => {
  const invalid = (expiry: Expiry, fields?: Record<string, FieldValue>) =>
    endingOf(expiry, at(CHANGED), order(fields), PROGRAM);
  const onDate: Expiry = { type: 'fieldDate', field: 'CheckOut', plus: { amount: 30, unit: 'days' } };
  const ofDays: Expiry = { type: 'fieldNumber', field: 'Trial', unit: 'days' };
  const ofMonths: Expiry = { type: 'fieldNumber', field: 'Trial', unit: 'months' };

  test.each<[Expiry, Record<string, FieldValue> | undefined, string]>([
    [{ type: 'date', date: '2026-02-30' }, undefined, '2026-02-30 is not a date.'],
    [onDate, undefined, 'The transaction has no field CheckOut. The action needs an ISO 8601 date.'],
    [onDate, { CheckOut: 'soon' }, 'The field CheckOut is "soon". The action needs an ISO 8601 date.'],
    [onDate, { CheckOut: 20260615 }, 'The field CheckOut is 20260615. The action needs an ISO 8601 date.'],
    [ofDays, { Trial: 3651 }, 'The field Trial is 3651. The action needs a whole number of days from 1 to 3,650.'],
    [ofMonths, { Trial: 'abc' }, 'The field Trial is "abc". The action needs a whole number of months from 1 to 120.'],
    [
      ofDays,
      { Trial: 'x'.repeat(99) },
      `The field Trial is "${'x'.repeat(39)}. The action needs a whole number of days from 1 to 3,650.`,
    ],
    [
      { ...onDate, plus: { amount: 9, unit: 'days' } },
      { CheckOut: '+275760-09-12' },
      'The field CheckOut is "+275760-09-12". The action needs an ISO 8601 date.',
    ],
  ])('%j of %j', (expiry, fields, why) => {
    expect(invalid(expiry, fields)).toEqual({ invalid: why });
  });
});
