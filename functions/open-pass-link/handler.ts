import { appleWallet } from '../adapters/apple-wallet.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { makeHandler } from './make-handler.ts';

const { ports, settings } = appleWallet(dynamoClient());

export const handler = makeHandler(ports, settings);
