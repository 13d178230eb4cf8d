import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { barcodeOf, newsBetween, type PassView, viewOf } from './pass-view.ts';
import { openPkpass, type Pkpass } from './pkpass.ts';
import { qrCode } from './qr-code.ts';

const HOST = '127.0.0.1';
const MOST_PUSHES = 50;

export interface PhoneOptions {
  /** Gets the member's pass, as Apple's web service gives it. */
  fetchPass: () => Promise<Uint8Array>;
  /** The phone's. */
  language?: string;
  /** Taken if it is free. */
  preferredPort?: number;
  clock?: () => number;
}

/** A push that arrived, and its result. */
export interface ArrivedPush {
  at: string;
  /** The messages to the owner; empty where there were none. */
  told: string[];
  /** `changed`: the pass is another. `failed`: it could not be fetched. */
  outcome: 'changed' | 'unchanged' | 'failed';
}

interface State {
  pass: PassView | null;
  /** Another for each pass: pictures under the same name are not the same. */
  version: string;
  pushes: readonly ArrivedPush[];
  trouble: string | null;
}

/**
 * A phone on a page: it holds one pass, fetches it anew when a push arrives, as a phone does, and shows it to whoever looks.
 */
export class Phone {
  readonly #options: Required<Omit<PhoneOptions, 'preferredPort'>>;
  readonly #server: Server;
  readonly #watching = new Set<ServerResponse>();
  readonly #page = pageWithItsRules();
  #held: { pkpass: Pkpass; version: string } | undefined;
  #pushes: ArrivedPush[] = [];
  #trouble: string | null = null;
  /** One after the other: a phone with two answers would not know which of them is the newer. */
  #fetching: Promise<unknown> = Promise.resolve();
  #url = '';

  private constructor(options: PhoneOptions) {
    this.#options = { language: 'en', clock: Date.now, ...options };
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(options: PhoneOptions): Promise<Phone> {
    const phone = new Phone(options);
    try {
      await phone.#listen(options.preferredPort ?? 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await phone.#listen(0);
    }
    phone.#url = `http://${HOST}:${(phone.#server.address() as AddressInfo).port}/`;
    await phone.#exclusively(() => phone.#fetch());
    return phone;
  }

  get url(): string {
    return this.#url;
  }

  /** A push says only that the pass changed. The phone compares the passes to find the change. */
  async pushArrived(): Promise<ArrivedPush> {
    return this.#exclusively(async () => {
      const before = this.#held;
      await this.#fetch();
      const after = this.#held;
      const isAnother = before?.version !== after?.version;
      const told = before && after && isAnother ? newsBetween(before.pkpass, after.pkpass, this.#options.language) : [];
      const outcome = this.#trouble !== null ? 'failed' : isAnother ? 'changed' : 'unchanged';
      const push: ArrivedPush = { at: new Date(this.#options.clock()).toISOString(), told, outcome };
      this.#pushes = [push, ...this.#pushes].slice(0, MOST_PUSHES);
      this.#show();
      return push;
    });
  }

  /** Fetches the pass anew without a push: for one that was not there yet. */
  async refresh(): Promise<void> {
    await this.#exclusively(async () => {
      await this.#fetch();
      this.#show();
    });
  }

  async stop(): Promise<void> {
    for (const response of this.#watching) response.end();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, HOST, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#fetching.then(work);
    this.#fetching = done.catch(() => {});
    return done;
  }

  async #fetch(): Promise<void> {
    try {
      const file = await this.#options.fetchPass();
      const pkpass = openPkpass(file);
      // A pass that was only signed anew is the same pass.
      const version = createHash('sha256')
        .update(
          JSON.stringify([
            pkpass.pass,
            pkpass.strings,
            Object.entries(pkpass.images).map(([name, bytes]) => [name, bytes.length]),
          ]),
        )
        .digest('hex')
        .slice(0, 16);
      this.#held = { pkpass, version };
      this.#trouble = null;
    } catch (error) {
      // The pass that the phone has stays on it.
      this.#trouble = (error as Error).message;
    }
  }

  #state(): State {
    const held = this.#held;
    return {
      pass: held ? viewOf(held.pkpass, this.#options.language) : null,
      version: held?.version ?? '',
      pushes: this.#pushes,
      trouble: this.#trouble,
    };
  }

  #show(): void {
    for (const response of this.#watching) response.write(eventOf(this.#state()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', this.#url);
    const isForUs = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? '');
    // Another site's name that leads here (DNS rebinding) is answered with nothing.
    if (!isForUs) send(response, { status: 403 });
    else if (request.method !== 'GET') send(response, { status: 405 });
    else if (pathname === '/events') this.#watch(request, response);
    else send(response, this.#fileAt(pathname));
  }

  #fileAt(pathname: string): Answer {
    if (pathname === '/') {
      const { html, rules } = this.#page;
      return {
        status: 200,
        type: 'text/html; charset=utf-8',
        body: html,
        headers: { 'content-security-policy': rules },
      };
    }
    // Browsers ask for it by themselves.
    if (pathname === '/favicon.ico') return { status: 204 };
    const held = this.#held?.pkpass;
    const [, name = '', type] = /^\/[0-9a-f]{16}\/([a-z]+)\.(png|svg)$/.exec(pathname) ?? [];
    const barcode = type === 'svg' && held ? barcodeOf(held.pass) : null;
    if (barcode) return { status: 200, type: 'image/svg+xml', body: qrCode(barcode.message) };
    const image = type === 'png' ? held?.images[name] : undefined;
    return image ? { status: 200, type: 'image/png', body: image } : { status: 404 };
  }

  #watch(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(eventOf(this.#state()));
    this.#watching.add(response);
    request.once('close', () => this.#watching.delete(response));
  }
}

interface Answer {
  status: number;
  type?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
}

function send(response: ServerResponse, { status, type = 'text/plain', body = '', headers }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}

function eventOf(state: State): string {
  return `event: phone\ndata: ${JSON.stringify(state)}\n\n`;
}

/** The page, and what a browser may do on it: run its one script, use its one style, and ask this server. */
function pageWithItsRules(): { html: string; rules: string } {
  const html = readFileSync(join(import.meta.dirname, 'page.html'), 'utf8');
  const hashOf = (tag: string) => {
    const [, text = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(html) ?? [];
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  const rules = [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { html, rules: rules.join('; ') };
}
