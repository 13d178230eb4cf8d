import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { DynamoProfileStore } from '../adapters/dynamo-profile-store.ts';
import { SnsTexter } from '../adapters/sns-texter.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { brand, program } from '../wiring/brand.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE');

const client = dynamoClient();

export const handler = makeHandler(
  {
    profiles: new DynamoProfileStore(client, env.MEMBERS_TABLE),
    deliveries: new DynamoDeliveryLog(client, env.MEMBERS_TABLE),
    texter: new SnsTexter(brand.notifications.sms?.senderId),
  },
  brand,
  program,
);
