import type { ActionRecord } from '../actions/action-record.ts';
import { type ActionRequest, decideAction, recordOf } from '../actions/decide-action.ts';
import { withGrant } from '../actions/grant.ts';
import { actionKey, type TierAction } from '../actions/tier-action.ts';
import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import { advanceMember, nextMoment, withGrants } from '../member/advance-member.ts';
import { decideTierChange } from '../member/decide-tier-change.ts';
import { hasValidSums, type Member } from '../member/member.ts';
import { andThen, type MemberUpdate, unchanged, withNotice } from '../member/member-update.ts';
import { renewalOf } from '../member/notices.ts';
import { rebuildMember } from '../member/rebuild-member.ts';
import { causeOfRebuild } from '../member/recalculation.ts';
import type { TierChange } from '../member/tier-change.ts';
import { hasSameContent } from '../program/fingerprint.ts';
import { type Program, tierById } from '../program/program.ts';
import { earnedTier } from '../rules/qualification.ts';
import type { Instant } from '../time.ts';
import { loadHistory } from './load-history.ts';
import type { Rules } from './rules.ts';
import { type MemberPorts, writeMember } from './write-member.ts';

export type Managing =
  /** Decided now. `changes` and `promotions` include those found on the way; the action's own change, if it made one, is the last. */
  | { status: 'decided'; record: ActionRecord; changes: TierChange[]; promotions: ActionRecord[] }
  /** Decided before, and nothing done now (R20). */
  | { status: 'repeated'; record: ActionRecord }
  /** The id was used for an action with other content: nothing was done. */
  | { status: 'conflict'; record: ActionRecord };

/**
 * Takes a tier action of staff or of a group: once, whatever its outcome (R15, R20). The action is recorded with what it changes, in one
 * write. Two simultaneous actions are taken one after the other.
 */
export async function manageTier(
  ports: MemberPorts,
  rules: Rules,
  memberId: string,
  request: Omit<ActionRequest, 'entry'>,
  now: Instant,
): Promise<Managing> {
  const { program, announcementPolicy } = rules;
  const { action, origin } = request;
  const key = actionKey(action.id, origin);
  let managing: Managing | undefined;
  let nothingToWrite: ActionRecord | undefined;
  const decidedWith = (record: ActionRecord): Managing => ({ status: 'decided', record, changes: [], promotions: [] });
  const written = await writeMember(ports, announcementPolicy, memberId, async (member) => {
    nothingToWrite = undefined;
    const before = await ports.members.action(memberId, key);
    if (before) {
      managing = { status: hasSameContent(before.action, action) ? 'repeated' : 'conflict', record: before };
      return undefined;
    }
    if (!member) {
      nothingToWrite = recordOf(memberId, request, { outcome: 'MEMBER_NOT_FOUND', lifted: [] }, now, {});
      managing = decidedWith(nothingToWrite);
      return undefined;
    }
    const found = await presentMember(ports, member, program, actionMoment(member, now));
    // One write cannot hold everything that is left to decide, and the action comes after all of it.
    if (found.member.undecided) return found;
    const entry = await transactionOf(ports, memberId, action);
    const moment = actionMoment(found.member, now);
    const present = andThen(found, (current) => advanceMember(current, program, moment));
    const update = andThen(present, (current) => takeAction(current, { ...request, entry }, program, moment));
    const record = update.actions.at(-1)!;
    managing = decidedWith(record);
    const { transitions, notices, actions } = update;
    const changesMember = record.grant || record.lifted || transitions.length + notices.length > 0;
    if (changesMember || actions.length > 1) return update;
    nothingToWrite = record;
    return undefined;
  });
  if (nothingToWrite && (await ports.members.recordAction(nothingToWrite)) === 'exists') {
    return manageTier(ports, rules, memberId, request, now);
  }
  if (managing!.status !== 'decided') return managing!;
  const { changes = [], actions = [] } = written ?? {};
  return { ...managing!, changes, promotions: actions.filter((one) => one.key !== key) };
}

/**
 * The moment of an action, by a clock that may run a little behind others: nothing that was written lies after it. What ends before the
 * action can be recorded has ended for the action.
 */
function actionMoment(member: Member, now: Instant): Instant {
  const { tier, grants = [] } = member;
  const moment = Math.max(now, tier.since, ...grants.map(({ from }) => from));
  const recordedAt = recordingMoment(member, moment);
  return nextMoment(member) <= recordedAt ? recordedAt : moment;
}

/** After everything that was counted, whatever the clocks of two functions say: the order of recording decides (R17). */
function recordingMoment({ counted }: Member, moment: Instant): Instant {
  return Math.max(moment, (counted.entries[0]?.[1] ?? 0) + 1);
}

/** The member as of now, with everything that is due. */
async function presentMember(
  ports: MemberPorts,
  member: Member,
  program: Program,
  now: Instant,
): Promise<MemberUpdate> {
  // Entries recorded before an end count before it. The stream may not have delivered them yet; only the ledger holds them all.
  const isPresent = hasValidSums(member, program) && !member.undecided && nextMoment(member) > now;
  const cause = causeOfRebuild(member);
  const present = isPresent
    ? unchanged(member)
    : rebuildMember(member, await loadHistory(ports, member.memberId), program, { cause }, now);
  if (tierById(program, present.member.tier.id)) return present;
  // The program no longer has the member's tier: the action starts from the tier that the rules give.
  return andThen(present, (current) =>
    decideTierChange(current, program, { cause: 'programEdit', at: now, recordedAt: now }),
  );
}

function takeAction(member: Member, request: ActionRequest, program: Program, now: Instant): MemberUpdate {
  const { memberId, enrolledAt, blocked, grants = [], tally } = member;
  const visible = tierById(program, member.tier.id)!;
  const recordedAt = recordingMoment(member, now);
  // A correction may lie in the past, but nobody had a tier before enrolling.
  const from = Math.min(Math.max(request.action.effectiveAt ?? now, enrolledAt), now);
  const present = { earned: earnedTier(program, tally), visible, grants, enrolledAt, blocked, at: recordedAt };
  const decision = decideAction(request, present, from, program);
  const record = recordOf(memberId, request, decision, recordedAt, { before: visible, after: visible });

  const { grant, lifted } = decision;
  if (!grant && lifted.length === 0) return withRenewal(unchanged(member), record, program, now);
  const kept = grants.filter(({ key }) => !lifted.includes(key));
  const update = decideTierChange(withGrants(member, grant ? withGrant(kept, grant) : kept, now, program), program, {
    cause: 'tierAction',
    // No change lies before the previous one.
    at: Math.max(from, member.tier.since),
    judgedAt: now,
    recordedAt: now,
    tallyBefore: tally,
    grantsBefore: grants,
    taken: [record],
  });
  const transition = update.transitions.at(-1);
  if (!transition) return withRenewal(update, record, program, now);
  return { ...update, actions: [{ ...record, to: transition.to }] };
}

function withRenewal(update: MemberUpdate, record: ActionRecord, program: Program, now: Instant): MemberUpdate {
  const told = andThen(update, (member) => withNotice(member, renewalOf(member, record, program, now)));
  return { ...told, actions: [record] };
}

/** The transaction that an action names: by its whole identity, or by its id alone (the newest of several). */
async function transactionOf(
  ports: MemberPorts,
  memberId: string,
  action: TierAction,
): Promise<LedgerEntry | undefined> {
  const { transactionId, expiry } = action;
  if (transactionId === undefined || (expiry?.type !== 'fieldDate' && expiry?.type !== 'fieldNumber')) return undefined;
  const entries = await ports.ledger.entriesOf(memberId);
  const named = entries.filter((entry) => entry.id === transactionId).sort((a, b) => b.recordedAt - a.recordedAt);
  return entries.find((entry) => entryKey(entry) === transactionId) ?? named[0];
}
