import { describe, expect, test } from 'vitest';
import { lastDayText, moneyText, numberText } from '../../core/locale-format.ts';
import { parseInstant } from '../../core/time.ts';

/** Each twice: the second time, the format is known already. */
const TIMES = [1, 2];

describe.each(TIMES)('asked for the %i. time', () => {
  test.each([
    [1300, undefined, '1,300'],
    [3700.5, undefined, '3,700.5'],
    [13_000.5, 'de', '13.000,5'],
    [3700, 'fr', '3\u202f700'],
  ])('the number %f is written for a reader of %s as %s', (value, locale, text) => {
    expect(numberText(value, locale)).toBe(text);
  });

  test.each([
    [690, 'GBP', undefined, '£690.00'],
    [0, 'GBP', undefined, '£0.00'],
    [1050.5, 'USD', undefined, '$1,050.50'],
    [1050.5, 'USD', 'es', '1050,50\u00a0US$'],
    [1050.5, 'EUR', 'de', '1.050,50\u00a0€'],
    // Intl leaves out the digits of the forint, which the ledger counts in.
    [1300.5, 'HUF', undefined, 'HUF\u00a01,300.50'],
    [1300.5, 'HUF', 'hu', '1300,50\u00a0Ft'],
    [1300, 'JPY', undefined, '¥1,300'],
    [1.5, 'KWD', undefined, 'KWD\u00a01.500'],
    [1.25, 'CLF', undefined, 'CLF\u00a01.2500'],
    [12_345_678_901.23, 'EUR', undefined, '€12,345,678,901.23'],
  ])('%f %s is written for a reader of %s as %s', (value, currency, locale, text) => {
    expect(moneyText(value, currency, locale)).toBe(text);
  });

  test.each([
    ['2026-07-31T22:00:00Z', 'Europe/Madrid', undefined, 'July 31, 2026'],
    ['2026-07-31T22:00:00.001Z', 'Europe/Madrid', undefined, 'August 1, 2026'],
    ['2026-07-31T22:00:00Z', 'Pacific/Kiritimati', undefined, 'August 1, 2026'],
    ['2026-07-31T22:00:00Z', 'Europe/Madrid', 'en-GB', '31 July 2026'],
    ['2026-07-31T22:00:00Z', 'Europe/Madrid', 'es', '31 de julio de 2026'],
    ['2026-12-31T23:00:00Z', 'Europe/Madrid', undefined, 'December 31, 2026'],
  ])('the last day before %s in %s is written for a reader of %s as %s', (end, timeZone, locale, text) => {
    expect(lastDayText(parseInstant(end)!, timeZone, locale)).toBe(text);
  });
});
