import { withoutReassessed } from '../actions/grant-history.ts';
import { tallyOf } from '../ledger/ledger-tally.ts';
import { Replay } from '../ledger/replay.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import type { Program, Tier } from '../program/program.ts';
import { earnedTier } from '../rules/qualification.ts';
import { visibleTier } from '../rules/visible-tier.ts';
import type { Instant } from '../time.ts';
import { uncountedEntries } from './counted-entries.ts';
import type { Member } from './member.ts';

/**
 * The entry that moved the tier, of those that the member had not counted. They are replayed after all others, in the order of recording.
 * @param newEntries the entries that ask for the rebuild
 */
export function decisiveEntryOf(
  member: Member,
  ledger: readonly LedgerEntry[],
  newEntries: readonly LedgerEntry[],
  program: Program,
  moment: Instant,
): LedgerEntry | undefined {
  const uncounted = uncountedEntries(member, ledger, newEntries);
  const counted = ledger.filter((entry) => !uncounted.has(entry));
  const earnedWith = earnedTierWith(counted, member, program, moment);
  let { grants } = member;
  const tierWith = (entry?: LedgerEntry) => {
    if (entry) grants = withoutReassessed(grants, entry, program);
    return visibleTier(earnedWith(entry), grants, moment, program).id;
  };
  let tier = tierWith();
  let decisiveEntry = newEntries.at(-1);
  for (const entry of [...uncounted].sort((a, b) => a.recordedAt - b.recordedAt)) {
    const tierAfter = tierWith(entry);
    if (tierAfter !== tier) decisiveEntry = entry;
    tier = tierAfter;
  }
  return decisiveEntry;
}

/** The earned tier of a ledger to which one entry after the other is added. */
function earnedTierWith(
  ledger: LedgerEntry[],
  { enrolledAt }: Member,
  program: Program,
  at: Instant,
): (added?: LedgerEntry) => Tier {
  if (program.earnedByPath) {
    // R8: an entry may change the effect of later ones, so each replay starts at the first entry.
    return (added) => {
      if (added) ledger.push(added);
      return earnedTier(program, tallyOf(ledger, program, enrolledAt, at));
    };
  }
  const replay = new Replay(program, enrolledAt);
  for (const entry of ledger) replay.add(entry);
  return (added) => {
    if (added) replay.add(added);
    return earnedTier(program, replay.tallyAt(at));
  };
}
