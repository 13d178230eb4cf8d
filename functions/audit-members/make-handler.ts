import { setTimeout } from 'node:timers/promises';
import type { Ledger, MemberStore, Runs, WakeUpTimers } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { type AuditedPage, auditPage } from '../../core/use-cases/audit-page.ts';
import type { PagePlace } from '../../core/use-cases/recalculate-page.ts';
import type { Rules } from '../../core/use-cases/rules.ts';
import { count } from '../metrics.ts';
import { log, publishCounts } from '../runtime/log.ts';
import { pageAfterPage, type SegmentState } from '../runtime/pages.ts';
import { isTransient } from '../runtime/transient.ts';

/** Much longer than a write takes, and the stream that follows it. */
const PAUSE_MS = 1000;

const METRICS = {
  DIFFERS: 'MemberDiffers',
  HEALED: 'MemberHealed',
  WAITS: 'MemberUnproved',
  FAILED: 'MemberFailed',
} as const;

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; runs: Runs; timers: WakeUpTimers },
  rules: Rules,
  clock: () => Instant = Date.now,
  pause: () => Promise<void> = () => setTimeout(PAUSE_MS),
) {
  return (state: SegmentState): Promise<SegmentState> =>
    pageAfterPage(
      state,
      async (place, givesUp) => {
        const working = { pause, isTransient, givesUp };
        const page = await auditPage(ports, rules, place, clock, working);
        report(place, page);
        return page;
      },
      clock,
    );
}

function report({ runId, segment, page }: PagePlace, { processed, outcomes }: AuditedPage): void {
  for (const { memberId, outcome, differences = [], why } of outcomes) {
    if (Object.hasOwn(METRICS, outcome)) count(METRICS[outcome as keyof typeof METRICS]);
    // What the figures are is in the run; a log says which, and why.
    const figures = differences.map(({ figure, cause }) => `${figure}: ${cause}`);
    if (outcome === 'DIFFERS' || outcome === 'HEALED')
      log.error('A member differs from its ledger', { runId, memberId, outcome, figures });
    if (outcome === 'FAILED') log.error('A member could not be audited', { runId, memberId, why });
  }
  log.info('A page of an audit was done', { runId, segment, page, members: processed, unproved: outcomes.length });
  publishCounts();
}
