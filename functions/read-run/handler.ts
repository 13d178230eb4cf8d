import { apiKeys } from '../adapters/api-keys.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoRuns } from '../adapters/dynamo-runs.ts';
import { StepFunctionsRunEngine } from '../adapters/step-functions-run-engine.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment(
  'MEMBERS_TABLE',
  'GROUP_ACTIONS_STATE_MACHINE',
  'RECALCULATIONS_STATE_MACHINE',
  'AUDITS_STATE_MACHINE',
  'API_KEYS_SECRET',
);

export const handler = makeHandler({
  runs: new DynamoRuns(dynamoClient(), env.MEMBERS_TABLE),
  engine: new StepFunctionsRunEngine({
    groupAction: env.GROUP_ACTIONS_STATE_MACHINE,
    recalculation: env.RECALCULATIONS_STATE_MACHINE,
    audit: env.AUDITS_STATE_MACHINE,
  }),
  keys: apiKeys(env.API_KEYS_SECRET),
});
