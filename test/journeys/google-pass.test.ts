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

/** A member who has its link, and the points that it had by then. */
async function holder(world: World, points: number, profile: Record<string, unknown> = {}) {
  await world.enrol('m-1', { name: 'Ana', ...profile });
  await world.post('m-1', { points });
  await world.deliver();
  expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 200 });
}

const passOf = (world: World) => world.ports.googleWallet.objects.get(OBJECT);
const toldOf = (world: World) => world.ports.googleWallet.told.map(({ message }) => message.body);

describe('the worked examples, on a Google pass', () => {
  test('E1: Bronze with 800 points buys for 500: the pass is Silver with 1300, and says so once', async () => {
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

  test('E7: 1100 points, of which 200 expire: the pass is Bronze at once, in silence', async () => {
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

  test('E13: the brand has push switched off: no push, the pass shows the new tier, email as configured', async () => {
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
  test('comes after the pass: Google has it before anybody has the link', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    expect(passOf(world)).toMatchObject({ state: 'ACTIVE', loyaltyPoints: { balance: { int: 1300 } } });
    expect(world.ports.googleWallet.classes.has('3388000000012345678.example.silver')).toBe(true);
  });

  test('asked for again makes the pass true again: points that moved no tier stood still until then', async () => {
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

  test('asked for again takes a name off the pass that the member took away', async () => {
    const world = googleWorld();
    await holder(world, 800);
    await world.call('PUT member', { params, body: { name: null } });
    await world.call('GET google-pass', { params });
    expect(passOf(world)).toMatchObject({ accountName: null });
  });

  test('asked for again while Google is away is not given: a pass that is not true is no answer', async () => {
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

  test('that failed half way is finished by the next call', async () => {
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
    ['of nobody', 'm-9', undefined, 404],
    ['by an id that can be nobody’s', 'm 1', undefined, 422],
    ['with a question that there is none of', 'm-1', { at: '2026-01-01' }, 422],
  ])('%s is refused', async (_, memberId, query, status) => {
    const world = googleWorld();
    await world.enrol('m-1');
    const asked = { params: { memberId }, ...(query && { query }) };
    expect(await world.call('GET google-pass', asked)).toMatchObject({ status });
    expect(world.ports.googleWallet.objects.size).toBe(0);
  });

  test('is not to be had before an operator has put in a key: the shop is told so, with the remedy', async () => {
    const reach = intercept('googleWallet', 'upsertClass', async () => parseGoogleKeys({ keys: [] }));
    const world = googleWorld({ reach });
    await world.enrol('m-1');
    const answer = await world.call('GET google-pass', { params });
    expectProblem(answer, 503);
    expect(answer.body.detail).toContain('npm run keys -- google');
  });

  test('needs a key that reads', async () => {
    const world = googleWorld();
    await world.enrol('m-1');
    expect(await world.call('GET google-pass', { params, key: 'intake' })).toMatchObject({ status: 403 });
    expect(await world.call('GET google-pass', { params, key: 'read' })).toMatchObject({ status: 200 });
  });
});

describe('what changes a pass', () => {
  test('is every change, told or not; a member without a pass costs Google nothing', async () => {
    const world = googleWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 1300 });
    await world.deliver();
    expect(world.ports.googleWallet.writes).toBe(0);
    expect(world.ports.googleWallet.told).toEqual([]);
  });

  test('is what is stored when it is written, in whatever order changes come', async () => {
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

  test('that moves on while it is written is written again', async () => {
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

describe('what a pass tells', () => {
  test('is told once, however often the change is delivered', async () => {
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

  test('is nothing to a member who opted out, though the pass changes', async () => {
    const world = googleWorld();
    await holder(world, 800, { optOut: ['push'] });
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ classId: '3388000000012345678.example.silver' });
    expect(toldOf(world)).toEqual([]);
  });

  test('is in the member’s language and the brand’s words', async () => {
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

  test('is at most three messages a day; from then on the pass changes in silence, until the day is over', async () => {
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

  test('of which nobody knows whether it arrived is not told again by itself; the pass is true', async () => {
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

describe('a member who is erased', () => {
  test('has no pass any more: Google forgets the name, the phone shows nothing, and no link is given', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    expect(await world.call('DELETE profile', { params })).toMatchObject({ status: 204 });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ state: 'INACTIVE', accountName: null });
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 404 });
  });

  test('is named nowhere at Google, not even in what the pass told', async () => {
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

  test('while the pass tells it of a change is named nowhere either: what came too late is taken off', async () => {
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

  test('is not shown again by a change that comes later', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    await world.post('m-1', { points: 4000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.call('DELETE profile', { params });
    await world.deliver();
    expect(passOf(world)).toMatchObject({ state: 'INACTIVE', accountName: null });
    expect(toldOf(world)).toEqual([]);
  });

  test('before there was a pass has none either, and nothing fails', async () => {
    const world = googleWorld();
    await world.enrol('m-1');
    await world.call('DELETE profile', { params });
    await world.deliver();
    expect(world.ports.googleWallet.objects.size).toBe(0);
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 404 });
  });

  test('and enrols anew gets a link again, to the same pass', async () => {
    const world = googleWorld();
    await holder(world, 1300);
    await world.call('DELETE profile', { params });
    await world.deliver();
    await world.enrol('m-1', { name: 'Ana María' });
    expect(await world.call('GET google-pass', { params })).toMatchObject({ status: 200 });
    expect(passOf(world)).toMatchObject({ state: 'ACTIVE', accountName: 'Ana María' });
  });
});

test('a message that is neither a change nor a wish is kept for the operator', async () => {
  const world = googleWorld();
  const { batchItemFailures } = await world.updateGooglePass!({ Records: [queueRecord({ hello: 'there' })] });
  expect(batchItemFailures).toHaveLength(1);
});
