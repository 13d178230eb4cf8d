import type { Ledger, MemberStore, Runs, WakeUpTimers } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { type PagePlace, type RecalculatedPage, recalculatePage } from '../../core/use-cases/recalculate-page.ts';
import type { Rules } from '../../core/use-cases/rules.ts';
import { count, countPromotion } from '../metrics.ts';
import { log, publishCounts } from '../runtime/log.ts';
import { pageAfterPage, type SegmentState } from '../runtime/pages.ts';
import { isTransient } from '../runtime/transient.ts';

export { type SegmentState, WORK_MS } from '../runtime/pages.ts';

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; runs: Runs; timers: WakeUpTimers },
  rules: Rules,
  clock: () => Instant = Date.now,
) {
  return (state: SegmentState): Promise<SegmentState> =>
    pageAfterPage(
      state,
      async (place, givesUp) => {
        const page = await recalculatePage(ports, rules, place, clock, { isTransient, givesUp });
        report(place, page);
        return page;
      },
      clock,
    );
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
