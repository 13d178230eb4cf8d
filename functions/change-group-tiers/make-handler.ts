import type { Groups, Ledger, MemberStore, Runs, WakeUpTimers } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { changeGroupTiers, type PageDone } from '../../core/use-cases/change-group-tiers.ts';
import type { Rules } from '../../core/use-cases/rules.ts';
import { count, countAction, countMove, countPromotion } from '../metrics.ts';
import { log, publishCounts } from '../runtime/log.ts';
import { isTransient } from '../runtime/transient.ts';

/** Where a run stands: what the state machine hands to the next page. */
export interface RunState {
  runId: string;
  /** The last member that was done; empty at the start. */
  after: string;
  done?: boolean;
}

/** As many pages as this are begun in one call: a call is a few of the 25,000 events that a run may have. */
export const WORK_MS = 60_000;

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; groups: Groups; runs: Runs; timers: WakeUpTimers },
  rules: Rules,
  clock: () => Instant = Date.now,
) {
  return async ({ runId, after }: RunState): Promise<RunState> => {
    const startedAt = clock();
    let place: string | undefined = after;
    do {
      const page = await changeGroupTiers(ports, rules, { runId, after: place }, clock, isTransient);
      const { outcomes, changes, promotions, next }: PageDone = page;
      for (const record of promotions) countPromotion(record.memberId, record);
      for (const change of changes) countMove(change);
      for (const { memberId, outcome, why } of outcomes) {
        if (outcome !== 'FAILED') countAction(outcome);
        else {
          count('MemberFailed');
          log.error('A member of a group could not be changed', { runId, memberId, why });
        }
      }
      log.info('A page of a run was done', { runId, after: place, members: outcomes.length });
      publishCounts();
      place = next;
    } while (place !== undefined && clock() - startedAt < WORK_MS);
    return place === undefined ? { runId, after: '', done: true } : { runId, after: place, done: false };
  };
}
