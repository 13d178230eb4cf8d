import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { anyOf, counted } from '../../core/quantity.ts';
import type { Instant } from '../../core/time.ts';
import { type ApiKey, findApiKey, mayCall, type Role } from './api-keys.ts';
import { count, log, publishCounts } from './log.ts';
import { Problem } from './problem.ts';

export const MAX_BODY_BYTES = 256 * 1024;
/** For what a platform sends, whose size is not the caller's choice: the whole event, in which quotes are escaped, has 6 MB on Lambda. */
export const MAX_WEBHOOK_BYTES = 5 * 1024 * 1024;

export interface Call {
  /** As the API names it: `GET /v1/members/{memberId}`. */
  route: string;
  params: Record<string, string>;
  query: Record<string, string>;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  /** The bytes as they were sent: signatures are over these. */
  rawBody: Buffer;
  now: Instant;
}

export interface Answer {
  status: number;
  /** What is written as JSON. */
  body?: unknown;
  /** What goes out as it is, in the place of `body`. */
  file?: { type: string; bytes: Uint8Array };
  headers?: Record<string, string>;
}

export interface ApiKeySource {
  read(now: Instant, atLeastAsFreshAs?: Instant): Promise<ApiKey[]>;
}

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

/**
 * Wraps what answers a call: authorises it, bounds and decodes its body, and turns whatever is thrown into a problem document.
 * @param access the role that the call needs and where the keys are, or `public` where the call is verified otherwise or by nobody
 * @param options a larger body than usual; a count of its own for whatever is not answered as the caller hoped (400 and more); and how
 * callers say who they are, where that is not by a key
 */
export function httpHandler(
  access: 'public' | { role: Role; keys: ApiKeySource },
  answer: (call: Call) => Promise<Answer>,
  clock: () => Instant = Date.now,
  options: { maxBodyBytes?: number; countRefusal?: () => void; scheme?: string } = {},
) {
  const { maxBodyBytes = MAX_BODY_BYTES, countRefusal, scheme = 'Bearer' } = options;
  const publish = ({ statusCode = 200 }: Result) => {
    if (statusCode >= 500) count('CallFailed');
    if (statusCode >= 400) countRefusal?.();
    publishCounts();
  };
  return middy<Event, Result, Error, Context>()
    .use({
      after: ({ response }) => publish(response ?? {}),
      onError: ({ event, error, response }) => {
        const result = response ?? problemResult(event.routeKey, error, scheme);
        publish(result);
        return result;
      },
    })
    .handler(async (event: Event): Promise<Result> => {
      const now = clock();
      if (access !== 'public') await authorise(event, access, now);
      return resultOf(await answer({ ...readCall(event, maxBodyBytes), now }));
    });
}

function resultOf({ status, body, file, headers }: Answer): Result {
  if (file) {
    return {
      statusCode: status,
      headers: { 'content-type': file.type, ...headers },
      body: Buffer.from(file.bytes).toString('base64'),
      isBase64Encoded: true,
    };
  }
  if (body === undefined) return headers ? { statusCode: status, headers } : { statusCode: status };
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** Nobody can ask Secrets Manager for a fresh look more often than this by sending keys that do not exist. */
const MIN_REFRESH_MS = 5_000;

async function authorise(event: Event, access: { role: Role; keys: ApiKeySource }, now: Instant): Promise<void> {
  const [scheme, text] = (headersOf(event).authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !text) {
    throw new Problem(401, 'Send the header "Authorization: Bearer <key>". `npm run keys` makes keys.');
  }
  const key =
    findApiKey(await access.keys.read(now), text) ??
    // It may have been made a moment ago.
    findApiKey(await access.keys.read(now, now - MIN_REFRESH_MS), text);
  if (!key) throw new Problem(401, 'The key is unknown or was revoked.');
  if (!mayCall(key.role, access.role)) {
    throw new Problem(403, `This call needs a key with the role ${anyOf([access.role, 'admin'])}.`);
  }
}

function readCall(event: Event, maxBodyBytes: number): Omit<Call, 'now'> {
  const rawBody = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (rawBody.length > maxBodyBytes) {
    throw new Problem(
      413,
      `The body has ${counted(rawBody.length, 'byte')}; the limit is ${counted(maxBodyBytes, 'byte')}.`,
    );
  }
  // Where there are none, AWS leaves them out and other gateways say null.
  const present = (values: Record<string, string | undefined> | null | undefined) =>
    Object.fromEntries(Object.entries(values ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined));
  return {
    route: event.routeKey ?? '',
    params: decoded(present(event.pathParameters)),
    query: present(event.queryStringParameters),
    headers: headersOf(event),
    rawBody,
  };
}

/** Clients encode more of a path than they must ("a%3Ab"), and not every gateway decodes it. No id holds a percent sign. */
function decoded(params: Record<string, string>): Record<string, string> {
  const decode = (value: string) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  };
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decode(value)]));
}

function headersOf(event: Event): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** @throws Problem 400 when the body is no JSON in UTF-8 */
export function jsonBody(call: Call): unknown {
  if (call.rawBody.length === 0) throw new Problem(400, 'The body is empty; it must be JSON.');
  try {
    return JSON.parse(UTF_8.decode(call.rawBody));
  } catch (error) {
    // The parser's own message may quote the body, which may be personal.
    const where =
      error instanceof SyntaxError ? (/position \d+/.exec(error.message)?.[0] ?? 'its end') : 'its encoding';
    throw new Problem(400, `The body is not JSON in UTF-8: see ${where}.`);
  }
}

function problemResult(route: string, error: Error | null, scheme: string): Result {
  const problem = error instanceof Problem ? error : new Problem(500, 'Nothing is lost. Send the same request again.');
  if (problem.status >= 500) log.error('A call failed', { route, error: error as Error });
  return {
    statusCode: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(problem.status === 401 ? { 'www-authenticate': scheme } : {}),
    },
    body: JSON.stringify(problem.document()),
  };
}
