import type { Runs } from '../../core/ports.ts';
import type { RunOutcome } from '../../core/runs/run.ts';
import { listOutcomes } from '../../core/use-cases/read-run.ts';
import { noRun } from './found.ts';
import { badCursor, cursorOf, readPage } from './page.ts';
import { runIdSchema } from './request-schemas.ts';
import { validate } from './validate.ts';

/**
 * A page of what a run did to its members.
 * @param answer an outcome as the wire has it
 * @param isWanted which outcomes are listed
 * @throws Problem 404 without the run, 422 with every problem
 */
export async function outcomeList<T>(
  runs: Runs,
  { params, query }: { params: Record<string, string>; query: Record<string, string> },
  answer: (outcome: RunOutcome) => T,
  isWanted?: (outcome: RunOutcome) => boolean,
): Promise<{ items: T[]; nextCursor?: string }> {
  const runId = validate({ schema: runIdSchema, value: params.runId, at: 'runId' });
  const { limit, after: from } = readPage(query);
  const page = await listOutcomes(runs, runId, { limit, ...(from !== undefined && { from }) }, isWanted);
  if (page === 'noSuchCursor') throw badCursor();
  if (!page) throw noRun(runId);
  const items = page.outcomes.map(answer);
  return page.next === undefined ? { items } : { items, nextCursor: cursorOf(page.next) };
}
