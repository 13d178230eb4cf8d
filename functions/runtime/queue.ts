import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Instant } from '../../core/time.ts';
import { count, log, publishCounts } from './log.ts';

/**
 * Handles a batch of a queue that a topic feeds. Each message succeeds or fails by itself; one that keeps failing goes to the
 * dead-letter queue, and holds up no other member.
 */
export function queueHandler<T>(handling: {
  read(message: Record<string, unknown>): T;
  /** What it returns is logged: ids and outcomes only. */
  handle(message: T, now: Instant): Promise<Record<string, unknown>>;
  clock?: () => Instant;
  /** All of a batch at once, where one need not come before another. */
  atOnce?: boolean;
}) {
  const { clock = Date.now, atOnce = false } = handling;
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    const handle = async (record: SQSRecord) => {
      try {
        log.info('A message was handled', await handling.handle(handling.read(contentOf(record.body)), clock()));
      } catch (error) {
        log.error('A message could not be handled; it is tried again, and then waits as a dead letter.', {
          messageId: record.messageId,
          error: error as Error,
        });
        count('MessageFailed');
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    };
    if (atOnce) await Promise.all(event.Records.map(handle));
    else for (const record of event.Records) await handle(record);
    publishCounts();
    return { batchItemFailures };
  };
}

/** The topic wraps what was published, unless the subscription asks for the message alone. */
export function contentOf(body: string): Record<string, unknown> {
  const parsed = JSON.parse(body);
  return parsed?.Type === 'Notification' && typeof parsed.Message === 'string' ? JSON.parse(parsed.Message) : parsed;
}
