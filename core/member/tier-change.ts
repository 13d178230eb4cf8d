/** From a transition (the tier moved) over the announcement (does the member hear of it?) to the record that is written. */
import type { ActionRecord } from '../actions/action-record.ts';
import { type AnnouncementPolicy, decideAnnouncement } from '../notifications/announcement-table.ts';
import type { Channel } from '../program/brand.ts';
import type { TierRef } from '../program/program.ts';
import type { Instant } from '../time.ts';
import type { ChangeCause } from './change-cause.ts';

/** What changes and notices have in common. Each holds all that was true at its moment, so that no reader has to ask again. */
interface News {
  memberId: string;
  /** 1, 2, 3 … for each member, without gaps, changes and notices together. */
  sequence: number;
  from: TierRef;
  to: TierRef;
  occurredAt: Instant;
  /** When Laurel recorded it. Later than `occurredAt` if the moment had already passed. */
  recordedAt: Instant;
  /** When a grant's end will end the tier; null if no grant does. */
  expiresAt: Instant | null;
  programVersion: string;
  /** The action, the promotion and the transaction that it comes from. */
  actionId?: string;
  promotion?: string;
  transactionId?: string;
  /** Tier points at that moment, in units that people read (points, or units of the currency). */
  points: number;
  next?: TierRef & { missing: number | null };
}

interface Announcement {
  /** Whether the member hears of it. Opt-outs and the brand's switches are applied when a message is sent. */
  announced: boolean;
  /** The channels to use; left out for all channels of the brand. */
  channels?: Channel[];
}

/** A move of the visible tier. */
export interface TierMove extends News {
  direction: 'up' | 'down';
  cause: ChangeCause;
  /** The recalculation run that made the move, if one did. */
  runId?: string;
}

/** A move before anybody decides whether the member hears of it. */
export interface TierTransition extends TierMove {
  /** The channels that the action behind the move names; left out if no action is behind it. */
  channels?: readonly Channel[];
  /** Without the action behind it, a transaction would have raised the tier, too. */
  raisedByPoints?: boolean;
  /** The run that made the move announces nothing. */
  silenced?: boolean;
}

/** A recorded move: the history that support reads, and the outbox from which the change is announced. */
export interface TierChange extends TierMove, Announcement {}

/** News of a tier that stays: its end moved, or its end is near. Announced from the same outbox; not part of the history. */
export interface TierNotice extends News, Announcement {
  kind: 'renewed' | 'expiring';
  /** The tier that follows the end, where `kind` is `expiring`. */
  after?: TierRef;
}

/** What is written with a member, all or nothing. */
export type MemberRecord = TierChange | TierNotice | ActionRecord;

/** The change to record for a transition. A rise that points alone would have given is always announced. */
export function announce(transition: TierTransition, policy: AnnouncementPolicy): TierChange {
  const { channels, raisedByPoints, silenced, ...change } = transition;
  const { cause, direction } = change;
  if (silenced) return { ...change, announced: false };
  if (raisedByPoints && direction === 'up') return { ...change, announced: true };
  const announced = decideAnnouncement(cause, direction, policy, channels);
  return { ...change, announced, ...(announced && channels && { channels: [...channels] }) };
}

export function isActionRecord(record: MemberRecord): record is ActionRecord {
  return 'outcome' in record;
}

export function isNotice(record: TierChange | TierNotice): record is TierNotice {
  return 'kind' in record;
}

export function changeId(change: { memberId: string; sequence: number }): string {
  return `${change.memberId}/${change.sequence}`;
}
