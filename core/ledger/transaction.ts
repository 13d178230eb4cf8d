import type { Instant } from '../time.ts';

export const TRANSACTION_TYPES = [
  'purchase',
  'refund',
  'bonus',
  'adjustment',
  'tierAdjustment',
  'redemption',
  'redemptionReversal',
  'expiry',
] as const;

export type TransactionType = (typeof TRANSACTION_TYPES)[number];

export type FieldValue = string | number | boolean;

/** What a shop or a member of staff says happened, already parsed at the edge. */
export interface Transaction {
  id: string;
  /** Who says so: `api`, `shopify`, `pos` … R2: the id is unique within the member and the source. */
  source: string;
  type: TransactionType;
  /** The order that a purchase belongs to, a refund takes from, or an expiry follows. */
  orderId?: string;
  /** Whole points; signed only for `adjustment` and `tierAdjustment`. */
  points?: number;
  /** Minor units of `currency`; signed only for `tierAdjustment`. */
  amountMinor?: number;
  currency?: string;
  /** A decimal: units of the program's currency for one unit of `currency`. */
  exchangeRate?: string;
  occurredAt: Instant;
  fields?: Record<string, FieldValue>;
  excludeFromTier?: boolean;
  reason?: string;
}

/** One immutable fact of the points table: the transaction, and what was settled when it was taken. */
export interface LedgerEntry extends Transaction {
  memberId: string;
  /** When Laurel took it: by the clock of the function that did. */
  recordedAt: Instant;
  /** R1: the points a purchase awarded, once and for all; given with the transaction, or computed at intake. */
  awardedPoints?: number;
  /** `amountMinor` in the program's currency. */
  spendMinor?: number;
  /** Where the sender's clock ran ahead: what it said. `occurredAt` is then `recordedAt`, for nothing is taken before it happens. */
  saidOccurredAt?: Instant;
  /** The promotions that it triggers, by the program of the moment when it was taken. */
  promotions?: string[];
}

/** R2: what makes a transaction the same one. A source holds no `#`, so the key can be read back. */
export function entryKey(transaction: { source: string; id: string }): string {
  return `${transaction.source}#${transaction.id}`;
}

/** The order that an entry is about: a purchase without an order id is its own order. */
export function orderKey(entry: LedgerEntry): string | undefined {
  if (entry.type === 'purchase') return `${entry.source}#${entry.orderId ?? entry.id}`;
  return entry.orderId === undefined ? undefined : `${entry.source}#${entry.orderId}`;
}

/**
 * True when what an entry means depends on other entries: a refund on its order, a further part of an order on the order's
 * refunds, an expiry on what it takes back. Every other entry counts by itself, in any order.
 */
export function isPartOfGroup(entry: LedgerEntry): boolean {
  if (entry.orderId === undefined) return false;
  if (entry.type === 'purchase') return entry.orderId !== entry.id;
  return entry.type === 'refund' || entry.type === 'expiry';
}

/** R2: whether the same id came with the same content. What Laurel settled itself (points awarded, times) is not content. */
export function sameContent(entry: LedgerEntry, transaction: Transaction): boolean {
  return (
    entry.type === transaction.type &&
    entry.orderId === transaction.orderId &&
    entry.points === transaction.points &&
    entry.amountMinor === transaction.amountMinor &&
    entry.currency === transaction.currency &&
    entry.exchangeRate === transaction.exchangeRate &&
    (entry.saidOccurredAt ?? entry.occurredAt) === transaction.occurredAt &&
    (entry.excludeFromTier ?? false) === (transaction.excludeFromTier ?? false) &&
    entry.reason === transaction.reason &&
    sameFields(entry.fields ?? {}, transaction.fields ?? {})
  );
}

function sameFields(a: Record<string, FieldValue>, b: Record<string, FieldValue>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
