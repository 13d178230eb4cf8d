import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { itemBytes } from './item-bytes.ts';

/** What calls to DynamoDB cost: billed units, and round trips. */
export interface Consumption {
  writeUnits: number;
  readUnits: number;
  roundTrips: number;
}

interface Capacity {
  CapacityUnits?: number;
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits?: number }>;
}

interface Write {
  TableName: string;
  Item?: Record<string, unknown>;
  Key?: Record<string, unknown>;
}

interface TransactionInput {
  TransactItems?: Record<string, Write>[];
}

const READS = /^(Get|Query|Scan|BatchGet|TransactGet)/;

/**
 * Counts what a client's calls consume, as DynamoDB reports it (`ReturnConsumedCapacity`), and every request, retries included. The meter
 * corrects DynamoDB Local where it differs from AWS:
 * - Of a transaction's items that cost the same, it reports one alone. AWS writes every item twice and charges the larger of its sizes before
 *   and after; the index is written once. https://github.com/awslabs/amazon-dynamodb-local-samples/issues/31
 *   and, measured on AWS, https://github.com/nubo-db/dynoxide/pull/188
 * - Neither reports a write whose condition failed. AWS charges such a write like a successful one, by the size of the stored item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export class CapacityMeter {
  #consumed = nothing();
  /** Reads items without being counted. */
  readonly #looking: DynamoDBClient;

  constructor(client: DynamoDBDocumentClient) {
    const { endpoint, region, credentials, requestHandler } = client.config;
    this.#looking = new DynamoDBClient({ ...(endpoint && { endpoint }), region, credentials, requestHandler });
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const command = String(context.commandName);
        const input = { ...(args.input as { ConsistentRead?: boolean }), ReturnConsumedCapacity: 'INDEXES' };
        const written = command === 'TransactWriteItemsCommand' ? writesOf(args.input as TransactionInput) : [];
        try {
          const unitsBefore = await this.#unitsOf(written);
          const result = await next({ ...args, input } as never);
          const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Capacity | Capacity[] };
          if (ConsumedCapacity === undefined) throw new Error(`DynamoDB did not say what ${command} consumed.`);
          const reported = [ConsumedCapacity].flat();
          if (written.length === 0) this.#add(command, reported, input);
          else this.#addTransaction(reported, unitsBefore, await this.#unitsOf(written));
          return result;
        } catch (error) {
          this.#addFailed(error as Error & { Item?: never });
          throw error;
        }
      },
      { step: 'initialize', name: 'askForConsumedCapacity' },
    );
    client.middlewareStack.add(
      (next) => (args) => {
        this.#consumed.roundTrips += 1;
        return next(args);
      },
      { step: 'deserialize', priority: 'low', name: 'countRoundTrips' },
    );
  }

  /** @returns the consumption since the last call */
  take(): Consumption {
    const consumed = this.#consumed;
    this.#consumed = nothing();
    return consumed;
  }

  #add(command: string, reported: Capacity[], input: { ConsistentRead?: boolean }): void {
    const units = sumOf(reported);
    // A read that finds nothing is charged for one item.
    if (READS.test(command)) this.#consumed.readUnits += Math.max(input.ConsistentRead ? 1 : 0.5, units);
    else this.#consumed.writeUnits += units;
  }

  #addTransaction(reported: Capacity[], before: readonly number[], after: readonly number[]): void {
    const indexes = reported.flatMap(({ GlobalSecondaryIndexes = {} }) => Object.values(GlobalSecondaryIndexes));
    const ofItems = after.reduce((sum, units, place) => sum + 2 * Math.max(1, units, before[place]!), 0);
    this.#consumed.writeUnits += ofItems + sumOf(indexes) / 2;
  }

  /** The stored items in write units; 0 for an absent one. */
  async #unitsOf(writes: readonly Write[]): Promise<number[]> {
    const look = async ({ TableName, Item, Key = Item }: Write) => {
      const key = marshall({ pk: Key!.pk, sk: Key!.sk });
      const found = await this.#looking.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
      return found.Item ? Math.ceil(itemBytes(found.Item) / 1024) : 0;
    };
    return Promise.all(writes.map(look));
  }

  #addFailed(error: Error & { Item?: Parameters<typeof itemBytes>[0] }): void {
    if (error.name !== 'ConditionalCheckFailedException') return;
    this.#consumed.writeUnits += error.Item ? Math.ceil(itemBytes(error.Item) / 1024) : 1;
  }
}

function writesOf({ TransactItems = [] }: TransactionInput): Write[] {
  return TransactItems.flatMap((item) => Object.values(item));
}

function sumOf(capacities: readonly Capacity[]): number {
  return capacities.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

function nothing(): Consumption {
  return { writeUnits: 0, readUnits: 0, roundTrips: 0 };
}
