import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoGooglePasses } from '../adapters/dynamo-google-passes.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoPassRegistrations } from '../adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../adapters/dynamo-profile-store.ts';
import { SqsPassRefreshes } from '../adapters/sqs-pass-refreshes.ts';
import { readEnvironment, readOptional } from '../runtime/environment.ts';
import { apiKeys } from '../wiring/api-keys.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE', 'API_KEYS_SECRET');
const googlePassQueue = readOptional('GOOGLE_PASS_QUEUE_URL');

const client = dynamoClient();

export const handler = makeHandler({
  members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
  profiles: new DynamoProfileStore(client, env.MEMBERS_TABLE),
  ...(googlePassQueue !== undefined && {
    google: {
      googlePasses: new DynamoGooglePasses(client, env.MEMBERS_TABLE),
      passRefreshes: new SqsPassRefreshes(googlePassQueue),
    },
  }),
  registrations: new DynamoPassRegistrations(client, env.MEMBERS_TABLE),
  keys: apiKeys(env.API_KEYS_SECRET),
});
