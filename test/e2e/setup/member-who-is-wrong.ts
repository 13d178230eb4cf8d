import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { aNewMember, aPurchase, cloud, type NewMember, post, read, untilPoints } from './shop.ts';

/** The attributes of a member's item that hold the figures. */
const PLACES = {
  current: {
    UpdateExpression: 'SET tally.#current.tier = :wrong',
    ExpressionAttributeNames: { '#current': 'current' },
  },
  /** No tier depends on the balance. */
  balance: { UpdateExpression: 'SET tally.balance = :wrong' },
};

/** Creates a member with 500 points whose stored item says 7. */
export async function aMemberWhoIsWrong(figure: keyof typeof PLACES): Promise<NewMember> {
  const member = await aNewMember();
  await post(member, aPurchase('o-1', '50.00'));
  await untilPoints(member, 500);
  await new DynamoDBClient(structuredClone(cloud.client)).send(
    new UpdateItemCommand({
      TableName: cloud.outputs.MembersTable,
      Key: { pk: { S: member.memberId }, sk: { S: 'MEMBER' } },
      ...PLACES[figure],
      ExpressionAttributeValues: { ':wrong': { N: '7' } },
    }),
  );
  expect((await read(member)).body.points[figure]).toBe(7);
  return member;
}
