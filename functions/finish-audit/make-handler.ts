import type { EventBus, Runs } from '../../core/ports.ts';
import { counted, formatNumber } from '../../core/quantity.ts';
import type { Instant } from '../../core/time.ts';
import { auditTotals, finishAudit } from '../../core/use-cases/finish-audit.ts';
import { log } from '../runtime/log.ts';

export function makeHandler(ports: { runs: Runs; bus: EventBus }, clock: () => Instant = Date.now) {
  return async ({ runId }: { runId: string }): Promise<{ runId: string }> => {
    const { counts } = await finishAudit(ports, runId, clock());
    const { members, provedEqual, ...others } = auditTotals(counts);
    log.info(`${counted(members, 'member')} audited, ${formatNumber(provedEqual)} proved equal to the ledger`, {
      runId,
      ...others,
    });
    return { runId };
  };
}
