import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import {
  dateIn,
  dateInYear,
  earlierByDays,
  formatInstant,
  isTimeZone,
  lastDay,
  laterByYears,
  localDate,
  MINUTE_MS,
  momentIn,
  parseDate,
  parseInstant,
  startOfDay,
  timeWithinDay,
} from '../../core/time.ts';

describe('an instant', () => {
  test.each([
    ['2026-05-02T10:00:00Z', '2026-05-02T10:00:00Z'],
    ['2026-05-02T10:00Z', '2026-05-02T10:00:00Z'],
    ['2026-05-02T10:00:00.250Z', '2026-05-02T10:00:00.250Z'],
    ['2026-05-02T10:00:00.123456789Z', '2026-05-02T10:00:00.123Z'],
    ['2026-05-02T12:00:00+02:00', '2026-05-02T10:00:00Z'],
    ['2026-05-01T23:30:00-10:30', '2026-05-02T10:00:00Z'],
    ['2026-05-02T15:45:00+05:45', '2026-05-02T10:00:00Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
  ])('%j is %s', (text, utc) => {
    expect(formatInstant(parseInstant(text)!)).toBe(utc);
  });

  test.each([
    ['no offset', '2026-05-02T10:00:00'],
    ['a date alone', '2026-05-02'],
    ['31 February', '2026-02-31T10:00:00Z'],
    ['29 February of a common year', '2026-02-29T10:00:00Z'],
    ['31 April', '2026-04-31T10:00:00Z'],
    ['a 13th month', '2026-13-01T10:00:00Z'],
    ['a month 0', '2026-00-01T10:00:00Z'],
    ['25 hours', '2026-05-02T25:00:00Z'],
    ['24 hours', '2026-05-02T24:00:00Z'],
    ['60 minutes', '2026-05-02T10:60:00Z'],
    ['an offset of 24 hours', '2026-05-02T10:00:00+24:00'],
    ['an offset in words', '2026-05-02T10:00:00 Europe/Madrid'],
    ['a zone beside the offset', '2026-05-02T10:00:00+02:00[Europe/Madrid]'],
    ['a space for the T', '2026-05-02 10:00:00Z'],
    ['a short year', '26-05-02T10:00:00Z'],
    ['a number', '1777716000000'],
    ['something before it', ' 2026-05-02T10:00:00Z'],
    ['something after it', '2026-05-02T10:00:00Z\n'],
    ['nothing', ''],
  ])('%s is refused', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test('whatever is written is read back, to the millisecond', () => {
    const moments = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (date) => {
        expect(parseInstant(formatInstant(date.getTime()))).toBe(date.getTime());
      }),
    );
  });
});

describe('a time zone', () => {
  test.each(['Europe/Madrid', 'America/Argentina/Buenos_Aires', 'UTC', 'Asia/Kathmandu'])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  test.each(['Europe/Madird', '+02:00', '-05', 'Madrid', 'CET+1', '2026-05-02T10:00+02:00[Europe/Madrid]', ''])(
    '%j is none',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );

  test('every zone that the runtime knows is one', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((name) => !isTimeZone(name))).toEqual([]);
  });
});

describe('the local date', () => {
  test.each([
    ['2026-05-02T21:59:59.999Z', 'Europe/Madrid', '2026-05-02'],
    ['2026-05-02T22:00:00Z', 'Europe/Madrid', '2026-05-03'],
    ['2026-01-02T22:59:59.999Z', 'Europe/Madrid', '2026-01-02'],
    ['2026-01-02T23:00:00Z', 'Europe/Madrid', '2026-01-03'],
    ['2026-05-02T10:00:00Z', 'Pacific/Kiritimati', '2026-05-03'],
    ['2026-05-02T10:00:00Z', 'Pacific/Pago_Pago', '2026-05-01'],
  ])('at %s in %s is %s', (at, zone, date) => {
    expect(localDate(parseInstant(at)!, zone).toString()).toBe(date);
  });

  test.each([
    ['2026-05-02T18:20:00Z', '2026-05-02T18:14:59.999Z', '2026-05-02'],
    ['2026-05-02T18:10:00Z', '2026-05-02T18:15:00Z', '2026-05-03'],
  ])('of a midnight within an hour is right, also after %s was asked for: %s', (before, at, date) => {
    localDate(parseInstant(before)!, 'Asia/Kathmandu');
    expect(localDate(parseInstant(at)!, 'Asia/Kathmandu').toString()).toBe(date);
  });

  test('goes back with the clocks where they are turned back over midnight', () => {
    const dates = ['02:30:00', '02:31:00', '03:29:59', '03:30:00', '03:29:59'].map((time) =>
      localDate(parseInstant(`2010-11-07T${time}Z`)!, 'America/St_Johns').toString(),
    );
    expect(dates).toEqual(['2010-11-07', '2010-11-06', '2010-11-06', '2010-11-07', '2010-11-06']);
  });

  // In Saint John's clocks were turned back at 00:01, over midnight; in São Paulo at midnight; Samoa left a day out; Cairo's summer begins at 24:00.
  test.each([
    ['America/St_Johns', '2010-11-07T00:00:00Z'],
    ['America/St_Johns', '2010-03-14T00:00:00Z'],
    ['America/Sao_Paulo', '2018-02-18T00:00:00Z'],
    ['America/Sao_Paulo', '2018-11-04T00:00:00Z'],
    ['Pacific/Apia', '2011-12-30T00:00:00Z'],
    ['Africa/Cairo', '2023-04-28T00:00:00Z'],
    ['Africa/Cairo', '2023-10-27T00:00:00Z'],
    ['Europe/Madrid', '2026-10-25T00:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-05T00:00:00Z'],
  ])('in %s around %s is the calendar’s, whatever was asked before', (zone, around) => {
    const middle = parseInstant(around)!;
    const fresh = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
    const minutes = fc.integer({ min: -40 * 60, max: 40 * 60 }).map((minute) => middle + minute * MINUTE_MS - 1);
    const moments = fc.array(fc.tuple(minutes, fc.integer({ min: 0, max: 1 })), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(moments, (asked) => {
        for (const [minute, ms] of asked) {
          expect(localDate(minute + ms, zone).toString()).toBe(fresh(minute + ms).toString());
        }
      }),
    );
  });
});

describe('the start of a day', () => {
  test.each([
    ['2026-01-15', 'Europe/Madrid', '2026-01-14T23:00:00Z'],
    ['2026-07-15', 'Europe/Madrid', '2026-07-14T22:00:00Z'],
    // The day the clocks go forward begins before they do, and the next one is 23 hours later.
    ['2026-03-29', 'Europe/Madrid', '2026-03-28T23:00:00Z'],
    ['2026-03-30', 'Europe/Madrid', '2026-03-29T22:00:00Z'],
    // The day they go back is 25 hours long.
    ['2026-10-25', 'Europe/Madrid', '2026-10-24T22:00:00Z'],
    ['2026-10-26', 'Europe/Madrid', '2026-10-25T23:00:00Z'],
    // Clocks that skip midnight: the day begins at 01:00.
    ['2025-09-07', 'America/Santiago', '2025-09-07T04:00:00Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
    // Clocks that go back to midnight and pass it twice: the first counts.
    ['2025-11-02', 'America/Havana', '2025-11-02T04:00:00Z'],
    ['2026-05-02', 'Asia/Kathmandu', '2026-05-01T18:15:00Z'],
  ])('%s in %s is %s', (date, zone, start) => {
    expect(formatInstant(startOfDay(Temporal.PlainDate.from(date), zone))).toBe(start);
  });
});

describe('a date in a year', () => {
  test.each([
    [2026, 2, 29, '2026-02-28'],
    [2028, 2, 29, '2028-02-29'],
    [2100, 2, 29, '2100-02-28'],
    [2026, 12, 31, '2026-12-31'],
  ])('of %i, month %i, day %i, is %s', (year, month, day, date) => {
    expect(dateInYear(year, { month, day }).toString()).toBe(date);
  });
});

const NO_DATES: [string, string][] = [
  ['31 February', '2026-02-31'],
  ['29 February of a common year', '2026-02-29'],
  ['a 13th month', '2026-13-01'],
  ['a day 0', '2026-05-00'],
  ['no hyphens', '20260502'],
  ['one digit', '2026-5-2'],
  ['slashes', '2026/05/02'],
  ['the day first', '02-05-2026'],
  ['a year of six digits', '+002026-05-02'],
  ['a calendar beside it', '2026-05-02[u-ca=hebrew]'],
  ['something before it', ' 2026-05-02'],
  ['something after it', '2026-05-02\n'],
  ['a word', 'tomorrow'],
  ['a number', '60'],
  ['nothing', ''],
];

describe('a calendar date', () => {
  test.each(['2026-05-02', '2024-02-29', '2026-12-31', '0001-01-01', '9999-12-31'])('%s is one', (text) => {
    expect(parseDate(text)?.toString()).toBe(text);
  });

  test.each(NO_DATES)('%s is none', (_, text) => {
    expect(parseDate(text)).toBeUndefined();
  });

  test('has no time', () => {
    expect(parseDate('2026-05-02T10:00')).toBeUndefined();
    expect(parseDate('2026-05-02T10:00:00Z')).toBeUndefined();
  });
});

describe('the date that a text means in a zone', () => {
  test.each([
    ['a date, in every zone', '2026-06-15', 'Pacific/Kiritimati', '2026-06-15'],
    ['a date, in every zone', '2026-06-15', 'Pacific/Pago_Pago', '2026-06-15'],
    ['a local time, in every zone', '2026-06-15T23:30', 'Pacific/Pago_Pago', '2026-06-15'],
    ['a local time to the second', '2026-06-15T00:00:00', 'Europe/Madrid', '2026-06-15'],
    ['a local time and its fractions', '2026-06-15T23:59:59.999999999', 'Europe/Madrid', '2026-06-15'],
    ['a local time that the clocks skip', '2026-03-29T02:30', 'Europe/Madrid', '2026-03-29'],
    ['an instant, by the clocks of the zone', '2026-06-15T22:30:00Z', 'Europe/Madrid', '2026-06-16'],
    ['an instant, by the clocks of the zone', '2026-06-15T21:59:59Z', 'Europe/Madrid', '2026-06-15'],
    ['an instant, and not by its own offset', '2026-06-15T23:30:00-08:00', 'Europe/Madrid', '2026-06-16'],
    ['an instant, and not by its own offset', '2026-06-15T00:30:00+09:00', 'America/New_York', '2026-06-14'],
  ])('%s: %s in %s', (_, text, zone, date) => {
    expect(dateIn(text, zone)?.toString()).toBe(date);
  });

  test.each([
    ...NO_DATES,
    ['31 February at noon', '2026-02-31T12:00'],
    ['31 February at noon somewhere', '2026-02-31T12:00:00Z'],
    ['25 hours', '2026-05-02T25:00'],
    ['60 minutes', '2026-05-02T10:60'],
    ['a space for the T', '2026-05-02 10:00'],
    ['an hour alone', '2026-05-02T10'],
    ['a zone beside it', '2026-05-02T10:00[Europe/Madrid]'],
  ])('is none for %s', (_, text) => {
    expect(dateIn(text, 'Europe/Madrid')).toBeUndefined();
  });
});

describe('the moment that a text means in a zone', () => {
  test.each([
    ['an instant, in every zone', '2026-05-02T12:00:00+02:00', 'Asia/Tokyo', '2026-05-02T10:00:00Z'],
    ['the start of a date', '2026-05-02', 'Europe/Madrid', '2026-05-01T22:00:00Z'],
    ['the start of a date', '2026-01-02', 'Europe/Madrid', '2026-01-01T23:00:00Z'],
    ['the start of a date whose midnight is skipped', '2025-09-07', 'America/Santiago', '2025-09-07T04:00:00Z'],
  ])('%s: %s in %s', (_, text, zone, utc) => {
    expect(formatInstant(momentIn(text, zone)!)).toBe(utc);
  });

  test.each([...NO_DATES, ['a time without an offset', '2026-05-02T10:00:00']])('is none for %s', (_, text) => {
    expect(momentIn(text, 'Europe/Madrid')).toBeUndefined();
  });
});

describe('the same time of day', () => {
  test.each([
    ['2026-05-02T10:00:00Z', 0, '2026-05-02T10:00:00Z'],
    ['2026-05-02T10:00:00Z', 1, '2026-05-01T10:00:00Z'],
    ['2026-03-01T23:00:00Z', 30, '2026-01-30T23:00:00Z'],
    // The clocks went forward on 29 March 2026, and back on 25 October.
    ['2026-03-30T22:00:00Z', 7, '2026-03-23T23:00:00Z'],
    ['2026-10-31T23:00:00Z', 7, '2026-10-24T22:00:00Z'],
  ])('of %s in Madrid, %i days before, is %s', (at, days, earlier) => {
    expect(formatInstant(earlierByDays(parseInstant(at)!, days, 'Europe/Madrid'))).toBe(earlier);
  });

  test.each([
    ['2026-05-02T10:00:00Z', 1, '2027-05-02T10:00:00Z'],
    ['2026-05-02T10:00:00Z', -2, '2024-05-02T10:00:00Z'],
    ['2028-02-29T10:00:00Z', 1, '2029-02-28T10:00:00Z'],
    ['2028-02-29T10:00:00Z', 4, '2032-02-29T10:00:00Z'],
    // On 29 March clocks show winter time in 2025, and summer time in 2026.
    ['2025-03-29T10:00:00Z', 1, '2026-03-29T09:00:00Z'],
  ])('of %s in Madrid, %i years later, is %s', (at, years, later) => {
    expect(formatInstant(laterByYears(parseInstant(at)!, years, 'Europe/Madrid'))).toBe(later);
  });
});

describe('the last day of what ends', () => {
  test.each([
    ['2026-05-29T22:00:00Z', 'Europe/Madrid', '2026-05-29'],
    ['2026-05-29T21:59:59.999Z', 'Europe/Madrid', '2026-05-29'],
    ['2026-05-29T22:00:00.001Z', 'Europe/Madrid', '2026-05-30'],
    ['2026-02-28T23:00:00Z', 'Europe/Madrid', '2026-02-28'],
    ['2026-05-30T00:00:00Z', 'UTC', '2026-05-29'],
    // The clocks skip midnight in Beirut on 29 March 2026: the day begins at 01:00.
    ['2026-03-28T22:00:00Z', 'Asia/Beirut', '2026-03-28'],
    ['2026-03-28T22:00:00.001Z', 'Asia/Beirut', '2026-03-29'],
  ])('at %s in %s is %s', (at, timeZone, date) => {
    expect(lastDay(parseInstant(at)!, timeZone).toString()).toBe(date);
  });
});

describe('the time of day', () => {
  test.each([
    ['2026-05-29T22:00:00Z', 'Europe/Madrid', undefined],
    ['2026-05-29T21:59:59.999Z', 'Europe/Madrid', '23:59:59'],
    ['2026-05-29T22:00:00.001Z', 'Europe/Madrid', '00:00'],
    ['2026-05-29T20:30:00Z', 'Europe/Madrid', '22:30'],
    ['2026-05-29T20:30:05Z', 'Europe/Madrid', '22:30:05'],
    // The first moment of a day is told as a day, also where its clock shows 01:00.
    ['2026-03-28T22:00:00Z', 'Asia/Beirut', undefined],
    ['2026-03-28T22:05:00Z', 'Asia/Beirut', '01:05'],
  ])('at %s in %s is %s', (at, timeZone, time) => {
    expect(timeWithinDay(parseInstant(at)!, timeZone)).toBe(time);
  });
});
