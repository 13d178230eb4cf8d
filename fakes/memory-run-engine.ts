import type { RunEngine } from '../core/ports.ts';
import type { RunState } from '../core/runs/run.ts';

/** Carries no run anywhere: it knows what was started, and a test does the pages. */
export class MemoryRunEngine implements RunEngine {
  /** Each run once, in the order in which they were started. */
  readonly started: string[] = [];
  readonly #givenUp = new Set<string>();

  async start(runId: string): Promise<void> {
    if (!this.started.includes(runId)) this.started.push(runId);
  }

  async stateOf(runId: string): Promise<RunState> {
    return this.started.includes(runId) && !this.#givenUp.has(runId) ? 'running' : 'failed';
  }

  /** From now on the run counts as failed. */
  giveUp(runId: string): void {
    this.#givenUp.add(runId);
  }
}
