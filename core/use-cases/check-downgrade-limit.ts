import type { Runs } from '../ports.ts';
import type { RecalculationRun } from '../runs/run.ts';
import type { Instant } from '../time.ts';

export interface DowngradeCheck {
  run: RecalculationRun;
  /** Whether the run goes on to its first write. */
  goesOn: boolean;
  /** The share of the members that go down or could not be judged, from 0 to 1. */
  downShare: number;
}

/** Ends the dry run before a recalculation, and compares its result with the downgrade limit. Idempotent. */
export async function checkDowngradeLimit(ports: { runs: Runs }, runId: string, now: Instant): Promise<DowngradeCheck> {
  const run = await ports.runs.load(runId);
  if (run?.kind !== 'recalculation' || run.previewRunId === undefined) {
    throw new Error(`There is no recalculation ${runId} with a preview.`);
  }
  await ports.runs.finish(run.previewRunId, now);
  const preview = await ports.runs.load(run.previewRunId);
  if (!preview) throw new Error(`The run ${runId} has lost its preview ${run.previewRunId}.`);
  const { processed, down, failed } = preview.counts;
  await ports.runs.amend(runId, { total: processed });
  const downShare = processed === 0 ? 0 : (down + failed) / processed;
  const goesOn = run.abortWhenDown === undefined || downShare <= run.abortWhenDown;
  if (!goesOn) await ports.runs.finish(runId, now, { aborted: true });
  return { run, goesOn, downShare };
}
