import type { RunEngine, Runs } from '../ports.ts';
import type { Run, RunOutcome } from '../runs/run.ts';

export type RunReading = Run & {
  /** `failed`: the engine gave up, and an operator has to start it again. */
  status: 'running' | 'completed' | 'failed';
};

export async function readRun(
  ports: { runs: Runs; engine: RunEngine },
  runId: string,
): Promise<RunReading | undefined> {
  const run = await ports.runs.load(runId);
  if (!run) return undefined;
  return { ...run, status: run.finishedAt === undefined ? await ports.engine.stateOf(runId) : 'completed' };
}

export interface OutcomePage {
  outcomes: RunOutcome[];
  /** Where the list goes on, where there may be more. */
  next?: string;
}

/** A page looks at this many pages of the run at most, so a list of few among many may be short, and go on. */
const PAGES_AT_ONCE = 20;

/**
 * What a run did to each member, in the order of their ids.
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
  for (const { after, outcomes: all } of pages) {
    for (let offset = after === place.page ? place.offset : 0; offset < all.length; offset++) {
      if (!isWanted(all[offset]!)) continue;
      if (outcomes.length === page.limit) return { outcomes, next: `${offset}#${after}` };
      outcomes.push(all[offset]!);
    }
  }
  const last = pages.at(-1);
  return last && pages.length === PAGES_AT_ONCE
    ? { outcomes, next: `${last.outcomes.length}#${last.after}` }
    : { outcomes };
}

function placeOf(from = '0#'): { page: string; offset: number } | undefined {
  const [, offset, page] = /^(\d{1,6})#(.*)$/.exec(from) ?? [];
  return offset === undefined || page === undefined ? undefined : { page, offset: Number(offset) };
}
