import type { Groups, RunEngine, Runs } from '../../core/ports.ts';
import { formatInstant } from '../../core/time.ts';
import { startGroupAction } from '../../core/use-cases/start-group-action.ts';
import { groupIdSchema } from '../contract/request-schemas.ts';
import { readActionOn } from '../contract/tier-action.ts';
import { type ApiKeySource, httpHandler, jsonBody } from '../runtime/http.ts';
import { log } from '../runtime/log.ts';
import { Problem } from '../runtime/problem.ts';

export function makeHandler(
  ports: { groups: Groups; runs: Runs; engine: RunEngine; keys: ApiKeySource },
  clock?: () => number,
) {
  return httpHandler(
    { role: 'admin', keys: ports.keys },
    async (call) => {
      const whom = { at: 'groupId', value: call.params.groupId, schema: groupIdSchema };
      const { id: groupId, action } = readActionOn(whom, jsonBody(call), call.now);
      const starting = await startGroupAction(ports, groupId, action, call.now);
      switch (starting.status) {
        case 'noGroup':
          throw new Problem(
            404,
            `There is no group ${groupId}. PUT /v1/groups/${groupId}/members/<memberId> puts a first member into it.`,
          );
        case 'conflict':
          throw new Problem(
            409,
            `The action ${action.id} on the group ${groupId} was started at ${formatInstant(starting.run.startedAt)} with other ` +
              'content. Nothing was started. Give a new action an id of its own.',
          );
        case 'started':
          log.info('A tier action on a group was started', { groupId, actionId: action.id, runId: starting.run.runId });
          return { status: 202, body: { runId: starting.run.runId } };
      }
    },
    clock,
  );
}
