import { expect, test } from 'vitest';
import { haveSameSums, type Tally } from '../../../core/rules/tally.ts';
import { exampleProgram } from '../../support/program.ts';
import { newMember } from '../members.ts';

const TALLY: Tally = { ...newMember(exampleProgram()).tally, lifetimeTrackers: [3] };
const current = { tier: 10, trackers: [1] };

test.each<[string, Partial<Tally>]>([
  ['the points of this cycle', { current: { tier: 10, trackers: [] } }],
  ['a tracker of this cycle', { current: { tier: 0, trackers: [1] } }],
  ['the points of the last cycle', { previous: { tier: 10, trackers: [] } }],
  ['a tracker of the last cycle', { previous: { tier: 0, trackers: [1] } }],
  ['the points of all time', { lifetimePoints: 1 }],
  ['what was spent in all time', { lifetimeSpendMinor: 1 }],
  ['the orders', { orders: 1 }],
  ['a tracker of all time', { lifetimeTrackers: [4] }],
])('sums are others where %s are', (_, figures) => {
  expect(haveSameSums(TALLY, { ...TALLY, ...figures })).toBe(false);
});

test.each<[string, Partial<Tally>]>([
  ['the balance, which no tier depends on', { balance: 5 }],
  ['where the way of the points stands', { latestAt: 5, held: 'gold' }],
])('sums are the same whatever is said of %s', (_, figures) => {
  expect(haveSameSums(TALLY, { ...TALLY, ...figures })).toBe(true);
});

test('sums are the same in whatever order a store keeps their names', () => {
  const turned = { trackers: current.trackers, tier: current.tier };
  expect(haveSameSums({ ...TALLY, current }, { ...TALLY, current: turned })).toBe(true);
});
