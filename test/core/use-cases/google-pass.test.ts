import { describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../../core/failures.ts';
import { DAY_MS } from '../../../core/time.ts';
import { linkGooglePass, updateGooglePass, withdrawGooglePass } from '../../../core/use-cases/google-pass.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { intercept, slippingIn } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import {
  BRAND,
  beatenTo,
  CHANGE,
  eraseAtGoogle,
  knowOnlyTheLedger,
  NOW,
  type PassPorts,
  PROGRAM,
  passPorts,
} from './passes.ts';

const link = (ports: PassPorts) => linkGooglePass(ports, { brand: BRAND, program: PROGRAM }, MEMBER_ID, NOW);
const update = (ports: PassPorts, news = CHANGE, now = NOW) =>
  updateGooglePass(ports, { brand: BRAND, program: PROGRAM }, MEMBER_ID, news, now);
const refresh = (ports: PassPorts) =>
  updateGooglePass(ports, { brand: BRAND, program: PROGRAM }, MEMBER_ID, undefined, NOW);

const passOf = ({ googleWallet }: PassPorts) => [...googleWallet.objects.values()][0];
const toldOf = ({ googleWallet }: PassPorts) => googleWallet.told.map(({ message }) => message.body);
const stateOf = async ({ googlePasses }: PassPorts) => (await googlePasses.load(MEMBER_ID))?.state;

/** Google, doing at one of its calls what the test says. */
function google(ports: PassPorts, method: string, does: (call: () => Promise<unknown>) => Promise<unknown>) {
  return { ...ports, googleWallet: intercept('googleWallet', method, does)('googleWallet', ports.googleWallet) };
}

async function withLink() {
  const ports = await passPorts();
  await link(ports);
  return ports;
}

describe('a link to the pass', () => {
  test('is given to a member who told nothing of itself', async () => {
    const ports = await passPorts();
    await ports.profiles.erase(MEMBER_ID);
    expect(await link(ports)).toMatch(/^https:\/\/pay\.google\.com\/gp\/v\/save\//);
    expect(passOf(ports)).toMatchObject({ state: 'ACTIVE', accountName: null });
  });

  test('leaves the pass half open for as long as Google may not have it, and open from then on', async () => {
    const ports = await passPorts();
    const away = google(ports, 'upsertObject', () => Promise.reject(new Error('Google is away')));
    await expect(link(away)).rejects.toThrow('Google is away');
    expect(await ports.googlePasses.load(MEMBER_ID)).toEqual({ state: 'opening', notices: [] });
    await link(ports);
    expect(await ports.googlePasses.load(MEMBER_ID)).toEqual({ state: 'open', notices: [] });
  });

  test.each<[string, (ports: PassPorts) => Promise<unknown>]>([
    ['had no pass yet', async () => {}],
    ['had a pass', link],
    [
      'was erased before, and enrolled anew',
      async (ports) => {
        await link(ports);
        await eraseAtGoogle(ports);
        await ports.profiles.merge(MEMBER_ID, { name: 'Ana again' });
      },
    ],
  ])('is not given to a member who is erased while it is made and who %s, now or later', async (_, happened) => {
    const ports = await passPorts();
    await happened(ports);
    const erasing = slippingIn('profiles', 'load');
    erasing.happens(() => eraseAtGoogle(ports));
    expect(await link({ ...ports, profiles: erasing.reach('profiles', ports.profiles) })).toBeUndefined();
    expect(await stateOf(ports)).toBe('withdrawn');
    expect(await link(ports)).toBeUndefined();
    // As the erasure asked for.
    expect(await refresh(ports)).toEqual({ status: 'closed' });
    expect(passOf(ports)?.state).not.toBe('ACTIVE');
    expect(passOf(ports)?.accountName ?? null).toBeNull();
  });

  test('is given by the next attempt where somebody else moved the pass; where nobody ever stops, it is to be asked for again', async () => {
    const ports = await passPorts();
    const busy = (times: number) => ({ ...ports, googlePasses: beatenTo(ports.googlePasses, 'move', times) });
    await expect(link(busy(5))).rejects.toThrow(
      'The pass of member m-1 was moved by others 5 times in a row. Try again.',
    );
    expect(await link(busy(4))).toMatch(/^https:/);
    expect(await stateOf(ports)).toBe('open');
  });
});

test('a link for nobody leaves nothing behind', async () => {
  const ports = await passPorts();
  expect(await linkGooglePass(ports, { brand: BRAND, program: PROGRAM }, 'nobody', NOW)).toBeUndefined();
  expect(await ports.googlePasses.load('nobody')).toBeUndefined();
});

describe('what is written on the pass', () => {
  test.each([
    [
      'the member’s own, and every other that Laurel has words in',
      'es',
      [
        { language: 'es', value: 'Puntos' },
        { language: 'en', value: 'Points' },
        { language: 'de', value: 'Punkte' },
        { language: 'fr', value: 'Points' },
      ],
    ],
    [
      'English, and every other that says it in other words',
      null,
      [
        { language: 'en', value: 'Points' },
        { language: 'es', value: 'Puntos' },
        { language: 'de', value: 'Punkte' },
      ],
    ],
  ])('is in more than one language: %s', async (_, locale, [defaultValue, ...translatedValues]) => {
    const ports = await passPorts();
    await ports.profiles.merge(MEMBER_ID, { locale });
    await link(ports);
    expect(passOf(ports)?.loyaltyPoints?.localizedLabel).toEqual({ defaultValue, translatedValues });
  });

  test('is what the ledger says where the member’s own figures are still to be made', async () => {
    const ports = await passPorts();
    await knowOnlyTheLedger(ports);
    await link(ports);
    expect(passOf(ports)).toMatchObject({
      classId: expect.stringMatching(/\.silver$/),
      loyaltyPoints: { balance: { int: 1300 } },
    });
  });

  /** The member takes another name each time that the pass is written, that often. */
  function restless(ports: PassPorts, times: number) {
    let names = 0;
    return google(ports, 'upsertObject', async (call) => {
      await call();
      if (names < times) await ports.profiles.merge(MEMBER_ID, { name: `Ana ${++names}` });
    });
  }

  test('is the last of what changed while it was written', async () => {
    const ports = await withLink();
    expect(await refresh(restless(ports, 4))).toEqual({ status: 'updated', told: 'no' });
    expect(passOf(ports)).toMatchObject({ accountName: 'Ana 4' });
  });

  test('is left to a later attempt where it never stops changing', async () => {
    const ports = await withLink();
    await expect(refresh(restless(ports, 5))).rejects.toThrow(
      'Member m-1 changed 5 times in a row while its pass was written. It is tried again.',
    );
  });
});

describe('an update of the pass comes to', () => {
  test('nothing where the member never asked for a pass', async () => {
    const ports = await passPorts();
    expect(await update(ports)).toEqual({ status: 'notUpdated', because: 'no pass' });
    expect(ports.googleWallet.writes).toBe(0);
  });

  test.each([
    ['a change', update],
    ['the wish to have it true again', refresh],
  ])('a closed pass where the member was erased before %s came', async (_, bring) => {
    const ports = await withLink();
    await eraseAtGoogle(ports);
    expect(await bring(ports)).toEqual({ status: 'closed' });
    expect(passOf(ports)).toMatchObject({ state: 'INACTIVE', accountName: null });
    expect(toldOf(ports)).toEqual([]);
  });

  test('a closed pass where there is no such member any more, as after its table was restored', async () => {
    const ports = await withLink();
    const members = new MemoryMemberStore();
    expect(await refresh({ ...ports, members })).toEqual({ status: 'closed' });
    expect(passOf(ports)).toMatchObject({ state: 'INACTIVE' });
  });

  test('a true pass, and no word, where nothing happened', async () => {
    const ports = await withLink();
    expect(await refresh(ports)).toEqual({ status: 'updated', told: 'no' });
    expect(toldOf(ports)).toEqual([]);
  });

  test('one word of a change, however often it is brought; the log says that the member had it before', async () => {
    const ports = await withLink();
    expect(await update(ports)).toEqual({ status: 'updated', told: 'yes' });
    expect(await update(ports)).toEqual({ status: 'updated', told: 'before' });
    expect(toldOf(ports)).toEqual(["Your status level has changed, you're now Silver"]);
  });

  test('no word to a member who opted out of pushes', async () => {
    const ports = await withLink();
    await ports.profiles.merge(MEMBER_ID, { optOut: ['push'] });
    expect(await update(ports)).toEqual({ status: 'updated', told: 'no' });
    expect(toldOf(ports)).toEqual([]);
  });

  test('no fourth word on one day: on the next it would be no news, but another change is', async () => {
    const ports = await withLink();
    const bring = (sequence: number, now = NOW) => update(ports, { ...CHANGE, sequence }, now);
    for (const sequence of [1, 2, 3]) expect(await bring(sequence)).toEqual({ status: 'updated', told: 'yes' });
    expect(await bring(4)).toEqual({ status: 'updated', told: 'too often' });
    expect(await bring(4, NOW + DAY_MS)).toEqual({ status: 'updated', told: 'before' });
    expect(await bring(5, NOW + DAY_MS)).toEqual({ status: 'updated', told: 'yes' });
    expect(toldOf(ports)).toHaveLength(4);
  });

  test('no word where Google finds that there were enough', async () => {
    const ports = await withLink();
    const strict = google(ports, 'addMessage', async () => 'tooOften');
    expect(await update(strict)).toEqual({ status: 'updated', told: 'too often' });
  });
});

describe('a word that failed', () => {
  test('for certain is told by the next attempt', async () => {
    const ports = await withLink();
    const refusing = google(ports, 'addMessage', () => Promise.reject(new Error('Google refused it')));
    await expect(update(refusing)).rejects.toThrow('Google refused it');
    expect(await update(ports)).toEqual({ status: 'updated', told: 'yes' });
  });

  test('perhaps is never told again by itself: whoever is on call reads what to do', async () => {
    const ports = await withLink();
    const unsure = google(ports, 'addMessage', () => Promise.reject(new OutcomeUnknown('no answer')));
    await expect(update(unsure)).rejects.toThrow('no answer');
    await expect(update(ports)).rejects.toThrow(
      new OutcomeUnknown(
        'An earlier attempt to tell change 1 of member m-1 on its Google pass ended without a word: the message may have arrived. ' +
          'See whether it did, and replay it with --resend if it did not.',
      ),
    );
    expect(toldOf(ports)).toEqual([]);
  });

  test('is told once the operator has given the claim of that wallet back', async () => {
    const ports = await withLink();
    const delivery = { memberId: MEMBER_ID, sequence: 1, channel: 'google-pass' } as const;
    await ports.deliveries.claim(delivery, NOW);
    await expect(update(ports)).rejects.toThrow(OutcomeUnknown);
    await ports.deliveries.release(delivery);
    expect(await update(ports)).toEqual({ status: 'updated', told: 'yes' });
  });
});

describe('an erasure', () => {
  test('withdraws the pass though others move it meanwhile', async () => {
    const ports = await withLink();
    await withdrawGooglePass({ ...ports, googlePasses: beatenTo(ports.googlePasses, 'move', 4) }, MEMBER_ID);
    expect(await stateOf(ports)).toBe('withdrawn');
    expect(ports.passRefreshes.asked).toEqual([MEMBER_ID]);
  });

  test('fails where others never stop: the caller is to call again', async () => {
    const ports = await withLink();
    await expect(
      withdrawGooglePass({ ...ports, googlePasses: beatenTo(ports.googlePasses, 'move', 5) }, MEMBER_ID),
    ).rejects.toThrow('The pass of member m-1 was moved by others 5 times in a row. Try again.');
  });
});
