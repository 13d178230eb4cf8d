import { randomUUID } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { dynamoClient } from '../../../functions/adapters/dynamo-client.ts';
import { clientConfigOf, makeTables } from '../../../local/dynamodb-local.ts';

/** Two empty tables of its own for each test file, in the one DynamoDB Local that all share. */
export async function freshTables() {
  const dynamoDb = { endpoint: inject('dynamoDbEndpoint') };
  const client = dynamoClient(clientConfigOf(dynamoDb));
  afterAll(() => client.destroy());
  return { client, tables: await makeTables(dynamoDb, randomUUID()) };
}
