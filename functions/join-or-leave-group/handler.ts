import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoGroups } from '../adapters/dynamo-groups.ts';
import { makeHandler as makeJoinGroup } from '../join-group/make-handler.ts';
import { makeHandler as makeLeaveGroup } from '../leave-group/make-handler.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { routeHandler } from '../runtime/routes.ts';
import { apiKeys } from '../wiring/api-keys.ts';

const env = readEnvironment('MEMBERS_TABLE', 'API_KEYS_SECRET');

const ports = {
  groups: new DynamoGroups(dynamoClient(), env.MEMBERS_TABLE),
  keys: apiKeys(env.API_KEYS_SECRET),
};

export const handler = routeHandler({
  'PUT /v1/groups/{groupId}/members/{memberId}': makeJoinGroup(ports),
  'DELETE /v1/groups/{groupId}/members/{memberId}': makeLeaveGroup(ports),
});
