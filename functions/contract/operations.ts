/** Every call of the HTTP contract: what it takes, what it answers, and which role may make it. */
import type * as z from 'zod';
import type { Role } from '../runtime/api-keys.ts';
import type { ProblemStatus } from '../runtime/problem.ts';
import {
  explanationAnswerSchema,
  memberAnswerSchema,
  programAnswerSchema,
  recordingAnswerSchema,
  tierChangesAnswerSchema,
  transactionsAnswerSchema,
} from './answer-schemas.ts';
import {
  memberRequestSchema,
  momentQuerySchema,
  noQuerySchema,
  pageQuerySchema,
  transactionRequestSchema,
} from './request-schemas.ts';

export interface Operation {
  /** The function that serves it. */
  function: string;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  summary: string;
  /** `signature`: the platform signs the raw body. */
  access: Role | 'public' | 'signature';
  query?: z.ZodObject;
  body?: z.ZodType;
  answers: Record<number, { description: string; schema?: z.ZodType }>;
  problems: ProblemStatus[];
}

const MEMBER = '/v1/members/{memberId}';

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
    function: 'read-member',
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
    function: 'list-transactions',
    method: 'GET',
    path: `${MEMBER}/transactions`,
    summary: 'The transactions of a member, newest first',
    access: 'read',
    query: pageQuerySchema,
    answers: { 200: { description: 'A page', schema: transactionsAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'list-tier-changes',
    method: 'GET',
    path: `${MEMBER}/tier-changes`,
    summary: 'The tier changes of a member, newest first',
    access: 'read',
    query: pageQuerySchema,
    answers: { 200: { description: 'A page', schema: tierChangesAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'explain-tier',
    method: 'GET',
    path: `${MEMBER}/explanation`,
    summary: 'Why the member has this tier, now or at any moment',
    access: 'read',
    query: momentQuerySchema,
    answers: { 200: { description: 'Why', schema: explanationAnswerSchema } },
    problems: [404, 422],
  },
  {
    function: 'read-program',
    method: 'GET',
    path: '/v1/program',
    summary: 'The program in force',
    access: 'read',
    query: noQuerySchema,
    answers: { 200: { description: 'The program', schema: programAnswerSchema } },
    problems: [422],
  },
  {
    function: 'read-openapi',
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
