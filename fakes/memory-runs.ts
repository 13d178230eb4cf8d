import type { Runs } from '../core/ports.ts';
import { plusCounts, type Run, type RunAmendment, type RunCounts, type RunPage } from '../core/runs/run.ts';
import type { Instant } from '../core/time.ts';
import { frozen } from './frozen.ts';

export class MemoryRuns implements Runs {
  readonly #runs = new Map<string, { run: Run; pages: Map<string, RunPage> }>();

  async create(run: Run): ReturnType<Runs['create']> {
    const existing = this.#runs.get(run.runId);
    if (existing) return { status: 'exists', run: existing.run };
    this.#runs.set(run.runId, { run: frozen(run), pages: new Map() });
    return { status: 'created' };
  }

  async load(runId: string): Promise<Run | undefined> {
    return this.#runs.get(runId)?.run;
  }

  async recordPage(runId: string, page: RunPage, counts: RunCounts): Promise<RunPage> {
    const known = this.#known(runId);
    const existing = known.pages.get(page.name);
    if (existing) return existing;
    known.pages.set(page.name, frozen(page));
    known.run = frozen({ ...known.run, counts: plusCounts(known.run.counts, counts) });
    return page;
  }

  async page(runId: string, name: string): Promise<RunPage | undefined> {
    return this.#runs.get(runId)?.pages.get(name);
  }

  async finish(runId: string, now: Instant, facts: Parameters<Runs['finish']>[2] = {}): Promise<void> {
    const known = this.#known(runId);
    if (known.run.finishedAt === undefined) known.run = frozen({ ...known.run, ...facts, finishedAt: now });
  }

  async amend(runId: string, facts: RunAmendment): Promise<void> {
    const known = this.#known(runId);
    known.run = frozen({ ...known.run, ...facts } as Run);
  }

  async pages(runId: string, { limit, from }: { limit: number; from: string }): Promise<RunPage[]> {
    return [...(this.#runs.get(runId)?.pages.values() ?? [])]
      .filter((page) => page.name >= from)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit);
  }

  #known(runId: string) {
    const known = this.#runs.get(runId);
    if (!known) throw new Error(`There is no run ${runId}.`);
    return known;
  }
}
