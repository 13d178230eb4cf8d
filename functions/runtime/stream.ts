import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Instant, MINUTE_MS } from '../../core/time.ts';
import { count, log, publishCounts } from './log.ts';

export type StreamImage = NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];

/** An item of a stream, with what is needed to report it. */
export interface Streamed<T> {
  memberId: string;
  /** The sort key of the item. */
  key: string;
  item: T;
  sequenceNumber: string;
  createdAt: Instant;
}

export interface Parked {
  memberId: string;
  key: string;
  reason: string;
}

/**
 * How long a record is tried again. A stream holds up everybody behind a record that is, so after this it is set aside where an
 * operator can replay it.
 */
export const PATIENCE_MS = 10 * MINUTE_MS;

/**
 * Handles a batch of a stream, one group of records for each member, the groups one after the other.
 * - A record that cannot be read is poison: it is parked at once, and the others go on.
 * - A group that fails is reported, and brought again; one that has failed for longer than our patience is parked.
 */
export function streamHandler<T>(handling: {
  /** Reads an item as the stream has it, attribute by attribute with its type. @throws where it is none of ours */
  read(image: StreamImage): T;
  handle(memberId: string, records: Streamed<T>[], now: Instant): Promise<void>;
  park(record: Parked): Promise<void>;
  clock?: () => Instant;
}) {
  const { clock = Date.now } = handling;

  const parkAll = async (records: Pick<Streamed<T>, 'memberId' | 'key'>[], error: unknown) => {
    for (const { memberId, key } of records) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      await handling.park({ memberId, key, reason });
      count('RecordParked');
      log.error('A record was parked. `npm run replay` brings it back.', { memberId, key, reason });
    }
  };

  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failed: string[] = [];
    const byMember = new Map<string, Streamed<T>[]>();
    for (const record of event.Records) {
      const keys = keysOf(record);
      try {
        const streamed = { ...keys, item: handling.read(record.dynamodb?.NewImage) };
        byMember.set(keys.memberId, [...(byMember.get(keys.memberId) ?? []), streamed]);
      } catch (error) {
        await parkAll([keys], error).catch((parkError: unknown) => {
          log.error('A record could not be parked; it is tried again.', parkError as Error);
          failed.push(keys.sequenceNumber);
        });
      }
    }
    for (const [memberId, records] of byMember) {
      const now = clock();
      try {
        await handling.handle(memberId, records, now);
      } catch (error) {
        log.warn('A member could not be handled; it is tried again.', { memberId, error: error as Error });
        const tooLong = records.some(({ createdAt }) => now - createdAt > PATIENCE_MS);
        const parked =
          tooLong &&
          (await parkAll(records, error).then(
            () => true,
            () => false,
          ));
        if (!parked) failed.push(...records.map(({ sequenceNumber }) => sequenceNumber));
      }
    }
    publishCounts();
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function keysOf(record: DynamoDBRecord): Omit<Streamed<never>, 'item'> {
  const keys = record.dynamodb?.Keys;
  const seconds = record.dynamodb?.ApproximateCreationDateTime;
  return {
    memberId: keys?.pk?.S ?? 'unknown',
    key: keys?.sk?.S ?? 'unknown',
    sequenceNumber: record.dynamodb?.SequenceNumber ?? '',
    createdAt: seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000,
  };
}
