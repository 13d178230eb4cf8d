import type { Transaction } from '../../core/ledger/transaction.ts';
import { transactionProblems } from '../../core/ledger/transaction-rules.ts';
import { isCurrency, parseAmount, parseDecimal } from '../../core/money.ts';
import type { Program } from '../../core/program/program.ts';
import { type Instant, parseInstant } from '../../core/time.ts';
import { memberIdSchema, type TransactionRequest, transactionRequestSchema } from '../contract/request-schemas.ts';
import { type Errors, examine, soundParts } from '../contract/validate.ts';
import { requestProblem } from '../runtime/problem.ts';

/**
 * Reads a transaction off the wire.
 * @throws Problem 422 with every problem: of the path, of the body's shape, and of what the program allows
 */
export function readTransaction(
  memberId: string | undefined,
  body: unknown,
  program: Program,
  now: Instant,
): { memberId: string; transaction: Transaction } {
  const member = examine({ schema: memberIdSchema, value: memberId, at: 'memberId' });
  const shape = examine({ schema: transactionRequestSchema, value: body });
  const errors: Errors = [...member.errors, ...shape.errors];
  // What has the right shape is judged even where the rest has not, so that a client hears of everything at once.
  const parts = shape.value ?? soundParts(transactionRequestSchema, body);
  const money = readMoney(parts, program, errors);
  if (parts.type !== undefined) {
    const wellMeant = shape.value ? {} : standIns(body, program, now);
    const transaction = { ...wellMeant, ...transactionOf(parts, parts.type, money) } as Transaction;
    const told = new Set(errors.map(({ path }) => path));
    errors.push(...transactionProblems(transaction, program, now).filter(({ path }) => !told.has(path)));
    if (errors.length === 0) return { memberId: member.value!, transaction };
  }
  throw requestProblem(errors);
}

type Money = Pick<Transaction, 'amountMinor' | 'currency'>;

function readMoney(
  { amount, currency: given, exchangeRate }: Partial<TransactionRequest>,
  program: Program,
  errors: Errors,
): Money {
  if (exchangeRate !== undefined && parseDecimal(exchangeRate)!.digits <= 0n) {
    errors.push({ path: 'exchangeRate', message: 'must be more than 0' });
  }
  const currency = given ?? program.currency;
  if (!isCurrency(currency)) {
    errors.push({ path: 'currency', message: 'must be an ISO 4217 currency that exists' });
  } else if (amount !== undefined) {
    const minor = parseAmount(amount, currency);
    if (typeof minor === 'number') return { amountMinor: minor, currency };
    errors.push({ path: 'amount', message: minor.problem });
  } else if (given !== undefined && !errors.some(({ path }) => path === 'amount')) {
    errors.push({ path: 'currency', message: 'is for an amount, and there is none' });
  }
  // It was refused already: no rule shall say besides that it is missing.
  return amount === undefined ? {} : { amountMinor: 1, currency: isCurrency(currency) ? currency : program.currency };
}

function transactionOf(
  parts: Partial<TransactionRequest>,
  type: Transaction['type'],
  money: Money,
): Partial<Transaction> {
  const { amount: _, currency: __, occurredAt, source = 'api', ...rest } = parts;
  const given = Object.entries(rest).filter(([, part]) => part !== undefined);
  const moment = occurredAt === undefined ? {} : { occurredAt: parseInstant(occurredAt)! };
  return { ...Object.fromEntries(given), type, source, ...moment, ...money };
}

/** For parts that were given in a wrong shape: it was told, and no rule shall say besides that they are missing. */
function standIns(body: unknown, program: Program, now: Instant): Partial<Transaction> {
  const given = (name: string) => (body as Record<string, unknown>)[name] !== undefined;
  return {
    occurredAt: now,
    ...(given('points') ? { points: 1 } : {}),
    ...(given('amount') ? { amountMinor: 1, currency: program.currency } : {}),
    ...(given('orderId') ? { orderId: 'given' } : {}),
  };
}
