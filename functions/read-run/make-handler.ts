import type { RunEngine, Runs } from '../../core/ports.ts';
import { readRun } from '../../core/use-cases/read-run.ts';
import { runAnswer } from '../contract/answers.ts';
import { noRun } from '../contract/found.ts';
import { noQuerySchema, runIdSchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(ports: { runs: Runs; engine: RunEngine; keys: ApiKeySource }, clock?: () => number) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query }) => {
      const runId = validate({ schema: runIdSchema, value: params.runId, at: 'runId' });
      validate({ schema: noQuerySchema, value: query });
      const run = await readRun(ports, runId);
      if (!run) throw noRun(runId);
      return { status: 200, body: runAnswer(run) };
    },
    clock,
  );
}
