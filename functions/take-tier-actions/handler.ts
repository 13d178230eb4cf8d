import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoGroups } from '../adapters/dynamo-groups.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoRuns } from '../adapters/dynamo-runs.ts';
import { StepFunctionsRunEngine } from '../adapters/step-functions-run-engine.ts';
import { makeHandler as makeManageGroupTier } from '../manage-group-tier/make-handler.ts';
import { makeHandler as makeManageTier } from '../manage-tier/make-handler.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { routeHandler } from '../runtime/routes.ts';
import { apiKeys } from '../wiring/api-keys.ts';
import { rules } from '../wiring/brand.ts';
import { tierClock } from '../wiring/tier-clock.ts';

const env = readEnvironment('POINTS_TABLE', 'MEMBERS_TABLE', 'GROUP_ACTIONS_STATE_MACHINE', 'API_KEYS_SECRET');

const client = dynamoClient();
const ports = {
  ledger: new DynamoLedger(client, env.POINTS_TABLE),
  members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
  groups: new DynamoGroups(client, env.MEMBERS_TABLE),
  runs: new DynamoRuns(client, env.MEMBERS_TABLE),
  engine: new StepFunctionsRunEngine({ groupAction: env.GROUP_ACTIONS_STATE_MACHINE }),
  timers: tierClock(),
  keys: apiKeys(env.API_KEYS_SECRET),
};

export const handler = routeHandler({
  'POST /v1/members/{memberId}/tier-actions': makeManageTier(ports, rules),
  'POST /v1/groups/{groupId}/tier-actions': makeManageGroupTier(ports),
});
