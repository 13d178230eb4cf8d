import * as z from 'zod/mini';
import { phoneLogSchema, registrationSchema } from '../contract/wallet-schemas.ts';
import { Problem } from '../runtime/problem.ts';

/** @throws Problem 400 when it is none */
export function readPushToken(body: unknown): string {
  const { data } = z.safeParse(registrationSchema, body);
  if (!data) throw new Problem(400, 'The body must be {"pushToken": "<hexadecimal digits>"}.');
  return data.pushToken.toLowerCase();
}

const MAX_COMPLAINTS = 10;

/**
 * What Wallet complains of, as far as it holds nothing of anybody's: its messages quote addresses with serial numbers, and anybody can
 * write what he likes. Which kinds of failure there are is told by these words.
 */
const KNOWN_WORDS: [word: string, pattern: RegExp][] = [
  ['the pass could not be read', /invalid|malformed|could not (?:read|parse)|signature|manifest/i],
  ['unauthorized', /401|unauthori[sz]ed|authenticat/i],
  ['not found', /404|not found/i],
  ['server error', /\b5\d\d\b|server error/i],
  ['no connection', /timed? ?out|connection|offline|network/i],
];

/** @returns the kind of each complaint. @throws Problem 400 when the body holds none */
export function readComplaints(body: unknown): string[] {
  const { data } = z.safeParse(phoneLogSchema, body);
  if (!data) throw new Problem(400, 'The body must be {"logs": ["…"]}.');
  return data.logs
    .slice(0, MAX_COMPLAINTS)
    .map((text) => KNOWN_WORDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'something else');
}
