import { nextDueAfter } from '../actions/due-moments.ts';
import { endOf, type Grant } from '../actions/grant.ts';
import type { Program } from '../program/program.ts';
import { cycleAt } from '../rules/cycle.ts';
import { RECALCULATED_WITHIN_DAYS } from '../rules/cycle-ends.ts';
import { isIdle, nextCycle } from '../rules/next-cycle.ts';
import { earnedTier } from '../rules/qualification.ts';
import { visibleTier } from '../rules/visible-tier.ts';
import { DAY_MS, END_OF_TIME, type Instant } from '../time.ts';
import { decideTierChange } from './decide-tier-change.ts';
import type { Member } from './member.ts';
import { andThen, type MemberUpdate, unchanged, withNotice } from './member-update.ts';
import { type Passing, reminderOf } from './notices.ts';

/**
 * Moves the member through time: over each end of a cycle, end of a grant and reminder that has come, at its own moment (E42). The result
 * depends on the moment alone. A purchase, a reader, a timer and the yearly recalculation all find the same.
 * @param now by the clock: when a transition is recorded. `moment` may lie before or after it
 */
export function advanceMember(member: Member, program: Program, moment: Instant, now: Instant = moment): MemberUpdate {
  let update = unchanged(member);
  for (;;) {
    const at = nextMoment(update.member);
    if (at > moment || at === END_OF_TIME) return update;
    update = andThen(update, (current) => passMoment(current, program, { at, upTo: moment, recordedAt: now }));
  }
}

/** The next moment at which something happens by itself: the cycle ends, a grant ends, or a reminder is due. */
export function nextMoment({ tally, nextDueAt = END_OF_TIME }: Member): Instant {
  return Math.min(tally.cycle.end, nextDueAt);
}

function passMoment(member: Member, program: Program, { at, upTo, recordedAt }: Passing): MemberUpdate {
  const judged = judgeEndsAt(member, program, at, recordedAt);
  const passed = andThen(judged, (current) => unchanged(withoutEnded(current, at, program)));
  const reminded = andThen(passed, (current) =>
    withNotice(current, reminderOf(current, program, { at, upTo: Math.max(upTo, recordedAt), recordedAt })),
  );
  return { ...reminded, member: overIdleCycles(reminded.member, program, at, upTo) };
}

function judgeEndsAt(member: Member, program: Program, at: Instant, recordedAt: Instant): MemberUpdate {
  const notEnded = asIfNotEnded(member.grants, at);
  const before = { tallyBefore: member.tally, grantsBefore: notEnded };
  if (member.tally.cycle.end !== at) {
    if (notEnded === member.grants) return unchanged(member);
    return decideTierChange(member, program, { cause: 'grantEnd', at, recordedAt, ...before });
  }
  const inNextCycle = { ...member, tally: nextCycle(member.tally, program, member.enrolledAt) };
  // If a grant ends at the same moment, the cycle's end is the cause only if it alone would have moved the tier.
  const alone = visibleTier(earnedTier(program, inNextCycle.tally), notEnded, at, program);
  const cause = notEnded === member.grants || alone.id !== member.tier.id ? 'recalculation' : 'grantEnd';
  // R10: a later edit of the program does not change how this end is judged.
  return decideTierChange(inNextCycle, program, { cause, at, recordedAt, ...(isLongPast(at, recordedAt) && before) });
}

/** Whether each member that a cycle's end moves was written since, by the run of that end or by an earlier writer. */
function isLongPast(end: Instant, now: Instant): boolean {
  return now - end > RECALCULATED_WITHIN_DAYS * DAY_MS;
}

/** The grants without the ends that come at a moment; the same list if no end comes then. */
function asIfNotEnded(grants: readonly Grant[] | undefined, at: Instant): readonly Grant[] | undefined {
  if (!grants?.some((grant) => endOf(grant) === at)) return grants;
  return grants.map((grant) => (endOf(grant) === at ? { ...grant, until: END_OF_TIME } : grant));
}

/** Drops the grants that are over, and finds the next due moment. */
function withoutEnded(member: Member, at: Instant, program: Program): Member {
  const isDue = member.nextDueAt !== undefined && member.nextDueAt <= at;
  return isDue ? withGrants(member, member.grants ?? [], at, program) : member;
}

/** The member with other grants. Grants that are over are left out; the next due moment is the first after `at`. */
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
 * After two cycles without a point, no later end changes anything: all of them are passed at once. Except for a tier that no points give
 * and that is kept (R10): the next end takes it.
 */
function overIdleCycles(member: Member, program: Program, at: Instant, upTo: Instant): Member {
  const { tally, tier, grants } = member;
  if (!isIdle(tally) || tally.cycle.end > upTo) return member;
  if (visibleTier(earnedTier(program, tally), grants, at, program).id !== tier.id) return member;
  const until = Math.min(upTo, member.nextDueAt ?? upTo);
  const cycle = cycleAt(program.cycle, program.timeZone, member.enrolledAt, Math.max(until, tally.cycle.start));
  return { ...member, tally: { ...tally, cycle } };
}
