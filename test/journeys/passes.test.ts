import { describe, expect, test } from 'vitest';
import { MAX_DEVICES } from '../../core/wallet/device-bounds.ts';
import { LINK_HOURS } from '../../functions/link-pass/make-handler.ts';
import { deliverPushes, Phone } from '../support/phone.ts';
import { digestsOf, readPass } from '../support/read-pass.ts';
import { intercept, slippingIn, TROUBLES, troubleAt } from '../support/trouble.ts';
import { makeWorld, type Reach, type World } from '../support/world.ts';

const m1 = { params: { memberId: 'm-1' } };

/** A member with 800 points, and the phone that holds the member's pass. */
async function withPhone(options: Parameters<typeof makeWorld>[0] = {}, profile: Record<string, unknown> = {}) {
  const world = makeWorld(options);
  await world.enrol('m-1', { name: 'Ana', ...profile });
  await world.post('m-1', { points: 800 });
  await world.deliver();
  const phone = new Phone(world, 'phone');
  expect(await phone.add(await world.call('GET pass', m1))).toBe(201);
  world.pass(60_000);
  return { world, phone };
}

/** A phone that took a pass of 800 points and is not registered yet. The member has 1300 points now. */
async function withOldPass() {
  const world = makeWorld();
  await world.enrol('m-1', { name: 'Ana' });
  await world.post('m-1', { points: 800 });
  await world.deliver();
  const taken = await world.call('GET pass', m1);
  world.pass(3_600_000);
  await world.post('m-1', { points: 500 });
  await world.deliver();
  return { world, taken, phone: new Phone(world, 'phone') };
}

/** Lets a test replace, at each call, the layer between a handler and a port. */
function lazily<Port extends object>(port: Port, reached: (port: Port) => Port): Port {
  return new Proxy(port, {
    get: (_, property) => {
      const target = reached(port);
      const found = Reflect.get(target, property, target);
      return typeof found === 'function' ? (...args: unknown[]) => found.apply(target, args) : found;
    },
    apply: (_, __, args) => (reached(port) as unknown as (...given: unknown[]) => unknown)(...args),
  });
}

/** Delivers everything: the tier moves, the pushes go out, the phones fetch the new passes. */
async function settle(world: World, ...phones: Phone[]) {
  await world.deliver();
  await deliverPushes(world, phones);
}

describe('the worked examples, with their passes', () => {
  test('E1: a purchase that gives Silver refreshes the pass, and the phone shows one notification', async () => {
    const { world, phone } = await withPhone();
    await world.post('m-1', { points: 500 });
    await settle(world, phone);
    expect(phone.shows('m-1')).toMatchObject({
      tier: 'Silver',
      points: 1300,
      next: '3,700 points to Gold',
      member: 'Ana',
    });
    expect(phone.told).toEqual(["Your status level has changed, you're now Silver"]);
  });

  test('E7: points that expire refresh the pass to Bronze, without a notification', async () => {
    const { world, phone } = await withPhone();
    await world.post('m-1', { points: 300 });
    await settle(world, phone);
    phone.told.length = 0;
    world.pass(60_000);
    await world.post('m-1', { type: 'expiry', points: 200 });
    await settle(world, phone);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Bronze', points: 900 });
    expect(phone.told).toEqual([]);
  });

  test('E13: with push disabled by the brand, the pass is refreshed without a notification, and the email is sent', async () => {
    const { world, phone } = await withPhone({ notifications: { push: { enabled: false } } });
    await world.post('m-1', { points: 500 });
    await settle(world, phone);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Silver' });
    expect(phone.told).toEqual([]);
    expect(world.ports.mailer.sent).toHaveLength(1);
  });
});

describe('a phone’s notification', () => {
  test('is not shown to a member who opted out of push; the pass is refreshed all the same', async () => {
    const { world, phone } = await withPhone({}, { optOut: ['push'] });
    await world.post('m-1', { points: 500 });
    await settle(world, phone);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Silver' });
    expect(phone.told).toEqual([]);
  });

  test('uses the brand’s own text, in the member’s language', async () => {
    const texts = [{ direction: 'up' as const, locale: 'es', text: '¡{{memberName}}, ya eres {{tierStatus}}!' }];
    const { world, phone } = await withPhone({ notifications: { texts } }, { locale: 'es' });
    await world.post('m-1', { points: 500 });
    await settle(world, phone);
    expect(phone.told).toEqual(['¡Ana, ya eres Silver!']);
    expect(phone.pass('m-1').pass.storeCard.headerFields[0].label).toBe('Puntos');
  });

  test('ends with the tier if the brand’s text has no placeholder for it', async () => {
    const { world, phone } = await withPhone({ notifications: { texts: [{ direction: 'up', text: 'Well done' }] } });
    await world.post('m-1', { points: 500 });
    await settle(world, phone);
    expect(phone.told).toEqual(['Well done: Silver']);
  });

  test('is not shown for a tier action that names other channels, nor for points that move no tier', async () => {
    const { world, phone } = await withPhone();
    await world.act('m-1', { notify: { channels: ['email'] } });
    await settle(world, phone);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Gold' });
    world.pass(60_000);
    await world.post('m-1', { points: 10 });
    await settle(world, phone);
    expect(await phone.fetch('m-1')).toBe(200);
    expect(phone.shows('m-1')).toMatchObject({ points: 810 });
    expect(phone.told).toEqual([]);
  });

  test('is shown once, however often the change is delivered and the phone is pushed', async () => {
    const { world, phone } = await withPhone();
    await world.post('m-1', { points: 500 });
    await world.recalculate(world.ledgerStream.splice(0));
    const changes = world.changeStream.splice(0);
    for (let time = 0; time < 3; time++) await world.announce(changes);
    await settle(world, phone);
    expect(phone.told).toHaveLength(1);
  });

  test('is not shown again for an old change when the member’s new language names the tier differently', async () => {
    const tiers = [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: 'Silver', threshold: 1000, names: { es: 'Plata' } },
    ];
    const { world, phone } = await withPhone({ program: { tiers } });
    await world.post('m-1', { points: 500 });
    await settle(world, phone);
    expect(phone.told).toEqual(["Your status level has changed, you're now Silver"]);
    world.pass(90 * 24 * 60 * 60 * 1000);
    await world.enrol('m-1', { locale: 'es' });
    expect(await phone.fetch('m-1')).toBe(200);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Plata' });
    expect(phone.told).toHaveLength(1);
  });

  test('is in the phone’s own language if the member has set none', async () => {
    const { world } = await withPhone();
    const { files } = readPass((await world.call('GET pass', m1)).body);
    expect(files['es.lproj/pass.strings']!.toString('utf8')).toContain('"Points" = "Puntos";');
    expect(files['de.lproj/pass.strings']!.toString('utf8')).toContain(
      '"200 points to Silver" = "Noch 200 Punkte bis Silver";',
    );
  });

  test.each([
    ['English where the brand says nothing', undefined, 'en', '"Points" = "Points";'],
    ['the brand’s own', 'de', 'de', '"Punkte" = "Punkte";'],
    ['the brand’s own, though Laurel has no words in it', 'pt-BR', 'pt-BR', '"Points" = "Points";'],
  ])('is in the pass’s own language on a phone with that language: %s', async (_, own, folder, label) => {
    const { world } = await withPhone(own === undefined ? {} : { notifications: { defaultLocale: own } });
    const { files } = readPass((await world.call('GET pass', m1)).body);
    const folders = Object.keys(files).filter((name) => name.endsWith('/pass.strings'));
    const languages = new Set([folder, 'en', 'es', 'de', 'fr']);
    expect(folders.sort()).toEqual([...languages].map((language) => `${language}.lproj/pass.strings`).sort());
    expect(files[`${folder}.lproj/pass.strings`]!.toString('utf8')).toContain(label);
  });

  test('is in no other language than the one that the member has set', async () => {
    const { world } = await withPhone({}, { locale: 'de' });
    const { files } = readPass((await world.call('GET pass', m1)).body);
    expect(Object.keys(files).filter((name) => name.includes('lproj'))).toEqual([]);
  });
});

describe('a phone with a pass', () => {
  test('installs it, gets an update on two devices, and removes it', async () => {
    const { world, phone } = await withPhone();
    const watch = new Phone(world, 'watch');
    expect(await watch.add(await world.call('GET pass', m1))).toBe(201);
    expect(await watch.add(await world.call('GET pass', m1))).toBe(200);
    await world.post('m-1', { points: 500 });
    await settle(world, phone, watch);
    for (const device of [phone, watch]) {
      expect(device.shows('m-1')).toMatchObject({ tier: 'Silver' });
      expect(device.told).toHaveLength(1);
    }
    expect(await phone.remove('m-1')).toBe(200);
    world.pass(60_000);
    await world.post('m-1', { points: 3700 });
    await settle(world, watch);
    expect(watch.shows('m-1')).toMatchObject({ tier: 'Gold' });
    expect(world.ports.push.sent).toEqual([]);
    expect(await watch.remove('m-1')).toBe(200);
    expect(await world.ports.registrations.devicesOf('m-1')).toEqual([]);
  });

  test('fetches nothing twice: 204 without news, 304 for the same pass', async () => {
    const { world, phone } = await withPhone();
    expect(await phone.update()).toEqual(['m-1']);
    expect(phone.statuses.slice(-2)).toEqual([200, 304]);
    expect(await phone.update()).toEqual([]);
    expect(phone.statuses.at(-1)).toBe(204);
    world.pass(60_000);
    expect(await phone.fetch('m-1')).toBe(304);
  });

  test('gets both of two changes within one second', async () => {
    const { world, phone } = await withPhone();
    await world.post('m-1', { points: 500 });
    await settle(world, phone);
    await world.post('m-1', { points: 4000 });
    await settle(world, phone);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Gold' });
    expect(phone.told).toHaveLength(2);
  });

  test('fetches the latest pass after it was off', async () => {
    const { world, phone } = await withPhone();
    await world.post('m-1', { points: 500 });
    await world.deliver();
    world.pass(60_000);
    await world.post('m-1', { points: 4000 });
    await settle(world, phone);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Gold', points: 5300 });
    expect(phone.told).toEqual(["Your status level has changed, you're now Gold"]);
  });

  test('is pushed at its registration if the pass changed before', async () => {
    const { world, taken, phone } = await withOldPass();
    expect(await phone.add(taken)).toBe(201);
    expect(world.ports.push.sent).toEqual([phone.pushToken]);
    await deliverPushes(world, [phone]);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Silver', points: 1300 });
    expect(phone.told).toEqual(["Your status level has changed, you're now Silver"]);
  });

  test('is pushed if the pass changes during its registration', async () => {
    const registering = slippingIn('registrations', 'version');
    const world = makeWorld({ reach: registering.reach });
    await world.enrol('m-1');
    const taken = await world.call('GET pass', m1);
    const watch = new Phone(world, 'watch');
    await watch.add(taken);
    world.pass(60_000);
    await world.post('m-1', { points: 1300 });
    registering.happens(() => world.deliver());
    const phone = new Phone(world, 'phone');
    expect(await phone.add(taken)).toBe(201);
    expect(world.ports.push.sent).toEqual([watch.pushToken, phone.pushToken]);
    await deliverPushes(world, [phone]);
    expect(phone.shows('m-1')).toMatchObject({ tier: 'Silver' });
  });

  test('is not pushed at its registration if it holds the latest pass', async () => {
    const { world } = await withPhone();
    await new Phone(world, 'watch').add(await world.call('GET pass', m1));
    expect(world.ports.push.sent).toEqual([]);
  });

  test('is registered even if Apple takes no push, and deleted if Apple says that it is gone', async () => {
    const { world, taken, phone } = await withOldPass();
    world.ports.push.answer(phone.pushToken, { status: 'failed', reason: 'HTTP 503 ServiceUnavailable' });
    expect(await phone.add(taken)).toBe(201);
    expect(await world.ports.registrations.devicesOf('m-1')).toHaveLength(1);

    await world.post('m-1', { points: 4000 });
    await world.recalculate(world.ledgerStream.splice(0));
    const other = new Phone(world, 'other');
    world.ports.push.answer(other.pushToken, { status: 'gone' });
    expect(await other.add(taken)).toBe(201);
    expect((await world.ports.registrations.devicesOf('m-1')).map(({ deviceId }) => deviceId)).toEqual(['phone']);
  });

  test('may hold the passes of a family, and is pushed for each of them', async () => {
    const world = makeWorld();
    const tablet = new Phone(world, 'tablet');
    for (const memberId of ['ana', 'bea']) {
      await world.enrol(memberId);
      await tablet.add(await world.call('GET pass', { params: { memberId } }));
    }
    world.pass(60_000);
    expect((await tablet.update()).sort()).toEqual(['ana', 'bea']);
    world.pass(60_000);
    await world.post('bea', { points: 1000 });
    await world.deliver();
    expect(world.ports.push.sent).toEqual([tablet.pushToken]);
    expect(await tablet.update()).toEqual(['bea']);
    expect(tablet.shows('bea')).toMatchObject({ tier: 'Silver' });
  });

  test('misses no pass, even if one was drawn before another pass and saved after the push for that pass', async () => {
    let holdUp: (() => Promise<void>) | undefined;
    const world = makeWorld({
      reach: intercept('registrations', 'saveVersion', async (call, memberId) => {
        const meanwhile = memberId === 'ana' ? holdUp : undefined;
        if (meanwhile) holdUp = undefined;
        await meanwhile?.();
        return call();
      }),
    });
    const tablet = new Phone(world, 'tablet');
    for (const memberId of ['ana', 'bea']) {
      await world.enrol(memberId, { name: memberId });
      await tablet.add(await world.call('GET pass', { params: { memberId } }));
    }
    world.pass(3_600_000);
    await tablet.update();
    for (const memberId of ['ana', 'bea']) await world.post(memberId, { points: 1000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.announce(world.changeStream.splice(0));
    const published = world.ports.announcements.published.splice(0);
    const of = (memberId: string) => published.filter(({ change }) => change.memberId === memberId);
    holdUp = async () => {
      world.pass(300);
      await world.notify(of('bea'));
      world.pass(700);
      await deliverPushes(world, [tablet]);
    };
    await world.notify(of('ana'));
    await deliverPushes(world, [tablet]);
    for (const memberId of ['ana', 'bea']) {
      expect(tablet.shows(memberId)).toMatchObject({ tier: 'Silver' });
    }
    expect(tablet.told).toHaveLength(2);
  });

  test('is dropped, oldest first, when a member has more devices than allowed', async () => {
    const { world } = await withPhone();
    for (let n = 0; n < MAX_DEVICES + 5; n++) {
      world.pass(1000);
      await new Phone(world, `device-${n}`).add(await world.call('GET pass', m1));
    }
    const devices = (await world.ports.registrations.devicesOf('m-1')).map(({ deviceId }) => deviceId);
    expect(devices).toHaveLength(MAX_DEVICES);
    expect(devices).not.toContain('phone');
  });

  test('shows a changed name at the next fetch', async () => {
    const { world, phone } = await withPhone();
    await world.enrol('m-1', { name: 'Ana María' });
    expect(await phone.fetch('m-1')).toBe(200);
    expect(phone.shows('m-1')).toMatchObject({ member: 'Ana María' });
  });
});

describe('a push', () => {
  test('goes out only after the new pass can be fetched', async () => {
    const order: string[] = [];
    const { world, phone } = await withPhone({
      reach: (name, port) =>
        name !== 'push' && name !== 'registrations'
          ? port
          : new Proxy(port, {
              get(target, property) {
                const method = Reflect.get(target, property, target);
                if (typeof method !== 'function') return method;
                return async (...args: unknown[]) => {
                  const answer = await method.apply(target, args);
                  if (['push', 'saveVersion'].includes(String(property))) order.push(String(property));
                  return answer;
                };
              },
            }),
    });
    order.length = 0;
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(order).toEqual(['saveVersion', 'push']);
    expect(await phone.update()).toEqual(['m-1']);
  });

  test('that reaches a removed device deletes that device and no other', async () => {
    const { world, phone } = await withPhone();
    const watch = new Phone(world, 'watch');
    await watch.add(await world.call('GET pass', m1));
    world.ports.push.answer(phone.pushToken, { status: 'gone' });
    await world.post('m-1', { points: 500 });
    await settle(world, watch);
    expect(watch.shows('m-1')).toMatchObject({ tier: 'Silver' });
    expect((await world.ports.registrations.devicesOf('m-1')).map(({ deviceId }) => deviceId)).toEqual(['watch']);
  });

  test('that fails is retried and then kept in the dead-letter queue, while other members’ pushes go out', async () => {
    const { world, phone } = await withPhone();
    await world.enrol('m-2');
    const other = new Phone(world, 'other');
    await other.add(await world.call('GET pass', { params: { memberId: 'm-2' } }));
    world.ports.push.answer(phone.pushToken, { status: 'failed', reason: 'HTTP 503 ServiceUnavailable' });
    await world.post('m-1', { points: 500 });
    await world.post('m-2', { points: 1000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.announce(world.changeStream.splice(0));
    const published = world.ports.announcements.published.splice(0);
    expect(await world.notify(published)).toHaveLength(1);
    expect(world.ports.push.sent).toEqual([other.pushToken]);

    world.ports.push.answer(phone.pushToken, { status: 'taken' });
    expect(await world.notify(published)).toEqual([]);
    await deliverPushes(world, [phone]);
    expect(phone.told).toHaveLength(1);
  });

  test('is not sent for a member whose pass is on no phone, and no pass is drawn', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 1000 });
    await world.deliver();
    expect(world.ports.push.sent).toEqual([]);
    expect(await world.ports.registrations.version('m-1')).toBeUndefined();
  });
});

describe('an erased member', () => {
  test('has no pass, and no phone gets a push', async () => {
    const { world, phone } = await withPhone();
    const link = (await world.call('GET pass-link', m1)).body.url.split('/').at(-1);
    await world.call('DELETE profile', m1);
    expect(await world.ports.registrations.devicesOf('m-1')).toEqual([]);
    expect((await world.call('GET pass', m1)).status).toBe(404);
    expect((await world.call('GET pass-link', m1)).status).toBe(404);
    expect((await world.call('GET pass by link', { key: '', params: { token: link } })).status).toBe(404);
    expect(await phone.fetch('m-1')).toBe(404);
    expect(await phone.update()).toEqual([]);
    await world.post('m-1', { points: 500 });
    await world.deliver();
    expect(world.ports.push.sent).toEqual([]);
  });

  test.each(TROUBLES)('is erased completely by a second call, wherever the first call failed: %s', async (kind) => {
    for (let nth = 1; ; nth++) {
      let reach: Reach = (_, port) => port;
      const world = makeWorld({ reach: (name, port) => lazily(port, (real) => reach(name, real)) });
      await world.enrol('m-1', { name: 'Ana' });
      await new Phone(world, 'phone').add(await world.call('GET pass', m1));
      const trouble = troubleAt(nth, kind);
      reach = trouble.reach;
      const { status } = await world.call('DELETE profile', m1);
      if (trouble.struck() === undefined) break;
      trouble.restart();
      trouble.end();
      if (status !== 204) expect((await world.call('DELETE profile', m1)).status).toBe(204);
      expect(await world.ports.profiles.load('m-1')).toBeUndefined();
      expect(await world.ports.registrations.devicesOf('m-1'), trouble.struck()).toEqual([]);
      expect((await world.call('GET pass', m1)).status).toBe(404);
    }
  });

  test('is not registered again by a phone that kept the pass', async () => {
    const { world, phone } = await withPhone();
    const answer = await world.call('GET pass', m1);
    await world.call('DELETE profile', m1);
    expect(await phone.add(answer)).toBe(404);
    expect(await world.ports.registrations.devicesOf('m-1')).toEqual([]);
  });

  test('gets a pass after enrolling again, and the old pass works again', async () => {
    const { world, phone } = await withPhone();
    const answer = await world.call('GET pass', m1);
    await world.call('DELETE profile', m1);
    world.pass(60_000);
    await world.enrol('m-1', { name: 'Ana again' });
    expect((await world.call('GET pass', m1)).status).toBe(200);
    expect(await phone.add(answer)).toBe(201);
    expect(await phone.fetch('m-1')).toBe(200);
    expect(phone.shows('m-1')).toMatchObject({ member: 'Ana again' });
  });

  test('who never gave a name or an address has a pass without a name', async () => {
    const world = makeWorld();
    await world.call('PUT member', { ...m1, body: {} });
    const { pass } = readPass((await world.call('GET pass', m1)).body);
    expect(pass.storeCard.auxiliaryFields).toEqual([]);
  });
});

describe('the pass file', () => {
  test('has a signature, and a manifest with each file’s digest', async () => {
    const { world } = await withPhone();
    const answer = await world.call('GET pass', m1);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.apple.pkpass',
      'cache-control': 'private, no-store',
    });
    const read = readPass(answer.body);
    expect(read.manifest).toEqual(digestsOf(read));
    expect(read.files.signature!.length).toBeGreaterThan(1000);
    expect(read.pass).toMatchObject({
      passTypeIdentifier: 'pass.example.shop',
      teamIdentifier: 'TEAM123456',
      serialNumber: 'm-1',
      webServiceURL: 'https://laurel.example/v1/wallet/apple',
      backgroundColor: 'rgb(205, 127, 50)',
      barcodes: [{ message: 'm-1', altText: 'm-1' }],
    });
    expect(read.pass.authenticationToken.length).toBeGreaterThanOrEqual(16);
  });

  test('is the same from a link without a key, until the link expires', async () => {
    const { world } = await withPhone();
    const { body } = await world.call('GET pass-link', { ...m1, key: 'read' });
    expect(body.url).toMatch(/^https:\/\/laurel\.example\/v1\/passes\/[\w-]+\.[\w-]+$/);
    const open = () => world.call('GET pass by link', { key: '', params: { token: body.url.split('/').at(-1) } });
    expect(readPass((await open()).body).pass.serialNumber).toBe('m-1');
    world.pass(LINK_HOURS * 3_600_000 - 60_001);
    expect((await open()).status).toBe(200);
    world.pass(60_001);
    expect(await open()).toMatchObject({ status: 401, body: { detail: expect.stringContaining('The link ended at') } });
  });
});
