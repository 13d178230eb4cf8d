import { advanceMember } from '../member/advance-member.ts';
import type { Difference } from '../member/audit/findings.ts';
import type { ChangeCause } from '../member/change-cause.ts';
import type { Member } from '../member/member.ts';
import type { MemberUpdate } from '../member/member-update.ts';
import { rebuildMember } from '../member/rebuild-member.ts';
import type { TierMove } from '../member/tier-change.ts';
import { hasSameContent } from '../program/fingerprint.ts';
import type { Program } from '../program/program.ts';
import type { Tally } from '../rules/tally.ts';
import type { Instant } from '../time.ts';
import { loadHistory } from './load-history.ts';
import type { Rules } from './rules.ts';
import { type MemberPorts, writeMember } from './write-member.ts';

export type Rebuilding =
  | { status: 'noMember' }
  | { status: 'equal' }
  | { status: 'differs'; differences: Difference[]; changes: readonly TierMove[] };

/**
 * Rebuilds a stored member from its ledger, and returns the differences.
 * @param options.write false for a dry run
 * @param options.cause `rebuild` is announced to nobody; `transaction` is for entries that waited for an operator
 * @param options.upToNow also writes the ends of cycles and tiers that passed since the member was written
 */
export async function rebuildStoredMember(
  ports: MemberPorts,
  { program, announcementPolicy }: Rules,
  memberId: string,
  options: { write: boolean; cause: Extract<ChangeCause, 'rebuild' | 'transaction'>; upToNow?: boolean },
  now: Instant,
): Promise<Rebuilding> {
  let outcome = { status: 'noMember' } as Rebuilding;
  const written = await writeMember(ports, announcementPolicy, memberId, async (member, before) => {
    if (!member) return undefined;
    const history = await loadHistory(ports, memberId);
    const rebuilt = rebuildMember(member, history, program, { cause: options.cause }, now);
    const differences = differencesOf(member, rebuilt, program, now);
    const hasNews = options.upToNow === true && rebuilt.transitions.length + rebuilt.notices.length > 0;
    const differs = differences.length > 0 || hasNews;
    // A second write continues the first one, which found the differences.
    if (!before)
      outcome = differs ? { status: 'differs', differences, changes: rebuilt.transitions } : { status: 'equal' };
    return options.write && differs ? rebuilt : undefined;
  });
  return outcome.status === 'differs' && written ? { ...outcome, changes: written.changes } : outcome;
}

/** Figure by figure. The stored member is advanced to now first: an end of a cycle that is not written yet is no difference. */
function differencesOf(stored: Member, rebuilt: MemberUpdate, program: Program, now: Instant): Difference[] {
  const known = advanceMember(stored, program, now).member;
  const figures = (member: Member): Record<string, unknown> => ({
    tier: member.tier.id,
    // Grants of one millisecond may be read in another order than they were written.
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
