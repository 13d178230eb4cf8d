import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { GooglePass, GooglePasses } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { withNotice } from '../../core/wallet/google-message.ts';
import { isLostCondition } from './dynamo-client.ts';

const SORT_KEY = 'GOOGLE_PASS';
const ATTEMPTS = 5;

/** One item beside each member that has, or had, a pass in Google Wallet. It holds no personal data. */
export class DynamoGooglePasses implements GooglePasses {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async load(memberId: string): Promise<GooglePass | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(memberId), ConsistentRead: true }),
    );
    return Item && { state: Item.state, notices: Item.notices ?? [] };
  }

  async move(
    memberId: string,
    from: GooglePass['state'] | undefined,
    to: GooglePass['state'],
  ): Promise<'moved' | 'conflict'> {
    const values = { ':to': to, ...(from !== undefined && { ':from': from }) };
    const isFirst = from === undefined;
    return this.#update(memberId, 'SET #state = :to', isFirst ? 'attribute_not_exists(pk)' : '#state = :from', values, {
      '#state': 'state',
    });
  }

  async takeNotice(memberId: string, sequence: number, now: Instant): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const pass = await this.load(memberId);
      if (!pass) throw new Error(`Member ${memberId} has no Google pass.`);
      const notices = withNotice(pass.notices, sequence, now);
      if (!notices) return false;
      const condition =
        pass.notices.length === 0 ? 'attribute_exists(pk) AND attribute_not_exists(notices)' : 'notices = :read';
      const values = { ':notices': notices, ...(pass.notices.length > 0 && { ':read': pass.notices }) };
      if ((await this.#update(memberId, 'SET notices = :notices', condition, values)) === 'moved') return true;
    }
    throw new Error(`Others told member ${memberId} of changes ${ATTEMPTS} times in a row. It is tried again.`);
  }

  async #update(
    memberId: string,
    UpdateExpression: string,
    ConditionExpression: string,
    ExpressionAttributeValues: Record<string, unknown>,
    ExpressionAttributeNames?: Record<string, string>,
  ): Promise<'moved' | 'conflict'> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: keyOf(memberId),
          UpdateExpression,
          ConditionExpression,
          ExpressionAttributeValues,
          ...(ExpressionAttributeNames && { ExpressionAttributeNames }),
        }),
      );
      return 'moved';
    } catch (error) {
      if (isLostCondition(error)) return 'conflict';
      throw error;
    }
  }
}

function keyOf(memberId: string): { pk: string; sk: string } {
  return { pk: memberId, sk: SORT_KEY };
}
