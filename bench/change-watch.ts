import { setTimeout as wait } from 'node:timers/promises';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { CHANGE_PREFIX } from '../functions/adapters/dynamo-member-store.ts';
import type { ClientSettings } from '../local/observations.ts';

/** A change is seen so late at most. */
export const LOOKS_EVERY_MS = 20;

/** Reads the members table's stream, beside the functions that it feeds. A change in the stream has been written. */
export async function watchChanges(settings: ClientSettings, streamArn: string) {
  const streams = new DynamoDBStreamsClient(structuredClone(settings));
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }));
  const iterators = await Promise.all(
    (StreamDescription?.Shards ?? []).map(async ({ ShardId }) => {
      const asked = { StreamArn: streamArn, ShardId, ShardIteratorType: 'LATEST' as const };
      return (await streams.send(new GetShardIteratorCommand(asked))).ShardIterator;
    }),
  );
  /** When a member's first tier change was seen. */
  const seenAt = new Map<string, number>();
  let stopped = false;
  async function look(place: number): Promise<void> {
    const ShardIterator = iterators[place];
    if (ShardIterator === undefined) return;
    const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    iterators[place] = NextShardIterator;
    for (const { eventName, dynamodb } of Records) {
      const { pk, sk } = dynamodb?.Keys ?? {};
      const isChange = eventName === 'INSERT' && sk?.S?.startsWith(CHANGE_PREFIX);
      if (isChange && !seenAt.has(pk!.S!)) seenAt.set(pk!.S!, Date.now());
    }
  }
  async function watch(): Promise<void> {
    while (!stopped) {
      await Promise.all(iterators.map((_, place) => look(place)));
      await wait(LOOKS_EVERY_MS);
    }
    streams.destroy();
  }
  const watching = watch();
  const stop = () => {
    stopped = true;
    return watching;
  };
  return { seenAt, stop };
}
