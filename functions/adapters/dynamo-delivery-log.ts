import { randomUUID } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Delivery, DeliveryLog } from '../../core/ports.ts';
import { formatInstant, type Instant } from '../../core/time.ts';

/** One item for each message to a member, written before the message is sent and marked as sent after. */
export class DynamoDeliveryLog implements DeliveryLog {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async claim(delivery: Delivery, now: Instant): ReturnType<DeliveryLog['claim']> {
    // The client retries a call whose answer was lost; the id tells its own claim from another's.
    const claimId = randomUUID();
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...keyOf(delivery), claimId, claimedAt: formatInstant(now) },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return 'claimed';
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
      const { Item } = error as Error & { Item?: Parameters<typeof unmarshall>[0] };
      const found = Item ? unmarshall(Item) : {};
      if (found.sentAt !== undefined) return 'alreadySent';
      return found.claimId === claimId ? 'claimed' : 'claimedBefore';
    }
  }

  async markSent(delivery: Delivery, now: Instant): Promise<void> {
    await this.#client.send(
      new PutCommand({ TableName: this.#table, Item: { ...keyOf(delivery), sentAt: formatInstant(now) } }),
    );
  }

  async release(delivery: Delivery): Promise<void> {
    await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: keyOf(delivery) }));
  }
}

function keyOf({ memberId, sequence, channel }: Delivery): { pk: string; sk: string } {
  return { pk: memberId, sk: `MESSAGE#${String(sequence).padStart(10, '0')}#${channel}` };
}
