/** The explanation in English sentences, for support staff and, through them, for members. */
import { endOf, type Grant } from '../actions/grant.ts';
import { actionIdOf } from '../actions/tier-action.ts';
import { lastDayText } from '../locale-format.ts';
import { type Condition, type Program, rankOf, type Tier, tierById } from '../program/program.ts';
import { tierAt } from '../rules/future-tier.ts';
import { haveOf, listed, missingOf, neededOf } from '../rules/needed-text.ts';
import { type ConditionProgress, conditionProgress, tierPointsText } from '../rules/progress.ts';
import { qualifies, type Span } from '../rules/qualification.ts';
import { END_OF_TIME, type Instant, timeWithinDay } from '../time.ts';
import type { Member } from './member.ts';
import type { MemberView, Replayed } from './member-view.ts';

/**
 * Why the member has the tier, what of it ends when, what is missing to the next tier, and what the end of the cycle brings
 * (semantics, section 8). Each fact is a sentence of its own.
 */
export function summaryOf(replayed: Replayed, { enrolledAt }: Pick<Member, 'enrolledAt'>, program: Program): string[] {
  return [
    ...tierSentences(replayed, enrolledAt, program),
    ...nextSentences(replayed.view, program),
    ...cycleEndSentences(replayed, program),
  ];
}

function tierSentences(replayed: Replayed, enrolledAt: Instant, program: Program): string[] {
  const { view } = replayed;
  const { tier, grants, earnedTier } = view;
  const [decisive, ...others] = grants;
  if (tier.source !== 'earned' && decisive) {
    return [
      ...grantSentences(decisive, 'decides', program),
      ...followingSentences(replayed, enrolledAt, program),
      ...earnedSentences(replayed, program, 'Apart from grants, the member'),
      ...others.flatMap((grant) => grantSentences(grant, 'waits', program)),
    ];
  }
  const reasons =
    tier.tier.id === earnedTier.id ? earnedSentences(replayed, program, 'The member') : editSentences(view, program);
  return [...reasons, ...grants.flatMap((grant) => grantSentences(grant, 'waits', program))];
}

/** A grant that decides the tier, or one that does not show at present. */
function grantSentences(grant: Grant, role: 'decides' | 'waits', program: Program): string[] {
  const { key, promotion, kind, reassessFrom } = grant;
  const source = promotion === undefined ? `action ${actionIdOf(key)}` : `promotion ${promotion}`;
  if (!tierById(program, grant.tier)) {
    return [`The ${source} has no effect, because the program no longer has the tier ${grant.tier}.`];
  }
  const tier = nameOf(grant.tier, program);
  const decides = kind === 'floor' ? `gives the member ${tier}` : `holds the member at ${tier}`;
  const waits = `keeps the member at ${tier} or ${kind === 'floor' ? 'above' : 'below'}`;
  const end = endOf(grant);
  const until = end === END_OF_TIME ? 'without an end date' : `until ${endText(end, program)}`;
  const sentence = `The ${source} ${role === 'decides' ? decides : waits} ${until}.`;
  if (reassessFrom === undefined) return [sentence];
  return [sentence, `The next transaction that counts for the tier ends the ${source} earlier.`];
}

/** What follows when the tier's grant ends, by the rules and the other grants of that moment. */
function followingSentences({ view, tally }: Replayed, enrolledAt: Instant, program: Program): string[] {
  const { tier, grants } = view;
  if (tier.expiresAt === null) return [];
  const known = { tally, grants, enrolledAt };
  const follows = tierAt(tier.expiresAt, known, program);
  // A cycle that ends before the grant does may have moved the tier by then.
  if (tierAt(tier.expiresAt - 1, known, program).id !== tier.tier.id || follows.id === tier.tier.id) return [];
  return [unlessMore(`the member has ${follows.name} after ${dayText(tier.expiresAt, program)}`)];
}

/** What the rules give, with every condition that gave it. */
function earnedSentences(replayed: Replayed, program: Program, subject: string): string[] {
  const { view, tally } = replayed;
  const { earnedTier: tier, qualifiedTier } = view;
  if (tier.id !== qualifiedTier.id) return heldSentences(view, program, subject);
  if (tier.rank === 0) return [`${subject} has ${tier.name}, the base tier, with ${baseFigure(view, program)}.`];
  const span = spanThatGave(tier, replayed, program);
  const met = withProgress(tier, (condition) => conditionProgress(condition, tally, program, span)).filter(
    ([, { missing }]) => missing === 0,
  );
  const haves = met.map(
    ([condition, progress]) => `${haveOf(condition, progress, program)}${cycleText(condition, span, program)}`,
  );
  const sentence = `The member has earned ${tier.name} with ${listed(haves, 'and')}.`;
  const all = tier.conditions.length;
  if (tier.needed === all) return [sentence];
  return [sentence, `${tier.name} needs any ${tier.needed} of its ${all} conditions.`];
}

/** The cycles whose sums gave a tier. */
function spanThatGave(tier: Tier, { tally }: Replayed, program: Program): Span {
  if (program.upgradeBasis === 'current') return 'both';
  return qualifies(program, tier, tally, 'current') ? 'current' : 'previous';
}

/** Where each cycle stands alone (R7), the cycle that a figure is of. */
function cycleText({ measure, tracker }: Condition, span: Span, program: Program): string {
  const isOfCycle = measure === 'tierPoints' || (measure === 'tracker' && program.trackers[tracker]!.over === 'cycle');
  if (!isOfCycle || span === 'both') return '';
  return span === 'current' ? ' in this cycle' : ' in the previous cycle';
}

function baseFigure({ points }: MemberView, program: Program): string {
  const isCarry = program.upgradeBasis === 'carry';
  const value = isCarry ? points.carry : points.current;
  const noun = program.basis === 'spend' ? 'spent' : value === 1 ? 'point' : 'points';
  return `${tierPointsText(value, program)} ${noun}${isCarry ? ' in this cycle' : ''}`;
}

/** The earned tier is another than the points give by themselves (R8). */
function heldSentences({ earnedTier, qualifiedTier, cycle }: MemberView, program: Program, subject: string): string[] {
  const ledTo = `${subject} has ${earnedTier.name}, because the last downgrade led there.`;
  if (earnedTier.rank < qualifiedTier.rank) {
    const added = program.basis === 'spend' ? 'spend' : 'points';
    return [ledTo, `The next transaction that adds ${added} gives ${qualifiedTier.name}.`];
  }
  const qualified = `The member now qualifies for ${qualifiedTier.name} only.`;
  if (program.downgradeTiming === 'realtime') return [ledTo, qualified];
  const until = cycle.end === null ? 'without an end date' : `until ${endText(cycle.end, program)}`;
  return [`${subject} keeps ${earnedTier.name} ${until}.`, qualified];
}

/** The tier is another than the rules give: only an edit of the rules explains that (R10). */
function editSentences({ tier, earnedTier, cycle }: MemberView, program: Program): string[] {
  if (tier.tier.rank < earnedTier.rank) {
    return [
      `The member still has ${tier.tier.name} from before the program's rules changed.`,
      `Today's rules give ${earnedTier.name} with the member's next transaction.`,
    ];
  }
  const until = cycle.end === null ? 'the next recalculation of all members' : endText(cycle.end, program);
  return [
    `The member keeps ${tier.tier.name} until ${until}, because the program's rules changed.`,
    `Today's rules give ${earnedTier.name}.`,
  ];
}

/** What is missing to the next tier; nothing where a cap or a downgrade alone keeps the member from it. */
function nextSentences({ progress }: MemberView, program: Program): string[] {
  const { next } = progress;
  const tier = next && tierById(program, next.tier);
  if (!tier) return [];
  const conditions = withProgress(tier, (_, place) => next.conditions[place]!);
  return missingSentences(tier, conditions, `for ${tier.name}`, program);
}

/** What the end of the cycle brings. A tier that a grant's end takes before that is not kept by any points. */
function cycleEndSentences({ view, tally }: Replayed, program: Program): string[] {
  const { cycle, progress } = view;
  const { tier, expiresAt } = view.tier;
  if (cycle.end === null || (expiresAt !== null && expiresAt < cycle.end)) return [];
  const day = dayText(cycle.end, program);
  const expected = progress.expectedAtCycleEnd;
  if (expected === tier.id) {
    return progress.keep === null ? [] : [unlessMore(`the member keeps ${tier.name} after ${day}`)];
  }
  const conditions = withProgress(tier, (condition) => conditionProgress(condition, tally, program, 'current'));
  const toKeep =
    rankOf(program, expected) < tier.rank
      ? missingSentences(tier, conditions, `by ${day} to keep ${tier.name}`, program)
      : [];
  // A grant that ends with the cycle has said already what follows.
  if (expiresAt === cycle.end) return toKeep;
  return [...toKeep, unlessMore(`the member has ${nameOf(expected, program)} after ${day}`)];
}

type WithProgress = readonly [Condition, ConditionProgress];

function withProgress(
  { conditions }: Tier,
  progressOf: (condition: Condition, place: number) => ConditionProgress,
): WithProgress[] {
  return conditions.map((condition, place) => [condition, progressOf(condition, place)] as const);
}

/** One sentence: every condition that is not met yet, and how many of them suffice; none where enough are met. */
function missingSentences(
  tier: Tier,
  conditions: readonly WithProgress[],
  purpose: string,
  program: Program,
): string[] {
  const open = conditions.filter(([, { missing }]) => missing > 0);
  const suffice = tier.needed - (conditions.length - open.length);
  if (suffice <= 0) return [];
  const needs = open.map(([condition, progress]) => missingOf(condition, progress, program));
  return [`${neededOf(needs, suffice, purpose)}.`];
}

function unlessMore(fact: string): string {
  return `If nothing more happens, ${fact}.`;
}

/** An end as people say it: that of the last day, or the time of day where the end is within a day. */
function endText(at: Instant, program: Program): string {
  const isWithinDay = timeWithinDay(at, program.timeZone) !== undefined;
  return isWithinDay ? dayText(at, program) : `the end of ${dayText(at, program)}`;
}

/** The last day, with the time of day where the end is within a day. */
function dayText(at: Instant, { timeZone }: Program): string {
  const day = lastDayText(at, timeZone);
  const time = timeWithinDay(at, timeZone);
  return time === undefined ? day : `${time} on ${day} (${timeZone})`;
}

function nameOf(id: string, program: Program): string {
  return tierById(program, id)?.name ?? id;
}
