import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Instant } from '../../core/time.ts';
import type { AppleSettings } from '../../core/use-cases/draw-pass.ts';
import { hasWallet } from '../../core/wallet/pass-content.ts';
import type { UnreliablePorts } from '../../fakes/unreliable.ts';
import { makeHandler as makeAnnounceTierChange } from '../../functions/announce-tier-change/make-handler.ts';
import { makeHandler as makeChangeGroupTiers } from '../../functions/change-group-tiers/make-handler.ts';
import { makeHandler as makeEndCycle } from '../../functions/end-cycle/make-handler.ts';
import { makeHandler as makeExpireTiers } from '../../functions/expire-tiers/make-handler.ts';
import { makeHandler as makeFinishRecalculation } from '../../functions/finish-recalculation/make-handler.ts';
import { makeHandler as makeJoinGroup } from '../../functions/join-group/make-handler.ts';
import { makeHandler as makeLeaveGroup } from '../../functions/leave-group/make-handler.ts';
import { makeHandler as makeManageGroupTier } from '../../functions/manage-group-tier/make-handler.ts';
import { makeHandler as makeManageTier } from '../../functions/manage-tier/make-handler.ts';
import { makeHandler as makePutMember } from '../../functions/put-member/make-handler.ts';
import { makeHandler as makeReadMember } from '../../functions/read-member/make-handler.ts';
import { makeHandler as makeRecalculateCycle } from '../../functions/recalculate-cycle/make-handler.ts';
import { makeHandler as makeRecalculateTier } from '../../functions/recalculate-tier/make-handler.ts';
import { makeHandler as makeRecordTransaction } from '../../functions/record-transaction/make-handler.ts';
import type { ApiKeySource } from '../../functions/runtime/http.ts';
import type { Parked } from '../../functions/runtime/stream.ts';
import { makeHandler as makeSendEmail } from '../../functions/send-email/make-handler.ts';
import { makeHandler as makeSendPush } from '../../functions/send-push/make-handler.ts';
import { makeHandler as makeSendSms } from '../../functions/send-sms/make-handler.ts';
import { makeHandler as makeStartRecalculation } from '../../functions/start-recalculation/make-handler.ts';
import { makeHandler as makeWeighPreview } from '../../functions/weigh-preview/make-handler.ts';
import type { Rulebook } from './rulebooks.ts';

/** Everything that a simulated function may call, by the names that the product uses. */
export type Ports = Omit<
  UnreliablePorts,
  'orderFiles' | 'googlePasses' | 'googleWallet' | 'passRefreshes' | 'keys' | 'secrets' | 'park'
> & { keys: ApiKeySource; park(record: Parked): Promise<void> };

export interface Surroundings {
  clock: () => Instant;
  newId: () => string;
  /** Lets time pass, where a function waits. */
  pause: (ms: number) => Promise<unknown>;
  /** From 0 to 1. */
  random: () => number;
}

/** The real functions over a process's ports: each is made when it is first called, as on a cold start. */
export function functionsOver(ports: Ports, { brand, program, rules }: Rulebook, around: Surroundings) {
  const { clock, newId, pause, random } = around;
  if (!hasWallet(brand)) throw new Error('A simulated brand has a wallet.');
  const apple: AppleSettings = { brand, program, apple: brand.wallet.apple!, url: 'https://laurel.example' };
  const makers = {
    'PUT member': () => makePutMember(ports, rules, clock),
    'GET member': () => makeReadMember(ports, program, clock),
    'POST transactions': () => makeRecordTransaction(ports, program, clock),
    'POST tier-actions': () => makeManageTier(ports, rules, clock),
    'PUT group member': () => makeJoinGroup(ports, clock),
    'DELETE group member': () => makeLeaveGroup(ports, clock),
    'POST group tier-actions': () => makeManageGroupTier(ports, clock),
    'POST recalculations': () => makeStartRecalculation(ports, program, {}, newId, clock),
    recalculateTier: () => makeRecalculateTier(ports, rules, clock),
    announceTierChange: () => makeAnnounceTierChange(ports, brand.notifications, clock),
    sendEmail: () => makeSendEmail(ports, brand, program, clock),
    sendSms: () => makeSendSms(ports, brand, program, clock),
    sendPush: () => makeSendPush(ports, apple, clock),
    expireTiers: () => makeExpireTiers(ports, rules, clock, pause, random),
    changeGroupTiers: () => makeChangeGroupTiers(ports, rules, clock),
    endCycle: () => makeEndCycle(ports, program, {}, clock),
    recalculateCycle: () => makeRecalculateCycle(ports, rules, clock),
    weighPreview: () => makeWeighPreview(ports, clock),
    finishRecalculation: () => makeFinishRecalculation(ports, clock),
  };
  type Made = { [Name in keyof typeof makers]: ReturnType<(typeof makers)[Name]> };
  const made: Partial<Made> = {};
  return <Name extends keyof Made>(name: Name): Made[Name] => {
    const known = made[name];
    if (known) return known;
    const fresh = makers[name]() as Made[Name];
    made[name] = fresh;
    return fresh;
  };
}

export type Functions = ReturnType<typeof functionsOver>;

export type Route =
  | 'PUT member'
  | 'GET member'
  | 'POST transactions'
  | 'POST tier-actions'
  | 'PUT group member'
  | 'DELETE group member'
  | 'POST group tier-actions'
  | 'POST recalculations';

export interface Request {
  route: Route;
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
}

export interface Answer {
  status: number;
  body: () => Record<string, unknown>;
}

/** Calls a function as the gateway does. */
export async function callOver(
  functions: Functions,
  key: string,
  { route, params, query, body }: Request,
): Promise<Answer> {
  const event = {
    routeKey: route,
    headers: { authorization: `Bearer ${key}` },
    pathParameters: params,
    queryStringParameters: query,
    body: body === undefined ? undefined : JSON.stringify(body),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
  const handler = functions(route) as (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;
  const { statusCode, body: text } = (await handler(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: statusCode ?? 0, body: () => (text ? JSON.parse(text) : {}) };
}
