import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import type { ApplePush, Pushed } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import type { PassCertificates } from './pass-certificates.ts';

const APNS = 'https://api.push.apple.com';

/** Requests in flight on one connection. Apple allows more, but they would only wait at Apple. */
const IN_FLIGHT = 200;
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** Ends requests on a connection that died unnoticed while its function was frozen. */
const TIMEOUT_MS = 5_000;

/** Apple's reasons for a token that will never work again for this pass type. */
const DEAD_TOKENS = ['BadDeviceToken', 'Unregistered', 'DeviceTokenNotForTopic', 'ExpiredToken'];

interface Reply {
  status: number;
  reason: string;
  retryAfterMs?: number | undefined;
}

/**
 * Pushes over one HTTP/2 connection with the pass type's certificate. The empty payload makes the phone update.
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
export class Http2ApplePush implements ApplePush {
  readonly #certificates: { current(now: Instant): Promise<PassCertificates> };
  readonly #topic: string;
  readonly #firstWaitMs: number;
  readonly #attempts: number;
  readonly #timeoutMs: number;
  #session: { of: PassCertificates; session: ClientHttp2Session } | undefined;

  constructor(
    certificates: { current(now: Instant): Promise<PassCertificates> },
    passTypeId: string,
    options: { firstWaitMs?: number; attempts?: number; timeoutMs?: number } = {},
  ) {
    this.#certificates = certificates;
    this.#topic = passTypeId;
    this.#firstWaitMs = options.firstWaitMs ?? FIRST_WAIT_MS;
    this.#attempts = options.attempts ?? ATTEMPTS;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  async push(pushTokens: readonly string[], now: Instant): Promise<Pushed[]> {
    const certificates = await this.#certificates.current(now);
    const outcomes: Pushed[] = new Array(pushTokens.length);
    let next = 0;
    const work = async () => {
      for (let place = next++; place < pushTokens.length; place = next++) {
        outcomes[place] = await this.#pushOne(pushTokens[place]!, certificates);
      }
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, pushTokens.length) }, work));
    return outcomes;
  }

  /** Closes the connection. */
  close(): void {
    this.#session?.session.close();
    this.#session = undefined;
  }

  async #pushOne(token: string, certificates: PassCertificates): Promise<Pushed> {
    let reply: Reply | undefined;
    for (let attempt = 1; attempt <= this.#attempts; attempt++) {
      if (attempt > 1) await wait(this.#waitMs(attempt, reply?.retryAfterMs));
      reply = await this.#ask(token, certificates).catch(noReply);
      const { status, reason } = reply;
      if (status === 200) return { status: 'taken' };
      if (status === 410 || (status === 400 && DEAD_TOKENS.includes(reason))) return { status: 'gone' };
      if (status !== 0 && status !== 429 && status < 500) break;
    }
    const { status, reason } = reply!;
    return { status: 'failed', reason: status === 0 ? reason : `HTTP ${status} ${reason}` };
  }

  /** Doubles the wait with each attempt. Random jitter keeps requests from retrying at the same moment. */
  #waitMs(attempt: number, retryAfterMs: number | undefined): number {
    const doubled = this.#firstWaitMs * 2 ** (attempt - 2) * (0.5 + Math.random() / 2);
    return Math.min(Math.max(doubled, retryAfterMs ?? 0), LONGEST_WAIT_MS);
  }

  #ask(token: string, certificates: PassCertificates): Promise<Reply> {
    const session = this.#connection(certificates);
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':method': 'POST', ':path': `/3/device/${token}`, 'apns-topic': this.#topic });
      let status = 0;
      let retryAfterMs: number | undefined;
      let body = '';
      stream.setTimeout(this.#timeoutMs, () => {
        stream.close(constants.NGHTTP2_CANCEL);
        // The other requests on this connection will get no answer either.
        session.destroy();
        reject(Object.assign(new Error('No answer came in time.'), { code: 'ETIMEDOUT' }));
      });
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
        const seconds = Number(headers['retry-after']);
        retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
      });
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        body += text;
      });
      stream.on('error', reject);
      stream.on('close', () => {
        if (status === 0)
          reject(Object.assign(new Error('The stream ended without an answer.'), { code: 'ECONNRESET' }));
        else resolve({ status, reason: reasonIn(body), retryAfterMs });
      });
      stream.end('{}');
    });
  }

  /** Returns the open connection; opens another if it was closed or the certificates changed. */
  #connection(certificates: PassCertificates): ClientHttp2Session {
    const open = this.#session;
    if (open?.of === certificates && !open.session.closed && !open.session.destroyed) return open.session;
    open?.session.close();
    const { signerCert, signerKey, wwdr, push } = certificates;
    const session = connect(push?.url ?? APNS, {
      cert: `${signerCert.trim()}\n${wwdr}`,
      key: signerKey,
      ...(push && { ca: push.ca }),
    });
    // Each request handles the failure; without this listener, the error would end the process.
    session.on('error', () => {});
    session.on('goaway', () => session.close());
    // The open connection must not keep the process alive.
    session.unref();
    this.#session = { of: certificates, session };
    return session;
  }
}

function noReply(error: NodeJS.ErrnoException): Reply {
  // The stream's error says only that it was canceled; its cause says why the connection failed.
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return { status: 0, reason: code ?? error.name };
}

/** Returns Apple's reason code. Other text is dropped, because it may contain anything. */
function reasonIn(body: string): string {
  try {
    const { reason } = JSON.parse(body) as { reason?: unknown };
    return typeof reason === 'string' && /^[A-Za-z]{1,40}$/.test(reason) ? reason : '';
  } catch {
    return '';
  }
}
