import { Validations } from 'aws-cdk-lib';
import type { LaurelFunction } from './laurel-function.ts';
import type { LaurelQueue } from './laurel-queue.ts';

/**
 * Lets a function work a queue off. Each message succeeds or fails by itself, and the queue moves what keeps failing to its own dead
 * letters.
 */
export function feedFromQueue(
  worker: LaurelFunction,
  queue: LaurelQueue,
  batchSize: number,
  // The fewest there can be. Senders: each sends some seven messages a second, and SES and SNS take about 14 to 20 from a new account.
  // Expiry: each takes whoever is due, so more of them would only meet at the same members.
  maxConcurrency = 2,
): void {
  // `SqsEventSource` would grant more than a source needs.
  const source = worker.lambda.addEventSourceMapping('Source', {
    eventSourceArn: queue.queueArn,
    batchSize,
    reportBatchItemFailures: true,
    maxConcurrency,
  });
  queue.grant(worker, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
  Validations.of(source).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'A queue has no such destination: it moves a message to its own dead letters after some attempts.',
  });
}
