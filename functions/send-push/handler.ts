import { Http2ApplePush } from '../adapters/http2-apple-push.ts';
import { appleWallet } from '../wiring/apple-wallet.ts';
import { makeHandler } from './make-handler.ts';

const { ports, settings, certificates } = appleWallet();

const push = new Http2ApplePush(certificates, settings.apple.passTypeId);

export const handler = makeHandler({ ...ports, push }, settings);
