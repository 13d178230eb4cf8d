import { apiKeys } from '../adapters/api-keys.ts';
import { brand, program } from '../runtime/brand.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('API_KEYS_SECRET');

export const handler = makeHandler({ keys: apiKeys(env.API_KEYS_SECRET) }, brand, program);
