import { Alarm, type AlarmProps, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface LaurelAlarmProps extends Pick<AlarmProps, 'metric'> {
  /** What it costs members while it rings: whoever is woken by it reads this sentence first. */
  readonly impact: string;
  /** It rings from this value on. */
  readonly from: number;
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
      threshold: props.from,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
