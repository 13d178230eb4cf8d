import type { RunEngine } from '../core/ports.ts';
import type { Run, RunState } from '../core/runs/run.ts';
import { frozen } from './frozen.ts';

/** Records started runs. A test carries them through their pages. */
export class MemoryRunEngine implements RunEngine {
  /** Each run once, in the order in which they were started. */
  readonly started: string[] = [];
  /** Each run as it was at its start. */
  readonly runs = new Map<string, Run>();
  readonly #givenUp = new Set<string>();
  readonly #stopped = new Set<string>();

  async start(run: Run, { evenIfStopped = false }: { evenIfStopped?: boolean } = {}): Promise<void> {
    const { runId } = run;
    this.runs.set(runId, frozen(run));
    if (!this.started.includes(runId)) this.started.push(runId);
    this.#givenUp.delete(runId);
    if (evenIfStopped) this.#stopped.delete(runId);
  }

  async stateOf(run: Run): Promise<RunState> {
    const runId = (run.kind === 'recalculation' && run.previewOf) || run.runId;
    const runs = this.started.includes(runId) && !this.#givenUp.has(runId) && !this.#stopped.has(runId);
    return runs ? 'running' : 'failed';
  }

  /** From now on the run counts as failed, until it is started again. */
  giveUp(runId: string): void {
    this.#givenUp.add(runId);
  }

  /** An operator stops the run: it counts as failed, and only an explicit request starts it again. */
  stop(runId: string): void {
    this.#stopped.add(runId);
  }
}
