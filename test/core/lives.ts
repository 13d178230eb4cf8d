/** Random lives of a member: what shops post, what the stream brings how often and in which order, and what clocks and writes do meanwhile. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type ActionOrigin, actionKey, type Expiry, type TierAction } from '../../core/actions/tier-action.ts';
import { entryKey, type LedgerEntry, type Transaction } from '../../core/ledger/transaction.ts';
import { MAX_COUNTED, MAX_COUNTED_BYTES } from '../../core/member/counted-window.ts';
import type { Member } from '../../core/member/member.ts';
import { isActionRecord, type MemberRecord, type TierChange, type TierNotice } from '../../core/member/tier-change.ts';
import type { MemberStore } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import { cycleAt } from '../../core/rules/cycle.ts';
import { MAX_AWAITED } from '../../core/rules/tally.ts';
import { END_OF_TIME, formatInstant, HOUR_MS, type Instant, parseInstant } from '../../core/time.ts';
import { countTransactions } from '../../core/use-cases/count-transactions.ts';
import { expireTier } from '../../core/use-cases/expire-tier.ts';
import { manageTier } from '../../core/use-cases/manage-tier.ts';
import { putMember } from '../../core/use-cases/put-member.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { recordTransaction } from '../../core/use-cases/record-transaction.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { MemoryWakeUpTimers } from '../../fakes/memory-wake-up-timers.ts';
import { ENROLLED_AT, MEMBER_ID, type PoolSize, programs, transactions } from './histories.ts';

const DAY_MS = 24 * HOUR_MS;
export const ANNOUNCING = { notifyOnRealtimeDowngrade: true };

export type Death = 'before the write' | 'after the write';

/** A tier action whose dates count from the moment at which it is taken. */
export type Decided = Omit<TierAction, 'expiry' | 'effectiveAt'> & {
  expiry?:
    | Exclude<Expiry, { type: 'date' | 'instant' }>
    | { type: 'date'; inDays: number }
    | { type: 'instant'; inMs: number };
  msBack?: number;
};

function actionAt(now: Instant, { expiry, msBack, ...action }: Decided): TierAction {
  const effective = msBack === undefined ? action : { ...action, effectiveAt: now - msBack };
  if (!expiry) return effective;
  if (expiry.type === 'instant') return { ...effective, expiry: { type: 'instant', at: now + expiry.inMs } };
  if (expiry.type !== 'date') return { ...effective, expiry };
  const date = formatInstant(now + expiry.inDays * DAY_MS).slice(0, 10);
  return { ...effective, expiry: { type: 'date', date } };
}

/** What can happen next. Picks name entries by number, the newest being 0, modulo as many as there are. */
export type Event =
  | { does: 'post'; transaction: Transaction; ago: number; clock: number; atOnce: boolean }
  | { does: 'deliver'; batches: number[][]; clock: number; dies?: Death }
  | { does: 'pass'; ms: number }
  | { does: 'wait for the cycle to end'; ms: number }
  | { does: 'enrol'; daysAgo: number; dies?: Death }
  | { does: 'rebuild' }
  | {
      does: 'act';
      action: Decided;
      origin: ActionOrigin;
      clock: number;
      sideBySide: number;
      dies?: Death;
    }
  | { does: 'act again'; place: number; clock: number }
  | { does: 'wake'; clock: number; dies?: Death }
  | { does: 'wait for what is due'; ms: number }
  | { does: 'block'; blocked: boolean };

const isNews = (record: MemberRecord): record is TierChange | TierNotice => !isActionRecord(record);

/** A store that checks what it is given, and that may lose its connexion before or after a write. */
class WatchedMembers extends MemoryMemberStore {
  dies: Death | undefined;
  history: TierChange[] = [];
  /** Changes and notices, in the order in which they were written. */
  news: (TierChange | TierNotice)[] = [];

  override async save(member: Member, readVersion: number, records: readonly MemberRecord[]) {
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
    const saved = await super.save(member, readVersion, records);
    if (saved === 'saved') this.history.push(...records.filter((record) => 'direction' in record));
    if (saved === 'saved') this.news.push(...records.filter(isNews));
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
      notice: members.notice.bind(members),
      recordAction: members.recordAction.bind(members),
      action: (...asked: Parameters<MemberStore['action']>) => arrive(members.action(...asked)),
      actionsOf: (memberId: string) => arrive(members.actionsOf(memberId)),
      recordsOf: members.recordsOf.bind(members),
      due: members.due.bind(members),
      inSegment: members.inSegment.bind(members),
      everyId: members.everyId.bind(members),
    },
    timers: new MemoryWakeUpTimers(),
    profiles: new MemoryProfileStore(),
  };
  const recorded: LedgerEntry[] = [];
  const delivered = new Set<string>();
  const acted: { action: TierAction; origin: ActionOrigin }[] = [];
  let now: Instant = parseInstant('2025-11-01T00:00:00Z')!;
  let latest = now;

  async function deliver(entries: LedgerEntry[], clock = 0) {
    if (entries.length === 0) return;
    await countTransactions(ports, { program, announcementPolicy: ANNOUNCING }, MEMBER_ID, entries, now + clock);
    for (const entry of entries) delivered.add(entryKey(entry));
  }

  const manage = ({ action, origin }: (typeof acted)[number], clock: number) =>
    manageTier(ports, { program, announcementPolicy: ANNOUNCING }, MEMBER_ID, { action, origin }, now + clock);

  return {
    ports,
    members,
    recorded,
    acted,
    /** Whether the stream has brought all that was taken. */
    isUpToDate: () => recorded.every((entry) => delivered.has(entryKey(entry))),
    now: () => now,
    /** The latest moment that any clock has shown by now. */
    latest: () => Math.max(latest, now),
    program: () => program,
    redeploy(other: Program) {
      program = other;
    },
    async live(event: Event) {
      latest = Math.max(latest, now + ('clock' in event ? event.clock : 0));
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
          const enrollment = putMember(ports, { program, announcementPolicy: ANNOUNCING }, MEMBER_ID, request, now);
          await (event.dies ? enrollment.catch(() => {}) : enrollment);
          members.dies = undefined;
          if (!event.dies) expect((await members.load(MEMBER_ID))?.enrolledAt).toBe(request.enrolledAt);
          return;
        }
        case 'rebuild':
          await rebuildStoredMember(
            ports,
            { program, announcementPolicy: ANNOUNCING },
            MEMBER_ID,
            { write: true, cause: 'rebuild' },
            now,
          );
          return;
        case 'act': {
          members.dies = event.dies;
          const one = { action: actionAt(now, event.action), origin: event.origin };
          acted.push(one);
          // An answer that got lost is asked for again, with the same id.
          if (event.dies) await manage(one, event.clock).catch(() => {});
          members.dies = undefined;
          const answers = await Promise.all(Array.from({ length: event.sideBySide }, () => manage(one, event.clock)));
          const first = await manage(one, event.clock);
          expect(first.status).not.toBe('decided');
          expect(answers.filter(({ status }) => status === 'decided').length).toBeLessThanOrEqual(1);
          for (const { record } of answers) expect(record).toEqual(first.record);
          return;
        }
        case 'act again': {
          const one = acted[event.place % acted.length];
          if (!one) return;
          const before = await members.load(MEMBER_ID);
          const { status, record } = await manage(one, event.clock);
          expect(['repeated', 'conflict']).toContain(status);
          expect(record.key).toBe(actionKey(one.action.id, one.origin));
          expect(await members.load(MEMBER_ID)).toEqual(before);
          return;
        }
        case 'wake': {
          members.dies = event.dies;
          const waking = expireTier(ports, { program, announcementPolicy: ANNOUNCING }, MEMBER_ID, now + event.clock);
          await (event.dies ? waking.catch(() => {}) : waking);
          members.dies = undefined;
          return;
        }
        case 'wait for what is due': {
          const due = (await members.load(MEMBER_ID))?.nextDueAt;
          if (due !== undefined) now = Math.max(now, due + event.ms);
          return;
        }
        case 'block': {
          const { blocked } = event;
          if (await members.load(MEMBER_ID)) {
            await putMember(
              ports,
              { program, announcementPolicy: ANNOUNCING },
              MEMBER_ID,
              { blocked, profile: {} },
              now,
            );
          }
        }
      }
    },
    /** The stream brings everything at least once, in the end; in batches of `size`. */
    async settle(size: number, backwards: boolean) {
      if (!(await members.load(MEMBER_ID))) {
        await putMember(
          ports,
          { program, announcementPolicy: ANNOUNCING },
          MEMBER_ID,
          { enrolledAt: ENROLLED_AT, profile: {} },
          now,
        );
      }
      // An enrollment that died half way is finished by whoever comes next.
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

export function anEvent(program: Program, size: PoolSize): fc.Arbitrary<Event> {
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
  return fc.oneof(
    { weight: 10, arbitrary: post },
    { weight: 8, arbitrary: deliver },
    { weight: 5, arbitrary: pass },
    { weight: 1, arbitrary: enrol },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('rebuild' as const) }) },
  );
}

function events(program: Program, size: PoolSize): fc.Arbitrary<Event[]> {
  return fc.array(anEvent(program, size), { minLength: 3, maxLength: size === 'few' ? 20 : 60, size: 'max' });
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

export const ENROLLMENT: Event = { does: 'enrol', daysAgo: 0 };
