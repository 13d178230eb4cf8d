import { type DynamoDBDocumentClient, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { entryKey, type LedgerEntry } from '../../core/ledger/transaction.ts';
import type { Ledger } from '../../core/ports.ts';

/** The sort-key prefix of ledger entries. The stream's filter uses it too. */
export const ENTRY_PREFIX = 'TX#';

/** The points table: one immutable item for each transaction, keyed by the transaction's identity (R2). */
export class DynamoLedger implements Ledger {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async record(entry: LedgerEntry): ReturnType<Ledger['record']> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: itemOf(entry),
          ConditionExpression: 'attribute_not_exists(pk)',
          // The returned item tells a duplicate from a conflict without a second read.
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { status: 'recorded' };
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
      const { Item } = error as Error & { Item?: Parameters<typeof unmarshall>[0] };
      if (!Item) throw new Error('The condition failed, and the item it failed on was not returned.', { cause: error });
      return { status: 'exists', entry: entryOf(unmarshall(Item)) };
    }
  }

  async entriesOf(memberId: string): Promise<LedgerEntry[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entries)',
        ExpressionAttributeValues: { ':pk': memberId, ':entries': ENTRY_PREFIX },
        ConsistentRead: true,
      },
    );
    const entries: LedgerEntry[] = [];
    for await (const page of pages) entries.push(...(page.Items ?? []).map(entryOf));
    return entries;
  }
}

/** Returns an entry's item. `fields` is stored as text: a shop's numbers come back exactly, without bytes for types. */
export function itemOf({ memberId, fields, ...facts }: LedgerEntry): Record<string, unknown> {
  return {
    pk: memberId,
    sk: `${ENTRY_PREFIX}${entryKey(facts)}`,
    ...facts,
    ...(fields ? { fields: JSON.stringify(fields) } : {}),
  };
}

/** Reads an entry from a record of the table's stream. @throws when the item is not a ledger entry */
export function entryOfImage(image: object | undefined): LedgerEntry {
  return entryOf(unmarshall(image as Parameters<typeof unmarshall>[0]));
}

/** @throws when the item is not a ledger entry, so Laurel did not write it. The error names its key but no contents */
export function entryOf(item: Record<string, unknown>): LedgerEntry {
  const { pk, sk, fields, ...facts } = item;
  const entry = { ...facts, memberId: pk, ...(fields === undefined ? {} : { fields: parseFields(fields) }) };
  if (!isEntry(entry)) throw new Error(`The item ${String(pk)} / ${String(sk)} is not a ledger entry.`);
  return entry;
}

function parseFields(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function isEntry(item: Partial<Record<keyof LedgerEntry, unknown>>): item is LedgerEntry {
  const whole = (value: unknown) => Number.isSafeInteger(value);
  const wholeOrAbsent = (value: unknown) => value === undefined || whole(value);
  return (
    typeof item.memberId === 'string' &&
    typeof item.id === 'string' &&
    typeof item.source === 'string' &&
    typeof item.type === 'string' &&
    (!('fields' in item) || (typeof item.fields === 'object' && item.fields !== null)) &&
    whole(item.occurredAt) &&
    whole(item.recordedAt) &&
    [item.points, item.amountMinor, item.spendMinor, item.awardedPoints].every(wholeOrAbsent)
  );
}
