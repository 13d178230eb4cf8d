import { endOf, type Grant } from '../actions/grant.ts';
import { grantHistory, grantsAt } from '../actions/grant-history.ts';
import { ChronologicalReplay, inOrderOfOccurrence, momentsOf } from '../ledger/chronological-replay.ts';
import { Replay } from '../ledger/replay.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import { type Program, type Tier, tierById } from '../program/program.ts';
import { type Progress, progressOf, shown, tierPointsShown } from '../rules/progress.ts';
import { earnedTier, qualifiedTier } from '../rules/qualification.ts';
import { haveSameSums, type Tally } from '../rules/tally.ts';
import { nextVisibleTier, tierWithSourceAt, visibleTier } from '../rules/visible-tier.ts';
import { BEGINNING_OF_TIME, END_OF_TIME, type Instant } from '../time.ts';
import { advanceMember } from './advance-member.ts';
import { type History, hasValidFigures, hasValidSums, type Member } from './member.ts';

/** A member at one moment (docs/rules.md, section 8). */
export interface MemberView {
  memberId: string;
  enrolledAt: Instant;
  blocked: boolean;
  at: Instant;
  tier: {
    tier: Tier;
    since: Instant;
    /** When a grant's end ends it, and the tier that follows; null if nothing ends it. */
    expiresAt: Instant | null;
    after: Tier | null;
    source: 'earned' | Grant['kind'];
  };
  earnedTier: Tier;
  /** What the points alone give; another than the earned tier if a downgrade rule holds the member (R8). */
  qualifiedTier: Tier;
  /** The live grants, the one that decides the tier first. */
  grants: readonly Grant[];
  points: { current: number; carry: number; lifetime: number; balance: number };
  cycle: { type: Program['cycle']['type']; start: Instant | null; end: Instant | null };
  progress: Progress;
}

/**
 * The member now, from the stored item alone: one read. Ends of cycles that passed since the last write are applied, so no timer is needed
 * for a right answer.
 * @returns undefined if the item cannot tell, and the ledger has to be replayed
 */
export function viewNow(member: Member, program: Program, now: Instant): MemberView | undefined {
  if (!hasValidSums(member, program)) return undefined;
  const { member: advanced } = advanceMember(member, program, now);
  const { tally, grants = [], tier } = advanced;
  // A tier that the program no longer has is judged anew.
  const visible = tierById(program, tier.id) ?? visibleTier(earnedTier(program, tally), grants, now, program);
  return viewOf({ ...member, tally, grants }, { tier: visible, since: tier.since }, program, now);
}

export interface Replayed {
  view: MemberView;
  /** Every entry that had happened by then, in order. */
  happened: LedgerEntry[];
  /** The sums at that moment. */
  tally: Tally;
}

/**
 * The member at any moment, past or future, from its history and the facts known today.
 * @param now by the clock, if the moment is another
 * @returns undefined for a moment before the member's first
 */
export function replayTo(
  at: Instant,
  member: Member,
  history: History,
  program: Program,
  now: Instant = at,
): Replayed | undefined {
  const happened = inOrderOfOccurrence(history.entries.filter((entry) => entry.occurredAt <= at));
  const first = Math.min(member.enrolledAt, happened[0]?.occurredAt ?? Number.POSITIVE_INFINITY);
  if (at < first) return undefined;

  const grants = grantHistory(history.actions, history.entries, program);
  const turns = turningPoints(grants);
  const replay = new ChronologicalReplay(new Replay(program, member.enrolledAt), program, member.enrolledAt, first);
  let tier: Tier = program.tiers[0];
  let since = first;
  const judge = (moment: Instant) => {
    const visible = visibleTier(earnedTier(program, replay.tally), grants, moment, program);
    if (visible.id !== tier.id) [tier, since] = [visible, moment];
  };
  const passCycleEndsUpTo = (moment: Instant) => {
    for (let end = replay.passEnd(moment); end !== undefined; end = replay.passEnd(moment)) judge(end);
  };
  const passUpTo = (moment: Instant) => {
    for (let turn = turns[0]; turn !== undefined && turn <= moment; turn = turns[0]) {
      passCycleEndsUpTo(turn);
      judge(turn);
      turns.shift();
    }
    passCycleEndsUpTo(moment);
  };
  for (const moment of momentsOf(happened)) {
    passUpTo(moment.at);
    replay.take(moment);
    judge(moment.at);
  }
  passUpTo(at);
  judge(at);
  const tally = replay.tallyAt(at);
  const live = grantsAt(grants, at);
  const shown = shownSince(member, { tally, live }, { at, now }, program) ?? { tier, since };
  return { view: viewOf({ ...member, tally, grants: live }, shown, program, at), happened, tally };
}

/** The moments at which a grant begins or ends, in order. */
function turningPoints(grants: readonly Grant[]): Instant[] {
  const moments = grants.flatMap((grant) => [grant.from, endOf(grant)]).filter((moment) => moment !== END_OF_TIME);
  return [...new Set(moments)].sort((a, b) => a - b);
}

/**
 * The tier that the stored member shows at a moment, and since when. A replay cannot know when a change was recorded, nor a tier that is
 * kept though thresholds moved (R10).
 * @param tally the sums of the replay. If they differ from the item's, the ledger knows more of that moment
 * @param live the grants of the history. A grant that ended before any write never reached the item
 * @returns undefined for a moment of which the item says nothing
 */
function shownSince(
  member: Member,
  { tally, live }: { tally: Tally; live: readonly Grant[] },
  { at, now }: { at: Instant; now: Instant },
  program: Program,
): ShownTier | undefined {
  const item = hasValidSums(member, program) ? member : underNewFalls(member, at, tally, program);
  if (!item || !tierById(program, item.tier.id)) return undefined;
  if (at < item.tier.since || at < item.tally.cycle.start) return undefined;
  const { member: advanced } = advanceMember(item, program, at, now);
  const tier = tierById(program, advanced.tier.id);
  const given = (grants: Member['grants']) => visibleTier(earnedTier(program, tally), grants, at, program);
  const knowsAll = haveSameSums(advanced.tally, tally) && advanced.tally.latestAt === tally.latestAt;
  const agrees = knowsAll && given(advanced.grants) === given(live);
  return tier && agrees ? { tier, since: advanced.tier.since } : undefined;
}

/** The member's item after an edit of the downgrade rules alone: it shows its tier until the cycle ends (R10). */
function underNewFalls(member: Member, at: Instant, tally: Tally, program: Program): Member | undefined {
  const tells = hasValidFigures(member, program) && at < member.tally.cycle.end && haveSameSums(member.tally, tally);
  return tells ? { ...member, tally } : undefined;
}

/** The visible tier, and since when the member has it. */
interface ShownTier {
  tier: Tier;
  since: Instant;
}

/** @param member with the sums and the grants of the moment */
function viewOf(
  { memberId, enrolledAt, blocked, tally, grants }: Member & { grants: readonly Grant[] },
  { tier: visible, since }: ShownTier,
  program: Program,
  at: Instant,
): MemberView {
  const { cycle } = tally;
  const earned = earnedTier(program, tally);
  const given = tierWithSourceAt(earned, grants, at, program);
  // No grant holds a tier that is kept though thresholds moved (R10).
  const decided = given.tier.id === visible.id ? given : { tier: visible, source: 'earned' as const, grant: undefined };
  const next = given.tier.id === visible.id ? nextVisibleTier(earned, grants, at, program) : undefined;
  const decisive = (grant: Grant) => (grant === decided.grant ? 0 : 1);
  return {
    memberId,
    enrolledAt,
    blocked,
    at,
    tier: { tier: visible, since, expiresAt: next?.at ?? null, after: next?.tier ?? null, source: decided.source },
    earnedTier: earned,
    qualifiedTier: qualifiedTier(program, tally),
    grants: [...grants].sort((a, b) => decisive(a) - decisive(b)),
    points: {
      current: tierPointsShown(tally, program),
      carry: shown(tally.current.tier, program),
      lifetime: Math.max(0, tally.lifetimePoints),
      balance: tally.balance,
    },
    cycle: {
      type: program.cycle.type,
      start: cycle.start === BEGINNING_OF_TIME ? null : cycle.start,
      end: cycle.end === END_OF_TIME ? null : cycle.end,
    },
    progress: progressOf(tally, program, visible, grants),
  };
}
