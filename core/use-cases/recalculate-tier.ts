import type { LedgerEntry } from '../ledger/transaction.ts';
import { countEntries, type RebuildReason, rebuildMember } from '../member/count-entries.ts';
import type { TierChange } from '../member/member.ts';
import type { Announcing, Settled } from '../member/settle.ts';
import type { Ledger, MemberStore } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { writeMember } from './write-member.ts';

export type Recalculation =
  /** Nobody of that id is enrolled. The entries stay in the ledger, and count from the enrolment on. */
  | { status: 'notEnrolled' }
  | { status: 'alreadyCounted' }
  | { status: 'counted'; changes: TierChange[]; entries: number }
  | { status: 'rebuilt'; because: RebuildReason; changes: TierChange[] };

/**
 * Counts what the stream brought of one member, in one read and one write however many entries there are.
 * @param entries all of `memberId`; they may have been counted before, and come in any order
 */
export async function recalculateTier(
  ports: { ledger: Ledger; members: MemberStore },
  program: Program,
  announcing: Announcing,
  memberId: string,
  entries: readonly LedgerEntry[],
  now: Instant,
): Promise<Recalculation> {
  let outcome: Recalculation = { status: 'notEnrolled' };
  await writeMember<Settled>(ports.members, memberId, async (member) => {
    if (!member) {
      outcome = { status: 'notEnrolled' };
      return undefined;
    }
    const counting = countEntries(member, entries, program, announcing, now);
    if (counting.kind === 'alreadyCounted') {
      outcome = { status: 'alreadyCounted' };
      return undefined;
    }
    if (counting.kind === 'counted') {
      outcome = { status: 'counted', changes: counting.changes, entries: counting.newEntries.length };
      return counting;
    }
    const ledger = await ports.ledger.entriesOf(memberId);
    const rebuilt = rebuildMember(member, ledger, program, announcing, 'transaction', now, entries);
    outcome = { status: 'rebuilt', because: counting.because, changes: rebuilt.changes };
    return rebuilt;
  });
  return outcome;
}
