import type { ActionRecord } from '../actions/action-record.ts';
import type { Grant } from '../actions/grant.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import type { Tally } from '../rules/tally.ts';
import type { Instant } from '../time.ts';
import type { CountedWindow } from './counted-window.ts';

/** A member as stored: one item, written whole, on condition that nobody else wrote it in between. */
export interface Member {
  memberId: string;
  enrolledAt: Instant;
  blocked: boolean;
  /** Grows by one with each write; a write names the version that it read. 0 was never written. */
  version: number;
  /** The visible tier as it was last recorded. */
  tier: { id: string; since: Instant };
  /** How many changes and notices were recorded: the last one's sequence number. */
  changes: number;
  /** What tier actions gave that is live, or was when the member was last written. None where it is left out. */
  grants?: readonly Grant[];
  /** The next moment at which something happens by itself: a grant ends, or its end is to be told of. None where it is left out. */
  nextDueAt?: Instant;
  tally: Tally;
  /** `countingRule` of the program that made the tally. */
  countedUnder: string;
  counted: CountedWindow;
  /** Set when the member is created: the ledger may hold entries from before, which nobody counted yet. */
  rebuildDue?: boolean;
  /** More promotions fired than one write could decide: a rebuild goes on. The sums are right meanwhile. */
  undecided?: boolean;
  /** The month and the day on which its cycles end, `MM-DD`; only where they are counted from the enrollment. */
  anniversary?: string;
  /** The last recalculation that moved its tier: so that a run which died in between knows what it did. */
  movedBy?: string;
  /** The promotions that the enrollment fired, and when: decided by the rebuild that is due. */
  welcome?: { promotions: readonly string[]; at: Instant };
}

/** Whether the stored sums are valid: they were computed, by the counting rules in force. */
export function hasValidSums(member: Member, program: Pick<Program, 'countingRule'>): boolean {
  return !member.rebuildDue && member.countedUnder === program.countingRule;
}

/**
 * Whether the stored figures are valid: computed by the same rules, except perhaps those of falls (R8). An edit of how tiers fall lowers
 * nobody before the cycle ends, as an edit of thresholds (R10).
 */
export function hasValidFigures(member: Member, program: Pick<Program, 'countingRule'>): boolean {
  return !member.rebuildDue && sumsRuleOf(member.countedUnder) === sumsRuleOf(program.countingRule);
}

function sumsRuleOf(countingRule: string): string {
  return countingRule.split('.', 1)[0]!;
}

/** All that is known of a member: what happened, and what was decided. */
export interface History {
  entries: readonly LedgerEntry[];
  actions: readonly ActionRecord[];
}
