import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { LaurelAlarmProps } from './laurel-alarm.ts';
import type { LaurelFunction } from './laurel-function.ts';
import type { LaurelTable } from './laurel-table.ts';

/** What a capability declares for its monitoring: its alarms, and what the dashboard shows. */
export interface Monitored {
  /** By the name that operators see. */
  readonly alarms?: Readonly<Record<string, LaurelAlarmProps>>;
  /** The shared graphs show these functions. */
  readonly functions?: readonly MonitoredFunction[];
  /** The shared graph of throttled requests shows these tables. */
  readonly tables?: readonly LaurelTable[];
  /** What members feel: graphs of the first row. */
  readonly felt?: readonly Graph[];
  /** Why members feel it: a row of its own. */
  readonly row?: { readonly title: string; readonly graphs: readonly Graph[] };
}

export interface MonitoredFunction {
  readonly reporter: LaurelFunction;
  /** What the function counts when it fails and does not crash. */
  readonly failure: Failure;
  /** What members lose while the function crashes, fails or is throttled. With it, each of the three has an alarm. */
  readonly impact?: string;
}

export type Graph = readonly [title: string, lines: readonly IMetric[]];

/**
 * What a function counts when it fails and does not crash: the answer 500, a record or a message that has to come again, one member of
 * many. The number is from how many in five minutes on an alarm rings.
 */
export const FAILURES = {
  CallFailed: 5,
  RecordFailed: 5,
  // SES puts off some mail for a moment, which counts as a failure too.
  MessageFailed: 20,
  // It was tried several times, and nothing tries it again.
  MemberFailed: 1,
};

export type Failure = keyof typeof FAILURES;

/** Rings when a transaction's field gave no end date to a tier that the function would have given. */
export function fieldInvalidAlarms(...deciders: readonly LaurelFunction[]): Record<string, LaurelAlarmProps> {
  const impact =
    'A member did not get a tier, because a field of the transaction does not give a valid end date. ' +
    'Marketing has to compare the promotion with the fields that the shop sends.';
  return Object.fromEntries(
    deciders.map((decider) => [`${decider.node.id}FieldInvalid`, decider.alarmFromFirst('FieldInvalid', impact)]),
  );
}
