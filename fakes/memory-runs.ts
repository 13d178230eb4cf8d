import type { Runs } from '../core/ports.ts';
import { countsOf, plusCounts, type Run, type RunPage } from '../core/runs/run.ts';
import type { Instant } from '../core/time.ts';

export class MemoryRuns implements Runs {
  readonly #runs = new Map<string, { run: Run; pages: Map<string, RunPage> }>();

  async create(run: Run): ReturnType<Runs['create']> {
    const existing = this.#runs.get(run.runId);
    if (existing) return { status: 'exists', run: structuredClone(existing.run) };
    this.#runs.set(run.runId, { run: structuredClone(run), pages: new Map() });
    return { status: 'created' };
  }

  async load(runId: string): Promise<Run | undefined> {
    return structuredClone(this.#runs.get(runId)?.run);
  }

  async recordPage(runId: string, page: RunPage): Promise<void> {
    const { run, pages } = this.#known(runId);
    if (pages.has(page.after)) return;
    pages.set(page.after, structuredClone(page));
    run.counts = plusCounts(run.counts, countsOf(page.outcomes));
  }

  async finish(runId: string, now: Instant): Promise<void> {
    this.#known(runId).run.finishedAt ??= now;
  }

  async pages(runId: string, { limit, from }: { limit: number; from: string }): Promise<RunPage[]> {
    return [...(this.#runs.get(runId)?.pages.values() ?? [])]
      .filter((page) => page.after >= from)
      .sort((a, b) => (a.after < b.after ? -1 : 1))
      .slice(0, limit)
      .map((page) => structuredClone(page));
  }

  #known(runId: string) {
    const known = this.#runs.get(runId);
    if (!known) throw new Error(`There is no run ${runId}.`);
    return known;
  }
}
