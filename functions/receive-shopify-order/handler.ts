import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoOrderFiles } from '../adapters/dynamo-order-files.ts';
import { SecretDocument } from '../adapters/secret-document.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { brand, program } from '../wiring/brand.ts';
import { makeHandler } from './make-handler.ts';
import { parseShopifySecrets } from './signature.ts';

const env = readEnvironment('POINTS_TABLE', 'MEMBERS_TABLE', 'SHOPIFY_SECRET');

const client = dynamoClient();

export const handler = makeHandler(
  {
    ledger: new DynamoLedger(client, env.POINTS_TABLE),
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    orderFiles: new DynamoOrderFiles(client, env.POINTS_TABLE),
    secrets: new SecretDocument(env.SHOPIFY_SECRET, parseShopifySecrets),
  },
  brand.shopify ?? { countTax: true, countShipping: false },
  program,
);
