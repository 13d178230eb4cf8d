import type { Program } from '../program/program.ts';
import type { Tally } from '../rules/tally.ts';
import type { Instant } from '../time.ts';
import { ChronologicalReplay, inOrderOfOccurrence, momentsOf } from './chronological-replay.ts';
import { Replay } from './replay.ts';
import type { LedgerEntry } from './transaction.ts';

/** The sums of a whole ledger at a moment. Entries dated later are judged by that moment's cycle. */
export function tallyOf(entries: readonly LedgerEntry[], program: Program, enrolledAt: Instant, at: Instant): Tally {
  const replay = new Replay(program, enrolledAt);
  if (program.earnedByPath) {
    const moments = momentsOf(inOrderOfOccurrence(entries));
    const chronology = new ChronologicalReplay(replay, program, enrolledAt, Math.min(moments[0]?.at ?? at, at));
    for (const moment of moments) chronology.take(moment, Math.min(moment.at, at));
    return chronology.tallyAt(at);
  }
  for (const entry of entries) replay.add(entry);
  return replay.tallyAt(at);
}
