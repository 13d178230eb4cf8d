import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startProxy } from '../../local/proxy.ts';

const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(toStop.splice(0).map((stop) => stop()));
});

interface Received {
  request: IncomingMessage;
  body: Buffer;
}

/** A server in place of the API, which records each request and returns its body. */
async function anEcho(): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    received.push({ request, body });
    response.writeHead(202, { 'content-type': 'application/octet-stream', 'x-answer': 'yes' });
    response.end(body);
  });
  return { endpoint: await listening(server), received };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  toStop.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function aProxyTo(endpoint: string, preferredPort = 0) {
  const proxy = await startProxy(preferredPort);
  proxy.serve({ endpoint, apiId: 'a1b2c3d4' });
  toStop.push(proxy.stop);
  return proxy;
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('The plain URL of the local API', () => {
  test.each([0, 1, 300 * 1024, 5 * 1024 * 1024])('%i bytes of a body arrive and return unchanged', async (size) => {
    const echo = await anEcho();
    const proxy = await aProxyTo(echo.endpoint);
    const body = randomBytes(size);
    const answer = await fetch(`${proxy.url}/v1/webhooks/shopify`, { method: 'POST', body });
    expect(hash(new Uint8Array(await answer.arrayBuffer()))).toBe(hash(body));
    expect(hash(echo.received[0]!.body)).toBe(hash(body));
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-answer')).toBe('yes');
  });

  test('path, query, method and headers arrive as they were sent, at the API that was named', async () => {
    const echo = await anEcho();
    const proxy = await aProxyTo(echo.endpoint);
    await fetch(`${proxy.url}/v1/members/m%2F1?at=2026-01-01T00%3A00%3A00Z&a=%20b`, {
      method: 'PUT',
      headers: { authorization: 'Bearer k', 'x-shopify-topic': 'orders/paid' },
      body: '{}',
    });
    const { request } = echo.received[0]!;
    expect(request.method).toBe('PUT');
    expect(request.url).toBe('/_aws/execute-api/a1b2c3d4/$default/v1/members/m%2F1?at=2026-01-01T00%3A00%3A00Z&a=%20b');
    expect(request.headers).toMatchObject({ authorization: 'Bearer k', 'x-shopify-topic': 'orders/paid' });
  });

  test('a body that comes in chunks, without a length, arrives whole', async () => {
    const echo = await anEcho();
    const proxy = await aProxyTo(echo.endpoint);
    const parts = ['{"a":', '"ñ☕"', '}'];
    const body = new ReadableStream({
      start: (controller) => {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    await fetch(`${proxy.url}/v1/x`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(echo.received[0]!.body.toString()).toBe('{"a":"ñ☕"}');
  });

  test('an answer sent before the body was read still arrives', async () => {
    const endpoint = await listening(createServer((_, response) => response.writeHead(413).end('too large')));
    const proxy = await aProxyTo(endpoint);
    const answer = await fetch(`${proxy.url}/v1/x`, { method: 'POST', body: randomBytes(2 * 1024 * 1024) });
    expect([answer.status, await answer.text()]).toEqual([413, 'too large']);
  });

  test('the proxy takes another port where its own is taken', async () => {
    const echo = await anEcho();
    const first = await aProxyTo(echo.endpoint);
    const second = await aProxyTo(echo.endpoint, Number(new URL(first.url).port));
    expect(second.url).not.toBe(first.url);
    expect((await fetch(`${second.url}/v1/x`)).status).toBe(202);
  });

  test('the caller gets an error when the API behind the proxy does not answer', async () => {
    const proxy = await aProxyTo('http://127.0.0.1:9');
    const answer = await fetch(`${proxy.url}/v1/x`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'application/problem+json']);
  });
});
