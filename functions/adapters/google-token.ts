import { sign } from 'node:crypto';
import type { Instant } from '../../core/time.ts';
import type { GoogleKey } from './google-key.ts';

const SCOPE = 'https://www.googleapis.com/auth/wallet_object.issuer';
const LIFE_S = 3600;
/** A token is renewed this long before it expires, so that it does not expire during a request. */
const MARGIN_MS = 5 * 60_000;
const TIMEOUT_MS = 5_000;

/** Google does not accept the key: it was revoked, or is not active yet. The secret may hold a newer key. */
export class KeyRefused extends Error {
  override name = 'KeyRefused';
}

/** Google gave no token. This is temporary: a retry may succeed. */
export class TokenUnavailable extends Error {
  override name = 'TokenUnavailable';
}

/** Returns a JSON Web Token, signed with RS256 (RFC 7515, RFC 7518). */
export function signedJwt({ privateKey, keyId }: Pick<GoogleKey, 'privateKey' | 'keyId'>, claims: object): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) };
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
}

/** The service account's access token, cached until shortly before it expires. */
export class GoogleToken {
  readonly #fetch: typeof fetch;
  /** A promise, so that concurrent callers share one request. */
  #kept: { key: GoogleKey; token: Promise<{ text: string; until: Instant }> } | undefined;

  constructor(fetcher: typeof fetch) {
    this.#fetch = fetcher;
  }

  /** @throws KeyRefused where Google refuses the key, TokenUnavailable where a retry may help */
  async read(key: GoogleKey, now: Instant): Promise<string> {
    const kept = this.#kept?.key === key ? this.#kept : undefined;
    const current = await kept?.token.catch(() => undefined);
    if (current && now < current.until - MARGIN_MS) return current.text;
    // Another caller may have requested a new token while this one waited.
    if (this.#kept === undefined || this.#kept === kept || this.#kept.key !== key) {
      this.#kept = { key, token: this.#ask(key, now) };
    }
    const asked = this.#kept;
    try {
      return (await asked.token).text;
    } catch (error) {
      if (this.#kept === asked) this.#kept = undefined;
      throw error;
    }
  }

  /** Drops a token that Google refused before it expired. */
  forget(): void {
    this.#kept = undefined;
  }

  /** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
  async #ask(key: GoogleKey, now: Instant): Promise<{ text: string; until: Instant }> {
    const iat = Math.floor(now / 1000);
    const claims = { iss: key.clientEmail, scope: SCOPE, aud: key.tokenUrl, iat, exp: iat + LIFE_S };
    const response = await this.#send(key, claims).catch((cause: unknown) => {
      throw new TokenUnavailable('Google gave no token: it did not answer.', { cause });
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok && typeof answer.access_token === 'string') {
      const lifeS = typeof answer.expires_in === 'number' ? answer.expires_in : LIFE_S;
      return { text: answer.access_token, until: now + lifeS * 1000 };
    }
    const said = `${response.status}${typeof answer.error === 'string' ? ` ${answer.error}` : ''}`;
    if (response.ok || response.status >= 500 || response.status === 429) {
      throw new TokenUnavailable(`Google gave no token: ${said}.`);
    }
    throw new KeyRefused(
      `Google gives ${key.clientEmail} no token: ${said}. See in the Google Cloud console whether the service account and its key are ` +
        'there and enabled; put another key in with `npm run keys -- google`.',
    );
  }

  async #send(key: GoogleKey, claims: object): Promise<Response> {
    return this.#fetch(key.tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: signedJwt(key, claims),
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}
