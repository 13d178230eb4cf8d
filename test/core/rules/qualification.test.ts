import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { ProgramFile, TierFile } from '../../../core/program/brand.ts';
import { earnedTier, highestTier, measured, qualifies } from '../../../core/rules/qualification.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, euros, type Facts, memberWith, purchase } from '../members.ts';

const NOW = '2026-05-02T10:00:00Z';
const LAST_YEAR = '2025-05-02T10:00:00Z';

/** The tier that a member earns by these transactions. */
function earned(file: Partial<ProgramFile>, now: Facts[], lastYear: Facts[] = []): string {
  const program = exampleProgram(file);
  const ledger: LedgerEntry[] = [
    ...now.map((facts) => entry(facts, NOW, program)),
    ...lastYear.map((facts) => entry(facts, LAST_YEAR, program)),
  ];
  const { tally } = memberWith(ledger, program, at(NOW));
  return earnedTier(program, tally).id;
}

const flights = (count: number): Facts[] =>
  Array.from({ length: count }, (_, place) => ({ ...purchase(`f${place}`, 0), fields: { kind: 'flight' } }));
const stays = (count: number, nights = 1): Facts[] =>
  Array.from({ length: count }, (_, place) => ({ ...bonus(`s${place}`, 1), fields: { kind: 'stay', nights } }));
const orders = (count: number, amountMinor = 100): Facts[] =>
  Array.from({ length: count }, (_, place) => purchase(`o${place}`, 0, euros(amountMinor)));

/** A base tier, and Gold with these conditions. */
function goldFor(tier: Partial<TierFile>, over: 'lifetime' | 'cycle' = 'lifetime'): Partial<ProgramFile> {
  return {
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'gold', name: 'Gold', ...tier },
    ],
    trackers: {
      flights: { measure: 'count', of: { field: 'kind', equals: 'flight' }, over },
      stays: { measure: 'count', of: { field: 'kind', equals: 'stay' }, over },
      nights: { measure: { sum: 'nights' }, of: { field: 'kind', equals: 'stay' }, over },
    },
  };
}

describe('a threshold', () => {
  test.each([
    [0, 'bronze'],
    [999, 'bronze'],
    [1000, 'silver'],
    [1001, 'silver'],
    [4999, 'silver'],
    [5000, 'gold'],
    [5001, 'gold'],
    [9999, 'gold'],
    [10_000, 'platinum'],
    [1_000_000, 'platinum'],
  ])('E3: of %i points it makes %s', (points, tier) => {
    expect(earned({}, points === 0 ? [] : [bonus('b', points)])).toBe(tier);
  });

  test('is not reached by less than nothing', () => {
    expect(earned({}, [{ id: 'a', type: 'adjustment', points: -500 }])).toBe('bronze');
  });

  test.each([
    [99_999, 'bronze'],
    [100_000, 'silver'],
    [100_001, 'silver'],
    [500_000, 'gold'],
  ])('E9: with basis `spend`, of %i cents it makes %s', (amountMinor, tier) => {
    expect(earned({ basis: 'spend' }, [{ id: 'o', type: 'purchase', ...euros(amountMinor) }])).toBe(tier);
  });

  test.each([
    ['JPY', 999, 'bronze'],
    ['JPY', 1000, 'silver'],
    ['KWD', 999_999, 'bronze'],
    ['KWD', 1_000_000, 'silver'],
  ])('counts units of the currency, whatever its digits: %s, %i minor units, %s', (currency, amountMinor, tier) => {
    const order: Facts = { id: 'o', type: 'purchase', amountMinor, currency };
    expect(earned({ basis: 'spend', currency }, [order])).toBe(tier);
  });

  test('is reached by the points of this cycle and the last together', () => {
    expect(earned({}, [bonus('a', 600)], [bonus('b', 400)])).toBe('silver');
    expect(earned({}, [bonus('a', 600)], [bonus('b', 399)])).toBe('bronze');
  });
});

describe('R7: where each year stands alone, the tier is the better of', () => {
  const carry = { upgradeBasis: 'carry' as const };

  test.each([
    ['E17: neither year is enough for Gold', 3700, 1300, 'silver'],
    ['both together would be enough for Silver', 600, 400, 'bronze'],
    ['what the last recalculation gave', 10, 5000, 'gold'],
    ['what this year gives', 5000, 10, 'gold'],
    ['what this year gives, though the last gave something too', 5000, 1300, 'gold'],
    ['what the last gave, though this one gives something too', 1300, 5000, 'gold'],
  ])('%s', (_, now, lastYear, tier) => {
    expect(earned(carry, [bonus('a', now)], [bonus('b', lastYear)])).toBe(tier);
  });

  test('what each gives by its own trackers', () => {
    const file = { ...goldFor({ qualification: { all: [{ tracker: 'flights', atLeast: 4 }] } }, 'cycle'), ...carry };
    const lastYear = flights(2).map((facts) => ({ ...facts, id: `l${facts.id}` }));
    expect(earned(file, flights(2), lastYear)).toBe('bronze');
    expect(earned(file, flights(4))).toBe('gold');
    expect(earned(file, [], flights(4))).toBe('gold');
  });
});

describe('R5: a further condition', () => {
  test.each([
    ['999.99', 99_999, 'bronze'],
    ['1000.00', 100_000, 'gold'],
    ['1050.00 (E24)', 105_000, 'gold'],
  ])('of 1000 lifetime spend: %s', (_, amountMinor, tier) => {
    const file = goldFor({ qualification: { all: [{ lifetimeSpend: '1000' }] } });
    expect(earned(file, [], orders(1, amountMinor))).toBe(tier);
  });

  test.each([
    [1499, 'bronze'],
    [1500, 'gold'],
    [1501, 'gold'],
  ])('of 1500 lifetime points: %i', (points, tier) => {
    const file = goldFor({ qualification: { all: [{ lifetimePoints: 1500 }] } });
    expect(earned(file, [bonus('a', points - 700)], [bonus('b', 700)])).toBe(tier);
  });

  test.each([
    [2, 'bronze'],
    [3, 'gold'],
    [4, 'gold'],
  ])('of 3 orders: %i', (count, tier) => {
    expect(earned(goldFor({ qualification: { all: [{ orders: 3 }] } }), orders(count))).toBe(tier);
  });

  test('of orders takes an order in parts for one, and one that was given back for none', () => {
    const file = goldFor({ qualification: { all: [{ orders: 2 }] } });
    const parts = [purchase('o0', 0, euros(100)), purchase('o0/2', 0, { ...euros(50), orderId: 'o0' })];
    expect(earned(file, parts)).toBe('bronze');
    expect(earned(file, [...parts, ...orders(2).slice(1)])).toBe('gold');
    const back: Facts = { id: 'r', type: 'refund', orderId: 'o1', ...euros(100) };
    expect(earned(file, [...orders(2), back])).toBe('bronze');
  });

  test.each([
    [4, 'bronze'],
    [5, 'gold'],
    [6, 'gold'],
  ])('of a tracker that counts to 5: %i', (count, tier) => {
    const file = goldFor({ qualification: { all: [{ tracker: 'flights', atLeast: 5 }] } });
    expect(earned(file, flights(count))).toBe(tier);
  });

  test.each([
    [0.4, 'bronze'],
    [0.5, 'gold'],
    [0.6, 'gold'],
  ])('of a tracker that adds up to 1.5: three times %d', (nights, tier) => {
    const file = goldFor({ qualification: { all: [{ tracker: 'nights', atLeast: 1.5 }] } });
    expect(earned(file, stays(3, nights))).toBe(tier);
  });

  test('of ten tenths is exactly one, as in no sum of doubles', () => {
    const file = goldFor({ qualification: { all: [{ tracker: 'nights', atLeast: 1 }] } });
    expect(earned(file, stays(10, 0.1))).toBe('gold');
    expect(earned(file, stays(9, 0.1))).toBe('bronze');
  });

  test('of a tracker over the cycle sees this cycle and the last; over the lifetime, everything', () => {
    const over = (span: 'lifetime' | 'cycle', years: string[]) => {
      const program = exampleProgram(goldFor({ qualification: { all: [{ tracker: 'flights', atLeast: 2 }] } }, span));
      const ledger = years.map((when, place) => entry({ ...flights(1)[0]!, id: `f${place}` }, when, program));
      return earnedTier(program, memberWith(ledger, program, at(NOW)).tally).id;
    };
    const older = '2024-05-02T10:00:00Z';
    expect(over('cycle', [NOW, LAST_YEAR])).toBe('gold');
    expect(over('cycle', [NOW, older])).toBe('bronze');
    expect(over('lifetime', [NOW, older])).toBe('gold');
  });
});

describe('conditions joined', () => {
  const three = [{ lifetimePoints: 1500 }, { tracker: 'flights', atLeast: 5 }, { tracker: 'stays', atLeast: 3 }];

  test('E25: by any 1 of three, five flights alone qualify', () => {
    const file = goldFor({ qualification: { any: 1, of: three } });
    expect(earned(file, flights(5))).toBe('gold');
    expect(earned(file, flights(4))).toBe('bronze');
    expect(earned(file, stays(3))).toBe('gold');
    expect(earned(file, [bonus('b', 1500)])).toBe('gold');
    expect(earned(file, [...flights(4), ...stays(2), bonus('b', 1400)])).toBe('bronze');
  });

  test.each([
    [1, ['gold', 'gold', 'gold']],
    [2, ['bronze', 'gold', 'gold']],
    [3, ['bronze', 'bronze', 'gold']],
  ])('by any %i of three, need as many as that', (any, tiers) => {
    const file = goldFor({ qualification: { any, of: three } });
    const one = flights(5);
    const two = [...one, ...stays(3)];
    expect([one, two, [...two, bonus('b', 1500)]].map((facts) => earned(file, facts))).toEqual(tiers);
  });

  test('by all, need each of them', () => {
    const file = goldFor({ qualification: { all: three } });
    const all = [...flights(5), ...stays(3), bonus('b', 1500)];
    expect(earned(file, all)).toBe('gold');
    for (const missing of [flights(5), stays(3), [bonus('b', 1500)]]) {
      const ids = missing.map(({ id }) => id);
      expect(
        earned(
          file,
          all.filter(({ id }) => !ids.includes(id)),
        ),
      ).toBe('bronze');
    }
  });

  test('by all, need the threshold as well; by any, take it for one of them', () => {
    const all = goldFor({ threshold: 1000, qualification: { all: [{ orders: 1 }] } });
    expect(earned(all, [bonus('b', 1000)])).toBe('bronze');
    expect(earned(all, orders(1))).toBe('bronze');
    expect(earned(all, [bonus('b', 1000), ...orders(1)])).toBe('gold');
    const any = goldFor({ threshold: 1000, qualification: { any: 1, of: [{ orders: 1 }] } });
    expect(earned(any, [bonus('b', 1000)])).toBe('gold');
    expect(earned(any, orders(1))).toBe('gold');
    expect(earned(any, [bonus('b', 999)])).toBe('bronze');
    const both = goldFor({ threshold: 1000, qualification: { any: 2, of: [{ orders: 1 }] } });
    expect(earned(both, [bonus('b', 1000)])).toBe('bronze');
    expect(earned(both, [bonus('b', 1000), ...orders(1)])).toBe('gold');
  });

  test('of a higher tier alone are enough, though those of the tier below are not met', () => {
    const tiers: TierFile[] = [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: 'Silver', threshold: 1000 },
      { id: 'gold', name: 'Gold', qualification: { all: [{ orders: 2 }] } },
    ];
    expect(earned({ tiers }, orders(2))).toBe('gold');
  });

  test('are nothing to the base tier: everybody has it', () => {
    const tiers: TierFile[] = [{ id: 'bronze', name: 'Bronze', threshold: 0 }];
    expect(earned({ tiers }, [])).toBe('bronze');
    expect(earned({ tiers }, [bonus('b', 1_000_000)])).toBe('bronze');
  });
});

test('more points never give a lower tier, and the tier is the highest that qualifies', () => {
  const program = exampleProgram({
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: 'Silver', threshold: 100 },
      { id: 'gold', name: 'Gold', threshold: 200, qualification: { any: 1, of: [{ lifetimePoints: 500 }] } },
      { id: 'platinum', name: 'Platinum', threshold: 300, qualification: { all: [{ orders: 2 }] } },
    ],
  });
  const figures = fc.record({
    previous: fc.integer({ min: -400, max: 400 }),
    current: fc.integer({ min: -400, max: 400 }),
    lifetimePoints: fc.integer({ min: 0, max: 600 }),
    orders: fc.nat({ max: 3 }),
  });
  fc.assert(
    fc.property(
      figures,
      fc.nat({ max: 300 }),
      fc.constantFrom<('both' | 'current')[]>('both', 'current'),
      (has, more, span) => {
        const { tally } = memberWith([], program, at(NOW));
        const before = {
          ...tally,
          ...has,
          previous: { tier: has.previous, trackers: [] },
          current: { tier: has.current, trackers: [] },
        };
        const after = { ...before, current: { tier: has.current + more, trackers: [] } };
        const tier = highestTier(program, before, span);
        expect(highestTier(program, after, span).rank).toBeGreaterThanOrEqual(tier.rank);
        const qualified = program.tiers.filter((one) => one.rank === 0 || qualifies(program, one, before, span));
        expect(tier).toBe(qualified.at(-1));
        expect(measured(program, program.tiers[1]!.conditions[0]!, before, span)).toBe(
          span === 'both' ? has.previous + has.current : has.current,
        );
      },
    ),
    { numRuns: 300 },
  );
});
