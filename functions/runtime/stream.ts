import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { HOUR_MS, type Instant, MINUTE_MS } from '../../core/time.ts';
import { inTime } from './in-time.ts';
import { count, log, publishCounts } from './log.ts';
import { isTransient } from './transient.ts';

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
 * How long a member's records may fail because the world does. What fails holds up everybody behind it in its part of the stream, so
 * after this it is set aside; a backlog that was not tried yet waits in the stream, and catches up.
 */
export const PATIENCE_MS = 15 * MINUTE_MS;

/** However often a function starts anew and forgets since when a member fails: half of the 24 hours that a stream keeps a record. */
export const MAX_AGE_MS = 12 * HOUR_MS;

/** A batch as a whole may take this long: well within the function's minute, as is what one member may take, for a crash tells no names. */
export const BATCH_LIMIT_MS = 35_000;

/**
 * Handles a batch of a stream, one group of records for each member, the groups one after the other.
 * - A record that cannot be read is poison: it is parked at once, and the others go on.
 * - A group that fails because the world does is reported, and brought again; parked once our patience is over.
 * - A group that fails by itself would fail as often as it is tried, and hold up everybody behind it: it is parked at once.
 */
export function streamHandler<T>(handling: {
  /** Reads an item as the stream has it, attribute by attribute with its type. @throws where it is none of ours */
  read(image: StreamImage): T;
  handle(memberId: string, records: Streamed<T>[], now: Instant): Promise<void>;
  park(record: Parked): Promise<void>;
  clock?: () => Instant;
}) {
  const { clock = Date.now } = handling;
  /** Since when a member fails, as far as this instance knows. */
  const failingSince = new Map<string, Instant>();

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
    const startedAt = clock();
    for (const [memberId, records] of byMember) {
      const now = clock();
      if (now - startedAt > BATCH_LIMIT_MS) {
        failed.push(...records.map(({ sequenceNumber }) => sequenceNumber));
        continue;
      }
      try {
        await inTime(handling.handle(memberId, records, now));
        failingSince.delete(memberId);
      } catch (error) {
        const since = failingSince.get(memberId) ?? now;
        failingSince.set(memberId, since);
        count('RecordFailed', records.length);
        const tooOld = records.some(({ createdAt }) => now - createdAt > MAX_AGE_MS);
        const worthWaiting = isTransient(error) && now - since <= PATIENCE_MS && !tooOld;
        const parked =
          !worthWaiting &&
          (await parkAll(records, error).then(
            () => true,
            (parkError: unknown) => {
              log.error('A member could not be parked; it is tried again.', parkError as Error);
              return false;
            },
          ));
        if (parked) {
          failingSince.delete(memberId);
          continue;
        }
        log.warn('A member could not be handled; it is tried again.', { memberId, error: error as Error });
        failed.push(...records.map(({ sequenceNumber }) => sequenceNumber));
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
