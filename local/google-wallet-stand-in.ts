import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;
type Kind = 'loyaltyClass' | 'loyaltyObject';

/** What is to go wrong: the next so many requests whose method and path match are answered so. */
export interface Trouble {
  status: number;
  times: number;
  /** Such as `PATCH loyaltyObject`; every request where it is left out, also those for a token. */
  only?: string;
  headers?: Record<string, string>;
  /** Google's own word for it. */
  word?: string;
  /** The connection breaks before anything is answered. `after` what was asked was done. */
  breaks?: 'before' | 'after';
}

export interface StandInOptions {
  /** Of the one service account that it knows. */
  serviceAccount: { clientEmail: string; publicKey: KeyObject };
  clock?: () => number;
  /** Google's own: 20 a second for each issuer. */
  requestsPerSecond?: number;
  tokenLifeS?: number;
}

const SCOPE = 'https://www.googleapis.com/auth/wallet_object.issuer';
const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_NOTIFICATIONS = 3;
const MOST_MESSAGES = 10;

/**
 * Google Wallet on this machine: it gives tokens for a service account's signed assertions, keeps classes and objects as
 * https://developers.google.com/wallet/reference/rest describes, holds to Google's limits, and fails when it is told to.
 */
export class GoogleWalletStandIn {
  readonly classes = new Map<string, Json>();
  readonly objects = new Map<string, Json>();
  /** Each request to the API that came with a token, and what it was answered with. */
  readonly requests: { method: string; path: string; status: number; at: number }[] = [];
  /** The notifications to owners of passes. */
  readonly notifications: { objectId: string; header: string; body: string; at: number }[] = [];
  /** How many tokens were given. */
  tokens = 0;
  readonly #options: Required<StandInOptions>;
  readonly #server: Server;
  readonly #validUntil = new Map<string, number>();
  readonly #troubles: Trouble[] = [];
  #url = '';

  private constructor(options: StandInOptions) {
    this.#options = { clock: Date.now, requestsPerSecond: 20, tokenLifeS: 3600, ...options };
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: Error) => response.destroy(error));
    });
  }

  static async start(options: StandInOptions, port = 0): Promise<GoogleWalletStandIn> {
    const standIn = new GoogleWalletStandIn(options);
    await new Promise<void>((resolve, reject) => {
      standIn.#server.once('error', reject);
      standIn.#server.listen(port, '127.0.0.1', resolve);
    });
    standIn.#url = `http://127.0.0.1:${(standIn.#server.address() as AddressInfo).port}`;
    return standIn;
  }

  /** What stands in a key file that leads here instead of to Google. */
  get addresses(): { token_uri: string; wallet_uri: string } {
    return { token_uri: `${this.#url}/token`, wallet_uri: this.#url };
  }

  fail(trouble: Trouble): void {
    this.#troubles.push({ ...trouble });
  }

  /** Refuses every earlier token from now on. */
  forgetTokens(): void {
    this.#validUntil.clear();
  }

  /** Knows another key of the service account's, and no longer the one before. */
  rotateKey(publicKey: KeyObject): void {
    this.#options.serviceAccount = { ...this.#options.serviceAccount, publicKey };
  }

  /** The object whose pass a link saves. @throws where Google would refuse the link */
  readSaveUrl(url: string): { id: string; classId: string } {
    const prefix = 'https://pay.google.com/gp/v/save/';
    if (!url.startsWith(prefix) || url.length > 1800) throw new Error(`Not a link to save a pass by: ${url}`);
    const claims = this.#verified(url.slice(prefix.length));
    if (claims.aud !== 'google' || claims.typ !== 'savetowallet') throw new Error('The link claims something else.');
    const [object] = (claims.payload as { loyaltyObjects: { id: string; classId: string }[] }).loyaltyObjects;
    if (!object || !this.objects.has(object.id)) throw new Error('The link names no object that is there.');
    return object;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = '', url = '' } = request;
    const path = decodeURIComponent(url.replace('/walletobjects/v1/', ''));
    const trouble = this.#troubleFor(`${method} ${path}`);
    if (trouble?.breaks === 'before') {
      request.socket.destroy();
      return;
    }
    const answered = trouble && trouble.breaks === undefined ? refusal(trouble) : this.#judge(request, path, body);
    if (path !== '/token') this.requests.push({ method, path, status: answered.status, at: this.#options.clock() });
    if (trouble?.breaks === 'after') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answered.status, { 'content-type': 'application/json', ...answered.headers });
    response.end(JSON.stringify(answered.body));
  }

  #troubleFor(what: string): Trouble | undefined {
    const trouble = this.#troubles.find(({ times, only }) => times > 0 && what.startsWith(only ?? ''));
    if (trouble) trouble.times--;
    return trouble;
  }

  #judge(request: IncomingMessage, path: string, body: string): Answered {
    if (path === '/token') return this.#giveToken(new URLSearchParams(body));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const now = this.#options.clock();
    if (now >= (this.#validUntil.get(token) ?? 0)) return refusal({ status: 401, word: 'UNAUTHENTICATED' });
    const lately = this.requests.filter(({ at, status }) => at > now - 1000 && status !== 429).length;
    if (lately >= this.#options.requestsPerSecond) return refusal({ status: 429, word: 'RESOURCE_EXHAUSTED' });

    const [kind, id, verb] = path.split('/') as [Kind, string | undefined, string | undefined];
    if (kind !== 'loyaltyClass' && kind !== 'loyaltyObject') return refusal({ status: 404, word: 'NOT_FOUND' });
    const kept = kind === 'loyaltyClass' ? this.classes : this.objects;
    const content = JSON.parse(body) as Json;
    if (request.method === 'POST' && id === undefined) return this.#insert(kind, kept, content);
    const existing = kept.get(id ?? '');
    if (!existing) return refusal({ status: 404, word: 'NOT_FOUND' });
    if (request.method === 'POST' && verb === 'addMessage') return this.#addMessage(existing, content.message as Json);
    if (request.method === 'PATCH') return this.#patch(kind, existing, content);
    return refusal({ status: 404, word: 'NOT_FOUND' });
  }

  #giveToken(form: URLSearchParams): Answered {
    try {
      const claims = this.#verified(form.get('assertion') ?? '');
      const nowS = Math.floor(this.#options.clock() / 1000);
      const [iat, exp] = [Number(claims.iat), Number(claims.exp)];
      const isDue = iat <= nowS + 60 && exp > nowS && exp - iat <= 3600;
      if (claims.aud !== this.addresses.token_uri || claims.scope !== SCOPE || !isDue) throw new Error('other claims');
    } catch {
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
    }
    const token = randomBytes(16).toString('hex');
    const { clock, tokenLifeS } = this.#options;
    this.#validUntil.set(token, clock() + tokenLifeS * 1000);
    this.tokens++;
    return { status: 200, body: { access_token: token, expires_in: tokenLifeS, token_type: 'Bearer' } };
  }

  #insert(kind: Kind, kept: Map<string, Json>, content: Json): Answered {
    const problem = this.#problemOf(kind, content);
    if (problem) return problem;
    if (kept.has(String(content.id))) return refusal({ status: 409, word: 'ALREADY_EXISTS' });
    kept.set(String(content.id), content);
    return { status: 200, body: content };
  }

  /** Null takes a field away; a list is replaced whole. */
  #patch(kind: Kind, existing: Json, content: Json): Answered {
    const merged = Object.fromEntries(
      Object.entries({ ...existing, ...content }).filter(([, value]) => value !== null),
    );
    const problem = this.#problemOf(kind, merged);
    if (problem) return problem;
    for (const name of Object.keys(existing)) delete existing[name];
    Object.assign(existing, merged);
    return { status: 200, body: existing };
  }

  #problemOf(kind: Kind, content: Json): Answered | undefined {
    const isId = /^\d+\.[A-Za-z0-9._-]+$/.test(String(content.id));
    const isWhole =
      kind === 'loyaltyObject'
        ? this.classes.has(String(content.classId)) && ['ACTIVE', 'INACTIVE'].includes(String(content.state))
        : ['issuerName', 'programName', 'programLogo', 'reviewStatus'].every((name) => content[name] !== undefined);
    return isId && isWhole ? undefined : refusal({ status: 400, word: 'INVALID_ARGUMENT' });
  }

  #addMessage(object: Json, message: Json): Answered {
    const now = this.#options.clock();
    const objectId = String(object.id);
    const messages = (object.messages as Json[] | undefined) ?? [];
    if (messages.length >= MOST_MESSAGES) return refusal({ status: 400, word: 'INVALID_ARGUMENT' });
    if (message.messageType === 'TEXT_AND_NOTIFY') {
      const lately = this.notifications.filter((one) => one.objectId === objectId && one.at > now - DAY_MS).length;
      if (lately >= MOST_NOTIFICATIONS) {
        return { status: 403, body: { error: { status: 'PERMISSION_DENIED', message: 'QuotaExceededException' } } };
      }
      this.notifications.push({ objectId, header: String(message.header), body: String(message.body), at: now });
    }
    object.messages = [...messages, message];
    return { status: 200, body: { resource: object } };
  }

  #verified(jwt: string): Json {
    const [header = '', claims = '', signature = ''] = jwt.split('.');
    const { clientEmail, publicKey } = this.#options.serviceAccount;
    const parse = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    const signed = Buffer.from(`${header}.${claims}`);
    const isTrue =
      parse(header).alg === 'RS256' && verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'));
    if (!isTrue || parse(claims).iss !== clientEmail) throw new Error('The service account did not sign this.');
    return parse(claims);
  }
}

interface Answered {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

function refusal({ status, word = '', headers }: Pick<Trouble, 'status' | 'word' | 'headers'>): Answered {
  return {
    status,
    body: { error: { code: status, status: word, message: 'said by the stand-in' } },
    ...(headers && { headers }),
  };
}

/** The public half of a key file's private key. */
export function publicKeyOf(privateKeyPem: string): KeyObject {
  return createPublicKey(privateKeyPem);
}
