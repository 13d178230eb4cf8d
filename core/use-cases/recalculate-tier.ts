import type { ActionRecord } from '../actions/tier-action.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import { countEntries, type RebuildReason, rebuildMember } from '../member/count-entries.ts';
import type { TierChange } from '../member/member.ts';
import type { Announcing, Settled } from '../member/settle.ts';
import type { Ledger, MemberStore, TierClock } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { historyOf } from './history.ts';
import { writeMember } from './write-member.ts';

export type Recalculation =
  /** Nobody of that id is enrolled. The entries stay in the ledger, and count from the enrolment on. */
  | { status: 'notEnrolled' }
  | { status: 'alreadyCounted' }
  | { status: 'counted'; changes: TierChange[]; entries: number }
  /** `actions`: those that promotions fired, whatever came of them. */
  | { status: 'rebuilt'; because: RebuildReason; changes: TierChange[]; actions: ActionRecord[] };

/**
 * Counts what the stream brought of one member, in one read and one write however many entries there are.
 * @param entries all of `memberId`; they may have been counted before, and come in any order
 */
export async function recalculateTier(
  ports: { ledger: Ledger; members: MemberStore; clock: TierClock },
  program: Program,
  announcing: Announcing,
  memberId: string,
  entries: readonly LedgerEntry[],
  now: Instant,
): Promise<Recalculation> {
  let outcome = { status: 'notEnrolled' } as Recalculation;
  const written = await writeMember<Settled>(ports, memberId, async (member, before) => {
    if (!member) return undefined;
    // A second write goes on with the first, or finds that somebody else has finished it: what the first was about is what is told.
    const counting = countEntries(member, entries, program, announcing, now);
    if (counting.kind === 'alreadyCounted') {
      if (!before) outcome = { status: 'alreadyCounted' };
      return undefined;
    }
    if (counting.kind === 'counted') {
      outcome = { status: 'counted', changes: counting.changes, entries: counting.newEntries.length };
      return counting;
    }
    const history = await historyOf(ports, memberId);
    const rebuilt = rebuildMember(
      member,
      history,
      program,
      announcing,
      { cause: 'transaction', brought: entries },
      now,
    );
    if (!before) {
      outcome = { status: 'rebuilt', because: counting.because, changes: rebuilt.changes, actions: rebuilt.actions };
    }
    return rebuilt;
  });
  return outcome.status === 'rebuilt' && written
    ? { ...outcome, changes: written.changes, actions: written.actions }
    : outcome;
}
