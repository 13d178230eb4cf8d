import { describe, expect, test } from 'vitest';
import type { Profile, ProfileStore } from '../../core/ports.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { freshTables } from './setup/dynamodb.ts';
import { aChange, aMember, freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { meddle } from './setup/meddle.ts';

const { client, tables } = await freshTables();

const stores = fakeAndReal<ProfileStore>(
  ['in memory', new MemoryProfileStore()],
  ['in DynamoDB', new DynamoProfileStore(client, tables.members)],
);

const WHOLE: Profile = {
  name: 'Zoë Núñez-O’Neil 👩‍🍳',
  email: 'zoe@mail.example',
  phone: '+34600000001',
  locale: 'es-MX',
  optOut: ['email', 'sms'],
};

describe.each(stores)('a profile store %s', (_, store) => {
  test('knows no member without a profile', async () => {
    expect(await store.load(freshId())).toBeUndefined();
  });

  test('returns every field unchanged', async () => {
    const id = freshId();
    await store.merge(id, WHOLE);
    expect(await store.load(id)).toStrictEqual(WHOLE);
  });

  test('has nobody opted out by default', async () => {
    const id = freshId();
    await store.merge(id, { name: 'Ana' });
    expect(await store.load(id)).toStrictEqual({ name: 'Ana', optOut: [] });
  });

  test('changes the named fields, and leaves the rest', async () => {
    const id = freshId();
    await store.merge(id, WHOLE);
    await store.merge(id, { email: 'new@mail.example', optOut: [] });
    expect(await store.load(id)).toStrictEqual({ ...WHOLE, email: 'new@mail.example', optOut: [] });
  });

  test('removes null fields, and ignores undefined ones', async () => {
    const id = freshId();
    await store.merge(id, WHOLE);
    await store.merge(id, { name: null, phone: null, locale: undefined, email: 'new@mail.example' });
    expect(await store.load(id)).toStrictEqual({
      email: 'new@mail.example',
      locale: 'es-MX',
      optOut: ['email', 'sms'],
    });
  });

  test('removes a field that was never there', async () => {
    const id = freshId();
    await store.merge(id, { name: 'Ana', phone: null });
    await store.merge(id, { phone: null });
    expect(await store.load(id)).toStrictEqual({ name: 'Ana', optOut: [] });
  });

  test('creates a profile even if only removed fields were given', async () => {
    const id = freshId();
    await store.merge(id, { phone: null });
    expect(await store.load(id)).toStrictEqual({ optOut: [] });
  });

  test('resets the opt-outs when they are null', async () => {
    const id = freshId();
    await store.merge(id, WHOLE);
    await store.merge(id, { optOut: null });
    expect((await store.load(id))?.optOut).toEqual([]);
  });

  test.each([{}, { name: undefined }])('creates no profile for %o', async (nothing) => {
    const id = freshId();
    await store.merge(id, nothing);
    expect(await store.load(id)).toBeUndefined();
  });

  test.each(Object.entries(ODD_TEXTS))('keeps %s', async (_, text) => {
    const id = freshId();
    await store.merge(id, { name: text });
    expect((await store.load(id))?.name).toBe(text);
  });

  test('keeps both of two concurrent changes', async () => {
    const id = freshId();
    await Promise.all([store.merge(id, { name: 'Ana' }), store.merge(id, { phone: '+34600000002' })]);
    expect(await store.load(id)).toStrictEqual({ name: 'Ana', phone: '+34600000002', optOut: [] });
  });

  test('erases a profile, also repeatedly, and no other profile', async () => {
    const [id, other] = [freshId(), freshId()];
    await store.merge(id, WHOLE);
    await store.merge(other, WHOLE);
    await store.erase(id);
    await store.erase(id);
    expect(await store.load(id)).toBeUndefined();
    expect(await store.load(other)).toStrictEqual(WHOLE);
  });

  test('knows nothing of the old profile after an erasure and a new profile', async () => {
    const id = freshId();
    await store.merge(id, WHOLE);
    await store.erase(id);
    await store.merge(id, { locale: 'de' });
    expect(await store.load(id)).toStrictEqual({ locale: 'de', optOut: [] });
  });

  test('keeps its data unchanged if a caller changes a returned object', async () => {
    const id = freshId();
    await store.merge(id, WHOLE);
    const read = await store.load(id);
    meddle(() => read!.optOut.push('push'));
    expect((await store.load(id))?.optOut).toEqual(WHOLE.optOut);
  });
});

test('erasing a profile leaves the member and its history in the table', async () => {
  const id = freshId();
  const members = new DynamoMemberStore(client, tables.members);
  const profiles = new DynamoProfileStore(client, tables.members);
  await members.save(aMember(id), 0, [aChange(id, 1)]);
  await profiles.merge(id, WHOLE);
  await profiles.erase(id);
  expect(await members.load(id)).toEqual(aMember(id));
  expect(await members.changesOf(id, { limit: 10 })).toEqual([aChange(id, 1)]);
});
