/** Random lives of a member: what shops post, what the stream brings how often and in which order, and what clocks and writes do meanwhile. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { cycleAt } from '../../core/cycles/cycle.ts';
import { entryKey, type LedgerEntry, type Transaction } from '../../core/ledger/transaction.ts';
import { MAX_COUNTED, MAX_COUNTED_BYTES } from '../../core/member/counted-window.ts';
import type { Member, TierChange } from '../../core/member/member.ts';
import { MAX_AWAITED } from '../../core/member/tally.ts';
import type { MemberStore } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import { END_OF_TIME, HOUR_MS, type Instant, parseInstant } from '../../core/time.ts';
import { putMember } from '../../core/use-cases/put-member.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { recalculateTier } from '../../core/use-cases/recalculate-tier.ts';
import { recordTransaction } from '../../core/use-cases/record-transaction.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { ENROLLED_AT, MEMBER_ID, type PoolSize, programs, transactions } from './histories.ts';

const DAY_MS = 24 * HOUR_MS;
export const ANNOUNCING = { notifyOnRealtimeDowngrade: true };

type Death = 'before the write' | 'after the write';

/** What can happen next. Picks name entries by number, the newest being 0, modulo as many as there are. */
export type Event =
  | { does: 'post'; transaction: Transaction; ago: number; clock: number; atOnce: boolean }
  | { does: 'deliver'; batches: number[][]; clock: number; dies?: Death }
  | { does: 'pass'; ms: number }
  | { does: 'wait for the cycle to end'; ms: number }
  | { does: 'enrol'; daysAgo: number; dies?: Death }
  | { does: 'rebuild' };

/** A store that checks what it is given, and that may lose its connexion before or after a write. */
class WatchedMembers extends MemoryMemberStore {
  dies: Death | undefined;
  history: TierChange[] = [];

  override async save(member: Member, readVersion: number, changes: readonly TierChange[]) {
    const dies = this.dies;
    this.dies = undefined;
    if (dies === 'before the write') throw new Error('the write did not arrive');
    expect(member.counted.entries.length).toBeLessThanOrEqual(MAX_COUNTED);
    const keys = member.counted.entries.map(([key]) => key);
    expect(keys.join('').length).toBeLessThanOrEqual(MAX_COUNTED_BYTES);
    expect(new Set(keys).size).toBe(keys.length);
    expect(member.tally.awaited.length).toBeLessThanOrEqual(MAX_AWAITED);
    const before = await this.load(member.memberId);
    if (before?.enrolledAt === member.enrolledAt && before.countedUnder === member.countedUnder) {
      expect(member.tally.cycle.start, 'no cycle begins twice').toBeGreaterThanOrEqual(before.tally.cycle.start);
    }
    const saved = await super.save(member, readVersion, changes);
    if (saved === 'saved') this.history.push(...changes);
    if (dies === 'after the write') throw new Error('the answer did not arrive');
    return saved;
  }
}

/** @param arrive delays the answer to a call as long as it likes */
export function lifeOf(start: Program, arrive: <T>(call: Promise<T>) => Promise<T> = (call) => call) {
  let program = start;
  const ledger = new MemoryLedger((entry) => {
    expect(entry.occurredAt, 'nothing is taken before it happens').toBeLessThanOrEqual(entry.recordedAt);
    recorded.push(entry);
  });
  const members = new WatchedMembers();
  const ports = {
    ledger: {
      record: (entry: LedgerEntry) => arrive(ledger.record(entry)),
      entriesOf: (memberId: string) => arrive(ledger.entriesOf(memberId)),
    },
    members: {
      load: (memberId: string) => arrive(members.load(memberId)),
      save: (...write: Parameters<MemberStore['save']>) => arrive(members.save(...write)),
      change: members.change.bind(members),
      changesOf: members.changesOf.bind(members),
      everyId: members.everyId.bind(members),
    },
    profiles: new MemoryProfileStore(),
  };
  const recorded: LedgerEntry[] = [];
  const delivered = new Set<string>();
  let now: Instant = parseInstant('2025-11-01T00:00:00Z')!;

  async function deliver(entries: LedgerEntry[], clock = 0) {
    if (entries.length === 0) return;
    await recalculateTier(ports, program, ANNOUNCING, MEMBER_ID, entries, now + clock);
    for (const entry of entries) delivered.add(entryKey(entry));
  }

  return {
    members,
    recorded,
    now: () => now,
    program: () => program,
    redeploy(other: Program) {
      program = other;
    },
    async live(event: Event) {
      switch (event.does) {
        case 'post': {
          const transaction = { ...event.transaction, occurredAt: now - event.ago };
          const recording = await recordTransaction(ports, program, MEMBER_ID, transaction, now + event.clock);
          if (event.atOnce) await deliver([recording.entry]);
          return;
        }
        case 'deliver': {
          members.dies = event.dies;
          const batches = recorded.length === 0 ? [] : event.batches;
          const pick = (places: number[]) => places.map((place) => recorded.at(-1 - (place % recorded.length))!);
          // Batches side by side read the same version, and all but one of them have to begin again.
          const outcomes = await Promise.allSettled(batches.map((places) => deliver(pick(places), event.clock)));
          const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
          if (errors.length > (event.dies ? 1 : 0)) throw errors[0];
          members.dies = undefined;
          return;
        }
        case 'pass':
          now += event.ms;
          return;
        case 'wait for the cycle to end': {
          const enrolledAt = (await members.load(MEMBER_ID))?.enrolledAt ?? now;
          const { end } = cycleAt(program.cycle, program.timeZone, enrolledAt, now);
          if (end < END_OF_TIME) now = Math.max(now, end + event.ms);
          return;
        }
        case 'enrol': {
          members.dies = event.dies;
          const request = { enrolledAt: now - event.daysAgo * DAY_MS, profile: {} };
          const enrolment = putMember(ports, program, ANNOUNCING, MEMBER_ID, request, now);
          await (event.dies ? enrolment.catch(() => {}) : enrolment);
          members.dies = undefined;
          if (!event.dies) expect((await members.load(MEMBER_ID))?.enrolledAt).toBe(request.enrolledAt);
          return;
        }
        case 'rebuild':
          await rebuildStoredMember(ports, program, ANNOUNCING, MEMBER_ID, { write: true, cause: 'rebuild' }, now);
      }
    },
    /** The stream brings everything at least once, in the end; in batches of `size`. */
    async settle(size: number, backwards: boolean) {
      if (!(await members.load(MEMBER_ID))) {
        await putMember(ports, program, ANNOUNCING, MEMBER_ID, { enrolledAt: ENROLLED_AT, profile: {} }, now);
      }
      // An enrolment that died half way is finished by whoever comes next.
      if ((await this.member()).rebuildDue) await deliver(recorded.slice(0, 1));
      const missing = recorded.filter((entry) => !delivered.has(entryKey(entry)));
      if (backwards) missing.reverse();
      for (let first = 0; first < missing.length; first += size) await deliver(missing.slice(first, first + size));
    },
    async member(): Promise<Member> {
      return (await members.load(MEMBER_ID))!;
    },
  };
}

function events(program: Program, size: PoolSize): fc.Arbitrary<Event[]> {
  const place = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 100 }));
  const death = fc.constantFrom<Death[]>('before the write', 'after the write');
  // Clocks of functions disagree by seconds.
  const clock = fc.constantFrom(0, 0, 0, -1, 1, -2000, 2000);
  const post: fc.Arbitrary<Event> = fc.record({
    does: fc.constant('post' as const),
    transaction: transactions(program, size),
    ago: fc.oneof(
      fc.constantFrom(0, 0, 0, 1, HOUR_MS, -2000, DAY_MS),
      fc.integer({ min: 0, max: 800 }).map((days) => days * DAY_MS),
    ),
    clock,
    atOnce: fc.boolean(),
  });
  const deliver: fc.Arbitrary<Event> = fc.record(
    {
      does: fc.constant('deliver' as const),
      batches: fc.array(fc.array(place, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      clock,
      dies: death,
    },
    { requiredKeys: ['does', 'batches', 'clock'] },
  );
  const enrol: fc.Arbitrary<Event> = fc.record(
    { does: fc.constant('enrol' as const), daysAgo: fc.nat({ max: 1000 }), dies: death },
    { requiredKeys: ['does', 'daysAgo'] },
  );
  const pass: fc.Arbitrary<Event> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1, 1000, HOUR_MS) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant('pass' as const),
        ms: fc.constantFrom(25 * HOUR_MS, 27 * HOUR_MS, 40 * DAY_MS, 400 * DAY_MS),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant('wait for the cycle to end' as const),
        ms: fc.constantFrom(-1000, -1, 0, 1, 1000),
      }),
    },
  );
  return fc.array(
    fc.oneof(
      { weight: 10, arbitrary: post },
      { weight: 8, arbitrary: deliver },
      { weight: 5, arbitrary: pass },
      { weight: 1, arbitrary: enrol },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('rebuild' as const) }) },
    ),
    { minLength: 3, maxLength: size === 'few' ? 20 : 60, size: 'max' },
  );
}

export const lives = fc
  .record({ program: programs, size: fc.constantFrom<PoolSize[]>('few', 'few', 'many') })
  .chain(({ program, size }) =>
    fc.record({
      program: fc.constant(program),
      enrolledFirst: fc.constantFrom(true, true, true, false),
      happening: events(program, size),
      batch: fc.integer({ min: 1, max: 5 }),
      backwards: fc.boolean(),
    }),
  );

export const ENROLMENT: Event = { does: 'enrol', daysAgo: 0 };
