/** Which entries of a ledger a member's sums hold. */
import { Replay } from '../ledger/replay.ts';
import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import { haveSameSums } from '../rules/tally.ts';
import { countStatusOf } from './counted-window.ts';
import type { Member } from './member.ts';

/** The entries of a ledger that the item shows to be uncounted, and those of `newEntries` of which the item cannot tell. */
export function uncountedEntries(
  member: Member,
  ledger: readonly LedgerEntry[],
  newEntries: readonly LedgerEntry[],
): Set<LedgerEntry> {
  const newKeys = new Set(newEntries.map(entryKey));
  const isUncounted = (entry: LedgerEntry) => {
    const status = countStatusOf(member.counted, entry);
    return status === 'new' || (status === 'unknown' && newKeys.has(entryKey(entry)));
  };
  return new Set(ledger.filter(isUncounted));
}

/**
 * The entries of a ledger that the member's sums hold. Whether they hold an entry that the item no longer lists, the sums themselves tell.
 * @returns undefined if the sums fit no choice: of several unlisted entries, some were counted and others were not
 */
export function countedEntries(
  member: Member,
  ledger: readonly LedgerEntry[],
  newEntries: readonly LedgerEntry[],
  program: Program,
): readonly LedgerEntry[] | undefined {
  const uncounted = uncountedEntries(member, ledger, newEntries);
  const atMost = ledger.filter((entry) => countStatusOf(member.counted, entry) !== 'new');
  const atLeast = ledger.filter((entry) => !uncounted.has(entry));
  const choices = atLeast.length === atMost.length ? [atLeast] : [atMost, atLeast];
  return choices.find((entries) => {
    const replay = new Replay(program, member.enrolledAt);
    for (const entry of entries) replay.add(entry);
    return haveSameSums(replay.sumsAt(member.tally.cycle.start), member.tally);
  });
}
