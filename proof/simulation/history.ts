/**
 * A history is plain data: what happens, one step after the other, and by which seed the world misbehaves in each. A step that is left out
 * leaves the others what they are, so that a history that failed can be made shorter.
 */
import type { ActionKind, Strategy } from '../../core/actions/tier-action.ts';
import type { FieldValue, TransactionType } from '../../core/ledger/transaction.ts';
import type { Channel } from '../../core/program/brand.ts';
import type { Instant } from '../../core/time.ts';

export interface History {
  seed: number;
  /** Of `rulebookOf`. */
  rulebook: number;
  startsAt: Instant;
  members: MemberSetup[];
  steps: Step[];
  looks: Look[];
}

/** What is looked at once everything has arrived, beside what always is: each takes as long as many steps, and there are many histories. */
export const LOOKS = ['repeats', 'without timers', 'next cycle'] as const;
export type Look = (typeof LOOKS)[number];

export interface MemberSetup {
  memberId: string;
  email: boolean;
  phone: boolean;
  optOut: Channel[];
  /** Keeps its pass on an iPhone. */
  pass: boolean;
}

/** A transaction as a shop posts it; what is dated counts from the moment of the post. */
export interface Posted {
  id: string;
  type: TransactionType;
  /** Before the post. */
  agoMs: number;
  source?: string;
  orderId?: string;
  points?: number;
  amount?: string;
  currency?: string;
  exchangeRate?: string;
  fields?: Record<string, FieldValue>;
  excludeFromTier?: boolean;
}

/** A tier action as staff post it; what is dated counts from the moment of the post. */
export interface Taken {
  id: string;
  action: ActionKind;
  strategy: Strategy;
  expiry?:
    | { type: 'duration'; amount: number; unit: 'days' | 'months' }
    | { type: 'fieldDate'; field: string; plus: { amount: number; unit: 'days' | 'months' } }
    | { type: 'fieldNumber'; field: string; unit: 'days' | 'months' }
    | { type: 'date'; inDays: number }
    | { type: 'instant'; inMs: number };
  transactionId?: string;
  msBack?: number;
  reassess?: boolean;
  notify?: { channels: Channel[]; atEnd?: boolean };
}

/** Picks name what is waiting by numbers, modulo as many as there are; or all of it is meant. */
export type Picks = readonly number[] | 'all';

export type Step = Happening & {
  /** By which calls to the world go wrong while it happens; left out: none does. */
  trouble?: number;
  /** How far the clock of whoever works is ahead of the true one, in milliseconds. */
  skewMs?: number;
};

export type Happening =
  | { does: 'enrol'; member: number; daysAgo?: number; blocked?: boolean }
  | { does: 'post'; member: number; transaction: Posted }
  /** The same request once more; or, changed, another content under the same id. */
  | { does: 'post again'; place: number; changed: boolean }
  /** The shop or staff repeat a request that was not answered. */
  | { does: 'insist' }
  | { does: 'ledger stream'; picks: Picks; again: readonly number[] }
  | { does: 'members stream'; picks: Picks; again: readonly number[] }
  /** A stream begins again at a record that it brought before. */
  | { does: 'rewind'; stream: 'ledger' | 'members'; records: number }
  | { does: 'poison'; stream: 'ledger' | 'members' }
  | { does: 'queue'; channel: Channel; picks: Picks; again: readonly number[] }
  | { does: 'wait'; ms: number }
  | { does: 'wait for'; what: 'cycle end' | 'due'; member: number; ms: number }
  | { does: 'act'; member: number; action: Taken }
  | { does: 'act again'; place: number; changed: boolean }
  | { does: 'join' | 'leave'; member: number }
  | { does: 'act on group'; action: Taken }
  | { does: 'recalculate'; dryRun: boolean; notify: boolean }
  | { does: 'night' }
  /** The state machine does so many tasks of an execution. */
  | { does: 'run'; place: number; tasks: number }
  /** A run is carried through by a second execution. */
  | { does: 'run twice'; place: number }
  | { does: 'timer'; place: number; how: 'fires' | 'never' }
  | { does: 'sweep' }
  | { does: 'edit'; edition: number }
  | { does: 'rebuild'; member: number }
  /** The operator brings back what was parked. */
  | { does: 'replay' }
  /** Compares the member with the reference, where no delivery for the member is pending. */
  | { does: 'look'; member: number }
  /** Two processes at once: the dice say who goes on at each call to the world. */
  | { does: 'together'; steps: [Step, Step]; order: number };
