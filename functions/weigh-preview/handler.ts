import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoRuns } from '../adapters/dynamo-runs.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE');

export const handler = makeHandler({ runs: new DynamoRuns(dynamoClient(), env.MEMBERS_TABLE) });
