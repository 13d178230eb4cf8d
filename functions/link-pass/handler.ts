import { apiKeys } from '../adapters/api-keys.ts';
import { appleSettings, passTokens } from '../adapters/apple-wallet.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoPassRegistrations } from '../adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../adapters/dynamo-profile-store.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE', 'PASS_TOKENS_SECRET', 'API_URL', 'API_KEYS_SECRET');

const client = dynamoClient();
const settings = appleSettings(env.API_URL);

export const handler = makeHandler(
  {
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    profiles: new DynamoProfileStore(client, env.MEMBERS_TABLE),
    registrations: new DynamoPassRegistrations(client, env.MEMBERS_TABLE),
    tokens: passTokens(env.PASS_TOKENS_SECRET, settings),
    keys: apiKeys(env.API_KEYS_SECRET),
  },
  settings,
);
