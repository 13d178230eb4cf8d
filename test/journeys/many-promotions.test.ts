import { expect, test } from 'vitest';
import { MAX_DECIDED_AT_ONCE } from '../../core/actions/promotions.ts';
import type { Member } from '../../core/member/member.ts';
import type { PromotionFile } from '../../core/program/brand.ts';
import { forget, heard } from '../support/heard.ts';
import { makeWorld, type Reach, type World } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
const END = '2026-03-30T22:00:00Z';
const TIERS = ['bronze', 'silver', 'gold', 'platinum'];

/** Every purchase gives Gold for 30 days. */
const GOLD: PromotionFile = {
  id: 'gold-trial',
  trigger: { on: 'transaction', where: { type: 'purchase' } },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'gold' },
  expiry: { type: 'duration', amount: 30, unit: 'days' },
  notify: { channels: ['email', 'sms'] },
};

const { notify: _, ...UNTOLD } = GOLD;
/** A silent promotion for a tier below the one that the orders' points give. */
const SILVER: PromotionFile = { ...UNTOLD, id: 'silver-trial', strategy: { type: 'specific', tier: 'silver' } };

/** A world that records the tier of every write of m-1. */
function worldWith(promotion: PromotionFile): { world: World; written: string[] } {
  const written: string[] = [];
  const reach: Reach = (name, port) =>
    name !== 'members'
      ? port
      : new Proxy(port, {
          get: (target, property) => {
            const method = Reflect.get(target, property, target);
            if (typeof method !== 'function') return method;
            return async (...args: unknown[]) => {
              const answer = await method.apply(target, args);
              if (property === 'save' && answer !== 'conflict') written.push((args[0] as Member).tier.id);
              return answer;
            };
          },
        });
  return { world: makeWorld({ now: NOW, program: { promotions: [promotion] }, reach }), written };
}

async function order(world: World, count: number, points: number) {
  for (let n = 0; n < count; n++) {
    await world.post('m-1', { id: `order-${n}`, points });
    world.pass(10);
  }
}

async function expectDecidedOnce(world: World, count: number, written: readonly string[]) {
  const actions = await world.ports.members.actionsOf('m-1');
  expect(actions.map(({ action }) => action.transactionId).sort()).toEqual(
    Array.from({ length: count }, (_, n) => `order-${n}`).sort(),
  );
  expect((await world.ports.members.load('m-1'))!.undecided).toBeUndefined();
  const ranks = written.map((tier) => TIERS.indexOf(tier));
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  const changes = await world.changes('m-1');
  expect(changes.filter(({ direction }: { direction: string }) => direction === 'down')).toEqual([]);
}

const COUNTS = [MAX_DECIDED_AT_ONCE, MAX_DECIDED_AT_ONCE + 1, 60, 2 * MAX_DECIDED_AT_ONCE, 130];

test.each(COUNTS)('%i promotions in one batch of the stream are decided once each, with one message', async (count) => {
  const { world, written } = worldWith(GOLD);
  await world.enrol('m-1');
  await order(world, count, 1);
  const records = world.ledgerStream.splice(0);
  await world.recalculate(records);
  await world.deliver();
  await world.recalculate(records);
  await world.deliver();
  await expectDecidedOnce(world, count, written);
  expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold', expiresAt: END }, points: { current: count } });
  expect(await world.changes('m-1')).toMatchObject([{ to: { id: 'gold' }, cause: 'tierAction', announced: true }]);
  expect(heard(world).mails).toEqual(["You're now Gold"]);
  expect(heard(world).texts).toHaveLength(1);
  expect(heard(world).events.filter((type) => type === 'tier.upgraded')).toHaveLength(1);
});

test.each([
  [60, 'gold'],
  [130, 'platinum'],
])(
  '%i orders that earn more than their promotions give make one change, announced as the orders’ (%s)',
  async (count, tier) => {
    const { world, written } = worldWith(SILVER);
    await world.enrol('m-1');
    await order(world, count, 100);
    await world.deliver();
    await expectDecidedOnce(world, count, written);
    expect(await world.changes('m-1')).toMatchObject([{ to: { id: tier }, cause: 'transaction', announced: true }]);
    expect(heard(world)).toMatchObject({ events: ['tier.upgraded'], texts: [expect.any(String)] });
    expect(heard(world).mails).toHaveLength(1);
  },
);

test.each([60, 130])(
  '%i orders from before the enrollment are each decided once, and make one change',
  async (count) => {
    const { world, written } = worldWith(GOLD);
    await order(world, count, 1);
    await world.deliver();
    await world.enrol('m-1');
    await world.deliver();
    await expectDecidedOnce(world, count, written);
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold', expiresAt: END }, points: { current: count } });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(heard(world).mails.length).toBeLessThanOrEqual(1);
    expect(heard(world).texts.length).toBeLessThanOrEqual(1);
  },
);

test.each([60, 130])(
  '%i orders from before the enrollment, under a silent promotion, send no message',
  async (count) => {
    const { world, written } = worldWith(SILVER);
    await order(world, count, 100);
    await world.deliver();
    forget(world);
    await world.enrol('m-1');
    await world.deliver();
    await expectDecidedOnce(world, count, written);
    expect(await world.changes('m-1')).toMatchObject([{ cause: 'enrolment', announced: false }]);
    expect(heard(world)).toMatchObject({ mails: [], texts: [] });
  },
);

test.each([60, 130])('%i promotions below a higher tier by staff do not change that tier', async (count) => {
  const { world, written } = worldWith(GOLD);
  await world.enrol('m-1');
  await world.act('m-1', { strategy: { type: 'specific', tier: 'platinum' } });
  await world.deliver();
  forget(world);
  written.splice(0);
  await order(world, count, 1);
  await world.deliver();
  expect(await world.ports.members.actionsOf('m-1')).toHaveLength(count + 1);
  expect(new Set(written)).toEqual(new Set(['platinum']));
  expect(heard(world)).toEqual({ events: [], mails: [], texts: [] });
});

test.each([60, 130])('%i stays, each longer than the one before, tell of Gold once in each channel', async (count) => {
  const { world, written } = worldWith({
    ...GOLD,
    expiry: { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 30, unit: 'days' } },
  });
  await world.enrol('m-1');
  for (let n = 0; n < count; n++) {
    const CheckOutDate = new Date(Date.UTC(2026, 3, 1 + n)).toISOString().slice(0, 10);
    await world.post('m-1', { id: `order-${n}`, points: 1, fields: { CheckOutDate } });
    world.pass(10);
  }
  await world.deliver();
  await expectDecidedOnce(world, count, written);
  expect(heard(world).mails).toEqual(["You're now Gold"]);
  expect(heard(world).texts).toHaveLength(1);
});
