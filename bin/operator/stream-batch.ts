import {
  type _Record,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { counted } from '../../core/quantity.ts';
import { OperatorError } from './operator-error.ts';

/** Lambda's description of a batch that failed for good. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html */
export interface StreamBatch {
  streamArn: string;
  shardId: string;
  startSequenceNumber: string;
  endSequenceNumber: string;
  approximateArrivalOfFirstRecord?: string;
  approximateArrivalOfLastRecord?: string;
  batchSize: number;
}

export interface StreamKey {
  memberId: string;
  key: string;
}

/** The stream keeps its records for 24 hours, and this batch is older. */
export class ForgottenBatch extends OperatorError {
  override name = 'ForgottenBatch';
}

/** A page may be empty though the shard goes on. A batch has 100 records at most; this many pages hold a shard's whole day. */
const MAX_PAGES = 1000;

/**
 * The keys of a batch's records, read again from the stream. The stream carries every write to its table, and nothing of the
 * filter that stands before the function: only new items with one of the function's own prefixes were in the batch.
 * @throws ForgottenBatch, or OperatorError when the batch's end was not found: a batch is handled whole or not at all
 */
export async function keysOfBatch(
  client: DynamoDBStreamsClient,
  batch: StreamBatch,
  sortKeyPrefixes: readonly string[],
): Promise<StreamKey[]> {
  const keys: StreamKey[] = [];
  const end = BigInt(batch.endSequenceNumber);
  let iterator = await remembered(async () => firstIterator(client, batch));
  for (let page = 0; iterator !== undefined && page < MAX_PAGES; page++) {
    const ShardIterator: string = iterator;
    const read = await remembered(() => client.send(new GetRecordsCommand({ ShardIterator })));
    for (const record of read.Records ?? []) {
      const place = BigInt(record.dynamodb?.SequenceNumber ?? 0);
      if (place > end) return keys;
      keys.push(...keyOf(record, sortKeyPrefixes));
      if (place === end) return keys;
    }
    iterator = read.NextShardIterator;
  }
  throw new OperatorError(
    `The batch of ${counted(batch.batchSize, 'record')} could not be read to its end (${batch.endSequenceNumber} in ${batch.shardId}). Try again.`,
  );
}

function keyOf({ eventName, dynamodb }: _Record, sortKeyPrefixes: readonly string[]): StreamKey[] {
  const { pk, sk } = dynamodb?.Keys ?? {};
  const isOurs = eventName === 'INSERT' && sortKeyPrefixes.some((prefix) => sk?.S?.startsWith(prefix));
  return isOurs && pk?.S !== undefined ? [{ memberId: pk.S, key: sk?.S as string }] : [];
}

async function firstIterator(client: DynamoDBStreamsClient, batch: StreamBatch): Promise<string | undefined> {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: batch.streamArn,
      ShardId: batch.shardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: batch.startSequenceNumber,
    }),
  );
  return ShardIterator;
}

/** DynamoDB removes a shard when all its records have expired. */
async function remembered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!['TrimmedDataAccessException', 'ResourceNotFoundException'].includes((error as Error).name)) throw error;
    throw new ForgottenBatch('The stream has forgotten this batch (it keeps 24 hours).');
  }
}
