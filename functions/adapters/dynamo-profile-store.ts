import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Profile, ProfileChanges, ProfileStore } from '../../core/ports.ts';

const PROFILE = 'PROFILE';

/** A member's personal data, in one item of the members table. */
export class DynamoProfileStore implements ProfileStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async load(memberId: string): Promise<Profile | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: memberId, sk: PROFILE }, ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const { pk: _, sk: __, ...profile } = Item;
    return { optOut: [], ...profile } as Profile;
  }

  async merge(memberId: string, changes: ProfileChanges): Promise<void> {
    const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
    if (entries.length === 0) return;
    const set = entries.filter(([, value]) => value !== null);
    const remove = entries.filter(([, value]) => value === null);
    const clause = (verb: string, parts: string[]) => (parts.length > 0 ? [`${verb} ${parts.join(', ')}`] : []);
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { pk: memberId, sk: PROFILE },
        UpdateExpression: [
          ...clause(
            'SET',
            set.map(([name]) => `#${name} = :${name}`),
          ),
          ...clause(
            'REMOVE',
            remove.map(([name]) => `#${name}`),
          ),
        ].join(' '),
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
        ...(set.length > 0
          ? { ExpressionAttributeValues: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])) }
          : {}),
      }),
    );
  }

  async erase(memberId: string): Promise<void> {
    await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: { pk: memberId, sk: PROFILE } }));
  }
}
