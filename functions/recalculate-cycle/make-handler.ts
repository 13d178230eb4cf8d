import type { Announcing } from '../../core/member/settle.ts';
import type { Ledger, MemberStore, Runs, TierClock } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import type { Instant } from '../../core/time.ts';
import { type PagePlace, type RecalculatedPage, recalculatePage } from '../../core/use-cases/recalculate-page.ts';
import { count, countPromotion, log, publishCounts } from '../runtime/log.ts';
import { isTransient } from '../runtime/transient.ts';

/** Where a run stands in one of its segments: what the state machine hands to the next call. */
export interface SegmentState extends PagePlace {
  /** The page was tried for long: whoever still fails is reported, and the others go on. */
  givesUp?: boolean;
  done?: boolean;
}

/** As many pages as this are begun in one call: a call is a few of the 25,000 events that a run may have. */
export const WORK_MS = 60_000;

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; runs: Runs; clock: TierClock },
  program: Program,
  announcing: Announcing,
  clock: () => Instant = Date.now,
) {
  return async ({ givesUp = false, done: _, ...start }: SegmentState): Promise<SegmentState> => {
    const startedAt = clock();
    const { runId, segment } = start;
    let place: PagePlace = start;
    // Only the page that was tried for long is given up: the first that is not done, wherever in the call it comes.
    let isTriedForLong = givesUp;
    for (;;) {
      const failing = { isTransient, givesUp: isTriedForLong };
      const page = await recalculatePage(ports, program, announcing, place, clock, failing);
      report(place, page);
      if (!page.wasKept) isTriedForLong = false;
      if (page.next === undefined) return { runId, segment, page: place.page, done: true };
      place = { runId, segment, page: place.page + 1, after: page.next };
      if (clock() - startedAt >= WORK_MS) return { ...place, done: false };
    }
  };
}

function report({ runId, segment, page }: PagePlace, { processed, outcomes, promotions }: RecalculatedPage): void {
  for (const record of promotions) countPromotion(record.memberId, record);
  for (const { memberId, outcome, direction, why } of outcomes) {
    if (direction !== 'none') count(direction === 'up' ? 'MemberUp' : 'MemberDown');
    if (outcome === 'FAILED') {
      count('MemberFailed');
      log.error('A member could not be recalculated', { runId, memberId, why });
    }
  }
  log.info('A page of a run was done', { runId, segment, page, members: processed, moved: outcomes.length });
  publishCounts();
}
