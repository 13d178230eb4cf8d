import type { ActionRecord } from '../actions/action-record.ts';
import { endOf, type Grant } from '../actions/grant.ts';
import { type Program, rankOf, type Tier, tierById, tierRef } from '../program/program.ts';
import { earnedTier } from '../rules/qualification.ts';
import type { Tally } from '../rules/tally.ts';
import { type TierWithSource, tierWithSourceAt, visibleTier } from '../rules/visible-tier.ts';
import type { Instant } from '../time.ts';
import type { ChangeCause } from './change-cause.ts';
import type { Member } from './member.ts';
import { type MemberUpdate, unchanged } from './member-update.ts';
import { newsOf, sourceOf } from './notices.ts';
import type { TierTransition } from './tier-change.ts';

export interface Moments {
  /** When the change takes effect. */
  at: Instant;
  /** The moment whose grants count, if later than `at`. A correction takes effect in the past, by the grants of today. */
  judgedAt?: Instant;
  /** When Laurel records the change. */
  recordedAt: Instant;
}

/** Why and when a member is judged, and what the member had before. */
export interface ChangeContext extends Moments {
  cause: ChangeCause;
  transactionId?: string;
  /** The sums without what the cause brought. They tell a fall of points from an edit of thresholds. */
  tallyBefore?: Tally;
  /** The grants without what actions gave just now. */
  grantsBefore?: readonly Grant[] | undefined;
  /** The actions taken just now. What they gave is already among the member's grants. */
  taken?: readonly ActionRecord[];
}

/**
 * Makes the visible tier what the tally and the grants give. There is one transition at most, attributed to the decisive reason.
 */
export function decideTierChange(member: Member, program: Program, context: ChangeContext): MemberUpdate {
  const visible = tierById(program, member.tier.id);
  const decided = tierToShow(member, visible, program, context);
  const to = decided.tier;
  if (to.id === member.tier.id) return unchanged(member);
  const { at, recordedAt } = context;
  const from = visible ? tierRef(visible) : { id: member.tier.id, name: member.tier.id, rank: 0 };
  const tier = { id: to.id, since: at };
  const transition: TierTransition = {
    ...newsOf({ ...member, tier }, program, at, recordedAt),
    from,
    to: tierRef(to),
    direction: to.rank > from.rank ? 'up' : 'down',
    ...reasonFor(member, visible, decided, program, context),
  };
  return { ...unchanged({ ...member, tier, changes: member.changes + 1 }), transitions: [transition] };
}

/** Why a tier changes, and the channels that the action behind the change names. */
type Reason = Pick<
  TierTransition,
  'cause' | 'actionId' | 'promotion' | 'transactionId' | 'channels' | 'raisedByPoints'
>;

function reasonFor(
  member: Member,
  visible: Tier | undefined,
  decided: TierWithSource,
  program: Program,
  context: ChangeContext,
): Reason {
  const { cause, transactionId, judgedAt = context.at } = context;
  const ofTransaction = transactionId === undefined ? {} : { transactionId };
  // The edit of the program ended a tier that the program no longer has, whoever finds it. The member hears nothing of it.
  if (!visible) return { cause: 'programEdit', ...ofTransaction };
  const ofAction = reasonOfAction(member, visible, decided, program, context);
  if (ofAction) return ofAction;
  if (cause !== 'grantEnd') return { cause, ...ofTransaction };
  const ended = endedAt(member.grants, judgedAt, program);
  return { cause, channels: ended?.tellEnd ?? [], ...(ended && sourceOf(ended)) };
}

/** The action taken just now that decides the tier; undefined if the tier would be the same without the actions. */
function reasonOfAction(
  member: Member,
  visible: Tier,
  decided: TierWithSource,
  program: Program,
  context: ChangeContext,
): Reason | undefined {
  const { cause, taken, grantsBefore, judgedAt = context.at } = context;
  if (!taken) return undefined;
  const without = visibleTier(earnedTier(program, member.tally), grantsBefore, judgedAt, program);
  const effective = taken.filter(({ grant, lifted }) => grant || lifted);
  const decisive = effective.find(({ key }) => key === decided.grant?.key) ?? effective.at(-1);
  if (!decisive || (without.id === decided.tier.id && cause !== 'tierAction')) return undefined;
  const { key, origin, action, grant } = decisive;
  return {
    cause: 'tierAction',
    channels: action.notify?.channels ?? [],
    raisedByPoints: cause === 'transaction' && without.rank > visible.rank,
    ...sourceOf({
      key,
      promotion: origin.type === 'promotion' ? origin.promotion : undefined,
      transactionId: grant?.transactionId ?? action.transactionId,
    }),
  };
}

/** Of the grants that end at a moment, the one that held the tier. */
function endedAt(grants: readonly Grant[] | undefined, at: Instant, program: Program): Grant | undefined {
  const ended = (grants ?? []).filter((grant) => endOf(grant) === at);
  const rank = ({ tier }: Grant) => rankOf(program, tier);
  const caps = ended.filter(({ kind }) => kind === 'cap').sort((a, b) => rank(a) - rank(b));
  const floors = ended.filter(({ kind }) => kind === 'floor').sort((a, b) => rank(b) - rank(a));
  return floors[0] ?? caps[0];
}

/**
 * What the tally and the grants give, except that an edit of thresholds lowers nobody before the cycle ends (R10). If the sums before the
 * cause already gave less than the visible tier, the program was edited. Then only a fall of points lowers the tier (E23).
 */
function tierToShow(
  { tally, grants }: Member,
  visible: Tier | undefined,
  program: Program,
  context: ChangeContext,
): TierWithSource {
  const { tallyBefore, grantsBefore = grants, judgedAt: at = context.at } = context;
  const decided = tierWithSourceAt(earnedTier(program, tally), grants, at, program);
  if (!visible || !tallyBefore || decided.tier.rank >= visible.rank) return decided;
  const before = visibleTier(earnedTier(program, tallyBefore), grantsBefore, at, program);
  if (decided.tier.rank < before.rank) return decided;
  // No grant holds the tier that is kept; but a cap still lowers it.
  return tierWithSourceAt(visible, grants, at, program);
}
