import type { Grant } from '../actions/grant.ts';
import type { ActionRecord } from '../actions/tier-action.ts';
import type { Channel } from '../program/brand.ts';
import type { Program, TierRef } from '../program/program.ts';
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
  /** The month and the day on which its cycles end, `MM-DD`; only where they are counted from the enrolment. */
  anniversary?: string;
  /** The last recalculation that moved its tier: so that a run which died in between knows what it did. */
  movedBy?: string;
  /** The promotions that the enrolment fired, and when: decided by the rebuild that is due. */
  welcome?: { promotions: readonly string[]; at: Instant };
}

/** Whether the stored sums can be believed: they were made, and by the rules of counting in force. */
export function hasValidSums(member: Member, program: Pick<Program, 'countingRule'>): boolean {
  return !member.rebuildDue && member.countedUnder === program.countingRule;
}

/**
 * Whether they were made by the same rules but for those of a fall (R8): then the figures are right, and an edit of how tiers fall lowers
 * nobody before the cycle ends, as an edit of thresholds does not (R10).
 */
export function hasValidFigures(member: Member, program: Pick<Program, 'countingRule'>): boolean {
  return !member.rebuildDue && sumsRuleOf(member.countedUnder) === sumsRuleOf(program.countingRule);
}

function sumsRuleOf(countingRule: string): string {
  return countingRule.split('.', 1)[0]!;
}

export const CHANGE_CAUSES = [
  'transaction',
  'recalculation',
  'bulkRecalculation',
  'tierAction',
  'grantEnd',
  'enrolment',
  'programEdit',
  'rebuild',
] as const;

export type ChangeCause = (typeof CHANGE_CAUSES)[number];

/** What every piece of news about a member's tier says, so that nobody has to ask again what was true at that moment. */
interface News {
  memberId: string;
  /** 1, 2, 3 … for each member, without gaps, changes and notices together. */
  sequence: number;
  from: TierRef;
  to: TierRef;
  occurredAt: Instant;
  /** When Laurel wrote it down: later than `occurredAt` where it was found on the way. */
  recordedAt: Instant;
  /** When the tier ends by itself, as far as grants decide it. */
  expiresAt: Instant | null;
  programVersion: string;
  /** The action, the promotion and the transaction that it comes from. */
  actionId?: string;
  promotion?: string;
  transactionId?: string;
  /** Tier points at that moment, in units that people read (points, or units of the currency). */
  points: number;
  next?: TierRef & { missing: number | null };
  /** Whether the member hears of it. Opt-outs and the brand's switches are settled when sending. */
  announced: boolean;
  /** By which channels; all that the brand has where it is left out. */
  channels?: Channel[];
}

/**
 * A visible change of tier: the history that support reads, and the outbox from which the change is announced, in one.
 */
export interface TierChange extends News {
  direction: 'up' | 'down';
  cause: ChangeCause;
  /** The run that made it, where a recalculation came by before anybody else did. */
  runId?: string;
}

/** News of a tier that stays what it is: only its end moved, or is near. From the same outbox; no part of the history. */
export interface TierNotice extends News {
  kind: 'renewed' | 'expiring';
  /** The tier that comes when it ends, where `kind` is `expiring`. */
  after?: TierRef;
}

/** What is written with a member, all or nothing. */
export type MemberRecord = TierChange | TierNotice | ActionRecord;

export function isActionRecord(record: MemberRecord): record is ActionRecord {
  return 'outcome' in record;
}

export function isNotice(record: TierChange | TierNotice): record is TierNotice {
  return 'kind' in record;
}

export function changeId(change: { memberId: string; sequence: number }): string {
  return `${change.memberId}/${change.sequence}`;
}
