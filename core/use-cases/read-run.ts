import type { RunEngine, Runs } from '../ports.ts';
import type { Run, RunOutcome } from '../runs/run.ts';

export type RunReading = Run & {
  /** `failed`: the engine gave up, and an operator has to start it again. `aborted`: it stopped at its brake, before its first write. */
  status: 'running' | 'completed' | 'failed' | 'aborted';
};

export async function readRun(
  ports: { runs: Runs; engine: RunEngine },
  runId: string,
): Promise<RunReading | undefined> {
  const run = await ports.runs.load(runId);
  if (!run) return undefined;
  return { ...run, status: await statusOf(run, ports.engine) };
}

async function statusOf(run: Run, engine: RunEngine): Promise<RunReading['status']> {
  if (run.finishedAt === undefined) return engine.stateOf(run);
  return run.kind === 'recalculation' && run.aborted ? 'aborted' : 'completed';
}

export interface OutcomePage {
  outcomes: RunOutcome[];
  /** Where the list goes on, where there may be more. */
  next?: string;
}

/** A page looks at this many pages of the run at most, so a list of few among many may be short, and go on. */
const PAGES_AT_ONCE = 20;

/**
 * What a run did to members, page by page.
 * @param page.from the `next` of the page before
 * @param isWanted which outcomes are listed
 * @returns undefined where there is no such run
 */
export async function listOutcomes(
  runs: Runs,
  runId: string,
  page: { limit: number; from?: string },
  isWanted: (outcome: RunOutcome) => boolean = () => true,
): Promise<OutcomePage | 'noSuchCursor' | undefined> {
  const place = placeOf(page.from);
  if (!place) return 'noSuchCursor';
  if (!(await runs.load(runId))) return undefined;
  const outcomes: RunOutcome[] = [];
  const pages = await runs.pages(runId, { limit: PAGES_AT_ONCE, from: place.page });
  for (const { name, outcomes: all } of pages) {
    for (let offset = name === place.page ? place.offset : 0; offset < all.length; offset++) {
      if (!isWanted(all[offset]!)) continue;
      if (outcomes.length === page.limit) return { outcomes, next: `${offset}#${name}` };
      outcomes.push(all[offset]!);
    }
  }
  const last = pages.at(-1);
  return last && pages.length === PAGES_AT_ONCE
    ? { outcomes, next: `${last.outcomes.length}#${last.name}` }
    : { outcomes };
}

function placeOf(from = '0#'): { page: string; offset: number } | undefined {
  const [, offset, page] = /^(\d{1,6})#(.*)$/.exec(from) ?? [];
  return offset === undefined || page === undefined ? undefined : { page, offset: Number(offset) };
}
