import type { Runs } from '../../core/ports.ts';
import { runChangeAnswer } from '../contract/answers.ts';
import { outcomeList } from '../contract/outcome-list.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(ports: { runs: Runs; keys: ApiKeySource }, clock?: () => number) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async (call) => ({
      status: 200,
      body: await outcomeList(ports.runs, call, runChangeAnswer, ({ direction }) => direction !== 'none'),
    }),
    clock,
  );
}
