import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { apiKeys } from '../wiring/api-keys.ts';
import { program } from '../wiring/brand.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET');

const client = dynamoClient();

export const handler = makeHandler(
  {
    ledger: new DynamoLedger(client, env.POINTS_TABLE),
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    keys: apiKeys(env.API_KEYS_SECRET),
  },
  program,
);
