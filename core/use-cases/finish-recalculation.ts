import type { EventBus, Runs } from '../ports.ts';
import type { RecalculationRun } from '../runs/run.ts';
import { formatInstant, type Instant } from '../time.ts';

/**
 * Ends a run whose pages are done, and tells the brand's systems what it came to; of a dry run nobody is told. The event's id stays the same
 * when it has to be published again.
 */
export async function finishRecalculation(
  ports: { runs: Runs; bus: EventBus },
  runId: string,
  now: Instant,
): Promise<RecalculationRun> {
  const run = await ports.runs.load(runId);
  if (run?.kind !== 'recalculation') throw new Error(`There is no recalculation ${runId}.`);
  if (run.finishedAt !== undefined) return run;
  if (!run.dryRun) {
    const { processed, up, down, unchanged, failed, matrix } = run.counts;
    await ports.bus.publish({
      type: 'recalculation.completed',
      occurredAt: now,
      detail: {
        eventId: runId,
        runId,
        occasion: run.occasion,
        at: formatInstant(run.at),
        startedAt: formatInstant(run.startedAt),
        occurredAt: formatInstant(now),
        ...{ processed, up, down, unchanged, failed, matrix },
      },
    });
  }
  await ports.runs.finish(runId, now);
  return { ...run, finishedAt: now };
}
