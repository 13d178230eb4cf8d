import type { ActionRecord } from '../actions/action-record.ts';
import { tierPointsOf } from '../ledger/effect.ts';
import { Replay, type Step } from '../ledger/replay.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import { type ConditionProgress, conditionProgress, tierPointsUnit } from '../rules/progress.ts';
import type { Instant } from '../time.ts';
import { summaryOf } from './explanation-sentences.ts';
import type { History, Member } from './member.ts';
import { type MemberView, type Replayed, replayTo } from './member-view.ts';

export interface Explanation {
  view: MemberView;
  /** Sentences for support staff. */
  summary: string[];
  /** The conditions of the visible tier, and what the member has of them. */
  conditions: ConditionProgress[];
  transactions: ExplainedTransaction[];
  /** The actions of staff and promotions by then with their outcomes, the newest first. */
  actions: ActionRecord[];
}

export interface ExplainedTransaction {
  entry: LedgerEntry;
  /** Whether it changes the tier points that are judged at present. */
  counted: boolean;
  /** Tier points given or taken, in units that people read. */
  tierPoints: number;
  cycle: 'current' | 'previous' | 'older';
  /** Why it does not count, or counts in an unexpected way. */
  why?: string;
}

/** Why the member has this tier at that moment (docs/rules.md, section 8); undefined before the member's first moment. */
export function explain(
  at: Instant,
  member: Member,
  history: History,
  program: Program,
  now: Instant = at,
): Explanation | undefined {
  const replayed = replayTo(at, member, history, program, now);
  if (!replayed) return undefined;
  const { view, tally } = replayed;
  const span = program.upgradeBasis === 'current' ? 'both' : 'current';
  return {
    view,
    summary: summaryOf(replayed, member, program),
    conditions: view.tier.tier.conditions.map((condition) => conditionProgress(condition, tally, program, span)),
    transactions: stepsOf(replayed.happened, member, program)
      .map((step) => explainStep(step, replayed, program))
      .reverse(),
    actions: history.actions.filter(({ recordedAt }) => recordedAt <= at).sort((a, b) => b.recordedAt - a.recordedAt),
  };
}

/**
 * The effect of each entry, in the order of occurrence. Entries that take from another one are replayed last. So an order shows all that it
 * gave, and a refund what it took.
 */
function stepsOf(happened: readonly LedgerEntry[], member: Member, program: Program): Step[] {
  const replay = new Replay(program, member.enrolledAt);
  const lateness = ({ type }: LedgerEntry) => (type === 'expiry' ? 2 : type === 'refund' ? 1 : 0);
  const readingOrder = [...happened].sort((a, b) => lateness(a) - lateness(b));
  const steps = new Map(readingOrder.map((entry) => [entry, replay.add(entry)]));
  return happened.map((entry) => steps.get(entry)!);
}

function explainStep(step: Step, { tally }: Replayed, program: Program): ExplainedTransaction {
  const { cycle } = tally;
  const moved = tierPointsOf(step.effect, program);
  const place = step.countsAt >= cycle.start ? 'current' : step.countsAt >= cycle.previousStart ? 'previous' : 'older';
  const explained: ExplainedTransaction = {
    entry: step.entry,
    counted: moved !== 0 && place !== 'older',
    tierPoints: moved / tierPointsUnit(program),
    cycle: place,
  };
  const why = reasonFor(step, moved, place, program);
  return why === undefined ? explained : { ...explained, why };
}

function reasonFor(
  step: Step,
  moved: number,
  place: ExplainedTransaction['cycle'],
  program: Program,
): string | undefined {
  const { entry } = step;
  if (step.waitsFor !== undefined) {
    return entry.type === 'refund'
      ? `The order ${entry.orderId} has not arrived yet. The refund counts once the order is there.`
      : `The transaction ${entry.orderId} has not arrived yet. Until then this entry counts by its own date.`;
  }
  if (moved !== 0) {
    return place === 'older'
      ? 'The transaction belongs to a cycle that no longer decides the tier. Lifetime figures still include it.'
      : undefined;
  }
  const isSpend = program.basis === 'spend';
  switch (entry.type) {
    case 'redemption':
      return 'Redeeming points does not change the tier.';
    case 'redemptionReversal':
      return 'Giving redeemed points back does not change the tier.';
    case 'refund':
      return 'The refund takes nothing: the order has no amount, or nothing of the order is left.';
    case 'adjustment':
      if (entry.excludeFromTier) return 'Staff excluded the adjustment from the tier.';
      break;
    case 'purchase':
    case 'tierAdjustment':
      if (isSpend) return 'The transaction adds no spend.';
      break;
  }
  return isSpend
    ? 'This program counts spend. The transaction changes points only.'
    : 'The transaction changes no points.';
}
