import * as z from 'zod';
import { problemSchema } from './answer-schemas.ts';
import type { Operation } from './operations.ts';
import { groupIdSchema, memberIdSchema, runIdSchema } from './request-schemas.ts';
import { deviceIdSchema, linkTokenSchema, passTypeIdSchema, serialNumberSchema } from './wallet-schemas.ts';

/** The contract as OpenAPI 3.1, whose schemas are JSON Schema, which zod writes by itself. https://spec.openapis.org/oas/v3.1.0 */
export function openApiDocument(
  operations: readonly Operation[],
  title: string,
  version: string,
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    paths[operation.path]![operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of the role that the call needs, or of the role admin.',
        },
        applePass: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '"ApplePass <token>", with the token that the pass carries.',
        },
        shopify: { type: 'apiKey', in: 'header', name: 'X-Shopify-Hmac-Sha256' },
      },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  };
}

function describe(operation: Operation): Record<string, unknown> {
  const byKey = !['public', 'signature', 'applePass'].includes(operation.access);
  const problems = byKey ? [401, 403] : [];
  const answers = Object.entries(operation.answers).map(([status, { description, schema, type }]) => [
    status,
    {
      description,
      ...(schema ? { content: { 'application/json': { schema: jsonSchema(schema, 'output') } } } : {}),
      ...(type ? { content: { [type]: { schema: { type: 'string', format: 'binary' } } } } : {}),
    },
  ]);
  const failures = [...new Set([...problems, ...operation.problems])].map((status) => [
    String(status),
    {
      description: 'A problem document',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  const security = { public: [], signature: [{ shopify: [] }], applePass: [{ applePass: [] }] }[
    operation.access as string
  ] ?? [{ key: [] }];
  return {
    operationId: operation.id ?? operation.function,
    summary: operation.summary,
    ...(security.length > 0 ? { 'x-laurel-role': operation.access } : {}),
    security,
    parameters: [...pathParameters(operation), ...queryParameters(operation)],
    ...(operation.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } },
          },
        }
      : {}),
    responses: Object.fromEntries([...answers, ...failures]),
  };
}

const PATH_PARAMETERS = {
  groupId: groupIdSchema,
  memberId: memberIdSchema,
  runId: runIdSchema,
  deviceId: deviceIdSchema,
  passTypeId: passTypeIdSchema,
  serialNumber: serialNumberSchema,
  token: linkTokenSchema,
};

function pathParameters({ path }: Operation) {
  return Object.entries(PATH_PARAMETERS)
    .filter(([name]) => path.includes(`{${name}}`))
    .map(([name, schema]) => ({ name, in: 'path', required: true, schema: jsonSchema(schema, 'input') }));
}

function queryParameters({ query }: Operation) {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(schema, 'input'),
  }));
}

function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Record<string, unknown>;
  return rest;
}
