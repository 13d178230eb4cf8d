import { cycleAt } from '../cycles/cycle.ts';
import { decideAnnouncement } from '../notifications/announcement-table.ts';
import type { NotificationSettings } from '../program/brand.ts';
import { type Program, type Tier, tierById } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import { progressOf, tierPointsShown } from '../tiers/progress.ts';
import type { Instant } from '../time.ts';
import type { ChangeCause, Member, TierChange, TierRef } from './member.ts';
import { isIdle, nextCycle, type Tally } from './tally.ts';

export interface Settled {
  member: Member;
  changes: TierChange[];
}

/** Whether falls between two recalculations are told: the brand's switch, read where a change is decided. */
export interface Announcing {
  notifyOnRealtimeDowngrade: boolean;
}

export function announcingOf(settings: NotificationSettings): Announcing {
  return { notifyOnRealtimeDowngrade: settings.notifyOnRealtimeDowngrade ?? false };
}

interface Because {
  cause: ChangeCause;
  at: Instant;
  transactionId?: string;
  /** The sums without what the cause brought: they tell a fall of points from a change of thresholds. */
  tallyBefore?: Tally;
}

/**
 * Makes the visible tier what the tally gives, and writes down the change if there is one.
 * Grants will join here: visible = min(max(earned, floors), caps).
 */
export function settle(
  member: Member,
  program: Program,
  announcing: Announcing,
  because: Because,
  now: Instant,
): Settled {
  const visible = tierById(program, member.tier.id);
  const to = tierToShow(member.tally, visible, program, because);
  if (to.id === member.tier.id) return { member, changes: [] };
  // A tier that the program no longer has was ended by the edit, whoever finds it: that is no news of the member's.
  const cause = visible ? because.cause : 'programEdit';
  const from = visible ? tierRef(visible) : { id: member.tier.id, name: member.tier.id, rank: 0 };
  const direction = to.rank > from.rank ? 'up' : 'down';
  const next = progressOf(member.tally, program, to).next;
  const change: TierChange = {
    memberId: member.memberId,
    sequence: member.changes + 1,
    from,
    to: tierRef(to),
    direction,
    cause,
    occurredAt: because.at,
    recordedAt: now,
    expiresAt: null,
    programVersion: program.version,
    points: tierPointsShown(member.tally, program),
    announced: decideAnnouncement(cause, direction, announcing),
  };
  if (because.transactionId !== undefined) change.transactionId = because.transactionId;
  if (next) change.next = { ...tierRef(tierById(program, next.tier)!), missing: next.missing };
  return {
    member: { ...member, tier: { id: to.id, since: because.at }, changes: member.changes + 1 },
    changes: [change],
  };
}

/**
 * The tier that the tally gives; but R10: a change of thresholds lowers nobody before the cycle ends. Where the sums gave less than
 * the visible tier already before the cause came, it was the program that changed, and only points that fell lower the tier (E23).
 */
function tierToShow(tally: Tally, visible: Tier | undefined, program: Program, because: Because): Tier {
  const earned = earnedTier(program, tally);
  if (!visible || !because.tallyBefore || earned.rank >= visible.rank) return earned;
  const before = earnedTier(program, because.tallyBefore);
  return before.rank < visible.rank && earned.rank >= before.rank ? visible : earned;
}

/**
 * Takes the member over every end of a cycle that has passed, as if a timer had been punctual at each (E42). Nothing but the
 * moment decides, so it does not matter who comes first: a purchase, a reader, or the yearly recalculation.
 * @param now when a change is written down, where that is later than the moment
 */
export function bringUpTo(
  moment: Instant,
  member: Member,
  program: Program,
  announcing: Announcing,
  now: Instant = moment,
): Settled {
  let current = member;
  const changes: TierChange[] = [];
  while (current.tally.cycle.end <= moment) {
    const end = current.tally.cycle.end;
    const rolled = { ...current, tally: nextCycle(current.tally, program, current.enrolledAt) };
    const settled = settle(rolled, program, announcing, { cause: 'recalculation', at: end }, now);
    current = settled.member;
    changes.push(...settled.changes);
    // Two cycles without a point: no later end can change anything, however far away the moment is.
    if (isIdle(current.tally)) {
      const cycle = cycleAt(program.cycle, program.timeZone, current.enrolledAt, moment);
      current = { ...current, tally: { ...current.tally, cycle } };
    }
  }
  return { member: current, changes };
}

export function tierRef(tier: Tier): TierRef {
  return { id: tier.id, name: tier.name, rank: tier.rank };
}
