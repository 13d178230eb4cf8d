import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoRuns } from '../adapters/dynamo-runs.ts';
import { StepFunctionsRunEngine } from '../adapters/step-functions-run-engine.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { brand, program } from '../wiring/brand.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('MEMBERS_TABLE', 'RECALCULATIONS_STATE_MACHINE');

export const handler = makeHandler(
  {
    runs: new DynamoRuns(dynamoClient(), env.MEMBERS_TABLE),
    engine: new StepFunctionsRunEngine({ recalculation: env.RECALCULATIONS_STATE_MACHINE }),
  },
  program,
  brand.recalculation ?? {},
);
