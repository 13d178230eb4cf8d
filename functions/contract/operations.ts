/** Every call of the HTTP contract: what it takes, what it answers, and which role may make it. */
import type * as z from 'zod/mini';
import type { Role } from '../runtime/api-keys.ts';
import type { ProblemStatus } from '../runtime/problem.ts';
import {
  actionAnswerSchema,
  explanationAnswerSchema,
  googlePassAnswerSchema,
  memberAnswerSchema,
  passLinkAnswerSchema,
  programAnswerSchema,
  recordingAnswerSchema,
  runAnswerSchema,
  runChangesAnswerSchema,
  runOutcomesAnswerSchema,
  runStartedAnswerSchema,
  tierChangesAnswerSchema,
  transactionsAnswerSchema,
  updatedPassesAnswerSchema,
} from './answer-schemas.ts';
import { recalculationRequestSchema } from './recalculation-schema.ts';
import {
  memberRequestSchema,
  momentQuerySchema,
  noQuerySchema,
  pageQuerySchema,
  transactionRequestSchema,
} from './request-schemas.ts';
import { tierActionRequestSchema } from './tier-action-schema.ts';
import { phoneLogSchema, registrationSchema, updatedQuerySchema } from './wallet-schemas.ts';

export interface Operation {
  /** The function that serves it. */
  function: string;
  /** The name of the call, where its function serves others too. */
  id?: string;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  summary: string;
  /** `signature`: the platform signs the raw body. `applePass`: a phone proves that it holds the pass. */
  access: Role | 'public' | 'signature' | 'applePass';
  query?: z.ZodMiniObject;
  body?: z.core.$ZodType;
  /** With a schema it is JSON; with a type it is a file of that type. */
  answers: Record<number, { description: string; schema?: z.core.$ZodType; type?: string }>;
  problems: ProblemStatus[];
}

const MEMBER = '/v1/members/{memberId}';
const GROUP = '/v1/groups/{groupId}';
const RUN = '/v1/runs/{runId}';
const APPLE = '/v1/wallet/apple/v1';
const ON_DEVICE = `${APPLE}/devices/{deviceId}/registrations/{passTypeId}`;
const A_PASS = { description: 'The pass', type: 'application/vnd.apple.pkpass' };

export const OPERATIONS: readonly Operation[] = [
  {
    function: 'put-member',
    method: 'PUT',
    path: MEMBER,
    summary: 'Enrols a member, or changes one',
    access: 'intake',
    body: memberRequestSchema,
    answers: {
      200: { description: 'The member, changed', schema: memberAnswerSchema },
      201: { description: 'The member, enrolled', schema: memberAnswerSchema },
    },
    problems: [400, 413, 422],
  },
  {
    function: 'answer-queries',
    id: 'read-member',
    method: 'GET',
    path: MEMBER,
    summary: 'The member now, or at any moment past or future',
    access: 'read',
    query: momentQuerySchema,
    answers: { 200: { description: 'The member at that moment', schema: memberAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'erase-profile',
    method: 'DELETE',
    path: `${MEMBER}/profile`,
    summary: 'Erases all that is personal; the ledger stays valid',
    access: 'admin',
    answers: { 204: { description: 'Erased' } },
    problems: [404, 422],
  },
  {
    function: 'record-transaction',
    method: 'POST',
    path: `${MEMBER}/transactions`,
    summary: 'Takes a transaction, once',
    access: 'intake',
    body: transactionRequestSchema,
    answers: {
      200: { description: 'It was taken before; nothing changed', schema: recordingAnswerSchema },
      202: { description: 'Taken; the tier follows within seconds', schema: recordingAnswerSchema },
    },
    problems: [400, 409, 413, 422],
  },
  {
    function: 'answer-queries',
    id: 'list-transactions',
    method: 'GET',
    path: `${MEMBER}/transactions`,
    summary: 'The transactions of a member, newest first',
    access: 'read',
    query: pageQuerySchema,
    answers: { 200: { description: 'A page', schema: transactionsAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'answer-queries',
    id: 'list-tier-changes',
    method: 'GET',
    path: `${MEMBER}/tier-changes`,
    summary: 'The tier changes of a member, newest first',
    access: 'read',
    query: pageQuerySchema,
    answers: { 200: { description: 'A page', schema: tierChangesAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'answer-queries',
    id: 'explain-tier',
    method: 'GET',
    path: `${MEMBER}/explanation`,
    summary: 'Why the member has this tier, now or at any moment',
    access: 'read',
    query: momentQuerySchema,
    answers: { 200: { description: 'Why', schema: explanationAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'link-google-pass',
    method: 'GET',
    path: `${MEMBER}/google-pass`,
    summary: 'Where the member saves its pass to Google Wallet, where the brand has that',
    access: 'read',
    query: noQuerySchema,
    answers: { 200: { description: 'The link', schema: googlePassAnswerSchema } },
    problems: [404, 422, 503],
  },
  {
    function: 'hand-out-passes',
    id: 'read-pass',
    method: 'GET',
    path: `${MEMBER}/pass`,
    summary: "The member's pass for Apple Wallet, where the brand has that",
    access: 'read',
    query: noQuerySchema,
    answers: { 200: A_PASS },
    problems: [404, 422, 503],
  },
  {
    function: 'hand-out-passes',
    id: 'link-pass',
    method: 'GET',
    path: `${MEMBER}/pass-link`,
    summary: "A link to the member's pass that needs no key and ends soon: for a mail's button",
    access: 'read',
    query: noQuerySchema,
    answers: { 200: { description: 'The link', schema: passLinkAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'hand-out-passes',
    id: 'open-pass-link',
    method: 'GET',
    path: '/v1/passes/{token}',
    summary: 'The pass that a link leads to',
    access: 'public',
    answers: { 200: A_PASS },
    problems: [401, 404, 503],
  },
  {
    function: 'serve-wallet',
    id: 'register-device',
    method: 'POST',
    path: `${ON_DEVICE}/{serialNumber}`,
    summary: 'Apple Wallet: a device holds a pass and wants to hear of it',
    access: 'applePass',
    body: registrationSchema,
    answers: { 200: { description: 'It was registered before' }, 201: { description: 'It is registered' } },
    problems: [400, 401, 404, 413],
  },
  {
    function: 'serve-wallet',
    id: 'unregister-device',
    method: 'DELETE',
    path: `${ON_DEVICE}/{serialNumber}`,
    summary: 'Apple Wallet: a pass was taken off a device',
    access: 'applePass',
    answers: { 200: { description: 'It is not registered' } },
    problems: [400, 401],
  },
  {
    function: 'serve-wallet',
    id: 'list-updated-passes',
    method: 'GET',
    path: ON_DEVICE,
    summary: "Apple Wallet: which of a device's passes are others than it was told of",
    access: 'public',
    query: updatedQuerySchema,
    answers: {
      200: { description: 'Those passes', schema: updatedPassesAnswerSchema },
      204: { description: 'None' },
    },
    problems: [],
  },
  {
    function: 'serve-wallet',
    id: 'read-latest-pass',
    method: 'GET',
    path: `${APPLE}/passes/{passTypeId}/{serialNumber}`,
    summary: 'Apple Wallet: the latest version of a pass',
    access: 'applePass',
    answers: { 200: A_PASS, 304: { description: 'It is what the device has, by If-Modified-Since' } },
    problems: [401, 404, 503],
  },
  {
    function: 'serve-wallet',
    id: 'take-wallet-log',
    method: 'POST',
    path: `${APPLE}/log`,
    summary: 'Apple Wallet: what went wrong on a device',
    access: 'public',
    body: phoneLogSchema,
    answers: { 200: { description: 'Taken' } },
    problems: [400, 413],
  },
  {
    function: 'take-tier-actions',
    id: 'manage-tier',
    method: 'POST',
    path: `${MEMBER}/tier-actions`,
    summary: 'Upgrades, downgrades or renews the tier of a member, once',
    access: 'admin',
    body: tierActionRequestSchema,
    answers: { 200: { description: 'What it came to; the same when it is posted again', schema: actionAnswerSchema } },
    problems: [400, 409, 413, 422],
  },
  {
    function: 'join-or-leave-group',
    id: 'join-group',
    method: 'PUT',
    path: `${GROUP}/members/{memberId}`,
    summary: 'Puts a member into a group',
    access: 'intake',
    answers: { 204: { description: 'The member is in the group' } },
    problems: [422],
  },
  {
    function: 'join-or-leave-group',
    id: 'leave-group',
    method: 'DELETE',
    path: `${GROUP}/members/{memberId}`,
    summary: 'Takes a member out of a group',
    access: 'intake',
    answers: { 204: { description: 'The member is not in the group' } },
    problems: [422],
  },
  {
    function: 'take-tier-actions',
    id: 'manage-group-tier',
    method: 'POST',
    path: `${GROUP}/tier-actions`,
    summary: 'Upgrades, downgrades or renews the tiers of those who are in a group now, once',
    access: 'admin',
    body: tierActionRequestSchema,
    answers: {
      202: { description: 'A run does it; the same run when it is posted again', schema: runStartedAnswerSchema },
    },
    problems: [400, 404, 409, 413, 422],
  },
  {
    function: 'start-recalculation',
    method: 'POST',
    path: '/v1/recalculations',
    summary: 'Recalculates everyone, for the end of a cycle or as of now; or says what that would bring',
    access: 'admin',
    body: recalculationRequestSchema,
    answers: { 202: { description: 'A run does it', schema: runStartedAnswerSchema } },
    problems: [400, 409, 413, 422],
  },
  {
    function: 'answer-queries',
    id: 'read-run',
    method: 'GET',
    path: RUN,
    summary: 'How far a run is, and what it came to',
    access: 'read',
    query: noQuerySchema,
    answers: { 200: { description: 'The run', schema: runAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'answer-queries',
    id: 'list-run-changes',
    method: 'GET',
    path: `${RUN}/changes`,
    summary: 'The members whose visible tier a run moved',
    access: 'read',
    query: pageQuerySchema,
    answers: { 200: { description: 'A page; it may be short, and go on', schema: runChangesAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'answer-queries',
    id: 'list-run-outcomes',
    method: 'GET',
    path: `${RUN}/outcomes`,
    summary:
      'What a run came to: for every member of a group, for those whom a recalculation moved or could not judge, and for those whom an ' +
      'audit could not prove',
    access: 'read',
    query: pageQuerySchema,
    answers: { 200: { description: 'A page', schema: runOutcomesAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'answer-queries',
    id: 'read-program',
    method: 'GET',
    path: '/v1/program',
    summary: 'The program in force',
    access: 'read',
    query: noQuerySchema,
    answers: { 200: { description: 'The program', schema: programAnswerSchema } },
    problems: [422],
  },
  {
    function: 'answer-queries',
    id: 'read-openapi',
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This document',
    access: 'public',
    answers: { 200: { description: 'OpenAPI 3.1' } },
    problems: [],
  },
  {
    function: 'receive-shopify-order',
    method: 'POST',
    path: '/v1/webhooks/shopify',
    summary: "Takes Shopify's orders/paid, orders/updated, orders/cancelled and refunds/create",
    access: 'signature',
    answers: { 202: { description: 'Taken, or of no concern to a tier' } },
    problems: [400, 401, 413, 422],
  },
];
