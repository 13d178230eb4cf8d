import { nextDueAfter } from '../actions/due.ts';
import { endOf, type Grant } from '../actions/grant.ts';
import { type ActionRecord, actionIdOf } from '../actions/tier-action.ts';
import { cycleAt } from '../cycles/cycle.ts';
import { RECALCULATED_WITHIN_DAYS } from '../cycles/cycle-ends.ts';
import { decideAnnouncement } from '../notifications/announcement-table.ts';
import type { Channel, NotificationSettings } from '../program/brand.ts';
import { type Program, rankOf, type Tier, tierById, tierRef } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import { type Standing, standingAt, visibleTier } from '../tiers/visible-tier.ts';
import { DAY_MS, END_OF_TIME, type Instant } from '../time.ts';
import type { ChangeCause, Member, TierChange, TierNotice } from './member.ts';
import { newsOf, reminderOf } from './notices.ts';
import { isIdle, nextCycle, type Tally } from './tally.ts';

export interface Settled {
  member: Member;
  changes: TierChange[];
  notices: TierNotice[];
  actions: ActionRecord[];
}

/** What is told only where somebody wants it: read where a change is decided. */
export interface Announcing {
  /** Falls between two recalculations: the brand's switch. */
  notifyOnRealtimeDowngrade: boolean;
  /** What a recalculation of everyone moves: asked for with the recalculation. */
  notifyOnBulkRecalculation?: boolean;
}

export function announcingOf(settings: NotificationSettings): Announcing {
  return { notifyOnRealtimeDowngrade: settings.notifyOnRealtimeDowngrade ?? false };
}

export function unchanged(member: Member): Settled {
  return { member, changes: [], notices: [], actions: [] };
}

/** Two steps that one write takes together. */
export function andThen(first: Settled, next: (member: Member) => Settled): Settled {
  const second = next(first.member);
  return {
    member: second.member,
    changes: [...first.changes, ...second.changes],
    notices: [...first.notices, ...second.notices],
    actions: [...first.actions, ...second.actions],
  };
}

/** The member after a notice about it, if there is one. */
export function withNotice(member: Member, notice: TierNotice | undefined): Settled {
  if (!notice) return unchanged(member);
  return { ...unchanged({ ...member, changes: notice.sequence }), notices: [notice] };
}

export interface Because {
  cause: ChangeCause;
  at: Instant;
  /** The moment whose grants count, where it is later than `at`: a correction takes effect in the past, by what the member has now. */
  judgedAt?: Instant;
  transactionId?: string;
  /** The sums without what the cause brought: they tell a fall of points from a change of thresholds. */
  tallyBefore?: Tally;
  /** The grants without what actions gave just now. */
  grantsBefore?: readonly Grant[] | undefined;
  /** The actions taken just now; what they gave is among the member's grants. */
  taken?: readonly ActionRecord[];
}

/**
 * Makes the visible tier what the tally and the grants give, and writes down the change if there is one: one change, however many
 * reasons there are, put down to the one that decides.
 */
export function settle(
  member: Member,
  program: Program,
  announcing: Announcing,
  because: Because,
  now: Instant,
): Settled {
  const visible = tierById(program, member.tier.id);
  const standing = standingToShow(member, visible, program, because);
  const to = standing.tier;
  if (to.id === member.tier.id) return unchanged(member);
  const reason = reasonFor(member, visible, standing, program, because);
  const from = visible ? tierRef(visible) : { id: member.tier.id, name: member.tier.id, rank: 0 };
  const direction = to.rank > from.rank ? 'up' : 'down';
  const { announced, channels } = tellingOf(reason, direction, announcing);
  const change: TierChange = {
    ...newsOf({ ...member, tier: { id: to.id, since: because.at } }, program, because.at, now),
    from,
    to: tierRef(to),
    direction,
    cause: reason.cause,
    announced,
  };
  if (channels) change.channels = channels;
  if (reason.key !== undefined) change.actionId = actionIdOf(reason.key);
  if (reason.promotion !== undefined) change.promotion = reason.promotion;
  if (reason.transactionId !== undefined) change.transactionId = reason.transactionId;
  return {
    ...unchanged({ ...member, tier: { id: to.id, since: because.at }, changes: member.changes + 1 }),
    changes: [change],
  };
}

/** Why a change happens, and whom the action that is behind it wants to be told. */
interface Reason {
  cause: ChangeCause;
  key?: string | undefined;
  promotion?: string | undefined;
  transactionId?: string | undefined;
  tell?: readonly Channel[];
  /** A transaction would have raised the member without the action: whatever the action says, that is told. */
  raisedByPoints?: boolean;
}

function reasonFor(
  member: Member,
  visible: Tier | undefined,
  standing: Standing,
  program: Program,
  because: Because,
): Reason {
  const { cause, transactionId, judgedAt: at = because.at } = because;
  // A tier that the program no longer has was ended by the edit, whoever finds it: that is no news of the member's.
  if (!visible) return { cause: 'programEdit', transactionId };
  if (because.taken) {
    const without = visibleTier(earnedTier(program, member.tally), because.grantsBefore, at, program);
    const effective = because.taken.filter(({ grant, lifted }) => grant || lifted);
    const decisive = effective.find(({ key }) => key === standing.grant?.key) ?? effective.at(-1);
    if (decisive && (without.id !== standing.tier.id || cause === 'tierAction')) {
      const { origin, action, grant } = decisive;
      return {
        cause: 'tierAction',
        key: decisive.key,
        promotion: origin.type === 'promotion' ? origin.promotion : undefined,
        transactionId: grant?.transactionId ?? action.transactionId,
        tell: action.notify?.channels ?? [],
        raisedByPoints: cause === 'transaction' && without.rank > visible.rank,
      };
    }
  }
  if (cause === 'grantEnd') {
    const ended = endedAt(member.grants, at, program);
    return {
      cause,
      key: ended?.key,
      promotion: ended?.promotion,
      transactionId: ended?.transactionId,
      tell: ended?.tellEnd ?? [],
    };
  }
  return { cause, transactionId };
}

/** Of the grants that end at a moment, the one that held the tier. */
function endedAt(grants: readonly Grant[] | undefined, at: Instant, program: Program): Grant | undefined {
  const ended = (grants ?? []).filter((grant) => endOf(grant) === at);
  const rank = ({ tier }: Grant) => rankOf(program, tier);
  const caps = ended.filter(({ kind }) => kind === 'cap').sort((a, b) => rank(a) - rank(b));
  const floors = ended.filter(({ kind }) => kind === 'floor').sort((a, b) => rank(b) - rank(a));
  return floors[0] ?? caps[0];
}

function tellingOf(
  reason: Reason,
  direction: 'up' | 'down',
  announcing: Announcing,
): { announced: boolean; channels?: Channel[] } {
  if (reason.raisedByPoints && direction === 'up') return { announced: true };
  const announced = decideAnnouncement(reason.cause, direction, announcing, reason.tell);
  return announced && reason.tell ? { announced, channels: [...reason.tell] } : { announced };
}

/**
 * What the tally and the grants give; but R10: a change of thresholds lowers nobody before the cycle ends. Where the sums gave less
 * than the visible tier already before the cause came, it was the program that changed, and only points that fell lower the tier (E23).
 */
function standingToShow(member: Member, visible: Tier | undefined, program: Program, because: Because): Standing {
  const { tally, grants } = member;
  const { judgedAt: at = because.at } = because;
  const standing = standingAt(earnedTier(program, tally), grants, at, program);
  if (!visible || !because.tallyBefore || standing.tier.rank >= visible.rank) return standing;
  const before = visibleTier(earnedTier(program, because.tallyBefore), because.grantsBefore ?? grants, at, program);
  if (standing.tier.rank < before.rank) return standing;
  // What holds the tier is no grant; but a cap takes away what is held, too.
  return standingAt(visible, grants, at, program);
}

/**
 * Takes the member over every moment that has passed at which something happens by itself, as if a timer had been punctual at each
 * (E42): the ends of cycles, the ends of grants, and what is to be told of those. Nothing but the moment decides, so it does not matter
 * who comes first: a purchase, a reader, a schedule, or the yearly recalculation.
 * @param now by the clock: when a change is written down, and how long ago an end was; the moment may lie before or behind it
 */
export function bringUpTo(
  moment: Instant,
  member: Member,
  program: Program,
  announcing: Announcing,
  now: Instant = moment,
): Settled {
  let settled = unchanged(member);
  for (;;) {
    const at = nextMoment(settled.member);
    if (at > moment || at === END_OF_TIME) return settled;
    settled = andThen(settled, (current) => passMoment(at, moment, current, program, announcing, now));
  }
}

/** The next moment at which something happens by itself: the cycle ends, a grant does, or an end is to be told of. */
export function nextMoment({ tally, nextDueAt = END_OF_TIME }: Member): Instant {
  return Math.min(tally.cycle.end, nextDueAt);
}

function passMoment(
  at: Instant,
  moment: Instant,
  member: Member,
  program: Program,
  announcing: Announcing,
  now: Instant,
): Settled {
  let settled = unchanged(member);
  const notEnded = asIfNotEnded(member.grants, at);
  if (member.tally.cycle.end === at) {
    const rolled = { ...member, tally: nextCycle(member.tally, program, member.enrolledAt) };
    // Where a grant ends as well, it is the recalculation that is told, if it alone would have moved the tier.
    const alone = visibleTier(earnedTier(program, rolled.tally), notEnded, at, program);
    const cause = notEnded === member.grants || alone.id !== member.tier.id ? 'recalculation' : 'grantEnd';
    // R10: an edit that came since is no matter of that end, and lowers nobody before the next one.
    const held = isLongPast(at, now) && { tallyBefore: member.tally, grantsBefore: notEnded };
    settled = settle(rolled, program, announcing, { cause, at, ...held }, now);
  } else if (notEnded !== member.grants) {
    const because = { cause: 'grantEnd' as const, at, tallyBefore: member.tally, grantsBefore: notEnded };
    settled = settle(member, program, announcing, because, now);
  }
  const passed = andThen(settled, (current) => unchanged(withoutEnded(current, at, program)));
  const told = andThen(passed, (current) =>
    withNotice(current, reminderOf(current, at, Math.max(moment, now), program, now)),
  );
  return { ...told, member: overIdleCycles(told.member, program, at, moment) };
}

/** Whether every member that an end moves was written since, by the run of that end or by whoever came first. */
function isLongPast(end: Instant, now: Instant): boolean {
  return now - end > RECALCULATED_WITHIN_DAYS * DAY_MS;
}

/** The grants without the ends that come at a moment; the same list where none does. */
function asIfNotEnded(grants: readonly Grant[] | undefined, at: Instant): readonly Grant[] | undefined {
  if (!grants?.some((grant) => endOf(grant) === at)) return grants;
  return grants.map((grant) => (endOf(grant) === at ? { ...grant, until: END_OF_TIME } : grant));
}

/** Forgets what is over, and looks for what comes next. */
function withoutEnded(member: Member, at: Instant, program: Program): Member {
  const isDue = member.nextDueAt !== undefined && member.nextDueAt <= at;
  return isDue ? withGrants(member, member.grants ?? [], at, program) : member;
}

/** The member with other grants: those that are over are left out, and the next moment is the first after `at`. */
export function withGrants(member: Member, grants: readonly Grant[], at: Instant, program: Program): Member {
  const { grants: _, nextDueAt: __, ...rest } = member;
  const kept = grants.filter((grant) => endOf(grant) > at);
  const nextDueAt = nextDueAfter(at, kept, program);
  return {
    ...rest,
    ...(kept.length > 0 && { grants: kept }),
    ...(nextDueAt !== undefined && { nextDueAt }),
  };
}

/**
 * Two cycles without a point: no later end can change anything, however far away the moment is; unless a tier is kept that no point gives (R10),
 * for the next end takes it.
 */
function overIdleCycles(member: Member, program: Program, at: Instant, moment: Instant): Member {
  const { tally, tier, grants } = member;
  if (!isIdle(tally) || tally.cycle.end > moment) return member;
  if (visibleTier(earnedTier(program, tally), grants, at, program).id !== tier.id) return member;
  const until = Math.min(moment, member.nextDueAt ?? moment);
  const cycle = cycleAt(program.cycle, program.timeZone, member.enrolledAt, Math.max(until, member.tally.cycle.start));
  return { ...member, tally: { ...member.tally, cycle } };
}
