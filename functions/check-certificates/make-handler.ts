import { CannotSign } from '../../core/failures.ts';
import { DAY_MS, formatInstant, type Instant } from '../../core/time.ts';
import { measure } from '../metrics.ts';
import { log, publishCounts } from '../runtime/log.ts';

/** Says how many days the certificates have left; none where they are of no use. An alarm looks at that. */
export function makeHandler(
  ports: { certificates: { end(now: Instant): Promise<Instant> } },
  clock: () => Instant = Date.now,
) {
  return async (): Promise<{ daysLeft: number }> => {
    const now = clock();
    const daysLeft = await ports.certificates.end(now).then(
      (end) => {
        log.info('The certificates of the passes were looked at', { end: formatInstant(end) });
        return Math.max(0, Math.floor((end - now) / DAY_MS));
      },
      (error: unknown) => {
        if (!(error instanceof CannotSign)) throw error;
        log.error('The certificates of the passes are of no use', { reason: error.message });
        return 0;
      },
    );
    measure('CertificateDaysLeft', daysLeft);
    publishCounts();
    return { daysLeft };
  };
}
