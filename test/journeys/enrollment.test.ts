import { describe, expect, test } from 'vitest';
import { intercept } from '../support/trouble.ts';
import { makeWorld } from '../support/world.ts';

describe('orders from before the enrollment', () => {
  test('are accepted, and count silently from the enrollment on', async () => {
    const world = makeWorld();
    expect(await world.post('m-1', { points: 800 })).toMatchObject({ status: 202 });
    expect(await world.post('m-1', { points: 700 })).toMatchObject({ status: 202 });
    await world.deliver();
    expect(await world.call('GET member', { params: { memberId: 'm-1' } })).toMatchObject({ status: 404 });

    world.at('2026-06-01T10:00:00Z');
    const { status, body } = await world.enrol('m-1');
    await world.deliver();

    expect(status).toBe(201);
    expect(body).toMatchObject({ tier: { id: 'silver' }, points: { current: 1500, balance: 1500 } });
    expect(await world.changes('m-1')).toMatchObject([{ cause: 'enrolment', to: { id: 'silver' }, announced: false }]);
    expect(world.ports.bus.events).toMatchObject([{ type: 'tier.upgraded', detail: { cause: 'enrolment' } }]);
    expect([...world.ports.mailer.sent, ...world.ports.texter.sent]).toEqual([]);
  });

  test('are not counted again when the stream delivers them late', async () => {
    const world = makeWorld();
    await world.post('m-1', { points: 800 });
    await world.enrol('m-1');
    expect((await world.read('m-1')).points.current).toBe(800);
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(800);
  });

  test('do not change the announcement of a later purchase, which tells only its own change', async () => {
    const world = makeWorld();
    await world.post('m-1', { points: 1500 });
    await world.enrol('m-1');
    await world.post('m-1', { id: 'after', points: 3500 });
    await world.deliver();
    expect((await world.changes('m-1')).map(({ cause, to }: never) => [cause, (to as { id: string }).id])).toEqual([
      ['transaction', 'gold'],
      ['enrolment', 'silver'],
    ]);
    expect(world.ports.mailer.sent.map(({ subject }) => subject)).toEqual(["You're now Gold"]);
  });
});

describe('PUT member', () => {
  test('enrolls at the first call (201); the next call changes only the fields that it names (200)', async () => {
    const world = makeWorld();
    const put = (body: unknown) => world.call('PUT member', { params: { memberId: 'm-1' }, body });
    expect(await put({ name: 'Ana', email: 'ana@mail.example', locale: 'es' })).toMatchObject({ status: 201 });
    expect(await put({ phone: '+34600000009', name: null })).toMatchObject({ status: 200 });
    expect(await world.ports.profiles.load('m-1')).toEqual({
      email: 'ana@mail.example',
      phone: '+34600000009',
      locale: 'es',
      optOut: [],
    });
  });

  test('answers without personal data', async () => {
    const world = makeWorld();
    const { body } = await world.enrol('m-1', { name: 'Ana' });
    expect(JSON.stringify(body)).not.toMatch(/Ana|mail\.example|\+34/);
  });

  test('keeps the blocked flag, and purchases still count', async () => {
    const world = makeWorld();
    await world.enrol('m-1', { blocked: true });
    await world.post('m-1', { points: 1000 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ blocked: true, tier: { id: 'silver' } });
    expect((await world.enrol('m-1', { blocked: false })).body).toMatchObject({
      blocked: false,
      tier: { id: 'silver' },
    });
  });

  test('takes an enrollment date a few minutes ahead as now', async () => {
    const world = makeWorld();
    const { body } = await world.enrol('m-1', { enrolledAt: '2026-05-02T10:04:00Z' });
    expect(body.enrolledAt).toBe('2026-05-02T10:00:00Z');
  });
});

test('an order dated a few minutes ahead is taken as of now, and is a duplicate when posted again', async () => {
  const world = makeWorld({ now: '2026-12-31T22:58:00Z' });
  await world.enrol('m-1');
  const order = { id: 'order-1', points: 100, occurredAt: '2026-12-31T23:00:00Z' };
  expect(await world.post('m-1', order)).toMatchObject({ status: 202 });
  await world.deliver();
  expect((await world.read('m-1')).points).toMatchObject({ current: 100, carry: 100 });
  expect((await world.read('m-1')).cycle.end).toBe('2026-12-31T23:00:00Z');
  world.pass(60_000);
  expect(await world.post('m-1', order)).toMatchObject({ status: 200, body: { status: 'duplicate' } });
});

test('an enrollment that a process with a slow clock finishes records no change before it happened', async () => {
  let saves = 0;
  const world = makeWorld({
    reach: intercept('members', 'save', (call) => {
      if (++saves === 2) throw Object.assign(new Error('The cloud broke.'), { $metadata: {} });
      return call();
    }),
  });
  await world.post('m-1', { points: 1500 });
  world.pass(60_000);
  expect((await world.enrol('m-1')).status).toBe(500);
  world.pass(-1000);
  await world.enrol('m-1');
  const changes = await world.ports.members.changesOf('m-1', { limit: 10 });
  expect(changes).toMatchObject([{ to: { id: 'silver' } }]);
  for (const { occurredAt, recordedAt } of changes) expect(occurredAt).toBeLessThanOrEqual(recordedAt);
});
