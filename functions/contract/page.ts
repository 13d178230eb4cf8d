import { type Problem, requestProblem } from '../runtime/problem.ts';
import { pageQuerySchema } from './request-schemas.ts';
import { validate } from './validate.ts';

const DEFAULT_LIMIT = 25;

/** What a list is asked for. A cursor is for us to read and for clients to send back: its text promises nothing. */
export function readPage(query: Record<string, string>): { limit: number; after?: string } {
  const { limit, cursor } = validate({ schema: pageQuerySchema, value: query });
  const page = { limit: limit === undefined ? DEFAULT_LIMIT : Number(limit) };
  return cursor === undefined ? page : { ...page, after: Buffer.from(cursor, 'base64url').toString('utf8') };
}

export function cursorOf(last: string): string {
  return Buffer.from(last, 'utf8').toString('base64url');
}

export function badCursor(): Problem {
  return requestProblem([{ path: 'cursor', message: 'must be the nextCursor of an earlier page' }]);
}
