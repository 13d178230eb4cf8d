import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { itemBytes } from './item-bytes.ts';

/** What calls to DynamoDB cost: in the units of its bill, and in time spent waiting. */
export interface Consumption {
  writeUnits: number;
  readUnits: number;
  roundTrips: number;
  /** What the emulator reported otherwise, or not at all, and how it was put right. */
  corrections: string[];
}

interface Capacity {
  CapacityUnits?: number;
}

const READS = /^(Get|Query|Scan|BatchGet|TransactGet)/;

/**
 * Counts what a client's calls consume, as DynamoDB itself reports it (`ReturnConsumedCapacity`), and every request that leaves,
 * retries included. DynamoDB Local is put right where it is known to differ from AWS:
 * - It reports half of what a transaction costs: there, every item is written twice.
 * - Neither reports a write whose condition failed, which AWS charges like one that succeeded, by the size of the item that is there.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export class CapacityMeter {
  #consumed = nothing();

  constructor(client: DynamoDBDocumentClient) {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const command = String(context.commandName);
        const input = { ...(args.input as object), ReturnConsumedCapacity: 'TOTAL' };
        try {
          const result = await next({ ...args, input } as never);
          this.#add(command, (result.output as { ConsumedCapacity?: Capacity | Capacity[] }).ConsumedCapacity);
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

  /** What was consumed since the last time it was asked. */
  take(): Consumption {
    const consumed = this.#consumed;
    this.#consumed = nothing();
    return consumed;
  }

  #add(command: string, reported: Capacity | Capacity[] | undefined): void {
    if (reported === undefined) throw new Error(`DynamoDB did not say what ${command} consumed.`);
    const units = [reported].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    if (READS.test(command)) {
      // To find nothing is not free: a consistent read is charged for one item at least.
      this.#consumed.readUnits += Math.max(1, units);
      if (units === 0) this.#consumed.corrections.push('nothing found: 0 reported, 1 charged');
    } else if (command.startsWith('Transact')) {
      this.#consumed.writeUnits += 2 * units;
      this.#consumed.corrections.push(`transaction: ${units} reported, ${2 * units} charged`);
    } else {
      this.#consumed.writeUnits += units;
    }
  }

  #addFailed(error: Error & { Item?: Parameters<typeof itemBytes>[0] }): void {
    if (error.name !== 'ConditionalCheckFailedException') return;
    const units = error.Item ? Math.ceil(itemBytes(error.Item) / 1024) : 1;
    this.#consumed.writeUnits += units;
    this.#consumed.corrections.push(`failed condition: none reported, ${units} charged`);
  }
}

function nothing(): Consumption {
  return { writeUnits: 0, readUnits: 0, roundTrips: 0, corrections: [] };
}
