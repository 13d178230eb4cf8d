import type { Program } from '../program/program.ts';
import type { RecalculationRun } from '../runs/run.ts';
import type { Instant } from '../time.ts';
import { type History, momentOf, rebuildMember } from './count-entries.ts';
import { standingOf } from './counted-window.ts';
import { type ChangeCause, hasValidSums, type Member, type TierChange } from './member.ts';
import { type Announcing, andThen, bringUpTo, type Settled, settle } from './settle.ts';

/** The moment by which members are judged, and what for. */
export type Recalculation = Pick<RecalculationRun, 'occasion' | 'at'>;

/** What a recalculation finds that was to be written before: an end that nobody recalculated, an edit. */
const OVERDUE: readonly ChangeCause[] = ['recalculation', 'programEdit'];

/**
 * What a recalculation makes of a member, by the item alone: of most members that is all there is to read, and nothing is written of those
 * who stay what they are. Judged as of its moment, past or future, as if nothing more happened until then.
 * @returns undefined where the item cannot tell, and the ledger has to be read
 */
export function foresee(
  member: Member,
  recalculation: Recalculation,
  program: Program,
  announcing: Announcing,
  now: Instant,
): Settled | undefined {
  if (!hasValidSums(member, program) || member.undecided) return undefined;
  return judge(member, recalculation, program, announcing, now);
}

/** The same from the member's whole history, where the item cannot tell. */
export function foreseeFromHistory(
  member: Member,
  history: History,
  recalculation: Recalculation,
  program: Program,
  announcing: Announcing,
  now: Instant,
): Settled {
  const cause = member.rebuildDue ? 'enrolment' : 'transaction';
  const rebuilt = rebuildMember(member, history, program, announcing, { cause }, Math.min(now, recalculation.at));
  return andThen(rebuilt, (current) => judge(current, recalculation, program, announcing, now));
}

/**
 * What a recalculation writes: the member as it stands now, everything that is due taken in. What was taken before a cycle's end counts
 * before it, and the stream may have yet to bring it: only the ledger holds it all.
 * @param history read consistently after the member was
 */
export function recalculateFromHistory(
  member: Member,
  history: History,
  { occasion }: Recalculation,
  program: Program,
  announcing: Announcing,
  now: Instant,
): Settled {
  const news = history.entries.filter((entry) => standingOf(member.counted, entry) === 'new');
  const knowsAll = hasValidSums(member, program) && !member.undecided && news.length === 0;
  const cause = member.rebuildDue ? 'enrolment' : 'transaction';
  // What a purchase gives is told as a purchase's, though a recalculation finds it first.
  const present = knowsAll
    ? bringUpTo(now, member, program, announcing)
    : rebuildMember(member, history, program, announcing, { cause, brought: news }, now);
  return occasion === 'cycleEnd'
    ? present
    : andThen(present, (current) => judgeByTheRules(current, program, announcing, now));
}

function judge(
  member: Member,
  { occasion, at }: Recalculation,
  program: Program,
  announcing: Announcing,
  now: Instant,
): Settled {
  const arrived = bringUpTo(at, member, program, announcing, now);
  return occasion === 'cycleEnd'
    ? arrived
    : andThen(arrived, (current) => judgeByTheRules(current, program, announcing, at));
}

/**
 * R10: whoever was kept at a tier though thresholds rose goes down, and whom lower ones raise goes up. By a clock behind that of whoever
 * gave it, or as of a moment before, no grant that the member has is left out.
 */
function judgeByTheRules(member: Member, program: Program, announcing: Announcing, now: Instant): Settled {
  const at = momentOf(now, member);
  return settle(member, program, announcing, { cause: 'bulkRecalculation', at }, at);
}

/** Whether a change is the recalculation's own: not what else was due, and came to light on the way. */
export function isOfRecalculation({ cause, occurredAt }: TierChange, { at }: Recalculation, now: Instant): boolean {
  if (occurredAt === at || cause === 'bulkRecalculation') return true;
  // An end that is still to come, before the moment that is foretold, is its own recalculation's.
  return OVERDUE.includes(cause) && occurredAt <= now;
}
