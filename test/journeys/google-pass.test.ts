import { describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../core/failures.ts';
import type { NotificationSettings } from '../../core/program/brand.ts';
import { parseGoogleKeys } from '../../functions/adapters/google-key.ts';
import { EXAMPLE_GOOGLE, exampleWallet } from '../support/program.ts';
import { expectProblem } from '../support/refusals.ts';
import { intercept } from '../support/trouble.ts';
import { makeWorld, queueRecord, type Reach, type World } from '../support/world.ts';

const OBJECT = '3388000000012345678.example.member.m-1';
const params = { memberId: 'm-1' };

function googleWorld(options: { notifications?: Partial<NotificationSettings>; reach?: Reach } = {}) {
  return makeWorld({
    wallet: exampleWallet({ google: EXAMPLE_GOOGLE }),
    ...options,
    notifications: { push: { enabled: true }, ...options.notifications },
  });
}

/** A member with the given points who has the link to the pass. */
async function holder(world: World, points: number, profile: Record<string, unknown> = {}) {
  await world.enrol('m-1', { name: 'Ana', ...profile });
  await world.post('m-1', { points });
  await world.deliver();
  expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 200 });
}

const passOf = (world: World) => world.ports.googleWallet.objects.get(OBJECT);
const toldOf = (world: World) => world.ports.googleWallet.told.map(({ message }) => message.body);

describe('the worked examples, on a Google pass', () => {
  test('E1: a purchase of 500 after 800 points turns the pass Silver with 1300, and sends one message', async () => {
    const world = googleWorld();
    await holder(world, 800);
    expect(passOf(world)).toMatchObject({ classId: expect.stringMatching(/\.bronze$/) });
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({
      classId: '3388000000012345678.example.silver',
      loyaltyPoints: { balance: { int: 1300 } },
      accountName: 'Ana',
    });
    expect(toldOf(world)).toEqual(["Your status level has changed, you're now Silver"]);
  });

  test('E7: 200 of 1100 points that expire turn the pass Bronze at once, silently', async () => {
    const world = googleWorld();
    await holder(world, 1100);
    await world.post('m-1', { type: 'expiry', points: 200 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({
      classId: '3388000000012345678.example.bronze',
      loyaltyPoints: { balance: { int: 900 } },
    });
    expect(toldOf(world)).toEqual([]);
  });

  test('E13: with push switched off by the brand, the pass shows the new tier without a message, and the email is sent', async () => {
    const world = googleWorld({ notifications: { push: { enabled: false } } });
    await holder(world, 800);
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ classId: '3388000000012345678.example.silver' });
    expect(toldOf(world)).toEqual([]);
    expect(world.ports.mailer.sent).toHaveLength(1);
  });
});

describe('a link to the pass', () => {
  test('is given only after Google has the pass', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    expect(passOf(world)).toMatchObject({ state: 'ACTIVE', loyaltyPoints: { balance: { int: 1300 } } });
    expect(world.ports.googleWallet.classes.has('3388000000012345678.example.silver')).toBe(true);
  });

  test('refreshes the pass when it is requested again, as points that move no tier do not update the pass', async () => {
    const world = googleWorld();
    await holder(world, 800);
    await world.post('m-1', { points: 100 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ loyaltyPoints: { balance: { int: 800 } } });
    const { writes } = world.ports.googleWallet;
    const again = await world.call('GET google-pass', { params });
    expect(again).toMatchObject({
      status: 200,
      body: { saveUrl: expect.stringMatching(/^https:\/\/pay\.google\.com\/gp\/v\/save\//) },
    });
    expect(passOf(world)).toMatchObject({ loyaltyPoints: { balance: { int: 900 } } });
    expect(world.ports.googleWallet.writes).toBe(writes + 1);
  });

  test('removes a deleted name from the pass when it is requested again', async () => {
    const world = googleWorld();
    await holder(world, 800);
    await world.call('PUT member', { params, body: { name: null } });
    await world.call('GET google-pass', { params });
    expect(passOf(world)).toMatchObject({ accountName: null });
  });

  test('is not given while Google is down, because the pass would be outdated', async () => {
    let isAway = false;
    const reach = intercept('googleWallet', 'upsertObject', async (call) => {
      if (isAway) throw new Error('Google is away');
      return call();
    });
    const world = googleWorld({ reach });
    await holder(world, 800);
    isAway = true;
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 500 });
    isAway = false;
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 200 });
  });

  test('is given by the next call after a call failed half-way', async () => {
    let isAway = true;
    const world = googleWorld({
      reach: (name, port) =>
        name !== 'googleWallet'
          ? port
          : new Proxy(port, {
              get(target, property) {
                if (property === 'upsertObject' && isAway)
                  return async () => Promise.reject(new Error('Google is away'));
                const value = Reflect.get(target, property);
                return typeof value === 'function' ? value.bind(target) : value;
              },
            }),
    });
    await world.enrol('m-1');
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 500 });
    isAway = false;
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 200 });
    expect(passOf(world)).toMatchObject({ state: 'ACTIVE' });
  });

  test.each([
    ['for an unknown member', 'm-9', undefined, 404],
    ['for an invalid member id', 'm 1', undefined, 422],
    ['with an unknown query parameter', 'm-1', { at: '2026-01-01' }, 422],
  ])('%s is refused', async (_, memberId, query, status) => {
    const world = googleWorld();
    await world.enrol('m-1');
    const asked = { params: { memberId }, ...(query && { query }) };
    expect(await world.call('GET google-pass', asked)).toMatchObject({ status });
    expect(world.ports.googleWallet.objects.size).toBe(0);
  });

  test('is refused with 503 and the remedy until an operator has stored a key', async () => {
    const reach = intercept('googleWallet', 'upsertClass', async () => parseGoogleKeys({ keys: [] }));
    const world = googleWorld({ reach });
    await world.enrol('m-1');
    const answer = await world.call('GET google-pass', { params });
    expectProblem(answer, 503);
    expect(answer.body.detail).toContain('npm run keys -- google');
  });

  test('needs a key with the role read', async () => {
    const world = googleWorld();
    await world.enrol('m-1');
    expect(await world.call('GET google-pass', { params, key: 'intake' })).toMatchObject({ status: 403 });
    expect(await world.call('GET google-pass', { params, key: 'read' })).toMatchObject({ status: 200 });
  });
});

describe('an update of a pass', () => {
  test('follows every change, announced or not; a member without a pass causes no call to Google', async () => {
    const world = googleWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 1300 });
    await world.deliver();
    expect(world.ports.googleWallet.writes).toBe(0);
    expect(world.ports.googleWallet.told).toEqual([]);
  });

  test('writes the stored state, in whatever order the changes arrive', async () => {
    const world = googleWorld();
    await holder(world, 800);
    for (const points of [500, 4000]) {
      await world.post('m-1', { points });
      await world.recalculate(world.ledgerStream.splice(0));
    }
    const changes = world.changeStream.splice(0);
    for (const change of changes.reverse()) await world.updateGooglePass!({ Records: [queueRecord(change)] });
    expect(passOf(world)).toMatchObject({
      classId: '3388000000012345678.example.gold',
      loyaltyPoints: { balance: { int: 5300 } },
    });
  });

  test('is repeated if the member changes while the pass is written', async () => {
    let interfere: (() => Promise<void>) | undefined;
    const world = googleWorld({
      reach: (name, port) =>
        name !== 'googleWallet'
          ? port
          : new Proxy(port, {
              get(target, property) {
                const value = Reflect.get(target, property);
                if (property !== 'upsertObject') return typeof value === 'function' ? value.bind(target) : value;
                return async (object: unknown) => {
                  const before = interfere;
                  interfere = undefined;
                  await before?.();
                  await (value as (object: unknown) => Promise<void>).call(target, object);
                };
              },
            }),
    });
    await holder(world, 800);
    await world.post('m-1', { points: 500 });
    await world.recalculate(world.ledgerStream.splice(0));
    const [change] = world.changeStream.splice(0);
    interfere = async () => {
      await world.post('m-1', { points: 4000 });
      await world.recalculate(world.ledgerStream.splice(0));
    };
    await world.updateGooglePass!({ Records: [queueRecord(change)] });
    expect(passOf(world)).toMatchObject({ classId: '3388000000012345678.example.gold' });
  });
});

describe('a message on a pass', () => {
  test('is sent once, however often the change is delivered', async () => {
    const world = googleWorld();
    await holder(world, 800);
    await world.post('m-1', { points: 500 });
    await world.recalculate(world.ledgerStream.splice(0));
    const [change] = world.changeStream.splice(0);
    for (let time = 0; time < 3; time++) {
      const { batchItemFailures } = await world.updateGooglePass!({ Records: [queueRecord(change)] });
      expect(batchItemFailures).toEqual([]);
    }
    expect(toldOf(world)).toHaveLength(1);
  });

  test('is not sent to a member who opted out, though the pass changes', async () => {
    const world = googleWorld();
    await holder(world, 800, { optOut: ['push'] });
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ classId: '3388000000012345678.example.silver' });
    expect(toldOf(world)).toEqual([]);
  });

  test('uses the member’s language and the brand’s text', async () => {
    const world = googleWorld({
      notifications: {
        texts: [{ locale: 'es', direction: 'up', text: 'Hola {{memberName}}, ahora eres {{tierStatus}}' }],
      },
    });
    await holder(world, 800, { locale: 'es-MX' });
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(toldOf(world)).toEqual(['Hola Ana, ahora eres Silver']);
  });

  test('is sent at most three times a day; then the pass changes silently until the day is over', async () => {
    const world = googleWorld();
    await holder(world, 0);
    const move = async (id: string, action: string, tier: string) => {
      const notify = { channels: ['push'] };
      await world.act('m-1', { id, action, strategy: { type: 'specific', tier }, notify });
      await world.deliver();
    };
    await move('a-1', 'upgrade', 'silver');
    await move('a-2', 'upgrade', 'gold');
    await move('a-3', 'upgrade', 'platinum');
    await move('a-4', 'downgrade', 'gold');
    expect(toldOf(world)).toHaveLength(3);
    expect(passOf(world)).toMatchObject({ classId: '3388000000012345678.example.gold' });

    world.pass(24 * 60 * 60 * 1000);
    await move('a-5', 'downgrade', 'silver');
    expect(toldOf(world)).toHaveLength(4);
    expect(toldOf(world).at(-1)).toBe("Your status level has changed, you're now Silver");
  });

  test('is not sent again if nobody knows whether it arrived; the pass is up to date', async () => {
    const world = googleWorld({
      reach: (name, port) =>
        name !== 'googleWallet'
          ? port
          : new Proxy(port, {
              get(target, property) {
                if (property === 'addMessage') return async () => Promise.reject(new OutcomeUnknown('no answer'));
                const value = Reflect.get(target, property);
                return typeof value === 'function' ? value.bind(target) : value;
              },
            }),
    });
    await holder(world, 800);
    await world.post('m-1', { points: 500 });
    await world.recalculate(world.ledgerStream.splice(0));
    const [change] = world.changeStream.splice(0);
    for (let time = 0; time < 2; time++) {
      const { batchItemFailures } = await world.updateGooglePass!({ Records: [queueRecord(change)] });
      expect(batchItemFailures).toHaveLength(1);
    }
    expect(passOf(world)).toMatchObject({ classId: '3388000000012345678.example.silver' });
  });
});

describe('an erased member', () => {
  test('has no pass: Google holds no name, the phone shows nothing, and no link is given', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    expect(await world.call('DELETE profile', { params })).toMatchObject({ status: 204 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ state: 'INACTIVE', accountName: null });
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 404 });
  });

  test('has no name left at Google, not even in earlier messages', async () => {
    const texts = [{ direction: 'up' as const, text: '{{memberName}}, you are {{tierStatus}}!' }];
    const world = googleWorld({ notifications: { texts } });
    await holder(world, 800);
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(JSON.stringify(passOf(world)?.messages)).toContain('Ana, you are Silver!');
    await world.call('DELETE profile', { params });
    await world.deliver();
    expect(JSON.stringify(passOf(world))).not.toContain('Ana');
    expect(passOf(world)).toMatchObject({ loyaltyPoints: null, secondaryLoyaltyPoints: null, textModulesData: [] });
  });

  test('has no name left at Google even if a message is sent during the erasure', async () => {
    const texts = [{ direction: 'up' as const, text: '{{memberName}}, you are {{tierStatus}}!' }];
    let erase: (() => Promise<unknown>) | undefined;
    const world = googleWorld({
      notifications: { texts },
      reach: intercept('googleWallet', 'addMessage', async (call) => {
        await erase?.();
        return call();
      }),
    });
    await holder(world, 800);
    await world.post('m-1', { points: 500 });
    await world.recalculate(world.ledgerStream.splice(0));
    const [change] = world.changeStream.splice(0);
    erase = async () => {
      erase = undefined;
      await world.call('DELETE profile', { params });
      await world.deliver();
    };
    await world.updateGooglePass!({ Records: [queueRecord(change)] });
    expect(passOf(world)).toMatchObject({ state: 'INACTIVE' });
    expect(JSON.stringify(passOf(world))).not.toContain('Ana');
  });

  test('is not shown again by a later change', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    await world.post('m-1', { points: 4000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.call('DELETE profile', { params });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ state: 'INACTIVE', accountName: null });
    expect(toldOf(world)).toEqual([]);
  });

  test('without a pass has none afterwards either, and nothing fails', async () => {
    const world = googleWorld();
    await world.enrol('m-1');
    await world.call('DELETE profile', { params });
    await world.deliver();
    expect(world.ports.googleWallet.objects.size).toBe(0);
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 404 });
  });

  test('gets a link to the same pass after enrolling again', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    await world.call('DELETE profile', { params });
    await world.deliver();
    await world.enrol('m-1', { name: 'Ana María' });
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 200 });
    expect(passOf(world)).toMatchObject({ state: 'ACTIVE', accountName: 'Ana María' });
  });
});

test('a message that is neither a tier change nor a refresh is kept for the operator', async () => {
  const world = googleWorld();
  const { batchItemFailures } = await world.updateGooglePass!({ Records: [queueRecord({ hello: 'there' })] });
  expect(batchItemFailures).toHaveLength(1);
});
