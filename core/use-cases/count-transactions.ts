import type { ActionRecord } from '../actions/action-record.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import { countEntries, type RebuildReason } from '../member/count-entries.ts';
import { rebuildMember } from '../member/rebuild-member.ts';
import type { TierChange } from '../member/tier-change.ts';
import type { Instant } from '../time.ts';
import { loadHistory } from './load-history.ts';
import type { Rules } from './rules.ts';
import { type MemberPorts, writeMember } from './write-member.ts';

export type TransactionCounting =
  /** No member of that id is enrolled. The entries stay in the ledger, and count from the enrollment on. */
  | { status: 'notEnrolled' }
  | { status: 'alreadyCounted' }
  | { status: 'counted'; changes: TierChange[]; entries: number }
  /** `actions`: those that promotions fired, whatever came of them. */
  | { status: 'rebuilt'; because: RebuildReason; changes: TierChange[]; actions: ActionRecord[] };

/** What a decision found, before it is written. */
type Found =
  | { status: 'notEnrolled' | 'alreadyCounted' }
  | { status: 'counted'; entries: number }
  | { status: 'rebuilt'; because: RebuildReason };

/**
 * Counts the transactions of one member that the stream delivered, in one read and one write.
 * @param entries all of `memberId`, in any order; some may have been counted before
 */
export async function countTransactions(
  ports: MemberPorts,
  { program, announcementPolicy }: Rules,
  memberId: string,
  entries: readonly LedgerEntry[],
  now: Instant,
): Promise<TransactionCounting> {
  let found = { status: 'notEnrolled' } as Found;
  const written = await writeMember(ports, announcementPolicy, memberId, async (member, before) => {
    if (!member) return undefined;
    const counting = countEntries(member, entries, program, now);
    // A second write continues the first one, which found what is answered.
    switch (counting.kind) {
      case 'alreadyCounted':
        if (!before) found = { status: 'alreadyCounted' };
        return undefined;
      case 'counted':
        found = { status: 'counted', entries: counting.newEntries.length };
        return counting;
      case 'rebuildNeeded':
        if (!before) found = { status: 'rebuilt', because: counting.because };
        return rebuildMember(
          member,
          await loadHistory(ports, memberId),
          program,
          { cause: 'transaction', newEntries: entries },
          now,
        );
    }
  });
  const { changes = [], actions = [] } = written ?? {};
  switch (found.status) {
    case 'counted':
      return { ...found, changes };
    case 'rebuilt':
      return { ...found, changes, actions };
    default:
      return found;
  }
}
