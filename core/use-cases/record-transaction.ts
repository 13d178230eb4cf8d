import { promotionsOf } from '../actions/promotions.ts';
import { type LedgerEntry, sameContent, type Transaction } from '../ledger/transaction.ts';
import { pointsFor, spendMinorOf } from '../ledger/transaction-rules.ts';
import { viewNow } from '../member/member-view.ts';
import type { Ledger, MemberStore } from '../ports.ts';
import { type Program, type Tier, tierById } from '../program/program.ts';
import type { Instant } from '../time.ts';

export type Recording =
  | { status: 'accepted'; entry: LedgerEntry }
  | { status: 'duplicate'; entry: LedgerEntry }
  /** The id was used for other content: nothing was written (R2). */
  | { status: 'conflict'; entry: LedgerEntry };

/**
 * Records a transaction in the ledger. One conditional write makes it idempotent, without a lock or a second table. The member need not be
 * enrolled yet; earlier entries count from the enrollment on.
 * @param transaction without problems, by `transactionProblems`
 */
export async function recordTransaction(
  ports: { ledger: Ledger; members: MemberStore },
  program: Program,
  memberId: string,
  transaction: Transaction,
  now: Instant,
): Promise<Recording> {
  const entry: LedgerEntry = { ...transaction, memberId, recordedAt: now };
  const spendMinor = spendMinorOf(transaction, program);
  if (spendMinor !== undefined) entry.spendMinor = spendMinor;
  if (transaction.occurredAt > now) {
    // An entry never lies in the future: a clock that runs ahead must not carry an order into the next cycle.
    entry.occurredAt = now;
    entry.saidOccurredAt = transaction.occurredAt;
  }
  if (transaction.type === 'purchase') {
    entry.awardedPoints =
      transaction.points ??
      pointsFor(spendMinor ?? 0, program, await tierBefore(ports.members, program, memberId, now));
  }
  const promotions = promotionsOf(entry, program);
  if (promotions.length > 0) entry.promotions = promotions;
  const recording = await ports.ledger.record(entry);
  if (recording.status === 'recorded') return { status: 'accepted', entry };
  const status = sameContent(recording.entry, transaction) ? 'duplicate' : 'conflict';
  return { status, entry: recording.entry };
}

/** The visible tier before the order, which decides its multiplier (R1). The read is saved if all tiers have the same. */
async function tierBefore(members: MemberStore, program: Program, memberId: string, now: Instant): Promise<Tier> {
  const base = program.tiers[0];
  const allGiveTheSame = program.tiers.every(
    ({ multiplier }) => multiplier.digits === base.multiplier.digits && multiplier.scale === base.multiplier.scale,
  );
  if (allGiveTheSame || !program.pointsPerUnit) return base;
  const member = await members.load(memberId);
  if (!member) return base;
  return viewNow(member, program, now)?.tier.tier ?? tierById(program, member.tier.id) ?? base;
}
