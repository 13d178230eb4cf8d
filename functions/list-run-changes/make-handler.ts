import type { Runs } from '../../core/ports.ts';
import { listOutcomes } from '../../core/use-cases/read-run.ts';
import { runChangeAnswer } from '../contract/answers.ts';
import { noRun } from '../contract/found.ts';
import { badCursor, cursorOf, readPage } from '../contract/page.ts';
import { runIdSchema } from '../contract/request-schemas.ts';
import { validateIds } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(ports: { runs: Runs; keys: ApiKeySource }, clock?: () => number) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query }) => {
      const { runId } = validateIds(params, { runId: runIdSchema });
      const { limit, after: from } = readPage(query);
      const page = await listOutcomes(
        ports.runs,
        runId,
        { limit, ...(from !== undefined && { from }) },
        ({ direction }) => direction !== 'none',
      );
      if (page === 'noSuchCursor') throw badCursor();
      if (!page) throw noRun(runId);
      const items = page.outcomes.map(runChangeAnswer);
      return { status: 200, body: page.next === undefined ? { items } : { items, nextCursor: cursorOf(page.next) } };
    },
    clock,
  );
}
