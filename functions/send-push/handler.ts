import { appleWallet } from '../adapters/apple-wallet.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { Http2ApplePush } from '../adapters/http2-apple-push.ts';
import { makeHandler } from './make-handler.ts';

const { ports, settings, certificates } = appleWallet(dynamoClient());

const push = new Http2ApplePush(certificates, settings.apple.passTypeId);

export const handler = makeHandler({ ...ports, push }, settings);
