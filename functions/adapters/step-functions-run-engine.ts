import { createHash } from 'node:crypto';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { RunEngine } from '../../core/ports.ts';
import type { Run, RunState } from '../../core/runs/run.ts';
import { type Instant, MINUTE_MS } from '../../core/time.ts';

const GIVEN_UP = ['FAILED', 'TIMED_OUT'];
/** An operator stopped the run on purpose, so posting it again does not restart it. */
const STOPPED = 'ABORTED';

/** How many executions one run may have, the first included. */
const STARTS = 10;

/** The ARN of the state machine for each kind of run. */
export type RunMachines = Readonly<Record<Run['kind'], string>>;

/** Starts one execution for each run, under a name unique to the run, and another if an execution failed. */
export class StepFunctionsRunEngine implements RunEngine {
  readonly #client: SFNClient;
  readonly #machines: Partial<RunMachines>;
  readonly #clock: () => Instant;

  /** @param machines the machines for the kinds that the caller may start or query */
  constructor(machines: Partial<RunMachines>, client: SFNClient = new SFNClient(), clock: () => Instant = Date.now) {
    this.#client = client;
    this.#machines = machines;
    this.#clock = clock;
  }

  async start(run: Run, { evenIfStopped = false }: { evenIfStopped?: boolean } = {}): Promise<void> {
    const { runId } = run;
    const isOver = (status = '') => GIVEN_UP.includes(status) || (evenIfStopped && status === STOPPED);
    for (let start = 1; start <= STARTS; start++) {
      try {
        await this.#client.send(
          new StartExecutionCommand({
            stateMachineArn: this.#machineOf(run),
            name: nameOf(runId, start),
            input: JSON.stringify(inputOf(run)),
          }),
        );
        return;
      } catch (error) {
        if (!isNamed(error, 'ExecutionAlreadyExists')) throw error;
        // Completed pages are not repeated, so the new execution can start from the beginning.
        if (!isOver(await this.#statusOf(run, start))) return;
      }
    }
    throw new Error(`The run ${runId} was given up ${STARTS} times. Mend the cause, and redrive its last execution.`);
  }

  /** Returns the state of a run that has not finished. The run's own record says whether it has finished. */
  async stateOf(run: Run): Promise<RunState> {
    for (let start = 1; start <= STARTS; start++) {
      const status = await this.#statusOf(run, start);
      // A started execution may not be visible yet.
      if (status === undefined) return start === 1 && this.#clock() - run.startedAt < MINUTE_MS ? 'running' : 'failed';
      if (!GIVEN_UP.includes(status) && status !== STOPPED) return 'running';
    }
    return 'failed';
  }

  #machineOf({ kind }: Run): string {
    const machine = this.#machines[kind];
    if (machine === undefined) throw new Error(`Runs of the kind ${kind} are carried by nothing that is known here.`);
    return machine;
  }

  async #statusOf(run: Run, start: number): Promise<string | undefined> {
    // A preview has no execution of its own: it is part of its run's execution.
    const runId = (run.kind === 'recalculation' && run.previewOf) || run.runId;
    const executionArn = `${this.#machineOf(run).replace(':stateMachine:', ':execution:')}:${nameOf(runId, start)}`;
    try {
      return String((await this.#client.send(new DescribeExecutionCommand({ executionArn }))).status);
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) return undefined;
      throw error;
    }
  }
}

/** The input of a run's state machine. */
function inputOf(run: Run): Record<string, unknown> {
  const { runId } = run;
  if (run.kind === 'groupAction') return { runId, after: '' };
  if (run.kind === 'audit') return { runId, segments: run.segments };
  const { previewRunId, segments } = run;
  return { runId, segments, ...(previewRunId !== undefined && { previewRunId }) };
}

/** At most 80 characters: the start of the run's id for people, and a hash because the start is not unique. */
function nameOf(runId: string, start: number): string {
  const readable = runId.replace(/[^A-Za-z0-9-]/g, '_').slice(0, 40);
  const name = `${readable}-${createHash('sha256').update(runId).digest('hex').slice(0, 32)}`;
  return start === 1 ? name : `${name}-${start}`;
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
