import { describe, expect, test } from 'vitest';
import { expectProblem, watchedWorld } from '../support/refusals.ts';
import { makeWorld, type Response } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
const LAST_END = '2025-12-31T23:00:00Z';

type Options = Parameters<typeof makeWorld>[0];

/** Sends it, and sees to it that nothing is written or started. */
async function refused(body: unknown, program: NonNullable<Options>['program'] = {}): Promise<Response> {
  const { world, writes } = await watchedWorld(async () => {}, NOW, program);
  const result = await world.call('POST recalculations', { body });
  expectProblem(result, 422);
  expect(writes).toEqual([]);
  expect(world.ports.engine.started).toEqual([]);
  return result;
}

const problemsOf = ({ body }: Response) =>
  body.errors.map(({ path, message }: Record<string, string>) => `${path}: ${message}`);

describe('a recalculation is refused with', () => {
  test.each<[string, unknown, string]>([
    [
      'a moment more than five years ago',
      { dryRun: true, at: '2021-03-01T09:59:59Z' },
      '2021-03-01T10:00:00Z at the earliest',
    ],
    [
      'a moment more than five years ahead',
      { dryRun: true, at: '2031-03-01T10:00:01Z' },
      '2031-03-01T10:00:00Z at the latest',
    ],
    ['an end that is still to come', { at: '2026-12-31T23:00:00Z' }, 'a dry run shows what that moment will bring'],
    ['a moment that is no end of a cycle', { at: '2026-01-01T00:00:00Z' }, `such as ${LAST_END}`],
    ['the end of a cycle before the last', { at: '2024-12-31T23:00:00Z' }, `the last end of a cycle: ${LAST_END}`],
    ['a date for a moment', { at: '2026-01-01' }, 'ISO 8601'],
    ['31 February', { dryRun: true, at: '2026-02-31T00:00:00Z' }, 'ISO 8601'],
    ['a text for a dry run', { dryRun: 'yes' }, 'dryRun'],
    ['a dry run that tells members', { dryRun: true, notify: true }, 'of which nobody is told'],
    ['a share of nothing', { abortWhenDown: 0 }, 'abortWhenDown'],
    ['a share of more than all', { abortWhenDown: 1.5 }, 'abortWhenDown'],
    ['what nobody knows', { force: true }, 'force: is not known here'],
    ['no object', [], 'object'],
  ])('%s', async (_, body, message) => {
    const problems = problemsOf(await refused(body));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  test('every problem at once', async () => {
    expect(problemsOf(await refused({ dryRun: 1, at: 'now', notify: 'no', more: 1 }))).toHaveLength(4);
  });

  test('a moment before the program began', async () => {
    const program = { launchedOn: '2026-02-01' };
    const [problem] = problemsOf(await refused({ dryRun: true, at: '2026-01-31T22:59:59Z' }, program));
    expect(problem).toBe('at: must not lie before the program began: 2026-01-31T23:00:00Z at the earliest');
    const world = makeWorld({ now: NOW, program });
    const { status } = await world.recalculateEveryone({ dryRun: true, at: '2026-01-31T23:00:00Z' });
    expect(status).toBe(200);
  });

  test('an end of a cycle where cycles never end', async () => {
    const [problem] = problemsOf(await refused({ at: LAST_END }, { cycle: { type: 'none' } }));
    expect(problem).toContain('the program’s cycles never end');
  });

  test('a day more than a year ago, where each member has an anniversary', async () => {
    const [problem] = problemsOf(await refused({ at: '2025-02-28T22:00:00Z' }, { cycle: { type: 'enrollment' } }));
    expect(problem).toContain('must be the end of a cycle, such as 2026-02-28T23:00:00Z');
    const [another] = problemsOf(await refused({ at: '2025-02-27T23:00:00Z' }, { cycle: { type: 'enrollment' } }));
    expect(another).toContain('the last end of a cycle');
  });
});

describe('five years ahead, and five years back', () => {
  test.each(['2031-03-01T10:00:00Z', '2021-03-01T10:00:00Z'])('a dry run of %s is answered', async (at) => {
    const world = makeWorld({ now: NOW });
    await world.enrol('m-1');
    expect(await world.recalculateEveryone({ dryRun: true, at })).toMatchObject({
      status: 200,
      body: { status: 'completed', processed: 1, unchanged: 1 },
    });
  });
});

describe('a second live run for the same end of a cycle', () => {
  test('is refused with 409 and the id of the first', async () => {
    const world = makeWorld({ now: NOW });
    const first = await world.call('POST recalculations', { body: { at: LAST_END } });
    expect(first).toMatchObject({ status: 202, body: { runId: 'cycle-20251231t230000z-1' } });
    const second = await world.call('POST recalculations', { body: { at: LAST_END } });
    expectProblem(second, 409);
    expect(second.body).toMatchObject({
      title: 'The same cycle end is being recalculated',
      runId: 'cycle-20251231t230000z-1',
      detail: expect.stringContaining('GET /v1/runs/cycle-20251231t230000z-1'),
    });
    expect(world.ports.engine.started).toHaveLength(1);
    // A dry run of it, and a recalculation of everyone as of now, are in nobody's way.
    for (const body of [{ at: LAST_END, dryRun: true }, {}]) {
      expect((await world.call('POST recalculations', { body })).status).toBe(202);
    }
    await world.carry(first.body.runId);
    expect(await world.call('POST recalculations', { body: { at: LAST_END } })).toMatchObject({
      body: { runId: 'cycle-20251231t230000z-2' },
    });
  });

  test('is the same run once the first was given up, or stopped by an operator', async () => {
    for (const end of ['giveUp', 'stop'] as const) {
      const world = makeWorld({ now: NOW });
      const { runId } = (await world.call('POST recalculations', { body: { at: LAST_END } })).body;
      world.ports.engine[end](runId);
      expect((await world.call('GET run', { params: { runId } })).body.status).toBe('failed');
      expect((await world.call('POST recalculations', { body: { at: LAST_END } })).body).toEqual({ runId });
      expect((await world.call('GET run', { params: { runId } })).body.status).toBe('running');
    }
  });
});

test('a run that does not exist is not found', async () => {
  const world = makeWorld({ now: NOW });
  for (const name of ['GET run', 'GET run changes', 'GET run outcomes'] as const) {
    const answer = await world.call(name, { params: { runId: 'cycle-20251231t230000z-1' } });
    expectProblem(answer, 404);
    expect(answer.body.detail).toContain('There is no run cycle-20251231t230000z-1');
  }
});

test('only the role admin may recalculate', async () => {
  const world = makeWorld({ now: NOW });
  for (const key of ['intake', 'read'] as const) {
    expectProblem(await world.call('POST recalculations', { body: {}, key }), 403);
  }
  expectProblem(await world.call('POST recalculations', { body: {}, key: '' }), 401);
});
