/** What the engine needs from the world. Types only; each has a fake in `fakes/`, and both pass the suite in `test/contracts/`. */

import type { ActionRecord } from './actions/tier-action.ts';
import type { OrderFile } from './ledger/order-file.ts';
import type { LedgerEntry } from './ledger/transaction.ts';
import type { Member, MemberRecord, TierChange, TierNotice } from './member/member.ts';
import type { Email } from './notifications/email.ts';
import type { Channel } from './program/brand.ts';
import type { RecalculationRun, Run, RunCounts, RunPage, RunState } from './runs/run.ts';
import type { Segment } from './runs/segment.ts';
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
   * Writes the member and the records of what happened to it, all or nothing, if the stored version is still `readVersion` (0: not
   * stored yet). The stored version becomes `readVersion + 1`. No record overwrites one that is there.
   */
  save(member: Member, readVersion: number, records: readonly MemberRecord[]): Promise<'saved' | 'conflict'>;
  /** Newest first. @param before only changes of a lower sequence */
  changesOf(memberId: string, page: { limit: number; before?: number }): Promise<TierChange[]>;
  change(memberId: string, sequence: number): Promise<TierChange | undefined>;
  notice(memberId: string, sequence: number): Promise<TierNotice | undefined>;
  /** An action that changed nothing of the member, or had no member to change. */
  recordAction(record: ActionRecord): Promise<'recorded' | 'exists'>;
  action(memberId: string, key: string): Promise<ActionRecord | undefined>;
  /** Every action of the member, in no order, read consistently. */
  actionsOf(memberId: string): Promise<ActionRecord[]>;
  /**
   * The members whose `nextDueAt` has come, by `nextDueAt`, as far as the index knows by now; page after page.
   * @param shard one of `DUE_SHARDS`
   */
  due(shard: number, now: Instant): AsyncIterable<string[]>;
  /**
   * The next members of a segment, in no order that means anything, read consistently. Whoever is there all the time is in one page.
   * @param page.after the `next` of the page before, which is left out with the last. @param page.limit how many at most; fewer may come where more follow
   */
  inSegment(segment: Segment, page: { limit: number; after?: string }): Promise<{ members: Member[]; next?: string }>;
  /** Every member, in no order: for operators. */
  everyId(): AsyncIterable<string>;
}

/** Wakes Laurel up when something is due: one timer for each distinct moment, whoever asked for it and how often. */
export interface TierClock {
  /** @param at in the future */
  wakeAt(at: Instant): Promise<void>;
}

export interface Groups {
  join(groupId: string, memberId: string, now: Instant): Promise<void>;
  leave(groupId: string, memberId: string, now: Instant): Promise<void>;
  /** Whether anybody ever joined. */
  exists(groupId: string): Promise<boolean>;
  /** Who was in the group at a moment, by id. @param after only ids behind it; `next` is left out with the last page */
  membersAt(
    groupId: string,
    at: Instant,
    page: { limit: number; after?: string },
  ): Promise<{ memberIds: string[]; next?: string }>;
}

/** The runs over many members, and what they came to. */
export interface Runs {
  /** Writes the run unless its id is taken; then answers with the run that is there. */
  create(run: Run): Promise<{ status: 'created' } | { status: 'exists'; run: Run }>;
  load(runId: string): Promise<Run | undefined>;
  /** Keeps a page and adds its counts to the run's; once, however often it is brought. Answers with the page that is kept. */
  recordPage(runId: string, page: RunPage, counts: RunCounts): Promise<RunPage>;
  page(runId: string, name: string): Promise<RunPage | undefined>;
  /** Ends a run; once. What it is told besides is written with it. */
  finish(runId: string, now: Instant, facts?: Pick<RecalculationRun, 'aborted'>): Promise<void>;
  /** Tells a run how many members there are. */
  setTotal(runId: string, total: number): Promise<void>;
  /** The pages in the order of their names. @param page.from the name of the first that is wanted */
  pages(runId: string, page: { limit: number; from: string }): Promise<RunPage[]>;
}

/** What carries a run through its pages. */
export interface RunEngine {
  /**
   * Starting a run that was started changes nothing; one that was given up goes on.
   * @param options.evenIfStopped goes on with a run that an operator stopped, too
   */
  start(run: Run, options?: { evenIfStopped?: boolean }): Promise<void>;
  stateOf(run: Run): Promise<RunState>;
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
  type: 'tier.upgraded' | 'tier.downgraded' | 'tier.renewed' | 'tier.expiring' | 'recalculation.completed';
  occurredAt: Instant;
  detail: Record<string, unknown>;
}

/** To every channel that may tell the member. */
export interface Announcements {
  publish(news: TierChange | TierNotice, channels: Channel[]): Promise<void>;
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
