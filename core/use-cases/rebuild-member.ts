import { rebuildMember } from '../member/count-entries.ts';
import type { ChangeCause, Member, TierChange } from '../member/member.ts';
import type { Announcing } from '../member/settle.ts';
import { bringUpTo, type Settled } from '../member/settle.ts';
import type { Tally } from '../member/tally.ts';
import type { Ledger, MemberStore, TierClock } from '../ports.ts';
import { hasSameContent } from '../program/fingerprint.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { historyOf } from './history.ts';
import { writeMember } from './write-member.ts';

export type Rebuilding =
  | { status: 'noMember' }
  | { status: 'equal' }
  | { status: 'differs'; differences: Difference[]; changes: TierChange[] };

export interface Difference {
  figure: string;
  stored: unknown;
  ledger: unknown;
}

/**
 * Makes a stored member what its ledger says, and tells the difference.
 * @param options.write false for a dry run
 * @param options.cause `rebuild` tells nobody; `transaction` is for entries that waited for an operator
 * @param options.upToNow writes down as well what happened by itself since the member was written: the end of a cycle or of a tier
 */
export async function rebuildStoredMember(
  ports: { members: MemberStore; ledger: Ledger; clock: TierClock },
  program: Program,
  announcing: Announcing,
  memberId: string,
  options: { write: boolean; cause: Extract<ChangeCause, 'rebuild' | 'transaction'>; upToNow?: boolean },
  now: Instant,
): Promise<Rebuilding> {
  let outcome = { status: 'noMember' } as Rebuilding;
  const written = await writeMember<Settled>(ports, memberId, async (member, before) => {
    if (!member) return undefined;
    const history = await historyOf(ports, memberId);
    const rebuilt = rebuildMember(member, history, program, announcing, { cause: options.cause }, now);
    const differences = differencesOf(member, rebuilt, program, now);
    const hasNews = options.upToNow === true && rebuilt.changes.length + rebuilt.notices.length > 0;
    const differs = differences.length > 0 || hasNews;
    // A second write goes on with the first: what that found is what differed.
    if (!before) outcome = differs ? { status: 'differs', differences, changes: rebuilt.changes } : { status: 'equal' };
    return options.write && differs ? rebuilt : undefined;
  });
  return outcome.status === 'differs' && written ? { ...outcome, changes: written.changes } : outcome;
}

/** Figure by figure; the stored side brought up to now first, for a cycle's end that nobody wrote down is no difference. */
function differencesOf(stored: Member, rebuilt: Settled, program: Program, now: Instant): Difference[] {
  const known = bringUpTo(now, stored, program, { notifyOnRealtimeDowngrade: false }).member;
  const figures = (member: Member): Record<string, unknown> => ({
    tier: member.tier.id,
    // Those of one millisecond were taken in one order and are read in another.
    grants: [...(member.grants ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1)),
    nextDueAt: member.nextDueAt ?? null,
    anniversary: member.anniversary ?? null,
    ...figuresOf(member.tally),
  });
  const [ours, theirs] = [figures(known), figures(rebuilt.member)];
  const differences = Object.keys(theirs)
    .filter((figure) => !hasSameContent(ours[figure], theirs[figure]))
    .map((figure) => ({ figure, stored: ours[figure], ledger: theirs[figure] }));
  if (stored.rebuildDue) differences.push({ figure: 'rebuildDue', stored: true, ledger: false });
  const undecided = rebuilt.actions.map(({ key }) => key);
  if (stored.undecided || undecided.length > 0) {
    differences.push({ figure: 'undecided', stored: undecided, ledger: [] });
  }
  return differences;
}

function figuresOf(tally: Tally): Record<string, unknown> {
  const { cycle: _, awaited, awaitsMany, held = null, latestAt = null, ...sums } = tally;
  return { ...sums, held, latestAt, awaited: awaitsMany ? 'many' : awaited };
}
