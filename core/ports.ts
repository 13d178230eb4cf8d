/** What the engine needs from the world. Types only; each has a fake in `fakes/`, and both pass the suite in `test/contracts/`. */

import type { OrderFile } from './ledger/order-file.ts';
import type { LedgerEntry } from './ledger/transaction.ts';
import type { Member, TierChange } from './member/member.ts';
import type { Email } from './notifications/email.ts';
import type { Channel } from './program/brand.ts';
import type { Instant } from './time.ts';

export interface Ledger {
  /** Writes the entry unless its key is taken; then answers with the entry that is there. One round trip either way. */
  record(entry: LedgerEntry): Promise<{ status: 'recorded' } | { status: 'exists'; entry: LedgerEntry }>;
  /** Every entry of the member, read consistently: whatever was recorded before the call is in it. */
  entriesOf(memberId: string): Promise<LedgerEntry[]>;
}

export interface MemberStore {
  /** Read consistently. */
  load(memberId: string): Promise<Member | undefined>;
  /**
   * Writes the member and its changes, all or nothing, if the stored version is still `readVersion` (0: not stored yet).
   * The stored version becomes `readVersion + 1`.
   */
  save(member: Member, readVersion: number, changes: readonly TierChange[]): Promise<'saved' | 'conflict'>;
  /** Newest first. @param before only changes of a lower sequence */
  changesOf(memberId: string, page: { limit: number; before?: number }): Promise<TierChange[]>;
  change(memberId: string, sequence: number): Promise<TierChange | undefined>;
  /** Every member, in no order: for operators. */
  everyId(): AsyncIterable<string>;
}

/** All that is personal, apart from everything else, so that erasing a person is deleting one item. */
export interface Profile {
  name?: string;
  email?: string;
  phone?: string;
  locale?: string;
  optOut: Channel[];
}

export interface ProfileStore {
  load(memberId: string): Promise<Profile | undefined>;
  /** Changes what is named; `null` removes. Made if there was none. */
  merge(memberId: string, changes: ProfileChanges): Promise<void>;
  erase(memberId: string): Promise<void>;
}

export type ProfileChanges = { [Name in keyof Profile]?: Profile[Name] | null };

/**
 * Who sends a message first says so, and afterwards that it is sent: at most one for each change and channel (R21).
 */
export interface DeliveryLog {
  claim(delivery: Delivery, now: Instant): Promise<'claimed' | 'alreadySent' | 'claimedBefore'>;
  markSent(delivery: Delivery, now: Instant): Promise<void>;
  /** After a failure that certainly sent nothing. */
  release(delivery: Delivery): Promise<void>;
}

export interface Delivery {
  memberId: string;
  sequence: number;
  channel: Channel;
}

/** The brand's event bus: for the shop's other systems. */
export interface EventBus {
  publish(event: BusEvent): Promise<void>;
}

export interface BusEvent {
  type: 'tier.upgraded' | 'tier.downgraded';
  occurredAt: Instant;
  detail: Record<string, unknown>;
}

/** To every channel that may tell the member. */
export interface Announcements {
  publish(change: TierChange, channels: Channel[]): Promise<void>;
}

/** @throws OutcomeUnknown when it may have been sent; anything else when it certainly was not */
export interface Mailer {
  send(email: Email): Promise<void>;
}

/** @throws OutcomeUnknown when it may have been sent; anything else when it certainly was not */
export interface Texter {
  send(message: { to: string; text: string }): Promise<void>;
}

export interface OrderFiles {
  load(source: string, orderId: string): Promise<OrderFile | undefined>;
  save(file: OrderFile, readVersion: number): Promise<'saved' | 'conflict'>;
}
