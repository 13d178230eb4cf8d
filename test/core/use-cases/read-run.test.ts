import { describe, expect, test } from 'vitest';
import { NO_COUNTS, type RunOutcome } from '../../../core/runs/run.ts';
import { listOutcomes } from '../../../core/use-cases/read-run.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';

const moved = (memberId: string): RunOutcome => ({
  ...{ memberId, outcome: 'MOVED', from: 'silver', to: 'bronze', direction: 'down' },
});

/** A run with so many members on each of its pages. */
async function runWith(counts: number[]): Promise<{ runs: MemoryRuns; all: RunOutcome[] }> {
  const runs = new MemoryRuns();
  await runs.create({
    ...{ runId: 'dry-1', kind: 'recalculation', occasion: 'request', at: 1, dryRun: true, notify: false },
    ...{ startedAt: 1, segments: [], counts: NO_COUNTS },
  });
  const pages = counts.map((count, place) => ({
    name: `00of1#${String(place).padStart(8, '0')}`,
    outcomes: Array.from({ length: count }, (_, member) => moved(`m-${place}-${member}`)),
  }));
  for (const page of pages) await runs.recordPage('dry-1', page, NO_COUNTS);
  return { runs, all: pages.flatMap(({ outcomes }) => outcomes) };
}

async function walked(runs: MemoryRuns, limit: number, isWanted?: (outcome: RunOutcome) => boolean) {
  const listed: RunOutcome[][] = [];
  let from: string | undefined;
  do {
    const page = await listOutcomes(runs, 'dry-1', { limit, ...(from !== undefined && { from }) }, isWanted);
    if (page === undefined || page === 'noSuchCursor') throw new Error('the page is there');
    listed.push(page.outcomes);
    from = page.next;
  } while (from !== undefined);
  return listed;
}

describe('what a run did to members, page by page', () => {
  test.each([1, 2, 3, 7, 100])('lists each of them once, %i at a time', async (limit) => {
    const { runs, all } = await runWith([3, 0, 1, 2, 0, 4]);
    const listed = await walked(runs, limit);
    expect(listed.flat()).toEqual(all);
    expect(listed.slice(0, -1).every(({ length }) => length === limit)).toBe(true);
  });

  test('finds the few that are wanted among the many pages of a long run', async () => {
    const { runs } = await runWith([...Array<number>(44).fill(2), 1]);
    const wanted = ['m-3-0', 'm-19-1', 'm-20-0', 'm-44-0'];
    const listed = await walked(runs, 50, ({ memberId }) => wanted.includes(memberId));
    expect(listed.flat()).toEqual(wanted.map(moved));
  });

  test('ends where the pages do, though they are as many as are looked at in one go', async () => {
    const { runs, all } = await runWith(Array<number>(20).fill(1));
    const [first] = await walked(runs, 50);
    expect(first).toEqual(all);
    const page = await listOutcomes(runs, 'dry-1', { limit: 50 });
    expect(page).toEqual({ outcomes: all, next: '1#00of1#00000019' });
    expect(await listOutcomes(runs, 'dry-1', { limit: 50, from: '1#00of1#00000019' })).toEqual({ outcomes: [] });
  });

  test.each(['', '#', '0', 'x#', '-1#', '1234567#', '0#00of1#00000000\nand more'])(
    'does not begin at %j, which no page before told',
    async (from) => {
      const { runs } = await runWith([1]);
      expect(await listOutcomes(runs, 'dry-1', { limit: 5, from })).toBe('noSuchCursor');
    },
  );

  test('is nothing of a run that there is not', async () => {
    expect(await listOutcomes(new MemoryRuns(), 'dry-1', { limit: 5 })).toBeUndefined();
  });
});
