import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  convert,
  currencyDigits,
  type Decimal,
  floorDivide,
  floorShare,
  formatAmount,
  isCurrency,
  parseAmount,
  parseDecimal,
  roundAmount,
} from '../../core/money.ts';

const decimal = (text: string): Decimal => parseDecimal(text)!;

const CURRENCIES = ['JPY', 'EUR', 'KWD', 'CLF'];
const MINOR_UNITS = fc.maxSafeInteger();

describe('a currency', () => {
  test.each([
    ['JPY', 0],
    ['KRW', 0],
    ['EUR', 2],
    ['USD', 2],
    ['KWD', 3],
    ['CLF', 4],
  ])('%s has the %i digits of ISO 4217', (currency, digits) => {
    expect(currencyDigits(currency)).toBe(digits);
  });

  test.each(['HUF', 'RSD', 'COP', 'PKR', 'IDR'])(
    '%s has its two digits even where shops do without them',
    (currency) => {
      expect(parseAmount('1990.50', currency)).toBe(199050);
    },
  );

  test.each(['EUR', 'JPY', 'KWD'])('%s exists', (currency) => {
    expect(isCurrency(currency)).toBe(true);
  });

  test.each(['eur', 'EURO', 'ABC', ''])('%j does not exist', (currency) => {
    expect(isCurrency(currency)).toBe(false);
  });
});

describe('an amount at the edge', () => {
  test.each([
    ['150.00', 'EUR', 15000],
    ['150.0', 'EUR', 15000],
    ['150', 'EUR', 15000],
    ['0.01', 'EUR', 1],
    ['-50.25', 'EUR', -5025],
    ['0', 'EUR', 0],
    ['-0.00', 'EUR', 0],
    ['007', 'EUR', 700],
    ['150', 'JPY', 150],
    ['1.234', 'KWD', 1234],
    ['1.2', 'KWD', 1200],
    // The last amounts that a double counts exactly: 2^53 - 1.
    ['90071992547409.91', 'EUR', 9_007_199_254_740_991],
    ['-90071992547409.91', 'EUR', -9_007_199_254_740_991],
  ])('%j %s is %i minor units', (text, currency, minor) => {
    expect(parseAmount(text, currency)).toBe(minor);
  });

  test.each([
    ['150.5', 'JPY', 0],
    ['150.0', 'JPY', 0],
    ['150.001', 'EUR', 2],
    ['150.000', 'EUR', 2],
    ['1.2345', 'KWD', 3],
  ])('%j %s is refused: more than %i digits after the point', (text, currency, digits) => {
    expect(parseAmount(text, currency)).toEqual({
      problem: `must have at most ${digits} digits after the point, as ${currency} has`,
    });
  });

  test.each(['', ' 1', '1 ', '1.', '.5', '+1', '1e3', '1,5', '0x10', 'NaN', 'Infinity', '--1', '1.2.3', '١', '1\n'])(
    '%j is refused: no decimal',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
      expect(parseAmount(text, 'EUR')).toEqual({ problem: 'must be a decimal string such as "150.00"' });
    },
  );

  test.each(['90071992547409.92', '-90071992547409.92', '999999999999999'])(
    '%j EUR is refused: it cannot be counted exactly',
    (text) => {
      expect(parseAmount(text, 'EUR')).toEqual({ problem: 'is too large to be counted exactly' });
      expect(roundAmount(text, 'EUR')).toBeUndefined();
    },
  );

  test.each([
    [15000, 'EUR', '150.00'],
    [5, 'EUR', '0.05'],
    [-5, 'EUR', '-0.05'],
    [-5025, 'EUR', '-50.25'],
    [0, 'EUR', '0.00'],
    [150, 'JPY', '150'],
    [-150, 'JPY', '-150'],
    [1, 'KWD', '0.001'],
  ])('%i minor units of %s are written %j', (minor, currency, text) => {
    expect(formatAmount(minor, currency)).toBe(text);
  });

  test('whatever is written is read back, to the last unit', () => {
    fc.assert(
      fc.property(MINOR_UNITS, fc.constantFrom(...CURRENCIES), (minor, currency) => {
        const text = formatAmount(minor, currency);
        // 15 digits before the point are the longest that the edge takes.
        fc.pre(text.replace('-', '').split('.')[0]!.length <= 15);
        expect(parseAmount(text, currency)).toBe(minor);
      }),
    );
  });
});

describe('an amount with more digits than can be paid', () => {
  test.each([
    ['1.004', 'EUR', 100],
    ['1.005', 'EUR', 101],
    ['1.006', 'EUR', 101],
    ['-1.004', 'EUR', -100],
    ['-1.005', 'EUR', -101],
    ['1000.00', 'JPY', 1000],
    ['1000.49', 'JPY', 1000],
    ['1000.50', 'JPY', 1001],
    ['1.00449999', 'EUR', 100],
    ['12', 'KWD', 12000],
  ])('%j %s is rounded, half away from zero, to %i', (text, currency, minor) => {
    expect(roundAmount(text, currency)).toBe(minor);
  });

  test('an amount that can be paid stays what it is', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...CURRENCIES), (minor, currency) => {
        expect(roundAmount(formatAmount(minor, currency), currency)).toBe(minor);
      }),
    );
  });

  test.each([
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
    ['-90071992547409.91', -Number.MAX_SAFE_INTEGER],
    ['90071992547409.914', Number.MAX_SAFE_INTEGER],
    ['90071992547409.915', undefined],
    ['-90071992547409.915', undefined],
  ])('%j euros are counted exactly, or not at all: %s', (text, minor) => {
    expect(roundAmount(text, 'EUR')).toBe(minor);
  });

  test.each(['', 'abc', '1e3'])('%j is no amount', (text) => {
    expect(roundAmount(text, 'EUR')).toBeUndefined();
  });
});

describe('an amount in another currency', () => {
  test.each([
    // [minor, from, to, rate, expected]
    [10000, 'USD', 'EUR', '0.9', 9000],
    [10000, 'USD', 'EUR', '1', 10000],
    [15000, 'JPY', 'EUR', '0.0061', 9150],
    [100, 'EUR', 'JPY', '163.4', 163],
    [1000, 'KWD', 'EUR', '3.0', 300],
    [100, 'EUR', 'KWD', '0.333', 333],
    [0, 'USD', 'EUR', '0.9', 0],
    // Half a unit goes away from zero, a hair less goes to zero.
    [1, 'USD', 'EUR', '0.5', 1],
    [1, 'USD', 'EUR', '0.499999999999', 0],
    [3, 'USD', 'EUR', '0.5', 2],
    [-1, 'USD', 'EUR', '0.5', -1],
    [-3, 'USD', 'EUR', '0.5', -2],
    // Exact where doubles are not: 1.005 × 100 is 100.49999999999999 there.
    [100, 'USD', 'EUR', '1.005', 101],
    [9_007_199_254_740_991, 'USD', 'EUR', '1', 9_007_199_254_740_991],
  ])('%i minor units of %s are, in %s at %s, %i', (minor, from, to, rate, expected) => {
    expect(convert(minor, from, to, decimal(rate))).toBe(expected);
  });

  test('conversion is off by half a minor unit at most, and a currency at par stays as it is', () => {
    const rates = fc.tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 0, max: 6 }));
    const currency = fc.constantFrom(...CURRENCIES);
    fc.assert(
      fc.property(fc.integer(), currency, currency, rates, (minor, from, to, [digits, scale]) => {
        const result = convert(minor, from, to, { digits: BigInt(digits), scale });
        // Intake refuses what comes to more than can be counted exactly.
        fc.pre(Number.isSafeInteger(result));
        const converted = BigInt(result);
        // |converted - exact| <= 1/2, without a fraction: both sides times the denominator, twice.
        const exact = BigInt(minor) * BigInt(digits) * 10n ** BigInt(currencyDigits(to));
        const denominator = 10n ** BigInt(scale + currencyDigits(from));
        const twiceTheError = 2n * (converted * denominator - exact);
        expect(twiceTheError <= denominator && twiceTheError >= -denominator).toBe(true);
        expect(convert(minor, from, from, decimal('1'))).toBe(minor);
      }),
    );
  });
});

describe('a share', () => {
  test.each([
    [100, 100, 150, 66],
    [100, 0, 150, 0],
    [100, 150, 150, 100],
    [1, 149, 150, 0],
    [0, 1, 3, 0],
    [-100, 1, 3, -34],
  ])('of %i, %i parts of %i, is %i', (value, numerator, denominator, share) => {
    expect(floorShare(value, { numerator, denominator })).toBe(share);
  });

  test('is exact where the product is beyond 2^53', () => {
    // (2^53 - 1) × 999999999 as doubles is even; a third of it is not.
    expect(floorShare(9_007_199_254_740_991, { numerator: 999_999_999, denominator: 1_000_000_000 })).toBe(
      9_007_199_245_733_791,
    );
    expect(floorShare(94_906_267, { numerator: 94_906_267, denominator: 94_906_266 })).toBe(94_906_268);
    fc.assert(
      fc.property(MINOR_UNITS, fc.maxSafeNat(), fc.maxSafeNat(), (value, a, b) => {
        const [numerator, denominator] = a <= b ? [a, b] : [b, a];
        fc.pre(denominator > 0);
        const share = BigInt(floorShare(value, { numerator, denominator })) * BigInt(denominator);
        const product = BigInt(value) * BigInt(numerator);
        // The largest whole number that is not more.
        expect(share <= product && product < share + BigInt(denominator)).toBe(true);
      }),
    );
  });

  test('rounds down below zero as well', () => {
    expect(floorDivide(-7n, 2n)).toBe(-4n);
    expect(floorDivide(-8n, 2n)).toBe(-4n);
    expect(floorDivide(7n, 2n)).toBe(3n);
  });
});
