import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { DUE_SHARDS } from '../../core/actions/due-moments.ts';
import type { Instant } from '../../core/time.ts';
import { DUE_INDEX } from '../../functions/adapters/dynamo-member-store.ts';

/**
 * Each later moment at which a grant or a cycle ends, once for all members. Each query asks for the moment after the last one, so there are
 * as many calls as moments, not as members.
 */
export async function* dueMoments(
  client: DynamoDBDocumentClient,
  table: string,
  after: Instant,
): AsyncIterable<Instant> {
  const seen = new Set<Instant>();
  for (let shard = 0; shard < DUE_SHARDS; shard++) {
    for (let last = after; ; ) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: DUE_INDEX,
          KeyConditionExpression: 'dueShard = :shard AND nextDueAt > :last',
          ExpressionAttributeValues: { ':shard': String(shard), ':last': last },
          Limit: 1,
        }),
      );
      const [next] = Items;
      if (!next) break;
      last = Number(next.nextDueAt);
      if (!seen.has(last)) yield last;
      seen.add(last);
    }
  }
}
