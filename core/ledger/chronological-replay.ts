import type { Program } from '../program/program.ts';
import { cycleAt } from '../rules/cycle.ts';
import { afterFacts } from '../rules/downgrade-rules.ts';
import { isIdle, nextCycle } from '../rules/next-cycle.ts';
import type { Tally } from '../rules/tally.ts';
import { BEGINNING_OF_TIME, END_OF_TIME, type Instant } from '../time.ts';
import type { Replay } from './replay.ts';
import { entryKey, type LedgerEntry } from './transaction.ts';

/**
 * A ledger replayed in the order of occurrence, moment by moment and over the ends of cycles. Only this replay finds the tier if it depends
 * on the order of entries (R8). The order of arrival does not matter (R4).
 */
export class ChronologicalReplay {
  readonly #replay: Replay;
  readonly #program: Program;
  readonly #enrolledAt: Instant;
  #tally: Tally;
  #latestAt: Instant = BEGINNING_OF_TIME;

  /**
   * @param replay without entries
   * @param first a moment before all others
   */
  constructor(replay: Replay, program: Program, enrolledAt: Instant, first: Instant) {
    this.#replay = replay;
    this.#program = program;
    this.#enrolledAt = enrolledAt;
    this.#tally = replay.sumsAt(first);
  }

  /** The sums at the present moment of the replay, without the awaited keys. */
  get tally(): Tally {
    return this.#tally;
  }

  /**
   * Passes the next end of a cycle.
   * @returns the moment of that end; undefined if no end up to the given moment changes anything
   */
  passEnd(upTo: Instant): Instant | undefined {
    const { end } = this.#tally.cycle;
    if (end > upTo || end === END_OF_TIME) return undefined;
    const tally = nextCycle(this.#tally, this.#program, this.#enrolledAt);
    // The ends of idle cycles are passed all at once.
    const { cycle, timeZone } = this.#program;
    this.#tally = isIdle(tally) ? { ...tally, cycle: cycleAt(cycle, timeZone, this.#enrolledAt, upTo) } : tally;
    return end;
  }

  /**
   * Adds the entries of the next moment. An end of a cycle comes before entries of the same millisecond.
   * @param judgedAt the moment whose cycle decides
   */
  take({ at, entries }: Moment, judgedAt: Instant = at): void {
    this.#passEndsTo(judgedAt);
    for (const entry of entries) this.#replay.add(entry);
    this.#tally = afterFacts(this.#tally, this.#replay.sumsAt(judgedAt), this.#program);
    this.#latestAt = at;
  }

  /** The sums at a moment, as a member carries them. No entry can be added afterwards. */
  tallyAt(at: Instant): Tally {
    this.#passEndsTo(at);
    const { held } = this.#tally;
    return {
      ...this.#replay.tallyAt(at),
      ...(held !== undefined && { held }),
      ...(this.#program.earnedByPath && { latestAt: this.#latestAt }),
    };
  }

  #passEndsTo(moment: Instant): void {
    while (this.passEnd(moment) !== undefined);
  }
}

/** The entries of one moment. They are judged together, so the tier moves once. */
export interface Moment {
  at: Instant;
  entries: LedgerEntry[];
}

/** In the order of occurrence. Ties are broken by key, so that every replay takes the same order. */
export function inOrderOfOccurrence(entries: readonly LedgerEntry[]): LedgerEntry[] {
  return [...entries].sort((a, b) => a.occurredAt - b.occurredAt || (entryKey(a) < entryKey(b) ? -1 : 1));
}

/** @param ordered in the order of occurrence */
export function momentsOf(ordered: readonly LedgerEntry[]): Moment[] {
  const moments: Moment[] = [];
  for (const entry of ordered) {
    const last = moments.at(-1);
    if (last?.at === entry.occurredAt) last.entries.push(entry);
    else moments.push({ at: entry.occurredAt, entries: [entry] });
  }
  return moments;
}
