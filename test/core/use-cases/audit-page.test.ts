import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Finding } from '../../../core/member/audit/findings.ts';
import type { Member } from '../../../core/member/member.ts';
import { rebuildMember } from '../../../core/member/rebuild-member.ts';
import { type AuditRun, NO_COUNTS } from '../../../core/runs/run.ts';
import { AUDIT_PAGE_SIZE, auditPage, outcomeOf } from '../../../core/use-cases/audit-page.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { intercept } from '../../support/trouble.ts';
import type { Reach } from '../../support/world.ts';
import { at, bonus, entry, historyOf, newMember, SILENT, written } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = at('2026-05-20T10:00:00Z');
const ENTRY = entry(bonus('gift', 1200), '2026-05-02T10:00:00Z', PROGRAM);
const EVERYONE = { kind: 'everyone', part: 0, of: 1 } as const;
const RUN: AuditRun = {
  ...{ runId: 'audit-2026-05-20', kind: 'audit', heal: true, programVersion: PROGRAM.version, startedAt: NOW },
  ...{ segments: [EVERYONE], counts: NO_COUNTS },
};
const WORKING = { pause: async () => {}, isTransient: () => false, givesUp: false };

async function brand(reach: Reach = (_, port) => port) {
  const stores = {
    ledger: new MemoryLedger(),
    members: new MemoryMemberStore(),
    runs: new MemoryRuns(),
    timers: new MemoryWakeUpTimers(),
  };
  await stores.runs.create(RUN);
  const ports = Object.fromEntries(
    Object.entries(stores).map(([name, port]) => [name, reach<object>(name, port)]),
  ) as typeof stores;
  return {
    ...stores,
    /** A member whose item says that it counted some entries, and whose ledger holds others. */
    async keep(memberId: string, counted: LedgerEntry[], recorded: LedgerEntry[], spoilt: Partial<Member> = {}) {
      const never = { ...newMember(PROGRAM), memberId, rebuildDue: true };
      const { member, changes } = written(
        rebuildMember(never, historyOf(counted), PROGRAM, { cause: 'enrolment' }, NOW),
      );
      await stores.members.save({ ...member, version: 1, ...spoilt }, 0, changes);
      for (const one of recorded) await stores.ledger.record({ ...one, memberId });
    },
    audit: (place: { page: number; after?: string }, working: Partial<typeof WORKING> = {}, runId = RUN.runId) =>
      auditPage(
        ports,
        { program: PROGRAM, announcementPolicy: SILENT },
        { runId, segment: EVERYONE, ...place },
        () => NOW,
        { ...WORKING, ...working },
      ),
  };
}

/** A port that fails for some members, as long as a test wants it. */
const failing = (memberIds: string[], isBroken = () => true) =>
  intercept('ledger', 'entriesOf', async (call, memberId) => {
    if (isBroken() && memberIds.includes(String(memberId))) throw new Error('this ledger cannot be read');
    return call();
  });

const failed = (memberId: string) => ({
  ...{ memberId, outcome: 'FAILED', why: 'Error: this ledger cannot be read' },
  ...{ from: null, to: null, direction: 'none' },
});

describe('a page of members', () => {
  test('says of each that is not proved what became of it, in the order of their ids, and counts them all', async () => {
    const { keep, audit, runs } = await brand(failing(['m-1', 'm-5']));
    await keep('m-1', [], []);
    await keep('m-2', [ENTRY], []);
    await keep('m-3', [ENTRY], [ENTRY]);
    await keep('m-4', [], [ENTRY]);
    await keep('m-5', [], []);
    await keep('m-6', [], [], { changes: -1 });
    await keep('m-7', [], [], { version: 1.5 });
    const { outcomes, ...answer } = await audit({ page: 0 });
    expect(answer).toEqual({ wasKept: false, processed: 7 });
    expect(outcomes.map(({ differences: _, ...outcome }) => outcome)).toEqual([
      failed('m-1'),
      { memberId: 'm-2', outcome: 'HEALED', from: 'silver', to: 'bronze', direction: 'down', cause: 'rebuild' },
      { memberId: 'm-4', outcome: 'HEALED', from: 'bronze', to: 'silver', direction: 'up', cause: 'rebuild' },
      failed('m-5'),
      { memberId: 'm-6', outcome: 'HEALED', from: 'bronze', to: 'bronze', direction: 'none' },
      {
        ...{ memberId: 'm-7', outcome: 'DIFFERS', from: 'bronze', to: 'bronze', direction: 'none' },
        why: 'Not put right: version',
      },
    ]);
    expect((await runs.load(RUN.runId))?.counts).toEqual({
      ...{ processed: 7, up: 1, down: 1, unchanged: 3, failed: 2, matrix: {} },
      outcomes: { PROVED: 1, HEALED: 3, DIFFERS: 1, FAILED: 2 },
      causes: { figure: 1, entriesNotCounted: 1, historyBroken: 2 },
    });
  });

  test('ends where it is full, and the next one begins behind it', async () => {
    const { keep, audit } = await brand();
    const ids = Array.from({ length: AUDIT_PAGE_SIZE + 5 }, (_, place) => `m-${String(place).padStart(3, '0')}`);
    for (const memberId of ids) await keep(memberId, [], []);
    const after = ids[AUDIT_PAGE_SIZE - 1]!;
    const full = { wasKept: false, processed: AUDIT_PAGE_SIZE, outcomes: [], next: after };
    expect(await audit({ page: 0 })).toEqual(full);
    expect(await audit({ page: 1, after })).toEqual({ wasKept: false, processed: 5, outcomes: [] });
  });

  test('that comes again does nothing, and says where to go on', async () => {
    const { keep, audit, members, runs } = await brand();
    await runs.recordPage(RUN.runId, { name: '00of1#00000000', outcomes: [], next: 'm-1' }, NO_COUNTS);
    await keep('m-1', [], [ENTRY]);
    expect(await audit({ page: 0 })).toEqual({ wasKept: true, processed: 0, outcomes: [], next: 'm-1' });
    expect(members.writes).toBe(1);
  });

  test('leaves out a member that is gone by the time that it is looked at', async () => {
    const { keep, audit, runs } = await brand(
      intercept('members', 'recordsOf', async (call, memberId) => (memberId === 'm-1' ? undefined : call())),
    );
    await keep('m-1', [], []);
    await keep('m-2', [], []);
    expect(await audit({ page: 0 })).toEqual({ wasKept: false, processed: 1, outcomes: [] });
    const counts = { ...NO_COUNTS, processed: 1, unchanged: 1, outcomes: { PROVED: 1 }, causes: {} };
    expect((await runs.load(RUN.runId))?.counts).toEqual(counts);
  });

  test('is thrown back where the world failed, once the others are put right; and tells of it once that is given up', async () => {
    const { keep, audit, members } = await brand(failing(['m-1']));
    await keep('m-1', [], [ENTRY]);
    await keep('m-2', [], [ENTRY]);
    const isTransient = () => true;
    await expect(audit({ page: 0 }, { isTransient })).rejects.toThrow('this ledger cannot be read');
    expect(await members.load('m-2')).toMatchObject({ tier: { id: 'silver' } });
    const answer = { wasKept: false, processed: 2, outcomes: [failed('m-1')] };
    expect(await audit({ page: 0 }, { isTransient, givesUp: true })).toEqual(answer);
  });

  test('is of an audit that was started, and of no other run', async () => {
    const { audit, runs } = await brand();
    await runs.create({
      ...{ runId: 'dry-1', kind: 'recalculation', occasion: 'request', at: NOW, dryRun: true, notify: false },
      ...{ startedAt: NOW, segments: [EVERYONE], counts: NO_COUNTS },
    });
    for (const runId of ['audit-2026-05-21', 'dry-1']) {
      await expect(audit({ page: 0 }, {}, runId)).rejects.toThrow(`There is no audit ${runId}.`);
    }
  });
});

describe('what is told of a member', () => {
  const wrong = (place: number): Finding => ({ figure: `figure ${place}`, stored: place, ledger: 0, cause: 'figure' });
  const told = (place: number) => ({ figure: `figure ${place}`, stored: `${place}`, ledger: '0', cause: 'figure' });
  const waiting: Finding = { figure: 'countedUnder', stored: 'a', ledger: undefined, cause: 'rulebookEdited' };
  const toldWaiting = { figure: 'countedUnder', stored: '"a"', ledger: 'null', cause: 'rulebookEdited' };
  const bronze = { memberId: 'm-1', outcome: 'DIFFERS', from: 'bronze', to: 'bronze', direction: 'none' };

  test.each<[string, Finding[], Finding[] | undefined, object]>([
    ['all of what differs, where it is little', [wrong(1)], undefined, { differences: [told(1)] }],
    [
      'six figures at most, and what is wrong before what waits',
      [waiting, ...[1, 2, 3, 4, 5].map(wrong)],
      undefined,
      { differences: [...[1, 2, 3, 4, 5].map(told), toldWaiting] },
    ],
    [
      'how many there are besides, and which could not be put right',
      [waiting, ...[1, 2, 3, 4, 5, 6, 7].map(wrong)],
      [wrong(1), wrong(2)],
      {
        why: 'Not listed: 2 more differences. Not put right: figure 1, figure 2',
        differences: [1, 2, 3, 4, 5, 6].map(told),
      },
    ],
    [
      'the beginning of what is long',
      [{ ...wrong(1), figure: `entry ${'x'.repeat(100)}`, stored: 'y'.repeat(100) }],
      Array.from({ length: 100 }, () => wrong(1)),
      {
        why: `Not put right: ${'figure 1, '.repeat(100)}`.slice(0, 300),
        differences: [{ ...told(1), figure: `entry ${'x'.repeat(74)}`, stored: `"${'y'.repeat(79)}` }],
      },
    ],
  ])('is %s', (_, findings, unhealed, expected) => {
    const audit = { status: 'differs' as const, findings, tier: 'bronze', ...(unhealed && { unhealed }) };
    expect(outcomeOf('m-1', audit, PROGRAM)).toEqual({ ...bronze, ...expected });
  });
});
