import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { DynamoProfileStore } from '../adapters/dynamo-profile-store.ts';
import { SesMailer } from '../adapters/ses-mailer.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { brand, program } from '../wiring/brand.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE');
const email = brand.notifications.email;
if (!email)
  throw new Error(`The brand ${brand.brand} has no notifications.email: this function is deployed only with it.`);

const client = dynamoClient();

export const handler = makeHandler(
  {
    profiles: new DynamoProfileStore(client, env.MEMBERS_TABLE),
    deliveries: new DynamoDeliveryLog(client, env.MEMBERS_TABLE),
    mailer: new SesMailer(email.from),
  },
  brand,
  program,
);
