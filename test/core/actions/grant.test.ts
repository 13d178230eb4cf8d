import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Grant, isLive, withGrant } from '../../../core/actions/grant.ts';
import { visibleTier } from '../../../core/rules/visible-tier.ts';
import { exampleProgram } from '../../support/program.ts';
import { grantLists, LAST_MOMENT, TIERS_OF_GRANTS } from './grants.ts';

const PROGRAM = exampleProgram();

function pruned(grants: readonly Grant[]): Grant[] {
  let kept: Grant[] = [];
  for (const grant of grants) kept = withGrant(kept, grant);
  return kept;
}

describe('a grant', () => {
  const grant: Grant = { key: 'k', kind: 'floor', tier: 'gold', from: 10, until: 20 };

  test.each([
    [9, false],
    [10, true],
    [11, true],
    [19, true],
    [20, false],
    [21, false],
  ])('from 10 until 20 is live at %i: %s', (at, live) => {
    expect(isLive(grant, at)).toBe(live);
  });

  test('without an end is live for good', () => {
    const { until: _, ...endless } = grant;
    expect([9, 10, Number.MAX_SAFE_INTEGER / 2].map((at) => isLive(endless, at))).toEqual([false, true, true]);
  });
});

describe('of two grants', () => {
  const floor = (key: string, tier: string, until?: number): Grant => ({
    key,
    kind: 'floor',
    tier,
    from: 0,
    ...(until !== undefined && { until }),
  });
  const cap = (key: string, tier: string, until: number): Grant => ({ ...floor(key, tier, until), kind: 'cap' });

  test.each<[string, Grant, Grant, string]>([
    ['a higher floor that ends sooner', floor('a', 'gold', 10), floor('b', 'platinum', 5), 'a b'],
    ['a higher floor that ends at the same moment', floor('a', 'gold', 10), floor('b', 'platinum', 10), 'a b'],
    [
      'a higher floor that ends later, as the program may lose its tier',
      floor('a', 'gold', 10),
      floor('b', 'platinum', 11),
      'a b',
    ],
    ['a lower floor that ends later', floor('a', 'gold', 10), floor('b', 'silver', 11), 'a b'],
    ['a lower floor that ends at the same moment', floor('a', 'gold', 10), floor('b', 'silver', 10), 'a b'],
    ['the same floor, longer', floor('a', 'gold', 10), floor('b', 'gold', 11), 'b'],
    ['the same floor, shorter', floor('a', 'gold', 10), floor('b', 'gold', 9), 'a'],
    ['the same floor, as long', floor('a', 'gold', 10), floor('b', 'gold', 10), 'a'],
    ['the same floor for good', floor('a', 'gold', 10), floor('b', 'gold'), 'b'],
    ['a lower floor, both for good', floor('a', 'gold'), floor('b', 'silver'), 'a b'],
    ['a lower cap, which may be lifted alone', cap('a', 'gold', 10), cap('b', 'silver', 20), 'a b'],
    ['a higher cap, which stays when the lower one is lifted', cap('a', 'gold', 10), cap('b', 'platinum', 5), 'a b'],
    ['the same cap', cap('a', 'gold', 10), cap('b', 'gold', 10), 'a b'],
    ['a cap beside a floor', floor('a', 'gold', 10), cap('b', 'gold', 10), 'a b'],
  ])('%s', (_, first, second, kept) => {
    expect(
      pruned([first, second])
        .map(({ key }) => key)
        .join(' '),
    ).toBe(kept);
  });
});

test('what is left out could never decide a tier again, whatever is earned, over, or lifted', () => {
  const cases = grantLists(10).chain((all) =>
    fc.record({
      all: fc.constant(all),
      lifted: fc.subarray(all.filter(({ kind }) => kind === 'cap')),
      later: fc.nat({ max: LAST_MOMENT + 1 }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ all, lifted, later }) => {
      // Grants are taken in once they begin.
      const at = Math.max(0, ...all.map(({ from }) => from)) + later;
      const without = (grants: readonly Grant[]) => grants.filter((grant) => !lifted.includes(grant));
      for (const earned of PROGRAM.tiers) {
        const expected = visibleTier(earned, without(all), at, PROGRAM).id;
        expect(visibleTier(earned, without(pruned(all)), at, PROGRAM).id).toBe(expected);
      }
    }),
    { numRuns: 2000 },
  );
});

test('what is left out is none the less left out once more grants come', () => {
  fc.assert(
    fc.property(grantLists(10), (all) => {
      const kept = pruned(all);
      expect(pruned(kept)).toEqual(kept);
      for (const grant of kept) expect(all).toContain(grant);
    }),
  );
});

test('of floors one a tier stays at most, and of caps all', () => {
  fc.assert(
    fc.property(grantLists(30), (all) => {
      const kept = pruned(all);
      const floors = kept.filter(({ kind }) => kind === 'floor');
      // Tiers that are gone are all the same to the rules.
      expect(new Set(floors.map(({ tier }) => tier)).size).toBe(floors.length);
      expect(floors.length).toBeLessThanOrEqual(TIERS_OF_GRANTS.length);
      const caps = (grants: readonly Grant[]) => grants.filter(({ kind }) => kind === 'cap');
      expect(caps(kept)).toEqual(caps(all));
    }),
  );
});

test('what stays does not depend on the order in which they came', () => {
  const shuffled = grantLists(10).chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  // Of two that are alike it does not matter which.
  const contents = (grants: readonly Grant[]) =>
    pruned(grants)
      .map(({ kind, tier, until }) => `${kind} ${tier} ${until}`)
      .sort();
  fc.assert(
    fc.property(shuffled, ([all, others]) => {
      expect(contents(others)).toEqual(contents(all));
    }),
    { numRuns: 1000 },
  );
});
