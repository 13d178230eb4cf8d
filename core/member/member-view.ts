import { inOrderOfOccurrence, Replay } from '../ledger/replay.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import { type Program, type Tier, tierById } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import { type Progress, progressOf, shown, tierPointsShown } from '../tiers/progress.ts';
import { BEGINNING_OF_TIME, END_OF_TIME, type Instant } from '../time.ts';
import { hasValidSums, type Member } from './member.ts';
import { bringUpTo } from './settle.ts';
import { haveSameSums, isIdle, type Tally } from './tally.ts';

/** A member at one moment (semantics, section 8). */
export interface MemberView {
  memberId: string;
  enrolledAt: Instant;
  blocked: boolean;
  at: Instant;
  tier: { tier: Tier; since: Instant; expiresAt: Instant | null; source: 'earned' };
  earnedTier: Tier;
  points: { current: number; carry: number; lifetime: number; balance: number };
  cycle: { type: Program['cycle']['type']; start: Instant | null; end: Instant | null };
  progress: Progress;
}

const SILENT = { notifyOnRealtimeDowngrade: false };

/**
 * The member now, from the stored item alone: one read. Ends of cycles that passed since it was written are applied on the way, so
 * no timer is needed for the answer to be right.
 * @returns undefined where the item cannot tell, and the ledger has to be replayed
 */
export function viewNow(member: Member, program: Program, now: Instant): MemberView | undefined {
  if (!hasValidSums(member, program)) return undefined;
  const { member: arrived } = bringUpTo(now, member, program, SILENT);
  // A tier that the program no longer has is judged anew.
  const visible = tierById(program, arrived.tier.id) ?? earnedTier(program, arrived.tally);
  return viewOf(member, arrived.tally, visible, arrived.tier.since, program, now);
}

export interface Replayed {
  view: MemberView;
  /** Every entry that had happened by then, in that order. */
  happened: LedgerEntry[];
  /** The sums at that moment. */
  tally: Tally;
}

/**
 * The member at any moment, past or future, from the ledger: what the facts known today say was, is or will be true then.
 * @returns undefined for a moment before the member's first
 */
export function replayTo(
  at: Instant,
  member: Member,
  ledger: readonly LedgerEntry[],
  program: Program,
): Replayed | undefined {
  const happened = inOrderOfOccurrence(ledger.filter((entry) => entry.occurredAt <= at));
  const first = Math.min(member.enrolledAt, happened[0]?.occurredAt ?? Number.POSITIVE_INFINITY);
  if (at < first) return undefined;

  const replay = new Replay(program, member.enrolledAt);
  let tier: Tier = program.tiers[0];
  let since = first;
  let cycleEnd = replay.tallyAt(first).cycle.end;
  const judge = (moment: Instant) => {
    const tally = replay.tallyAt(moment);
    const earned = earnedTier(program, tally);
    if (earned.id !== tier.id) [tier, since] = [earned, moment];
    return tally;
  };
  const passCycleEndsUpTo = (moment: Instant) => {
    while (cycleEnd <= moment) {
      const tally = judge(cycleEnd);
      // Two cycles without a point: no end before the moment can change anything, however far away it is.
      cycleEnd = isIdle(tally) ? replay.tallyAt(moment).cycle.end : tally.cycle.end;
    }
  };
  happened.forEach((entry, place) => {
    passCycleEndsUpTo(entry.occurredAt);
    replay.add(entry);
    // What happens at one moment goes up or down once.
    if (happened[place + 1]?.occurredAt !== entry.occurredAt) judge(entry.occurredAt);
  });
  passCycleEndsUpTo(at);
  const tally = judge(at);
  const shown = shownSince(member, at, tally, program) ?? { tier, since };
  return { view: viewOf(member, tally, shown.tier, shown.since, program, at), happened, tally };
}

/**
 * The tier that the stored member shows at a moment, and since when it was told so. It holds what no replay can know: when a change
 * was recorded, and a tier that is kept though thresholds moved (R10).
 * @param tally the replay's sums: where they differ, the ledger says more of that moment than the item does
 * @returns undefined for a moment of which the item says nothing
 */
function shownSince(
  member: Member,
  at: Instant,
  tally: Tally,
  program: Program,
): { tier: Tier; since: Instant } | undefined {
  const tells = hasValidSums(member, program) && tierById(program, member.tier.id);
  if (!tells || at < member.tier.since || at < member.tally.cycle.start) return undefined;
  const { member: arrived } = bringUpTo(at, member, program, SILENT);
  const tier = tierById(program, arrived.tier.id);
  return tier && haveSameSums(arrived.tally, tally) ? { tier, since: arrived.tier.since } : undefined;
}

function viewOf(
  member: Member,
  tally: Tally,
  visible: Tier,
  since: Instant,
  program: Program,
  at: Instant,
): MemberView {
  const { cycle } = tally;
  return {
    memberId: member.memberId,
    enrolledAt: member.enrolledAt,
    blocked: member.blocked,
    at,
    tier: { tier: visible, since, expiresAt: null, source: 'earned' },
    earnedTier: earnedTier(program, tally),
    points: {
      current: tierPointsShown(tally, program),
      carry: shown(tally.current.tier, program),
      lifetime: Math.max(0, tally.lifetimePoints),
      balance: tally.balance,
    },
    cycle: {
      type: program.cycle.type,
      start: cycle.start === BEGINNING_OF_TIME ? null : cycle.start,
      end: cycle.end === END_OF_TIME ? null : cycle.end,
    },
    progress: progressOf(tally, program, visible),
  };
}
