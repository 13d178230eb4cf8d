import { randomUUID } from 'node:crypto';
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import type { RunEngine } from '../../core/ports.ts';
import type { Run } from '../../core/runs/run.ts';
import { HOUR_MS } from '../../core/time.ts';
import { MemoryRunEngine } from '../../fakes/memory-run-engine.ts';
import { StepFunctionsRunEngine } from '../../functions/adapters/step-functions-run-engine.ts';
import { waitFor } from '../../local/wait-for.ts';
import { aRecalculation, aRun, freshId } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { localAws } from './setup/local-aws.ts';

interface WatchedEngine {
  port: RunEngine;
  /** The number of executions of a run that are running now. */
  underWay(run: Run): Promise<number>;
  /** Completes the run's execution. */
  carryThrough(run: Run): Promise<void>;
  /** Makes the run's execution fail for good. */
  giveUp(run: Run): Promise<void>;
  /** Stops the run's execution, as an operator does. */
  stop(run: Run): Promise<void>;
}

function inMemory(): WatchedEngine {
  const port = new MemoryRunEngine();
  return {
    port,
    underWay: async (run) => ((await port.stateOf(run)) === 'running' ? 1 : 0),
    carryThrough: async () => {},
    giveUp: async ({ runId }) => port.giveUp(runId),
    stop: async ({ runId }) => port.stop(runId),
  };
}

/** A state machine of one step, which this test completes or fails. */
async function inStepFunctions(): Promise<WatchedEngine> {
  const client = new SFNClient(localAws());
  const { activityArn } = await client.send(new CreateActivityCommand({ name: `carry-${randomUUID()}` }));
  const definition = { StartAt: 'Carry', States: { Carry: { Type: 'Task', Resource: activityArn, End: true } } };
  const { stateMachineArn = '' } = await client.send(
    new CreateStateMachineCommand({
      name: `runs-${randomUUID()}`,
      roleArn: 'arn:aws:iam::000000000000:role/runs',
      definition: JSON.stringify(definition),
    }),
  );

  const executionsOf = async ({ runId }: Run) => {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 }));
    const described = executions.map(({ executionArn }) => client.send(new DescribeExecutionCommand({ executionArn })));
    return (await Promise.all(described)).filter(({ input }) => JSON.parse(input!).runId === runId);
  };
  const running = async (run: Run) => (await executionsOf(run)).filter(({ status }) => status === 'RUNNING');
  const untilEnded = (run: Run) =>
    waitFor('an execution to end', async () => (await running(run)).length === 0 || undefined, { everyMs: 20 });

  const tokens = new Map<string, string>();
  /** Steps arrive in the order in which their runs were started. */
  const tokenOf = ({ runId }: Run) =>
    waitFor('the step of a run', async () => {
      const task = await client.send(new GetActivityTaskCommand({ activityArn }));
      if (task.taskToken !== undefined) tokens.set(JSON.parse(task.input!).runId, task.taskToken);
      return tokens.get(runId);
    });

  return {
    port: new StepFunctionsRunEngine({ groupAction: stateMachineArn, recalculation: stateMachineArn }, client),
    underWay: async (run) => (await running(run)).length,
    async carryThrough(run) {
      await client.send(new SendTaskSuccessCommand({ taskToken: await tokenOf(run), output: '{}' }));
      await untilEnded(run);
    },
    async giveUp(run) {
      await client.send(new SendTaskFailureCommand({ taskToken: await tokenOf(run), error: 'PageFailed' }));
      tokens.delete(run.runId);
      await untilEnded(run);
    },
    async stop(run) {
      for (const { executionArn } of await running(run)) await client.send(new StopExecutionCommand({ executionArn }));
    },
  };
}

const engines = fakeAndReal<RunEngine, WatchedEngine>(
  ['in memory', inMemory()],
  ['of Step Functions', await inStepFunctions()],
);

/** An hour ago, because the execution of a run that has just started may not be visible yet. */
const startedAt = Date.now() - HOUR_MS;
const KINDS: [string, () => Run][] = [
  ['a group action', () => aRun(`group-${freshId()}`, { startedAt })],
  ['a recalculation', () => aRecalculation(`cycle-${freshId()}`, { startedAt })],
];

describe.each(engines)('an engine %s', (_, { port, underWay, carryThrough, giveUp, stop }) => {
  describe.each(KINDS)('that is given %s', (_, aNewRun) => {
    test('executes it', async () => {
      const run = aNewRun();
      await port.start(run);
      expect(await port.stateOf(run)).toBe('running');
      expect(await underWay(run)).toBe(1);
    });

    test('executes it once, however often it is started, one after another or concurrently', async () => {
      const run = aNewRun();
      await Promise.all([port.start(run), port.start(run), port.start(run)]);
      await port.start(run);
      await port.start(run, { evenIfStopped: true });
      expect(await underWay(run)).toBe(1);
    });

    test('executes it beside other runs', async () => {
      const [run, other] = [aNewRun(), aNewRun()];
      await port.start(run);
      await port.start(other);
      await stop(other);
      expect(await port.stateOf(run)).toBe('running');
      expect(await port.stateOf(other)).toBe('failed');
    });

    test('reports it as failed if it was never started', async () => {
      expect(await port.stateOf(aNewRun())).toBe('failed');
    });

    test('does not report it as failed after success: the run’s own record says whether it is finished', async () => {
      const run = aNewRun();
      await port.start(run);
      await carryThrough(run);
      expect(await port.stateOf(run)).toBe('running');
    });

    test('reports it as failed after a failure, and executes it again when it is started again', async () => {
      const run = aNewRun();
      await port.start(run);
      await giveUp(run);
      expect(await port.stateOf(run)).toBe('failed');
      await port.start(run);
      expect(await port.stateOf(run)).toBe('running');
      expect(await underWay(run)).toBe(1);
      await giveUp(run);
      expect(await port.stateOf(run)).toBe('failed');
    });

    test('restarts it after an operator’s stop only for evenIfStopped', async () => {
      const run = aNewRun();
      await port.start(run);
      await stop(run);
      expect(await port.stateOf(run)).toBe('failed');
      await port.start(run);
      expect(await port.stateOf(run)).toBe('failed');
      await port.start(run, { evenIfStopped: true });
      expect(await port.stateOf(run)).toBe('running');
      expect(await underWay(run)).toBe(1);
    });
  });

  test('reports the state of a run also for its preview, which has no execution of its own', async () => {
    const run = aRecalculation(`cycle-${freshId()}`, { startedAt });
    const preview = aRecalculation(`${run.runId}-preview`, { startedAt, previewOf: run.runId });
    expect(await port.stateOf(preview)).toBe('failed');
    await port.start(run);
    expect(await port.stateOf(preview)).toBe('running');
    await stop(run);
    expect(await port.stateOf(preview)).toBe('failed');
  });
});
