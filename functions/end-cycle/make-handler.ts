import type { RunEngine, Runs } from '../../core/ports.ts';
import type { RecalculationSettings } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { formatInstant, type Instant } from '../../core/time.ts';
import { startDueRecalculations } from '../../core/use-cases/start-recalculation.ts';
import { log } from '../runtime/log.ts';
import { queueHandler } from '../runtime/queue.ts';

/** Every night: a cycle may have ended whose members nobody recalculated yet. What the message says does not matter. */
export function makeHandler(
  ports: { runs: Runs; engine: RunEngine },
  program: Program,
  { abortWhenDown }: RecalculationSettings,
  clock: () => Instant = Date.now,
) {
  return queueHandler({
    read: (message) => message,
    clock,
    async handle(message, now) {
      const runs = await startDueRecalculations(ports, program, abortWhenDown, now);
      for (const { runId, at } of runs) log.info('A recalculation was started', { runId, at: formatInstant(at) });
      return { ...message, runIds: runs.map(({ runId }) => runId) };
    },
  });
}
