import { convert, currencyDigits, type Decimal, floorDivide, parseDecimal } from '../money.ts';
import type { Program, Tier } from '../program/program.ts';
import { formatInstant, type Instant, MINUTE_MS } from '../time.ts';
import type { Transaction } from './transaction.ts';

/** One thing wrong with a request: where, and what is allowed. */
export interface RequestProblem {
  path: string;
  message: string;
  code?: 'CURRENCY_MISMATCH';
}

/** How far a sender's clock may run ahead. */
export const MAX_AHEAD_MS = 5 * MINUTE_MS;

/** No figure of an entry is larger (minor units or points): thousands of them still add up exactly, in whatever order (R4). */
export const MAX_FIGURE = 1_000_000_000_000;

/** Everything that the program finds wrong with a transaction of the right shape (docs/rules.md, section 2). */
export function transactionProblems(transaction: Transaction, program: Program, now: Instant): RequestProblem[] {
  const problems: RequestProblem[] = [];
  const { type, points, amountMinor, currency } = transaction;
  const refuse = (path: string, message: string) => problems.push({ path, message });
  const requirePoints = (why: string) => points === undefined && refuse('points', why);

  if (transaction.occurredAt > now + MAX_AHEAD_MS) {
    refuse('occurredAt', `must be at most 5 minutes ahead of now, which is ${formatInstant(now)}`);
  }
  const maySubtract = type === 'adjustment' || type === 'tierAdjustment';
  if (!maySubtract && points !== undefined && points < 0) refuse('points', `must not be negative for a ${type}`);
  if (type !== 'tierAdjustment' && amountMinor !== undefined && amountMinor < 0) {
    refuse('amount', `must not be negative for a ${type}`);
  }
  if (transaction.excludeFromTier !== undefined && type !== 'adjustment') {
    refuse('excludeFromTier', `is for an adjustment only, not for a ${type}`);
  }

  switch (type) {
    case 'purchase':
      if (amountMinor === undefined && program.basis === 'spend')
        refuse('amount', 'is required: the program counts what is spent');
      else if (amountMinor === undefined) requirePoints('is required where there is no amount');
      else if (program.basis === 'points' && !program.pointsPerUnit) {
        requirePoints('is required: the program has no pointsPerUnit to compute them by');
      }
      break;
    case 'refund':
      if (transaction.orderId === undefined) refuse('orderId', 'is required: a refund names its order');
      if (amountMinor === undefined && (points === undefined || program.basis === 'spend')) {
        refuse(
          'amount',
          program.basis === 'spend' ? 'is required' : 'is required, or points where the order had no amount',
        );
      }
      if (amountMinor === 0) refuse('amount', 'must be more than 0 for a refund');
      break;
    case 'tierAdjustment':
      if (program.basis === 'spend' && !amountMinor)
        refuse('amount', 'is required, and not 0: the program counts what is spent');
      if (program.basis === 'points' && !points) refuse('points', 'is required, and not 0');
      break;
    case 'adjustment':
      if (!points) refuse('points', 'is required, and not 0');
      break;
    default:
      if (!points) refuse('points', 'is required, and more than 0');
  }

  if (largestFigureOf(transaction, program) > MAX_FIGURE) {
    refuse(
      'amount',
      'is too large: neither it, nor what it comes to in the currency and the points of the program, may be',
    );
  }
  const hasNoAmount = !['purchase', 'refund', 'tierAdjustment'].includes(type);
  if (hasNoAmount && amountMinor !== undefined) refuse('amount', `is not for a ${type}, which is about points`);
  if (currency !== undefined && currency !== program.currency && transaction.exchangeRate === undefined) {
    problems.push({
      path: 'exchangeRate',
      code: 'CURRENCY_MISMATCH',
      message: `is required for ${currency}: how many ${program.currency} one ${currency} is, as a decimal string`,
    });
  }
  return problems;
}

/** An amount in the program's currency, as the ledger keeps it beside the amount itself. */
export function spendMinorOf(transaction: Transaction, program: Program): number | undefined {
  const { amountMinor, currency, exchangeRate } = transaction;
  if (amountMinor === undefined || currency === undefined) return undefined;
  if (currency === program.currency) return amountMinor;
  const rate = parseDecimal(exchangeRate ?? '');
  return rate && convert(amountMinor, currency, program.currency, rate);
}

/** Of the amount, its value in the program's currency, and the points that the most generous tier gives for it. */
function largestFigureOf(transaction: Transaction, program: Program): number {
  const spendMinor = spendMinorOf(transaction, program) ?? 0;
  const awards = transaction.type === 'purchase' && transaction.points === undefined;
  const points = awards ? program.tiers.map((tier) => pointsFor(spendMinor, program, tier)) : [];
  return Math.max(...[transaction.amountMinor ?? 0, spendMinor, ...points].map(Math.abs));
}

const NOTHING: Decimal = { digits: 0n, scale: 0 };

/** R1: `floor(amount × pointsPerUnit × multiplier)` of the tier that the member had before the order. */
export function pointsFor(spendMinor: number, program: Program, tier: Tier): number {
  const perUnit = program.pointsPerUnit ?? NOTHING;
  const product = BigInt(spendMinor) * perUnit.digits * tier.multiplier.digits;
  const scale = currencyDigits(program.currency) + perUnit.scale + tier.multiplier.scale;
  return Number(floorDivide(product, 10n ** BigInt(scale)));
}
