import { Metrics } from '@aws-lambda-powertools/metrics';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { httpHandler } from '../../../functions/runtime/http.ts';
import { log } from '../../../functions/runtime/log.ts';
import { Problem, type ProblemStatus } from '../../../functions/runtime/problem.ts';
import { queueHandler } from '../../../functions/runtime/queue.ts';

/** Lambda sees no error in what a handler turns into an answer: the alarms hear of it by what is counted here. */
let counted: MockInstance<Metrics['addMetric']>;
let published: MockInstance<Metrics['publishStoredMetrics']>;
beforeEach(() => {
  counted = vi.spyOn(Metrics.prototype, 'addMetric').mockReturnThis();
  published = vi.spyOn(Metrics.prototype, 'publishStoredMetrics').mockReturnValue(undefined as never);
});
afterEach(() => {
  vi.restoreAllMocks();
});
const names = () => counted.mock.calls.map(([name]) => name);

const answer = (respond: () => Promise<{ status: number }>) =>
  httpHandler('public', respond)({ routeKey: 'GET /v1/program', headers: {} } as APIGatewayProxyEventV2, {} as Context);

test('a call that fails is answered with 500, and counted before the answer leaves', async () => {
  const answered = await answer(() => Promise.reject(new Error('away')));
  expect(answered).toMatchObject({ statusCode: 500 });
  expect(names()).toEqual(['CallFailed']);
  expect(published).toHaveBeenCalledOnce();
});

test('the log of a call that fails names the route, as a function may serve several', async () => {
  const logged = vi.spyOn(log, 'error').mockReturnValue(undefined);
  await answer(() => Promise.reject(new Error('away')));
  expect(logged.mock.calls).toEqual([['A call failed', { route: 'GET /v1/program', error: new Error('away') }]]);
});

test.each([400, 401, 403, 404, 409, 413, 422] as ProblemStatus[])(
  'a call that is refused with %d has not failed',
  async (status) => {
    expect(await answer(() => Promise.reject(new Problem(status, 'no')))).toMatchObject({ statusCode: status });
    expect(await answer(async () => ({ status }))).toMatchObject({ statusCode: status });
    expect(names()).toEqual([]);
  },
);

test('each message that comes again is counted, and none that was handled', async () => {
  const handler = queueHandler({
    read: (message) => message,
    handle: async ({ fails }) => {
      if (fails) throw new Error('away');
      return {};
    },
  });
  const bodies = [{ fails: true }, {}, { fails: true }].map((body) => JSON.stringify(body));
  const Records = [...bodies, 'no JSON'].map((body, place) => ({ body, messageId: `m-${place}` }));
  const { batchItemFailures } = await handler({ Records } as SQSEvent);
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m-0', 'm-2', 'm-3']);
  expect(names()).toEqual(['MessageFailed', 'MessageFailed', 'MessageFailed']);
  expect(published).toHaveBeenCalledOnce();
});
