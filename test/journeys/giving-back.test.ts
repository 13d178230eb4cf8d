import { describe, expect, test } from 'vitest';
import { makeWorld, type World } from '../support/world.ts';

const order = { id: 'order-1', amount: '1200.00', points: 1200 };

async function silverBySpending(options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = makeWorld(options);
  await world.enrol('m-1');
  await world.post('m-1', order);
  await world.deliver();
  expect((await world.read('m-1')).tier.id).toBe('silver');
  return world;
}

describe('E5: a refund takes its share of the order', () => {
  test('with basis spend, a refund of 50 from 150 leaves 100 tier points', async () => {
    const world = makeWorld({ program: { basis: 'spend' } });
    await world.enrol('m-1');
    await world.post('m-1', { id: 'order-1', amount: '150.00' });
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(150);

    await world.post('m-1', { type: 'refund', orderId: 'order-1', amount: '50.00' });
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(100);
  });

  test('with basis points, floor(1200 × (1200 − 200.01) / 1200) points are left', async () => {
    const world = await silverBySpending();
    await world.post('m-1', { type: 'refund', orderId: 'order-1', amount: '200.01' });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'bronze' },
      points: { current: 999, carry: 999, lifetime: 999, balance: 999 },
    });
  });

  test('several refunds are rounded together, not one by one', async () => {
    const world = await silverBySpending();
    for (const id of ['r-1', 'r-2', 'r-3'])
      await world.post('m-1', { id, type: 'refund', orderId: 'order-1', amount: '0.34' });
    await world.deliver();
    // floor(1200 − 1.02); rounded one by one, each refund would have taken 1 point.
    expect((await world.read('m-1')).points.current).toBe(1198);
  });

  test('refunds beyond the order’s amount take nothing more', async () => {
    const world = await silverBySpending();
    await world.post('m-1', { points: 40 });
    await world.post('m-1', { type: 'refund', orderId: 'order-1', amount: '900.00' });
    await world.post('m-1', { type: 'refund', orderId: 'order-1', amount: '900.00' });
    await world.deliver();
    expect((await world.read('m-1')).points).toEqual({ current: 40, carry: 40, lifetime: 40, balance: 40 });
  });

  test('a downgrade by a refund is recorded and on the bus, and announced only if the brand wants it', async () => {
    for (const notifyOnRealtimeDowngrade of [false, true]) {
      const world = await silverBySpending({ notifications: { notifyOnRealtimeDowngrade } });
      await world.post('m-1', { id: 'r-1', type: 'refund', orderId: 'order-1', amount: '600.00' });
      await world.deliver();
      expect((await world.changes('m-1'))[0]).toMatchObject({
        from: { id: 'silver' },
        to: { id: 'bronze' },
        direction: 'down',
        cause: 'transaction',
        transactionId: 'r-1',
        announced: notifyOnRealtimeDowngrade,
      });
      expect(world.ports.bus.events.map(({ type }) => type)).toEqual(['tier.upgraded', 'tier.downgraded']);
      expect(world.ports.mailer.sent).toHaveLength(notifyOnRealtimeDowngrade ? 2 : 1);
    }
  });
});

describe('E11: a refund that arrives before its order', () => {
  const refund = { id: 'r-1', type: 'refund', orderId: 'order-1', amount: '300.00' };

  test.each([
    ['in one batch', false],
    ['in a batch of its own', true],
  ])('%s gives, with its order, the same member as in the right order', async (_, apart) => {
    const right = await silverBySpending();
    await right.post('m-1', refund);
    await right.deliver();

    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', refund);
    if (apart) {
      await world.deliver();
      expect((await world.read('m-1')).points.current).toBe(0);
    }
    await world.post('m-1', order);
    await world.deliver();

    const { tier, ...member } = await world.read('m-1');
    const { tier: rightTier, ...rightMember } = await right.read('m-1');
    expect(member).toEqual(rightMember);
    expect(tier.id).toBe(rightTier.id);
    expect(member.points.current).toBe(900);
  });

  test('is explained by the order that it waits for', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', refund);
    await world.deliver();
    expect((await world.explanation('m-1')).transactions).toMatchObject([
      { id: 'r-1', counted: false, tierPoints: 0, why: expect.stringContaining('order-1') },
    ]);
  });
});

describe('E7: points that expire', () => {
  test('1100 points (Silver) less 200 give Bronze at once, on the bus, without a message', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 1100 });
    await world.deliver();
    world.ports.mailer.sent.splice(0);
    world.ports.texter.sent.splice(0);

    await world.post('m-1', { id: 'x-1', type: 'expiry', points: 200 });
    await world.deliver();

    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 900, balance: 900 } });
    expect((await world.changes('m-1'))[0]).toMatchObject({ sequence: 2, direction: 'down', announced: false });
    expect(world.ports.bus.events.at(-1)).toMatchObject({ type: 'tier.downgraded', detail: { transactionId: 'x-1' } });
    expect([...world.ports.mailer.sent, ...world.ports.texter.sent]).toEqual([]);
  });

  test('an expiry that names its order counts in the order’s cycle (R6)', async () => {
    const world = makeWorld({ now: '2025-11-01T10:00:00Z' });
    await world.enrol('m-1');
    await world.post('m-1', order);
    await world.deliver();
    world.at('2026-02-01T10:00:00Z');
    await world.post('m-1', { type: 'expiry', orderId: 'order-1', points: 300 });
    await world.post('m-1', { points: 50 });
    await world.deliver();
    expect((await world.read('m-1')).points).toMatchObject({ current: 950, carry: 50 });
  });
});

describe('E6: redeeming points', () => {
  test('leaves 500 tier points at 500 after a redemption of 200, without a change or a message', async () => {
    const world = makeWorld({
      program: {
        tiers: [
          { id: 'bronze', name: 'Bronze', threshold: 0 },
          { id: 'silver', name: 'Silver', threshold: 500 },
        ],
      },
    });
    await world.enrol('m-1');
    await world.post('m-1', { points: 500 });
    await world.deliver();
    const heard = world.ports.mailer.sent.length;

    await world.post('m-1', { id: 'red-1', type: 'redemption', points: 200 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'silver' },
      points: { current: 500, carry: 500, lifetime: 500, balance: 300 },
    });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(world.ports.mailer.sent).toHaveLength(heard);

    await world.post('m-1', { type: 'redemptionReversal', points: 200 });
    await world.deliver();
    expect((await world.read('m-1')).points).toMatchObject({ current: 500, balance: 500 });
  });
});

describe('points that staff give and take', () => {
  test('move tier and balance by an adjustment, the balance alone if excluded from the tier, the tier alone by a tierAdjustment', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { type: 'adjustment', points: 1000 });
    await world.post('m-1', { type: 'adjustment', points: 400, excludeFromTier: true });
    await world.post('m-1', { type: 'tierAdjustment', points: -1 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 999, balance: 1400 } });

    await world.post('m-1', { type: 'bonus', points: 1 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 1000, balance: 1401 } });
  });

  test('may fall below zero, are then shown as zero, and must be made good before they count', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { type: 'adjustment', points: -300 });
    await world.deliver();
    expect((await world.read('m-1')).points).toMatchObject({ current: 0, carry: 0, lifetime: 0, balance: -300 });
    await world.post('m-1', { points: 1000 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 700 } });
  });
});

test('E9: with basis spend, 999.99 spent is Bronze, and 0.01 more is Silver', async () => {
  const world = makeWorld({ program: { basis: 'spend' } });
  await world.enrol('m-1');
  await world.post('m-1', { amount: '999.99' });
  await world.deliver();
  expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 999.99 } });
  expect((await world.read('m-1')).progress.next).toMatchObject({ tier: 'silver', missing: 0.01 });
  await world.post('m-1', { amount: '0.01' });
  await world.deliver();
  expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 1000 } });
});

test('an order in another currency counts by its own exchange rate', async () => {
  const world = makeWorld({ program: { basis: 'spend' } });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'order-1', amount: '1000.00', currency: 'USD', exchangeRate: '0.925' });
  await world.post('m-1', { amount: '15000', currency: 'JPY', exchangeRate: '0.0062' });
  await world.deliver();
  expect((await world.read('m-1')).points.current).toBe(925 + 93);
  // A refund in the order's currency takes its share of the order, whatever the exchange rate is now.
  await world.post('m-1', {
    type: 'refund',
    orderId: 'order-1',
    amount: '500.00',
    currency: 'USD',
    exchangeRate: '0.80',
  });
  await world.deliver();
  expect((await world.read('m-1')).points.current).toBe(462.5 + 93);
});
