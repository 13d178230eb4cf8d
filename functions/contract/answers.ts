/** Core's answers as the wire has them: instants as text, money as decimal strings. */

import type { ActionRecord } from '../../core/actions/action-record.ts';
import { endOf, type Grant } from '../../core/actions/grant.ts';
import { actionIdOf } from '../../core/actions/tier-action.ts';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { MemberView } from '../../core/member/member-view.ts';
import type { TierChange } from '../../core/member/tier-change.ts';
import { formatAmount } from '../../core/money.ts';
import type { AuditRun, RecalculationRun, RunOutcome } from '../../core/runs/run.ts';
import { END_OF_TIME, formatInstant, type Instant } from '../../core/time.ts';
import { auditTotals } from '../../core/use-cases/finish-audit.ts';
import type { RunReading } from '../../core/use-cases/read-run.ts';

const instantOrNull = (at: Instant | null) => (at === null ? null : formatInstant(at));

export function memberAnswer(view: MemberView) {
  const { tier, progress, cycle } = view;
  return {
    memberId: view.memberId,
    enrolledAt: formatInstant(view.enrolledAt),
    blocked: view.blocked,
    tier: {
      id: tier.tier.id,
      name: tier.tier.name,
      rank: tier.tier.rank,
      since: formatInstant(tier.since),
      expiresAt: instantOrNull(tier.expiresAt),
      source: tier.source,
    },
    earnedTier: view.earnedTier.id,
    points: view.points,
    cycle: { type: cycle.type, start: instantOrNull(cycle.start), end: instantOrNull(cycle.end) },
    grants: view.grants.map(grantAnswer),
    progress: {
      next: progress.next,
      keep: progress.keep && { missing: progress.keep.missing, by: formatInstant(progress.keep.by) },
      expectedAtCycleEnd: progress.expectedAtCycleEnd,
    },
  };
}

function grantAnswer(grant: Grant) {
  const end = endOf(grant);
  return {
    id: actionIdOf(grant.key),
    kind: grant.kind,
    tier: grant.tier,
    from: formatInstant(grant.from),
    until: end === END_OF_TIME ? null : formatInstant(end),
    ...(grant.reassessFrom === undefined ? {} : { reassess: true }),
    ...(grant.promotion === undefined ? {} : { promotion: grant.promotion }),
    ...(grant.transactionId === undefined ? {} : { transactionId: grant.transactionId }),
  };
}

/** What an action came to, as whoever posts it is answered. */
export function actionAnswer({ outcome, to, until, why }: ActionRecord) {
  return {
    outcome,
    visibleTier: to?.id ?? null,
    ...(until === undefined ? {} : { until: instantOrNull(until) }),
    ...(why === undefined ? {} : { why }),
  };
}

/** An action among the reasons for a member's tier. */
export function actionHistoryAnswer(record: ActionRecord) {
  const { action, origin } = record;
  const transactionId = record.grant?.transactionId ?? action.transactionId;
  return {
    id: action.id,
    action: action.action,
    by: origin.type,
    ...(origin.type === 'promotion' ? { promotion: origin.promotion } : {}),
    ...(origin.type === 'group' ? { group: origin.groupId } : {}),
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(action.reason === undefined ? {} : { reason: action.reason }),
    recordedAt: formatInstant(record.recordedAt),
    from: record.from?.id ?? null,
    ...actionAnswer(record),
  };
}

export function runAnswer(run: RunReading) {
  const { runId, kind, status, startedAt, finishedAt, counts } = run;
  const { processed, up, down, unchanged, failed, matrix, outcomes } = counts;
  const total = status === 'completed' ? processed : run.kind === 'recalculation' ? run.total : undefined;
  return {
    runId,
    kind,
    status,
    ...whatOf(run),
    startedAt: formatInstant(startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: formatInstant(finishedAt) }),
    ...(total === undefined ? {} : { total }),
    processed,
    up,
    down,
    unchanged,
    failed,
    matrix,
    ...(run.kind === 'groupAction' ? { outcomes } : {}),
  };
}

function whatOf(run: RunReading) {
  switch (run.kind) {
    case 'groupAction':
      return { group: run.groupId, actionId: run.action.id, dryRun: false };
    case 'recalculation':
      return recalculationAnswer(run);
    case 'audit':
      return auditAnswer(run);
  }
}

function auditAnswer({ heal, programVersion, counts }: AuditRun) {
  const { provedEqual, differing, healed, waiting, causes } = auditTotals(counts);
  return { dryRun: !heal, heal, programVersion, audit: { provedEqual, differing, healed, waiting, causes } };
}

function recalculationAnswer({
  occasion,
  at,
  dryRun,
  notify,
  abortWhenDown,
  previewRunId,
  previewOf,
}: RecalculationRun) {
  return {
    occasion,
    at: formatInstant(at),
    dryRun,
    notify,
    ...(abortWhenDown === undefined ? {} : { abortWhenDown }),
    ...(previewRunId === undefined ? {} : { previewRunId }),
    ...(previewOf === undefined ? {} : { previewOf }),
  };
}

export function runChangeAnswer({ memberId, from, to, cause, why, ...figures }: RunOutcome) {
  return { memberId, from, to, cause, ...moveFigures(figures), ...(why === undefined ? {} : { why }) };
}

/** The figures by which a recalculation moved the member. */
function moveFigures({ points, missing, missingFor }: Partial<RunOutcome>) {
  return {
    ...(points === undefined ? {} : { points }),
    ...(missing === undefined ? {} : { missing }),
    ...(missingFor === undefined ? {} : { missingFor }),
  };
}

export function runOutcomeAnswer({ memberId, outcome, why, to, until, differences, ...figures }: RunOutcome) {
  return {
    memberId,
    outcome,
    visibleTier: to,
    ...(until === undefined ? {} : { until: instantOrNull(until) }),
    ...moveFigures(figures),
    ...(why === undefined ? {} : { why }),
    ...(differences === undefined ? {} : { differences }),
  };
}

export function transactionAnswer(entry: LedgerEntry) {
  const points = entry.awardedPoints ?? entry.points;
  return {
    id: entry.id,
    source: entry.source,
    type: entry.type,
    ...(entry.orderId === undefined ? {} : { orderId: entry.orderId }),
    ...(points === undefined ? {} : { points }),
    ...(entry.amountMinor === undefined
      ? {}
      : { amount: formatAmount(entry.amountMinor, entry.currency!), currency: entry.currency }),
    ...(entry.exchangeRate === undefined ? {} : { exchangeRate: entry.exchangeRate }),
    occurredAt: formatInstant(entry.occurredAt),
    recordedAt: formatInstant(entry.recordedAt),
    ...(entry.fields ? { fields: entry.fields } : {}),
    ...(entry.excludeFromTier ? { excludeFromTier: true } : {}),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
  };
}

export function tierChangeAnswer(change: TierChange) {
  return {
    sequence: change.sequence,
    from: change.from,
    to: change.to,
    direction: change.direction,
    cause: change.cause,
    occurredAt: formatInstant(change.occurredAt),
    recordedAt: formatInstant(change.recordedAt),
    expiresAt: instantOrNull(change.expiresAt),
    points: change.points,
    announced: change.announced,
    programVersion: change.programVersion,
    ...(change.runId === undefined ? {} : { runId: change.runId }),
    ...(change.actionId === undefined ? {} : { actionId: change.actionId }),
    ...(change.promotion === undefined ? {} : { promotion: change.promotion }),
    ...(change.transactionId === undefined ? {} : { transactionId: change.transactionId }),
  };
}
