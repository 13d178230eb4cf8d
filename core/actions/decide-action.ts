import type { LedgerEntry } from '../ledger/transaction.ts';
import { type Program, rankOf, type Tier, tierById, tierRef } from '../program/program.ts';
import { cycleAt } from '../rules/cycle.ts';
import { visibleTier } from '../rules/visible-tier.ts';
import { END_OF_TIME, type Instant } from '../time.ts';
import type { ActionRecord, Outcome } from './action-record.ts';
import { endingOf } from './expiry.ts';
import { endOf, type Grant, isLive } from './grant.ts';
import { type ActionOrigin, actionKey, type TierAction } from './tier-action.ts';

/** An action, who asks for it, and the transaction that it names or that fired it. */
export interface ActionRequest {
  action: TierAction;
  origin: ActionOrigin;
  entry: LedgerEntry | undefined;
}

/** What the member has when an action is decided and recorded. */
export interface Present {
  at: Instant;
  earned: Tier;
  visible: Tier;
  grants: readonly Grant[];
  enrolledAt: Instant;
  blocked: boolean;
}

export interface Decision {
  outcome: Outcome;
  why?: string;
  /** When what was given, or what stays, ends; null for good. Left out where nothing was given. */
  until?: Instant | null;
  grant?: Grant;
  /** The keys of the caps that it lifts, or takes the place of. */
  lifted: string[];
}

/**
 * Decides a tier action (R14, R15, R18). An upgrade never lowers a member, a downgrade never raises one, and a renewal never shortens what
 * the member has.
 * @param from the moment of the change, not after `present.at`. A grant that would end by `present.at` is refused
 */
export function decideAction(
  { action, origin, entry }: ActionRequest,
  present: Present,
  from: Instant,
  program: Program,
): Decision {
  const { at: recordedAt } = present;
  const target = targetOf(action, present, program);
  if (!target) return { outcome: 'UNKNOWN_TIER', lifted: [] };
  if (present.blocked && action.action !== 'downgrade') return { outcome: 'MEMBER_BLOCKED', lifted: [] };
  const base = program.tiers[0];
  const baseStays =
    action.action === 'downgrade' ? present.visible === base : action.action === 'renew' && target === base;
  if (baseStays) return { outcome: 'ALREADY_BASE', lifted: [] };

  let until = defaultEnd(action, present, from, program);
  if (action.expiry) {
    const ending = endingOf(action.expiry, from, entry, program);
    if ('invalid' in ending) return { outcome: 'FIELD_INVALID', why: ending.invalid, lifted: [] };
    until = ending.until;
  }
  if (until !== undefined && until <= recordedAt) return { outcome: 'EXPIRY_IN_PAST', lifted: [] };

  const grant: Grant = {
    key: actionKey(action.id, origin),
    kind: action.action === 'downgrade' ? 'cap' : 'floor',
    tier: target.id,
    from,
  };
  if (until !== undefined) grant.until = until;
  // Not lifted by the transaction that fired it.
  if (action.reassess && grant.kind === 'cap') grant.reassessFrom = entry ? recordedAt + 1 : recordedAt;
  if (origin.type === 'promotion') grant.promotion = origin.promotion;
  if (entry) grant.transactionId = entry.id;
  if (action.notify?.atEnd) grant.tellEnd = action.notify.channels;

  switch (action.action) {
    case 'upgrade':
      return decideUpgrade({ action, origin, grant }, target, present, program);
    case 'downgrade':
      return decideDowngrade(action, grant, target, present);
    case 'renew':
      if (target.rank > present.visible.rank) {
        return {
          outcome: 'TARGET_NOT_LOWER',
          why: 'A renewal never raises a tier. Use an upgrade for that.',
          lifted: [],
        };
      }
      return given(keepingWhatIsHeld(grant, present, program), present);
  }
}

/** A tier that is kept though thresholds rose lasts until the cycle ends (R10). A renewal does not shorten that (R18). */
function keepingWhatIsHeld(grant: Grant, present: Present, program: Program): Grant {
  const { at, earned, visible, grants, enrolledAt } = present;
  const isHeld = grant.tier === visible.id && visibleTier(earned, grants, at, program).rank < visible.rank;
  const heldUntil = endOfCycle(at, enrolledAt, program);
  if (!isHeld || endOf(grant) >= heldUntil) return grant;
  const { until: _, ...forGood } = grant;
  return heldUntil === END_OF_TIME ? forGood : { ...grant, until: heldUntil };
}

function targetOf({ action, strategy }: TierAction, { earned, visible }: Present, program: Program): Tier | undefined {
  if (strategy.type === 'specific') return tierById(program, strategy.tier);
  if (action === 'upgrade') return earned;
  if (action === 'renew') return visible;
  switch (program.downgradeTarget) {
    case 'qualified':
      return earned;
    case 'oneBelow':
      return program.tiers[visible.rank - 1] ?? visible;
    case 'base':
      return program.tiers[0];
  }
}

/** Without an expiry a floor is for good, a cap lasts until the next recalculation, and a renewal for the next cycle as well (R18). */
function defaultEnd(
  { action }: TierAction,
  { enrolledAt }: Present,
  from: Instant,
  program: Program,
): Instant | undefined {
  if (action === 'upgrade') return undefined;
  const end = endOfCycle(from, enrolledAt, program);
  if (end === END_OF_TIME) return undefined;
  return action === 'downgrade' ? end : endOfCycle(end, enrolledAt, program);
}

function endOfCycle(at: Instant, enrolledAt: Instant, program: Program): Instant {
  return cycleAt(program.cycle, program.timeZone, enrolledAt, at).end;
}

function decideUpgrade(
  { action, origin, grant }: { action: TierAction; origin: ActionOrigin; grant: Grant },
  target: Tier,
  present: Present,
  program: Program,
): Decision {
  const { at, earned, visible, grants } = present;
  // An upgrade by staff ends earlier caps. A promotion undoes no decision of staff.
  const capsBelow = grants.filter(
    (one) => one.kind === 'cap' && isLive(one, at) && rankOf(program, one.tier) < target.rank,
  );
  const lifted = origin.type === 'promotion' ? [] : capsBelow.map(({ key }) => key);
  if (target.rank > visible.rank) {
    const floor = given(grant, present);
    // A floor of that tier existed below a cap. Lifting the cap changes more than the floor's end.
    return lifted.length > 0 ? { ...floor, outcome: 'APPLIED', lifted } : floor;
  }
  if (action.strategy.type === 'program') return { outcome: 'NO_CHANGE', lifted: [] };
  const floors = grants.filter((one) => one.kind === 'floor' && isLive(one, at));
  if (floors.some(({ tier }) => tier === target.id)) return given(grant, present);
  const higher = floors.filter((one) => rankOf(program, one.tier) > target.rank);
  const outlastsThem = higher.length > 0 && higher.every((one) => endOf(grant) > endOf(one));
  if (target.rank > earned.rank && outlastsThem) return given(grant, present);
  return { outcome: 'TARGET_NOT_HIGHER', lifted: [] };
}

function decideDowngrade({ strategy }: TierAction, grant: Grant, target: Tier, present: Present): Decision {
  const { at, visible, grants } = present;
  if (target.rank < visible.rank) return given(grant, present);
  if (strategy.type === 'program') return { outcome: 'NO_CHANGE', lifted: [] };
  const same = grants.some((one) => one.kind === 'cap' && one.tier === target.id && isLive(one, at));
  return same && target === visible ? given(grant, present) : { outcome: 'TARGET_NOT_LOWER', lifted: [] };
}

/** The same tier again keeps the later end (R14). */
function given(grant: Grant, { at, grants }: Present): Decision {
  const same = grants.filter((one) => one.kind === grant.kind && one.tier === grant.tier && isLive(one, at));
  const latest = Math.max(endOf(grant), ...same.map(endOf));
  const until = latest === END_OF_TIME ? null : latest;
  if (same.length === 0) return { outcome: 'APPLIED', until, grant, lifted: [] };
  if (same.some((one) => standsInFor(one, grant))) return { outcome: 'EXTENDED', until, lifted: [] };
  // A longer cap replaces the one before.
  const replaced = grant.kind === 'cap' ? same.filter((one) => standsInFor(grant, one)) : [];
  return { outcome: 'EXTENDED', until, grant, lifted: replaced.map(({ key }) => key) };
}

/** Whether a grant makes another of the same tier needless: it ends no sooner, and no purchase lifts it sooner (R17). */
function standsInFor(one: Grant, other: Grant): boolean {
  return endOf(one) >= endOf(other) && (one.reassessFrom === undefined || other.reassessFrom !== undefined);
}

/** The record of an action. The tiers are left out if there is no member. */
export function recordOf(
  memberId: string,
  { action, origin }: Omit<ActionRequest, 'entry'>,
  { lifted, ...decision }: Decision,
  recordedAt: Instant,
  { before, after }: { before?: Tier; after?: Tier },
): ActionRecord {
  return {
    memberId,
    key: actionKey(action.id, origin),
    action,
    origin,
    ...decision,
    recordedAt,
    from: before ? tierRef(before) : null,
    to: after ? tierRef(after) : null,
    ...(lifted.length > 0 && { lifted }),
  };
}
