import { makeHandler as makeLinkPass } from '../link-pass/make-handler.ts';
import { makeHandler as makeOpenPassLink } from '../open-pass-link/make-handler.ts';
import { makeHandler as makeReadPass } from '../read-pass/make-handler.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { routeHandler } from '../runtime/routes.ts';
import { apiKeys } from '../wiring/api-keys.ts';
import { appleWallet } from '../wiring/apple-wallet.ts';

const env = readEnvironment('API_KEYS_SECRET');

const { ports, settings } = appleWallet();
const withKeys = { ...ports, keys: apiKeys(env.API_KEYS_SECRET) };

export const handler = routeHandler({
  'GET /v1/members/{memberId}/pass': makeReadPass(withKeys, settings),
  'GET /v1/members/{memberId}/pass-link': makeLinkPass(withKeys, settings),
  'GET /v1/passes/{token}': makeOpenPassLink(ports, settings),
});
