import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoGooglePasses } from '../adapters/dynamo-google-passes.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../adapters/dynamo-profile-store.ts';
import { parseGoogleKeys } from '../adapters/google-key.ts';
import { GoogleWalletClient } from '../adapters/google-wallet.ts';
import { SecretDocument } from '../adapters/secret-document.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { apiKeys } from '../wiring/api-keys.ts';
import { program } from '../wiring/brand.ts';
import { googleBrand } from '../wiring/google-brand.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('POINTS_TABLE', 'MEMBERS_TABLE', 'GOOGLE_KEY_SECRET', 'API_KEYS_SECRET');

/** Google is called for each link that is asked for. Changes of tiers have most of its 20 a second. */
const REQUESTS_PER_SECOND = 2;

const client = dynamoClient();

export const handler = makeHandler(
  {
    ledger: new DynamoLedger(client, env.POINTS_TABLE),
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    profiles: new DynamoProfileStore(client, env.MEMBERS_TABLE),
    googlePasses: new DynamoGooglePasses(client, env.MEMBERS_TABLE),
    googleWallet: new GoogleWalletClient({
      keys: new SecretDocument(env.GOOGLE_KEY_SECRET, parseGoogleKeys),
      requestsPerSecond: REQUESTS_PER_SECOND,
    }),
    keys: apiKeys(env.API_KEYS_SECRET),
  },
  googleBrand,
  program,
);
