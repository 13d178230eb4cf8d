import { decideAnnouncement } from '../notifications/announcement-table.ts';
import { type Program, type Tier, tierById } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import { progressOf, tierPointsShown } from '../tiers/progress.ts';
import type { Instant } from '../time.ts';
import type { ChangeCause, Member, TierChange, TierRef } from './member.ts';
import { nextCycle } from './tally.ts';

export interface Settled {
  member: Member;
  changes: TierChange[];
}

/** Whether falls between two recalculations are told: the brand's switch, read where a change is decided. */
export interface Announcing {
  notifyOnRealtimeDowngrade: boolean;
}

interface Because {
  cause: ChangeCause;
  at: Instant;
  transactionId?: string;
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
  const from = tierById(program, member.tier.id) ?? program.tiers[0];
  const to = earnedTier(program, member.tally);
  if (to.id === member.tier.id) return { member, changes: [] };
  const direction = to.rank > from.rank ? 'up' : 'down';
  const next = progressOf(member.tally, program, to).next;
  const change: TierChange = {
    memberId: member.memberId,
    sequence: member.changes + 1,
    from: tierRef(from),
    to: tierRef(to),
    direction,
    cause: because.cause,
    occurredAt: because.at,
    recordedAt: now,
    expiresAt: null,
    programVersion: program.version,
    points: tierPointsShown(member.tally, program),
    announced: decideAnnouncement(because.cause, direction, announcing),
  };
  if (because.transactionId !== undefined) change.transactionId = because.transactionId;
  if (next) change.next = { ...tierRef(tierById(program, next.tier)!), missing: next.missing };
  return {
    member: { ...member, tier: { id: to.id, since: because.at }, changes: member.changes + 1 },
    changes: [change],
  };
}

/**
 * Takes the member over every end of a cycle that has passed, as if a timer had been punctual at each (E42). Nothing but the
 * moment decides, so it does not matter who comes first: a purchase, a reader, or the yearly recalculation.
 */
export function bringUpTo(now: Instant, member: Member, program: Program, announcing: Announcing): Settled {
  let current = member;
  const changes: TierChange[] = [];
  while (current.tally.cycle.end <= now) {
    const end = current.tally.cycle.end;
    const rolled = { ...current, tally: nextCycle(current.tally, program, current.enrolledAt) };
    const settled = settle(rolled, program, announcing, { cause: 'recalculation', at: end }, now);
    current = settled.member;
    changes.push(...settled.changes);
  }
  return { member: current, changes };
}

export function tierRef(tier: Tier): TierRef {
  return { id: tier.id, name: tier.name, rank: tier.rank };
}
