import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CycleRule, cycleAt } from '../../../core/rules/cycle.ts';
import { BEGINNING_OF_TIME, END_OF_TIME, formatInstant, HOUR_MS, parseInstant } from '../../../core/time.ts';

const at = (text: string) => parseInstant(text)!;
const NEW_YEAR: CycleRule = { type: 'calendar', month: 1, day: 1 };
const ANYTIME = at('2020-06-01T12:00:00Z');

/** [where the cycle before began, start, end], as UTC. */
function bounds(rule: CycleRule, zone: string, enrolledAt: number, moment: string): string[] {
  const { previousStart, start, end } = cycleAt(rule, zone, enrolledAt, at(moment));
  return [previousStart, start, end].map(formatInstant);
}

describe('a program without cycles', () => {
  test.each(['1970-01-01T00:00:00Z', '2026-12-31T23:00:00Z', '9999-01-01T00:00:00Z'])(
    'has one that holds all of time, %s too',
    (moment) => {
      expect(cycleAt({ type: 'none' }, 'Europe/Madrid', ANYTIME, at(moment))).toEqual({
        previousStart: BEGINNING_OF_TIME,
        start: BEGINNING_OF_TIME,
        end: END_OF_TIME,
      });
    },
  );
});

describe('a calendar cycle', () => {
  test('E19: the cycle 2026 in Europe/Madrid ends at 2026-12-31T23:00:00Z', () => {
    expect(bounds(NEW_YEAR, 'Europe/Madrid', ANYTIME, '2026-05-02T10:00:00Z')).toEqual([
      '2024-12-31T23:00:00Z',
      '2025-12-31T23:00:00Z',
      '2026-12-31T23:00:00Z',
    ]);
  });

  test.each([
    ['one millisecond below its start', '2025-12-31T22:59:59.999Z', '2024-12-31T23:00:00Z'],
    ['its start', '2025-12-31T23:00:00Z', '2025-12-31T23:00:00Z'],
    ['one millisecond above its start', '2025-12-31T23:00:00.001Z', '2025-12-31T23:00:00Z'],
    ['one millisecond below its end', '2026-12-31T22:59:59.999Z', '2025-12-31T23:00:00Z'],
    ['its end', '2026-12-31T23:00:00Z', '2026-12-31T23:00:00Z'],
  ])('%s belongs to the cycle that contains it', (_, moment, start) => {
    expect(bounds(NEW_YEAR, 'Europe/Madrid', ANYTIME, moment)[1]).toBe(start);
  });

  test('may begin on any day of the year, in summer time as in winter time', () => {
    const rule: CycleRule = { type: 'calendar', month: 9, day: 1 };
    expect(bounds(rule, 'Europe/Madrid', ANYTIME, '2026-08-31T21:59:59.999Z').slice(1)).toEqual([
      '2025-08-31T22:00:00Z',
      '2026-08-31T22:00:00Z',
    ]);
    expect(bounds(rule, 'Europe/Madrid', ANYTIME, '2026-08-31T22:00:00Z').slice(1)).toEqual([
      '2026-08-31T22:00:00Z',
      '2027-08-31T22:00:00Z',
    ]);
  });

  test('that begins on 29 February begins on the 28th in common years', () => {
    const rule: CycleRule = { type: 'calendar', month: 2, day: 29 };
    expect(bounds(rule, 'UTC', ANYTIME, '2028-02-28T23:59:59Z')).toEqual([
      '2026-02-28T00:00:00Z',
      '2027-02-28T00:00:00Z',
      '2028-02-29T00:00:00Z',
    ]);
  });

  test('is the same for everybody, whenever they enrolled', () => {
    const moment = '2026-05-02T10:00:00Z';
    expect(bounds(NEW_YEAR, 'UTC', at('2019-07-07T07:00:00Z'), moment)).toEqual(
      bounds(NEW_YEAR, 'UTC', at('2026-04-30T07:00:00Z'), moment),
    );
  });
});

describe('an enrollment cycle', () => {
  const rule: CycleRule = { type: 'enrollment' };

  test('E20: joined on 2025-06-10, it ends at local 00:00 on 2026-06-10, then yearly', () => {
    const joined = at('2025-06-10T15:30:00Z');
    expect(bounds(rule, 'Europe/Madrid', joined, '2025-06-10T15:30:00Z')).toEqual([
      '2024-06-09T22:00:00Z',
      '2025-06-09T22:00:00Z',
      '2026-06-09T22:00:00Z',
    ]);
    expect(bounds(rule, 'Europe/Madrid', joined, '2026-06-09T21:59:59.999Z')[2]).toBe('2026-06-09T22:00:00Z');
    expect(bounds(rule, 'Europe/Madrid', joined, '2026-06-09T22:00:00Z')[2]).toBe('2027-06-09T22:00:00Z');
    expect(bounds(rule, 'Europe/Madrid', joined, '2030-01-01T00:00:00Z')[2]).toBe('2030-06-09T22:00:00Z');
  });

  test('goes by the local date of the enrollment, not by the one in UTC', () => {
    const joined = at('2025-06-10T22:30:00Z');
    expect(bounds(rule, 'Europe/Madrid', joined, '2026-01-01T00:00:00Z')[2]).toBe('2026-06-10T22:00:00Z');
    expect(bounds(rule, 'America/New_York', joined, '2026-01-01T00:00:00Z')[2]).toBe('2026-06-10T04:00:00Z');
  });

  test('of somebody who joined on 29 February ends on the 28th in common years and returns to the 29th', () => {
    const joined = at('2024-02-29T12:00:00Z');
    const ends = [2024, 2025, 2026, 2027, 2028].map(
      (year) => bounds(rule, 'UTC', joined, `${year}-03-15T00:00:00Z`)[2],
    );
    expect(ends).toEqual([
      '2025-02-28T00:00:00Z',
      '2026-02-28T00:00:00Z',
      '2027-02-28T00:00:00Z',
      '2028-02-29T00:00:00Z',
      '2029-02-28T00:00:00Z',
    ]);
  });

  test('holds what happened before the enrollment as well: cycles go back without end', () => {
    const joined = at('2025-06-10T15:30:00Z');
    expect(bounds(rule, 'UTC', joined, '2025-06-09T23:59:59Z').slice(1)).toEqual([
      '2024-06-10T00:00:00Z',
      '2025-06-10T00:00:00Z',
    ]);
    expect(bounds(rule, 'UTC', joined, '2020-01-01T00:00:00Z')[2]).toBe('2020-06-10T00:00:00Z');
  });
});

describe('what was found is kept with its rule', () => {
  const yearly = (): CycleRule => ({ type: 'calendar', month: 4, day: 1 });
  const ofYear = (rule: CycleRule, year: number) => cycleAt(rule, 'UTC', ANYTIME, at(`${year}-04-01T00:00:00Z`));

  test.each([
    ['days of one month', '2025-06-10T12:00:00Z', '2025-06-11T12:00:00Z'],
    ['months, on the same day', '2025-06-10T12:00:00Z', '2025-07-10T12:00:00Z'],
  ])('and never taken for another’s: members who joined on different %s have each their own', (_, one, other) => {
    const rule: CycleRule = { type: 'enrollment' };
    const endOf = (joined: string) => bounds(rule, 'UTC', at(joined), '2026-01-01T00:00:00Z')[2];
    expect([endOf(one), endOf(other), endOf(one)]).toEqual(
      [one, other, one].map((joined) => joined.replace('2025', '2026').replace('T12', 'T00')),
    );
  });

  test('and never taken for another zone’s', () => {
    const rule = yearly();
    expect(bounds(rule, 'UTC', ANYTIME, '2026-05-01T00:00:00Z')[1]).toBe('2026-04-01T00:00:00Z');
    expect(bounds(rule, 'Europe/Madrid', ANYTIME, '2026-05-01T00:00:00Z')[1]).toBe('2026-03-31T22:00:00Z');
  });

  test('from its first moment to its last it is found once', () => {
    const rule = yearly();
    const found = ofYear(rule, 2026);
    expect(cycleAt(rule, 'UTC', ANYTIME, found.start)).toBe(found);
    expect(cycleAt(rule, 'UTC', ANYTIME, found.end - 1)).toBe(found);
    expect(cycleAt(rule, 'UTC', ANYTIME, found.end)).not.toBe(found);
  });

  test('for the last eight cycles that were asked for, and no more: facts of any year do not fill the memory', () => {
    const rule = yearly();
    const first = ofYear(rule, 2001);
    for (let year = 2002; year <= 2008; year += 1) ofYear(rule, year);
    expect(ofYear(rule, 2001)).toBe(first);
    ofYear(rule, 2009);
    expect(ofYear(rule, 2001)).not.toBe(first);
    expect(ofYear(rule, 2001)).toEqual(first);
    expect(ofYear(rule, 2009)).toBe(ofYear(rule, 2009));
  });
});

describe('in every time zone there is', () => {
  const moments = fc.date({
    min: new Date('1995-01-01T00:00:00Z'),
    max: new Date('2060-01-01T00:00:00Z'),
    noInvalidDate: true,
  });
  const month = fc.integer({ min: 1, max: 12 });
  const rules = fc.oneof(
    fc.record({ type: fc.constant('calendar' as const), month, day: fc.integer({ min: 1, max: 28 }) }),
    fc.record({ type: fc.constant('calendar' as const), month: fc.constant(2), day: fc.constant(29) }),
    fc.constant({ type: 'enrollment' as const }),
  );
  const zones = Intl.supportedValuesOf('timeZone');
  const clocks = new Map(
    zones.map((timeZone) => [timeZone, new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' })]),
  );
  /** The calendar date by the runtime's own clocks, which know nothing of the engine's. */
  const dateOnTheWall = (moment: number, zone: string) => clocks.get(zone)!.format(moment);

  test('a cycle contains its moment, begins with a local day, and leaves no gap to its neighbours', () => {
    fc.assert(
      fc.property(moments, moments, rules, (when, enrollment, rule) => {
        const [moment, enrolledAt] = [when.getTime(), enrollment.getTime()];
        for (const zone of zones) {
          const cycle = cycleAt(rule, zone, enrolledAt, moment);
          if (!(cycle.previousStart < cycle.start && cycle.start <= moment && moment < cycle.end)) {
            expect.fail(`${zone}: ${formatInstant(moment)} is not in ${[cycle.start, cycle.end].map(formatInstant)}`);
          }
          // A boundary is the first moment of its local date: a millisecond earlier is another day.
          const boundary = dateOnTheWall(cycle.start, zone);
          if (boundary === dateOnTheWall(cycle.start - 1, zone)) {
            expect.fail(`${zone}: ${formatInstant(cycle.start)} is amid a day`);
          }
          const firstDay =
            rule.type === 'calendar'
              ? `${String(rule.month).padStart(2, '0')}-${String(rule.day).padStart(2, '0')}`
              : dateOnTheWall(enrolledAt, zone).slice(5);
          const commonYear = firstDay === '02-29' && !isLeap(Number(boundary.slice(0, 4)));
          expect([zone, boundary.slice(5)]).toEqual([zone, commonYear ? '02-28' : firstDay]);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('a cycle ends where the next begins, and the one before ended where it began', () => {
    fc.assert(
      fc.property(moments, moments, rules, fc.constantFrom(...zones), (when, enrollment, rule, zone) => {
        const cycle = cycleAt(rule, zone, enrollment.getTime(), when.getTime());
        const next = cycleAt(rule, zone, enrollment.getTime(), cycle.end);
        const before = cycleAt(rule, zone, enrollment.getTime(), cycle.start - 1);
        expect([next.previousStart, next.start]).toEqual([cycle.start, cycle.end]);
        expect([before.start, before.end]).toEqual([cycle.previousStart, cycle.start]);
        // About a year: clocks changed by a day at most, and even Samoa only once.
        const days = (cycle.end - cycle.start) / (24 * HOUR_MS);
        expect(days).toBeGreaterThan(363);
        expect(days).toBeLessThan(368);
      }),
      { numRuns: 300 },
    );
  });

  test('whatever was asked before, the answer is the same as for the first question', () => {
    const question = fc.tuple(moments, moments, fc.constantFrom(...zones));
    fc.assert(
      fc.property(rules, fc.array(question, { maxLength: 30 }), (rule, questions) => {
        for (const [when, enrollment, zone] of questions) {
          const neverAsked = { ...rule };
          expect(cycleAt(rule, zone, enrollment.getTime(), when.getTime())).toEqual(
            cycleAt(neverAsked, zone, enrollment.getTime(), when.getTime()),
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});

function isLeap(year: number): boolean {
  return new Date(Date.UTC(year, 1, 29)).getUTCDate() === 29;
}
