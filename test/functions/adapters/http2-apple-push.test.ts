import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Http2ApplePush } from '../../../functions/adapters/http2-apple-push.ts';
import type { PassCertificates } from '../../../functions/adapters/pass-certificates.ts';
import { startApnsStandIn } from '../../../local/apns-stand-in.ts';
import { makeDevCertificates } from '../../../local/dev-certificates.ts';
import { EXAMPLE_APPLE, exampleCertificates, exampleChain } from '../../support/certificates.ts';

const NOW = Date.UTC(2026, 4, 2, 10);
const apns = await startApnsStandIn(exampleChain());
const certificates = { ...exampleCertificates(), push: apns.push };
const pusherWith = (given: PassCertificates, topic = EXAMPLE_APPLE.passTypeId) =>
  new Http2ApplePush({ current: async () => given }, topic, { firstWaitMs: 1 });
const push = pusherWith(certificates);

let last = 0;
const aToken = () => (++last).toString(16).padStart(64, '0');

beforeEach(() => {
  apns.received.length = 0;
  apns.requests.length = 0;
});

afterAll(async () => {
  push.close();
  await apns.stop();
});

describe('a push', () => {
  test('says nothing but which pass type it is about, over a connection that the pass certificate opens', async () => {
    const token = aToken();
    expect(await push.push([token], NOW)).toEqual([{ status: 'taken' }]);
    expect(apns.received).toMatchObject([{ pushToken: token, topic: EXAMPLE_APPLE.passTypeId, payload: '{}' }]);
  });

  test('shares its connection with all others, at once and later', async () => {
    const tokens = Array.from({ length: 500 }, aToken);
    expect(await push.push(tokens, NOW)).toEqual(tokens.map(() => ({ status: 'taken' })));
    await push.push([aToken()], NOW);
    expect(apns.received).toHaveLength(501);
    expect(new Set(apns.received.map(({ connection }) => connection)).size).toBe(1);
  });

  test('to no device is no connection', async () => {
    expect(await push.push([], NOW)).toEqual([]);
  });

  test.each([
    ['410', { status: 410, reason: 'Unregistered' }],
    ['BadDeviceToken', { status: 400, reason: 'BadDeviceToken' }],
    ['a token of another pass type', { status: 400, reason: 'DeviceTokenNotForTopic' }],
  ])('that is answered with %s is not tried again: the device is gone', async (_, answer) => {
    const token = aToken();
    apns.answer(token, answer);
    expect(await push.push([token, aToken()], NOW)).toEqual([{ status: 'gone' }, { status: 'taken' }]);
    expect(apns.requests.filter(({ pushToken }) => pushToken === token)).toHaveLength(1);
  });

  test('to what is no token at all finds that device gone too', async () => {
    expect(await push.push(['zz'], NOW)).toEqual([{ status: 'gone' }]);
  });

  test.each([429, 500, 503])('that is answered with %i is tried again', async (status) => {
    const token = aToken();
    apns.answer(token, { status, reason: 'Later' }, { status, reason: 'Later' });
    expect(await push.push([token], NOW)).toEqual([{ status: 'taken' }]);
    expect(apns.requests.filter(({ pushToken }) => pushToken === token)).toHaveLength(3);
  });

  test('is given up after five attempts, and says why', async () => {
    const token = aToken();
    apns.answer(token, ...Array.from({ length: 5 }, () => ({ status: 503, reason: 'ServiceUnavailable' })));
    expect(await push.push([token], NOW)).toEqual([{ status: 'failed', reason: 'HTTP 503 ServiceUnavailable' }]);
    expect(apns.requests).toHaveLength(5);
  });

  test('of a caller who cannot wait is given up after as many attempts as that one says', async () => {
    const token = aToken();
    apns.answer(token, ...Array.from({ length: 5 }, () => ({ status: 503, reason: 'ServiceUnavailable' })));
    const options = { firstWaitMs: 1, attempts: 2 };
    const brief = new Http2ApplePush({ current: async () => certificates }, EXAMPLE_APPLE.passTypeId, options);
    expect(await brief.push([token], NOW)).toEqual([{ status: 'failed', reason: 'HTTP 503 ServiceUnavailable' }]);
    brief.close();
    expect(apns.requests).toHaveLength(2);
  });

  test('that is refused for what no repeat mends is given up at once', async () => {
    const token = aToken();
    apns.answer(token, { status: 403, reason: 'BadCertificate' });
    expect(await push.push([token], NOW)).toEqual([{ status: 'failed', reason: 'HTTP 403 BadCertificate' }]);
    expect(apns.requests).toHaveLength(1);
    const other = pusherWith(certificates, 'pass.example.other');
    expect(await other.push([token], NOW)).toEqual([{ status: 'failed', reason: 'HTTP 400 TopicDisallowed' }]);
    other.close();
  });

  test('goes over a new connection where Apple ended the old one', async () => {
    await push.push([aToken()], NOW);
    const [before] = apns.received.splice(0);
    apns.hangUp();
    expect(await push.push(Array.from({ length: 20 }, aToken), NOW)).toEqual(
      Array.from({ length: 20 }, () => ({ status: 'taken' })),
    );
    expect(new Set(apns.received.map(({ connection }) => connection))).not.toContain(before!.connection);
  });

  test('is not taken from a certificate of another chain', async () => {
    const { pass, wwdr } = makeDevCertificates(EXAMPLE_APPLE, new Date('2025-01-01T00:00:00Z'));
    const stranger = pusherWith({
      ...{ signerCert: pass.certificate, signerKey: pass.key, wwdr: wwdr.certificate },
      push: apns.push,
    });
    expect(await stranger.push([aToken()], NOW)).toMatchObject([{ status: 'failed' }]);
    expect(apns.requests).toEqual([]);
    stranger.close();
  });

  test('to where somebody listens and says nothing is given up in time', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const options = { attempts: 1, timeoutMs: 50 };
    const current = async () => ({ ...certificates, push: { ...apns.push, url } });
    const brief = new Http2ApplePush({ current }, EXAMPLE_APPLE.passTypeId, options);
    expect(await brief.push([aToken()], NOW)).toEqual([{ status: 'failed', reason: 'ETIMEDOUT' }]);
    silent.close();
  }, 3_000);

  test('to where nobody answers fails, and says so', async () => {
    const gone = await startApnsStandIn(exampleChain());
    await gone.stop();
    const lost = pusherWith({ ...certificates, push: gone.push });
    expect(await lost.push([aToken()], NOW)).toEqual([{ status: 'failed', reason: 'ECONNREFUSED' }]);
    lost.close();
  });
});
