import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

const HOST = '127.0.0.1';
/** Headers that concern one connection only (RFC 9110, section 7.6.1), and `expect`, which this server has answered itself. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

/** An HTTP API of an emulator. */
export interface ProxiedApi {
  endpoint: string;
  apiId: string;
}

export interface Proxy {
  url: string;
  /** Passes calls on to this API from now on. Until then the proxy answers 502. */
  serve: (api: ProxiedApi) => void;
  stop: () => Promise<void>;
}

/** Serves an HTTP API of an emulator under a plain URL. Bodies pass through byte for byte: webhooks are signed over them. */
export async function startProxy(preferredPort: number): Promise<Proxy> {
  let target: ProxiedApi | undefined;
  const server = createServer(async (incoming, outgoing) => {
    try {
      if (target === undefined) throw new Error('There is no API yet.');
      const upstream = new URL(target.endpoint);
      const forwarded = request({
        host: upstream.hostname,
        port: upstream.port,
        method: incoming.method,
        path: `/_aws/execute-api/${target.apiId}/$default${incoming.url}`,
        headers: { ...withoutHopByHop(incoming.headers), host: upstream.host, ...framing(incoming.headers) },
      });
      // An answer may come before the body was read to its end (413): then the rest of the body is nobody's concern.
      pipeline(incoming, forwarded).catch(() => {});
      const [answer] = await once(forwarded, 'response');
      outgoing.writeHead(answer.statusCode, withoutHopByHop(answer.headers));
      await pipeline(answer, outgoing);
    } catch {
      if (!outgoing.headersSent) outgoing.writeHead(502, { 'content-type': 'application/problem+json' });
      outgoing.end(JSON.stringify({ type: 'about:blank', title: 'The local cloud does not answer', status: 502 }));
    }
  });
  await listen(server, preferredPort);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    serve: (api) => {
      target = api;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

/** A body without a length came in chunks, and leaves in chunks. */
function framing(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };
}

async function listen(server: Server, preferredPort: number): Promise<void> {
  try {
    server.listen(preferredPort, HOST);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    server.listen(0, HOST);
    await once(server, 'listening');
  }
}
