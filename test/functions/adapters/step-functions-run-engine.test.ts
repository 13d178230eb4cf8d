import { DescribeExecutionCommand, type ExecutionStatus, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { StepFunctionsRunEngine } from '../../../functions/adapters/step-functions-run-engine.ts';
import { aRecalculation, aRun } from '../../contracts/setup/examples.ts';

const stepFunctions = mockClient(SFNClient);
beforeEach(() => void stepFunctions.reset());

const STATE_MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Runs-AbC';
const engine = new StepFunctionsRunEngine(
  { groupAction: STATE_MACHINE, recalculation: `${STATE_MACHINE}-R` },
  new SFNClient({ region: 'eu-west-1' }),
);

const failure = (name: string) => Object.assign(new Error('said by AWS'), { name, $metadata: { httpStatusCode: 400 } });
const started = () => stepFunctions.commandCalls(StartExecutionCommand).map((call) => call.args[0].input);
const described = () => stepFunctions.commandCalls(DescribeExecutionCommand).map((call) => call.args[0].input);

describe('the engine of runs', () => {
  test('starts an execution at the run’s first page', async () => {
    await engine.start(aRun('group-1x7'));
    expect(started()).toEqual([
      {
        stateMachineArn: STATE_MACHINE,
        name: expect.stringMatching(/^group-1x7-[0-9a-f]{32}$/),
        input: '{"runId":"group-1x7","after":""}',
      },
    ]);
  });

  test('gives every run a name of its own, of the kind and length that AWS takes', async () => {
    const runIds = ['a', 'a/b', 'a_b', 'a.b', 'vips#action 1', 'Zoë ☕️', 'x'.repeat(300), `${'x'.repeat(299)}y`];
    for (const runId of [...runIds, ...runIds]) await engine.start(aRun(runId));
    const names = started().map(({ name }) => name);
    for (const name of names) expect(name).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
    expect(new Set(names).size).toBe(runIds.length);
    expect(names.slice(runIds.length)).toEqual(names.slice(0, runIds.length));
  });

  test.each<ExecutionStatus>(['RUNNING', 'PENDING_REDRIVE', 'SUCCEEDED'])(
    'starts nothing where the run was started before and is %s',
    async (status) => {
      stepFunctions.on(StartExecutionCommand).rejects(failure('ExecutionAlreadyExists'));
      stepFunctions.on(DescribeExecutionCommand).resolves({ status });
      await engine.start(aRun('run-1'));
      expect(started()).toHaveLength(1);
      expect(described()).toHaveLength(1);
    },
  );

  describe('of a recalculation', () => {
    const run = aRecalculation('cycle-1', { previewRunId: 'cycle-1-preview' });

    test('has a machine of its own, which is told of the preview and of the segments', async () => {
      await engine.start(run);
      expect(started()).toEqual([
        {
          stateMachineArn: `${STATE_MACHINE}-R`,
          name: expect.stringMatching(/^cycle-1-[0-9a-f]{32}$/),
          input: JSON.stringify({ runId: 'cycle-1', segments: run.segments, previewRunId: 'cycle-1-preview' }),
        },
      ]);
    });

    test('tells a dry run of no preview', async () => {
      await engine.start(aRecalculation('dry-1', { dryRun: true }));
      expect(JSON.parse(started()[0]!.input!)).not.toHaveProperty('previewRunId');
    });

    test('says of a preview what it says of its run', async () => {
      stepFunctions.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
      await engine.stateOf(run);
      await engine.stateOf(aRecalculation('cycle-1-preview', { previewOf: 'cycle-1' }));
      expect(described()[1]).toEqual(described()[0]);
    });

    test('that an operator stopped goes on only for who means it', async () => {
      stepFunctions.on(StartExecutionCommand).rejectsOnce(failure('ExecutionAlreadyExists')).resolves({});
      stepFunctions.on(DescribeExecutionCommand).resolves({ status: 'ABORTED' });
      await engine.start(run, { evenIfStopped: true });
      expect(started().map(({ name }) => name)).toEqual([expect.anything(), `${started()[0]!.name}-2`]);

      stepFunctions.resetHistory();
      stepFunctions.on(StartExecutionCommand).rejects(failure('ExecutionAlreadyExists'));
      await engine.start(run);
      expect(started()).toHaveLength(1);
    });

    test('cannot be started by who knows no machine for it', async () => {
      const other = new StepFunctionsRunEngine({ groupAction: STATE_MACHINE }, new SFNClient({ region: 'eu-west-1' }));
      await expect(other.start(run)).rejects.toThrow('recalculation');
    });
  });

  test('asks nothing about a run that it started just now', async () => {
    await engine.start(aRun('run-1'));
    expect(described()).toEqual([]);
  });

  test('throws where the run could not be started', async () => {
    const trouble = failure('ExecutionLimitExceeded');
    stepFunctions.on(StartExecutionCommand).rejects(trouble);
    await expect(engine.start(aRun('run-1'))).rejects.toBe(trouble);
  });

  test.each<[ExecutionStatus, string]>([
    ['RUNNING', 'running'],
    ['PENDING_REDRIVE', 'running'],
    ['SUCCEEDED', 'running'],
    ['FAILED', 'failed'],
    ['TIMED_OUT', 'failed'],
    ['ABORTED', 'failed'],
  ])('says of an execution that is %s that the run is %s', async (status, state) => {
    stepFunctions.on(DescribeExecutionCommand).resolves({ status });
    expect(await engine.stateOf(aRun('run-1'))).toBe(state);
  });

  test('asks for the execution that it started', async () => {
    await engine.start(aRun('run-1'));
    stepFunctions.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    await engine.stateOf(aRun('run-1'));
    const { name } = started()[0]!;
    expect(described()).toEqual([{ executionArn: `arn:aws:states:eu-west-1:123456789012:execution:Runs-AbC:${name}` }]);
  });

  test('takes a run that was never started for a failed one', async () => {
    stepFunctions.on(DescribeExecutionCommand).rejects(failure('ExecutionDoesNotExist'));
    expect(await engine.stateOf(aRun('run-1'))).toBe('failed');
  });

  describe('that was given up', () => {
    /** The state machine with these executions, in the order of their names. */
    function executions(...statuses: ExecutionStatus[]) {
      const taken = new Map<string, ExecutionStatus>();
      const last = (text: string | undefined) => String(text?.split(':').at(-1));
      stepFunctions.on(StartExecutionCommand).callsFake(({ name }) => {
        if (taken.has(name)) throw failure('ExecutionAlreadyExists');
        taken.set(name, statuses[taken.size] ?? 'RUNNING');
        return {};
      });
      stepFunctions.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
        const status = taken.get(last(executionArn));
        if (status === undefined) throw failure('ExecutionDoesNotExist');
        return { status };
      });
      return taken;
    }

    test.each<ExecutionStatus>(['FAILED', 'TIMED_OUT'])(
      'and %s is brought on its way again under a further name, from its first page',
      async (status) => {
        const names = executions(status);
        await engine.start(aRun('run-1'));
        await engine.start(aRun('run-1'));
        const [first, second] = [...names.keys()];
        expect(second).toBe(`${first}-2`);
        expect(started().at(-1)).toEqual({
          stateMachineArn: STATE_MACHINE,
          name: second,
          input: '{"runId":"run-1","after":""}',
        });
      },
    );

    test.each([
      ['was given up', ['FAILED'], 'failed'],
      ['is on its way again', ['FAILED', 'RUNNING'], 'running'],
      ['was given up again', ['FAILED', 'ABORTED'], 'failed'],
      ['is on its way for the third time', ['FAILED', 'TIMED_OUT', 'RUNNING'], 'running'],
      ['came to its end at last', ['FAILED', 'SUCCEEDED'], 'running'],
    ] as [string, ExecutionStatus[], string][])('and %s: its last execution says so', async (_, statuses, state) => {
      executions(...statuses);
      for (const _ of statuses) await engine.start(aRun('run-1'));
      expect(await engine.stateOf(aRun('run-1'))).toBe(state);
    });

    // An operator who stopped an execution meant it.
    test.each([[['FAILED', 'RUNNING']], [['ABORTED']], [['FAILED', 'TIMED_OUT', 'SUCCEEDED']]] as [
      ExecutionStatus[],
    ][])('and started again is not started once more: %j', async (statuses) => {
      const names = executions(...statuses);
      for (let times = 0; times < 9; times++) await engine.start(aRun('run-1'));
      expect(names.size).toBe(statuses.length);
    });

    test('has names that AWS takes however long its id is, and none that another run has', async () => {
      const names = executions(...Array.from({ length: 18 }, () => 'FAILED' as const));
      for (let times = 0; times < 9; times++) {
        await engine.start(aRun('x'.repeat(300)));
        await engine.start(aRun(`${'x'.repeat(299)}-2`));
      }
      expect(names.size).toBe(18);
      for (const name of names.keys()) expect(name).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
    });

    test('ten times is left to the operator: nothing more is started, and whoever starts it hears so', async () => {
      const names = executions(...Array.from({ length: 10 }, () => 'FAILED' as const));
      for (let times = 0; times < 10; times++) await engine.start(aRun('run-1'));
      await expect(engine.start(aRun('run-1'))).rejects.toThrow('The run run-1 was given up 10 times');
      expect(names.size).toBe(10);
      expect(await engine.stateOf(aRun('run-1'))).toBe('failed');
    });

    test('or not, which nobody can say: then nothing is started', async () => {
      const trouble = failure('ThrottlingException');
      stepFunctions.on(StartExecutionCommand).rejects(failure('ExecutionAlreadyExists'));
      stepFunctions.on(DescribeExecutionCommand).rejects(trouble);
      await expect(engine.start(aRun('run-1'))).rejects.toBe(trouble);
      expect(started()).toHaveLength(1);
    });

    test('and whose execution AWS has forgotten between two questions starts no second one', async () => {
      stepFunctions.on(StartExecutionCommand).rejects(failure('ExecutionAlreadyExists'));
      stepFunctions.on(DescribeExecutionCommand).rejects(failure('ExecutionDoesNotExist'));
      await engine.start(aRun('run-1'));
      expect(started()).toHaveLength(1);
    });
  });

  test('throws where it cannot say', async () => {
    const trouble = failure('ThrottlingException');
    stepFunctions.on(DescribeExecutionCommand).rejects(trouble);
    await expect(engine.stateOf(aRun('run-1'))).rejects.toBe(trouble);
  });
});
