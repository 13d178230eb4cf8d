import type { Runs } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { checkDowngradeLimit } from '../../core/use-cases/check-downgrade-limit.ts';
import { count } from '../metrics.ts';
import { log, publishCounts } from '../runtime/log.ts';

/** Everybody was looked at: whether the run may write, or ends here and waits for a person. */
export function makeHandler(ports: { runs: Runs }, clock: () => Instant = Date.now) {
  return async ({ runId }: { runId: string }): Promise<{ goesOn: boolean; downShare: number }> => {
    const { run, goesOn, downShare } = await checkDowngradeLimit(ports, runId, clock());
    if (!goesOn) {
      count('RecalculationAborted');
      log.error('A recalculation ended before its first write: more members would go down than may', {
        runId,
        previewRunId: run.previewRunId,
        downShare,
        abortWhenDown: run.abortWhenDown,
      });
    }
    publishCounts();
    return { goesOn, downShare };
  };
}
