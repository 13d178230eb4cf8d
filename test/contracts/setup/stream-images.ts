import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { clientConfigOf } from '../../../local/dynamodb-local.ts';
import { sharedDynamoDb } from './dynamodb.ts';

/** Returns all records of a table's stream, in order. */
export async function streamRecordsOf(table: string): Promise<StreamRecord[]> {
  const streams = new DynamoDBStreamsClient(clientConfigOf(sharedDynamoDb()));
  const { Streams } = await streams.send(new ListStreamsCommand({ TableName: table }));
  const StreamArn = Streams![0]!.StreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const records = [];
  for (const { ShardId } of StreamDescription!.Shards!) {
    let { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    for (let empty = false; ShardIterator !== undefined && !empty; ) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
      records.push(...page.Records!);
      ShardIterator = page.NextShardIterator;
      empty = page.Records!.length === 0;
    }
  }
  streams.destroy();
  return records;
}

/** Returns the new image of each write to a table. */
export async function imagesOf(table: string): Promise<Record<string, unknown>[]> {
  const records = await streamRecordsOf(table);
  return records.flatMap(({ dynamodb }) => (dynamodb?.NewImage ? [unmarshall(dynamodb.NewImage)] : []));
}
