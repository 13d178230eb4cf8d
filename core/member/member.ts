import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import type { CountedWindow } from './counted-window.ts';
import type { Tally } from './tally.ts';

/** A member as stored: one item, written whole and only on condition that nobody else wrote it in between. */
export interface Member {
  memberId: string;
  enrolledAt: Instant;
  blocked: boolean;
  /** Grows by one with each write; a write names the version that it read. 0 was never written. */
  version: number;
  /** The visible tier as it was last recorded. */
  tier: { id: string; since: Instant };
  /** How many tier changes were recorded: the last one's sequence number. */
  changes: number;
  tally: Tally;
  /** `countingRule` of the program that made the tally. */
  countedUnder: string;
  counted: CountedWindow;
  /** Set when the member is created: the ledger may hold entries from before, which nobody counted yet. */
  rebuildDue?: boolean;
}

/** Whether the stored sums can be believed: they were made, and by the rules of counting in force. */
export function hasValidSums(member: Member, program: Pick<Program, 'countingRule'>): boolean {
  return !member.rebuildDue && member.countedUnder === program.countingRule;
}

export type ChangeCause = 'transaction' | 'recalculation' | 'enrolment' | 'programEdit' | 'rebuild';

export interface TierRef {
  id: string;
  name: string;
  rank: number;
}

/**
 * A visible change of tier: the history that support reads, and the outbox from which the change is announced, in one. It carries
 * all that its readers need, so that nobody has to ask again what was true at that moment.
 */
export interface TierChange {
  memberId: string;
  /** 1, 2, 3 … for each member, without gaps. */
  sequence: number;
  from: TierRef;
  to: TierRef;
  direction: 'up' | 'down';
  cause: ChangeCause;
  /** When the tier moved. */
  occurredAt: Instant;
  /** When Laurel wrote it down: later than `occurredAt` where a cycle's end was found on the way. */
  recordedAt: Instant;
  expiresAt: Instant | null;
  programVersion: string;
  transactionId?: string;
  /** Tier points after the change, in units that people read (points, or units of the currency). */
  points: number;
  next?: TierRef & { missing: number | null };
  /** Whether the notification table says that the member hears of it. Channels and opt-outs are settled when sending. */
  announced: boolean;
}

export function changeId(change: { memberId: string; sequence: number }): string {
  return `${change.memberId}/${change.sequence}`;
}
