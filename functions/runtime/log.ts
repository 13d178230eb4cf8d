import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Structured lines. Ids and outcomes only: names, addresses and bodies of requests never go to a log. */
export const log = new Logger();

const metrics = new Metrics({ namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'Laurel' });

export type CountName =
  | 'TransactionAccepted'
  | 'TransactionDuplicate'
  | 'TransactionConflict'
  | 'TransactionCounted'
  | 'TransactionWithoutMember'
  | 'MemberRebuilt'
  | 'TierUpgraded'
  | 'TierDowngraded'
  | 'RecordParked'
  | 'MessageSent'
  | 'MessageUnsure'
  | 'WebhookRefused'
  /** Answered with 500. */
  | 'CallFailed'
  /** Reported to the stream, to be brought again. */
  | 'RecordFailed'
  /** Reported to the queue, to be brought again. */
  | 'MessageFailed';

let counted = false;

/** Counts for the dashboard; written to the log at the end of the call, where CloudWatch picks them up. */
export function count(name: CountName, amount = 1): void {
  metrics.addMetric(name, MetricUnit.Count, amount);
  counted = true;
}

export function publishCounts(): void {
  if (counted) metrics.publishStoredMetrics();
  counted = false;
}
