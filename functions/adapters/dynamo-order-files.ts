import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderFile } from '../../core/ledger/order-file.ts';
import type { OrderFiles } from '../../core/ports.ts';
import { isLostCondition } from './dynamo-client.ts';

/** The order files of the shop platforms, in the points table beside the entries made from them. */
export class DynamoOrderFiles implements OrderFiles {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async load(source: string, orderId: string): Promise<OrderFile | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(source, orderId), ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const { pk: _, sk: __, ...file } = Item;
    return file as OrderFile;
  }

  async save(file: OrderFile, readVersion: number): Promise<'saved' | 'conflict'> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...keyOf(file.source, file.orderId), ...file },
          ...(readVersion === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': readVersion } }),
        }),
      );
      return 'saved';
    } catch (error) {
      if (isLostCondition(error)) return 'conflict';
      throw error;
    }
  }
}

/** This key cannot collide with a member's key: member ids contain no `#`. */
function keyOf(source: string, orderId: string): { pk: string; sk: string } {
  return { pk: `ORDER#${source}#${orderId}`, sk: 'FILE' };
}
