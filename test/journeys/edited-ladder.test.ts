/** The implemented examples of docs/rules.md about edited thresholds. Each edit is a deployment at its moment. */
import { expect, test } from 'vitest';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { EXAMPLE_PROGRAM } from '../support/program.ts';
import { redeployed } from '../support/redeployed.ts';
import { makeWorld, type World } from '../support/world.ts';

const END_OF_2026 = '2026-12-31T23:00:00Z';

const goldAt = (threshold: number) => ({
  tiers: EXAMPLE_PROGRAM.tiers.map((tier) => (tier.id === 'gold' ? { ...tier, threshold } : tier)),
});

/** A member who bought once, in March 2026, for one euro per point. */
async function whoBought(points: number): Promise<World> {
  const world = makeWorld({ now: '2026-03-01T10:00:00Z' });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'order', amount: `${points}.00`, points });
  await world.deliver();
  forget(world);
  return world;
}

async function happens(world: World, at: string, transaction: Record<string, unknown>, memberId = 'm-1') {
  world.at(at);
  await world.post(memberId, transaction);
  await world.deliver();
}

/** The visible tier, the tier that today's rules give, and the points that count. */
async function figures(world: World, memberId = 'm-1') {
  const { tier, earnedTier, points } = await world.read(memberId);
  return [tier.id, earnedTier, points.current];
}

test('E50: Gold raised to 6000 and then to 5500 in one cycle: 5200 points stay Gold until the cycle ends', async () => {
  const world = await whoBought(5200);
  const first = redeployed(world, goldAt(6000));
  await happens(first, '2026-05-01T10:00:00Z', { points: 1 });
  const second = redeployed(world, goldAt(5500));
  await happens(second, '2026-07-01T10:00:00Z', { points: 1 });
  expect(await figures(second)).toEqual(['gold', 'silver', 5202]);
  expect((await second.read('m-1', '2026-12-31T22:59:59Z')).tier.id).toBe('gold');
  expect((await second.read('m-1', END_OF_2026)).tier.id).toBe('silver');
  expect(heard(world)).toEqual(NOTHING);

  second.at('2026-12-31T23:05:00Z');
  await second.night();
  await second.deliver();
  expect(await figures(second)).toEqual(['silver', 'silver', 5202]);
  expect((await second.changes('m-1'))[0]).toMatchObject({ cause: 'recalculation', occurredAt: END_OF_2026 });
});

test('E67: Gold raised to 6000 at the end of the year: the new threshold judges that year’s 5500 points, and the member gets a message', async () => {
  const world = await whoBought(5500);
  const next = redeployed(world, goldAt(6000), END_OF_2026);
  expect(await figures(next)).toEqual(['silver', 'silver', 5500]);
  next.at('2026-12-31T23:05:00Z');
  await next.night();
  await next.deliver();
  expect((await next.changes('m-1'))[0]).toMatchObject({
    from: { id: 'gold' },
    to: { id: 'silver' },
    cause: 'recalculation',
    occurredAt: END_OF_2026,
    announced: true,
  });
  expect(heard(world)).toMatchObject({ events: ['recalculation.completed', 'tier.downgraded'] });
  expect(heard(world).mails).toEqual(["You're now Silver"]);
});

test('E68: Gold raised to 6000 in March and a promotion published in April: 5500 points stay Gold until the cycle ends', async () => {
  const world = await whoBought(5500);
  const raised = redeployed(world, goldAt(6000));
  await happens(raised, '2026-03-20T10:00:00Z', { points: 1 });
  const promoted = redeployed(world, {
    ...goldAt(6000),
    promotions: [
      {
        id: 'partner',
        trigger: { on: 'transaction', where: { field: 'partner', equals: 'hotel' } },
        action: 'upgrade',
        strategy: { type: 'specific', tier: 'platinum' },
      },
    ],
  });
  await happens(promoted, '2026-04-01T10:00:00Z', { points: 1 });
  expect(await figures(promoted)).toEqual(['gold', 'silver', 5502]);
  expect((await promoted.read('m-1', '2026-12-31T22:59:59Z')).tier.id).toBe('gold');
  expect((await promoted.read('m-1', END_OF_2026)).tier.id).toBe('silver');
  expect(heard(world)).toEqual(NOTHING);
});

test('E71: a member who joins after an edit falls by the new thresholds: with oneBelow, 5500 less 4600 gives Silver', async () => {
  const world = makeWorld({ now: '2026-03-01T10:00:00Z', program: goldAt(6000) });
  const next = redeployed(world, { ...goldAt(5000), downgrade: { target: 'oneBelow' } }, '2026-04-01T10:00:00Z');
  await next.enrol('m-2');
  await happens(next, '2026-04-02T10:00:00Z', { points: 5500 }, 'm-2');
  expect(await figures(next, 'm-2')).toEqual(['gold', 'gold', 5500]);
  await happens(next, '2026-04-03T10:00:00Z', { type: 'expiry', points: 4600 }, 'm-2');
  expect(await figures(next, 'm-2')).toEqual(['silver', 'silver', 900]);
});

test('E72: Gold raised to 6000 in June: 700 more points give Gold by the new threshold, and a refund of 1500 gives Silver', async () => {
  const world = await whoBought(5500);
  const next = redeployed(world, goldAt(6000), '2026-06-01T10:00:00Z');
  expect(await figures(next)).toEqual(['gold', 'silver', 5500]);
  await happens(next, '2026-07-01T10:00:00Z', { points: 700 });
  expect(await figures(next)).toEqual(['gold', 'gold', 6200]);
  await happens(next, '2026-08-01T10:00:00Z', { type: 'refund', orderId: 'order', amount: '1500.00' });
  expect(await figures(next)).toEqual(['silver', 'silver', 4700]);
  expect((await next.changes('m-1'))[0]).toMatchObject({ cause: 'transaction', announced: false });
});
