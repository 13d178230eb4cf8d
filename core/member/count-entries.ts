/** The fast path: counts entries by the member's item alone, or says that the ledger is needed. */
import { withoutReassessed } from '../actions/grant-history.ts';
import { inOrderOfOccurrence } from '../ledger/chronological-replay.ts';
import { effectOf } from '../ledger/effect.ts';
import { entryKey, isPartOfGroup, type LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import { afterFacts } from '../rules/downgrade-rules.ts';
import { earnedTier } from '../rules/qualification.ts';
import { type Tally, withEffect } from '../rules/tally.ts';
import { visibleTier } from '../rules/visible-tier.ts';
import type { Instant } from '../time.ts';
import { nextMoment, withGrants } from './advance-member.ts';
import { countStatusOf, withCounted } from './counted-window.ts';
import { decideTierChange } from './decide-tier-change.ts';
import { decisionMoment } from './decision-moment.ts';
import { hasValidSums, type Member } from './member.ts';
import type { MemberUpdate } from './member-update.ts';

export type Counting =
  | ({ kind: 'counted'; newEntries: LedgerEntry[] } & MemberUpdate)
  /** Every entry was counted before: nothing to write. */
  | { kind: 'alreadyCounted' }
  | { kind: 'rebuildNeeded'; because: RebuildReason };

export type RebuildReason =
  | 'created'
  | 'older than the window'
  | 'part of an order'
  | 'awaited by another entry'
  | 'out of order'
  | 'fires a promotion'
  | 'something ended meanwhile'
  | 'program counts otherwise now';

/**
 * Counts entries into a member. Points, tier and change are decided in one step, so they never disagree. An entry counts once, however
 * often and in whatever order it is delivered (R2, R4). If the item alone cannot decide that, the answer is `rebuildNeeded`.
 * @param entries of this member, as the stream delivered them
 */
export function countEntries(
  member: Member,
  entries: readonly LedgerEntry[],
  program: Program,
  now: Instant,
): Counting {
  if (!hasValidSums(member, program)) {
    return { kind: 'rebuildNeeded', because: member.rebuildDue ? 'created' : 'program counts otherwise now' };
  }
  if (member.undecided) return { kind: 'rebuildNeeded', because: 'fires a promotion' };

  const newEntries: LedgerEntry[] = [];
  for (const entry of entries) {
    const status = countStatusOf(member.counted, entry);
    if (status === 'counted' || newEntries.some((other) => entryKey(other) === entryKey(entry))) continue;
    if (status === 'unknown') return { kind: 'rebuildNeeded', because: 'older than the window' };
    if (entry.promotions) return { kind: 'rebuildNeeded', because: 'fires a promotion' };
    if (isPartOfGroup(entry)) return { kind: 'rebuildNeeded', because: 'part of an order' };
    if (member.tally.awaitsMany || member.tally.awaited.includes(entryKey(entry))) {
      return { kind: 'rebuildNeeded', because: 'awaited by another entry' };
    }
    newEntries.push(entry);
  }
  if (newEntries.length === 0) return { kind: 'alreadyCounted' };
  if (program.earnedByPath && !newEntries.every((entry) => comesAfterAll(entry, member.tally))) {
    return { kind: 'rebuildNeeded', because: 'out of order' };
  }

  const moment = decisionMoment(now, member, newEntries);
  // Entries recorded before that moment count before it, and only the ledger holds them all.
  if (nextMoment(member) <= moment) return { kind: 'rebuildNeeded', because: 'something ended meanwhile' };
  const update = countTogether(member, newEntries, program, moment);
  const counted = withCounted(member.counted, newEntries, moment, update.member.grants);
  return { kind: 'counted', newEntries, ...update, member: { ...update.member, counted } };
}

/** R8: whether an entry happened after all that was counted, and after the last end of a cycle. Only then can it be counted next. */
function comesAfterAll({ occurredAt }: LedgerEntry, { latestAt, cycle }: Tally): boolean {
  return latestAt !== undefined && occurredAt > latestAt && occurredAt >= cycle.start;
}

/** Counts entries between two moments at which something ends. There is one transition at most, attributed to the decisive entry. */
function countTogether(member: Member, entries: readonly LedgerEntry[], program: Program, at: Instant): MemberUpdate {
  let tally = member.tally;
  let before = tally;
  let { grants } = member;
  let tierBefore = member.tier.id;
  let decisiveEntry: LedgerEntry | undefined;
  const ordered = program.earnedByPath ? inOrderOfOccurrence(entries) : entries;
  for (let place = 0; place < ordered.length; place++) {
    const entry = ordered[place]!;
    tally = withEffect(tally, effectOf(entry, program), entry.occurredAt, program);
    grants = withoutReassessed(grants, entry, program);
    // Entries of one moment are judged together.
    if (program.earnedByPath && ordered[place + 1]?.occurredAt === entry.occurredAt) continue;
    if (program.earnedByPath) {
      tally = { ...afterFacts(before, tally, program), latestAt: entry.occurredAt };
      before = tally;
    }
    const tierAfter = visibleTier(earnedTier(program, tally), grants, at, program).id;
    if (tierAfter !== tierBefore) decisiveEntry = entry;
    tierBefore = tierAfter;
  }
  const counted = { ...member, tally };
  return decideTierChange(
    grants === member.grants ? counted : withGrants(counted, grants ?? [], at, program),
    program,
    {
      cause: 'transaction',
      at,
      recordedAt: at,
      transactionId: (decisiveEntry ?? entries.at(-1)!).id,
      tallyBefore: member.tally,
      grantsBefore: member.grants,
    },
  );
}
