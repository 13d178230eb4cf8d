import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateScan,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Member, TierChange } from '../../core/member/member.ts';
import type { MemberStore } from '../../core/ports.ts';
import { isLostCondition } from './dynamo-client.ts';

const MEMBER = 'MEMBER';
export const CHANGE_PREFIX = 'CHANGE#';

/** Sequences sort as text as long as they have the same length. */
function changeKey(sequence: number): string {
  return `${CHANGE_PREFIX}${String(sequence).padStart(10, '0')}`;
}

/** The members table: the member, and each change of its tier beside it. */
export class DynamoMemberStore implements MemberStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async load(memberId: string): Promise<Member | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: memberId, sk: MEMBER }, ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const { pk, sk: _, ...member } = Item;
    return { ...member, memberId: pk } as Member;
  }

  async save(member: Member, readVersion: number, changes: readonly TierChange[]): Promise<'saved' | 'conflict'> {
    const { memberId, ...rest } = member;
    const put = {
      TableName: this.#table,
      Item: { pk: memberId, sk: MEMBER, ...rest },
      ...(readVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': readVersion } }),
    };
    try {
      if (changes.length === 0) await this.#client.send(new PutCommand(put));
      else
        await this.#client.send(
          new TransactWriteCommand({ TransactItems: [{ Put: put }, ...changes.map((change) => this.#putOf(change))] }),
        );
      return 'saved';
    } catch (error) {
      if (isLostCondition(error)) return 'conflict';
      throw error;
    }
  }

  #putOf(change: TierChange) {
    return {
      Put: {
        TableName: this.#table,
        Item: itemOfChange(change),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
  }

  async changesOf(memberId: string, page: { limit: number; before?: number }): Promise<TierChange[]> {
    const { Items } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':pk': memberId,
          ':first': changeKey(0),
          ':last': changeKey((page.before ?? 10_000_000_000) - 1),
        },
        ScanIndexForward: false,
        Limit: page.limit,
      }),
    );
    return (Items ?? []).map(changeOf);
  }

  async change(memberId: string, sequence: number): Promise<TierChange | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: memberId, sk: changeKey(sequence) }, ConsistentRead: true }),
    );
    return Item && changeOf(Item);
  }

  async *everyId(): AsyncIterable<string> {
    const pages = paginateScan(
      { client: this.#client },
      {
        TableName: this.#table,
        FilterExpression: 'sk = :member',
        ExpressionAttributeValues: { ':member': MEMBER },
        ProjectionExpression: 'pk',
      },
    );
    for await (const page of pages) for (const item of page.Items ?? []) yield String(item.pk);
  }
}

export function itemOfChange(change: TierChange): Record<string, unknown> {
  return { pk: change.memberId, sk: changeKey(change.sequence), ...change };
}

/** Reads a change off the table's stream. @throws when the item is no tier change */
export function changeOfImage(image: object | undefined): TierChange {
  return changeOf(unmarshall(image as Parameters<typeof unmarshall>[0]));
}

/** @throws when the item is no tier change: somebody else wrote it */
export function changeOf(item: Record<string, unknown>): TierChange {
  const { pk, sk, ...change } = item as Record<string, unknown> & Partial<TierChange>;
  const whole =
    typeof change.memberId === 'string' &&
    Number.isSafeInteger(change.sequence) &&
    typeof change.from?.id === 'string' &&
    typeof change.to?.id === 'string' &&
    (change.direction === 'up' || change.direction === 'down') &&
    typeof change.announced === 'boolean' &&
    Number.isSafeInteger(change.occurredAt);
  if (!whole) throw new Error(`The item ${String(pk)} / ${String(sk)} is not a tier change.`);
  return change as TierChange;
}
