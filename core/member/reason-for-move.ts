import { actionIdOf } from '../actions/tier-action.ts';
import { type Condition, directionOf, type Program, type Tier, tierById } from '../program/program.ts';
import { haveOf, listed } from '../rules/needed-text.ts';
import { conditionProgress, distanceTo } from '../rules/progress.ts';
import { earnedTier, qualifiedTier, qualifies, type Span } from '../rules/qualification.ts';
import type { Tally } from '../rules/tally.ts';
import { tierWithSourceAt } from '../rules/visible-tier.ts';
import type { Member } from './member.ts';
import type { TierMove } from './tier-change.ts';

/** The figures by which a recalculation moved a member. */
export interface MoveReason {
  /** Tier points, in units that people read. */
  points: number;
  /** Tier points that were missing to keep the tier, or that are missing to the next one; null where points do not lead to that tier. */
  missing?: number | null;
  /** The tier that `missing` is about; left out for a member that rose to the highest tier. */
  missingFor?: string;
  why?: string;
}

/** A page of a run keeps the reasons of 800 members in one item of 400 KB. */
const MAX_WHY_BYTES = 200;
const POINTS: Condition = { measure: 'tierPoints', atLeast: 0, tracker: -1 };

/**
 * Why a recalculation moved a member, from the figures that the decision has read.
 * @param first and `last`: the first and the last move of the recalculation itself
 * @param member as the recalculation judged it
 */
export function reasonForMove(first: TierMove, last: TierMove, member: Member, program: Program): MoveReason {
  const { tier, tally } = member;
  const to = tierById(program, tier.id);
  // If something else moved the member on, its figures are no longer those of this move.
  if (!to || to.id !== last.to.id) return { points: last.points };
  const from = tierById(program, first.from.id);
  const falls = directionOf(program, first.from.id, to.id) === 'down';
  const aim = falls ? from : program.tiers[to.rank + 1];
  const why = sentencesFor(first, last, { from, to, falls }, member, program).join(' ');
  return {
    points: conditionProgress(POINTS, tally, program, decisiveSpan((falls && from) || to, tally, program)).have,
    ...(aim && {
      missing: distanceTo(aim, tally, program, decisiveSpan(aim, tally, program)).missing,
      missingFor: aim.id,
    }),
    ...(why !== '' && { why: cut(why) }),
  };
}

function sentencesFor(
  first: TierMove,
  last: TierMove,
  { from, to, falls }: { from: Tier | undefined; to: Tier; falls: boolean },
  { tally, grants }: Member,
  program: Program,
): string[] {
  const sentences: string[] = [];
  const { source, grant } = tierWithSourceAt(earnedTier(program, tally), grants, last.occurredAt, program);
  if (!from) sentences.push(`The program no longer has the tier ${first.from.id}.`);
  if (last.cause === 'grantEnd' && last.actionId !== undefined) sentences.push(`${nameOf(last, last.actionId)} ends.`);
  if (falls && from) {
    if (!isReached(from, tally, program)) sentences.push(conditionsOf(from, tally, program));
  } else if (source === 'earned' && to.rank > 0) sentences.push(conditionsOf(to, tally, program));
  if (grant) {
    const does = source === 'cap' ? 'holds the member at' : falls ? 'keeps the member at' : 'gives';
    sentences.push(`${nameOf(grant, actionIdOf(grant.key))} ${does} ${to.name}.`);
  } else if (falls && to.id !== qualifiedTier(program, tally).id) {
    sentences.push(
      program.downgradeTarget === 'base' ? 'A fall leads to the base tier.' : 'A fall leads one tier down.',
    );
  }
  return sentences;
}

function nameOf({ promotion }: { promotion?: string }, actionId: string): string {
  return promotion === undefined ? `The tier action ${actionId}` : `The promotion ${promotion}`;
}

/** "For Platinum the member has 8,000 of 10,000 points and 3 of 12 workshops; 1 of these 2 is enough." */
function conditionsOf(tier: Tier, tally: Tally, program: Program): string {
  const { conditions, needed } = tier;
  const span = decisiveSpan(tier, tally, program);
  const all = conditions.map((condition) =>
    haveOf(condition, conditionProgress(condition, tally, program, span), program),
  );
  const some = `; ${needed} of these ${conditions.length} ${needed === 1 ? 'is' : 'are'} enough`;
  return `For ${tier.name} the member has ${listed(all, 'and')}${needed < conditions.length ? some : ''}.`;
}

function isReached(tier: Tier, tally: Tally, program: Program): boolean {
  return qualifies(program, tier, tally, decisiveSpan(tier, tally, program));
}

/** The cycles whose sums count for a tier. If each cycle counts alone (R7), the cycle that brings the member nearer. */
function decisiveSpan(tier: Tier, tally: Tally, program: Program): Span {
  if (program.upgradeBasis === 'current') return 'both';
  const better = tally.current.tier > tally.previous.tier ? 'current' : 'previous';
  return (['current', 'previous'] as const).find((span) => qualifies(program, tier, tally, span)) ?? better;
}

/** The text, cut to the bytes that have room. */
function cut(text: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= MAX_WHY_BYTES) return text;
  let kept = text.slice(0, MAX_WHY_BYTES);
  while (encoder.encode(kept).length > MAX_WHY_BYTES - '…'.length * 3) kept = kept.slice(0, -1);
  return `${kept.toWellFormed()}…`;
}
