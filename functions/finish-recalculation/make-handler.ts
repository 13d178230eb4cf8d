import type { EventBus, Runs } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { finishRecalculation } from '../../core/use-cases/finish-recalculation.ts';
import { log } from '../runtime/log.ts';

export function makeHandler(ports: { runs: Runs; bus: EventBus }, clock: () => Instant = Date.now) {
  return async ({ runId }: { runId: string }): Promise<{ runId: string }> => {
    const { counts } = await finishRecalculation(ports, runId, clock());
    const { processed, up, down, failed } = counts;
    log.info('A recalculation is done', { runId, processed, up, down, failed });
    return { runId };
  };
}
