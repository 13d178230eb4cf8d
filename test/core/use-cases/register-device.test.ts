import { describe, expect, test } from 'vitest';
import { CannotSign, PushFailed } from '../../../core/failures.ts';
import { drawPass } from '../../../core/use-cases/draw-pass.ts';
import { eraseProfile } from '../../../core/use-cases/erase-profile.ts';
import { refreshPass } from '../../../core/use-cases/refresh-pass.ts';
import { registerDevice } from '../../../core/use-cases/register-device.ts';
import { updatedPasses } from '../../../core/use-cases/updated-passes.ts';
import { tagOf, withdrawnVersion } from '../../../core/wallet/pass-version.ts';
import { MemoryPassRegistrations } from '../../../fakes/memory-pass-registrations.ts';
import { slippingIn } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import { APPLE, NOW, type PassPorts, passPorts } from './passes.ts';

const PHONE = { deviceId: 'phone', pushToken: 'token of the phone' };
const WATCH = { deviceId: 'watch', pushToken: 'token of the watch' };
const LOST = { deviceId: 'lost', pushToken: 'token of the lost one' };

const register = (ports: PassPorts, device = PHONE, memberId = MEMBER_ID) =>
  registerDevice(ports, APPLE, memberId, device, NOW);

describe('a phone that registers', () => {
  test('is pushed where the pass is another than when it was drawn last, and only the first time', async () => {
    const ports = await passPorts();
    expect(await register(ports)).toEqual({ status: 'registered', pushed: 1, gone: 0 });
    expect(await register(ports)).toEqual({ status: 'wasRegistered' });
    expect(await register(ports, WATCH)).toEqual({ status: 'registered', pushed: 0, gone: 0 });
    expect(ports.push.sent).toEqual([PHONE.pushToken]);
  });

  test('again is not pushed, whatever changed: it hears of that as every phone does', async () => {
    const ports = await passPorts();
    await register(ports);
    await ports.profiles.merge(MEMBER_ID, { name: 'Ana María' });
    expect(await register(ports)).toEqual({ status: 'wasRegistered' });
    expect(ports.push.sent).toEqual([PHONE.pushToken]);
  });

  test('for nobody’s pass is not kept', async () => {
    const ports = await passPorts();
    expect(await register(ports, PHONE, 'nobody')).toEqual({ status: 'noPass' });
    expect(await ports.registrations.devicesOf('nobody')).toEqual([]);
  });

  test('while the member is erased is not kept, and hears that there is no pass', async () => {
    const ports = await passPorts();
    await drawPass(ports, APPLE, MEMBER_ID, NOW);
    const erasing = slippingIn('members', 'load');
    erasing.happens(() => eraseProfile(ports, MEMBER_ID, NOW));
    const reached = { ...ports, members: erasing.reach('members', ports.members) };
    expect(await register(reached)).toEqual({ status: 'noPass' });
    expect(await ports.registrations.devicesOf(MEMBER_ID)).toEqual([]);
  });

  test.each<[string, (ports: PassPorts) => void, string]>([
    [
      'its images are missing',
      (ports) => {
        ports.images.of = () => Promise.reject(new CannotSign('No images.'));
      },
      'No images.',
    ],
    [
      'Apple takes no push',
      (ports) => {
        ports.push.answer(PHONE.pushToken, { status: 'failed', reason: 'HTTP 503' });
      },
      '1 push was not taken: HTTP 503.',
    ],
  ])('is kept though %s, and the log says that it holds an old pass', async (_, spoil, notTold) => {
    const ports = await passPorts();
    spoil(ports);
    expect(await register(ports)).toEqual({ status: 'registered', pushed: 0, gone: 0, notTold });
    expect(await ports.registrations.devicesOf(MEMBER_ID)).toEqual([PHONE]);
  });

  test('fails where something else does, so that it tries again', async () => {
    const ports = await passPorts();
    ports.push.push = () => Promise.reject(new Error('The network is down'));
    await expect(register(ports)).rejects.toThrow('The network is down');
  });
});

describe('a change is brought to a member’s phones', () => {
  async function withDevices() {
    const ports = await passPorts();
    for (const device of [PHONE, WATCH, LOST]) await ports.registrations.register(MEMBER_ID, device, NOW);
    return ports;
  }

  test('which are counted: those that were pushed, and those that are gone for good', async () => {
    const ports = await withDevices();
    ports.push.answer(LOST.pushToken, { status: 'gone' });
    expect(await refreshPass(ports, APPLE, MEMBER_ID, NOW)).toEqual({ pushed: 2, gone: 1 });
    expect(await ports.registrations.devicesOf(MEMBER_ID)).toEqual([PHONE, WATCH]);
  });

  test('again where one of them may not have heard of it', async () => {
    const ports = await withDevices();
    ports.push.answer(WATCH.pushToken, { status: 'failed', reason: 'HTTP 503' });
    await expect(refreshPass(ports, APPLE, MEMBER_ID, NOW)).rejects.toThrow(new PushFailed(['HTTP 503']));
  });

  test('of which there may be none: nobody is counted', async () => {
    const ports = await passPorts();
    expect(await refreshPass(ports, APPLE, MEMBER_ID, NOW)).toEqual({ pushed: 0, gone: 0 });
  });
});

describe('a tablet that asks what is new', () => {
  const MINUTE_MS = 60_000;
  const DRAWN: Record<string, number> = {
    ana: NOW - 5 * MINUTE_MS,
    bea: NOW - 2 * MINUTE_MS,
    cleo: NOW - 3 * MINUTE_MS,
  };

  async function tablet() {
    const registrations = new MemoryPassRegistrations();
    for (const [memberId, updatedAt] of Object.entries(DRAWN)) {
      await registrations.register(memberId, PHONE, NOW);
      await registrations.saveVersion(memberId, { contents: memberId, updatedAt, modifiedAt: updatedAt }, undefined);
    }
    const ask = (since?: string) => updatedPasses({ registrations }, PHONE.deviceId, since, NOW);
    return { registrations, ask };
  }

  test('is told of each pass once: up to the newest of them', async () => {
    const { ask } = await tablet();
    const told = await ask();
    expect(told).toEqual({ serialNumbers: ['ana', 'bea', 'cleo'], lastUpdated: tagOf(DRAWN.bea!) });
    expect(await ask(told!.lastUpdated)).toBeUndefined();
    expect(await ask(tagOf(DRAWN.ana!))).toMatchObject({ serialNumbers: ['bea', 'cleo'] });
  });

  test('is told of no pass whose member’s erasure ended half way, and of none that was never drawn', async () => {
    const { registrations, ask } = await tablet();
    const known = await registrations.version('bea');
    await registrations.saveVersion('bea', withdrawnVersion(known, NOW), known);
    await registrations.register('dora', PHONE, NOW);
    expect(await ask()).toEqual({ serialNumbers: ['ana', 'cleo'], lastUpdated: tagOf(DRAWN.cleo!) });
  });
});
