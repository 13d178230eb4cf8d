import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../../core/failures.ts';
import type { GoogleKey } from '../../../functions/adapters/google-key.ts';
import { GoogleWalletClient, type GoogleWalletOptions } from '../../../functions/adapters/google-wallet.ts';
import { TokenBucket } from '../../../functions/adapters/token-bucket.ts';
import { GoogleWalletStandIn } from '../../../local/google-wallet-stand-in.ts';
import {
  aClosedGoogleObject,
  aGoogleClass,
  aGoogleMessage,
  aGoogleObject,
  makeKeyFile,
  parsed,
} from '../../support/google.ts';

const START = Date.UTC(2026, 4, 2, 12);
const { file, publicKey } = makeKeyFile();

let standIn: GoogleWalletStandIn;
/** Time passes only by waiting, and when a test says so. */
let now: number;
let waits: number[];
let keys: GoogleKey[];
let reads: { now: number; atLeastAsFreshAs: number | undefined }[];

const CLASS = aGoogleClass('3388.example.silver');
const OBJECT = aGoogleObject('3388.example.member.m-1', CLASS.id);
const message = aGoogleMessage;

beforeEach(async () => {
  now = START;
  waits = [];
  reads = [];
  standIn = await GoogleWalletStandIn.start({
    serviceAccount: { clientEmail: file.client_email, publicKey },
    clock: () => now,
  });
  keys = [parsed({ ...file, ...standIn.addresses })];
});

afterEach(() => standIn.stop());

function client(options: Partial<GoogleWalletOptions> = {}): GoogleWalletClient {
  return new GoogleWalletClient({
    keys: {
      async read(at, atLeastAsFreshAs) {
        reads.push({ now: at, atLeastAsFreshAs });
        // What is as fresh as now is read from the secret; else what is in memory will do.
        if (atLeastAsFreshAs === at && keys.length > 1) keys.shift();
        return keys[0]!;
      },
    },
    requestsPerSecond: 20,
    clock: () => now,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
    ...options,
  });
}

async function withObject(options: Partial<GoogleWalletOptions> = {}) {
  const wallet = client(options);
  await wallet.upsertClass(CLASS);
  await wallet.upsertObject(OBJECT);
  standIn.requests.length = 0;
  return wallet;
}

/** Between two attempts; a turn of the bucket is shorter. */
const pauses = () => waits.filter((wait) => wait >= 200);

const calls = () => standIn.requests.map(({ method, path, status }) => `${method} ${path} ${status}`);

describe('classes and objects', () => {
  test('are made where they are not there, and changed where they are', async () => {
    const wallet = client();
    await wallet.upsertClass(CLASS);
    await wallet.upsertObject(OBJECT);
    await wallet.upsertObject({ ...OBJECT, loyaltyPoints: { ...OBJECT.loyaltyPoints, balance: { int: 1500 } } });
    expect(calls()).toEqual([
      `PATCH loyaltyClass/${CLASS.id} 404`,
      'POST loyaltyClass 200',
      `PATCH loyaltyObject/${OBJECT.id} 404`,
      'POST loyaltyObject 200',
      `PATCH loyaltyObject/${OBJECT.id} 200`,
    ]);
    expect(standIn.objects.get(OBJECT.id)).toMatchObject({ loyaltyPoints: { balance: { int: 1500 } } });
    expect(standIn.objects.get(OBJECT.id)).not.toHaveProperty('secondaryLoyaltyPoints');
  });

  test('that somebody else makes at the same moment are changed', async () => {
    const wallet = client();
    await wallet.upsertClass(CLASS);
    const other = client();
    await Promise.all([wallet.upsertObject(OBJECT), other.upsertObject({ ...OBJECT, accountName: 'Ana' })]);
    expect(standIn.objects.size).toBe(1);
  });

  test('a class is written once for each process, unless it is another', async () => {
    const wallet = client();
    for (let time = 0; time < 3; time++) await wallet.upsertClass(CLASS);
    expect(calls()).toHaveLength(2);
    await wallet.upsertClass({ ...CLASS, hexBackgroundColor: '#ffffff' });
    expect(calls().at(-1)).toBe(`PATCH loyaltyClass/${CLASS.id} 200`);
  });

  test('a name is taken away by null', async () => {
    const wallet = await withObject();
    await wallet.upsertObject({ ...OBJECT, accountName: null });
    expect(standIn.objects.get(OBJECT.id)).not.toHaveProperty('accountName');
  });

  test('an object is closed where it is there, and is left where it is not', async () => {
    const wallet = await withObject();
    await wallet.closeObject(aClosedGoogleObject(OBJECT.id));
    expect(standIn.objects.get(OBJECT.id)).toMatchObject({ state: 'INACTIVE' });
    expect(standIn.objects.get(OBJECT.id)).not.toHaveProperty('accountName');
    await wallet.closeObject(aClosedGoogleObject('3388.example.member.m-9'));
    expect(standIn.objects.size).toBe(1);
  });
});

describe('the token', () => {
  test('is asked for once, also by those who ask at the same time', async () => {
    const wallet = client();
    await wallet.upsertClass(CLASS);
    await Promise.all(['m-1', 'm-2', 'm-3'].map((id) => wallet.upsertObject({ ...OBJECT, id: `3388.example.${id}` })));
    expect(standIn.tokens).toBe(1);
  });

  test('is renewed five minutes before its end, and not earlier', async () => {
    const wallet = await withObject();
    now = START + 55 * 60_000 - 1;
    await wallet.upsertObject(OBJECT);
    expect(standIn.tokens).toBe(1);
    now = START + 55 * 60_000;
    await wallet.upsertObject(OBJECT);
    expect(standIn.tokens).toBe(2);
  });

  test('that is refused before its time is replaced, once', async () => {
    const wallet = await withObject();
    standIn.forgetTokens();
    await wallet.upsertObject(OBJECT);
    expect(calls()).toEqual([`PATCH loyaltyObject/${OBJECT.id} 401`, `PATCH loyaltyObject/${OBJECT.id} 200`]);
    standIn.fail({ status: 401, times: 2, only: 'PATCH', word: 'UNAUTHENTICATED' });
    await expect(wallet.upsertObject(OBJECT)).rejects.toThrow('401 UNAUTHENTICATED. Give the service account the role');
  });

  test('that Google puts off is asked for again', async () => {
    standIn.fail({ status: 503, times: 2, only: 'POST /token' });
    await client().upsertClass(CLASS);
    expect(standIn.tokens).toBe(1);
    expect(pauses()).toHaveLength(2);
  });

  test('that Google does not give says what to do, without the key', async () => {
    const other = makeKeyFile();
    standIn.rotateKey(other.publicKey);
    const thrown: Error = await client()
      .upsertClass(CLASS)
      .catch((error) => error);
    expect(thrown.message).toContain(`Google gives ${file.client_email} no token: 400 invalid_grant.`);
    expect(thrown.message).toContain('npm run keys -- google');
    expect(JSON.stringify([thrown.message, thrown.stack])).not.toContain(file.private_key.split('\n')[1]);
    // Not tried again and again: it would not become another key.
    expect(pauses()).toEqual([]);
  });
});

describe('the key', () => {
  test('is read anew when Google refuses it: the operator may have put in another', async () => {
    const next = makeKeyFile();
    keys.push(parsed({ ...next.file, ...standIn.addresses }));
    standIn.rotateKey(next.publicKey);
    await client().upsertClass(CLASS);
    expect(standIn.classes.size).toBe(1);
  });

  test('is else taken from memory for an hour', async () => {
    const wallet = await withObject();
    await wallet.upsertObject(OBJECT);
    expect(new Set(reads.map((read) => read.now - read.atLeastAsFreshAs!))).toEqual(new Set([60 * 60_000]));
  });
});

describe('what fails', () => {
  test.each([
    ['too many requests', { status: 429, word: 'RESOURCE_EXHAUSTED' }],
    ['a failure of Google’s', { status: 500, word: 'INTERNAL' }],
    ['Google being away', { status: 503, word: 'UNAVAILABLE' }],
    ['a broken connection', { status: 0, breaks: 'before' as const }],
    ['an answer that was lost', { status: 0, breaks: 'after' as const }],
  ])('by %s is tried again, after longer and longer pauses', async (_, trouble) => {
    const wallet = await withObject();
    standIn.fail({ ...trouble, times: 3, only: 'PATCH loyaltyObject' });
    await wallet.upsertObject({ ...OBJECT, accountName: 'Ana' });
    expect(standIn.objects.get(OBJECT.id)).toMatchObject({ accountName: 'Ana' });
    expect(pauses()).toHaveLength(3);
    for (const [place, wait] of pauses().entries()) {
      expect(wait).toBeGreaterThanOrEqual(200 * 2 ** place);
      expect(wait).toBeLessThanOrEqual(400 * 2 ** place);
    }
  });

  test('four times in a row is left to the queue', async () => {
    const wallet = await withObject();
    standIn.fail({ status: 503, word: 'UNAVAILABLE', times: 4, only: 'PATCH loyaltyObject' });
    await expect(wallet.upsertObject(OBJECT)).rejects.toThrow(
      `Google Wallet answered PATCH loyaltyObject/${OBJECT.id} with 503 UNAVAILABLE.`,
    );
    await wallet.upsertObject(OBJECT);
  });

  test('waits as long as Google asks for, within five seconds', async () => {
    const wallet = await withObject();
    standIn.fail({ status: 429, times: 1, only: 'PATCH', headers: { 'retry-after': '3' } });
    standIn.fail({ status: 429, times: 1, only: 'PATCH', headers: { 'retry-after': '3600' } });
    await wallet.upsertObject(OBJECT);
    expect(pauses()[0]).toBeGreaterThanOrEqual(1500);
    expect(pauses()[0]).toBeLessThanOrEqual(3000);
    expect(pauses()[1]).toBeLessThanOrEqual(5000);
  });

  test('because it is not as Google wants it, is told by Google’s own word and not tried again', async () => {
    const wallet = client();
    const thrown: Error = await wallet.upsertObject(OBJECT).catch((error) => error);
    expect(thrown.message).toBe('Google Wallet answered POST loyaltyObject with 400 INVALID_ARGUMENT.');
    expect(pauses()).toEqual([]);
  });

  test('never tells what was sent, which may be personal', async () => {
    const wallet = await withObject();
    standIn.fail({ status: 400, times: 1, only: 'PATCH' });
    const thrown: Error = await wallet.upsertObject(OBJECT).catch((error) => error);
    expect(JSON.stringify([thrown.message, thrown.stack, String(thrown.cause)])).not.toContain('García');
  });

  test('for want of permission says where it is given', async () => {
    const wallet = await withObject();
    standIn.fail({ status: 403, times: 1, word: 'PERMISSION_DENIED', only: 'PATCH' });
    await expect(wallet.upsertObject(OBJECT)).rejects.toThrow('Google Pay & Wallet console');
  });
});

describe('a message', () => {
  test('is told on the pass', async () => {
    const wallet = await withObject();
    expect(await wallet.addMessage(OBJECT.id, message())).toBe('told');
    expect(standIn.notifications).toMatchObject([{ objectId: OBJECT.id, body: "you're now Silver" }]);
  });

  test('that would be the fourth of a day is not told, and that is no failure', async () => {
    const wallet = await withObject();
    for (const id of ['1', '2', '3']) expect(await wallet.addMessage(OBJECT.id, message(id))).toBe('told');
    expect(await wallet.addMessage(OBJECT.id, message('4'))).toBe('tooOften');
    now += 24 * 60 * 60_000;
    expect(await wallet.addMessage(OBJECT.id, message('5'))).toBe('told');
  });

  test('finds room on a pass that was told of many, and the newest stay', async () => {
    const wallet = await withObject();
    for (let told = 1; told <= 25; told++) {
      now += 24 * 60 * 60_000;
      expect(await wallet.addMessage(OBJECT.id, message(`change-${told}`))).toBe('told');
    }
    const held = standIn.objects.get(OBJECT.id)!.messages as { id: string }[];
    expect(held.map(({ id }) => id)).toEqual([19, 20, 21, 22, 23, 24, 25].map((told) => `change-${told}`));
  });

  test('is told also where no room can be made after it', async () => {
    const wallet = await withObject();
    for (let told = 1; told <= 9; told++) {
      now += 24 * 60 * 60_000;
      if (told >= 8) standIn.fail({ status: 403, times: 1, word: 'PERMISSION_DENIED', only: 'PATCH' });
      expect(await wallet.addMessage(OBJECT.id, message(`change-${told}`))).toBe('told');
    }
    now += 24 * 60 * 60_000;
    expect(await wallet.addMessage(OBJECT.id, message('change-10'))).toBe('told');
    expect(standIn.objects.get(OBJECT.id)!.messages).toHaveLength(5);
  });

  test('is tried again only where Google certainly did not take it', async () => {
    const wallet = await withObject();
    standIn.fail({ status: 429, times: 2, only: 'POST loyaltyObject' });
    expect(await wallet.addMessage(OBJECT.id, message())).toBe('told');
    expect(standIn.notifications).toHaveLength(1);
  });

  test.each([
    ['Google fails', { status: 500 }, 0],
    ['the connection breaks', { status: 0, breaks: 'before' as const }, 0],
    ['the answer is lost', { status: 0, breaks: 'after' as const }, 1],
  ])('of which nobody knows what became is not repeated: %s', async (_, trouble, told) => {
    const wallet = await withObject();
    standIn.fail({ ...trouble, times: 1, only: 'POST loyaltyObject' });
    await expect(wallet.addMessage(OBJECT.id, message())).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(standIn.notifications).toHaveLength(told);
    expect(pauses()).toEqual([]);
  });

  test.each([
    ['the pass is not there', { id: '3388.example.member.m-9' }],
    ['there is no token', { trouble: { status: 503, times: 9, only: 'POST /token' } }],
  ])(
    'that certainly was not told is thrown as such: %s',
    async (_, { id = OBJECT.id, trouble }: { id?: string; trouble?: Parameters<GoogleWalletStandIn['fail']>[0] }) => {
      await withObject();
      const wallet = client();
      if (trouble) standIn.fail(trouble);
      const thrown = await wallet.addMessage(id, message()).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Error);
      expect(thrown).not.toBeInstanceOf(OutcomeUnknown);
      expect(standIn.notifications).toEqual([]);
    },
  );

  test('that reaches nobody was certainly not told', async () => {
    await withObject();
    const wallet = client({
      async fetch(url, init) {
        if (String(url).endsWith('/token')) return fetch(url, init);
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
      },
    });
    const thrown = await wallet.addMessage(OBJECT.id, message()).catch((error: unknown) => error);
    expect((thrown as Error).message).toBe('Google Wallet gave no answer: TypeError, ECONNREFUSED.');
    expect(thrown).not.toBeInstanceOf(OutcomeUnknown);
  });
});

describe('Google’s 20 requests a second', () => {
  test('are kept: a hundred passes are written without one being put off', async () => {
    const wallet = await withObject();
    const began = now;
    for (let place = 0; place < 100; place++) await wallet.upsertObject({ ...OBJECT, accountName: `n-${place}` });
    expect(standIn.requests).toHaveLength(100);
    expect(standIn.requests.filter(({ status }) => status !== 200)).toEqual([]);
    expect(now - began).toBeCloseTo(5000, -1);
  });

  test('are Google’s: beyond them it puts off, and what was put off arrives', async () => {
    const wallet = await withObject({ requestsPerSecond: 1000 });
    for (let place = 0; place < 50; place++) await wallet.upsertObject({ ...OBJECT, accountName: `n-${place}` });
    expect(standIn.requests.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect(standIn.requests.filter(({ status }) => status === 200)).toHaveLength(50);
  });

  test('a bucket lets through what was saved up, and from then on one at a time, in order', async () => {
    let at = 0;
    const waited: number[] = [];
    const bucket = new TokenBucket(
      10,
      3,
      () => at,
      async (milliseconds) => void waited.push(milliseconds),
    );
    for (let call = 0; call < 6; call++) await bucket.take();
    expect(waited).toEqual([100, 200, 300]);
    at += 1000;
    await bucket.take();
    expect(waited).toHaveLength(3);
  });

  test('a bucket that nobody used for a long time has no more than it holds', async () => {
    let at = 0;
    const waited: number[] = [];
    const bucket = new TokenBucket(
      10,
      3,
      () => at,
      async (milliseconds) => void waited.push(milliseconds),
    );
    at += 3_600_000;
    for (let call = 0; call < 4; call++) await bucket.take();
    expect(waited).toEqual([100]);
  });
});

describe('a link to save a pass', () => {
  test('is signed by the service account, names the pass, and is short enough', async () => {
    const wallet = await withObject();
    const url = await wallet.saveUrl(OBJECT, now);
    expect(standIn.readSaveUrl(url)).toEqual({ id: OBJECT.id, classId: OBJECT.classId });
    expect(url.length).toBeLessThan(1800);
    // Making one costs Google nothing.
    expect(calls()).toEqual([]);
  });

  test('that was changed on the way is not one', async () => {
    const wallet = await withObject();
    const [head, claims, signature] = (await wallet.saveUrl(OBJECT, now)).split('.').slice(-3) as [
      string,
      string,
      string,
    ];
    const other = Buffer.from(claims, 'base64url').toString('utf8').replace('m-1', 'm-2');
    const url = `https://pay.google.com/gp/v/save/${head.split('/').at(-1)}.${Buffer.from(other).toString('base64url')}.${signature}`;
    expect(() => standIn.readSaveUrl(url)).toThrow('The service account did not sign this.');
  });
});
