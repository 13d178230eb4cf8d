import { expect, test } from 'vitest';
import { anyOf, counted, formatNumber } from '../../core/quantity.ts';

test.each([
  [0, '0 members'],
  [1, '1 member'],
  [2, '2 members'],
  [1_200, '1,200 members'],
  [1_000_001, '1,000,001 members'],
])('a count has its noun in the right number: %s', (count, text) => {
  expect(counted(count, 'member')).toBe(text);
});

test('a noun may have a plural of its own', () => {
  expect([counted(1, 'push', 'pushes'), counted(2, 'push', 'pushes')]).toEqual(['1 push', '2 pushes']);
});

test('a number has separators, and a fraction where it has one', () => {
  expect([formatNumber(5500), formatNumber(-1234), formatNumber(2.5)]).toEqual(['5,500', '-1,234', '2.5']);
});

test.each([
  [[], ''],
  [['admin'], 'admin'],
  [['intake', 'admin'], 'intake or admin'],
  [['a', 'b', 'c'], 'a, b or c'],
])('alternatives are listed as people do: %j', (alternatives, text) => {
  expect(anyOf(alternatives)).toBe(text);
});

test('an alternative that comes twice is named once', () => {
  expect(anyOf(['admin', 'admin'])).toBe('admin');
  expect(anyOf(['b', 'a', 'b'])).toBe('b or a');
});
