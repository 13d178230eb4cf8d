import { describe, expect, test } from 'vitest';
import { makeWorld } from '../support/world.ts';

test('E1: 800 points and a purchase worth 500 give Silver, with a date, one announcement and one event', async () => {
  const world = makeWorld();
  await world.enrol('m-1', { name: 'Ana' });
  await world.post('m-1', { points: 800 });
  await world.deliver();
  expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 800 } });
  expect(world.ports.mailer.sent).toEqual([]);

  world.at('2026-05-03T09:30:00Z');
  await world.post('m-1', { id: 'order-2', points: 500 });
  await world.deliver();

  const silver = await world.read('m-1');
  expect(silver).toMatchObject({
    tier: { id: 'silver', since: '2026-05-03T09:30:00Z' },
    points: { current: 1300, carry: 1300, lifetime: 1300, balance: 1300 },
  });
  expect(await world.changes('m-1')).toMatchObject([
    {
      sequence: 1,
      from: { id: 'bronze' },
      to: { id: 'silver' },
      transactionId: 'order-2',
      occurredAt: '2026-05-03T09:30:00Z',
    },
  ]);
  expect(world.ports.mailer.sent).toMatchObject([
    { to: 'm-1@mail.example', text: expect.stringContaining("Your status level has changed, you're now Silver") },
  ]);
  expect(world.ports.texter.sent).toEqual([
    { to: '+34600000001', text: "Your status level has changed, you're now Silver" },
  ]);
  expect(world.ports.bus.events).toMatchObject([{ type: 'tier.upgraded', detail: { memberId: 'm-1', sequence: 1 } }]);
});

test('E2: a new member is Bronze and gets no message', async () => {
  const world = makeWorld();
  const { status, body } = await world.enrol('m-1');
  await world.deliver();

  expect(status).toBe(201);
  expect(body).toMatchObject({
    memberId: 'm-1',
    tier: { id: 'bronze', name: 'Bronze', rank: 0, since: '2026-05-02T10:00:00Z', expiresAt: null },
    points: { current: 0, carry: 0, lifetime: 0, balance: 0 },
    progress: { next: { tier: 'silver', missing: 1000 }, keep: null, expectedAtCycleEnd: 'bronze' },
  });
  expect(await world.read('m-1')).toEqual(body);
  expect(await world.changes('m-1')).toEqual([]);
  expect([...world.ports.mailer.sent, ...world.ports.texter.sent, ...world.ports.bus.events]).toEqual([]);
});

describe('E3: the threshold itself qualifies, and one point less does not', () => {
  test.each([
    [999, 'bronze'],
    [1000, 'silver'],
    [1001, 'silver'],
    [4999, 'silver'],
    [5000, 'gold'],
    [9999, 'gold'],
    [10000, 'platinum'],
  ])('%i points give %s', async (points, tier) => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: tier },
      earnedTier: tier,
      points: { current: points },
    });
  });
});

test('a purchase that skips several tiers makes one change and one message, which names the tier reached', async () => {
  const world = makeWorld();
  await world.enrol('m-1');
  await world.post('m-1', { points: 12_000 });
  await world.deliver();
  expect(await world.changes('m-1')).toMatchObject([{ from: { id: 'bronze' }, to: { id: 'platinum' } }]);
  expect(world.ports.texter.sent.map(({ text }) => text)).toEqual([
    "Your status level has changed, you're now Platinum",
  ]);
});

test('E4: Silver with 1300 points that earns 200 more stays Silver and gets no message', async () => {
  const world = makeWorld();
  await world.enrol('m-1');
  await world.post('m-1', { points: 1300 });
  await world.deliver();
  const before = await world.read('m-1');

  world.at('2026-05-03T10:00:00Z');
  await world.post('m-1', { points: 200 });
  await world.deliver();

  expect(await world.read('m-1')).toMatchObject({ tier: before.tier, points: { current: 1500 } });
  expect(await world.changes('m-1')).toHaveLength(1);
  expect(world.ports.mailer.sent).toHaveLength(1);
});

describe('E8: an order counts once', () => {
  test('when it is posted five times in parallel: one is accepted, the others are duplicates', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    const order = { id: 'order-1', points: 1300, occurredAt: '2026-05-02T09:00:00Z' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.post('m-1', order)));
    await world.deliver();

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 202]);
    expect(answers.filter(({ status }) => status === 200).map(({ body }) => body)).toEqual(
      Array(4).fill({ status: 'duplicate' }),
    );
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 1300, balance: 1300 } });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(world.ports.mailer.sent).toHaveLength(1);
    expect(world.ports.texter.sent).toHaveLength(1);
  });
});

describe('E10: the tier before an order multiplies the order’s points', () => {
  const program = {
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0, multiplier: 1 },
      { id: 'silver', name: 'Silver', threshold: 500, multiplier: 1.5 },
      { id: 'gold', name: 'Gold', threshold: 2000, multiplier: 2 },
      { id: 'platinum', name: 'Platinum', threshold: 5000, multiplier: 3 },
    ],
  };

  test.each([
    ['bronze', 0, 100],
    ['silver', 500, 150],
    ['gold', 2000, 200],
    ['platinum', 5000, 300],
  ])('a %s member with %i points gets %i more for a purchase of 100', async (tier, points, given) => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    if (points > 0) await world.post('m-1', { points });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe(tier);

    await world.post('m-1', { amount: '100.00' });
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(points + given);
  });

  test('an order that lifts a member counts at the tier before it', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    await world.post('m-1', { amount: '600.00' });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 600 } });
  });

  test('a later tier, or the order posted again, does not change the awarded points', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    const order = { id: 'order-1', amount: '600.00', occurredAt: '2026-05-02T10:00:00Z' };
    await world.post('m-1', order);
    await world.deliver();
    expect(await world.post('m-1', order)).toMatchObject({ status: 200 });
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(600);
  });

  test('fractions of points are dropped: for a Silver member 66.67 gives floor(100.005), and 0.66 gives 0', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    await world.post('m-1', { points: 500 });
    await world.deliver();
    await world.post('m-1', { amount: '66.67' });
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(600);
    await world.post('m-1', { amount: '0.66' });
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(600);
  });

  test('the end of a cycle that no run has processed counts for the multiplier too', async () => {
    const world = makeWorld({ program, now: '2025-05-02T10:00:00Z' });
    await world.enrol('m-1');
    await world.post('m-1', { points: 2000 });
    await world.deliver();
    world.at('2027-02-01T10:00:00Z');
    await world.post('m-1', { amount: '100.00' });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 100 } });
  });
});
