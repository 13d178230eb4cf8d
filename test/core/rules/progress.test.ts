import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/actions/grant.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import { tierById } from '../../../core/program/program.ts';
import { progressOf, tierPointsShown, tierPointsText } from '../../../core/rules/progress.ts';
import { earnedTier } from '../../../core/rules/qualification.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, euros, type Facts, memberWith, purchase } from '../members.ts';

const NOW = '2026-05-02T10:00:00Z';
const LAST_YEAR = '2025-05-02T10:00:00Z';
const END = at('2026-12-31T23:00:00Z');

const floor = (until?: number): Grant => ({
  key: 'a',
  kind: 'floor',
  tier: 'gold',
  from: at(NOW),
  ...(until !== undefined && { until }),
});

function progress(now: Facts[], lastYear: Facts[] = [], file: Partial<ProgramFile> = {}, visible?: string) {
  const program = exampleProgram(file);
  const ledger = [
    ...now.map((facts) => entry(facts, NOW, program)),
    ...lastYear.map((facts) => entry(facts, LAST_YEAR, program)),
  ];
  const { tally } = memberWith(ledger, program, at(NOW));
  const tier = visible ? tierById(program, visible)! : earnedTier(program, tally);
  return { ...progressOf(tally, program, tier), shown: tierPointsShown(tally, program) };
}

describe('the way to the next tier', () => {
  test.each([
    [0, 'silver', 1000],
    [1, 'silver', 999],
    [999, 'silver', 1],
    [1000, 'gold', 4000],
    [1300, 'gold', 3700],
    [9999, 'platinum', 1],
  ])('with %i points is to %s, %i missing', (points, tier, missing) => {
    const { next } = progress(points === 0 ? [] : [bonus('b', points)]);
    expect(next).toMatchObject({ tier, missing });
  });

  test('ends at the top', () => {
    expect(progress([bonus('b', 10_000)]).next).toBeNull();
  });

  test('is told condition by condition, with how many of them are needed', () => {
    const file: Partial<ProgramFile> = {
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        {
          id: 'gold',
          name: 'Gold',
          threshold: 1000,
          qualification: {
            any: 2,
            of: [{ lifetimeSpend: '500.00' }, { orders: 3 }, { tracker: 'nights', atLeast: 2.5 }],
          },
        },
      ],
      trackers: { nights: { measure: { sum: 'nights' }, of: { type: 'purchase' }, over: 'cycle' } },
    };
    const order = { ...purchase('o', 400, euros(12_050)), fields: { nights: 1.2 } };
    expect(progress([order], [], file).next).toEqual({
      tier: 'gold',
      missing: 600,
      needed: 2,
      conditions: [
        { what: 'tierPoints', have: 400, need: 1000, missing: 600 },
        { what: 'lifetimeSpend', have: 120.5, need: 500, missing: 379.5 },
        { what: 'orders', have: 1, need: 3, missing: 2 },
        { what: 'nights', have: 1.2, need: 2.5, missing: 1.3 },
      ],
    });
  });

  test('with basis `spend` is told in units of the currency', () => {
    const { next, shown } = progress([purchase('o', 0, euros(99_999))], [], { basis: 'spend' });
    expect(next).toMatchObject({ tier: 'silver', missing: 0.01, conditions: [{ have: 999.99, need: 1000 }] });
    expect(shown).toBe(999.99);
  });

  test('starts below zero where points were taken, though nobody is shown less than nothing', () => {
    const { next, shown } = progress([{ id: 'a', type: 'adjustment', points: -200 }]);
    expect(shown).toBe(0);
    expect(next).toMatchObject({ missing: 1200, conditions: [{ have: 0, need: 1000, missing: 1200 }] });
  });

  test('is no matter of points where points do not lead there, and none is left where points alone are enough', () => {
    const tiers: ProgramFile['tiers'] = [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'gold', name: 'Gold', qualification: { all: [{ orders: 2 }] } },
      { id: 'black', name: 'Black', threshold: 500, qualification: { all: [{ orders: 3 }] } },
    ];
    expect(progress([purchase('a', 900)], [], { tiers }).next).toMatchObject({ tier: 'gold', missing: null });
    expect(progress([purchase('a', 900), purchase('b', 1)], [], { tiers }).next).toMatchObject({
      tier: 'black',
      missing: 0,
      conditions: [{ missing: 0 }, { what: 'orders', missing: 1 }],
    });
  });

  test('is measured by the last year as well, by default', () => {
    const { next } = progress([bonus('a', 300)], [bonus('b', 1300)]);
    expect(next).toMatchObject({ tier: 'gold', missing: 3400, conditions: [{ have: 1600 }] });
  });

  test('where each year stands alone is measured by this year', () => {
    const { next } = progress([bonus('a', 300)], [bonus('b', 1300)], { upgradeBasis: 'carry' });
    expect(next).toMatchObject({ tier: 'gold', missing: 4700 });
  });
});

describe('what keeps the tier', () => {
  test.each([
    [0, 1300, 1000],
    [999, 1300, 1],
    [1000, 1300, 0],
    [1300, 0, 0],
  ])('with %i points this year and %i last year is %i more before the cycle ends', (now, lastYear, missing) => {
    const facts = [now > 0 ? [bonus('a', now)] : [], lastYear > 0 ? [bonus('b', lastYear)] : []] as const;
    expect(progress(facts[0], facts[1]).keep).toEqual({ missing, by: END });
  });

  test('is no matter of points where points do not lead to it, and nothing more where it is earned anew', () => {
    const file: Partial<ProgramFile> = {
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'gold', name: 'Gold', qualification: { all: [{ tracker: 'visits', atLeast: 1 }] } },
      ],
      trackers: { visits: { measure: 'count', of: { type: 'bonus' }, over: 'cycle' } },
    };
    expect(progress([], [bonus('a', 1)], file).keep).toEqual({ missing: null, by: END });
    expect(progress([bonus('a', 1)], [], file).keep).toEqual({ missing: 0, by: END });
  });

  test('is no question for the base tier', () => {
    expect(progress([bonus('a', 999)]).keep).toBeNull();
  });

  test('is no question without cycles', () => {
    expect(progress([bonus('a', 1300)], [], { cycle: { type: 'none' } }).keep).toBeNull();
  });
});

describe('the tier expected at the end of the cycle if nothing more happens', () => {
  test.each([
    [0, 1300, 'bronze'],
    [999, 1300, 'bronze'],
    [1000, 1300, 'silver'],
    [5000, 0, 'gold'],
  ])('with %i points this year and %i last year is %s', (now, lastYear, tier) => {
    const facts = [now > 0 ? [bonus('a', now)] : [], lastYear > 0 ? [bonus('b', lastYear)] : []] as const;
    expect(progress(facts[0], facts[1]).expectedAtCycleEnd).toBe(tier);
  });

  test.each<[string, Partial<ProgramFile>, Grant[], string]>([
    ['given for good', { cycle: { type: 'none' } }, [floor()], 'gold'],
    ['that ends some day, without cycles', { cycle: { type: 'none' } }, [floor(END + 1)], 'silver'],
    ['that ends with the cycle', {}, [floor(END)], 'silver'],
    ['that ends one millisecond later', {}, [floor(END + 1)], 'gold'],
  ])('with a tier %s', (_, file, grants, tier) => {
    const program = exampleProgram(file);
    const { tally } = memberWith([entry(bonus('a', 1300), NOW, program)], program, at(NOW));
    expect(progressOf(tally, program, tierById(program, 'gold')!, grants).expectedAtCycleEnd).toBe(tier);
  });

  test('without cycles is the one that is there', () => {
    expect(progress([bonus('a', 1300)], [], { cycle: { type: 'none' } }).expectedAtCycleEnd).toBe('silver');
  });
});

test.each<[Partial<ProgramFile>, string | undefined, string]>([
  [{}, undefined, '3,700.5'],
  [{}, 'de', '3.700,5'],
  [{ basis: 'spend' }, undefined, '€3,700.50'],
  [{ basis: 'spend', currency: 'GBP' }, undefined, '£3,700.50'],
  [{ basis: 'spend' }, 'de', '3.700,50\u00a0€'],
])('tier points of %j are written for a reader of %s as %s', (file, locale, text) => {
  expect(tierPointsText(3700.5, exampleProgram(file), locale)).toBe(text);
});
