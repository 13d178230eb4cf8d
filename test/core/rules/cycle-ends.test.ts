import { describe, expect, test } from 'vitest';
import type { CycleRule } from '../../../core/rules/cycle.ts';
import {
  anniversaryOf,
  cycleEndsOfLastDays,
  isCycleEnd,
  lastCycleEnd,
  nextCycleEnd,
} from '../../../core/rules/cycle-ends.ts';
import { segmentName, segmentsOf } from '../../../core/runs/segment.ts';
import { formatInstant, laterByYears, parseInstant } from '../../../core/time.ts';
import { exampleProgram } from '../../support/program.ts';

const instant = (text: string) => parseInstant(text)!;
const rules = (cycle: CycleRule, timeZone = 'Europe/Madrid') => ({ cycle, timeZone });
const NEW_YEAR = rules({ type: 'calendar', month: 1, day: 1 });
const LEAP_DAY = rules({ type: 'calendar', month: 2, day: 29 });
const DAILY = rules({ type: 'enrollment' });
const NEVER = rules({ type: 'none' });

describe('the last end of a cycle, and the next', () => {
  test.each([
    [NEW_YEAR, '2026-12-31T22:59:59.999Z', '2025-12-31T23:00:00Z', '2026-12-31T23:00:00Z'],
    [NEW_YEAR, '2026-12-31T23:00:00Z', '2026-12-31T23:00:00Z', '2027-12-31T23:00:00Z'],
    [LEAP_DAY, '2027-06-01T00:00:00Z', '2027-02-27T23:00:00Z', '2028-02-28T23:00:00Z'],
    [DAILY, '2026-06-09T21:59:59.999Z', '2026-06-08T22:00:00Z', '2026-06-09T22:00:00Z'],
    [DAILY, '2026-06-09T22:00:00Z', '2026-06-09T22:00:00Z', '2026-06-10T22:00:00Z'],
    // The clocks skip midnight in Beirut on 29 March 2026.
    [
      rules({ type: 'enrollment' }, 'Asia/Beirut'),
      '2026-03-29T12:00:00Z',
      '2026-03-28T22:00:00Z',
      '2026-03-29T21:00:00Z',
    ],
  ])('%j at %s: %s and %s', (cycles, now, last, next) => {
    expect(formatInstant(lastCycleEnd(cycles, instant(now))!)).toBe(last);
    expect(formatInstant(nextCycleEnd(cycles, instant(now))!)).toBe(next);
    expect(isCycleEnd(cycles, instant(last))).toBe(true);
    expect(isCycleEnd(cycles, instant(last) + 1)).toBe(false);
    expect(isCycleEnd(cycles, instant(last) - 1)).toBe(false);
  });

  test('are none where cycles never end', () => {
    expect([lastCycleEnd(NEVER, 0), nextCycleEnd(NEVER, 0), isCycleEnd(NEVER, 0)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect(cycleEndsOfLastDays(NEVER, 7, 0)).toEqual([]);
  });
});

describe('the ends of the last days', () => {
  const ends = (cycles: typeof DAILY, days: number, now: string) =>
    cycleEndsOfLastDays(cycles, days, instant(now)).map(formatInstant);

  test('are one a day where each member has an anniversary, the first one first', () => {
    expect(ends(DAILY, 3, '2026-03-30T12:00:00Z')).toEqual([
      '2026-03-27T23:00:00Z',
      // The clocks go forward.
      '2026-03-28T23:00:00Z',
      '2026-03-29T22:00:00Z',
    ]);
  });

  test.each([
    ['2026-12-31T22:59:59Z', []],
    ['2026-12-31T23:00:00Z', ['2026-12-31T23:00:00Z']],
    ['2027-01-07T22:59:59Z', ['2026-12-31T23:00:00Z']],
    ['2027-01-07T23:00:00Z', []],
  ])('are the year’s one in the week behind it: %s', (now, expected) => {
    expect(ends(NEW_YEAR, 7, now)).toEqual(expected);
  });
});

describe('an anniversary', () => {
  test('is a day of the program’s zone', () => {
    const at = instant('2025-06-09T22:30:00Z');
    expect(anniversaryOf(at, DAILY)).toEqual({ anniversary: '06-10' });
    expect(anniversaryOf(at, rules({ type: 'enrollment' }, 'Europe/London'))).toEqual({ anniversary: '06-09' });
    expect(anniversaryOf(instant('2024-02-29T12:00:00Z'), DAILY)).toEqual({ anniversary: '02-29' });
  });

  test('is nothing that a member has in other programs', () => {
    expect([anniversaryOf(0, NEW_YEAR), anniversaryOf(0, NEVER)]).toEqual([{}, {}]);
  });
});

describe('segments', () => {
  const enrollment = exampleProgram({ cycle: { type: 'enrollment' } });
  const daysOf = (at: string) => [
    ...new Set(
      segmentsOf({ occasion: 'cycleEnd', at: instant(at) }, enrollment).map((segment) =>
        segment.kind === 'anniversary' ? segment.day : 'everyone',
      ),
    ),
  ];

  test('are parts of everyone at the end of a calendar cycle, and whenever somebody asks', () => {
    for (const program of [exampleProgram(), enrollment]) {
      for (const occasion of ['cycleEnd', 'request'] as const) {
        if (program === enrollment && occasion === 'cycleEnd') continue;
        expect(segmentsOf({ occasion, at: 0 }, program)).toEqual(
          Array.from({ length: 8 }, (_, part) => ({ kind: 'everyone', part, of: 8 })),
        );
      }
    }
  });

  test.each([
    ['2026-06-09T22:00:00Z', ['06-09', '06-10', '06-11']],
    ['2026-12-31T23:00:00Z', ['12-31', '01-01', '01-02']],
    ['2026-02-27T23:00:00Z', ['02-27', '02-28', '03-01', '02-29']],
    ['2028-02-27T23:00:00Z', ['02-27', '02-28', '02-29']],
    ['2028-02-28T23:00:00Z', ['02-28', '02-29', '03-01']],
    ['2026-03-01T23:00:00Z', ['03-01', '03-02', '03-03']],
  ])('are those of the day and its neighbours where each member has an anniversary: %s', (at, days) => {
    expect(daysOf(at)).toEqual(days);
  });

  test('have names of their own, of one length, so that their pages stand in order', () => {
    const segments = [
      ...segmentsOf({ occasion: 'request', at: 0 }, enrollment),
      ...segmentsOf({ occasion: 'cycleEnd', at: 0 }, enrollment),
    ];
    expect(new Set(segments.map(segmentName)).size).toBe(segments.length);
    expect(segments.slice(0, 2).map(segmentName)).toEqual(['00of8', '01of8']);
    expect(segments.at(-1)).toBeDefined();
  });
});

test('years are of the calendar: 29 February falls on the 28th, and the time of day stays', () => {
  expect(formatInstant(laterByYears(instant('2028-02-29T12:00:00Z'), 1, 'Europe/Madrid'))).toBe('2029-02-28T12:00:00Z');
  expect(formatInstant(laterByYears(instant('2026-07-01T10:00:00Z'), -5, 'Europe/Madrid'))).toBe(
    '2021-07-01T10:00:00Z',
  );
});
