/**
 * Two small shops that live through everything that makes an event or an item. Tests compare docs/events.md and docs/data-model.md with the
 * events and items of these shops. Nothing here is random, so an example in a document can be an event or an item of a shop.
 */
import { MAX_DECIDED_AT_ONCE } from '../../core/actions/promotions.ts';
import type { MemberStore } from '../../core/ports.ts';
import type { PromotionFile } from '../../core/program/brand.ts';
import { PAGE_SIZE } from '../../core/use-cases/change-group-tiers.ts';
import { Phone } from './phone.ts';
import { EXAMPLE_GOOGLE, exampleWallet } from './program.ts';
import { CUSTOMER_ID, ORDER_ID, sendWebhook, shopifyOrder, shopifyRefund } from './shopify.ts';
import type { makeWorld, World } from './world.ts';

type Options = NonNullable<Parameters<typeof makeWorld>[0]>;

const to = (tier: string) => ({ strategy: { type: 'specific' as const, tier } });

const WELCOME: PromotionFile = {
  id: 'welcome',
  trigger: { on: 'enrolment' },
  action: 'upgrade',
  ...to('silver'),
  expiry: { type: 'duration', amount: 2, unit: 'months' },
  notify: { channels: ['email'], atEnd: true },
};

const STAY: PromotionFile = {
  id: 'hotel-stay',
  trigger: { on: 'transaction', where: { field: 'CheckOutDate', exists: true } },
  action: 'renew',
  ...to('platinum'),
  expiry: { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 3, unit: 'months' } },
  notify: { channels: ['push', 'email'], atEnd: true },
};

/** Cycles by the calendar, tiers that fall at once, promotions, both wallets, an audit that repairs what differs. */
export const CALENDAR_SHOP: Options = {
  now: '2025-09-01T10:00:00Z',
  program: {
    promotions: [WELCOME, STAY],
    trackers: { workshops: { measure: 'count', of: { field: 'kind', equals: 'workshop' }, over: 'cycle' } },
  },
  wallet: exampleWallet({ google: EXAMPLE_GOOGLE }),
  recalculation: { abortWhenDown: 0.9 },
  audit: { heal: true },
};

/** More orders than one write can decide fire this promotion. */
const TRIAL: PromotionFile = {
  id: 'trial',
  trigger: { on: 'transaction', where: { field: 'trial', equals: true } },
  action: 'upgrade',
  ...to('silver'),
  expiry: { type: 'duration', amount: 10, unit: 'days' },
};

/** Cycles that begin with each member's enrollment, tiers that are kept until the cycle ends, and a brake at 1 % down. */
export const ANNIVERSARY_SHOP: Options = {
  now: '2025-09-01T10:00:00Z',
  program: {
    cycle: { type: 'enrollment' },
    downgrade: { timing: 'recalculation', target: 'oneBelow' },
    promotions: [TRIAL],
  },
  recalculation: { abortWhenDown: 0.01 },
};

/** @param members the store that the world's handlers write to */
export async function liveInCalendarShop(world: World, members: MemberStore): Promise<void> {
  await world.enrol('m-1', { name: 'Ana García', locale: 'es', optOut: ['sms'] });
  await world.enrol('m-2');
  await world.enrol('m-3', { blocked: true });
  await world.call('PUT member', { params: { memberId: 'm-4' }, body: { name: 'Zoë' } });
  await world.deliver();
  const phone = new Phone(world, 'a1b2c3d4');
  await phone.add(await world.call('GET pass', { params: { memberId: 'm-1' } }));
  await world.call('GET google-pass', { params: { memberId: 'm-1' } });

  // Points raise a tier and lower it.
  const order = { id: 'order-1', source: 'pos', amount: '5800.00', currency: 'USD', exchangeRate: '0.9' };
  await take(world, 'm-1', { ...order, fields: { kind: 'workshop', table: 4 } });
  await take(world, 'm-1', { type: 'refund', id: 'refund-1', source: 'pos', orderId: 'order-1', ...usd('5700.00') });
  await take(world, 'm-1', { type: 'bonus', id: 'bonus-1', points: 800, reason: 'a friend enrolled' });
  await take(world, 'm-1', { type: 'adjustment', id: 'goodwill', points: 50, excludeFromTier: true });
  const ahead = new Date(world.now() + 120_000).toISOString();
  await take(world, 'm-1', { id: 'order-2', amount: '60.00', occurredAt: ahead });
  await take(world, 'm-2', { id: 'order-3', amount: '2500.00' });
  await take(world, 'm-2', { type: 'refund', id: 'early', orderId: 'order-4', amount: '10.00' });

  // Staff and promotions give a tier, renew it and take it.
  const gift = {
    id: 'gift',
    ...to('platinum'),
    reason: 'won the raffle',
    notify: { channels: ['email'], atEnd: true },
  };
  await act(world, 'm-1', { ...gift, expiry: { type: 'duration', amount: 50, unit: 'days' } });
  await act(world, 'm-1', { id: 'gift-renewed', action: 'renew', ...to('platinum'), expiry: days(60) });
  await take(world, 'm-1', { id: 'stay-1', source: 'hotel', amount: '80.00', fields: { CheckOutDate: '2025-09-20' } });
  await act(world, 'm-2', { id: 'abuse', action: 'downgrade', ...to('bronze'), reassess: true });
  for (const memberId of ['m-1', 'm-2', 'm-3', 'nobody']) await world.join('vips', memberId);
  await world.leave('vips', 'm-3');
  await world.actOnGroup('vips', { id: 'vip-day', ...to('gold'), expiry: days(30) });
  const untold = { transactionId: 'order-1', expiry: { type: 'fieldNumber', field: 'nights', unit: 'days' } };
  await world.actOnGroup('vips', { id: 'nights', ...untold });
  await world.deliver();

  // A platform's order, and the refund of a part; and a refund that comes before its order.
  await world.enrol(CUSTOMER_ID, { email: 'steve@mail.example' });
  await act(world, CUSTOMER_ID, { id: 'mistake', action: 'downgrade', ...to('bronze') });
  await act(world, CUSTOMER_ID, { id: 'sorry', ...to('gold'), expiry: days(40) });
  await sendWebhook(world, 'orders/paid', shopifyOrder({ createdAt: '2025-09-01T12:05:00+02:00' }));
  const back = { id: '509562969', at: '2025-09-01T12:10:00+02:00', lines: [{ subtotal: 100, tax: 17.36 }] };
  const refund = shopifyRefund(back, { orderId: ORDER_ID });
  await sendWebhook(world, 'refunds/create', refund);
  await sendWebhook(world, 'refunds/create', shopifyRefund({ ...back, id: '509562970' }, { orderId: '8209829119' }));
  await world.deliver();

  await act(world, 'm-4', { id: 'founder', ...to('gold') });
  await world.call('DELETE profile', { params: { memberId: 'm-3' } });
  await live(world, '2027-01-01T00:05:00+01:00');
  await world.night();
  await world.deliver();

  const member = structuredClone((await members.load('m-2'))!);
  const spoilt = { ...member, version: member.version + 1, tally: { ...member.tally, balance: 7 } };
  await members.save(spoilt, member.version, []);
  await world.audit();
  world.pass(24 * 60 * 60_000);
  await world.audit();
  await phone.remove('m-1');
  await world.deliver();
}

export async function liveInAnniversaryShop(world: World): Promise<void> {
  for (let n = 0; n <= MAX_DECIDED_AT_ONCE; n++) {
    await world.post('m-1', { id: `order-${n}`, points: 30, fields: { trial: true } });
    world.pass(10);
  }
  await world.enrol('m-1');
  await world.deliver();
  await take(world, 'm-1', { type: 'adjustment', id: 'correction', points: -500 });

  for (let n = 0; n <= PAGE_SIZE; n++) await world.join('newsletter', `reader-${String(n).padStart(3, '0')}`);
  await world.actOnGroup('newsletter', { id: 'readers-day', ...to('gold'), expiry: days(1) });

  await live(world, '2026-09-01T00:05:00+02:00');
  await world.recalculateEveryone({ at: '2026-09-01T00:00:00+02:00' });
  await world.deliver();
}

const days = (amount: number) => ({ type: 'duration', amount, unit: 'days' });
const usd = (amount: string) => ({ amount, currency: 'USD', exchangeRate: '0.9' });

/** Each thing happens a minute after the one before, so that no two have the same moment. */
async function take(world: World, memberId: string, transaction: Record<string, unknown>): Promise<void> {
  world.pass(60_000);
  const { status, body } = await world.post(memberId, transaction);
  if (status !== 202) throw new Error(JSON.stringify(body));
  await world.deliver();
}

async function act(world: World, memberId: string, action: Record<string, unknown>): Promise<void> {
  world.pass(60_000);
  const { outcome } = await world.act(memberId, action);
  if (!['APPLIED', 'EXTENDED'].includes(outcome)) throw new Error(`${action.id}: ${outcome}`);
  await world.deliver();
}

/** Time passes, and the timers ring that were set. */
async function live(world: World, until: string): Promise<void> {
  const { timers } = world.ports;
  for (let next = timers.moments[0]; next !== undefined && next <= Date.parse(until); next = timers.moments[0]) {
    world.at(new Date(next).toISOString());
    timers.fired(next);
    await world.wake();
    await world.deliver();
  }
  world.at(new Date(until).toISOString());
}
