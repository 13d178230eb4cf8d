import { Duration } from 'aws-cdk-lib';
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { LaurelAlarmProps } from './laurel-alarm.ts';

/** A queue that is encrypted, takes nothing over plain HTTP, and keeps a message as long as SQS can: two weeks. */
export class LaurelQueue extends Queue {
  constructor(scope: Construct, id: string, props: Pick<QueueProps, 'visibilityTimeout' | 'deadLetterQueue'> = {}) {
    super(scope, id, {
      ...props,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }

  /** How many messages wait. */
  get depth(): Metric {
    return this.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM });
  }

  /** How many seconds the oldest message has been in the queue, whether it waits or is worked on. */
  get oldestAge(): Metric {
    return this.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM });
  }

  /** Rings while a message waits, where none should. */
  alarmFromFirst(impact: string): LaurelAlarmProps {
    return { metric: this.depth, from: 1, impact };
  }
}
