import { apiKeys } from '../adapters/api-keys.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoGroups } from '../adapters/dynamo-groups.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE', 'API_KEYS_SECRET');

export const handler = makeHandler({
  groups: new DynamoGroups(dynamoClient(), env.MEMBERS_TABLE),
  keys: apiKeys(env.API_KEYS_SECRET),
});
