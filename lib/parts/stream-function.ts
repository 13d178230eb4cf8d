import { Duration, Validations } from 'aws-cdk-lib';
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { LaurelFunction, type LaurelFunctionProps } from './laurel-function.ts';
import { LaurelQueue } from './laurel-queue.ts';
import type { LaurelTable } from './laurel-table.ts';

export interface StreamFunctionProps extends Omit<LaurelFunctionProps, 'timeout'> {
  /** The table whose new items the function is given. */
  readonly table: LaurelTable;
  /** Of the new items, those whose sort key starts with one of these: the others are left out before they cost an invocation. */
  readonly sortKeyPrefixes: readonly string[];
}

/**
 * A function that a table's stream feeds. A record that can't be done delays nobody for long: it is reported alone, tried a few
 * times, and then parked. The function parks what it can judge, with the member's name; Lambda parks what made it crash.
 */
export class StreamFunction extends LaurelFunction {
  readonly parked: LaurelQueue;

  constructor(scope: Construct, id: string, props: StreamFunctionProps) {
    super(scope, id, { ...props, timeout: Duration.minutes(1) });

    this.parked = new LaurelQueue(this, 'Parked');
    this.parked.grant(this, 'sqs:SendMessage');
    this.lambda.addEnvironment('PARKED_QUEUE_URL', this.parked.queueUrl);
    const parkedByHand = 'It is the end of the road: what lies in it rings an alarm, and an operator replays it.';
    Validations.of(this.parked).acknowledge(
      { id: 'AwsSolutions-SQS3', reason: parkedByHand },
      { id: 'Serverless-SQSRedrivePolicy', reason: parkedByHand },
    );

    this.lambda.addEventSource(
      new DynamoEventSource(props.table.resource, {
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('INSERT'),
            dynamodb: { Keys: { sk: { S: props.sortKeyPrefixes.flatMap((prefix) => FilterRule.beginsWith(prefix)) } } },
          }),
        ],
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        // Lambda deals a shard's records out by partition key: one member's stay together, and in order.
        parallelizationFactor: 4,
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        // The function parks by itself, with names, what keeps failing (functions/runtime/stream.ts). These bounds are for what makes
        // it crash: parked without names, and in time to be read again from the stream, which forgets after 24 hours.
        retryAttempts: 2000,
        maxRecordAge: Duration.hours(13),
        // `SqsDlq` would let the function look at the queue as well; it only ever sends.
        onFailure: { bind: () => ({ destination: this.parked.queueArn }) },
      }),
    );
  }

  /** How many milliseconds the oldest record that the function was given had waited in the stream. */
  get age(): Metric {
    return this.lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
  }
}
