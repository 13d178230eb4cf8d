/** The two ends of an audit: its start, and what is told of it. */
import { describe, expect, test } from 'vitest';
import { type AuditRun, NO_COUNTS } from '../../../core/runs/run.ts';
import { segmentsOfEveryone } from '../../../core/runs/segment.ts';
import { DAY_MS } from '../../../core/time.ts';
import { finishAudit } from '../../../core/use-cases/finish-audit.ts';
import { rulesInForceSince, startAudit } from '../../../core/use-cases/start-audit.ts';
import { MemoryRunEngine } from '../../../fakes/memory-run-engine.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';
import { RecordingBus } from '../../../fakes/recording-world.ts';
import { exampleProgram } from '../../support/program.ts';
import { at } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = at('2026-05-20T10:00:00Z');

const auditOf = (day: string, more: Partial<AuditRun> = {}): AuditRun => ({
  ...{ runId: `audit-${day}`, kind: 'audit', heal: false, programVersion: PROGRAM.version },
  ...{ startedAt: at(`${day}T03:00:00Z`), segments: segmentsOfEveryone(), counts: NO_COUNTS },
  ...more,
});

async function brand(...runs: AuditRun[]) {
  const ports = { runs: new MemoryRuns(), engine: new MemoryRunEngine(), bus: new RecordingBus() };
  for (const run of runs) await ports.runs.create(run);
  return ports;
}

describe('the audit of a day', () => {
  test('is by the rules of that day, and starts in the brand’s zone', async () => {
    const ports = await brand();
    const lateEvening = at('2026-05-20T22:30:00Z');
    const run = auditOf('2026-05-21', { heal: true, startedAt: lateEvening });
    expect(await startAudit(ports, PROGRAM, { heal: true }, lateEvening)).toStrictEqual(run);
    expect(await ports.runs.load(run.runId)).toStrictEqual(run);
    expect(ports.engine.runs).toStrictEqual(new Map([[run.runId, run]]));
  });

  test('goes on as it was begun, where it was given up', async () => {
    const begun = auditOf('2026-05-20', { heal: true });
    const ports = await brand(begun);
    await ports.engine.start(begun);
    ports.engine.giveUp(begun.runId);
    expect(await startAudit(ports, PROGRAM, { heal: false }, NOW)).toStrictEqual(begun);
    expect(ports.engine.runs).toStrictEqual(new Map([[begun.runId, begun]]));
    expect(await ports.engine.stateOf(begun)).toBe('running');
  });

  test('that is done is not begun again', async () => {
    const done = auditOf('2026-05-20', { finishedAt: NOW });
    const ports = await brand(done);
    expect(await startAudit(ports, PROGRAM, { heal: true }, NOW + 1)).toStrictEqual(done);
    expect(ports.engine.started).toStrictEqual([]);
  });
});

describe('the rules are known to be in force', () => {
  const day = (daysAgo: number) => new Date(NOW - daysAgo * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);

  test.each<[string, AuditRun[], number | undefined]>([
    ['since nobody knows when, without an audit before', [], undefined],
    ['since the last audit', [auditOf(day(7))], at(`${day(7)}T03:00:00Z`)],
    ['since the first audit by them, as the last one says', [auditOf(day(7), { inForceSince: 17 })], 17],
    [
      'since nobody knows when, if the last audit was by others',
      [auditOf(day(7), { programVersion: 'old' })],
      undefined,
    ],
    ['since an audit of 40 days ago', [auditOf(day(40))], at(`${day(40)}T03:00:00Z`)],
    ['since nobody knows when, if the last audit is older', [auditOf(day(41))], undefined],
    [
      'since nobody knows when, if they were others in between',
      [auditOf(day(14)), auditOf(day(7), { programVersion: 'old' })],
      undefined,
    ],
  ])('%s', async (_, before, since) => {
    const ports = await brand(...before);
    expect(await rulesInForceSince(ports.runs, PROGRAM, NOW)).toBe(since);
    expect((await startAudit(ports, PROGRAM, { heal: false }, NOW)).inForceSince).toBe(since);
  });
});

describe('the end of an audit', () => {
  test('is told once, with what it came to', async () => {
    const counts = { ...NO_COUNTS, processed: 9, failed: 1, outcomes: { PROVED: 5, HEALED: 2, WAITS: 1, FAILED: 1 } };
    const ports = await brand(auditOf('2026-05-20', { counts }));
    for (const later of [0, 5]) {
      const finished = auditOf('2026-05-20', { counts, finishedAt: NOW });
      expect(await finishAudit(ports, 'audit-2026-05-20', NOW + later)).toEqual(finished);
    }
    expect(ports.bus.events).toEqual([
      {
        ...{ type: 'audit.completed', occurredAt: NOW },
        detail: {
          ...{ eventId: 'audit-2026-05-20', runId: 'audit-2026-05-20', heal: false },
          ...{ startedAt: '2026-05-20T03:00:00Z', occurredAt: '2026-05-20T10:00:00Z' },
          ...{ members: 9, provedEqual: 5, differing: 0, healed: 2, waiting: 1, failed: 1, causes: {} },
        },
      },
    ]);
  });

  test('is of an audit that was started, and of no other run', async () => {
    const ports = await brand();
    await ports.runs.create({
      ...{ runId: 'dry-1', kind: 'recalculation', occasion: 'request', at: NOW, dryRun: true, notify: false },
      ...{ startedAt: NOW, segments: [], counts: NO_COUNTS },
    });
    for (const runId of ['audit-2026-05-21', 'dry-1']) {
      await expect(finishAudit(ports, runId, NOW)).rejects.toThrow(`There is no audit ${runId}.`);
    }
    expect(ports.bus.events).toEqual([]);
  });
});
