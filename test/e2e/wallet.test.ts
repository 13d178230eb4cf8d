import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ReceivedPush } from '../../local/apns-stand-in.ts';
import { pushesTo } from '../../local/observations.ts';
import { waitFor } from '../../local/wait-for.ts';
import { unzipPass, verifySignature } from '../support/judged-by-programs.ts';
import { digestsOf, type ReadPass } from '../support/read-pass.ts';
import { aNewMember, aPurchase, call, cloud, type NewMember, post, untilPoints, untilQuiet } from './setup/shop.ts';

const SERVICE = '/v1/wallet/apple/v1';
const PATIENCE = { withinMs: 60_000 };

interface File {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

/** Fetches an answer that is not JSON: a pass, or an answer of Apple's web service. */
async function fetchFile(path: string, headers: Record<string, string> = {}): Promise<File> {
  const answer = await fetch(`${cloud.url}${path}`, { headers });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

async function passOf(member: NewMember): Promise<{ file: File; pass: ReadPass }> {
  const file = await fetchFile(`${member.path}/pass`, { authorization: `Bearer ${cloud.keys.read}` });
  expect(file.status, file.bytes.toString('utf8', 0, 500)).toBe(200);
  return { file, pass: unzipPass(file.bytes) };
}

/** A phone that holds a pass, and makes the calls that Apple specifies. */
class Phone {
  readonly deviceId = randomBytes(16).toString('hex');
  readonly pushToken = randomBytes(32).toString('hex');
  readonly #pass: ReadPass['pass'];

  constructor({ pass }: ReadPass) {
    this.#pass = pass;
  }

  get #registrations(): string {
    return `${SERVICE}/devices/${this.deviceId}/registrations/${this.#pass.passTypeIdentifier}`;
  }

  get #authorization(): Record<string, string> {
    return { authorization: `ApplePass ${this.#pass.authenticationToken}` };
  }

  async register(authorization = this.#authorization): Promise<number> {
    const path = `${this.#registrations}/${this.#pass.serialNumber}`;
    return (await call('POST', path, { headers: authorization, body: { pushToken: this.pushToken } })).status;
  }

  async unregister(): Promise<number> {
    const path = `${this.#registrations}/${this.#pass.serialNumber}`;
    return (await call('DELETE', path, { headers: this.#authorization })).status;
  }

  async updated(since?: string) {
    const query = since === undefined ? '' : `?passesUpdatedSince=${encodeURIComponent(since)}`;
    return call('GET', `${this.#registrations}${query}`);
  }

  async latest(since?: string): Promise<File> {
    const path = `${SERVICE}/passes/${this.#pass.passTypeIdentifier}/${this.#pass.serialNumber}`;
    return fetchFile(path, { ...this.#authorization, ...(since && { 'if-modified-since': since }) });
  }

  async untilPushed(count: number): Promise<ReceivedPush[]> {
    return waitFor(
      `push ${count}`,
      async () => {
        const pushes = await pushesTo(this.pushToken, cloud);
        return pushes.length >= count ? pushes : undefined;
      },
      PATIENCE,
    );
  }
}

const tierOn = ({ pass }: ReadPass) => {
  const { primaryFields, secondaryFields, headerFields } = pass.storeCard;
  return [...primaryFields, ...secondaryFields, ...headerFields].find(({ key }: { key: string }) => key === 'tier');
};

describe('a pass on phones, on the deployed stack', () => {
  test('is installed on two devices, updated and announced after a purchase, and removed', async () => {
    const member = await aNewMember();
    const { file, pass } = await passOf(member);
    expect(file.headers.get('content-type')).toBe('application/vnd.apple.pkpass');
    expect(pass.manifest).toEqual(digestsOf(pass));
    expect(verifySignature(pass, cloud.passRoot!)).toBe(pass.files['manifest.json']!.toString('utf8'));
    expect(tierOn(pass).value).toBe('Bronze');

    const [phone, watch] = [new Phone(pass), new Phone(pass)];
    expect(await phone.register({ authorization: 'ApplePass wrong' })).toBe(401);
    expect([await phone.register(), await phone.register(), await watch.register()]).toEqual([201, 200, 201]);
    const { body: list } = await phone.updated();
    expect(list.serialNumbers).toEqual([pass.pass.serialNumber]);
    const modified = file.headers.get('last-modified')!;
    expect((await phone.latest(modified)).status).toBe(304);

    await post(member, aPurchase('order-1', '150.00'));
    const [[push], [other]] = await Promise.all([phone.untilPushed(1), watch.untilPushed(1)]);
    expect([push, other]).toMatchObject([
      { topic: pass.pass.passTypeIdentifier, payload: '{}' },
      { topic: pass.pass.passTypeIdentifier, payload: '{}' },
    ]);
    // The push arrives only after the new pass can be fetched.
    const fresh = await phone.latest(modified);
    expect(fresh.status).toBe(200);
    const silver = unzipPass(fresh.bytes);
    expect(tierOn(silver)).toMatchObject({ value: 'Silver', changeMessage: expect.stringContaining('%@') });
    expect((await phone.updated(list.lastUpdated)).body.serialNumbers).toEqual([pass.pass.serialNumber]);
    expect((await phone.latest(fresh.headers.get('last-modified')!)).status).toBe(304);

    expect([await watch.unregister(), await watch.unregister()]).toEqual([200, 200]);
    expect((await watch.updated()).status).toBe(204);
    const action = { id: 'a-1', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } };
    await call('POST', `${member.path}/tier-actions`, { role: 'admin', body: action });
    await phone.untilPushed(2);
    expect(await pushesTo(watch.pushToken, cloud)).toHaveLength(1);
    // A silent change still refreshes the pass, without a notification.
    const gold = unzipPass((await phone.latest()).bytes);
    expect(tierOn(gold).value).toBe('Gold');
    expect(tierOn(gold)).not.toHaveProperty('changeMessage');
    expect((await call('POST', `${SERVICE}/log`, { body: { logs: ['a phone complains'] } })).status).toBe(200);

    await call('DELETE', `${member.path}/profile`, { role: 'admin' });
    const key = { authorization: `Bearer ${cloud.keys.read}` };
    expect((await fetchFile(`${member.path}/pass`, key)).status).toBe(404);
  });

  test('gets no push for a purchase without a tier change, and shows the points at the next fetch', async () => {
    const member = await aNewMember();
    const { pass } = await passOf(member);
    const phone = new Phone(pass);
    await phone.register();
    await post(member, aPurchase('order-1', '20.00'));
    await untilPoints(member, 200);
    await untilQuiet();
    expect(await pushesTo(phone.pushToken, cloud)).toEqual([]);
    expect(JSON.stringify(unzipPass((await phone.latest()).bytes).pass.storeCard)).toContain('200');
  });

  test('opens by a link without a key, and not by a changed link', async () => {
    const member = await aNewMember();
    const { body } = await call('GET', `${member.path}/pass-link`, { role: 'read' });
    const path = body.url.slice(body.url.indexOf('/v1/'));
    const opened = await fetchFile(path);
    expect(opened.status).toBe(200);
    expect(unzipPass(opened.bytes).pass.serialNumber).toBe(member.memberId);
    expect((await fetchFile(`${path.slice(0, -2)}xx`)).status).toBe(401);
    expect((await fetchFile('/v1/members/nobody/pass', { authorization: `Bearer ${cloud.keys.read}` })).status).toBe(
      404,
    );
  });

  test('is saved to Google Wallet by another link', async () => {
    const member = await aNewMember();
    const { status, body } = await call('GET', `${member.path}/google-pass`, { role: 'read' });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { saveUrl: expect.stringMatching(/^https:\/\/pay\.google\.com\/gp\/v\/save\/[\w-]+\.[\w-]+\.[\w-]+$/) },
    });
  });
});
