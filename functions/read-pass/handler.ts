import { apiKeys } from '../adapters/api-keys.ts';
import { appleWallet } from '../adapters/apple-wallet.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('API_KEYS_SECRET');

const { ports, settings } = appleWallet(dynamoClient());

export const handler = makeHandler({ ...ports, keys: apiKeys(env.API_KEYS_SECRET) }, settings);
