import { describe, expect, test } from 'vitest';
import { CannotSign } from '../../core/failures.ts';
import type { PassImages, PassPackager } from '../../core/ports.ts';
import { CmsPassSigner } from '../../functions/adapters/cms-pass-signer.ts';
import { FolderPassImages } from '../../functions/adapters/folder-pass-images.ts';
import { CheckedCertificates, type PassCertificates } from '../../functions/adapters/pass-certificates.ts';
import { PkpassPress } from '../../functions/adapters/pkpass-press.ts';
import type { SecretDocument } from '../../functions/adapters/secret-document.ts';
import { CALLS } from '../../functions/serve-wallet/make-handler.ts';
import { makeDevCertificates } from '../../local/dev-certificates.ts';
import { captureLog } from '../support/captured-log.ts';
import { EXAMPLE_APPLE, exampleCertificates } from '../support/certificates.ts';
import { makeWorld } from '../support/world.ts';

const m1 = { params: { memberId: 'm-1' } };
const PUSH_TOKEN = 'ab'.repeat(32);

async function withMember() {
  const world = makeWorld();
  await world.enrol('m-1', { name: 'Ana' });
  const token = await world.ports.tokens.tokenOf('m-1');
  const params = { deviceId: 'phone', passTypeId: EXAMPLE_APPLE.passTypeId, serialNumber: 'm-1' };
  return { world, params, key: `ApplePass ${token}` };
}

describe('a pass is not handed out', () => {
  test('of a member that there is not: 404', async () => {
    const { world } = await withMember();
    for (const call of ['GET pass', 'GET pass-link'] as const) {
      expect(await world.call(call, { params: { memberId: 'm-2' } })).toMatchObject({
        status: 404,
        body: { detail: 'There is no pass of a member m-2: nobody is enrolled by that id, or it was erased.' },
      });
    }
  });

  test('without a key, or with one of another role: 401 and 403', async () => {
    const { world } = await withMember();
    for (const call of ['GET pass', 'GET pass-link'] as const) {
      expect((await world.call(call, { ...m1, key: '' })).status).toBe(401);
      expect((await world.call(call, { ...m1, key: 'intake' })).status).toBe(403);
      expect((await world.call(call, { ...m1, query: { at: 'x' } })).status).toBe(422);
      expect((await world.call(call, { params: { memberId: 'no spaces' } })).status).toBe(422);
    }
  });

  test('by a link that the brand did not write, or that was changed: 401', async () => {
    const { world } = await withMember();
    const good = await world.ports.tokens.linkTo('m-1', world.now() + 1000);
    const [said, mac] = good.split('.') as [string, string];
    const later = Buffer.from(`m-1 ${world.now() + 999_999_999}`).toString('base64url');
    const other = Buffer.from(`m-2 ${world.now() + 1000}`).toString('base64url');
    const ofPass = await world.ports.tokens.tokenOf('m-1');
    for (const token of ['', '.', 'x', said, `.${mac}`, `${later}.${mac}`, `${other}.${mac}`, `${said}.${ofPass}`]) {
      const answer = await world.call('GET pass by link', { key: '', params: { token } });
      expect(answer.status, token).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Link');
    }
    expect((await world.call('GET pass by link', { key: '', params: { token: good } })).status).toBe(200);
  });
});

describe('a phone’s call', () => {
  test.each([
    ['no token', ''],
    ['a token of another scheme', 'Bearer'],
    ['another token', 'ApplePass bm9ib2R5cyB0b2tlbg'],
    ['an empty token', 'ApplePass '],
  ])('with %s is answered alike, whether there is such a pass or not: 401', async (_, given) => {
    const { world, params } = await withMember();
    const key = given === 'Bearer' ? `Bearer ${await world.ports.tokens.tokenOf('m-1')}` : given;
    for (const call of ['register', 'unregister', 'read'] as const) {
      const answers = await Promise.all(
        ['m-1', 'm-2', '', '#'].map((serialNumber) =>
          world.call(CALLS[call], { key, params: { ...params, serialNumber }, body: { pushToken: PUSH_TOKEN } }),
        ),
      );
      expect(answers[0]).toMatchObject({ status: 401, headers: { 'www-authenticate': 'ApplePass' } });
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    }
    expect(await world.ports.registrations.devicesOf('m-1')).toEqual([]);
  });

  test('with the token of another member’s pass, or about another pass type: 401', async () => {
    const { world, params, key } = await withMember();
    await world.enrol('m-2');
    const call = (changed: Record<string, string>) =>
      world.call(CALLS.read, { key, params: { ...params, ...changed } });
    expect((await call({ serialNumber: 'm-2' })).status).toBe(401);
    expect((await call({ passTypeId: 'pass.example.other' })).status).toBe(401);
    expect((await call({})).status).toBe(200);
  });

  test.each<[string, unknown]>([
    ['no push token', {}],
    ['one that is no text', { pushToken: 17 }],
    ['one that is not hexadecimal', { pushToken: 'x'.repeat(64) }],
    ['one that is too short', { pushToken: 'ab' }],
    ['one without an end', { pushToken: 'ab'.repeat(500) }],
    ['a list', []],
  ])('that registers with %s: 400, and nothing is kept', async (_, body) => {
    const { world, params, key } = await withMember();
    const answer = await world.call(CALLS.register, { key, params, body });
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: 'The body must be {"pushToken": "<hexadecimal digits>"}.' },
    });
    expect(await world.ports.registrations.devicesOf('m-1')).toEqual([]);
  });

  test('that registers without JSON, or as a device of no possible id: 400; with a book: 413', async () => {
    const { world, params, key } = await withMember();
    const register = (request: object) => world.call(CALLS.register, { key, params, ...request });
    expect((await register({ rawBody: '{' })).status).toBe(400);
    expect((await register({})).status).toBe(400);
    const body = { pushToken: PUSH_TOKEN };
    expect((await register({ body, params: { ...params, deviceId: 'a#b' } })).status).toBe(400);
    expect((await register({ body, params: { ...params, deviceId: 'a'.repeat(129) } })).status).toBe(400);
    expect((await register({ rawBody: ' '.repeat(20_000) })).status).toBe(413);
    expect(await world.ports.registrations.devicesOf('m-1')).toEqual([]);
  });

  test('that registers twice: 201, then 200; that takes off what is not there: 200', async () => {
    const { world, params, key } = await withMember();
    const register = () => world.call(CALLS.register, { key, params, body: { pushToken: PUSH_TOKEN } });
    expect((await register()).status).toBe(201);
    expect((await register()).status).toBe(200);
    for (let time = 0; time < 2; time++) {
      expect((await world.call(CALLS.unregister, { key, params })).status).toBe(200);
    }
  });

  test('about a device that nobody knows, or another pass type, has no news: 204, as of one that is up to date', async () => {
    const { world, params } = await withMember();
    const list = (changed: object, query = {}) =>
      world.call(CALLS.list, { key: '', params: { ...params, ...changed }, query });
    expect((await list({ deviceId: 'nobody' })).status).toBe(204);
    expect((await list({ deviceId: '#' })).status).toBe(204);
    expect((await list({ passTypeId: 'pass.example.other' })).status).toBe(204);
  });

  test.each(['', 'yesterday', '-1', 'zzzzzzzzzzzzz', '1e3'])(
    'that lost its place, and says "%s", is told everything',
    async (passesUpdatedSince) => {
      const { world, params, key } = await withMember();
      await world.call('GET pass', m1);
      await world.call(CALLS.register, { key, params, body: { pushToken: PUSH_TOKEN } });
      const list = await world.call(CALLS.list, { key: '', params, query: { passesUpdatedSince } });
      expect(list).toMatchObject({ status: 200, body: { serialNumbers: ['m-1'] } });
    },
  );

  test.each(['', 'never', 'Thu, 99 Foo 2026'])('with an If-Modified-Since of "%s" is sent the pass', async (since) => {
    const { world, params, key } = await withMember();
    const answer = await world.call(CALLS.read, { key, params, headers: { 'If-Modified-Since': since } });
    expect(answer.status).toBe(200);
  });

  test('of what went wrong is counted by its kind, and not a word of it is kept', async () => {
    const { world } = await withMember();
    const logs = [
      '[2026-05-02 10:00:00 +0200] Get pass task (pass type pass.example.shop, serial number ana@mail.example) failed: 401',
      '\u001b[31mforged line\n{"level":"ERROR"}',
      ...Array.from({ length: 500 }, () => 'x'),
    ];
    const { result, text } = await captureLog(() =>
      world.call(CALLS.complain, { key: '', body: { logs: logs.map((line) => line.slice(0, 200)) } }),
    );
    expect(result.status).toBe(200);
    expect(text).toContain('unauthorized');
    expect(text).not.toContain('ana@mail.example');
    expect(text).not.toContain('forged');
    expect(text.match(/something else/g)!.length).toBeLessThanOrEqual(10);
    expect((await world.call(CALLS.complain, { key: '', body: { logs: 'x' } })).status).toBe(400);
  });

  test('leaves no token, no device and no name in the log', async () => {
    const { world, params, key } = await withMember();
    const { text } = await captureLog(async () => {
      await world.call(CALLS.register, { key, params, body: { pushToken: PUSH_TOKEN } });
      await world.call(CALLS.read, { key, params });
      await world.call(CALLS.read, { key: 'ApplePass wrong', params });
      await world.post('m-1', { points: 1000 });
      await world.deliver();
    });
    expect(text).toContain('"channel":"push"');
    for (const secret of [PUSH_TOKEN, key.split(' ')[1]!, 'wrong', 'Ana']) expect(text).not.toContain(secret);
  });
});

describe('where an operator has something to put right, the shop is told what: 503', () => {
  const signing = (certificates: PassCertificates | undefined) =>
    new PkpassPress(
      new CmsPassSigner(
        new CheckedCertificates(
          { read: async () => certificates } as unknown as SecretDocument<PassCertificates | undefined>,
          EXAMPLE_APPLE,
        ),
      ),
    );
  const other = makeDevCertificates(EXAMPLE_APPLE, new Date('2025-01-01T00:00:00Z'), { pass: { days: 400 } });

  test.each<[string, PassPackager, RegExp]>([
    [
      'no certificate yet',
      signing(undefined),
      /^There is no certificate for passes yet\. `npm run wallet:certificates -- put`/,
    ],
    [
      'a certificate that has ended',
      signing({ signerCert: other.pass.certificate, signerKey: other.pass.key, wwdr: other.wwdr.certificate }),
      /^The pass certificate ended at 2026-02-04T00:00:00Z\. Renew it/,
    ],
    [
      'a key that does not fit',
      signing({ ...exampleCertificates(), signerKey: other.pass.key }),
      /^The key does not fit the pass certificate/,
    ],
    [
      'a certificate of another chain',
      signing({ ...exampleCertificates(), wwdr: other.wwdr.certificate }),
      /^The pass certificate was issued by/,
    ],
  ])('%s', async (_, packager, reason) => {
    const world = makeWorld({ reach: (name, port) => (name === 'packager' ? (packager as never) : port) });
    await world.enrol('m-1');
    const { result, text } = await captureLog(() => world.call('GET pass', m1));
    expect(result).toMatchObject({ status: 503, body: { detail: expect.stringMatching(reason) } });
    expect(text).not.toContain('PRIVATE KEY');
    const link = await world.ports.tokens.linkTo('m-1', world.now() + 1000);
    expect(await world.call('GET pass by link', { key: '', params: { token: link } })).toMatchObject({
      status: 503,
      body: { detail: 'Passes can’t be made at the moment. Try again later.' },
    });
  });

  test('a design without its images', async () => {
    const images: PassImages = new FolderPassImages('/nowhere');
    const world = makeWorld({ reach: (name, port) => (name === 'images' ? (images as never) : port) });
    await world.enrol('m-1');
    expect(await world.call('GET pass', m1)).toMatchObject({
      status: 503,
      body: {
        detail:
          'The images of a pass: given example/wallet/bronze, without icon.png; allowed: a folder with icon.png, 29 × 29 pixels. ' +
          'Add the image: a phone takes no pass without it. Then deploy again.',
      },
    });
    await expect(images.of('x')).rejects.toThrow(CannotSign);
  });
});
