import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Structured lines. Ids and outcomes only: names, addresses and bodies of requests never go to a log. */
export const log = new Logger();

const metrics = new Metrics({ namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'Laurel' });

let counted = false;

/**
 * Counts for the dashboard; written to the log at the end of the call, where CloudWatch picks them up. The runtime itself counts what
 * fails: CallFailed (answered with 500), RecordFailed and MessageFailed (brought again), RecordParked.
 */
export function count(name: string, amount = 1): void {
  metrics.addMetric(name, MetricUnit.Count, amount);
  counted = true;
}

/** A figure of this moment, for alarms and the dashboard; written to the log at the end of the call. */
export function measure(name: string, value: number): void {
  metrics.addMetric(name, MetricUnit.NoUnit, value);
  counted = true;
}

export function publishCounts(): void {
  if (counted) metrics.publishStoredMetrics();
  counted = false;
}
