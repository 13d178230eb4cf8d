import { Http2ApplePush } from '../adapters/http2-apple-push.ts';
import { appleWallet } from '../wiring/apple-wallet.ts';
import { makeHandler } from './make-handler.ts';

/** A phone waits while it is registered; the second attempt is for a connection that died while the function was frozen. */
const BRIEFLY = { attempts: 2, timeoutMs: 2_000 };

const { ports, settings, certificates } = appleWallet();

const push = new Http2ApplePush(certificates, settings.apple.passTypeId, BRIEFLY);

export const handler = makeHandler({ ...ports, push }, settings);
