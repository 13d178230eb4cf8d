import type { Program } from '../program/program.ts';
import type { RecalculationRun } from '../runs/run.ts';
import type { Instant } from '../time.ts';
import { advanceMember } from './advance-member.ts';
import type { ChangeCause } from './change-cause.ts';
import { countStatusOf } from './counted-window.ts';
import { decideTierChange } from './decide-tier-change.ts';
import { decisionMoment } from './decision-moment.ts';
import { type History, hasValidSums, type Member } from './member.ts';
import { andThen, type MemberUpdate } from './member-update.ts';
import { rebuildMember } from './rebuild-member.ts';
import type { TierMove } from './tier-change.ts';

/** The moment by which members are judged, and the occasion. */
export type Recalculation = Pick<RecalculationRun, 'occasion' | 'at'>;

/** Causes of changes that were due before the recalculation: an end that nobody recalculated, an edit. */
const OVERDUE: readonly ChangeCause[] = ['recalculation', 'programEdit'];

/**
 * What a recalculation makes of a member, by the item alone. For most members that is all there is to read, and members who keep their tier
 * are not written. Judged as of its moment, past or future, as if nothing more happened until then.
 * @returns undefined if the item cannot tell, and the ledger has to be read
 */
export function previewMember(
  member: Member,
  recalculation: Recalculation,
  program: Program,
  now: Instant,
): MemberUpdate | undefined {
  if (!hasValidSums(member, program) || member.undecided) return undefined;
  return judge(member, recalculation, program, now);
}

/** The same from the member's whole history, for an item that cannot tell. */
export function previewFromHistory(
  member: Member,
  history: History,
  recalculation: Recalculation,
  program: Program,
  now: Instant,
): MemberUpdate {
  const rebuilt = rebuildMember(
    member,
    history,
    program,
    { cause: causeOfRebuild(member) },
    Math.min(now, recalculation.at),
  );
  return andThen(rebuilt, (current) => judge(current, recalculation, program, now));
}

/**
 * What a recalculation writes: the member as of now, with everything that is due. Entries recorded before a cycle's end count before it,
 * though the stream may not have delivered them yet. Only the ledger holds them all.
 * @param history read consistently after the member was
 */
export function recalculateFromHistory(
  member: Member,
  history: History,
  { occasion }: Recalculation,
  program: Program,
  now: Instant,
): MemberUpdate {
  const newEntries = history.entries.filter((entry) => countStatusOf(member.counted, entry) === 'new');
  const isComplete = hasValidSums(member, program) && !member.undecided && newEntries.length === 0;
  // A purchase that a recalculation finds first is announced as a purchase.
  const present = isComplete
    ? advanceMember(member, program, now)
    : rebuildMember(member, history, program, { cause: causeOfRebuild(member), newEntries }, now);
  return occasion === 'cycleEnd' ? present : andThen(present, (current) => judgeByTheRules(current, program, now));
}

/** The cause of the changes that a member's rebuild finds on the way to something else. */
export function causeOfRebuild({ rebuildDue }: Member): ChangeCause {
  return rebuildDue ? 'enrolment' : 'transaction';
}

function judge(member: Member, { occasion, at }: Recalculation, program: Program, now: Instant): MemberUpdate {
  const advanced = advanceMember(member, program, at, now);
  return occasion === 'cycleEnd' ? advanced : andThen(advanced, (current) => judgeByTheRules(current, program, at));
}

/**
 * R10: a member who kept a tier though thresholds rose goes down, and a member whom lower thresholds raise goes up. The moment is late
 * enough for every grant that the member has.
 */
function judgeByTheRules(member: Member, program: Program, now: Instant): MemberUpdate {
  const at = decisionMoment(now, member);
  return decideTierChange(member, program, { cause: 'bulkRecalculation', at, recordedAt: at });
}

/** Whether the recalculation itself made a change, rather than finding what else was due. */
export function isOfRecalculation(
  { cause, occurredAt }: Pick<TierMove, 'cause' | 'occurredAt'>,
  { at }: Recalculation,
  now: Instant,
): boolean {
  if (occurredAt === at || cause === 'bulkRecalculation') return true;
  // An end between now and the previewed moment will have a recalculation of its own.
  return OVERDUE.includes(cause) && occurredAt <= now;
}
