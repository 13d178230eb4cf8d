import { X509Certificate } from 'node:crypto';
import {
  constants,
  createSecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { DevCertificates } from './dev-certificates.ts';

export interface ReceivedPush {
  pushToken: string;
  topic: string;
  payload: string;
  /** 1, 2, 3 …: over which connection it came. */
  connection: number;
  at: number;
}

export interface Answer {
  status: number;
  reason?: string;
  headers?: Record<string, string>;
  /** It was pushed to the phone, whatever is said of it. */
  isPushed?: boolean;
  /** The stream breaks before anything is said. */
  breaks?: boolean;
}

export interface ApnsStandIn {
  /** The part of the certificates' secret that directs pushes to this server. */
  push: { url: string; ca: string };
  /** The accepted pushes, in the order of their arrival. */
  received: ReceivedPush[];
  /** Every request over HTTP/2, with any answer. */
  requests: { pushToken: string; connection: number }[];
  /** Waits for a matching push. */
  next(fits: (push: ReceivedPush) => boolean): Promise<ReceivedPush>;
  /** Answers the next requests about a token so, one each; after that as usual. */
  answer(pushToken: string, ...answers: Answer[]): void;
  /** Tells each client to go away, as Apple does from time to time, and ends its connection. */
  hangUp(): void;
  stop(): Promise<void>;
}

/**
 * APNs on this machine, as far as passes need it: HTTP/2 over TLS, which a certificate of the chain has to open, a topic that has to be the
 * certificate's pass type, and Apple's words for what is wrong.
 */
export async function startApnsStandIn(
  { root, wwdr, server: own }: Pick<DevCertificates, 'root' | 'wwdr' | 'server'>,
  options: { port?: number; onPush?: (push: ReceivedPush) => void } = {},
): Promise<ApnsStandIn> {
  const received: ReceivedPush[] = [];
  const requests: ApnsStandIn['requests'] = [];
  const answers = new Map<string, Answer[]>();
  const waiting = new Set<(push: ReceivedPush) => void>();
  const sessions = new Map<Http2Session, number>();
  let connections = 0;

  const server = createSecureServer({
    cert: own.certificate,
    key: own.key,
    ca: [root.certificate, wwdr.certificate],
    requestCert: true,
    rejectUnauthorized: true,
    allowHTTP1: false,
    settings: { maxConcurrentStreams: 1000 },
  });
  server.on('session', (session) => {
    sessions.set(session, ++connections);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  // A client whose certificate does not fit never gets as far as a session.
  server.on('tlsClientError', () => {});
  server.on('stream', (stream, headers) => {
    let payload = '';
    stream.setEncoding('utf8');
    stream.on('error', () => {});
    stream.on('data', (text: string) => {
      payload += text;
    });
    stream.on('end', () => {
      const connection = sessions.get(stream.session!) ?? 0;
      const pushToken = /^\/3\/device\/([^/]+)$/.exec(String(headers[':path']))?.[1];
      requests.push({ pushToken: pushToken ?? '', connection });
      const told = answers.get(pushToken ?? '')?.shift();
      const answer = told ?? judge(stream, headers, pushToken, payload);
      const { status, reason, headers: more, isPushed = status === 200 } = answer;
      if (isPushed) {
        const push = {
          pushToken: pushToken!,
          topic: String(headers['apns-topic']),
          payload,
          connection,
          at: Date.now(),
        };
        received.push(push);
        options.onPush?.(push);
        for (const hear of waiting) hear(push);
      }
      if (stream.destroyed) return;
      if (answer.breaks) {
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        return;
      }
      stream.respond({ ':status': status, ...more });
      stream.end(reason === undefined ? undefined : JSON.stringify({ reason }));
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    push: { url: `https://127.0.0.1:${port}`, ca: root.certificate },
    received,
    requests,
    next(fits) {
      const found = received.find(fits);
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => {
        const hear = (push: ReceivedPush) => {
          if (!fits(push)) return;
          waiting.delete(hear);
          resolve(push);
        };
        waiting.add(hear);
      });
    },
    answer(pushToken, ...given) {
      answers.set(pushToken, [...(answers.get(pushToken) ?? []), ...given]);
    },
    hangUp() {
      for (const session of sessions.keys()) session.close();
    },
    stop() {
      for (const session of sessions.keys()) session.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
function judge(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders & Record<string, unknown>,
  pushToken: string | undefined,
  payload: string,
): Answer {
  if (pushToken === undefined) return { status: 404, reason: 'BadPath' };
  if (headers[':method'] !== 'POST') return { status: 405, reason: 'MethodNotAllowed' };
  if (!/^(?:[0-9a-f]{2}){32,100}$/i.test(pushToken)) return { status: 400, reason: 'BadDeviceToken' };
  if (payload === '') return { status: 400, reason: 'PayloadEmpty' };
  const topic = headers['apns-topic'];
  if (typeof topic !== 'string') return { status: 400, reason: 'MissingTopic' };
  return topic === passTypeOf(stream) ? { status: 200 } : { status: 400, reason: 'TopicDisallowed' };
}

function passTypeOf(stream: ServerHttp2Stream): string | undefined {
  const { raw } = (stream.session!.socket as TLSSocket).getPeerCertificate();
  return /(?:^|\n)UID=(.*)/.exec(new X509Certificate(raw).subject)?.[1];
}
