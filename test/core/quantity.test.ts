import { expect, test } from 'vitest';
import { allOf, anyOf, counted, formatMoney, formatNumber } from '../../core/quantity.ts';

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
  [690, 'GBP', '£690.00'],
  [1000.5, 'EUR', '€1,000.50'],
  [1200, 'JPY', '¥1,200'],
  // What shops round away is money in the ledger.
  [12.5, 'HUF', 'HUF\u00a012.50'],
])('an amount has the digits of its currency: %s %s', (units, currency, text) => {
  expect(formatMoney(units, currency)).toBe(text);
});

test.each([
  [[], '', ''],
  [['admin'], 'admin', 'admin'],
  [['intake', 'admin'], 'intake or admin', 'intake and admin'],
  [['a', 'b', 'c'], 'a, b or c', 'a, b and c'],
])('alternatives and parts are listed as people do: %j', (parts, any, all) => {
  expect([anyOf(parts), allOf(parts)]).toEqual([any, all]);
});

test('an alternative that comes twice is named once', () => {
  expect(anyOf(['admin', 'admin'])).toBe('admin');
  expect(anyOf(['b', 'a', 'b'])).toBe('b or a');
});
