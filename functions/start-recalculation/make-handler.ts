import type { RunEngine, Runs } from '../../core/ports.ts';
import type { RecalculationSettings } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { formatInstant } from '../../core/time.ts';
import { startRecalculation } from '../../core/use-cases/start-recalculation.ts';
import { type ApiKeySource, httpHandler, jsonBody } from '../runtime/http.ts';
import { log } from '../runtime/log.ts';
import { Problem } from '../runtime/problem.ts';
import { readRequest } from './request.ts';

export function makeHandler(
  ports: { runs: Runs; engine: RunEngine; keys: ApiKeySource },
  program: Program,
  settings: RecalculationSettings,
  newId: () => string,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'admin', keys: ports.keys },
    async (call) => {
      const request = { ...settings, ...readRequest(jsonBody(call), program, call.now) };
      const start = await startRecalculation(ports, program, request, newId, call.now);
      const { runId, at } = start.run;
      if (start.status === 'live') {
        throw new Problem(
          409,
          `The run ${runId} recalculates the end of the cycle at ${formatInstant(at)} already: GET /v1/runs/${runId} tells how far ` +
            'it is. Nothing was started.',
          undefined,
          { title: 'The same cycle end is being recalculated', runId },
        );
      }
      log.info('A recalculation was started', { runId, at: formatInstant(at), dryRun: request.dryRun });
      return { status: 202, body: { runId } };
    },
    clock,
  );
}
