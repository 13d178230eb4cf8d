import type { RunEngine } from '../../core/ports.ts';
import type { RecalculationRun, Run, RunState } from '../../core/runs/run.ts';
import type { Segment } from '../../core/runs/segment.ts';
import type { RunState as GroupState } from '../../functions/change-group-tiers/make-handler.ts';
import type { SegmentState } from '../../functions/recalculate-cycle/make-handler.ts';

/** The functions that the two state machines call. */
export interface Tasks {
  changeGroupTiers(state: GroupState): Promise<GroupState>;
  recalculateCycle(state: SegmentState): Promise<SegmentState>;
  weighPreview(state: { runId: string }): Promise<{ goesOn: boolean }>;
  finishRecalculation(state: { runId: string }): Promise<unknown>;
}

/** How often a task is tried before its page is given up, and how often after that before the whole execution stands still. */
const TRIES = 4;
const TRIES_OF_A_PAGE_GIVEN_UP = 2;

/** One execution of a run's state machine: it does a task at a time, and does it again where it failed. */
export class Execution {
  readonly run: Run;
  state: 'running' | 'failed' | 'done' = 'running';
  #tries = 0;
  /** An execution does one task at a time; only a second execution does another. */
  #isBusy = false;
  readonly #tasks: Generator<(tasks: Tasks, givesUp: boolean) => Promise<unknown>, void, unknown>;
  #task: ((tasks: Tasks, givesUp: boolean) => Promise<unknown>) | undefined;

  constructor(run: Run) {
    this.run = run;
    this.#tasks = run.kind === 'groupAction' ? pagesOfGroup(run.runId) : stepsOf(run as RecalculationRun);
    this.#advance(undefined);
  }

  /** @returns whether the task succeeded; a process that died did not answer */
  async doTask(tasks: Tasks, hasDied: () => boolean): Promise<boolean> {
    if (!this.#task || this.#isBusy) return true;
    this.#isBusy = true;
    try {
      const result = await this.#task(tasks, this.#tries >= TRIES);
      if (hasDied()) throw new Error('The function did not answer.');
      this.#tries = 0;
      this.#advance(result);
      return true;
    } catch {
      if (++this.#tries >= TRIES + TRIES_OF_A_PAGE_GIVEN_UP) this.state = 'failed';
      return false;
    } finally {
      this.#isBusy = false;
    }
  }

  /** It goes on where it stood still. */
  redrive(): void {
    if (this.state !== 'failed') return;
    this.state = 'running';
    this.#tries = 0;
  }

  #advance(result: unknown): void {
    const next = this.#tasks.next(result);
    this.#task = next.done ? undefined : next.value;
    if (next.done) this.state = 'done';
  }
}

type Task = (tasks: Tasks, givesUp: boolean) => Promise<unknown>;

function* pagesOfGroup(runId: string): Generator<Task, void, unknown> {
  let state: GroupState = { runId, after: '' };
  while (!state.done) {
    const current = state;
    state = (yield (tasks) => tasks.changeGroupTiers(current)) as GroupState;
  }
}

function* stepsOf(run: RecalculationRun): Generator<Task, void, unknown> {
  const { runId, previewRunId, segments } = run;
  if (previewRunId !== undefined) {
    for (const segment of segments) yield* pagesOf(previewRunId, segment);
    const { goesOn } = (yield (tasks) => tasks.weighPreview({ runId })) as { goesOn: boolean };
    if (!goesOn) return;
  }
  for (const segment of segments) yield* pagesOf(runId, segment);
  yield (tasks) => tasks.finishRecalculation({ runId });
}

function* pagesOf(runId: string, segment: Segment): Generator<Task, void, unknown> {
  let state: SegmentState = { runId, segment, page: 0 };
  do {
    const current = state;
    state = (yield (tasks, givesUp) => tasks.recalculateCycle({ ...current, givesUp })) as SegmentState;
  } while (!state.done);
}

/** What carries runs through their pages; it goes no further by itself. */
export class SimulatedEngine implements RunEngine {
  readonly executions: Execution[] = [];
  readonly #concernsSomebody: (run: Run) => Promise<boolean>;

  /** @param concernsSomebody a run over days on which nobody has an anniversary is left out: each night starts some, of two hundred pages */
  constructor(concernsSomebody: (run: Run) => Promise<boolean>) {
    this.#concernsSomebody = concernsSomebody;
  }

  async start(run: Run): Promise<void> {
    if (!(await this.#concernsSomebody(run))) return;
    const known = this.executions.filter((execution) => execution.run.runId === run.runId);
    for (const execution of known) execution.redrive();
    if (known.length === 0) this.executions.push(new Execution(run));
  }

  async stateOf(run: Run): Promise<RunState> {
    const runId = (run.kind === 'recalculation' && run.previewOf) || run.runId;
    const states = this.executions.filter((execution) => execution.run.runId === runId).map(({ state }) => state);
    return states.some((state) => state !== 'failed') ? 'running' : 'failed';
  }
}
