import type { PagePlace } from '../../core/use-cases/recalculate-page.ts';

/** Where a run stands in one of its segments: what the state machine hands to the next call. */
export interface SegmentState extends PagePlace {
  /** The page was tried for long: whoever still fails is reported, and the others go on. */
  givesUp?: boolean;
  done?: boolean;
}

/** As many pages as this are begun in one call: a call is a few of the 25,000 events that a run may have. */
export const WORK_MS = 60_000;

/**
 * Does page after page of a segment, as many as a call has time for.
 * @param doPage `wasKept`: it was done before. `next`: where the next page begins; left out with the last
 */
export async function pageAfterPage(
  { givesUp = false, done: _, ...start }: SegmentState,
  doPage: (place: PagePlace, givesUp: boolean) => Promise<{ wasKept: boolean; next?: string }>,
  clock: () => number,
): Promise<SegmentState> {
  const startedAt = clock();
  const { runId, segment } = start;
  let place: PagePlace = start;
  // Only the page that was tried for long is given up: the first that is not done, wherever in the call it comes.
  let isTriedForLong = givesUp;
  for (;;) {
    const page = await doPage(place, isTriedForLong);
    if (!page.wasKept) isTriedForLong = false;
    if (page.next === undefined) return { runId, segment, page: place.page, done: true };
    place = { runId, segment, page: place.page + 1, after: page.next };
    if (clock() - startedAt >= WORK_MS) return { ...place, done: false };
  }
}
