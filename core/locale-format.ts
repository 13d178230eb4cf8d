/** Numbers, money and days as people of a language write them. Machines read ISO dates and plain decimals instead. */
import { currencyDigits } from './money.ts';
import { type Instant, lastDay } from './time.ts';

/** The language of a text that nobody asked for in another. */
export const DEFAULT_LOCALE = 'en';

/** A format costs more to make than all else in a message, so each is made once. */
const NUMBERS = new Map<string, Intl.NumberFormat>();
const DAYS = new Map<string, Intl.DateTimeFormat>();

export function numberText(value: number, locale: string = DEFAULT_LOCALE): string {
  return formatOf(NUMBERS, locale, () => new Intl.NumberFormat(locale)).format(value);
}

/**
 * @param value in units of the currency: 810 is £810.00
 * @returns with the digits that the ledger counts in: those of Intl change with its releases, and are fewer for some currencies
 */
export function moneyText(value: number, currency: string, locale: string = DEFAULT_LOCALE): string {
  const digits = currencyDigits(currency);
  const makeFormat = () =>
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  return formatOf(NUMBERS, `${locale} ${currency}`, makeFormat).format(value);
}

/** The last day of what ends at a moment. Explanation, messages and passes all ask here, so that they name one and the same day (R11). */
export function lastDayText(end: Instant, timeZone: string, locale: string = DEFAULT_LOCALE): string {
  const day = lastDay(end, timeZone);
  const noon = Date.UTC(day.year, day.month - 1, day.day, 12);
  const makeFormat = () => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  return formatOf(DAYS, locale, makeFormat).format(noon);
}

function formatOf<Format>(formats: Map<string, Format>, key: string, make: () => Format): Format {
  const format = formats.get(key) ?? make();
  formats.set(key, format);
  return format;
}
