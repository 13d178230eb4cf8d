import type { Transaction } from '../../core/ledger/transaction.ts';
import { transactionProblems } from '../../core/ledger/transaction-rules.ts';
import { isCurrency, parseAmount, parseDecimal } from '../../core/money.ts';
import type { Program } from '../../core/program/program.ts';
import { type Instant, parseInstant } from '../../core/time.ts';
import { memberIdSchema, transactionRequestSchema } from '../contract/request-schemas.ts';
import { type Errors, examine } from '../contract/validate.ts';
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
  const request = examine({ schema: transactionRequestSchema, value: body });
  const errors: Errors = [...member.errors, ...request.errors];
  if (request.value === undefined) throw requestProblem(errors);

  const { amount, currency: given, occurredAt, source = 'api', exchangeRate, ...rest } = request.value;
  const currency = given ?? (amount === undefined ? undefined : program.currency);
  const transaction: Transaction = { ...withoutUndefined(rest), source, occurredAt: parseInstant(occurredAt)! };
  if (currency !== undefined && !isCurrency(currency)) {
    errors.push({ path: 'currency', message: 'must be an ISO 4217 currency that exists' });
  } else if (amount !== undefined && currency !== undefined) {
    const minor = parseAmount(amount, currency);
    if (typeof minor === 'number') Object.assign(transaction, { amountMinor: minor, currency });
    else errors.push({ path: 'amount', message: minor.problem });
  } else if (currency !== undefined) {
    errors.push({ path: 'currency', message: 'is for an amount, and there is none' });
  }
  if (exchangeRate !== undefined) {
    if (parseDecimal(exchangeRate)!.digits <= 0n) errors.push({ path: 'exchangeRate', message: 'must be more than 0' });
    transaction.exchangeRate = exchangeRate;
  }
  errors.push(
    ...transactionProblems(transaction, program, now).filter(({ path }) => !errors.some((e) => e.path === path)),
  );
  if (errors.length > 0) throw requestProblem(errors);
  return { memberId: member.value!, transaction };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}
