import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoRuns } from '../adapters/dynamo-runs.ts';
import { StepFunctionsRunEngine } from '../adapters/step-functions-run-engine.ts';
import { makeHandler as makeExplainTier } from '../explain-tier/make-handler.ts';
import { makeHandler as makeListRunChanges } from '../list-run-changes/make-handler.ts';
import { makeHandler as makeListRunOutcomes } from '../list-run-outcomes/make-handler.ts';
import { makeHandler as makeListTierChanges } from '../list-tier-changes/make-handler.ts';
import { makeHandler as makeListTransactions } from '../list-transactions/make-handler.ts';
import { makeHandler as makeReadMember } from '../read-member/make-handler.ts';
import { makeHandler as makeReadOpenapi } from '../read-openapi/make-handler.ts';
import { makeHandler as makeReadProgram } from '../read-program/make-handler.ts';
import { makeHandler as makeReadRun } from '../read-run/make-handler.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { routeHandler } from '../runtime/routes.ts';
import { apiKeys } from '../wiring/api-keys.ts';
import { brand, program } from '../wiring/brand.ts';

const env = readEnvironment(
  'POINTS_TABLE',
  'MEMBERS_TABLE',
  'GROUP_ACTIONS_STATE_MACHINE',
  'RECALCULATIONS_STATE_MACHINE',
  'AUDITS_STATE_MACHINE',
  'API_KEYS_SECRET',
);

const client = dynamoClient();
const ports = {
  ledger: new DynamoLedger(client, env.POINTS_TABLE),
  members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
  runs: new DynamoRuns(client, env.MEMBERS_TABLE),
  engine: new StepFunctionsRunEngine({
    groupAction: env.GROUP_ACTIONS_STATE_MACHINE,
    recalculation: env.RECALCULATIONS_STATE_MACHINE,
    audit: env.AUDITS_STATE_MACHINE,
  }),
  keys: apiKeys(env.API_KEYS_SECRET),
};

export const handler = routeHandler({
  'GET /v1/members/{memberId}': makeReadMember(ports, program),
  'GET /v1/members/{memberId}/explanation': makeExplainTier(ports, program),
  'GET /v1/members/{memberId}/transactions': makeListTransactions(ports),
  'GET /v1/members/{memberId}/tier-changes': makeListTierChanges(ports),
  'GET /v1/runs/{runId}': makeReadRun(ports),
  'GET /v1/runs/{runId}/changes': makeListRunChanges(ports),
  'GET /v1/runs/{runId}/outcomes': makeListRunOutcomes(ports),
  'GET /v1/program': makeReadProgram(ports, brand, program),
  'GET /v1/openapi.json': makeReadOpenapi(brand, program),
});
