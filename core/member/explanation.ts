import { endOf } from '../actions/grant.ts';
import { type ActionRecord, actionIdOf } from '../actions/tier-action.ts';
import { tierPointsOf } from '../ledger/effect.ts';
import { Replay, type Step } from '../ledger/replay.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import { lastDayText } from '../locale-format.ts';
import type { Program } from '../program/program.ts';
import { type ConditionProgress, conditionProgress, tierPointsUnit } from '../tiers/progress.ts';
import { END_OF_TIME, type Instant, timeWithinDay } from '../time.ts';
import type { History } from './count-entries.ts';
import type { Member } from './member.ts';
import { type MemberView, type Replayed, replayTo } from './member-view.ts';

export interface Explanation {
  view: MemberView;
  /** One sentence each, for whoever answers the member. */
  summary: string[];
  /** What the visible tier asks for, and what the member has of it. */
  conditions: ConditionProgress[];
  transactions: ExplainedTransaction[];
  /** What staff and promotions decided by then, the newest first, and what came of it. */
  actions: ActionRecord[];
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
    summary: summaryOf(view, program),
    conditions: view.tier.tier.conditions.map((condition) => conditionProgress(condition, tally, program, span)),
    transactions: stepsOf(replayed.happened, member, program)
      .map((step) => explainStep(step, replayed, program))
      .reverse(),
    actions: history.actions.filter(({ recordedAt }) => recordedAt <= at).sort((a, b) => b.recordedAt - a.recordedAt),
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
  const { tier, progress, points, cycle } = view;
  const unit = program.basis === 'spend' ? program.currency : 'points';
  const sentences = [
    `The tier is ${tier.tier.name}, ${reasonForTier(view, points.current, unit, program)}.`,
    ...grantSentences(view, program),
  ];
  if (progress.next) {
    const name = nameOf(progress.next.tier, program);
    const open = progress.next.conditions.filter(({ missing }) => missing > 0);
    const list = open.map(({ what, missing }) => `${missing} ${what === 'tierPoints' ? unit : what}`).join(', ');
    const any = progress.next.needed < progress.next.conditions.length ? `, any ${progress.next.needed} of these` : '';
    // A cap may hold back what the points would give.
    if (open.length > 0) sentences.push(`To ${name} are missing: ${list}${any}.`);
  }
  // A tier that ends before the cycle does is not kept beyond it by any points, and where cycles never end none has to be kept.
  if (cycle.end === null || (tier.expiresAt !== null && tier.expiresAt < cycle.end)) return sentences;
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

function reasonForTier(view: MemberView, current: number, unit: string, program: Program): string {
  const { tier, grants, earnedTier, cycle } = view;
  const [grant] = grants;
  if (tier.source !== 'earned' && grant) {
    const by =
      grant.promotion === undefined ? `the action ${actionIdOf(grant.key)}` : `the promotion ${grant.promotion}`;
    return tier.source === 'floor' ? `given by ${by}` : `held down by ${by}`;
  }
  // What the rules give, of which the tier is another, only an edit of them explains (R10).
  if (tier.tier.rank > earnedTier.rank) {
    const until = cycle.end === null ? 'everyone is recalculated' : 'the cycle ends';
    return `kept until ${until}, as the rules were edited: those of today give ${earnedTier.name}`;
  }
  if (tier.tier.rank < earnedTier.rank) {
    return `as before the rules were edited: those of today give ${earnedTier.name} with the next transaction`;
  }
  const held = reasonWhyHeld(view, program);
  if (held !== undefined) return held;
  return tier.tier.rank === 0
    ? `the base tier, with ${current} ${unit}`
    : `earned with ${current} ${unit} that count at present`;
}

/** Why the earned tier is another than the points give (R8); undefined where it is that. */
function reasonWhyHeld({ earnedTier, qualifiedTier, cycle }: MemberView, program: Program): string | undefined {
  if (earnedTier.id === qualifiedTier.id) return undefined;
  const give = `the points alone give ${qualifiedTier.name}`;
  if (earnedTier.rank < qualifiedTier.rank) {
    return `where the last fall led; ${give}, and decide again with the next transaction that adds`;
  }
  if (program.downgradeTiming === 'realtime') return `where the last fall led, though ${give}`;
  return `kept ${cycle.end === null ? 'for good' : 'until the cycle ends'}, though ${give}`;
}

/** What there is below a grant, and what ends when. */
function grantSentences(view: MemberView, program: Program): string[] {
  const { tier, earnedTier, grants } = view;
  const sentences: string[] = [];
  if (tier.source !== 'earned') {
    const held = reasonWhyHeld(view, program);
    sentences.push(
      held === undefined
        ? `The points alone give ${earnedTier.name}.`
        : `Without that it is ${earnedTier.name}, ${held}.`,
    );
  }
  if (tier.expiresAt !== null && tier.after) {
    sentences.push(`It lasts until ${endText(tier.expiresAt, program)}; then comes ${tier.after.name}.`);
  }
  for (const grant of tier.source === 'earned' ? grants : grants.slice(1)) {
    const end = endOf(grant) === END_OF_TIME ? 'for good' : `until ${endText(endOf(grant), program)}`;
    const what = grant.kind === 'floor' ? 'not below' : 'not above';
    sentences.push(`The tier is also ${what} ${nameOf(grant.tier, program)} ${end}, by ${actionIdOf(grant.key)}.`);
  }
  return sentences;
}

/** An end as people say it: the last day, or the time of day where the end is within a day. */
function endText(at: Instant, { timeZone }: Program): string {
  const day = lastDayText(at, timeZone);
  const time = timeWithinDay(at, timeZone);
  return time === undefined ? `the end of ${day}` : `${time} on ${day} (${timeZone})`;
}

function nameOf(id: string, program: Program): string {
  return program.tiers.find((tier) => tier.id === id)?.name ?? id;
}
