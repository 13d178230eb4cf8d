/**
 * Money is an integer of minor units (cents) inside, and a decimal string at the edge.
 * https://www.iso.org/iso-4217-currency-codes.html
 */

/** An exact decimal: digits × 10^-scale. 1.25 is {digits: 125n, scale: 2}. */
export interface Decimal {
  digits: bigint;
  scale: number;
}

const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,12}))?$/;
const MAX_MINOR = BigInt(Number.MAX_SAFE_INTEGER);
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}

/**
 * The currencies that do not have two digits behind the point, by ISO 4217. Intl knows digits too, but those of the CLDR: what is
 * usual in shops (HUF 0, where ISO has 2), and another with each release. The ledger's minor units must never change their meaning.
 */
const UNUSUAL_DIGITS: readonly [digits: number, currencies: string][] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];
const digitsByCurrency = new Map(
  UNUSUAL_DIGITS.flatMap(([digits, currencies]) => currencies.split(' ').map((currency) => [currency, digits])),
);

/** How many digits the currency has behind the point: EUR 2, JPY 0, KWD 3. */
export function currencyDigits(currency: string): number {
  return digitsByCurrency.get(currency) ?? 2;
}

/** @returns undefined when the text is not a plain decimal such as "-12.5" */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const fraction = match[3] ?? '';
  const digits = BigInt(match[2]! + fraction);
  return { digits: match[1] ? -digits : digits, scale: fraction.length };
}

/**
 * Reads an amount of money.
 * @returns minor units, or why the text is refused
 */
export function parseAmount(text: string, currency: string): number | { problem: string } {
  const decimal = parseDecimal(text);
  if (!decimal) return { problem: 'must be a decimal string such as "150.00"' };
  const digits = currencyDigits(currency);
  if (decimal.scale > digits)
    return { problem: `must have at most ${digits} digits after the point, as ${currency} has` };
  const minor = decimal.digits * 10n ** BigInt(digits - decimal.scale);
  if (minor > MAX_MINOR || minor < -MAX_MINOR) {
    return { problem: 'is too large to be counted exactly' };
  }
  return Number(minor);
}

/**
 * Reads an amount that may have more digits than the currency, rounded half away from zero to what can be paid.
 * @returns undefined when the text is no decimal, or too large
 */
export function roundAmount(text: string, currency: string): number | undefined {
  const decimal = parseDecimal(text);
  if (!decimal) return undefined;
  const minor = roundedDivide(decimal.digits * 10n ** BigInt(currencyDigits(currency)), 10n ** BigInt(decimal.scale));
  return minor >= -MAX_MINOR && minor <= MAX_MINOR ? Number(minor) : undefined;
}

/** Writes minor units as a decimal string: 15000 in EUR is "150.00". */
export function formatAmount(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  const sign = minor < 0 ? '-' : '';
  const text = Math.abs(minor)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** floor(a ÷ b) of whole numbers, also below zero, where BigInt division truncates. b > 0. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n ? quotient - 1n : quotient;
}

interface Fraction {
  numerator: number;
  denominator: number;
}

/** floor(value × numerator ÷ denominator), exact where the product leaves the safe integers. denominator > 0. */
export function floorShare(value: number, { numerator, denominator }: Fraction): number {
  const product = value * numerator;
  if (Number.isSafeInteger(product)) return Math.floor(product / denominator);
  return Number(floorDivide(BigInt(value) * BigInt(numerator), BigInt(denominator)));
}

/** An amount in another currency's minor units, rounded half away from zero to the nearest. Exact up to 2^53; beyond, only large. */
export function convert(minor: number, from: string, to: string, exchangeRate: Decimal): number {
  const numerator = BigInt(minor) * exchangeRate.digits * 10n ** BigInt(currencyDigits(to));
  const denominator = 10n ** BigInt(exchangeRate.scale + currencyDigits(from));
  return Number(roundedDivide(numerator, denominator));
}

/** a ÷ b, half away from zero. b > 0. */
function roundedDivide(a: bigint, b: bigint): bigint {
  const magnitude = a < 0n ? -a : a;
  const rounded = (magnitude * 2n + b) / (b * 2n);
  return a < 0n ? -rounded : rounded;
}
