/** Core's answers as the wire has them: instants as text, money as decimal strings. */
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { TierChange } from '../../core/member/member.ts';
import type { MemberView } from '../../core/member/member-view.ts';
import { formatAmount } from '../../core/money.ts';
import { formatInstant, type Instant } from '../../core/time.ts';

const instantOrNull = (at: Instant | null) => (at === null ? null : formatInstant(at));

export function memberAnswer(view: MemberView) {
  const { tier, progress, cycle } = view;
  return {
    memberId: view.memberId,
    enrolledAt: formatInstant(view.enrolledAt),
    blocked: view.blocked,
    tier: {
      id: tier.tier.id,
      name: tier.tier.name,
      rank: tier.tier.rank,
      since: formatInstant(tier.since),
      expiresAt: instantOrNull(tier.expiresAt),
      source: tier.source,
    },
    earnedTier: view.earnedTier.id,
    points: view.points,
    cycle: { type: cycle.type, start: instantOrNull(cycle.start), end: instantOrNull(cycle.end) },
    grants: [],
    progress: {
      next: progress.next,
      keep: progress.keep && { missing: progress.keep.missing, by: formatInstant(progress.keep.by) },
      expectedAtCycleEnd: progress.expectedAtCycleEnd,
    },
  };
}

export function transactionAnswer(entry: LedgerEntry) {
  const points = entry.awardedPoints ?? entry.points;
  return {
    id: entry.id,
    source: entry.source,
    type: entry.type,
    ...(entry.orderId === undefined ? {} : { orderId: entry.orderId }),
    ...(points === undefined ? {} : { points }),
    ...(entry.amountMinor === undefined
      ? {}
      : { amount: formatAmount(entry.amountMinor, entry.currency!), currency: entry.currency }),
    ...(entry.exchangeRate === undefined ? {} : { exchangeRate: entry.exchangeRate }),
    occurredAt: formatInstant(entry.occurredAt),
    recordedAt: formatInstant(entry.recordedAt),
    ...(entry.fields ? { fields: entry.fields } : {}),
    ...(entry.excludeFromTier ? { excludeFromTier: true } : {}),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
  };
}

export function tierChangeAnswer(change: TierChange) {
  return {
    sequence: change.sequence,
    from: change.from,
    to: change.to,
    direction: change.direction,
    cause: change.cause,
    occurredAt: formatInstant(change.occurredAt),
    recordedAt: formatInstant(change.recordedAt),
    expiresAt: instantOrNull(change.expiresAt),
    points: change.points,
    announced: change.announced,
    programVersion: change.programVersion,
    ...(change.transactionId === undefined ? {} : { transactionId: change.transactionId }),
  };
}
