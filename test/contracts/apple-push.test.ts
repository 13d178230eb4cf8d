import { afterAll, describe, expect, test } from 'vitest';
import type { ApplePush } from '../../core/ports.ts';
import { RecordingApplePush } from '../../fakes/recording-apple-push.ts';
import { Http2ApplePush } from '../../functions/adapters/http2-apple-push.ts';
import { startApnsStandIn } from '../../local/apns-stand-in.ts';
import { EXAMPLE_APPLE, exampleCertificates, exampleChain } from '../support/certificates.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';

interface SeenPush {
  port: ApplePush;
  /** The push tokens that were accepted, in the order of their arrival. */
  taken(): string[];
  /** Apple reports the device as removed from the pass, or gone. */
  isGone(pushToken: string): void;
  /** Apple refuses every push to the device. */
  isRefused(pushToken: string): void;
}

function inMemory(): SeenPush {
  const port = new RecordingApplePush();
  return {
    port,
    taken: () => port.sent,
    isGone: (pushToken) => port.answer(pushToken, { status: 'gone' }),
    isRefused: (pushToken) => port.answer(pushToken, { status: 'failed', reason: 'HTTP 403 Forbidden' }),
  };
}

async function overHttp2(): Promise<SeenPush> {
  const apns = await startApnsStandIn(exampleChain());
  const certificates = { ...exampleCertificates(), push: apns.push };
  const port = new Http2ApplePush({ current: async () => certificates }, EXAMPLE_APPLE.passTypeId, { firstWaitMs: 1 });
  afterAll(async () => {
    port.close();
    await apns.stop();
  });
  return {
    port,
    taken: () => apns.received.map(({ pushToken }) => pushToken),
    isGone: (pushToken) => apns.answer(pushToken, { status: 410, reason: 'Unregistered' }),
    isRefused: (pushToken) => apns.answer(pushToken, { status: 403, reason: 'Forbidden' }),
  };
}

const pushes = fakeAndReal<ApplePush, SeenPush>(['in memory', inMemory()], ['over HTTP/2', await overHttp2()]);

const NOW = Date.UTC(2026, 4, 2, 12);
let last = 0;
const aToken = () => (++last).toString(16).padStart(64, '0');

describe.each(pushes)('Apple’s push service %s', (_, { port, taken, isGone, isRefused }) => {
  test('receives a push for every phone, and answers the outcome of each in the same order', async () => {
    const [phone, gone, refused, tablet] = [aToken(), aToken(), aToken(), aToken()];
    isGone(gone);
    isRefused(refused);
    expect(await port.push([phone, gone, refused, tablet], NOW)).toEqual([
      { status: 'taken' },
      { status: 'gone' },
      { status: 'failed', reason: 'HTTP 403 Forbidden' },
      { status: 'taken' },
    ]);
    expect(taken().slice(-2).sort()).toEqual([phone, tablet]);
    expect(taken()).not.toContain(gone);
    expect(taken()).not.toContain(refused);
  });

  test('receives a push for each call: a repeated push does no harm', async () => {
    const phone = aToken();
    await port.push([phone], NOW);
    await port.push([phone], NOW);
    expect(taken().filter((token) => token === phone)).toHaveLength(2);
  });

  test('does nothing for an empty list', async () => {
    expect(await port.push([], NOW)).toEqual([]);
  });
});
