import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, inject } from 'vitest';
import { dynamoClient } from '../../../functions/adapters/dynamo-client.ts';
import { clientConfigOf, makeTables } from '../../../local/dynamodb-local.ts';
import { kindsOf, type TableName } from '../../docs/data-model.ts';

/** The DynamoDB Local that all contract tests share. */
export function sharedDynamoDb(): { endpoint: string } {
  const dynamoDb = inject('dynamoDb');
  if ('missing' in dynamoDb) throw new Error(dynamoDb.missing);
  return dynamoDb;
}

/** Creates two empty tables for a test file. At the file's end, every item in them must be in docs/data-model.md. */
export async function freshTables() {
  const dynamoDb = sharedDynamoDb();
  const client = dynamoClient(clientConfigOf(dynamoDb));
  const tables = await makeTables(dynamoDb, randomUUID());
  afterAll(async () => {
    const keys = [
      ...(await undocumentedKeys(client, 'Points', tables.points)),
      ...(await undocumentedKeys(client, 'Members', tables.members)),
    ];
    client.destroy();
    if (keys.length > 0) throw new Error(`docs/data-model.md has no item with such a key: ${keys.join(', ')}`);
  });
  return { client, tables };
}

async function undocumentedKeys(client: DynamoDBDocumentClient, table: TableName, TableName: string) {
  const keys: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ProjectionExpression: 'pk, sk' })) {
    keys.push(...Items.filter((item) => kindsOf(table, item).length === 0).map(({ pk, sk }) => `${pk} / ${sk}`));
  }
  return keys;
}
