import { tierPointsOf } from '../ledger/effect.ts';
import { Replay, type Step } from '../ledger/replay.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import type { Program, Tier } from '../program/program.ts';
import { type ConditionProgress, conditionProgress, tierPointsUnit } from '../tiers/progress.ts';
import type { Instant } from '../time.ts';
import type { Member } from './member.ts';
import { type MemberView, type Replayed, replayTo } from './member-view.ts';

export interface Explanation {
  view: MemberView;
  /** One sentence each, for whoever answers the member. */
  summary: string[];
  /** What the visible tier asks for, and what the member has of it. */
  conditions: ConditionProgress[];
  transactions: ExplainedTransaction[];
}

export interface ExplainedTransaction {
  entry: LedgerEntry;
  /** Whether it moves the tier points that are judged at present. */
  counted: boolean;
  /** Tier points given or taken, in units that people read. */
  tierPoints: number;
  cycle: 'current' | 'previous' | 'older';
  /** Why it does not count, or not as one would think. */
  why?: string;
}

/** Why the member has this tier at that moment (semantics, section 8); undefined before the member's first moment. */
export function explain(
  at: Instant,
  member: Member,
  ledger: readonly LedgerEntry[],
  program: Program,
): Explanation | undefined {
  const replayed = replayTo(at, member, ledger, program);
  if (!replayed) return undefined;
  const { view, tally } = replayed;
  const span = program.upgradeBasis === 'current' ? 'both' : 'current';
  return {
    view,
    summary: summaryOf(view, program),
    conditions: view.tier.tier.conditions.map((condition) => conditionProgress(condition, tally, program, span)),
    transactions: stepsOf(replayed.happened, member, program)
      .map((step) => explainStep(step, replayed, program))
      .reverse(),
  };
}

/**
 * What each entry did, in the order of occurrence. What takes from another entry is read after all others, whenever it is said to have
 * happened: so an order tells all it gave, and a refund what it took.
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
      ? `The order ${entry.orderId} has not arrived; the refund counts as soon as it does.`
      : `The transaction ${entry.orderId} has not arrived; until then this counts by its own date.`;
  }
  if (moved !== 0)
    return place === 'older' ? 'It belongs to a cycle that is no longer judged; lifetime figures keep it.' : undefined;
  switch (entry.type) {
    case 'redemption':
    case 'redemptionReversal':
      return 'Spending points never moves tier points.';
    case 'refund':
      return 'Nothing of the order was left to take, or it had no amount to take a share of.';
    case 'adjustment':
      if (entry.excludeFromTier) return 'Staff excluded it from the tier.';
      break;
    case 'purchase':
      return program.basis === 'spend' ? 'Nothing was spent.' : 'It gave no points.';
  }
  return program.basis === 'spend' ? 'The tier counts what is spent, and this is about points.' : 'It gave no points.';
}

function summaryOf(view: MemberView, program: Program): string[] {
  const { tier, progress, points } = view;
  const unit = program.basis === 'spend' ? program.currency : 'points';
  const sentences = [`The tier is ${tier.tier.name}, ${reasonForTier(tier.tier, points.current, unit)}.`];
  if (progress.next) {
    const name = nameOf(progress.next.tier, program);
    const open = progress.next.conditions.filter(({ missing }) => missing > 0);
    const list = open.map(({ what, missing }) => `${missing} ${what === 'tierPoints' ? unit : what}`).join(', ');
    const any = progress.next.needed < progress.next.conditions.length ? `, any ${progress.next.needed} of these` : '';
    sentences.push(`To ${name} are missing: ${list}${any}.`);
  }
  if (progress.keep?.missing) {
    sentences.push(`To keep ${tier.tier.name} after the cycle ends, ${progress.keep.missing} ${unit} are missing.`);
  } else if (progress.keep && progress.expectedAtCycleEnd === tier.tier.id) {
    sentences.push(`${tier.tier.name} is kept after the cycle ends.`);
  }
  if (progress.expectedAtCycleEnd !== tier.tier.id) {
    sentences.push(`If nothing more happens, the cycle's end brings ${nameOf(progress.expectedAtCycleEnd, program)}.`);
  }
  return sentences;
}

function reasonForTier(tier: Tier, current: number, unit: string): string {
  return tier.rank === 0
    ? `the base tier, with ${current} ${unit}`
    : `earned with ${current} ${unit} that count at present`;
}

function nameOf(id: string, program: Program): string {
  return program.tiers.find((tier) => tier.id === id)?.name ?? id;
}
