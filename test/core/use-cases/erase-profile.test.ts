import { expect, test } from 'vitest';
import { drawPass } from '../../../core/use-cases/draw-pass.ts';
import { eraseProfile } from '../../../core/use-cases/erase-profile.ts';
import { hasPass } from '../../../core/use-cases/has-pass.ts';
import { isWithdrawn } from '../../../core/wallet/pass-version.ts';
import { slippingIn } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import { APPLE, beatenTo, NOW, type PassPorts, passPorts } from './passes.ts';

async function withPass() {
  const ports = await passPorts();
  await drawPass(ports, APPLE, MEMBER_ID, NOW);
  await ports.registrations.register(MEMBER_ID, { deviceId: 'phone', pushToken: 'token' }, NOW);
  return ports;
}

const erase = (ports: PassPorts, timesDrawnMeanwhile = 0) =>
  eraseProfile(
    { ...ports, registrations: beatenTo(ports.registrations, 'saveVersion', timesDrawnMeanwhile) },
    MEMBER_ID,
    NOW,
  );

test.each([0, 1, 4])(
  'an erasure withdraws a pass that is drawn meanwhile, %i times, and no phone is kept',
  async (times) => {
    const ports = await withPass();
    await erase(ports, times);
    expect(isWithdrawn(await ports.registrations.version(MEMBER_ID))).toBe(true);
    expect(await ports.registrations.devicesOf(MEMBER_ID)).toEqual([]);
    expect(await ports.profiles.load(MEMBER_ID)).toBeUndefined();
  },
);

test('an erasure fails where the pass never stops being drawn, and can be repeated', async () => {
  const ports = await withPass();
  await expect(erase(ports, 5)).rejects.toThrow(
    'The pass of member m-1 was drawn 5 times in a row while it was withdrawn. Try again.',
  );
  expect(isWithdrawn(await ports.registrations.version(MEMBER_ID))).toBe(false);
  await erase(ports);
  expect(isWithdrawn(await ports.registrations.version(MEMBER_ID))).toBe(true);
});

test('an erasure takes the pass away from who enrolled anew, also while its first new pass is drawn', async () => {
  const ports = await withPass();
  await erase(ports);
  await ports.profiles.merge(MEMBER_ID, { name: 'Ana again' });
  const erasing = slippingIn('profiles', 'load');
  erasing.happens(() => erase(ports));
  const reading = { ...ports, profiles: erasing.reach('profiles', ports.profiles) };
  expect(await drawPass(reading, APPLE, MEMBER_ID, NOW)).toBeUndefined();
  expect(await hasPass(ports, MEMBER_ID)).toBe(false);
});

test.each<[string, boolean, (ports: PassPorts) => Promise<void>]>([
  ['a member', true, async () => {}],
  ['a member who told nothing of itself', true, ({ profiles }) => profiles.erase(MEMBER_ID)],
  ['a member who was erased', false, (ports) => erase(ports)],
  [
    'a member who was erased and enrolled anew',
    true,
    async (ports) => {
      await erase(ports);
      await ports.profiles.merge(MEMBER_ID, { name: 'Ana' });
    },
  ],
])('there is a pass of %s: %s', async (_, has, happens) => {
  const ports = await withPass();
  await happens(ports);
  expect(await hasPass(ports, MEMBER_ID)).toBe(has);
});

test('there is no pass of nobody', async () => {
  expect(await hasPass(await passPorts(), 'nobody')).toBe(false);
});
