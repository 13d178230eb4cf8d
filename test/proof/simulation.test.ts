/** The simulation itself. `known-histories.test.ts` and `fresh-histories.test.ts` run it for minutes. */
import { describe, expect, test } from 'vitest';
import type { History } from '../../proof/simulation/history.ts';
import { kindOf, outcomeOf } from '../../proof/simulation/outcome.ts';
import { historyOf } from '../../proof/simulation/random-history.ts';
import { shrink } from '../../proof/simulation/shrink.ts';

describe('the same seed', () => {
  test('gives the same history and the same log, byte for byte', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      expect(historyOf(seed)).toEqual(historyOf(seed));
      const [first, second] = [
        await outcomeOf(historyOf(seed), { isLogging: true }),
        await outcomeOf(historyOf(seed), { isLogging: true }),
      ];
      expect(first.log.length).toBeGreaterThan(50);
      expect(second).toEqual(first);
    }
  });

  test('gives the same result after any other history', async () => {
    const alone = await outcomeOf(historyOf(77));
    for (let seed = 70; seed < 77; seed++) await outcomeOf(historyOf(seed));
    expect(await outcomeOf(historyOf(77))).toEqual(alone);
  });
});

test('a failing history is shortened as far as possible', async () => {
  // A stand-in for a bug: it takes a purchase and, some time after it, an action.
  const isBroken = async ({ steps }: History) => {
    const post = steps.findIndex((step) => step.does === 'post' && step.transaction.type === 'purchase');
    return post >= 0 && steps.slice(post).some((step) => step.does === 'act');
  };
  const seeds = Array.from({ length: 20 }, (_, place) => place + 1);
  const broken = await Promise.all(seeds.map((seed) => isBroken(historyOf(seed))));
  const history = historyOf(seeds[broken.indexOf(true)]!);
  expect(await isBroken(history)).toBe(true);
  const shortest = await shrink(history, isBroken);
  expect(shortest.steps.map(({ does }) => does)).toEqual(['post', 'act']);
  expect(shortest.steps.every((step) => step.trouble === undefined && step.skewMs === undefined)).toBe(true);
});

test('failures of one kind are alike for every member', () => {
  expect(kindOf('the tier of m-1 at 2026-01-01T00:00:00Z: expected "gold", and it is "silver"')).toBe(
    kindOf('the tier of m-3 at 2027-02-01T00:00:00.250Z: expected "bronze", and it is "gold"'),
  );
  expect(kindOf('R2: t4 posted again was answered with 409')).not.toBe(kindOf('R20: a4 again was answered with 409'));
});
