import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import { rebuildMember } from '../../../core/member/rebuild-member.ts';
import { NO_COUNTS, type RecalculationRun } from '../../../core/runs/run.ts';
import type { Segment } from '../../../core/runs/segment.ts';
import { MINUTE_MS } from '../../../core/time.ts';
import { MemberRecalculation } from '../../../core/use-cases/recalculate-member.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { floor } from '../member/given.ts';
import { at, bonus, entry, historyOf, newMember, SILENT, written } from '../members.ts';

const PROGRAM = exampleProgram();
const ENROLLED = at('2025-06-10T10:00:00Z');
const END_2026 = at('2026-12-31T23:00:00Z');
const END_2027 = at('2027-12-31T23:00:00Z');
const FIVE_MINUTES = 5 * MINUTE_MS;

/** Why a member without a point of the cycle that ended is no longer Silver. */
const NONE_FOR_SILVER = {
  ...{ points: 0, missing: 1000, missingFor: 'silver', why: 'For Silver the member has 0 of 1,000 points.' },
};

const got = (points: number, when: string) => entry(bonus(`on-${when}`, points), when, PROGRAM);
const OF_2025 = got(1300, '2025-06-10T12:00:00Z');

const runOf = (end: number, more: Partial<RecalculationRun> = {}): RecalculationRun => ({
  ...{ runId: `of-${end}`, kind: 'recalculation', occasion: 'cycleEnd', at: end, dryRun: false, notify: true },
  ...{ startedAt: end, segments: [], counts: NO_COUNTS },
  ...more,
});

/** A stored member that counted some of its ledger's entries the day that it enrolled. */
async function stored(
  counted: LedgerEntry[],
  onTheirWay: LedgerEntry[] = [],
  more: Partial<Member> = {},
  program = PROGRAM,
) {
  const { enrolledAt = ENROLLED } = more;
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  const never = { ...newMember(program, enrolledAt), rebuildDue: true };
  const when = Math.max(enrolledAt, ...counted.map(({ recordedAt }) => recordedAt));
  const { member, changes } = written(rebuildMember(never, historyOf(counted), program, { cause: 'enrolment' }, when));
  await ports.members.save({ ...member, version: 1, ...more }, 0, changes);
  for (const one of [...counted, ...onTheirWay]) await ports.ledger.record(one);
  return {
    ...ports,
    member: async () => (await ports.members.load(MEMBER_ID))!,
    changes: () => ports.members.changesOf(MEMBER_ID, { limit: 10 }),
    by: (run: RecalculationRun, segment: Segment = { kind: 'everyone', part: 0, of: 1 }) =>
      new MemberRecalculation(ports, { program, announcementPolicy: SILENT }, run, segment),
  };
}

describe('a member that a run finds', () => {
  const night = END_2026 + FIVE_MINUTES;
  const fell = { memberId: MEMBER_ID, from: 'silver', to: 'bronze', cause: 'recalculation', ...NONE_FOR_SILVER };

  test('as it is to stay is judged by its item alone', async () => {
    const { by, member } = await stored([got(1300, '2026-06-10T12:00:00Z')]);
    const stays = { status: 'judged', judged: { memberId: MEMBER_ID, from: 'silver', to: 'silver' } };
    expect(by(runOf(END_2026)).byItsItem(await member(), night)).toEqual(stays);
  });

  test('to be kept by a purchase on its way is not written for that', async () => {
    const { by, member, members } = await stored([OF_2025], [got(1000, '2026-12-31T22:59:59Z')]);
    const run = by(runOf(END_2026));
    expect(run.byItsItem(await member(), night)).toEqual({ status: 'open' });
    const stays = { memberId: MEMBER_ID, from: 'silver', to: 'silver' };
    expect(await run.byTheLedger(await member(), night)).toEqual(stays);
    expect([members.writes, run.promotions]).toEqual([1, []]);
  });

  test('to be raised by a purchase on its way is raised in the purchase’s name, and not counted as moved by the run', async () => {
    const { by, member, changes } = await stored([OF_2025], [got(6000, '2026-12-30T10:00:00Z')]);
    const raised = { memberId: MEMBER_ID, from: 'gold', to: 'gold' };
    expect(await by(runOf(END_2026)).byTheLedger(await member(), night)).toEqual(raised);
    const [newest] = await changes();
    expect(newest).toMatchObject({ to: { id: 'gold' }, cause: 'transaction', announced: true });
    expect(newest).not.toHaveProperty('runId');
    expect(await member()).not.toHaveProperty('movedBy');
  });

  test('with an end of a grant that nobody wrote yet goes down by both, and only the second is the run’s', async () => {
    const until = '2026-11-01T23:00:00Z';
    const { by, member, changes } = await stored([OF_2025], [], {
      ...{ tier: { id: 'gold', since: at('2026-03-01T10:00:00Z') }, nextDueAt: at(until) },
      grants: [floor('gift', 'gold', { from: '2026-03-01T10:00:00Z', until })],
    });
    const run = runOf(END_2026);
    expect(by(run).byItsItem(await member(), night)).toEqual({ status: 'open' });
    expect(await by(run).byTheLedger(await member(), night)).toEqual(fell);
    const [ofRun, ofGrant] = await changes();
    expect(ofRun).toMatchObject({ to: { id: 'bronze' }, cause: 'recalculation', runId: run.runId });
    expect(ofGrant).toMatchObject({ to: { id: 'silver' }, cause: 'grantEnd' });
    expect(ofGrant).not.toHaveProperty('runId');
    // A second attempt knows what the first one did.
    expect(await by(run).byTheLedger(await member(), night)).toEqual(fell);
  });
});

describe('a run that does a member again says the same', () => {
  const golden = [OF_2025, got(3900, '2026-03-01T10:00:00Z')];
  const night = END_2027 + FIVE_MINUTES;

  test('of a member that fell at two ends, also where two attempts overlap', async () => {
    const { by, member, members } = await stored(golden);
    const found = await member();
    const fell = {
      ...{ memberId: MEMBER_ID, from: 'gold', to: 'bronze', cause: 'recalculation' },
      ...{ points: 0, missing: 5000, missingFor: 'gold', why: 'For Gold the member has 0 of 5,000 points.' },
    };
    expect(await by(runOf(END_2027)).byTheLedger(found, night)).toEqual(fell);
    // The second attempt had read the member before the first one wrote it.
    expect(await by(runOf(END_2027)).byTheLedger(found, night)).toEqual(fell);
    expect(await by(runOf(END_2027)).byTheLedger(await member(), night)).toEqual(fell);
    expect(members.writes).toBe(2);
  });

  test('and nothing of what a run before it did', async () => {
    const { by, member } = await stored(golden);
    const before = {
      ...{ memberId: MEMBER_ID, from: 'gold', to: 'silver', cause: 'recalculation' },
      ...{ points: 3900, missing: 1100, missingFor: 'gold', why: 'For Gold the member has 3,900 of 5,000 points.' },
    };
    expect(await by(runOf(END_2026)).byTheLedger(await member(), END_2026 + FIVE_MINUTES)).toEqual(before);
    for (const _ of ['first', 'second']) {
      const fell = { memberId: MEMBER_ID, from: 'silver', to: 'bronze', cause: 'recalculation', ...NONE_FOR_SILVER };
      expect(await by(runOf(END_2027)).byTheLedger(await member(), night)).toEqual(fell);
    }
  });
});

describe('where each member has an anniversary, a run is about', () => {
  const program = exampleProgram({ cycle: { type: 'enrollment' }, timeZone: 'Atlantic/Canary' });
  /** 9 June in the Canaries, and 10 June in Madrid, where the brand was before. */
  const enrolledAt = at('2025-06-09T22:30:00Z');
  const [itsDay, nextDay] = [at('2027-06-08T23:00:00Z'), at('2027-06-09T23:00:00Z')];
  const fell = { memberId: MEMBER_ID, from: 'silver', to: 'bronze', cause: 'recalculation', ...NONE_FOR_SILVER };
  const stayed = { memberId: MEMBER_ID, from: 'bronze', to: 'bronze' };

  test.each([
    ['those whose day it is', '06-09', 1300, itsDay, fell],
    ['those of them that stay as well', '06-09', 0, itsDay, stayed],
    ['none of the day before, though nobody lowered them then', '06-09', 1300, nextDay, undefined],
    ['those who stand under the day of a zone before, and are late', '06-10', 1300, nextDay, fell],
    ['none of those who stand there and stay', '06-10', 0, nextDay, undefined],
  ])('%s', async (_, anniversary, points, end, expected) => {
    const entries = points === 0 ? [] : [OF_2025];
    const { by, member, members } = await stored(entries, [], { enrolledAt, anniversary }, program);
    const segment = { kind: 'anniversary', day: anniversary, part: 0 } as const;
    const foreseen = by(runOf(end, { dryRun: true }), segment).byItsItem(await member(), end);
    expect(foreseen).toEqual(expected ? { status: 'judged', judged: expected } : { status: 'unconcerned' });
    const found = await member();
    expect(await by(runOf(end), segment).byTheLedger(found, end + FIVE_MINUTES)).toEqual(expected);
    expect(members.writes).toBe(expected === fell ? 2 : 1);
  });
});
