import { createHash } from 'node:crypto';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { RunEngine } from '../../core/ports.ts';
import type { RunState } from '../../core/runs/run.ts';

const GIVEN_UP = ['FAILED', 'TIMED_OUT'];
/** By an operator, who meant it: it stands still, and posting again does not set it going. */
const STOPPED = 'ABORTED';

/** How often a run can be brought on its way again after it was given up. */
const STARTS = 10;

/** One execution of the state machine for each run, under a name that only this run has; and another one for each that was given up. */
export class StepFunctionsRunEngine implements RunEngine {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  constructor(stateMachineArn: string, client: SFNClient = new SFNClient()) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
  }

  async start(runId: string): Promise<void> {
    for (let start = 1; start <= STARTS; start++) {
      try {
        await this.#client.send(
          new StartExecutionCommand({
            stateMachineArn: this.#stateMachineArn,
            name: nameOf(runId, start),
            input: JSON.stringify({ runId, after: '' }),
          }),
        );
        return;
      } catch (error) {
        if (!isNamed(error, 'ExecutionAlreadyExists')) throw error;
        // Pages that were done are done: from the start is as good as from where it stood still.
        if (!GIVEN_UP.includes((await this.#statusOf(runId, start)) ?? '')) return;
      }
    }
    throw new Error(`The run ${runId} was given up ${STARTS} times. Mend the cause, and redrive its last execution.`);
  }

  /** An execution that succeeded says nothing about its run, which has its own word for being finished. */
  async stateOf(runId: string): Promise<RunState> {
    for (let start = 1; start <= STARTS; start++) {
      const status = await this.#statusOf(runId, start);
      if (status === undefined) return 'failed';
      if (!GIVEN_UP.includes(status)) return status === STOPPED ? 'failed' : 'running';
    }
    return 'failed';
  }

  async #statusOf(runId: string, start: number): Promise<string | undefined> {
    const executionArn = `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${nameOf(runId, start)}`;
    try {
      return String((await this.#client.send(new DescribeExecutionCommand({ executionArn }))).status);
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) return undefined;
      throw error;
    }
  }
}

/** A name has 80 characters at most, of few kinds: the start of the run's id for people, and a hash for what that leaves out. */
function nameOf(runId: string, start: number): string {
  const readable = runId.replace(/[^A-Za-z0-9-]/g, '_').slice(0, 40);
  const name = `${readable}-${createHash('sha256').update(runId).digest('hex').slice(0, 32)}`;
  return start === 1 ? name : `${name}-${start}`;
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
