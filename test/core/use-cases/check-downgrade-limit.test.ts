/** Before the first write of a recalculation, and after the last: the brake, and what is told of it. */
import { describe, expect, test } from 'vitest';
import { type AuditRun, NO_COUNTS, type RecalculationRun, type RunCounts } from '../../../core/runs/run.ts';
import { checkDowngradeLimit } from '../../../core/use-cases/check-downgrade-limit.ts';
import { finishRecalculation } from '../../../core/use-cases/finish-recalculation.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';
import { RecordingBus } from '../../../fakes/recording-world.ts';
import { at } from '../members.ts';

const NOW = at('2026-12-31T23:05:00Z');
const RUN: RecalculationRun = {
  ...{ runId: 'cycle-1', kind: 'recalculation', occasion: 'cycleEnd', at: at('2026-12-31T23:00:00Z') },
  ...{ dryRun: false, notify: true, startedAt: NOW, segments: [], counts: NO_COUNTS, previewRunId: 'cycle-1-preview' },
};
const { previewRunId: _, ...WITHOUT_PREVIEW } = RUN;
const DRY: RecalculationRun = { ...WITHOUT_PREVIEW, runId: 'dry-1', dryRun: true, notify: false };
const PREVIEW: RecalculationRun = { ...DRY, runId: 'cycle-1-preview', previewOf: 'cycle-1' };
const AUDIT: AuditRun = {
  ...{
    runId: 'audit-1',
    kind: 'audit',
    heal: false,
    programVersion: 'v',
    startedAt: NOW,
    segments: [],
    counts: NO_COUNTS,
  },
};

async function brand(more: Partial<RecalculationRun> = {}, counts: Partial<RunCounts> = {}) {
  const ports = { runs: new MemoryRuns(), bus: new RecordingBus() };
  const preview = { ...PREVIEW, counts: { ...NO_COUNTS, ...counts } };
  for (const run of [preview, { ...RUN, ...more }, DRY, AUDIT]) await ports.runs.create(run);
  return ports;
}

describe('the brake', () => {
  test.each<[string, number | undefined, Partial<RunCounts>, boolean, number]>([
    ['lets a run through where none is set', undefined, { processed: 4, down: 4 }, true, 1],
    ['lets through as many as may go down', 0.5, { processed: 4, down: 2 }, true, 0.5],
    [
      'counts those of whom nobody knows with those who go down',
      0.5,
      { processed: 4, down: 2, failed: 1 },
      false,
      0.75,
    ],
    ['lets a brand without members through', 0.1, {}, true, 0],
  ])('%s', async (_, abortWhenDown, counts, goesOn, downShare) => {
    const limit = abortWhenDown === undefined ? {} : { abortWhenDown };
    const { runs } = await brand(limit, counts);
    // As often as it is weighed, it comes to the same.
    for (const later of [0, 5]) {
      expect(await checkDowngradeLimit({ runs }, 'cycle-1', NOW + later)).toMatchObject({ goesOn, downShare });
    }
    expect(await runs.load('cycle-1')).toEqual({
      ...{ ...RUN, ...limit, total: counts.processed ?? 0 },
      ...(!goesOn && { finishedAt: NOW, aborted: true }),
    });
    expect(await runs.load('cycle-1-preview')).toMatchObject({ finishedAt: NOW, previewOf: 'cycle-1' });
  });

  test.each(['cycle-2', 'dry-1', 'audit-1'])('is for a recalculation that writes, and not for %s', async (runId) => {
    const { runs } = await brand();
    const before = await runs.load(runId);
    await expect(checkDowngradeLimit({ runs }, runId, NOW)).rejects.toThrow(
      `There is no recalculation ${runId} with a preview.`,
    );
    expect(await runs.load(runId)).toEqual(before);
  });
});

describe('the end of a recalculation', () => {
  test('is told once, with what it came to', async () => {
    const counts = { ...NO_COUNTS, processed: 3, up: 1, unchanged: 2, matrix: { bronze: { silver: 1, bronze: 2 } } };
    const ports = await brand({ counts });
    for (const later of [0, 5]) {
      expect(await finishRecalculation(ports, 'cycle-1', NOW + later)).toEqual({ ...RUN, counts, finishedAt: NOW });
    }
    expect(ports.bus.events).toEqual([
      {
        ...{ type: 'recalculation.completed', occurredAt: NOW },
        detail: {
          ...{ eventId: 'cycle-1', runId: 'cycle-1', occasion: 'cycleEnd', at: '2026-12-31T23:00:00Z' },
          ...{ startedAt: '2026-12-31T23:05:00Z', occurredAt: '2026-12-31T23:05:00Z' },
          ...{ processed: 3, up: 1, down: 0, unchanged: 2, failed: 0, matrix: counts.matrix },
        },
      },
    ]);
  });

  test('is told nobody of a dry run', async () => {
    const ports = await brand();
    expect(await finishRecalculation(ports, 'dry-1', NOW)).toEqual({ ...DRY, finishedAt: NOW });
    expect(ports.bus.events).toEqual([]);
  });

  test.each(['cycle-2', 'audit-1'])('is of a recalculation that was started, and not of %s', async (runId) => {
    const ports = await brand();
    await expect(finishRecalculation(ports, runId, NOW)).rejects.toThrow(`There is no recalculation ${runId}.`);
    expect([await ports.runs.load('audit-1'), ports.bus.events]).toEqual([AUDIT, []]);
  });
});
