import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

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
}
