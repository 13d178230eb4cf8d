import { describe, expect, test } from 'vitest';
import type { PassRegistrations } from '../../core/ports.ts';
import { MAX_DEVICES, MAX_PASSES_OF_A_DEVICE } from '../../core/wallet/device-bounds.ts';
import { nextVersion, withdrawnVersion } from '../../core/wallet/pass-version.ts';
import { MemoryPassRegistrations } from '../../fakes/memory-pass-registrations.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoPassRegistrations } from '../../functions/adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { freshTables } from './setup/dynamodb.ts';
import { aChange, aMember, freshId } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';

const { client, tables } = await freshTables();

const implementations = fakeAndReal<PassRegistrations>(
  ['in memory', new MemoryPassRegistrations()],
  ['in DynamoDB', new DynamoPassRegistrations(client, tables.members)],
);

const phone = { deviceId: 'phone', pushToken: 'aa'.repeat(32) };
const watch = { deviceId: 'watch', pushToken: 'bb'.repeat(32) };
const ids = (devices: { deviceId: string }[]) => devices.map(({ deviceId }) => deviceId).sort();

describe.each(implementations)('pass registrations %s', (_, registrations) => {
  test('know no version and no device of an unknown member', async () => {
    const id = freshId();
    expect(await registrations.version(id)).toBeUndefined();
    expect(await registrations.devicesOf(id)).toEqual([]);
    expect(await registrations.passesOf(`device-of-${id}`)).toEqual([]);
  });

  test('keep a version, and replace it by the next', async () => {
    const id = freshId();
    const first = nextVersion(undefined, 'one', 1000);
    expect(await registrations.saveVersion(id, first, undefined)).toBe('saved');
    expect(await registrations.version(id)).toStrictEqual(first);
    const second = nextVersion(first, 'two', 2000);
    expect(await registrations.saveVersion(id, second, first)).toBe('saved');
    expect(await registrations.version(id)).toStrictEqual(second);
  });

  test('refuse a version that is based on an older one', async () => {
    const id = freshId();
    const first = nextVersion(undefined, 'one', 1000);
    await registrations.saveVersion(id, first, undefined);
    const second = nextVersion(first, 'two', 2000);
    await registrations.saveVersion(id, second, first);
    expect(await registrations.saveVersion(id, nextVersion(first, 'other', 2500), first)).toBe('conflict');
    expect(await registrations.saveVersion(id, nextVersion(undefined, 'other', 2500), undefined)).toBe('conflict');
    expect(await registrations.version(id)).toStrictEqual(second);
  });

  test('keep the devices of a member, and the passes of a device', async () => {
    const [ana, bea] = [freshId(), freshId()];
    const tablet = { deviceId: `tablet-${ana}`, pushToken: 'cc'.repeat(32) };
    expect(await registrations.register(ana, tablet, 1)).toBe('registered');
    expect(await registrations.register(ana, phone, 2)).toBe('registered');
    expect(await registrations.register(bea, tablet, 3)).toBe('registered');
    expect(ids(await registrations.devicesOf(ana))).toEqual(['phone', tablet.deviceId]);
    expect(await registrations.passesOf(tablet.deviceId)).toEqual([ana, bea].sort());
  });

  test('update the token of a device that registers again', async () => {
    const id = freshId();
    await registrations.register(id, phone, 1);
    expect(await registrations.register(id, { ...phone, pushToken: 'dd'.repeat(32) }, 2)).toBe('wasRegistered');
    expect(await registrations.devicesOf(id)).toEqual([{ ...phone, pushToken: 'dd'.repeat(32) }]);
  });

  test('remove a device and no other; removing an unknown device does nothing', async () => {
    const id = freshId();
    await registrations.register(id, phone, 1);
    await registrations.register(id, watch, 1);
    await registrations.unregister(id, 'phone');
    await registrations.unregister(id, 'phone');
    await registrations.unregister(id, 'never');
    expect(await registrations.devicesOf(id)).toEqual([watch]);
    expect(await registrations.passesOf('phone')).not.toContain(id);
  });

  test('keep a device whose token is newer than the one to remove', async () => {
    const id = freshId();
    await registrations.register(id, phone, 1);
    await registrations.unregister(id, 'phone', watch.pushToken);
    expect(await registrations.devicesOf(id)).toEqual([phone]);
    expect(await registrations.passesOf('phone')).toContain(id);
    await registrations.unregister(id, 'phone', phone.pushToken);
    expect(await registrations.devicesOf(id)).toEqual([]);
    await registrations.unregister(id, 'phone', phone.pushToken);
  });

  test('remove the oldest device when a pass has the maximum of devices', async () => {
    const id = freshId();
    for (let n = 0; n < MAX_DEVICES; n++) await registrations.register(id, { ...phone, deviceId: `d${n}` }, n);
    await registrations.register(id, { ...phone, deviceId: 'd0' }, 100);
    expect(await registrations.devicesOf(id)).toHaveLength(MAX_DEVICES);
    await registrations.register(id, watch, 101);
    const devices = ids(await registrations.devicesOf(id));
    expect(devices).toHaveLength(MAX_DEVICES);
    expect(devices).toContain('watch');
    expect(devices).not.toContain('d0');
    expect(await registrations.passesOf('d0')).not.toContain(id);
  });

  test('list at most the maximum of passes for a device', async () => {
    const tablet = { deviceId: `tablet-${freshId()}`, pushToken: 'cc'.repeat(32) };
    for (let n = 0; n < MAX_PASSES_OF_A_DEVICE + 3; n++) await registrations.register(freshId(), tablet, n);
    expect(await registrations.passesOf(tablet.deviceId)).toHaveLength(MAX_PASSES_OF_A_DEVICE);
  });

  test('accept no device of an erased member, until the member has a pass again', async () => {
    const id = freshId();
    const version = nextVersion(undefined, 'one', 1000);
    await registrations.saveVersion(id, version, undefined);
    const withdrawn = withdrawnVersion(version, 2000);
    await registrations.saveVersion(id, withdrawn, version);
    expect(await registrations.register(id, phone, 3000)).toBe('withdrawn');
    expect(await registrations.devicesOf(id)).toEqual([]);
    expect(await registrations.passesOf('phone')).not.toContain(id);

    await registrations.saveVersion(id, nextVersion(withdrawn, 'two', 4000), withdrawn);
    expect(await registrations.register(id, phone, 5000)).toBe('registered');
  });

  test('remove all devices of a member, and keep these devices’ other passes', async () => {
    const [ana, bea] = [freshId(), freshId()];
    const tablet = { deviceId: `tablet-${ana}`, pushToken: 'cc'.repeat(32) };
    for (const device of [phone, watch, tablet]) await registrations.register(ana, device, 1);
    await registrations.register(bea, tablet, 1);
    await registrations.forget(ana);
    await registrations.forget(ana);
    expect(await registrations.devicesOf(ana)).toEqual([]);
    expect(await registrations.passesOf(tablet.deviceId)).toEqual([bea]);
  });

  test('register many devices concurrently without losing one', async () => {
    const id = freshId();
    const devices = Array.from({ length: 6 }, (_, n) => ({ ...phone, deviceId: `p${n}-${id}` }));
    await Promise.all(devices.map((device) => registrations.register(id, device, 1)));
    expect(ids(await registrations.devicesOf(id))).toEqual(ids(devices));
  });
});

test('registrations lie beside the member and its profile, and neither is affected', async () => {
  const id = freshId();
  const members = new DynamoMemberStore(client, tables.members);
  const profiles = new DynamoProfileStore(client, tables.members);
  const registrations = new DynamoPassRegistrations(client, tables.members);
  await members.save(aMember(id), 0, [aChange(id, 1)]);
  await profiles.merge(id, { name: 'Ana' });
  await registrations.saveVersion(id, nextVersion(undefined, 'one', 1), undefined);
  await registrations.register(id, phone, 1);
  await registrations.forget(id);
  expect(await profiles.load(id)).toMatchObject({ name: 'Ana' });
  expect(await members.changesOf(id, { limit: 5 })).toHaveLength(1);
  const everybody: string[] = [];
  for await (const memberId of members.everyId()) everybody.push(memberId);
  expect(everybody).toContain(id);
  expect(everybody.filter((each) => each.includes('DEVICE'))).toEqual([]);
});
