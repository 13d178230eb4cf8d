import { decideAction, recordOf } from '../actions/decide-action.ts';
import { withGrant } from '../actions/grant.ts';
import { type ActionOrigin, type ActionRecord, actionKey, type TierAction } from '../actions/tier-action.ts';
import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import { rebuildMember } from '../member/count-entries.ts';
import { hasValidSums, type Member, type TierChange } from '../member/member.ts';
import { renewalOf } from '../member/notices.ts';
import {
  type Announcing,
  andThen,
  bringUpTo,
  nextMoment,
  type Settled,
  settle,
  unchanged,
  withGrants,
  withNotice,
} from '../member/settle.ts';
import type { Ledger, MemberStore, TierClock } from '../ports.ts';
import { hasSameContent } from '../program/fingerprint.ts';
import { type Program, tierById } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import type { Instant } from '../time.ts';
import { historyOf } from './history.ts';
import { writeMember } from './write-member.ts';

export type Managing =
  /** Decided now. `changes` and `promotions`: also those that were found on the way; the action's own move, if it made one, is the last. */
  | { status: 'decided'; record: ActionRecord; changes: TierChange[]; promotions: ActionRecord[] }
  /** Decided before, and nothing done now (R20). */
  | { status: 'repeated'; record: ActionRecord }
  /** The id is taken by another content: nothing was done. */
  | { status: 'conflict'; record: ActionRecord };

type Ports = { ledger: Ledger; members: MemberStore; clock: TierClock };

/**
 * Takes a tier action of staff's or of a group's: once, whatever its outcome (R15, R20). The action is written down with what it
 * changes, in one write; two at once are taken one after the other.
 */
export async function manageTier(
  ports: Ports,
  program: Program,
  announcing: Announcing,
  memberId: string,
  action: TierAction,
  origin: ActionOrigin,
  now: Instant,
): Promise<Managing> {
  const key = actionKey(action.id, origin);
  let managing: Managing | undefined;
  let nothingToWrite: ActionRecord | undefined;
  const written = await writeMember<Settled>(ports, memberId, async (member) => {
    nothingToWrite = undefined;
    const before = await ports.members.action(memberId, key);
    if (before) {
      managing = { status: hasSameContent(before.action, action) ? 'repeated' : 'conflict', record: before };
      return undefined;
    }
    if (!member) {
      nothingToWrite = recordOf(
        memberId,
        action,
        origin,
        { outcome: 'MEMBER_NOT_FOUND', lifted: [] },
        now,
        undefined,
        undefined,
      );
      managing = { status: 'decided', record: nothingToWrite, changes: [], promotions: [] };
      return undefined;
    }
    const found = await presentMember(ports, member, program, announcing, momentOf(member, now));
    // More is to be decided than one write holds: the action comes after all of it.
    if (found.member.undecided) return found;
    const entry = await transactionOf(ports, memberId, action);
    const moment = momentOf(found.member, now);
    const present = andThen(found, (current) => bringUpTo(moment, current, program, announcing));
    const settled = takeAction(present, action, origin, entry, program, announcing, moment);
    const record = settled.actions.at(-1)!;
    managing = { status: 'decided', record, changes: [], promotions: [] };
    // Nothing of the member changes: its record is all there is to write.
    const { changes, notices, actions } = settled;
    const isIdle = !record.grant && !record.lifted && changes.length + notices.length === 0 && actions.length === 1;
    if (isIdle) nothingToWrite = record;
    return isIdle ? undefined : settled;
  });
  if (nothingToWrite && (await ports.members.recordAction(nothingToWrite)) === 'exists') {
    return manageTier(ports, program, announcing, memberId, action, origin, now);
  }
  if (managing!.status !== 'decided') return managing!;
  const { changes = [], actions = [] } = written ?? {};
  return { ...managing!, changes, promotions: actions.filter((one) => one.key !== key) };
}

/**
 * The moment of an action. By a clock that is a little behind those of others, what they wrote lies in no future. What ends before the action can
 * be recorded has ended for it.
 */
function momentOf(member: Member, now: Instant): Instant {
  const { tier, grants = [] } = member;
  const moment = Math.max(now, tier.since, ...grants.map(({ from }) => from));
  const recordedAt = recordingOf(member, moment);
  return nextMoment(member) <= recordedAt ? recordedAt : moment;
}

/** After all that was counted, whatever the clocks of two functions say: the order in which things were written down decides (R17). */
function recordingOf({ counted }: Member, moment: Instant): Instant {
  return Math.max(moment, (counted.entries[0]?.[1] ?? 0) + 1);
}

/** The member as it stands now, everything that is due taken in. */
async function presentMember(
  ports: Ports,
  member: Member,
  program: Program,
  announcing: Announcing,
  now: Instant,
): Promise<Settled> {
  const isValid = hasValidSums(member, program);
  const cause = member.rebuildDue ? 'enrolment' : 'transaction';
  // What was taken before something ended counts before it, and the stream may have yet to bring it: only the ledger holds it all.
  const present =
    isValid && !member.undecided && nextMoment(member) > now
      ? unchanged(member)
      : rebuildMember(member, await historyOf(ports, member.memberId), program, announcing, { cause }, now);
  if (tierById(program, present.member.tier.id)) return present;
  // The program no longer has the member's tier: what the rules give is where the action begins.
  return andThen(present, (current) => settle(current, program, announcing, { cause: 'programEdit', at: now }, now));
}

function takeAction(
  present: Settled,
  action: TierAction,
  origin: ActionOrigin,
  entry: LedgerEntry | undefined,
  program: Program,
  announcing: Announcing,
  now: Instant,
): Settled {
  return andThen(present, (member) => {
    const { memberId, enrolledAt, blocked, grants = [], tally } = member;
    const visible = tierById(program, member.tier.id)!;
    const recordedAt = recordingOf(member, now);
    // A correction may lie in the past, but nobody had a tier before enrolling.
    const from = Math.min(Math.max(action.effectiveAt ?? now, enrolledAt), now);
    const standing = { earned: earnedTier(program, tally), visible, grants, enrolledAt, blocked };
    const decision = decideAction(action, origin, standing, entry, from, recordedAt, program);

    const kept = grants.filter(({ key }) => !decision.lifted.includes(key));
    const given = decision.grant ? withGrant(kept, decision.grant) : kept;
    const withIt = decision.grant || decision.lifted.length > 0 ? withGrants(member, given, now, program) : member;
    const record = recordOf(memberId, action, origin, decision, recordedAt, visible, visible);
    const because = {
      cause: 'tierAction' as const,
      // No change lies before the one before it.
      at: Math.max(from, member.tier.since),
      judgedAt: now,
      tallyBefore: tally,
      grantsBefore: grants,
      taken: [record],
    };
    const settled =
      decision.grant || decision.lifted.length > 0
        ? settle(withIt, program, announcing, because, now)
        : unchanged(withIt);
    const moved = settled.changes.at(-1);
    if (moved) record.to = moved.to;
    const told = moved
      ? settled
      : andThen(settled, (current) => withNotice(current, renewalOf(current, record, program, now)));
    return { ...told, actions: [record] };
  });
}

/** The transaction that an action names: by its whole identity, or by its id alone, the newest of several. */
async function transactionOf(ports: Ports, memberId: string, action: TierAction): Promise<LedgerEntry | undefined> {
  const { transactionId, expiry } = action;
  if (transactionId === undefined || (expiry?.type !== 'fieldDate' && expiry?.type !== 'fieldNumber')) return undefined;
  const entries = await ports.ledger.entriesOf(memberId);
  const named = entries.filter((entry) => entry.id === transactionId).sort((a, b) => b.recordedAt - a.recordedAt);
  return entries.find((entry) => entryKey(entry) === transactionId) ?? named[0];
}
