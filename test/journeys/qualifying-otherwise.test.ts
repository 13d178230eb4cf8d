import { describe, expect, test } from 'vitest';
import { makeWorld } from '../support/world.ts';

const BRONZE = { id: 'bronze', name: 'Bronze', threshold: 0 };

describe('E24: Gold at 1000 of lifetime spend', () => {
  const program = {
    tiers: [BRONZE, { id: 'gold', name: 'Gold', qualification: { all: [{ lifetimeSpend: '1000.00' }] } }],
  };

  test('a purchase that brings the total to 1050 gives Gold, and the member gets a message', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    await world.post('m-1', { amount: '950.00' });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
    expect((await world.read('m-1')).progress.next.conditions).toEqual([
      { what: 'lifetimeSpend', have: 950, need: 1000, missing: 50 },
    ]);

    await world.post('m-1', { id: 'order-2', amount: '100.00' });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold' }, earnedTier: 'gold' });
    expect(await world.changes('m-1')).toMatchObject([
      { to: { id: 'gold' }, transactionId: 'order-2', announced: true },
    ]);
    expect(world.ports.texter.sent).toHaveLength(1);
  });

  test('exactly 1000 qualifies, and 999.99 does not', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    await world.post('m-1', { amount: '999.99' });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
    await world.post('m-1', { amount: '0.01' });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('gold');
  });

  test('lifetime spend outlasts the years, and refunds lower it', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    await world.post('m-1', { id: 'order-1', amount: '1050.00' });
    await world.deliver();
    expect((await world.read('m-1', '2031-01-01T00:00:00Z')).tier.id).toBe('gold');

    await world.post('m-1', { type: 'refund', orderId: 'order-1', amount: '60.00' });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
  });

  test('points given by staff are not spend', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    await world.post('m-1', { type: 'adjustment', points: 5000 });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
  });
});

describe('E25: any 1 of 1500 lifetime points, 5 flights, 3 stays', () => {
  const program = {
    trackers: {
      flights: { measure: 'count' as const, of: { field: 'kind', equals: 'flight' }, over: 'lifetime' as const },
      stays: { measure: 'count' as const, of: { field: 'kind', equals: 'stay' }, over: 'lifetime' as const },
    },
    tiers: [
      BRONZE,
      {
        id: 'silver',
        name: 'Silver',
        qualification: {
          any: 1,
          of: [{ lifetimePoints: 1500 }, { tracker: 'flights', atLeast: 5 }, { tracker: 'stays', atLeast: 3 }],
        },
      },
    ],
  };

  const worldWith = async (kinds: string[], points = 10) => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    for (const [n, kind] of kinds.entries()) await world.post('m-1', { id: `t-${n}`, points, fields: { kind } });
    await world.deliver();
    return world;
  };

  test.each([
    ['5 flights only', Array(5).fill('flight'), 10, 'silver'],
    ['4 flights', Array(4).fill('flight'), 10, 'bronze'],
    ['3 stays only', Array(3).fill('stay'), 10, 'silver'],
    ['4 flights and 2 stays, neither enough', [...Array(4).fill('flight'), 'stay', 'stay'], 10, 'bronze'],
    ['1500 points only', ['car'], 1500, 'silver'],
    ['1499 points', ['car'], 1499, 'bronze'],
  ])('%s', async (_, kinds, points, tier) => {
    const world = await worldWith(kinds, points);
    expect((await world.read('m-1')).tier.id).toBe(tier);
  });

  test('a fully refunded flight does not count', async () => {
    const world = makeWorld({ program });
    await world.enrol('m-1');
    for (let n = 1; n <= 5; n++) {
      await world.post('m-1', { id: `f-${n}`, amount: '80.00', points: 10, fields: { kind: 'flight' } });
    }
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('silver');
    await world.post('m-1', { type: 'refund', orderId: 'f-3', amount: '80.00' });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
  });

  test('the answer shows the progress of each condition', async () => {
    const world = await worldWith(['flight', 'flight', 'stay']);
    expect((await world.read('m-1')).progress.next).toMatchObject({
      tier: 'silver',
      needed: 1,
      conditions: [
        { what: 'lifetimePoints', have: 30, need: 1500, missing: 1470 },
        { what: 'flights', have: 2, need: 5, missing: 3 },
        { what: 'stays', have: 1, need: 3, missing: 2 },
      ],
    });
  });
});

test('a tier may need several conditions: the threshold, a number of orders and a sum of nights within the cycle', async () => {
  const world = makeWorld({
    program: {
      trackers: { nights: { measure: { sum: 'nights' }, of: { type: 'purchase' }, over: 'cycle' } },
      tiers: [
        BRONZE,
        {
          id: 'gold',
          name: 'Gold',
          threshold: 100,
          qualification: { all: [{ orders: 2 }, { tracker: 'nights', atLeast: 2.5 }] },
        },
      ],
    },
  });
  await world.enrol('m-1');
  const tierAfter = async (transaction: Record<string, unknown>) => {
    await world.post('m-1', transaction);
    await world.deliver();
    return (await world.read('m-1')).tier.id;
  };
  expect(await tierAfter({ points: 100, fields: { nights: 1.2 } })).toBe('bronze');
  expect(await tierAfter({ points: 0, amount: '1.00', fields: { nights: 1.2 } })).toBe('bronze');
  expect(await tierAfter({ type: 'bonus', points: 50, fields: { nights: 7 } })).toBe('bronze');
  expect(await tierAfter({ points: 1, fields: { nights: 0.1 } })).toBe('gold');
  // The nights of this year and of last year count, like the points.
  expect((await world.read('m-1', '2027-06-01T00:00:00Z')).tier.id).toBe('gold');
  expect((await world.read('m-1', '2028-06-01T00:00:00Z')).tier.id).toBe('bronze');
});
