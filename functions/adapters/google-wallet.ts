import { setTimeout as sleep } from 'node:timers/promises';
import { OutcomeUnknown } from '../../core/failures.ts';
import type { GoogleWallet } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import type { GoogleLoyaltyClass } from '../../core/wallet/google-class.ts';
import { type GoogleMessage, keptMessages } from '../../core/wallet/google-message.ts';
import type { ClosedGoogleObject, GoogleLoyaltyObject } from '../../core/wallet/google-object.ts';
import { googleSaveClaims, googleSaveUrl } from '../../core/wallet/google-save-link.ts';
import type { GoogleKey } from './google-key.ts';
import { GoogleToken, KeyRefused, signedJwt, TokenUnavailable } from './google-token.ts';
import { TokenBucket } from './token-bucket.ts';

export interface GoogleKeySource {
  read(now: Instant, atLeastAsFreshAs?: Instant): Promise<GoogleKey>;
}

export interface GoogleWalletOptions {
  keys: GoogleKeySource;
  /** This process's share of the 20 requests per second that Google accepts from an issuer. */
  requestsPerSecond: number;
  clock?: () => Instant;
  wait?: (milliseconds: number) => Promise<unknown>;
  fetch?: typeof fetch;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 5_000;
const TIMEOUT_MS = 8_000;
/** A warm function lives for hours, so it reads the key again after this long and picks up a replaced key. */
const KEY_IS_FRESH_MS = 60 * 60_000;

interface Answer {
  status: number;
  /** Google's error code, such as PERMISSION_DENIED. Google's sentences may quote personal data from the request. */
  word: string;
  isTooOften: boolean;
  retryAfterMs: number | undefined;
  /** The body of a successful answer, as JSON. */
  text: string;
}

/** A call that got no answer. Google may have acted on it, unless Google was never reached. */
class Unanswered extends Error {
  override name = 'Unanswered';
  readonly wasNeverReached: boolean;

  constructor(cause: unknown) {
    // `fetch` reports only that it failed; the error's cause says why.
    const { name, cause: why } = cause as Error;
    const { code } = (why ?? {}) as { code?: string };
    super(`Google Wallet gave no answer: ${[name, code].filter(Boolean).join(', ')}.`, { cause });
    this.wasNeverReached = code !== undefined && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code);
  }
}

/** The REST API of Google Wallet: https://developers.google.com/wallet/reference/rest */
export class GoogleWalletClient implements GoogleWallet {
  readonly #keys: GoogleKeySource;
  readonly #bucket: TokenBucket;
  readonly #token: GoogleToken;
  readonly #clock: () => Instant;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  readonly #fetch: typeof fetch;
  /** The last written content of each class. A class comes from the brand's file, so one write per content is enough. */
  readonly #classes = new Map<string, string>();

  constructor({
    keys,
    requestsPerSecond,
    clock = Date.now,
    wait = sleep,
    fetch: fetcher = fetch,
  }: GoogleWalletOptions) {
    this.#keys = keys;
    this.#clock = clock;
    this.#wait = wait;
    this.#fetch = fetcher;
    // The burst is 1: with a larger burst, one second could see twice the rate.
    this.#bucket = new TokenBucket(requestsPerSecond, 1, clock, wait);
    this.#token = new GoogleToken(fetcher);
  }

  async upsertClass(loyaltyClass: GoogleLoyaltyClass): Promise<void> {
    const content = JSON.stringify(loyaltyClass);
    if (this.#classes.get(loyaltyClass.id) === content) return;
    await this.#upsert('loyaltyClass', loyaltyClass);
    this.#classes.set(loyaltyClass.id, content);
  }

  async upsertObject(object: GoogleLoyaltyObject): Promise<void> {
    await this.#upsert('loyaltyObject', object);
  }

  async closeObject(object: ClosedGoogleObject): Promise<void> {
    const path = `loyaltyObject/${encodeURIComponent(object.id)}`;
    const answer = await this.#repeated('PATCH', path, object);
    if (answer.status !== 404) expectDone('PATCH', path, answer);
  }

  async addMessage(objectId: string, message: GoogleMessage): Promise<'told' | 'tooOften'> {
    const path = `loyaltyObject/${encodeURIComponent(objectId)}/addMessage`;
    const answer = await this.#attempts('POST', path, { message }, async (attempt) => {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Unanswered) || error.wasNeverReached) throw error;
        throw new OutcomeUnknown(`Google did not say whether it took the message. ${error.message}`);
      }
    });
    if (answer.isTooOften) return 'tooOften';
    if (answer.status >= 500)
      throw new OutcomeUnknown(`Google did not say whether it took the message: ${said(answer)}.`);
    expectDone('POST', path, answer);
    await this.#makeRoom(objectId, answer.text);
    return 'told';
  }

  /** Removes the oldest messages from a pass that holds many. The new message was delivered, so a failure here is ignored. */
  async #makeRoom(objectId: string, answered: string): Promise<void> {
    try {
      const { resource } = JSON.parse(answered) as { resource?: { messages?: unknown[] } };
      const messages = keptMessages(resource?.messages ?? []);
      if (messages) await this.#repeated('PATCH', `loyaltyObject/${encodeURIComponent(objectId)}`, { messages });
    } catch {
      // The next message removes them.
    }
  }

  async saveUrl(object: { id: string; classId: string }, now: Instant): Promise<string> {
    const key = await this.#keys.read(now, now - KEY_IS_FRESH_MS);
    return googleSaveUrl(signedJwt(key, googleSaveClaims(key.clientEmail, object, now)));
  }

  /** Patches the resource; creates it if it is missing. If another call creates it at the same moment, patches it again. */
  async #upsert(kind: 'loyaltyClass' | 'loyaltyObject', resource: { id: string }): Promise<void> {
    const path = `${kind}/${encodeURIComponent(resource.id)}`;
    const patched = await this.#repeated('PATCH', path, resource);
    if (patched.status !== 404) return expectDone('PATCH', path, patched);
    const made = await this.#repeated('POST', kind, withoutNulls(resource));
    if (made.status !== 409) return expectDone('POST', kind, made);
    expectDone('PATCH', path, await this.#repeated('PATCH', path, resource));
  }

  /** Makes an idempotent call, and retries it after any temporary failure. */
  async #repeated(method: string, path: string, body: object): Promise<Answer> {
    return this.#attempts(method, path, body, async (attempt, isLast) => {
      try {
        const answer = await attempt();
        return answer.status >= 500 && !isLast ? undefined : answer;
      } catch (error) {
        if (isLast || !(error instanceof Unanswered || error instanceof TokenUnavailable)) throw error;
        return undefined;
      }
    });
  }

  /**
   * Makes a call. Retries it after a pause where Google says 429, as Google then did nothing, or where `judge` says so.
   * @param judge returns undefined to retry
   */
  async #attempts(
    method: string,
    path: string,
    body: object,
    judge: (attempt: () => Promise<Answer>, isLast: boolean) => Promise<Answer | undefined>,
  ): Promise<Answer> {
    for (let tried = 1; ; tried++) {
      const isLast = tried >= ATTEMPTS;
      const answer = await judge(() => this.#authorised(method, path, body), isLast);
      if (answer && (isLast || answer.status !== 429 || answer.isTooOften)) return answer;
      // Random waits, between half of the pause and all of it, keep callers from retrying at the same moment.
      const pause = Math.min(LONGEST_PAUSE_MS, answer?.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tried - 1));
      await this.#wait(pause * (0.5 + Math.random() / 2));
    }
  }

  /** Makes one call with a token. If Google refuses the key or the token, reads it again and tries once more. */
  async #authorised(method: string, path: string, body: object): Promise<Answer> {
    const now = this.#clock();
    let key = await this.#keys.read(now, now - KEY_IS_FRESH_MS);
    let token: string;
    try {
      token = await this.#token.read(key, now);
    } catch (error) {
      if (!(error instanceof KeyRefused)) throw error;
      key = await this.#keys.read(now, now);
      token = await this.#token.read(key, now);
    }
    const answer = await this.#call(key, token, method, path, body);
    if (answer.status !== 401) return answer;
    this.#token.forget();
    return this.#call(key, await this.#token.read(key, now), method, path, body);
  }

  async #call(key: GoogleKey, token: string, method: string, path: string, body: object): Promise<Answer> {
    await this.#bucket.take();
    const { response, text } = await this.#send(key, token, method, path, body).catch((error: unknown) => {
      throw new Unanswered(error);
    });
    if (response.ok) return { status: response.status, word: '', isTooOften: false, retryAfterMs: undefined, text };
    const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
    return {
      status: response.status,
      word: /"status"\s*:\s*"([A-Z_]{1,40})"/.exec(text)?.[1] ?? '',
      isTooOften: /QuotaExceededException/i.test(text),
      retryAfterMs: Number.isFinite(retryAfterS) ? retryAfterS * 1000 : undefined,
      text: '',
    };
  }

  async #send(key: GoogleKey, token: string, method: string, path: string, body: object) {
    const response = await this.#fetch(`${key.apiUrl}/walletobjects/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      // A redirect must not carry the token to another server.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { response, text: await response.text() };
  }
}

function expectDone(method: string, path: string, answer: Answer): void {
  if (answer.status < 300) return;
  // The message leaves out the object's id, which contains the member's id, because the message is logged.
  const remedy =
    answer.status === 401 || answer.status === 403
      ? ' Give the service account the role Developer in the Google Pay & Wallet console, under Users, and see that the API is enabled.'
      : '';
  throw new Error(`Google Wallet answered ${method} ${path} with ${said(answer)}.${remedy}`);
}

function said({ status, word }: Answer): string {
  return word === '' ? `${status}` : `${status} ${word}`;
}

/** In a patch, null removes a field; a new resource leaves the field out. */
function withoutNulls(resource: object): object {
  return Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== null));
}
