import { NOTHING_COUNTED } from '../core/member/counted-window.ts';
import type { Member } from '../core/member/member.ts';
import { isActionRecord, type MemberRecord } from '../core/member/tier-change.ts';
import type { Groups, Ledger, MemberStore, Runs } from '../core/ports.ts';
import type { Program } from '../core/program/program.ts';
import { emptyTally } from '../core/rules/tally.ts';
import { NO_COUNTS, plusCounts, type Run, type RunCounts, type RunPage } from '../core/runs/run.ts';
import { HOUR_MS, type Instant } from '../core/time.ts';

const DIGITS = 9;
const POINTS = 1300;

export function memberIdOf(number: number): string {
  return `m-${String(number).padStart(DIGITS, '0')}`;
}

/**
 * As many members as one likes, in no memory: each is made when it is read, and forgotten when it was written. So whatever memory is
 * taken is the engine's.
 */
export class MembersOnTheFly implements Pick<MemberStore, 'load' | 'save' | 'action' | 'recordAction'> {
  readonly #program: Program;
  readonly #now: Instant;
  saved = 0;

  constructor(program: Program, now: Instant) {
    this.#program = program;
    this.#now = now;
  }

  async load(memberId: string): Promise<Member> {
    const enrolledAt = this.#now - 200 * 24 * HOUR_MS;
    const tally = emptyTally(this.#program, enrolledAt, this.#now);
    return {
      memberId,
      enrolledAt,
      blocked: false,
      version: 41,
      tier: { id: 'silver', since: this.#now - 30 * 24 * HOUR_MS },
      changes: 1,
      tally: { ...tally, current: { ...tally.current, tier: POINTS }, lifetimePoints: POINTS, balance: POINTS },
      countedUnder: this.#program.countingRule,
      counted: NOTHING_COUNTED,
    };
  }

  async save(member: Member, readVersion: number, records: readonly MemberRecord[]): Promise<'saved'> {
    const actions = records.filter(isActionRecord);
    const whole = member.version === readVersion + 1 && member.grants?.length === 1 && member.nextDueAt !== undefined;
    if (!whole || actions.length !== 1 || records.length !== 2 || actions[0]!.outcome !== 'APPLIED') {
      throw new Error(`${member.memberId} was not written as it should be: ${JSON.stringify(records)}`);
    }
    this.saved += 1;
    return 'saved';
  }

  async action(): Promise<undefined> {
    return undefined;
  }

  async recordAction(): Promise<never> {
    throw new Error('Every action here changes something.');
  }
}

/** What made every member Silver, long ago. */
export function ledgerOnTheFly(now: Instant): Ledger {
  const at = now - 30 * 24 * HOUR_MS;
  return {
    record: async () => ({ status: 'recorded' }),
    entriesOf: async (memberId) => [
      { memberId, id: 'import', source: 'api', type: 'bonus', points: POINTS, occurredAt: at, recordedAt: at },
    ],
  };
}

/** A group of that many, by number. */
export function groupOf(members: number): Groups {
  return {
    join: async () => {},
    leave: async () => {},
    exists: async () => true,
    async membersAt(_groupId, _at, { limit, after }) {
      const first = after === undefined ? 0 : Number(after.slice('m-'.length)) + 1;
      const count = Math.min(limit, members - first);
      const memberIds = Array.from({ length: count }, (_, place) => memberIdOf(first + place));
      return first + count < members ? { memberIds, next: memberIds.at(-1)! } : { memberIds };
    },
  };
}

/** One run, of which nothing is kept but its counts. */
export class CountedRun implements Pick<Runs, 'load' | 'page' | 'recordPage' | 'finish'> {
  readonly #run: Run;
  counts: RunCounts = NO_COUNTS;

  constructor(run: Run) {
    this.#run = run;
  }

  async load(): Promise<Run> {
    return this.#run;
  }

  async page(): Promise<undefined> {
    return undefined;
  }

  async recordPage(_runId: string, page: RunPage, counts: RunCounts): Promise<RunPage> {
    this.counts = plusCounts(this.counts, counts);
    return page;
  }

  async finish(): Promise<void> {}
}
