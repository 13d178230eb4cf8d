import type { Program } from '../program/program.ts';
import { cycleAt } from '../rules/cycle.ts';
import { afterFacts } from '../rules/downgrade-rules.ts';
import { isIdle, nextCycle } from '../rules/next-cycle.ts';
import type { Tally } from '../rules/tally.ts';
import { BEGINNING_OF_TIME, END_OF_TIME, type Instant } from '../time.ts';
import type { Replay } from './replay.ts';
import { entryKey, type LedgerEntry } from './transaction.ts';

/**
 * A ledger read in the order of occurrence, moment by moment and over the ends of the cycles between them: the only reading that finds
 * the tier where it depends on the way that the sums went (R8). Since it goes by when things happened, it does not matter when they
 * came (R4).
 */
export class ChronologicalReplay {
  readonly #replay: Replay;
  readonly #program: Program;
  readonly #enrolledAt: Instant;
  #tally: Tally;
  #latestAt: Instant = BEGINNING_OF_TIME;

  /**
   * @param replay that has read nothing yet
   * @param first a moment before all others
   */
  constructor(replay: Replay, program: Program, enrolledAt: Instant, first: Instant) {
    this.#replay = replay;
    this.#program = program;
    this.#enrolledAt = enrolledAt;
    this.#tally = replay.sumsAt(first);
  }

  /** The sums where the walk stands, but for what is awaited. */
  get tally(): Tally {
    return this.#tally;
  }

  /**
   * Goes over the next end of a cycle.
   * @returns the moment of that end; undefined where none comes up to the given moment that could change anything
   */
  passEnd(upTo: Instant): Instant | undefined {
    const { end } = this.#tally.cycle;
    if (end > upTo || end === END_OF_TIME) return undefined;
    const tally = nextCycle(this.#tally, this.#program, this.#enrolledAt);
    // However far away the moment is, the ends before it are passed at once.
    const { cycle, timeZone } = this.#program;
    this.#tally = isIdle(tally) ? { ...tally, cycle: cycleAt(cycle, timeZone, this.#enrolledAt, upTo) } : tally;
    return end;
  }

  /**
   * Takes the next moment; the end of a cycle comes before what happens on its very millisecond.
   * @param judgedAt the moment whose cycle it is judged in
   */
  take({ at, entries }: Moment, judgedAt: Instant = at): void {
    this.#passEndsTo(judgedAt);
    for (const entry of entries) this.#replay.add(entry);
    this.#tally = afterFacts(this.#tally, this.#replay.sumsAt(judgedAt), this.#program);
    this.#latestAt = at;
  }

  /** Ends at a moment, with the sums as a member carries them then. */
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

/** What happened at one moment is judged together: it goes up or down once. */
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
