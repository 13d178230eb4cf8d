import type { Instant } from '../time.ts';
import type { Transaction } from './transaction.ts';

/**
 * What a shop platform has said of one order so far. Platforms repeat themselves, speak in any order, and tell of a refund without
 * telling whose it is: the file gathers, and whatever it holds is in the ledger in the end.
 */
export interface OrderFile {
  source: string;
  orderId: string;
  version: number;
  /** Not known while only refunds have come. */
  memberId?: string;
  currency?: string;
  /** What the brand's tax setting makes of a refund's tax; only the order says whether its prices hold it. */
  refundTax?: TaxInRefunds;
  /** The order as first paid, and what was added to it since. Ever longer, never changed. */
  parts: { amountMinor: number; occurredAt: Instant }[];
  refunds: ReportedRefund[];
}

export type TaxInRefunds = 'added' | 'removed' | 'as is';

/** What a stated tax is multiplied by before it is added to the amount that it was stated with. */
export const TAX_SIGN: Readonly<Record<TaxInRefunds, 1 | -1 | 0>> = { added: 1, removed: -1, 'as is': 0 };

export interface ReportedRefund {
  id: string;
  /** As the platform states it; the tax beside it. */
  amountMinor: number;
  taxMinor: number;
  occurredAt: Instant;
}

/** What one message of a platform says. */
export interface OrderReport {
  source: string;
  orderId: string;
  memberId?: string;
  /** The whole order, refunds not taken off, once it is paid. */
  paid?: {
    amountMinor: number;
    currency: string;
    refundTax: TaxInRefunds;
    occurredAt: Instant;
    /** When the order was last edited: what was added is dated so. */
    changedAt: Instant;
  };
  cancelledAt?: Instant;
  refunds: ReportedRefund[];
}

/** A refund under this id takes whatever the order has left. */
const CANCELLATION = 'cancellation';

/**
 * The file with what the report adds to it; the same file when that is nothing.
 * An order that grew (staff added a line) gets a further part; one that shrank does so by refunds, which name their own amounts.
 */
export function withReport(file: OrderFile, report: OrderReport): OrderFile {
  const next: OrderFile = { ...file, parts: [...file.parts], refunds: [...file.refunds] };
  if (file.memberId === undefined && report.memberId !== undefined) next.memberId = report.memberId;
  if (report.paid) {
    next.currency ??= report.paid.currency;
    next.refundTax ??= report.paid.refundTax;
    const known = file.parts.reduce((sum, part) => sum + part.amountMinor, 0);
    const added = report.paid.amountMinor - known;
    if (file.parts.length === 0) next.parts.push({ amountMinor: added, occurredAt: report.paid.occurredAt });
    else if (added > 0) next.parts.push({ amountMinor: added, occurredAt: report.paid.changedAt });
  }
  for (const refund of report.refunds) {
    if (!next.refunds.some((known) => known.id === refund.id)) next.refunds.push(refund);
  }
  const cancelled = next.refunds.some(({ id }) => id === CANCELLATION);
  if (report.cancelledAt !== undefined && report.paid && !cancelled) {
    next.refunds.push({
      id: CANCELLATION,
      // All that was ever added, which may be more than the message that cancels still shows.
      amountMinor: next.parts.reduce((sum, part) => sum + part.amountMinor, 0),
      taxMinor: 0,
      occurredAt: report.cancelledAt,
    });
  }
  const unchanged =
    next.memberId === file.memberId &&
    next.parts.length === file.parts.length &&
    next.refunds.length === file.refunds.length;
  return unchanged ? file : next;
}

/** The ledger's transactions for a file: always the same ones, so that recording them again changes nothing (R2). */
export function transactionsOf(file: OrderFile): Transaction[] {
  const { source, orderId, currency, refundTax } = file;
  if (currency === undefined) return [];
  const parts = file.parts.map(
    ({ amountMinor, occurredAt }, place): Transaction => ({
      id: place === 0 ? orderId : `${orderId}/${place + 1}`,
      source,
      type: 'purchase',
      orderId,
      amountMinor,
      currency,
      occurredAt,
    }),
  );
  const taxSign = TAX_SIGN[refundTax ?? 'as is'];
  const refunds = file.refunds
    .map((refund) => ({ ...refund, amountMinor: refund.amountMinor + taxSign * refund.taxMinor }))
    .filter(({ amountMinor }) => amountMinor > 0)
    .map(
      ({ id, amountMinor, occurredAt }): Transaction => ({
        id: `${orderId}/refund/${id}`,
        source,
        type: 'refund',
        orderId,
        amountMinor,
        currency,
        occurredAt,
      }),
    );
  return [...parts, ...refunds];
}
