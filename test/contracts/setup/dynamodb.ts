import { randomUUID } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { dynamoClient } from '../../../functions/adapters/dynamo-client.ts';
import { clientConfigOf, makeTables } from '../../../local/dynamodb-local.ts';

/** The one DynamoDB Local that all contract tests share. */
export function sharedDynamoDb(): { endpoint: string } {
  const dynamoDb = inject('dynamoDb');
  if ('missing' in dynamoDb) throw new Error(dynamoDb.missing);
  return dynamoDb;
}

/** Two empty tables of its own for each test file. */
export async function freshTables() {
  const dynamoDb = sharedDynamoDb();
  const client = dynamoClient(clientConfigOf(dynamoDb));
  afterAll(() => client.destroy());
  return { client, tables: await makeTables(dynamoDb, randomUUID()) };
}
