import type { FieldValue, LedgerEntry, TransactionType } from '../ledger/transaction.ts';
import { currencyDigits } from '../money.ts';
import { formatInstant, type Instant, momentIn } from '../time.ts';

/** Which transactions are meant. The schema cannot infer a type that contains itself, so the type is written here. */
export type TransactionFilter =
  | { all: TransactionFilter[] }
  | { any: TransactionFilter[] }
  | { field: string; equals: string | number | boolean }
  | { field: string; oneOf: (string | number | boolean)[] }
  | { field: string; atLeast: number }
  | { field: string; atMost: number }
  | { field: string; exists: boolean }
  /** A date (its start in the program's zone) or an instant; the field holds one or the other as well. */
  | { field: string; before: string }
  | { field: string; after: string }
  | { type: TransactionType };

/** The fields a filter can name that every transaction has; any other name is looked up in the transaction's own `fields`. */
export const BUILT_IN_FIELDS = ['source', 'type', 'points', 'amount', 'occurredAt'] as const;

/**
 * Compiles a filter into one function: filters run for every entry, and are written once.
 * @param timeZone in which a date begins
 */
export function matcherOf(filter: TransactionFilter, timeZone: string): (entry: LedgerEntry) => boolean {
  if ('all' in filter) {
    const matchers = filter.all.map((part) => matcherOf(part, timeZone));
    return (entry) => matchers.every((matches) => matches(entry));
  }
  if ('any' in filter) {
    const matchers = filter.any.map((part) => matcherOf(part, timeZone));
    return (entry) => matchers.some((matches) => matches(entry));
  }
  if (!('field' in filter)) return (entry) => entry.type === filter.type;
  // Read as a number: writing a moment down to read it again would cost more than all the rest.
  if (filter.field === 'occurredAt' && ('before' in filter || 'after' in filter)) {
    const holds = boundOf(filter, timeZone);
    return (entry) => holds(entry.occurredAt);
  }
  const read = reader(filter.field);
  const holds = testOf(filter, timeZone);
  return (entry) => holds(read(entry));
}

export type FieldCondition = Extract<TransactionFilter, { field: string }>;

/** What a condition asks of its field's value; undefined where the transaction has no such field. */
export function testOf(condition: FieldCondition, timeZone: string): (value: FieldValue | undefined) => boolean {
  if ('equals' in condition) return (value) => value === condition.equals;
  if ('oneOf' in condition) {
    const allowed = new Set<FieldValue | undefined>(condition.oneOf);
    return (value) => allowed.has(value);
  }
  if ('exists' in condition) return (value) => (value !== undefined) === condition.exists;
  if ('atLeast' in condition) return (value) => typeof value === 'number' && value >= condition.atLeast;
  if ('atMost' in condition) return (value) => typeof value === 'number' && value <= condition.atMost;
  const holds = boundOf(condition, timeZone);
  return (value) => {
    const at = typeof value === 'string' ? momentIn(value, timeZone) : undefined;
    return at !== undefined && holds(at);
  };
}

function boundOf(condition: { before: string } | { after: string }, timeZone: string): (at: Instant) => boolean {
  const bound: Instant = momentIn('before' in condition ? condition.before : condition.after, timeZone)!;
  return 'before' in condition ? (at) => at < bound : (at) => at > bound;
}

function reader(field: string): (entry: LedgerEntry) => FieldValue | undefined {
  switch (field) {
    case 'source':
      return (entry) => entry.source;
    case 'type':
      return (entry) => entry.type;
    case 'points':
      return (entry) => entry.awardedPoints ?? entry.points;
    case 'amount':
      // In units of the entry's own currency, as the brand writes it.
      return (entry) =>
        entry.amountMinor === undefined ? undefined : entry.amountMinor / 10 ** currencyDigits(entry.currency!);
    case 'occurredAt':
      return (entry) => formatInstant(entry.occurredAt);
    default:
      return (entry) => (entry.fields && Object.hasOwn(entry.fields, field) ? entry.fields[field] : undefined);
  }
}
