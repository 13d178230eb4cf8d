import { afterAll, describe, expect, test } from 'vitest';
import type { GoogleWallet } from '../../core/ports.ts';
import { MemoryGoogleWallet } from '../../fakes/memory-google-wallet.ts';
import { GoogleWalletClient } from '../../functions/adapters/google-wallet.ts';
import { GoogleWalletStandIn } from '../../local/google-wallet-stand-in.ts';
import {
  aClosedGoogleObject,
  aGoogleClass,
  aGoogleMessage,
  aGoogleObject,
  makeKeyFile,
  parsed,
} from '../support/google.ts';
import { freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';

interface SeenWallet {
  port: GoogleWallet;
  /** Google's data without removed fields; undefined if Google has nothing under the id. */
  classOf(id: string): unknown;
  objectOf(id: string): unknown;
  /** The messages that a pass's owner received, the oldest first. */
  told(objectId: string): { header: string; body: string }[];
}

function inMemory(): SeenWallet {
  const port = new MemoryGoogleWallet();
  const without = (resource?: object) =>
    resource && Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== null));
  return {
    port,
    classOf: (id) => without(port.classes.get(id)),
    objectOf: (id) => without(port.objects.get(id)),
    told: (id) =>
      port.told.filter(({ objectId }) => objectId === id).map(({ message: { header, body } }) => ({ header, body })),
  };
}

async function byItsApi(): Promise<SeenWallet> {
  const { file, publicKey } = makeKeyFile();
  const standIn = await GoogleWalletStandIn.start({
    serviceAccount: { clientEmail: file.client_email, publicKey },
    // Faster than Google's limit, because this suite is.
    requestsPerSecond: 10_000,
  });
  afterAll(() => standIn.stop());
  const key = parsed({ ...file, ...standIn.addresses });
  return {
    port: new GoogleWalletClient({ keys: { read: async () => key }, requestsPerSecond: 1000 }),
    classOf: (id) => standIn.classes.get(id),
    objectOf: (id) => standIn.objects.get(id),
    told: (id) =>
      standIn.notifications.filter(({ objectId }) => objectId === id).map(({ header, body }) => ({ header, body })),
  };
}

const wallets = fakeAndReal<GoogleWallet, SeenWallet>(['in memory', inMemory()], ['by its API', await byItsApi()]);

const aClass = () => aGoogleClass(`3388.example.${freshId()}`);
const anObject = (classId: string) => aGoogleObject(`3388.example.member.${freshId()}`, classId);

describe.each(wallets)('Google Wallet %s', (_, { port, classOf, objectOf, told }) => {
  async function aPass() {
    const loyaltyClass = aClass();
    await port.upsertClass(loyaltyClass);
    const object = { ...anObject(loyaltyClass.id), secondaryLoyaltyPoints: null };
    await port.upsertObject(object);
    const { secondaryLoyaltyPoints: _, ...held } = object;
    return { object, held };
  }

  test('stores a class, and replaces it by the next version', async () => {
    const loyaltyClass = aClass();
    await port.upsertClass(loyaltyClass);
    expect(classOf(loyaltyClass.id)).toEqual(loyaltyClass);
    const other = { ...loyaltyClass, hexBackgroundColor: '#ffffff' };
    await port.upsertClass(other);
    expect(classOf(loyaltyClass.id)).toEqual(other);
  });

  test('stores a pass without its null fields', async () => {
    const { object, held } = await aPass();
    expect(objectOf(object.id)).toEqual(held);
  });

  test('changes a stored pass, and removes null fields', async () => {
    const { object } = await aPass();
    const changed = { ...object, accountName: null, loyaltyPoints: { ...object.loyaltyPoints, balance: { int: 7 } } };
    await port.upsertObject(changed);
    const { accountName: _, secondaryLoyaltyPoints: __, ...held } = changed;
    expect(objectOf(object.id)).toEqual(held);
  });

  test('stores the same pass twice without a difference', async () => {
    const { object, held } = await aPass();
    await port.upsertObject(object);
    expect(objectOf(object.id)).toEqual(held);
  });

  test.each(Object.entries(ODD_TEXTS).filter(([, text]) => text !== ''))('stores %s unchanged', async (_, text) => {
    const { object, held } = await aPass();
    await port.upsertObject({ ...object, accountName: text });
    expect(objectOf(object.id)).toEqual({ ...held, accountName: text });
  });

  test('refuses a pass of an unknown class', async () => {
    const object = anObject('3388.example.nothing');
    await expect(port.upsertObject(object)).rejects.toThrow();
    expect(objectOf(object.id)).toBeUndefined();
  });

  test('keeps a pass’s messages when the pass is changed', async () => {
    const { object, held } = await aPass();
    const message = aGoogleMessage();
    await port.addMessage(object.id, message);
    await port.upsertObject(object);
    expect(objectOf(object.id)).toEqual({ ...held, messages: [message] });
  });

  test('closes a pass and removes its content and messages; closing an unknown pass does nothing', async () => {
    const { object, held } = await aPass();
    await port.addMessage(object.id, aGoogleMessage());
    const { accountName: _, loyaltyPoints: __, ...rest } = held;
    await port.closeObject(aClosedGoogleObject(object.id));
    expect(objectOf(object.id)).toEqual({ ...rest, state: 'INACTIVE', textModulesData: [], messages: [] });
    await port.closeObject(aClosedGoogleObject('3388.example.member.nobody'));
    expect(objectOf('3388.example.member.nobody')).toBeUndefined();
  });

  test('sends a message to the pass’s owner, and fails for an unknown pass', async () => {
    const { object } = await aPass();
    const message = aGoogleMessage();
    expect(await port.addMessage(object.id, message)).toBe('told');
    expect(told(object.id)).toEqual([{ header: message.header, body: message.body }]);
    await expect(port.addMessage('3388.example.member.nobody', message)).rejects.toThrow();
    expect(told('3388.example.member.nobody')).toEqual([]);
  });

  test('gives a link that saves a pass, a different one for each pass', async () => {
    const [one, other] = [await aPass(), await aPass()];
    const [link, next] = [await port.saveUrl(one.object, 1000), await port.saveUrl(other.object, 1000)];
    expect(link).toMatch(/^https:\/\/pay\.google\.com\/gp\/v\/save\/./);
    expect(next).not.toBe(link);
  });
});
