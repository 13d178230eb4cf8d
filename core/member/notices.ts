import type { ActionRecord } from '../actions/action-record.ts';
import { reminderMoments } from '../actions/due-moments.ts';
import { endOf, type Grant } from '../actions/grant.ts';
import { actionIdOf } from '../actions/tier-action.ts';
import { type Program, type Tier, tierById, tierRef } from '../program/program.ts';
import { tierAt } from '../rules/future-tier.ts';
import { progressOf, tierPointsShown } from '../rules/progress.ts';
import { earnedTier } from '../rules/qualification.ts';
import { nextVisibleTier } from '../rules/visible-tier.ts';
import type { Instant } from '../time.ts';
import type { Member } from './member.ts';
import type { TierNotice } from './tier-change.ts';

/** What a change and a notice have in common. */
export function newsOf(member: Member, program: Program, at: Instant, now: Instant) {
  const earned = earnedTier(program, member.tally);
  const visible = tierById(program, member.tier.id)!;
  const next = progressOf(member.tally, program, visible, member.grants).next;
  return {
    memberId: member.memberId,
    sequence: member.changes + 1,
    occurredAt: at,
    recordedAt: now,
    expiresAt: nextVisibleTier(earned, member.grants, at, program)?.at ?? null,
    programVersion: program.version,
    points: tierPointsShown(member.tally, program),
    ...(next && { next: { ...tierRef(tierById(program, next.tier)!), missing: next.missing } }),
  };
}

/** A moment on the way to a later one, and when what happens then is recorded. */
export interface Passing {
  at: Instant;
  upTo: Instant;
  recordedAt: Instant;
}

/**
 * The reminder of a floor's end that takes the visible tier away. Of several reminders that are overdue, only the last is given. After the
 * end there is none.
 */
export function reminderOf(
  member: Member,
  program: Program,
  { at, upTo, recordedAt }: Passing,
): TierNotice | undefined {
  const visible = tierById(program, member.tier.id);
  if (!visible) return undefined;
  const isDue = (grant: Grant) => {
    const warnings = reminderMoments(grant, program);
    return warnings.includes(at) && !warnings.some((other) => other > at && other <= upTo);
  };
  const grant = member.grants?.find(
    (one) => one.kind === 'floor' && one.tier === visible.id && endOf(one) > upTo && isDue(one),
  );
  const after = grant && tierAfter(grant, member, program);
  if (!after || after.rank >= visible.rank) return undefined;
  return {
    ...newsOf(member, program, at, recordedAt),
    kind: 'expiring',
    from: tierRef(visible),
    to: tierRef(visible),
    after: tierRef(after),
    expiresAt: endOf(grant),
    ...sourceOf(grant),
    announced: program.reminders.notify,
  };
}

/** The tier that follows a grant's end if nothing more happens; undefined if the visible tier is lost before that end. */
function tierAfter(grant: Grant, member: Member, program: Program): Tier | undefined {
  const end = endOf(grant);
  return tierAt(end - 1, member, program).id === member.tier.id ? tierAt(end, member, program) : undefined;
}

/** The notice that an action moved the end of a tier that stays. The brand's systems hear of it; the member only if the action says so. */
export function renewalOf(
  member: Member,
  record: ActionRecord,
  program: Program,
  now: Instant,
): TierNotice | undefined {
  const { grant, outcome, action, until, recordedAt } = record;
  const renews = outcome === 'EXTENDED' || (outcome === 'APPLIED' && action.action === 'renew');
  if (!renews || grant?.kind !== 'floor' || grant.tier !== member.tier.id) return undefined;
  const tier = tierRef(tierById(program, member.tier.id)!);
  const channels = action.notify?.channels ?? [];
  return {
    ...newsOf(member, program, Math.min(recordedAt, now), now),
    kind: 'renewed',
    from: tier,
    to: tier,
    expiresAt: until ?? null,
    ...sourceOf(grant),
    announced: channels.length > 0,
    ...(channels.length > 0 && { channels }),
  };
}

/** The action, the promotion and the transaction behind a grant. */
export function sourceOf({
  key,
  promotion,
  transactionId,
}: {
  key: string;
  promotion?: string | undefined;
  transactionId?: string | undefined;
}): Pick<TierNotice, 'actionId' | 'promotion' | 'transactionId'> {
  return {
    actionId: actionIdOf(key),
    ...(promotion !== undefined && { promotion }),
    ...(transactionId !== undefined && { transactionId }),
  };
}
