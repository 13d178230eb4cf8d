import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import type { ApplePush, Pushed } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import type { PassCertificates } from './pass-certificates.ts';

const APNS = 'https://api.push.apple.com';

/** Of one connection. Apple allows more of them at once than this; more would only wait there instead of here. */
const IN_FLIGHT = 200;
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** A connection that was frozen with its function may be dead without knowing. */
const TIMEOUT_MS = 5_000;

/** Reasons that say of a token that it will never be one again, for this pass type. */
const DEAD_TOKENS = ['BadDeviceToken', 'Unregistered', 'DeviceTokenNotForTopic', 'ExpiredToken'];

interface Reply {
  status: number;
  reason: string;
  retryAfterMs?: number | undefined;
}

/**
 * Pushes over one HTTP/2 connection, which the pass type's own certificate opens. The payload is empty: the phone asks what is new.
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

  /** Ends the connection. */
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

  /** Twice as long each time, and never for all at the same moment. */
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
        // Nothing else on it will be answered either.
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

  /** The one connection; another one where it was closed, or was opened with other certificates. */
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
    // Each request on it hears of the failure itself; without this one the process would end.
    session.on('error', () => {});
    session.on('goaway', () => session.close());
    // It keeps no process alive.
    session.unref();
    this.#session = { of: certificates, session };
    return session;
  }
}

function noReply(error: NodeJS.ErrnoException): Reply {
  // A stream says only that it was cancelled; why its connection failed stands behind that.
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return { status: 0, reason: code ?? error.name };
}

/** One of Apple's words. Anything else may hold anything. */
function reasonIn(body: string): string {
  try {
    const { reason } = JSON.parse(body) as { reason?: unknown };
    return typeof reason === 'string' && /^[A-Za-z]{1,40}$/.test(reason) ? reason : '';
  } catch {
    return '';
  }
}
