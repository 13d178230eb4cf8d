import type { FieldValue, LedgerEntry } from '../ledger/transaction.ts';
import { currencyDigits } from '../money.ts';
import type { TransactionFilter } from './brand.ts';

/** The fields a filter can name that every transaction has; any other name is looked up in the transaction's own `fields`. */
export const BUILT_IN_FIELDS = ['source', 'type', 'points', 'amount'] as const;

/** Compiles a filter into one function: filters run for every entry, and are written once. */
export function matcherOf(filter: TransactionFilter): (entry: LedgerEntry) => boolean {
  if ('all' in filter) {
    const matchers = filter.all.map(matcherOf);
    return (entry) => matchers.every((matches) => matches(entry));
  }
  if ('any' in filter) {
    const matchers = filter.any.map(matcherOf);
    return (entry) => matchers.some((matches) => matches(entry));
  }
  if (!('field' in filter)) return (entry) => entry.type === filter.type;
  const read = reader(filter.field);
  if ('equals' in filter) return (entry) => read(entry) === filter.equals;
  if ('oneOf' in filter) {
    const allowed = new Set<FieldValue | undefined>(filter.oneOf);
    return (entry) => allowed.has(read(entry));
  }
  if ('exists' in filter) return (entry) => (read(entry) !== undefined) === filter.exists;
  const [bound, holds] =
    'atLeast' in filter
      ? [filter.atLeast, (value: number, limit: number) => value >= limit]
      : [filter.atMost, (value: number, limit: number) => value <= limit];
  return (entry) => {
    const value = read(entry);
    return typeof value === 'number' && holds(value, bound);
  };
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
    default:
      return (entry) => (entry.fields && Object.hasOwn(entry.fields, field) ? entry.fields[field] : undefined);
  }
}
