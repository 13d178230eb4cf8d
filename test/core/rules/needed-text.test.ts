import { describe, expect, test } from 'vitest';
import type { ProgramFile } from '../../../core/program/brand.ts';
import { haveOf, listed, missingOf, type Needed, neededOf } from '../../../core/rules/needed-text.ts';
import { exampleProgram } from '../../support/program.ts';

const FILE: Partial<ProgramFile> = {
  tiers: [
    { id: 'bronze', name: 'Bronze', threshold: 0 },
    {
      id: 'gold',
      name: 'Gold',
      threshold: 1000,
      qualification: {
        all: [{ lifetimePoints: 1500 }, { lifetimeSpend: '1000.00' }, { orders: 3 }, { tracker: 'events', atLeast: 3 }],
      },
    },
  ],
  trackers: {
    nights: { measure: { sum: 'nights' }, of: { type: 'purchase' }, over: 'cycle' },
    events: { measure: 'count', of: { type: 'bonus' }, over: 'cycle' },
  },
  currency: 'GBP',
};
const POINTS = exampleProgram(FILE);
const SPEND = exampleProgram({ ...FILE, basis: 'spend' });

/** The conditions of Gold, by what they measure. */
const conditionOf = (measure: string) =>
  POINTS.tiers[1]!.conditions.find((condition) => condition.measure === measure)!;
const progress = (have: number, need: number) => ({ what: '', have, need, missing: Math.max(0, need - have) });

describe('a condition is written with its unit', () => {
  test.each([
    [POINTS, 'tierPoints', 1300, 1000, '1,300 of 1,000 points'],
    [POINTS, 'tierPoints', 1, 1, '1 of 1 point'],
    [SPEND, 'tierPoints', 810, 500, '£810.00 of £500.00 spend'],
    [POINTS, 'lifetimePoints', 1500, 1500, '1,500 of 1,500 lifetime points'],
    [POINTS, 'lifetimeSpend', 1050, 1000, '£1,050.00 of £1,000.00 lifetime spend'],
    [POINTS, 'orders', 1, 3, '1 of 3 orders'],
    [POINTS, 'orders', 1, 1, '1 of 1 order'],
    [POINTS, 'tracker', 3, 3, '3 of 3 events'],
  ])('%#: what the member has', (program, measure, have, need, text) => {
    expect(haveOf(conditionOf(measure), progress(have, need), program)).toBe(text);
  });

  test.each<[typeof POINTS, string, number, number, Needed]>([
    [POINTS, 'tierPoints', 310, 1000, { what: '690 more points', isOne: false }],
    [POINTS, 'tierPoints', 999, 1000, { what: '1 more point', isOne: true }],
    [SPEND, 'tierPoints', 810, 1500, { what: '£690.00 more', isOne: true }],
    [SPEND, 'tierPoints', 1499, 1500, { what: '£1.00 more', isOne: true }],
    [POINTS, 'lifetimePoints', 0, 1500, { what: '1,500 more lifetime points', isOne: false }],
    [POINTS, 'lifetimeSpend', 0, 1000, { what: '£1,000.00 more lifetime spend', isOne: true }],
    [POINTS, 'orders', 2, 3, { what: '1 more order', isOne: true }],
    [POINTS, 'tracker', 1, 3, { what: '2 more events', isOne: false }],
    [POINTS, 'tracker', 2, 3, { what: '1 more “events”', isOne: true }],
  ])('%#: what is missing', (program, measure, have, need, needed) => {
    expect(missingOf(conditionOf(measure), progress(have, need), program)).toEqual(needed);
  });
});

describe('what is needed', () => {
  const points: Needed = { what: '690 more points', isOne: false };
  const order: Needed = { what: '1 more order', isOne: true };
  const events: Needed = { what: '2 more events', isOne: false };

  test.each<[string, Needed[], number, string]>([
    ['one thing of many', [points], 1, '690 more points are needed for Gold'],
    ['one thing', [order], 1, '1 more order is needed for Gold'],
    ['all of two', [order, points], 2, '1 more order and 690 more points are needed for Gold'],
    ['all of two, each of them one', [order, order], 2, '1 more order and 1 more order are needed for Gold'],
    ['all of three', [points, order, events], 3, '690 more points, 1 more order and 2 more events are needed for Gold'],
    ['either of two', [points, order], 1, '690 more points or 1 more order is needed for Gold'],
    ['either of two, the last of many', [order, points], 1, '1 more order or 690 more points are needed for Gold'],
    [
      'two of three',
      [points, order, events],
      2,
      'Any 2 of these are needed for Gold: 690 more points, 1 more order, 2 more events',
    ],
  ])('is %s', (_, needs, suffice, sentence) => {
    expect(neededOf(needs, suffice, 'for Gold')).toBe(sentence);
  });
});

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j is listed as "%s"', (parts, text) => {
  expect(listed(parts, 'and')).toBe(text);
});
