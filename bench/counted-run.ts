import type { Runs } from '../core/ports.ts';
import { NO_COUNTS, plusCounts, type Run, type RunCounts, type RunPage } from '../core/runs/run.ts';

/** One run that stores nothing but its counts. */
export class CountedRun implements Pick<Runs, 'load' | 'page' | 'recordPage' | 'finish'> {
  readonly #run: Run;
  counts: RunCounts = NO_COUNTS;

  constructor(run: Run) {
    this.#run = run;
  }

  async load(): Promise<Run> {
    return this.#run;
  }

  async page(): Promise<undefined> {
    return undefined;
  }

  async recordPage(_runId: string, page: RunPage, counts: RunCounts): Promise<RunPage> {
    this.counts = plusCounts(this.counts, counts);
    return page;
  }

  async finish(): Promise<void> {}
}
