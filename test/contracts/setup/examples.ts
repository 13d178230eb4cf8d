import type { ActionRecord } from '../../../core/actions/action-record.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import type { TierChange, TierNotice } from '../../../core/member/tier-change.ts';
import { type GroupActionRun, NO_COUNTS, type RecalculationRun, type RunOutcome } from '../../../core/runs/run.ts';

const NOON = Date.UTC(2026, 4, 2, 12);

let last = 0;

/** Returns an id that no test has used yet. */
export function freshId(): string {
  last += 1;
  return `m-${last}`;
}

export function anEntry(memberId: string, facts: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    memberId,
    id: 'order-1',
    source: 'api',
    type: 'purchase',
    occurredAt: NOON,
    recordedAt: NOON + 40,
    ...facts,
  };
}

export function aMember(memberId: string, facts: Partial<Member> = {}): Member {
  return {
    memberId,
    enrolledAt: NOON,
    blocked: false,
    version: 1,
    tier: { id: 'bronze', since: NOON },
    changes: 0,
    tally: {
      cycle: { previousStart: NOON - 3, start: NOON - 2, end: NOON + 1 },
      previous: { tier: 0, trackers: [] },
      current: { tier: 0, trackers: [] },
      lifetimePoints: 0,
      lifetimeSpendMinor: 0,
      orders: 0,
      lifetimeTrackers: [],
      balance: 0,
      awaited: [],
      awaitsMany: false,
    },
    countedUnder: 'rule-1',
    counted: { since: 0, entries: [] },
    ...facts,
  };
}

export function aChange(memberId: string, sequence: number, facts: Partial<TierChange> = {}): TierChange {
  return {
    memberId,
    sequence,
    from: { id: 'bronze', name: 'Bronze', rank: 0 },
    to: { id: 'silver', name: 'Silver', rank: 1 },
    direction: 'up',
    cause: 'transaction',
    occurredAt: NOON,
    recordedAt: NOON + 5,
    expiresAt: null,
    programVersion: 'v1',
    points: 1300,
    announced: true,
    ...facts,
  };
}

export function aNotice(memberId: string, sequence: number, facts: Partial<TierNotice> = {}): TierNotice {
  const silver = { id: 'silver', name: 'Silver', rank: 1 };
  return {
    memberId,
    sequence,
    kind: 'renewed',
    from: silver,
    to: silver,
    occurredAt: NOON,
    recordedAt: NOON + 5,
    expiresAt: NOON + 9,
    programVersion: 'v1',
    points: 1300,
    announced: true,
    ...facts,
  };
}

export function aGrant(facts: Partial<Grant> = {}): Grant {
  return { key: 'action-1', kind: 'floor', tier: 'gold', from: NOON, until: NOON + 9, ...facts };
}

export function anAction(memberId: string, key: string, facts: Partial<ActionRecord> = {}): ActionRecord {
  return {
    memberId,
    key,
    action: { id: key, action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } },
    origin: { type: 'staff' },
    outcome: 'TARGET_NOT_HIGHER',
    recordedAt: NOON + 5,
    from: { id: 'gold', name: 'Gold', rank: 2 },
    to: { id: 'gold', name: 'Gold', rank: 2 },
    ...facts,
  };
}

export function aRun(runId: string, facts: Partial<GroupActionRun> = {}): GroupActionRun {
  return {
    runId,
    kind: 'groupAction',
    groupId: 'vips',
    action: { id: 'action-1', action: 'upgrade', strategy: { type: 'program' } },
    startedAt: NOON,
    counts: NO_COUNTS,
    ...facts,
  };
}

export function aRecalculation(runId: string, facts: Partial<RecalculationRun> = {}): RecalculationRun {
  return {
    runId,
    kind: 'recalculation',
    occasion: 'cycleEnd',
    at: NOON,
    dryRun: false,
    notify: true,
    segments: [{ kind: 'everyone', part: 0, of: 1 }],
    startedAt: NOON + 5,
    counts: NO_COUNTS,
    ...facts,
  };
}

export function anOutcome(memberId: string, facts: Partial<RunOutcome> = {}): RunOutcome {
  return { memberId, outcome: 'APPLIED', from: 'bronze', to: 'gold', direction: 'up', cause: 'tierAction', ...facts };
}

/** Texts that often break encodings, key schemes and parsers. */
export const ODD_TEXTS = {
  emoji: 'Café ☕️ für Zoë 👩‍👩‍👧‍👦',
  'right to left': 'קפה للجميع',
  'quotes and backslashes': `"it's" \\ 'quoted' \\u0000 \${x}`,
  'an expression': 'attribute_not_exists(pk) AND :pk = #name',
  'the separator of keys': 'TX#api#1##CHANGE#0000000001',
  'the longest code point': '\u{10FFFF}',
  'nothing but blanks': '   ',
  'an empty text': '',
};

export const ODD_NUMBERS = {
  zero: 0,
  'the largest whole number': Number.MAX_SAFE_INTEGER,
  'the smallest whole number': Number.MIN_SAFE_INTEGER,
  'a fraction without an end': 0.1 + 0.2,
  'a third': 1 / 3,
  'beyond what DynamoDB holds': 1.797e308,
  'almost nothing': 5e-324,
  'below zero': -4.7,
};
