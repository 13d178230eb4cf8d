/** What the engine needs from the world. Types only; what asks somebody for something has a fake in `fakes/`, and both pass the suite in `test/contracts/`. */

import type { ActionRecord } from './actions/action-record.ts';
import type { OrderFile } from './ledger/order-file.ts';
import type { LedgerEntry } from './ledger/transaction.ts';
import type { MemberRecords } from './member/audit/audit-member.ts';
import type { Member } from './member/member.ts';
import type { MemberRecord, TierChange, TierNotice } from './member/tier-change.ts';
import type { Email } from './notifications/email.ts';
import type { Channel } from './program/brand.ts';
import type { RecalculationRun, Run, RunAmendment, RunCounts, RunPage, RunState } from './runs/run.ts';
import type { Segment } from './runs/segment.ts';
import type { Instant } from './time.ts';
import type { DesignImages } from './wallet/design-images.ts';
import type { GoogleLoyaltyClass } from './wallet/google-class.ts';
import type { GoogleMessage, GoogleNotice } from './wallet/google-message.ts';
import type { ClosedGoogleObject, GoogleLoyaltyObject } from './wallet/google-object.ts';
import type { PassVersion } from './wallet/pass-version.ts';

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
  /** Newest first, read consistently. @param before only changes of a lower sequence */
  changesOf(memberId: string, page: { limit: number; before?: number }): Promise<TierChange[]>;
  change(memberId: string, sequence: number): Promise<TierChange | undefined>;
  notice(memberId: string, sequence: number): Promise<TierNotice | undefined>;
  /** An action that changed nothing of the member, or had no member to change. */
  recordAction(record: ActionRecord): Promise<'recorded' | 'exists'>;
  action(memberId: string, key: string): Promise<ActionRecord | undefined>;
  /** Every action of the member, in no order, read consistently. */
  actionsOf(memberId: string): Promise<ActionRecord[]>;
  /** The member with all that was written down beside it, read consistently item by item; a write may come in between. */
  recordsOf(memberId: string): Promise<MemberRecords | undefined>;
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

/** Wakes Laurel up when something is due: one timer for each distinct moment, however often it is requested. */
export interface WakeUpTimers {
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
  /** Changes what a recalculation is told, or has found out, while it is under way. */
  amend(runId: string, facts: RunAmendment): Promise<void>;
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
  /** A member may keep a pass in two wallets: what Google's tells is claimed by itself. */
  channel: Channel | 'google-pass';
}

/** The brand's event bus: for the shop's other systems. */
export interface EventBus {
  publish(event: BusEvent): Promise<void>;
}

export interface BusEvent {
  type:
    | 'tier.upgraded'
    | 'tier.downgraded'
    | 'tier.renewed'
    | 'tier.expiring'
    | 'recalculation.completed'
    | 'audit.completed';
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

/** Google's side of the wallet: it holds the passes, and shows them on its own. @throws anything where it did not take a call */
export interface GoogleWallet {
  /** Makes a class, or changes the one that is there. */
  upsertClass(loyaltyClass: GoogleLoyaltyClass): Promise<void>;
  /** Makes an object, or changes the one that is there. Its class must be there. */
  upsertObject(object: GoogleLoyaltyObject): Promise<void>;
  /** Changes the object if it is there. */
  closeObject(object: ClosedGoogleObject): Promise<void>;
  /**
   * Tells the pass's owner, who may be told too often for Google's taste.
   * @throws OutcomeUnknown when it may have been told; anything else when it certainly was not
   */
  addMessage(objectId: string, message: GoogleMessage): Promise<'told' | 'tooOften'>;
  /** The link by which a member takes the pass. */
  saveUrl(object: { id: string; classId: string }, now: Instant): Promise<string>;
}

/** A member's pass in Google Wallet, as far as Laurel has to remember it. */
export interface GooglePass {
  /** `opening` until Google certainly has it; `withdrawn` once the member was erased. */
  state: 'opening' | 'open' | 'withdrawn';
  notices: readonly GoogleNotice[];
}

export interface GooglePasses {
  /** Read consistently. */
  load(memberId: string): Promise<GooglePass | undefined>;
  /** Changes the state if it is still the one that was read; `undefined` where there was no pass. What was told is remembered. */
  move(memberId: string, from: GooglePass['state'] | undefined, to: GooglePass['state']): Promise<'moved' | 'conflict'>;
  /** @returns false where the owner was told often enough for a day */
  takeNotice(memberId: string, sequence: number, now: Instant): Promise<boolean>;
}

/** Asks for a member's pass to be made true again, soon. */
export interface PassRefreshes {
  ask(memberId: string): Promise<void>;
}

/** The files of a pass by their names, but for those that seal it. */
export type PassFiles = Readonly<Record<string, Uint8Array>>;

/** Makes of a pass's files the one file that a phone takes, sealed by the brand. @throws CannotSign */
export interface PassPackager {
  /** Names the contents: the same for the same files, and for no others. */
  contentsOf(files: PassFiles): string;
  pack(files: PassFiles, now: Instant): Promise<Uint8Array>;
}

/** @throws CannotSign where the brand's certificates are missing, have ended or don't fit */
export interface PassSigner {
  sign(manifest: Uint8Array, now: Instant): Promise<Uint8Array>;
}

/** The images of the brand's designs. */
export interface PassImages {
  /** Of one design: the same object every time. @throws CannotSign where they are missing, with what to do */
  of(folder: string): Promise<DesignImages>;
}

/** What only the brand can write, made of its one secret: nothing of it is stored for a member. */
export interface PassTokens {
  /** What a phone proves with that it holds the pass of that serial number. */
  tokenOf(serialNumber: string): Promise<string>;
  /** Compared in constant time. */
  fits(serialNumber: string, token: string): Promise<boolean>;
  /** Opens one member's pass to whoever has it, until then. */
  linkTo(memberId: string, expiresAt: Instant): Promise<string>;
  /** Whose link it is, and until when; undefined where the brand did not write it. */
  readLink(token: string): Promise<{ memberId: string; expiresAt: Instant } | undefined>;
}

/** A phone or a watch, and where it hears of news. Its id says nothing but which of two devices it is. */
export interface PassDevice {
  deviceId: string;
  pushToken: string;
}

/** Which version of its pass a member has, and which devices hold it. */
export interface PassRegistrations {
  /** Read consistently. */
  version(memberId: string): Promise<PassVersion | undefined>;
  /** Keeps a version if the one that is there is still the one that was read. */
  saveVersion(memberId: string, version: PassVersion, read: PassVersion | undefined): Promise<'saved' | 'conflict'>;
  /**
   * Lets a device hear of a member's pass. Of a pass with `MAX_DEVICES` the one that registered first is forgotten.
   * @returns `withdrawn` where the member was erased: then nothing is kept
   */
  register(memberId: string, device: PassDevice, now: Instant): Promise<'registered' | 'wasRegistered' | 'withdrawn'>;
  /** @param pushToken only while the device is reached by it */
  unregister(memberId: string, deviceId: string, pushToken?: string): Promise<void>;
  /** Read consistently. */
  devicesOf(memberId: string): Promise<PassDevice[]>;
  /** Whose passes a device holds, `MAX_PASSES_OF_A_DEVICE` at most. */
  passesOf(deviceId: string): Promise<string[]>;
  /** Forgets every device of a member. */
  forget(memberId: string): Promise<void>;
}

/** What became of a push: taken; the device is gone from there for good; or not taken, and why. */
export type Pushed = { status: 'taken' } | { status: 'gone' } | { status: 'failed'; reason: string };

/** Tells phones that a pass of theirs has changed. A push says nothing else: a repeat does no harm. */
export interface ApplePush {
  /** @returns what became of each, in the same order. @throws CannotSign */
  push(pushTokens: readonly string[], now: Instant): Promise<Pushed[]>;
}
