import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoRuns } from '../adapters/dynamo-runs.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { rules } from '../wiring/brand.ts';
import { tierClock } from '../wiring/tier-clock.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('POINTS_TABLE', 'MEMBERS_TABLE');

const client = dynamoClient();

export const handler = makeHandler(
  {
    ledger: new DynamoLedger(client, env.POINTS_TABLE),
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    runs: new DynamoRuns(client, env.MEMBERS_TABLE),
    timers: tierClock(),
  },
  rules,
);
