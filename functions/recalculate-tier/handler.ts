import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { SqsParking } from '../adapters/sqs-parking.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { rules } from '../wiring/brand.ts';
import { tierClock } from '../wiring/tier-clock.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('POINTS_TABLE', 'MEMBERS_TABLE', 'PARKED_QUEUE_URL');

const client = dynamoClient();
const parking = new SqsParking(env.PARKED_QUEUE_URL);

export const handler = makeHandler(
  {
    ledger: new DynamoLedger(client, env.POINTS_TABLE),
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    timers: tierClock(),
    park: (record) => parking.park({ kind: 'transaction', ...record }),
  },
  rules,
);
