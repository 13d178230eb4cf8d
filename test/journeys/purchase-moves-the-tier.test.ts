import { expect, test } from 'vitest';
import { makeWorld } from '../support/world.ts';

test('E1: 800 points and a purchase worth 500 make Silver: dated, announced once, on the bus', async () => {
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
    { sequence: 1, from: { id: 'bronze' }, to: { id: 'silver' }, transactionId: 'order-2', occurredAt: '2026-05-03T09:30:00Z' },
  ]);
  expect(world.ports.mailer.sent).toMatchObject([
    { to: 'm-1@mail.example', text: expect.stringContaining("Your status level has changed, you're now Silver") },
  ]);
  expect(world.ports.texter.sent).toEqual([
    { to: '+34600000001', text: "Your status level has changed, you're now Silver" },
  ]);
  expect(world.ports.bus.events).toMatchObject([{ type: 'tier.upgraded', detail: { memberId: 'm-1', sequence: 1 } }]);
});
