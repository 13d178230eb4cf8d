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
  /** Grows by one with each write; a write names the version that it read. 0: not written yet. */
  version: number;
  /** The visible tier as it was last recorded. */
  tier: { id: string; since: Instant };
  /** The number of recorded changes and notices: the last one's sequence number. */
  changes: number;
  /** The grants that are live, or were when the member was last written. Left out if there are none. */
  grants?: readonly Grant[];
  /** The next moment at which a grant ends, or a reminder is due. Left out if there is none. */
  nextDueAt?: Instant;
  tally: Tally;
  /** `countingRule` of the program that made the tally. */
  countedUnder: string;
  counted: CountedWindow;
  /** Set when the member is created: the ledger may hold earlier entries, which nobody counted yet. */
  rebuildDue?: boolean;
  /** More promotions fired than one write could decide: a rebuild goes on. The sums are right meanwhile. */
  undecided?: boolean;
  /** The month and the day on which its cycles end, `MM-DD`; only if cycles count from the enrollment. */
  anniversary?: string;
  /** The last recalculation run that moved its tier, so that a retry of the run knows what was done. */
  movedBy?: string;
  /** The promotions that the enrollment fired, and when. The rebuild that is due decides them. */
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
