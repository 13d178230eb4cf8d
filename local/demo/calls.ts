import { styleText } from 'node:util';
import type { LocalCloudAddress } from '../observations.ts';
import { fact } from './screen.ts';

export interface MemberAnswer {
  tier: { id: string; name: string; expiresAt: string | null };
  points: { current: number };
  progress: { next: { tier: string; missing: number } | null };
}

/** The API gave an answer that the demo does not expect. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

interface Request {
  key?: string;
  headers?: Record<string, string>;
  body?: object | string;
  expected: number;
  silent?: boolean;
}

export type Call = <T>(method: string, path: string, request: Request) => Promise<T>;

/** Makes calls of the API, and shows each as one line. */
export function callerOf(cloud: LocalCloudAddress, signal: AbortSignal): Call {
  return async <T>(method: string, path: string, { key, headers, body, expected, silent }: Request): Promise<T> => {
    const startedAt = performance.now();
    const answer = await fetch(`${cloud.url}${path}`, {
      method,
      signal,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const ms = Math.round(performance.now() - startedAt);
    if (answer.status !== expected) {
      throw new UnexpectedAnswer(
        `${method} ${path} should have answered ${expected}, and answered ${answer.status}: ${text.slice(0, 500)}`,
      );
    }
    const json = text === '' ? {} : JSON.parse(text);
    if (!silent) {
      const said = [json.status, json.outcome].find((word) => typeof word === 'string') ?? '';
      fact('http', `${method} ${path}  ${styleText('green', `${answer.status} ${said}`.trim())}`, `${ms} ms`);
    }
    return json as T;
  };
}
