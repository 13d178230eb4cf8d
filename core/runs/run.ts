/** A piece of work over many members, in pages: each page can be done again, and is counted once. */
import type { Outcome, TierAction } from '../actions/tier-action.ts';
import type { ChangeCause } from '../member/member.ts';
import type { Instant } from '../time.ts';

export interface Run {
  runId: string;
  kind: 'groupAction';
  groupId: string;
  action: TierAction;
  /** The members are those of this moment (R19). */
  startedAt: Instant;
  finishedAt?: Instant;
  counts: RunCounts;
}

/** `failed`: the engine gave up, and an operator has to start it again. */
export type RunState = 'running' | 'failed';

/** What happened to one member. `FAILED`: nothing was changed, and the operator is told why. */
export interface RunOutcome {
  memberId: string;
  outcome: Outcome | 'FAILED';
  why?: string;
  /** The visible tier before and after; null where there is no member. */
  from: string | null;
  to: string | null;
  direction: 'up' | 'down' | 'none';
  cause?: ChangeCause;
  until?: Instant | null;
}

export interface RunPage {
  /** The last member before this page; empty for the first. It names the page. */
  after: string;
  outcomes: RunOutcome[];
}

export interface RunCounts {
  processed: number;
  up: number;
  down: number;
  unchanged: number;
  failed: number;
  outcomes: Record<string, number>;
  /** How many went from a tier to another, by `from` and then `to`; those that stayed are not in it. */
  matrix: Record<string, Record<string, number>>;
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
