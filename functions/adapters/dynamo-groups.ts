import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Groups } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';

const MEMBERSHIP_PREFIX = 'IN#';

/**
 * The groups, in the members table. A member that was ever in a group has one item there, with alternating moments of
 * joining and leaving. All moments are kept, because a run asks repeatedly for the members at its start and must get
 * the same answer each time.
 */
export class DynamoGroups implements Groups {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  join(groupId: string, memberId: string, now: Instant): Promise<void> {
    return this.#turn(groupId, memberId, {
      UpdateExpression: 'SET moments = list_append(if_not_exists(moments, :none), :now), isIn = :yes',
      ConditionExpression: 'attribute_not_exists(isIn)',
      ExpressionAttributeValues: { ':none': [], ':now': [now], ':yes': true },
    });
  }

  leave(groupId: string, memberId: string, now: Instant): Promise<void> {
    return this.#turn(groupId, memberId, {
      UpdateExpression: 'SET moments = list_append(moments, :now) REMOVE isIn',
      ConditionExpression: 'attribute_exists(isIn)',
      ExpressionAttributeValues: { ':now': [now] },
    });
  }

  async #turn(
    groupId: string,
    memberId: string,
    update: {
      UpdateExpression: string;
      ConditionExpression: string;
      ExpressionAttributeValues: Record<string, unknown>;
    },
  ): Promise<void> {
    try {
      await this.#client.send(new UpdateCommand({ TableName: this.#table, Key: keyOf(groupId, memberId), ...update }));
    } catch (error) {
      // The member already is in, or out of, the group.
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
    }
  }

  async exists(groupId: string): Promise<boolean> {
    const { memberships } = await this.#query(groupId, 1);
    return memberships.length > 0;
  }

  async membersAt(
    groupId: string,
    at: Instant,
    page: { limit: number; after?: string },
  ): ReturnType<Groups['membersAt']> {
    const memberIds: string[] = [];
    let after = page.after;
    do {
      const { memberships, next } = await this.#query(groupId, page.limit + 1, after);
      for (const { memberId, moments } of memberships) {
        if (!wasIn(moments, at)) continue;
        // The page is full and one member is left over, so there is another page.
        if (memberIds.length === page.limit) return { memberIds, next: memberIds.at(-1)! };
        memberIds.push(memberId);
      }
      after = next;
    } while (after !== undefined);
    return { memberIds };
  }

  async #query(groupId: string, limit: number, after?: string): Promise<{ memberships: Membership[]; next?: string }> {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :memberships)',
        ExpressionAttributeValues: { ':pk': keyOf(groupId, '').pk, ':memberships': MEMBERSHIP_PREFIX },
        Limit: limit,
        ConsistentRead: true,
        ...(after !== undefined && { ExclusiveStartKey: keyOf(groupId, after) }),
      }),
    );
    return {
      memberships: Items.map(({ sk, moments }) => ({ memberId: memberIdOf(sk), moments })),
      ...(LastEvaluatedKey && { next: memberIdOf(LastEvaluatedKey.sk) }),
    };
  }
}

interface Membership {
  memberId: string;
  moments: Instant[];
}

/** Moments of joining and leaving alternate: after an odd number of moments the member is in the group. */
function wasIn(moments: readonly Instant[], at: Instant): boolean {
  return moments.filter((moment) => moment <= at).length % 2 === 1;
}

/** This key cannot collide with a member's key: member ids contain no `#`. */
function keyOf(groupId: string, memberId: string): { pk: string; sk: string } {
  return { pk: `GROUP#${groupId}`, sk: MEMBERSHIP_PREFIX + memberId };
}

function memberIdOf(sk: string): string {
  return sk.slice(MEMBERSHIP_PREFIX.length);
}
