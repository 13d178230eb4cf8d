import { Alarm, type AlarmProps, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** It rings from a value on, or down to one. */
export type LaurelAlarmProps = AlarmBasics &
  ({ readonly from: number; readonly downTo?: never } | { readonly downTo: number; readonly from?: never });

interface AlarmBasics extends Pick<AlarmProps, 'metric'> {
  /** What it costs members while it rings: whoever is woken by it reads this sentence first. */
  readonly impact: string;
  /**
   * For so many of the metric's periods in a row.
   * @default 1
   */
  readonly periods?: number;
}

/** An alarm that says what it costs members. No data is good news: nothing failed, nothing waits. */
export class LaurelAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: LaurelAlarmProps) {
    super(scope, id, {
      metric: props.metric,
      alarmDescription: props.impact,
      threshold: props.from ?? props.downTo,
      comparisonOperator:
        props.from === undefined
          ? ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
