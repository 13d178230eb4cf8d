import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../core/runs/failure-of.ts';
import { countsOf, NO_COUNTS, nextOf, plusCounts, type RunOutcome } from '../../../core/runs/run.ts';
import { pageName } from '../../../core/runs/segment.ts';

const outcome = (more: Partial<RunOutcome>): RunOutcome => ({
  memberId: 'm-1',
  outcome: 'MOVED',
  from: 'silver',
  to: 'gold',
  direction: 'up',
  ...more,
});

const UP = outcome({});
const DOWN = outcome({ from: 'gold', to: 'bronze', direction: 'down' });
const STAYED = outcome({ outcome: 'NO_CHANGE', from: 'gold', to: 'gold', direction: 'none' });
const FAILED = outcome({ outcome: 'FAILED', from: null, to: null, direction: 'none' });
const UNKNOWN = outcome({ outcome: 'MEMBER_NOT_FOUND', from: null, to: null, direction: 'none' });

describe('what a page counts', () => {
  test.each<[string, RunOutcome[], Partial<typeof NO_COUNTS>]>([
    ['nothing, where there was nobody', [], {}],
    [
      'who went up, and from where to where',
      [UP],
      { processed: 1, up: 1, outcomes: { MOVED: 1 }, matrix: { silver: { gold: 1 } } },
    ],
    ['who went down', [DOWN], { processed: 1, down: 1, outcomes: { MOVED: 1 }, matrix: { gold: { bronze: 1 } } }],
    ['who stayed, and that is no move', [STAYED], { processed: 1, unchanged: 1, outcomes: { NO_CHANGE: 1 } }],
    ['who failed, which is not to stay', [FAILED], { processed: 1, failed: 1, outcomes: { FAILED: 1 } }],
    ['who was not there', [UNKNOWN], { processed: 1, unchanged: 1, outcomes: { MEMBER_NOT_FOUND: 1 } }],
    [
      'all of them',
      [UP, DOWN, UP, STAYED, FAILED, { ...UP, to: 'platinum' }],
      {
        processed: 6,
        up: 3,
        down: 1,
        unchanged: 1,
        failed: 1,
        outcomes: { MOVED: 4, NO_CHANGE: 1, FAILED: 1 },
        matrix: { silver: { gold: 2, platinum: 1 }, gold: { bronze: 1 } },
      },
    ],
    [
      'a move only where both tiers are known',
      [outcome({ from: null }), outcome({ to: null })],
      { processed: 2, up: 2, outcomes: { MOVED: 2 } },
    ],
  ])('is %s', (_, outcomes, counts) => {
    expect(countsOf(outcomes)).toEqual({ ...NO_COUNTS, ...counts });
  });

  test('is added up over pages, figure by figure', () => {
    const a = { ...NO_COUNTS, processed: 7, up: 1, down: 2, unchanged: 3, failed: 1, outcomes: { MOVED: 3 } };
    const b = {
      ...NO_COUNTS,
      processed: 50,
      up: 10,
      down: 20,
      unchanged: 15,
      failed: 5,
      outcomes: { MOVED: 30, FAILED: 5 },
    };
    const [there, then] = [{ gold: { silver: 2 } }, { gold: { silver: 3, bronze: 1 }, silver: { gold: 1 } }];
    const sum = {
      processed: 57,
      up: 11,
      down: 22,
      unchanged: 18,
      failed: 6,
      outcomes: { MOVED: 33, FAILED: 5 },
      matrix: { gold: { silver: 5, bronze: 1 }, silver: { gold: 1 } },
    };
    expect(plusCounts({ ...a, matrix: there }, { ...b, matrix: then })).toEqual(sum);
    expect(plusCounts({ ...b, matrix: then }, { ...a, matrix: there })).toEqual(sum);
    expect(plusCounts(NO_COUNTS, NO_COUNTS)).toEqual(NO_COUNTS);
  });

  test.each([
    [{ tierStale: 1, timer: 2 }, { timer: 3 }, { tierStale: 1, timer: 5 }],
    [{ timer: 2 }, undefined, { timer: 2 }],
    [undefined, { timer: 3 }, { timer: 3 }],
    [undefined, undefined, undefined],
  ])('of an audit, %j and %j are causes of %j', (a, b, causes) => {
    const withCauses = (of: Record<string, number> | undefined) => ({ ...NO_COUNTS, ...(of && { causes: of }) });
    expect(plusCounts(withCauses(a), withCauses(b))).toStrictEqual(withCauses(causes));
  });

  test('knows tiers that are named like what every object has', () => {
    const odd = outcome({ from: 'constructor', to: 'toString' });
    expect(countsOf([odd, odd]).matrix).toEqual({ constructor: { toString: 2 } });
  });
});

describe('pages', () => {
  test('tell where the next one begins, and the last one tells nothing', () => {
    expect(nextOf({ next: 'm-200' })).toStrictEqual({ next: 'm-200' });
    expect(nextOf({})).toStrictEqual({});
  });

  test('are listed in the order of their names: part by part, and in it as they were done', () => {
    const names = [
      pageName({ kind: 'everyone', part: 2, of: 16 }, 9),
      pageName({ kind: 'everyone', part: 2, of: 16 }, 10),
      pageName({ kind: 'everyone', part: 10, of: 16 }, 0),
    ];
    expect(names).toEqual(['02of16#00000009', '02of16#00000010', '10of16#00000000']);
    expect([...names].sort()).toEqual(names);
    expect(pageName({ kind: 'anniversary', day: '02-29', part: 3 }, 1)).toBe('02-29.3#00000001');
  });
});

describe('of a member for whom nothing could be done, a page tells why', () => {
  test.each<[string, unknown, string]>([
    ['by the name and the message of an error', new RangeError('No such date.'), 'RangeError: No such date.'],
    ['by whatever else was thrown', 'out of paper', 'out of paper'],
    ['by its beginning', new Error('x'.repeat(999)), `Error: ${'x'.repeat(293)}`],
  ])('%s', (_, error, why) => {
    expect(failureOf(error)).toEqual({ outcome: 'FAILED', why, from: null, to: null, direction: 'none' });
  });
});
