import type { EventBus, Runs } from '../ports.ts';
import type { AuditRun, RunCounts } from '../runs/run.ts';
import { formatInstant, type Instant } from '../time.ts';

/** What an audit came to, in one place for all who tell it. */
export function auditTotals({ processed, failed, outcomes, causes = {} }: RunCounts) {
  const { PROVED = 0, DIFFERS = 0, HEALED = 0, WAITS = 0 } = outcomes;
  return {
    members: processed,
    provedEqual: PROVED,
    differing: DIFFERS,
    healed: HEALED,
    waiting: WAITS,
    failed,
    causes,
  };
}

/**
 * Ends an audit whose pages are done, and tells the brand's systems how many members were proved equal to their ledgers. The event's id stays
 * the same when it has to be published again.
 */
export async function finishAudit(
  ports: { runs: Runs; bus: EventBus },
  runId: string,
  now: Instant,
): Promise<AuditRun> {
  const run = await ports.runs.load(runId);
  if (run?.kind !== 'audit') throw new Error(`There is no audit ${runId}.`);
  if (run.finishedAt !== undefined) return run;
  await ports.bus.publish({
    type: 'audit.completed',
    occurredAt: now,
    detail: {
      eventId: runId,
      runId,
      startedAt: formatInstant(run.startedAt),
      occurredAt: formatInstant(now),
      heal: run.heal,
      ...auditTotals(run.counts),
    },
  });
  await ports.runs.finish(runId, now);
  return { ...run, finishedAt: now };
}
