import { describe, expect, test } from 'vitest';
import type { PromotionFile } from '../../core/program/brand.ts';
import { forget, heard } from '../support/heard.ts';
import { makeWorld, type World } from '../support/world.ts';

/** Ten days after 1 March, in Madrid. */
const END = '2026-03-10T23:00:00Z';
const CYCLE_END = '2026-12-31T23:00:00Z';

const KEEP: PromotionFile = {
  id: 'keep-gold',
  trigger: { on: 'transaction', where: { type: 'purchase' } },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'gold' },
  expiry: { type: 'duration', amount: 90, unit: 'days' },
  notify: { channels: ['email'], atEnd: true },
};
const RENEW: PromotionFile = {
  id: 'stay-gold',
  trigger: { on: 'transaction', where: { type: 'purchase' } },
  action: 'renew',
  strategy: { type: 'program' },
  notify: { channels: ['email'], atEnd: true },
};
const CHANNELS = { channels: ['email', 'sms'], atEnd: true };

/** Events that may come first after the end. Each finds the order that the stream has not delivered. */
const FIRST_TO_COME: [string, (world: World) => Promise<unknown>][] = [
  ['the stream', (world) => world.recalculate(world.ledgerStream.splice(0))],
  ['a schedule', (world) => world.wake()],
  [
    'an action of staff that changes nothing',
    (world) => world.act('m-1', { id: 'idle', strategy: { type: 'program' } }),
  ],
  [
    'an action of staff that changes something',
    (world) =>
      world.act('m-1', {
        id: 'more',
        strategy: { type: 'specific', tier: 'platinum' },
        expiry: { type: 'duration', amount: 1, unit: 'days' },
      }),
  ],
];

/** Then all the others come. */
async function everythingArrives(world: World) {
  await world.deliver();
  await world.wake();
  await world.deliver();
}

const falls = async (world: World) =>
  (await world.changes('m-1')).filter(({ direction }: { direction: string }) => direction === 'down');

describe.each([
  ['extends', KEEP],
  ['renews', RENEW],
])('an order that %s Gold in the last second of Gold keeps it, without a downgrade message', (_, promotion) => {
  test.each(FIRST_TO_COME)('when %s comes first', async (who, comes) => {
    const world = makeWorld({ now: '2026-03-01T10:00:00Z', program: { promotions: [promotion] } });
    await world.enrol('m-1');
    await world.act('m-1', { expiry: { type: 'duration', amount: 10, unit: 'days' }, notify: CHANNELS });
    await world.deliver();
    forget(world);
    world.at('2026-03-10T22:59:59Z');
    await world.post('m-1', { id: 'late', points: 10 });
    world.at('2026-03-10T23:00:01Z');
    await comes(world);
    await everythingArrives(world);

    const has = who.endsWith('something') ? 'platinum' : 'gold';
    expect(await world.read('m-1')).toMatchObject({ tier: { id: has }, points: { current: 10 } });
    expect((await world.read('m-1', END)).tier.id).toBe('gold');
    expect(await falls(world)).toEqual([]);
    expect(heard(world)).toEqual({
      events: has === 'gold' ? ['tier.renewed'] : ['tier.renewed', 'tier.upgraded'],
      mails: ['You stay Gold'],
      texts: [],
    });
    expect(await world.changes('m-1')).toHaveLength(has === 'gold' ? 1 : 2);
    const { actions } = await world.explanation('m-1');
    expect(actions.filter(({ by }: { by: string }) => by === 'promotion')).toMatchObject([
      { transactionId: 'late', outcome: 'EXTENDED' },
    ]);
  });
});

describe.each([
  ['grants Gold', KEEP, 'TARGET_NOT_HIGHER'],
  ['renews Gold', RENEW, 'APPLIED'],
] as const)('an order that %s in the last second before the cycle ends', (_, promotion, outcome) => {
  const stays = promotion === RENEW;

  test.each(FIRST_TO_COME)(
    `${stays ? 'keeps Gold' : 'finds Gold earned, and loses it with the points'}, when %s comes first`,
    async (who, comes) => {
      const world = makeWorld({ now: '2025-03-01T10:00:00Z', program: { promotions: [promotion] } });
      await world.enrol('m-1');
      await world.post('m-1', { id: 'old', type: 'bonus', points: 5500 });
      await world.deliver();
      forget(world);
      world.at('2026-12-31T22:59:59Z');
      await world.post('m-1', { id: 'late', points: 10 });
      world.at('2026-12-31T23:00:01Z');
      await comes(world);
      await everythingArrives(world);

      const { actions } = await world.explanation('m-1');
      expect(actions.filter(({ by }: { by: string }) => by === 'promotion')).toMatchObject([{ outcome }]);
      const more = who.endsWith('something');
      const after = stays ? 'gold' : 'bronze';
      expect((await world.read('m-1')).tier.id).toBe(more ? 'platinum' : after);
      expect((await world.read('m-1', CYCLE_END)).tier.id).toBe(after);
      if (stays) {
        expect(await falls(world)).toEqual([]);
        expect(heard(world).mails).toEqual(['You stay Gold']);
        expect(heard(world).texts).toEqual([]);
      } else {
        expect(await falls(world)).toMatchObject([
          {
            from: { id: 'gold' },
            to: { id: 'bronze' },
            cause: 'recalculation',
            occurredAt: CYCLE_END,
            announced: true,
          },
        ]);
      }
    },
  );
});
