import { describe, expect, test } from 'vitest';
import type { Member } from '../../../core/member/member.ts';
import { rebuildMember } from '../../../core/member/rebuild-member.ts';
import { NO_COUNTS, type RecalculationRun } from '../../../core/runs/run.ts';
import type { Segment } from '../../../core/runs/segment.ts';
import { MINUTE_MS } from '../../../core/time.ts';
import { recalculatePage } from '../../../core/use-cases/recalculate-page.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { intercept } from '../../support/trouble.ts';
import { at, bonus, entry, historyOf, newMember, SILENT, written } from '../members.ts';

const PROGRAM = exampleProgram();
const ANNIVERSARIES = exampleProgram({ cycle: { type: 'enrollment' } });
const ENROLLED = at('2025-06-10T10:00:00Z');
const END = at('2026-12-31T23:00:00Z');
const EVERYONE = { kind: 'everyone', part: 0, of: 1 } as const;

const RUN: RecalculationRun = {
  ...{ runId: 'cycle-1', kind: 'recalculation', occasion: 'cycleEnd', at: END, dryRun: false, notify: true },
  ...{ startedAt: END, segments: [EVERYONE], counts: NO_COUNTS },
};

/** Members of June 2025 with so many points of then. */
async function brand(points: Record<string, number>, run: Partial<RecalculationRun> = {}, program = PROGRAM) {
  const stores = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), runs: new MemoryRuns() };
  await stores.runs.create({ ...RUN, ...run });
  const reach = intercept('ledger', 'entriesOf', async (call, memberId) => {
    if (String(memberId).startsWith('unreadable')) throw new Error('this ledger cannot be read');
    return call();
  });
  const ports = { ...stores, ledger: reach('ledger', stores.ledger), timers: new MemoryWakeUpTimers() };
  for (const [memberId, some] of Object.entries(points)) {
    const gift = { ...entry(bonus('gift', some), '2025-06-10T12:00:00Z', program), memberId };
    const never: Member = { ...newMember(program, ENROLLED), memberId, rebuildDue: true };
    const because = { cause: 'enrolment' } as const;
    const { member, changes } = written(rebuildMember(never, historyOf([gift]), program, because, gift.recordedAt));
    await stores.members.save({ ...member, version: 1, anniversary: '06-10' }, 0, changes);
    await stores.ledger.record(gift);
  }
  return {
    ...stores,
    page: (segment: Segment = EVERYONE, runId = 'cycle-1') => {
      const now = (run.at ?? END) + 5 * MINUTE_MS;
      const failing = { isTransient: () => false, givesUp: false };
      return recalculatePage(
        ports,
        { program, announcementPolicy: SILENT },
        { runId, segment, page: 0 },
        () => now,
        failing,
      );
    },
  };
}

const fell = (memberId: string) => ({
  ...{ memberId, outcome: 'MOVED', from: 'silver', to: 'bronze', direction: 'down', cause: 'recalculation' },
  ...{ points: 0, missing: 1000, missingFor: 'silver', why: 'For Silver the member has 0 of 1,000 points.' },
});
const failed = (memberId: string) => ({
  ...{ memberId, outcome: 'FAILED', why: 'Error: this ledger cannot be read' },
  ...{ from: null, to: null, direction: 'none' },
});

describe('a page of members', () => {
  test('lists those that move or cannot be judged in the order of their ids, and counts them all', async () => {
    const { page, runs } = await brand({ 'unreadable-1': 1300, stays: 10, z: 1300, 'unreadable-2': 1300, a: 1300 });
    expect(await page()).toEqual({
      ...{ wasKept: false, processed: 5, promotions: [] },
      outcomes: [fell('a'), failed('unreadable-1'), failed('unreadable-2'), fell('z')],
    });
    expect((await runs.load('cycle-1'))?.counts).toEqual({
      ...{ ...NO_COUNTS, processed: 5, down: 2, unchanged: 1, failed: 2 },
      matrix: { silver: { bronze: 2 }, bronze: { bronze: 1 } },
    });
  });

  test('names one whose stored item cannot be understood, and judges the others', async () => {
    const { page, members, runs } = await brand({ a: 1300, torn: 1300, z: 10 }, { dryRun: true });
    const { tally: _, ...torn } = (await members.load('torn'))!;
    await members.save({ ...torn, version: 2 } as Member, 1, []);
    expect((await page()).outcomes).toEqual([
      fell('a'),
      { ...failed('torn'), why: expect.stringMatching(/^TypeError: /) },
    ]);
    expect((await runs.load('cycle-1'))?.counts).toMatchObject({ processed: 3, down: 1, unchanged: 1, failed: 1 });
  });

  test('judges each of many once, and writes it once', async () => {
    const ids = Array.from({ length: 23 }, (_, place) => `m-${String(place).padStart(2, '0')}`);
    const { page, members } = await brand(Object.fromEntries(ids.map((memberId) => [memberId, 1300])));
    const moved = { wasKept: false, processed: 23, promotions: [], outcomes: ids.map(fell) };
    expect(await page()).toEqual(moved);
    expect(members.writes).toBe(2 * 23);
  });

  test('that comes again does nothing, and says where to go on', async () => {
    const { page, members, runs } = await brand({ a: 1300 });
    await runs.recordPage('cycle-1', { name: '00of1#00000000', outcomes: [], next: 'a' }, NO_COUNTS);
    expect(await page()).toEqual({ wasKept: true, processed: 0, outcomes: [], promotions: [], next: 'a' });
    expect(members.writes).toBe(1);
  });

  test('leaves out those who are late, and whose anniversary is not today', async () => {
    const day = { at: at('2027-06-10T22:00:00Z') };
    const { page, runs } = await brand({ d: 1300, h: 10 }, day, ANNIVERSARIES);
    expect(await page({ kind: 'anniversary', day: '06-10', part: 0 })).toEqual({
      ...{ wasKept: false, processed: 0, outcomes: [], promotions: [] },
    });
    expect((await runs.load('cycle-1'))?.counts).toEqual(NO_COUNTS);
  });

  test('is of a recalculation that was started, and of no other run', async () => {
    const { page, runs } = await brand({ a: 1300 });
    await runs.create({
      ...{ runId: 'audit-1', kind: 'audit', heal: false, programVersion: PROGRAM.version, startedAt: END },
      ...{ segments: [EVERYONE], counts: NO_COUNTS },
    });
    for (const runId of ['cycle-2', 'audit-1']) {
      await expect(page(EVERYONE, runId)).rejects.toThrow(`There is no recalculation ${runId}.`);
    }
  });
});
