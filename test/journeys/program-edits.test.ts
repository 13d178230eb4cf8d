import { describe, expect, test } from 'vitest';
import type { ProgramFile } from '../../core/program/brand.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { redeployed } from '../support/redeployed.ts';
import { makeWorld, type World } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
const LADDER: ProgramFile['tiers'] = [
  { id: 'bronze', name: 'Bronze', threshold: 0 },
  { id: 'silver', name: 'Silver', threshold: 1000 },
  { id: 'gold', name: 'Gold', threshold: 5000 },
  { id: 'platinum', name: 'Platinum', threshold: 10000 },
];
const GOLD_AT_6000 = { tiers: LADDER.map((tier) => (tier.id === 'gold' ? { ...tier, threshold: 6000 } : tier)) };
/** Gives no member a tier, but changes the counting rule. */
const COUNTED_OTHERWISE: Partial<ProgramFile> = {
  trackers: { flights: { measure: 'count', of: { type: 'bonus' }, over: 'lifetime' } },
};
const EDITS: [string, Partial<ProgramFile>][] = [
  ['without an edit', {}],
  ['after an edit of the counting rule', COUNTED_OTHERWISE],
];

const to = (tier: string) => ({ strategy: { type: 'specific', tier } });
const forDays = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'days' } });

async function memberWith(points: number, program: Partial<ProgramFile> = {}, now = NOW): Promise<World> {
  const world = makeWorld({ now, program });
  await world.enrol('m-1');
  if (points > 0) await world.post('m-1', { id: 'first', points });
  await world.deliver();
  forget(world);
  return world;
}

test('renewing a lower tier lowers no member whose tier was kept after a raised threshold', async () => {
  const world = await memberWith(5500);
  const raised = {
    tiers: GOLD_AT_6000.tiers.map((tier) => (tier.id === 'silver' ? { ...tier, threshold: 5800 } : tier)),
  };
  const next = redeployed(world, raised, '2026-04-01T10:00:00Z');
  expect(await next.act('m-1', { id: 'again', action: 'renew', ...to('silver'), ...forDays(10) })).toMatchObject({
    outcome: 'APPLIED',
    visibleTier: 'gold',
  });
  expect((await next.read('m-1')).tier).toMatchObject({ id: 'gold' });
  expect(heard(next)).toEqual(NOTHING);
  next.at('2027-01-01T10:00:00Z');
  expect((await next.read('m-1')).tier).toMatchObject({ id: 'bronze' });
});

test('a renewal of a tier kept after a raised threshold lasts at least until the cycle ends (R18)', async () => {
  const world = await memberWith(5500);
  const next = redeployed(world, GOLD_AT_6000, '2026-04-01T10:00:00Z');
  const renewal = { id: 'again', action: 'renew', strategy: { type: 'program' } };
  expect(await next.act('m-1', { ...renewal, ...forDays(10) })).toEqual({
    outcome: 'APPLIED',
    visibleTier: 'gold',
    until: '2026-12-31T23:00:00Z',
  });
  next.at('2026-12-31T22:59:59Z');
  await next.wake();
  expect((await next.read('m-1')).tier.id).toBe('gold');
  next.at('2026-12-31T23:00:00Z');
  await next.wake();
  expect((await next.read('m-1')).tier.id).toBe('silver');
});

describe('a downgrade of a member who keeps a tier after a raised threshold (R10)', () => {
  test.each([
    ['to a named tier', to('silver')],
    ['by the program', { strategy: { type: 'program' } }],
  ])('%s takes effect, and lasts over purchases until its end', async (_, strategy) => {
    const world = await memberWith(5500);
    const next = redeployed(world, GOLD_AT_6000, '2026-04-01T10:00:00Z');
    expect((await next.read('m-1')).tier.id).toBe('gold');
    expect(await next.act('m-1', { id: 'down', action: 'downgrade', ...strategy, ...forDays(30) })).toMatchObject({
      outcome: 'APPLIED',
      visibleTier: 'silver',
    });
    await next.deliver();
    expect(await next.changes('m-1')).toMatchObject([
      { from: { id: 'gold' }, to: { id: 'silver' }, cause: 'tierAction', actionId: 'down' },
      { to: { id: 'gold' } },
    ]);
    for (const points of [1, 1000]) {
      next.pass(1000);
      await next.post('m-1', { id: `order-${points}`, points });
      await next.deliver();
      expect(await next.read('m-1')).toMatchObject({ tier: { id: 'silver' }, grants: [{ id: 'down', kind: 'cap' }] });
    }
    // The member has 6501 points now: Gold comes back when the cap ends.
    expect((await next.read('m-1')).tier.expiresAt).toBe('2026-04-30T22:00:00Z');
    next.at('2026-04-30T22:00:00Z');
    await next.wake();
    await next.deliver();
    expect((await next.read('m-1')).tier.id).toBe('gold');
    expect(await next.changes('m-1')).toHaveLength(3);
  });

  test.each([
    ['to a named tier', to('silver')],
    ['by the program', { strategy: { type: 'program' } }],
  ])('%s leaves the tier that the points give, after its end', async (_, strategy) => {
    const world = await memberWith(5500);
    const next = redeployed(world, GOLD_AT_6000, '2026-04-01T10:00:00Z');
    await next.act('m-1', { id: 'down', action: 'downgrade', ...strategy, ...forDays(30) });
    await next.post('m-1', { id: 'order', points: 1 });
    next.at('2026-04-30T22:00:00Z');
    await next.wake();
    await next.deliver();
    expect(await next.read('m-1')).toMatchObject({ tier: { id: 'silver', source: 'earned' }, grants: [] });
    expect(await next.changes('m-1')).toHaveLength(2);
  });
});

describe.each(EDITS)('%s', (_, edit) => {
  const REMINDERS = { reminders: { daysBefore: [7], notify: true } };

  test('a reminder is sent as usual, and then the end of the grant', async () => {
    const world = await memberWith(0, REMINDERS);
    await world.act('m-1', { ...forDays(30), notify: { channels: ['email'], atEnd: true } });
    await world.deliver();
    forget(world);

    const next = redeployed(world, { ...REMINDERS, ...edit }, '2026-03-24T10:00:00Z');
    await next.wake();
    await next.deliver();
    expect(world.ports.bus.events).toMatchObject([
      {
        type: 'tier.expiring',
        detail: { occurredAt: '2026-03-23T23:00:00Z', expiresAt: '2026-03-30T22:00:00Z', after: { id: 'bronze' } },
      },
    ]);
    expect(heard(world)).toMatchObject({ mails: ['Your Gold status ends soon'], texts: [expect.any(String)] });

    forget(world);
    next.at('2026-03-31T00:05:00Z');
    await next.wake();
    await next.deliver();
    expect((await next.changes('m-1'))[0]).toMatchObject({
      to: { id: 'bronze' },
      cause: 'grantEnd',
      actionId: 'a-1',
      occurredAt: '2026-03-30T22:00:00Z',
      recordedAt: '2026-03-31T00:05:00Z',
      announced: true,
    });
    expect(heard(world)).toEqual({ events: ['tier.downgraded'], mails: ["You're now Bronze"], texts: [] });
  });

  test.each<[string, (next: World) => Promise<unknown>]>([
    ['a schedule', (next) => next.wake()],
    ['a purchase', (next) => next.post('m-1', { id: 'order', points: 10 })],
    ['a staff action', (next) => next.act('m-1', { id: 'idle', strategy: { type: 'program' } })],
  ])('the end of a grant is its own change, found by %s', async (_by, comes) => {
    const world = await memberWith(0);
    await world.act('m-1', { ...forDays(10), notify: { channels: ['email'], atEnd: true } });
    await world.deliver();
    forget(world);
    const next = redeployed(world, edit, '2026-03-10T23:05:00Z');
    await comes(next);
    await next.deliver();
    await next.wake();
    await next.deliver();
    expect(await next.changes('m-1')).toMatchObject([
      { to: { id: 'bronze' }, cause: 'grantEnd', occurredAt: '2026-03-10T23:00:00Z', announced: true },
      { to: { id: 'gold' }, cause: 'tierAction' },
    ]);
    expect(heard(world)).toEqual({ events: ['tier.downgraded'], mails: ["You're now Bronze"], texts: [] });
  });

  test.each<[string, (next: World) => Promise<unknown>]>([
    ['a purchase', (next) => next.post('m-1', { id: 'order', points: 10 })],
    ['a staff action', (next) => next.act('m-1', { id: 'blocked', ...to('silver'), ...forDays(1) })],
  ])('the yearly recalculation of an idle member is announced as such, found by %s', async (by, comes) => {
    const world = await memberWith(5500, {}, '2025-03-01T10:00:00Z');
    const next = redeployed(world, edit, '2027-01-05T10:00:00Z');
    await comes(next);
    await next.deliver();
    const changes = await next.changes('m-1');
    expect(changes.slice(by === 'a purchase' ? 0 : 1)).toMatchObject([
      {
        from: { id: 'gold' },
        to: { id: 'bronze' },
        cause: 'recalculation',
        occurredAt: '2026-12-31T23:00:00Z',
        announced: true,
      },
      { to: { id: 'gold' }, cause: 'transaction' },
    ]);
    expect(heard(world).mails).toEqual(["You're now Bronze"]);
    expect(heard(world).texts).toHaveLength(1);
  });

  test('one schedule finds the yearly recalculation and the reminder after it', async () => {
    const world = await memberWith(12_000, REMINDERS, '2025-03-01T10:00:00Z');
    await world.act('m-1', {
      id: 'gift',
      action: 'renew',
      ...to('gold'),
      expiry: { type: 'date', date: '2027-01-10' },
    });
    await world.deliver();
    forget(world);
    const next = redeployed(world, { ...REMINDERS, ...edit }, '2027-01-05T10:00:00Z');
    await next.wake();
    await next.deliver();
    expect(await next.changes('m-1')).toMatchObject([
      { from: { id: 'platinum' }, to: { id: 'gold' }, cause: 'recalculation', occurredAt: '2026-12-31T23:00:00Z' },
      { to: { id: 'platinum' } },
    ]);
    expect(heard(world).events).toEqual(['tier.downgraded', 'tier.expiring']);
    expect(heard(world).mails).toEqual(["You're now Gold", 'Your Gold status ends soon']);
  });

  test.each<[string, (next: World) => Promise<unknown>]>([
    ['the stream', async () => {}],
    ['a schedule', (next) => next.wake()],
    ['a staff action', (next) => next.act('m-1', { id: 'idle', strategy: { type: 'program' } })],
    ['another purchase', (next) => next.post('m-1', { id: 'order-2', points: 1 })],
  ])(
    'a purchase taken before and counted later is announced as a transaction, first found by %s',
    async (__, comes) => {
      const world = await memberWith(900);
      world.at('2026-04-01T10:00:00Z');
      await world.post('m-1', { id: 'order', points: 500 });
      const next = redeployed(world, edit, '2026-04-01T10:05:00Z');
      await comes(next);
      await next.deliver();
      expect(await next.changes('m-1')).toMatchObject([
        { to: { id: 'silver' }, cause: 'transaction', transactionId: 'order', announced: true },
      ]);
      expect(heard(world)).toMatchObject({ events: ['tier.upgraded'], mails: ["You're now Silver"] });
      expect(heard(world).texts).toHaveLength(1);
    },
  );

  test('a purchase taken before a grant’s end and counted after it is announced before that end', async () => {
    const world = await memberWith(900);
    await world.act('m-1', { ...forDays(10), notify: { channels: ['email'], atEnd: true } });
    await world.deliver();
    forget(world);
    world.at('2026-03-10T22:59:00Z');
    await world.post('m-1', { id: 'order', points: 9500 });
    const next = redeployed(world, edit, '2026-03-10T23:05:00Z');
    await next.wake();
    await next.deliver();
    expect(await next.changes('m-1')).toMatchObject([
      { from: { id: 'gold' }, to: { id: 'platinum' }, cause: 'transaction', transactionId: 'order', announced: true },
      { to: { id: 'gold' }, cause: 'tierAction' },
    ]);
    expect(heard(world)).toMatchObject({ events: ['tier.upgraded'], mails: ["You're now Platinum"] });
  });
});

test('an edit under which nothing is due sends no news', async () => {
  const world = await memberWith(900);
  const next = redeployed(world, COUNTED_OTHERWISE, '2026-04-01T10:00:00Z');
  await next.post('m-1', { id: 'order', points: 1 });
  await next.deliver();
  await next.wake();
  await next.deliver();
  expect(heard(world)).toEqual(NOTHING);
  expect((await next.read('m-1')).points.current).toBe(901);
});

describe('a program that removes the higher of two granted tiers', () => {
  const NO_GOLD = { tiers: LADDER.filter(({ id }) => id !== 'gold') };
  const AT = '2026-03-05T10:00:00Z';
  const SILVER_ENDS = '2026-03-30T22:00:00Z';

  const silver = { id: 'silver', ...to('silver'), ...forDays(30) };
  const gold = { id: 'gold', ...to('gold'), ...forDays(60) };
  const longSilver = { id: 'silver', ...to('silver'), ...forDays(90) };

  async function expectSilverByAll(next: World, now: string, expiresAt: string) {
    const member = await next.read('m-1');
    expect(member.tier).toMatchObject({ id: 'silver', source: 'floor', expiresAt });
    const { since: _, ...tier } = member.tier;
    expect((await next.read('m-1', now)).tier).toMatchObject(tier);
    const explanation = await next.explanation('m-1');
    expect(explanation.member.tier).toMatchObject(tier);
    expect(explanation.member.grants).toEqual(member.grants);
  }

  test.each([
    ['the higher tier granted later', [silver, gold], SILVER_ENDS],
    ['the higher tier granted first', [gold, longSilver], '2026-05-29T22:00:00Z'],
  ])(
    'leaves the lower tier: the member, ?at= and the explanation agree, before and after the next write (%s)',
    async (_, actions, end) => {
      const world = await memberWith(0);
      for (const action of actions) {
        expect((await world.act('m-1', action)).outcome).toBe('APPLIED');
        world.pass(1000);
      }
      await world.deliver();
      forget(world);
      const next = redeployed(world, NO_GOLD, AT);
      await expectSilverByAll(next, AT, end);

      await next.post('m-1', { id: 'order', points: 10 });
      await next.deliver();
      await expectSilverByAll(next, AT, end);
      expect((await next.changes('m-1'))[0]).toMatchObject({
        from: { id: 'gold' },
        to: { id: 'silver' },
        cause: 'programEdit',
        announced: false,
      });
      expect(heard(world)).toMatchObject({ mails: [], texts: [] });

      next.at(end);
      await next.wake();
      await next.deliver();
      expect((await next.read('m-1')).tier.id).toBe('bronze');
      expect((await next.explanation('m-1')).member.tier.id).toBe('bronze');
    },
  );

  test('leaves the base tier after the lower grant’s end, in a schedule and in ?at=', async () => {
    const world = await memberWith(0);
    await world.act('m-1', silver);
    await world.act('m-1', gold);
    await world.deliver();
    forget(world);
    const next = redeployed(world, NO_GOLD, SILVER_ENDS);
    for (const writes of ['before', 'after']) {
      expect((await next.read('m-1')).tier.id, writes).toBe('bronze');
      expect((await next.read('m-1', SILVER_ENDS)).tier.id, writes).toBe('bronze');
      expect((await next.read('m-1', AT)).tier.id, writes).toBe('silver');
      expect((await next.explanation('m-1')).member.tier.id, writes).toBe('bronze');
      await next.wake();
      await next.deliver();
    }
    expect(heard(world)).toMatchObject({ mails: [], texts: [] });
  });
});

describe('with the downgrade rules of R8, an edit of thresholds', () => {
  const FALLS: NonNullable<ProgramFile['downgrade']>[] = [
    { timing: 'recalculation' },
    { timing: 'realtime', target: 'oneBelow' },
    { timing: 'realtime', target: 'base' },
    { timing: 'recalculation', target: 'oneBelow' },
  ];
  const ORDER = { id: 'order', amount: '5500.00', points: 5500 };

  async function whoBoughtFor5500(downgrade: ProgramFile['downgrade'], program: Partial<ProgramFile> = {}) {
    const world = makeWorld({ now: NOW, program: { ...program, ...(downgrade && { downgrade }) } });
    await world.enrol('m-1');
    await world.post('m-1', ORDER);
    await world.deliver();
    forget(world);
    return world;
  }

  async function takesFromTheOrder(next: Awaited<ReturnType<typeof redeployed>>, amount: string) {
    next.pass(1000);
    await next.post('m-1', { type: 'refund', orderId: 'order', amount });
    await next.deliver();
  }

  test.each(FALLS)('lowers nobody before the cycle ends (E23): %o', async (downgrade) => {
    const world = await whoBoughtFor5500(downgrade);
    const next = redeployed(world, { ...GOLD_AT_6000, downgrade }, '2026-04-01T10:00:00Z');
    expect((await next.read('m-1')).tier.id).toBe('gold');
    await next.post('m-1', { id: 'purchase', points: 10 });
    await next.deliver();
    expect((await next.read('m-1')).tier.id).toBe('gold');
    // A refund that crosses no threshold makes the engine read the ledger, and lowers nobody either.
    await takesFromTheOrder(next, '20.00');
    for (const at of [undefined, new Date(next.now()).toISOString()]) {
      expect(await next.read('m-1', at)).toMatchObject({ tier: { id: 'gold' }, points: { current: 5490 } });
    }
    const { member, summary } = await next.explanation('m-1');
    expect(member.tier.id).toBe('gold');
    expect(summary.slice(0, 2)).toEqual([
      "The member keeps Gold until the end of December 31, 2026, because the program's rules changed.",
      "Today's rules give Silver.",
    ]);
    expect(await next.changes('m-1')).toHaveLength(1);
    next.at('2027-01-01T10:00:00Z');
    await next.post('m-1', { id: 'new-year', points: 1 });
    await next.deliver();
    expect((await next.read('m-1')).tier.id).toBe('silver');
    expect((await next.changes('m-1'))[0]).toMatchObject({
      cause: 'recalculation',
      occurredAt: '2026-12-31T23:00:00Z',
    });
  });

  test.each([
    ['realtime', 'bronze'],
    ['recalculation', 'gold'],
  ] as const)('leaves falls of points as before: timing %s', async (timing, tier) => {
    const downgrade = { timing, target: 'base' } as const;
    const world = await whoBoughtFor5500(downgrade);
    const next = redeployed(world, { ...GOLD_AT_6000, downgrade }, '2026-04-01T10:00:00Z');
    await takesFromTheOrder(next, '4600.00');
    expect((await next.read('m-1')).tier.id).toBe(tier);
  });

  test('takes no tier from a member whose tier was kept before the edit', async () => {
    const downgrade = { timing: 'recalculation' } as const;
    const world = await whoBoughtFor5500(downgrade);
    const before = redeployed(world, { downgrade }, '2026-03-15T10:00:00Z');
    await takesFromTheOrder(before, '1000.00');
    const next = redeployed(world, { ...GOLD_AT_6000, downgrade }, '2026-04-01T10:00:00Z');
    await next.post('m-1', { id: 'purchase', points: 10 });
    await next.deliver();
    expect(await next.read('m-1')).toMatchObject({ tier: { id: 'gold' }, earnedTier: 'gold' });
    await takesFromTheOrder(next, '10.00');
    expect((await next.read('m-1')).tier.id).toBe('gold');
    expect((await next.read('m-1', new Date(next.now()).toISOString())).tier.id).toBe('gold');
    expect((await next.read('m-1', '2026-12-31T23:00:00Z')).tier.id).toBe('silver');
  });
});

describe('an edit of the downgrade rules (R8) reaches a member like an edit of thresholds (R10)', () => {
  const LATER = { downgrade: { timing: 'recalculation' } } as const;

  async function goldWith4500(): Promise<World> {
    const world = makeWorld({ now: NOW, program: LATER });
    await world.enrol('m-1');
    await world.post('m-1', { id: 'order', amount: '5500.00', points: 5500 });
    world.pass(1000);
    await world.post('m-1', { id: 'refund', type: 'refund', orderId: 'order', amount: '1000.00' });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('gold');
    forget(world);
    return world;
  }

  test.each<[string, Partial<ProgramFile>]>([
    ['at once, from now on', {}],
    ['at once and to the base tier', { downgrade: { target: 'base' } }],
    ['at once and one below', { downgrade: { target: 'oneBelow' } }],
  ])('a kept tier stays until the cycle ends: %s', async (_, program) => {
    const world = await goldWith4500();
    const next = redeployed(world, program, '2026-04-01T10:00:00Z');
    const nowText = () => new Date(next.now()).toISOString();
    const expectGold = async () => {
      expect((await next.read('m-1')).tier.id).toBe('gold');
      expect((await next.read('m-1', nowText())).tier.id).toBe('gold');
      expect((await next.explanation('m-1')).member.tier.id).toBe('gold');
    };
    await expectGold();
    for (const id of ['one', 'two']) {
      next.pass(1000);
      await next.post('m-1', { id, points: 1 });
      await next.deliver();
      await expectGold();
    }
    expect(heard(world)).toEqual(NOTHING);
    next.at('2027-01-01T10:00:00Z');
    await next.post('m-1', { id: 'new-year', points: 1 });
    await next.deliver();
    expect((await next.read('m-1')).tier.id).toBe('silver');
  });

  test('a lost tier comes back silently if downgrades now wait for the cycle’s end', async () => {
    const world = makeWorld({ now: NOW });
    await world.enrol('m-1');
    await world.post('m-1', { id: 'order', amount: '5500.00', points: 5500 });
    world.pass(1000);
    await world.post('m-1', { id: 'refund', type: 'refund', orderId: 'order', amount: '1000.00' });
    await world.deliver();
    forget(world);
    const next = redeployed(world, LATER, '2026-04-01T10:00:00Z');
    expect((await next.read('m-1')).tier.id).toBe('silver');
    await next.post('m-1', { id: 'purchase', points: 1 });
    await next.deliver();
    expect((await next.read('m-1')).tier.id).toBe('gold');
    expect(heard(world)).toMatchObject({ mails: [], texts: [] });
    expect((await next.changes('m-1'))[0]).toMatchObject({ cause: 'programEdit', announced: false });
  });
});
