import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { OperatorError } from './operator-error.ts';

/** What Lambda tells of a batch that it gave up. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html */
export interface StreamBatch {
  streamArn: string;
  shardId: string;
  startSequenceNumber: string;
  endSequenceNumber: string;
  batchSize: number;
}

export interface StreamKey {
  memberId: string;
  key: string;
}

/** The keys of a batch's records, read again from the stream, which keeps them for 24 hours. */
export async function keysOfBatch(client: DynamoDBStreamsClient, batch: StreamBatch): Promise<StreamKey[]> {
  const keys: StreamKey[] = [];
  const end = BigInt(batch.endSequenceNumber);
  let iterator = await firstIterator(client, batch);
  while (iterator !== undefined) {
    const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
    for (const { dynamodb } of Records) {
      if (BigInt(dynamodb?.SequenceNumber ?? 0) > end) return keys;
      keys.push({ memberId: dynamodb?.Keys?.pk?.S ?? '', key: dynamodb?.Keys?.sk?.S ?? '' });
      if (BigInt(dynamodb?.SequenceNumber ?? 0) === end) return keys;
    }
    iterator = Records.length === 0 ? undefined : NextShardIterator;
  }
  return keys;
}

async function firstIterator(client: DynamoDBStreamsClient, batch: StreamBatch): Promise<string | undefined> {
  try {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamArn: batch.streamArn,
        ShardId: batch.shardId,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        SequenceNumber: batch.startSequenceNumber,
      }),
    );
    return ShardIterator;
  } catch (error) {
    if ((error as Error).name !== 'TrimmedDataAccessException') throw error;
    throw new OperatorError(
      'The stream has forgotten this batch (it keeps 24 hours). The ledger has not: npm run rebuild -- --all --write puts every member right.',
    );
  }
}
