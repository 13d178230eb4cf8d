/** Members and entries as examples need them, said in as few words as possible. */
import type { LedgerEntry, Transaction, TransactionType } from '../../core/ledger/transaction.ts';
import { NOTHING_COUNTED } from '../../core/member/counted-window.ts';
import type { History, Member } from '../../core/member/member.ts';
import { announced, type MemberUpdate, type WrittenUpdate } from '../../core/member/member-update.ts';
import { rebuildMember } from '../../core/member/rebuild-member.ts';
import type { Program } from '../../core/program/program.ts';
import { emptyTally } from '../../core/rules/tally.ts';
import { type Instant, parseInstant } from '../../core/time.ts';
import { entryOf, MEMBER_ID } from './histories.ts';

/** A member about whom nobody decided anything. */
export const historyOf = (entries: readonly LedgerEntry[]): History => ({ entries, actions: [] });

export const SILENT = { notifyOnRealtimeDowngrade: false };

/** An update as a brand writes it that announces no downgrade between two cycle ends. */
export function written<T extends MemberUpdate>(update: T, policy = SILENT): Omit<T, 'transitions'> & WrittenUpdate {
  const { transitions: _, ...rest } = update;
  return { ...rest, ...announced(update, policy) };
}

export const at = (text: string): Instant => parseInstant(text)!;

/** Somebody who enrolled in May 2026, and did nothing yet. */
export function newMember(program: Program, enrolledAt: Instant = at('2026-05-01T09:00:00Z')): Member {
  return {
    memberId: MEMBER_ID,
    enrolledAt,
    blocked: false,
    version: 1,
    tier: { id: program.tiers[0].id, since: enrolledAt },
    changes: 0,
    tally: emptyTally(program, enrolledAt, enrolledAt),
    countedUnder: program.countingRule,
    counted: NOTHING_COUNTED,
  };
}

/** A member whose ledger holds these entries, all counted. */
export function memberWith(
  ledger: readonly LedgerEntry[],
  program: Program,
  now: Instant,
  member: Member = newMember(program),
): Member {
  const due = { ...member, rebuildDue: true };
  return rebuildMember(due, historyOf(ledger), program, { cause: 'enrolment' }, now).member;
}

export type Facts = Partial<Transaction> & { id: string; type: TransactionType };

/** An entry that was recorded the moment it happened. */
export function entry(facts: Facts, when: string, program: Program): LedgerEntry {
  return entryOf({ source: 'api', ...facts, occurredAt: at(when) }, program, at(when));
}

export const euros = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

export function purchase(id: string, points: number, more: Partial<Transaction> = {}): Facts {
  return { id, type: 'purchase', points, ...more };
}

export function bonus(id: string, points: number): Facts {
  return { id, type: 'bonus', points };
}

export function refund(id: string, orderId: string, amountMinor: number): Facts {
  return { id, type: 'refund', orderId, ...euros(amountMinor) };
}
