import type { RunEngine, Runs } from '../../core/ports.ts';
import type { AuditSettings } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import type { Instant } from '../../core/time.ts';
import { startAudit } from '../../core/use-cases/start-audit.ts';
import { log } from '../runtime/log.ts';
import { queueHandler } from '../runtime/queue.ts';

/** When an audit is due. What the message says does not matter. */
export function makeHandler(
  ports: { runs: Runs; engine: RunEngine },
  program: Program,
  { heal = false }: AuditSettings,
  clock: () => Instant = Date.now,
) {
  return queueHandler({
    read: (message) => message,
    clock,
    async handle(message, now) {
      const { runId } = await startAudit(ports, program, { heal }, now);
      log.info('An audit was started', { runId, heal });
      return { ...message, runId };
    },
  });
}
