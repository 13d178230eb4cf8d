/** A piece of work over many members, in pages: each page can be done again, and is counted once. */
import type { Outcome } from '../actions/action-record.ts';
import type { TierAction } from '../actions/tier-action.ts';
import type { AuditCause } from '../member/audit/findings.ts';
import type { ChangeCause } from '../member/change-cause.ts';
import type { MoveReason } from '../member/reason-for-move.ts';
import type { Instant } from '../time.ts';
import type { Occasion, Segment } from './segment.ts';

export type Run = GroupActionRun | RecalculationRun | AuditRun;

interface AnyRun {
  runId: string;
  startedAt: Instant;
  finishedAt?: Instant;
  counts: RunCounts;
}

/** A tier action on those who are in a group when it starts (R19). */
export interface GroupActionRun extends AnyRun {
  kind: 'groupAction';
  groupId: string;
  action: TierAction;
}

/** Members judged anew, all or those whose cycle ends. */
export interface RecalculationRun extends AnyRun {
  kind: 'recalculation';
  occasion: Occasion;
  /** The moment by which members are judged: the end of the cycle, or when it was asked for; any moment in a dry run. */
  at: Instant;
  /** Nothing is written, and nobody told. */
  dryRun: boolean;
  /** Whether those whose tier moves are told. */
  notify: boolean;
  /** How its members are divided: for good, whatever is deployed while it runs. */
  segments: readonly Segment[];
  /** The share of its members that may go down: beyond it, the run ends before its first write. */
  abortWhenDown?: number;
  /** The dry run that goes before the first write, and the run before whose first write a dry run goes. */
  previewRunId?: string;
  previewOf?: string;
  /** How many members there are, once the dry run has looked at each. */
  total?: number;
  /** It ended before its first write. */
  aborted?: boolean;
}

/** Every member compared with its ledger. */
export interface AuditRun extends AnyRun {
  kind: 'audit';
  /** Whether what differs is put right. */
  heal: boolean;
  /** The rules by which members are judged, and since when they are known to have been in force. */
  programVersion: string;
  inForceSince?: Instant;
  segments: readonly Segment[];
}

/** What of a recalculation may become another while it is under way. */
export type RunAmendment = Partial<Pick<RecalculationRun, 'total' | 'notify' | 'abortWhenDown'>>;

/** `failed`: the engine gave up, and an operator has to start it again. */
export type RunState = 'running' | 'failed';

/** What an audit finds. `WAITS`: it can't be proved today, and nothing is wrong. */
export const AUDIT_OUTCOMES = ['DIFFERS', 'HEALED', 'WAITS'] as const;

/** What happened to one member. `MOVED`: by a recalculation. `FAILED`: nothing was changed, and the operator is told why. */
export interface RunOutcome extends Partial<MoveReason> {
  memberId: string;
  outcome: Outcome | 'MOVED' | (typeof AUDIT_OUTCOMES)[number] | 'FAILED';
  /** The visible tier before and after; null where there is no member. */
  from: string | null;
  to: string | null;
  direction: 'up' | 'down' | 'none';
  cause?: ChangeCause;
  until?: Instant | null;
  /** What an audit found, the first of many. */
  differences?: RunDifference[];
}

/** A figure that is not what the ledger gives, both as short texts. */
export interface RunDifference {
  figure: string;
  stored: string;
  ledger: string;
  cause: AuditCause;
}

export interface RunPage {
  /** Unique in its run; pages are listed in the order of their names. */
  name: string;
  /** A recalculation leaves out those who stay what they are, and an audit those who are proved: of many members they are most. */
  outcomes: RunOutcome[];
  /** Where the next page begins; left out with the last. */
  next?: string;
}

/** Where the next page begins, as whatever tells of a page carries it. */
export function nextOf({ next }: Pick<RunPage, 'next'>): Pick<RunPage, 'next'> {
  return next === undefined ? {} : { next };
}

export interface RunCounts {
  processed: number;
  up: number;
  down: number;
  unchanged: number;
  failed: number;
  outcomes: Record<string, number>;
  /** How many went from a tier to another, by `from` and then `to`. A recalculation counts those that stayed as well: from a tier to itself. */
  matrix: Record<string, Record<string, number>>;
  /** How many members an audit found for which cause; a member may have several. */
  causes?: Record<string, number>;
}

export const NO_COUNTS: RunCounts = {
  processed: 0,
  up: 0,
  down: 0,
  unchanged: 0,
  failed: 0,
  outcomes: {},
  matrix: {},
};

export function countsOf(outcomes: readonly RunOutcome[]): RunCounts {
  return outcomes.map(countOf).reduce(plusCounts, NO_COUNTS);
}

function countOf({ outcome, direction, from, to }: RunOutcome): RunCounts {
  const moved = direction !== 'none' && from !== null && to !== null;
  return {
    processed: 1,
    up: direction === 'up' ? 1 : 0,
    down: direction === 'down' ? 1 : 0,
    unchanged: direction === 'none' && outcome !== 'FAILED' ? 1 : 0,
    failed: outcome === 'FAILED' ? 1 : 0,
    outcomes: { [outcome]: 1 },
    matrix: moved ? { [from]: { [to]: 1 } } : {},
  };
}

export function plusCounts(a: RunCounts, b: RunCounts): RunCounts {
  return {
    processed: a.processed + b.processed,
    up: a.up + b.up,
    down: a.down + b.down,
    unchanged: a.unchanged + b.unchanged,
    failed: a.failed + b.failed,
    outcomes: merged(a.outcomes, b.outcomes, (x, y) => x + y),
    matrix: merged(a.matrix, b.matrix, (x, y) => merged(x, y, (n, m) => n + m)),
    ...((a.causes || b.causes) && { causes: merged(a.causes ?? {}, b.causes ?? {}, (x, y) => x + y) }),
  };
}

/** Tiers may be named as they like, `constructor` too: only own names count. */
function merged<T>(a: Record<string, T>, b: Record<string, T>, both: (x: T, y: T) => T): Record<string, T> {
  const sums = new Map(Object.entries(a));
  for (const [name, value] of Object.entries(b)) {
    const there = sums.get(name);
    sums.set(name, there === undefined ? value : both(there, value));
  }
  return Object.fromEntries(sums);
}
