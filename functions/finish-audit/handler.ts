import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoRuns } from '../adapters/dynamo-runs.ts';
import { EventBridgeBus } from '../adapters/event-bridge-bus.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE', 'EVENT_BUS');

export const handler = makeHandler({
  runs: new DynamoRuns(dynamoClient(), env.MEMBERS_TABLE),
  bus: new EventBridgeBus(env.EVENT_BUS),
});
