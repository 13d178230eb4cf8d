import type { Runs } from '../core/ports.ts';
import { NO_COUNTS, plusCounts, type Run, type RunCounts, type RunPage } from '../core/runs/run.ts';

/** One run that stores nothing but its counts. */
export class CountedRun implements Pick<Runs, 'load' | 'page' | 'recordPage' | 'finish'> {
  readonly load: () => Promise<Run>;
  readonly page = async (): Promise<undefined> => undefined;
  readonly finish = async (): Promise<void> => {};
  counts: RunCounts = NO_COUNTS;

  constructor(run: Run) {
    this.load = async () => run;
  }

  async recordPage(_runId: string, page: RunPage, counts: RunCounts): Promise<RunPage> {
    this.counts = plusCounts(this.counts, counts);
    return page;
  }
}
