import { apiKeys } from '../adapters/api-keys.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { tierClock } from '../adapters/tier-clock.ts';
import { rules } from '../runtime/brand.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET');

const client = dynamoClient();

export const handler = makeHandler(
  {
    ledger: new DynamoLedger(client, env.POINTS_TABLE),
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    timers: tierClock(),
    keys: apiKeys(env.API_KEYS_SECRET),
  },
  rules,
);
