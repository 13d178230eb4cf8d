import { describe, expect, test } from 'vitest';
import type { PromotionFile } from '../../core/program/brand.ts';
import { HOUR_MS } from '../../core/time.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { makeWorld, type World } from '../support/world.ts';

const to = (tier: string) => ({ strategy: { type: 'specific', tier } });
const forDays = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'days' } });
const forMonths = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'months' } });
const untilDate = (date: string) => ({ expiry: { type: 'date', date } });

/** A world with the member m-1, who enrolled an hour ago and has the given points. */
async function memberWith(points: number, options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const { now = '2026-03-01T10:00:00Z' } = options;
  const world = makeWorld({ ...options, now: new Date(Date.parse(now) - HOUR_MS).toISOString() });
  await world.enrol('m-1');
  if (points > 0) await world.post('m-1', { id: 'first', points });
  await world.deliver();
  world.at(now);
  forget(world);
  return world;
}

/** The member's tier at each of the moments. */
async function tiersAt(world: World, moments: readonly string[], memberId = 'm-1'): Promise<string[]> {
  const tiers = [];
  for (const moment of moments) tiers.push((await world.read(memberId, moment)).tier.id);
  return tiers;
}

test('E26: Silver for 90 days from 1 March ends on 30 May', async () => {
  const world = await memberWith(0);
  expect(await world.act('m-1', { ...to('silver'), ...forDays(90) })).toEqual({
    outcome: 'APPLIED',
    visibleTier: 'silver',
    until: '2026-05-29T22:00:00Z',
  });
  await world.deliver();
  expect(await world.read('m-1')).toMatchObject({
    tier: { id: 'silver', since: '2026-03-01T10:00:00Z', expiresAt: '2026-05-29T22:00:00Z', source: 'floor' },
    earnedTier: 'bronze',
    grants: [{ id: 'a-1', kind: 'floor', tier: 'silver', from: '2026-03-01T10:00:00Z', until: '2026-05-29T22:00:00Z' }],
  });

  world.at('2026-05-29T21:59:59Z');
  expect((await world.read('m-1')).tier.id).toBe('silver');
  world.at('2026-05-29T22:00:00Z');
  expect((await world.read('m-1')).tier).toMatchObject({
    id: 'bronze',
    since: '2026-05-29T22:00:00Z',
    expiresAt: null,
    source: 'earned',
  });
});

describe('E27: 30 days after the field CheckOutDate of 15 June end on 15 July', () => {
  const expiry = { type: 'fieldDate' as const, field: 'CheckOutDate', plus: { amount: 30, unit: 'days' as const } };
  const stay: PromotionFile = {
    id: 'stay',
    trigger: { on: 'transaction', where: { field: 'CheckOutDate', exists: true } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry,
  };

  test.each(['2026-06-15', '2026-06-15T23:30:00', '2026-06-15T00:00:00+02:00', '2026-06-14T22:00:00Z'])(
    'for a promotion and for staff, if the field holds %s',
    async (CheckOutDate) => {
      const world = await memberWith(0, { program: { promotions: [stay] } });
      await world.enrol('m-2');
      await world.post('m-1', { points: 10, fields: { CheckOutDate } });
      await world.deliver();
      expect((await world.read('m-1')).tier).toMatchObject({ id: 'gold', expiresAt: '2026-07-14T22:00:00Z' });

      const other = await memberWith(0);
      await other.post('m-1', { id: 'order-1', points: 10, fields: { CheckOutDate } });
      await other.deliver();
      expect(await other.act('m-1', { expiry, transactionId: 'order-1' })).toMatchObject({
        outcome: 'APPLIED',
        until: '2026-07-14T22:00:00Z',
      });
      expect(await tiersAt(other, ['2026-07-14T21:59:59Z', '2026-07-14T22:00:00Z'])).toEqual(['gold', 'bronze']);
    },
  );
});

test('E28: 60 days from the field TrialPeriodDays, granted on 10 January 2026, end on 11 March 2026', async () => {
  const world = await memberWith(0, { now: '2026-01-10T09:00:00Z' });
  await world.post('m-1', { id: 'order-1', points: 10, fields: { TrialPeriodDays: 60 } });
  await world.deliver();
  const expiry = { type: 'fieldNumber', field: 'TrialPeriodDays', unit: 'days' };
  expect(await world.act('m-1', { expiry, transactionId: 'order-1' })).toMatchObject({
    outcome: 'APPLIED',
    until: '2026-03-10T23:00:00Z',
  });
  expect(await tiersAt(world, ['2026-03-10T22:59:59Z', '2026-03-10T23:00:00Z'])).toEqual(['gold', 'bronze']);
});

describe('E29: Gold until the date 2026-01-31', () => {
  const until = '2026-01-30T23:00:00Z';

  test('ends on that day for a member who got it on 20 December and for one who got it on 5 January', async () => {
    const world = await memberWith(0, { now: '2025-12-20T10:00:00Z' });
    await world.enrol('m-2');
    expect(await world.act('m-1', untilDate('2026-01-31'))).toMatchObject({ outcome: 'APPLIED', until });
    world.at('2026-01-05T10:00:00Z');
    await world.post('m-2', { points: 1200 });
    await world.deliver();
    expect(await world.act('m-2', untilDate('2026-01-31'))).toMatchObject({ outcome: 'APPLIED', until });

    const moments = ['2026-01-30T22:59:59Z', until];
    expect(await tiersAt(world, moments, 'm-1')).toEqual(['gold', 'bronze']);
    expect(await tiersAt(world, moments, 'm-2')).toEqual(['gold', 'silver']);
    world.at(until);
    await world.wake();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
    expect((await world.read('m-2')).tier.id).toBe('silver');
  });

  test('granted twice to one member is one Gold, with one change, that ends on that day', async () => {
    const world = await memberWith(0, { now: '2025-12-20T10:00:00Z' });
    await world.act('m-1', { id: 'december', ...untilDate('2026-01-31') });
    world.at('2026-01-05T10:00:00Z');
    expect(await world.act('m-1', { id: 'january', ...untilDate('2026-01-31') })).toEqual({
      outcome: 'EXTENDED',
      visibleTier: 'gold',
      until,
    });
    await world.deliver();
    expect(await world.changes('m-1')).toHaveLength(1);
    expect((await world.read('m-1')).tier).toMatchObject({ since: '2025-12-20T10:00:00Z', expiresAt: until });
    world.at('2026-01-30T23:00:00Z');
    await world.wake();
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
    expect(await world.changes('m-1')).toMatchObject([
      { cause: 'grantEnd', occurredAt: until },
      { to: { id: 'gold' } },
    ]);
  });
});

describe('E30: an end in the past gives nothing', () => {
  test.each([
    ['yesterday', untilDate('2026-02-28')],
    ['today', untilDate('2026-03-01')],
    ['this very moment', { expiry: { type: 'instant', at: '2026-03-01T10:00:00Z' } }],
    ['a moment ago', { expiry: { type: 'instant', at: '2026-03-01T09:59:59.999Z' } }],
  ])('%s: no tier, no event, no message', async (_, expiry) => {
    const world = await memberWith(300);
    const before = await world.read('m-1');
    const notify = { channels: ['push', 'email', 'sms'], atEnd: true };
    expect(await world.act('m-1', { ...expiry, notify })).toEqual({ outcome: 'EXPIRY_IN_PAST', visibleTier: 'bronze' });
    await world.deliver();

    expect(await world.read('m-1')).toEqual(before);
    expect(await world.changes('m-1')).toEqual([]);
    expect(heard(world)).toEqual(NOTHING);
    expect(world.ports.announcements.published).toEqual([]);
    expect(world.ports.timers.calls).toBe(0);
  });

  test('tomorrow is not in the past', async () => {
    const world = await memberWith(0);
    expect(await world.act('m-1', untilDate('2026-03-02'))).toMatchObject({
      outcome: 'APPLIED',
      until: '2026-03-01T23:00:00Z',
    });
  });
});

test('E31: staff give VIP, the top tier, by name to a Bronze member with 40 points', async () => {
  const tiers = [
    { id: 'bronze', name: 'Bronze', threshold: 0 },
    { id: 'silver', name: 'Silver', threshold: 1000 },
    { id: 'gold', name: 'Gold', threshold: 5000 },
    { id: 'vip', name: 'VIP', threshold: 100_000 },
  ];
  const world = await memberWith(40, { program: { tiers } });
  expect(await world.act('m-1', to('vip'))).toEqual({ outcome: 'APPLIED', visibleTier: 'vip', until: null });
  await world.deliver();
  expect(await world.read('m-1')).toMatchObject({
    tier: { id: 'vip', name: 'VIP', rank: 3, expiresAt: null, source: 'floor' },
    earnedTier: 'bronze',
    points: { current: 40, lifetime: 40, balance: 40 },
  });
  expect(await tiersAt(world, ['2026-12-31T23:00:00Z', '2036-03-01T10:00:00Z'])).toEqual(['vip', 'vip']);
  expect(await world.changes('m-1')).toMatchObject([{ from: { id: 'bronze' }, to: { id: 'vip' }, direction: 'up' }]);
});

test('E32: an upgrade to Silver by name leaves a Gold member Gold: TARGET_NOT_HIGHER', async () => {
  const world = await memberWith(5000);
  const before = await world.read('m-1');
  expect(await world.act('m-1', to('silver'))).toEqual({ outcome: 'TARGET_NOT_HIGHER', visibleTier: 'gold' });
  await world.deliver();
  expect(await world.read('m-1')).toEqual(before);
  expect(heard(world)).toEqual(NOTHING);
});

describe('E33: a downgrade of a base member is ALREADY_BASE', () => {
  test.each([
    ['by the program', { strategy: { type: 'program' } }],
    ['to the base tier by name', to('bronze')],
    ['to a higher tier by name', to('silver')],
  ])('%s', async (_, strategy) => {
    const world = await memberWith(999);
    expect(await world.act('m-1', { action: 'downgrade', ...strategy })).toEqual({
      outcome: 'ALREADY_BASE',
      visibleTier: 'bronze',
    });
    expect(await world.changes('m-1')).toEqual([]);
  });
});

describe('E34: a field without a valid number of days gives no tier, and the order counts', () => {
  const expiry = { type: 'fieldNumber' as const, field: 'TrialPeriodDays', unit: 'days' as const };
  const trial: PromotionFile = {
    id: 'trial',
    trigger: { on: 'transaction', where: { field: 'kind', equals: 'trial' } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry,
    notify: { channels: ['email', 'sms'] },
  };
  const bad: [string, Record<string, unknown>][] = [
    ['missing', {}],
    ['"abc"', { TrialPeriodDays: 'abc' }],
    ['0', { TrialPeriodDays: 0 }],
    ['-5', { TrialPeriodDays: -5 }],
    ['4.7', { TrialPeriodDays: 4.7 }],
    ['"4.7"', { TrialPeriodDays: '4.7' }],
    ['true', { TrialPeriodDays: true }],
    ['3651', { TrialPeriodDays: 3651 }],
    ['empty', { TrialPeriodDays: '' }],
  ];

  test.each(bad)('%s, in a promotion', async (_, fields) => {
    const world = await memberWith(0, { program: { promotions: [trial] } });
    await world.post('m-1', { id: 'order-1', points: 300, fields: { kind: 'trial', ...fields } });
    await world.deliver();

    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'bronze' },
      grants: [],
      points: { current: 300, balance: 300 },
    });
    expect(await world.changes('m-1')).toEqual([]);
    expect(heard(world)).toEqual(NOTHING);
    expect((await world.explanation('m-1')).actions).toMatchObject([
      {
        by: 'promotion',
        promotion: 'trial',
        transactionId: 'order-1',
        outcome: 'FIELD_INVALID',
        why: expect.any(String),
      },
    ]);
  });

  test.each(bad)('%s, in an action by staff who name the transaction', async (_, fields) => {
    const world = await memberWith(0);
    await world.post('m-1', { id: 'order-1', points: 300, fields });
    await world.deliver();
    expect(await world.act('m-1', { expiry, transactionId: 'order-1' })).toMatchObject({
      outcome: 'FIELD_INVALID',
      visibleTier: 'bronze',
      why: expect.stringContaining('TrialPeriodDays'),
    });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, grants: [], points: { current: 300 } });
    expect(heard(world)).toEqual(NOTHING);
  });

  test('neither does a transaction that does not exist', async () => {
    const world = await memberWith(0);
    expect(await world.act('m-1', { expiry, transactionId: 'nowhere' })).toMatchObject({ outcome: 'FIELD_INVALID' });
  });

  test.each([
    [1, '2026-03-01T23:00:00Z'],
    ['60', '2026-04-29T22:00:00Z'],
    [3650, '2036-02-26T23:00:00Z'],
  ])('and %j is a valid number of days', async (TrialPeriodDays, until) => {
    const world = await memberWith(0);
    await world.post('m-1', { id: 'order-1', points: 300, fields: { TrialPeriodDays } });
    await world.deliver();
    expect(await world.act('m-1', { expiry, transactionId: 'order-1' })).toMatchObject({ outcome: 'APPLIED', until });
  });

  test.each([
    ['missing', {}],
    ['no date', { CheckOutDate: 'soon' }],
    ['31 February', { CheckOutDate: '2026-02-31' }],
    ['a number', { CheckOutDate: 20260615 }],
    ['written as in Spain', { CheckOutDate: '15/06/2026' }],
  ])('neither does a field without a valid date: %s', async (_, fields) => {
    const world = await memberWith(0);
    await world.post('m-1', { id: 'order-1', points: 300, fields });
    await world.deliver();
    const ofDate = { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 30, unit: 'days' } };
    expect(await world.act('m-1', { expiry: ofDate, transactionId: 'order-1' })).toMatchObject({
      outcome: 'FIELD_INVALID',
      visibleTier: 'bronze',
    });
  });
});

describe('E35: months end on the original day of the month, or on the last day of a shorter month', () => {
  test.each([
    ['1 month from 31 January 2026 ends on 28 February 2026', '2026-01-31T10:00:00Z', 1, '2026-02-27T23:00:00Z'],
    ['2 months from 31 January 2026 end on 31 March 2026', '2026-01-31T10:00:00Z', 2, '2026-03-30T22:00:00Z'],
    ['1 month from 31 January 2028 ends on 29 February 2028', '2028-01-31T10:00:00Z', 1, '2028-02-28T23:00:00Z'],
    ['1 month from 30 January 2026 ends on 28 February 2026', '2026-01-30T10:00:00Z', 1, '2026-02-27T23:00:00Z'],
    ['13 months from 31 January 2027 end on 29 February 2028', '2027-01-31T10:00:00Z', 13, '2028-02-28T23:00:00Z'],
    [
      'a month counts from the local date, though UTC has the day before',
      '2026-01-30T23:30:00Z',
      1,
      '2026-02-27T23:00:00Z',
    ],
  ])('%s', async (_, now, months, until) => {
    const world = await memberWith(0, { now });
    expect(await world.act('m-1', forMonths(months))).toMatchObject({ outcome: 'APPLIED', until });
  });
});

describe('E36: a Bronze member with a Gold trial until 30 May reaches Silver on 10 April', () => {
  const END = '2026-05-29T22:00:00Z';

  async function trial(): Promise<World> {
    const world = await memberWith(400);
    await world.act('m-1', { ...forDays(90), notify: { channels: [] } });
    await world.deliver();
    return world;
  }

  async function reachSilver(world: World) {
    world.at('2026-04-10T10:00:00Z');
    await world.post('m-1', { id: 'tenth', points: 700 });
    await world.deliver();
  }

  test('the points change nothing visible and are silent; on 30 May the schedule gives Silver, not Bronze', async () => {
    const world = await trial();
    expect(heard(world)).toEqual({ ...NOTHING, events: ['tier.upgraded'] });
    await reachSilver(world);
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'gold', since: '2026-03-01T10:00:00Z', expiresAt: END, source: 'floor' },
      earnedTier: 'silver',
      points: { current: 1100 },
    });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(heard(world)).toEqual({ ...NOTHING, events: ['tier.upgraded'] });

    world.at(END);
    await world.wake();
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'silver', since: END, expiresAt: null, source: 'earned' },
      grants: [],
    });
    expect((await world.changes('m-1'))[0]).toMatchObject({
      from: { id: 'gold' },
      to: { id: 'silver' },
      cause: 'grantEnd',
      occurredAt: END,
      announced: false,
      actionId: 'a-1',
    });
    expect(await world.changes('m-1')).toHaveLength(2);
    expect(heard(world)).toMatchObject({ mails: [], texts: [] });
  });

  test('without a schedule every answer is the same, and reading writes nothing', async () => {
    const world = await trial();
    await reachSilver(world);
    const { writes } = world.ports.members;
    for (const [now, tier, since] of [
      ['2026-05-29T21:59:59Z', 'gold', '2026-03-01T10:00:00Z'],
      [END, 'silver', END],
      ['2026-08-01T10:00:00Z', 'silver', END],
    ] as const) {
      world.at(now);
      expect((await world.read('m-1')).tier).toMatchObject({ id: tier, since });
      expect((await world.explanation('m-1')).member.tier).toMatchObject({ id: tier, since });
    }
    expect(world.ports.members.writes).toBe(writes);
  });

  test('any moment can be read, before and after the end', async () => {
    const world = await trial();
    const moments = [
      '2026-03-01T10:00:00Z',
      '2026-04-10T10:00:00Z',
      '2026-05-29T21:59:59Z',
      END,
      '2026-12-31T22:59:59Z',
    ];
    expect(await tiersAt(world, moments)).toEqual(['gold', 'gold', 'gold', 'bronze', 'bronze']);
    await reachSilver(world);
    const known = ['gold', 'gold', 'gold', 'silver', 'silver'];
    expect(await tiersAt(world, moments)).toEqual(known);
    world.at('2026-11-01T10:00:00Z');
    expect(await tiersAt(world, moments)).toEqual(known);
    await world.wake();
    expect(await tiersAt(world, moments)).toEqual(known);
    expect(await world.read('m-1', '2026-04-09T10:00:00Z')).toMatchObject({
      tier: { id: 'gold', expiresAt: END },
      earnedTier: 'bronze',
      grants: [{ id: 'a-1' }],
    });
    expect(await world.read('m-1', '2026-06-01T10:00:00Z')).toMatchObject({ tier: { since: END }, grants: [] });
  });
});

describe('E37: earned Silver, with Platinum until 1 March and Gold until 1 June', () => {
  const MARCH = '2026-02-28T23:00:00Z';
  const JUNE = '2026-05-31T22:00:00Z';
  const platinum = { id: 'p', ...to('platinum'), ...untilDate('2026-03-01') };
  const gold = { id: 'g', ...to('gold'), ...untilDate('2026-06-01') };

  async function given(actions: Record<string, unknown>[]): Promise<World> {
    const world = await memberWith(1500, { now: '2026-01-15T10:00:00Z' });
    for (const action of actions) expect(await world.act('m-1', action)).toMatchObject({ outcome: 'APPLIED' });
    await world.deliver();
    return world;
  }

  describe.each([
    ['Platinum first', [platinum, gold], 1],
    ['Gold first', [gold, platinum], 2],
  ])('granted with %s', (_, actions, ups) => {
    test('is Platinum, Gold from 1 March and Silver from 1 June, step by step by the schedule', async () => {
      const world = await given(actions);
      expect((await world.read('m-1')).tier).toMatchObject({ id: 'platinum', expiresAt: MARCH });
      for (const [moment, tier, expiresAt] of [
        [MARCH, 'gold', JUNE],
        [JUNE, 'silver', null],
      ] as const) {
        world.at(moment);
        await world.wake();
        await world.deliver();
        expect((await world.read('m-1')).tier).toMatchObject({ id: tier, since: moment, expiresAt });
      }
      const changes = (await world.changes('m-1')).filter(({ cause }: { cause: string }) => cause === 'grantEnd');
      expect(changes).toMatchObject([
        { from: { id: 'gold' }, to: { id: 'silver' }, occurredAt: JUNE, actionId: 'g' },
        { from: { id: 'platinum' }, to: { id: 'gold' }, occurredAt: MARCH, actionId: 'p' },
      ]);
      expect(await world.changes('m-1')).toHaveLength(1 + ups + 2);
    });

    test('is the same without a schedule, now and at any moment', async () => {
      const world = await given(actions);
      const moments = ['2026-02-28T22:59:59Z', MARCH, '2026-05-31T21:59:59Z', JUNE];
      const tiers = ['platinum', 'gold', 'gold', 'silver'];
      expect(await tiersAt(world, moments)).toEqual(tiers);
      const seen = [];
      for (const moment of moments) {
        world.at(moment);
        seen.push((await world.read('m-1')).tier.id);
      }
      expect(seen).toEqual(tiers);
      expect((await world.read('m-1')).tier.since).toBe(JUNE);
      expect(await tiersAt(world, moments)).toEqual(tiers);
    });

    test('records both ends, each with its own date, after half a year without a read or write', async () => {
      const world = await given(actions);
      world.at('2026-08-01T10:00:00Z');
      await world.wake();
      await world.deliver();
      expect((await world.changes('m-1')).slice(0, 2)).toMatchObject([
        { to: { id: 'silver' }, occurredAt: JUNE, recordedAt: '2026-08-01T10:00:00Z' },
        { to: { id: 'gold' }, occurredAt: MARCH, recordedAt: '2026-08-01T10:00:00Z' },
      ]);
    });
  });
});

describe('E38: a tier that ends on 30 September ends on 30 November after a renewal on 1 September for 90 days', () => {
  test.each([
    ['by the program', { strategy: { type: 'program' } }],
    ['by name', to('gold')],
  ])('%s', async (_, strategy) => {
    const world = await memberWith(0, { now: '2026-06-01T10:00:00Z' });
    await world.act('m-1', untilDate('2026-09-30'));
    await world.deliver();
    forget(world);
    world.at('2026-09-01T10:00:00Z');
    expect(await world.act('m-1', { id: 'a-2', action: 'renew', ...strategy, ...forDays(90) })).toEqual({
      outcome: 'EXTENDED',
      visibleTier: 'gold',
      until: '2026-11-29T23:00:00Z',
    });
    await world.deliver();
    expect((await world.read('m-1')).tier).toMatchObject({
      since: '2026-06-01T10:00:00Z',
      expiresAt: '2026-11-29T23:00:00Z',
    });
    expect(await tiersAt(world, ['2026-09-29T22:00:00Z', '2026-11-29T22:59:59Z', '2026-11-29T23:00:00Z'])).toEqual([
      'gold',
      'gold',
      'bronze',
    ]);
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(heard(world).events.at(-1)).toBe('tier.renewed');
  });
});

describe('E39: a Gold member, downgraded to Silver for 30 days, who buys on day 5', () => {
  const END = '2026-03-30T22:00:00Z';

  async function downgraded(action: Record<string, unknown> = {}): Promise<World> {
    const world = await memberWith(5500);
    const down = { action: 'downgrade', ...to('silver'), ...forDays(30), ...action };
    expect(await world.act('m-1', down)).toEqual({ outcome: 'APPLIED', visibleTier: 'silver', until: END });
    await world.deliver();
    world.at('2026-03-06T10:00:00Z');
    await world.post('m-1', { id: 'fifth', points: 100 });
    await world.deliver();
    return world;
  }

  test.each([
    ['without reassess', {}],
    ['with reassess: false', { reassess: false }],
  ])('%s: is Silver until day 30, then Gold', async (_, action) => {
    const world = await downgraded(action);
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'silver', since: '2026-03-01T10:00:00Z', expiresAt: END, source: 'cap' },
      earnedTier: 'gold',
      points: { current: 5600 },
    });
    expect(await tiersAt(world, ['2026-03-30T21:59:59Z', END])).toEqual(['silver', 'gold']);
    world.at(END);
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'gold', since: END, expiresAt: null, source: 'earned' });
    await world.wake();
    await world.deliver();
    expect(await world.changes('m-1')).toMatchObject([
      { from: { id: 'silver' }, to: { id: 'gold' }, direction: 'up', cause: 'grantEnd', occurredAt: END },
      { from: { id: 'gold' }, to: { id: 'silver' }, cause: 'tierAction' },
      { to: { id: 'gold' }, cause: 'transaction' },
    ]);
    expect(heard(world)).toMatchObject({ mails: [], texts: [] });
  });

  test('with reassess: true, is Gold again from day 5', async () => {
    const world = await downgraded({ reassess: true });
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'gold', since: '2026-03-06T10:00:00Z', expiresAt: null, source: 'earned' },
      grants: [],
    });
    expect(await world.changes('m-1')).toHaveLength(3);
    expect((await world.changes('m-1'))[0]).toMatchObject({ cause: 'transaction', transactionId: 'fifth' });
    expect(await tiersAt(world, ['2026-03-06T09:59:59Z', '2026-03-06T10:00:00Z', END])).toEqual([
      'silver',
      'gold',
      'gold',
    ]);
  });

  test('with reassess: true, stays capped after a redemption, excluded points or an expiry, which give no tier points', async () => {
    const world = await memberWith(5500);
    await world.act('m-1', { action: 'downgrade', ...to('silver'), ...forDays(30), reassess: true });
    world.pass(1000);
    await world.post('m-1', { type: 'redemption', points: 100 });
    await world.post('m-1', { type: 'adjustment', points: 100, excludeFromTier: true });
    await world.post('m-1', { type: 'expiry', points: 100 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'silver' },
      earnedTier: 'gold',
      points: { current: 5400 },
    });
  });
});

describe('E40: an action on a group of three, one of them blocked', () => {
  async function group(): Promise<World> {
    const world = makeWorld({ now: '2026-03-01T10:00:00Z' });
    for (const memberId of ['m-1', 'm-2', 'm-3']) {
      await world.enrol(memberId, { blocked: memberId === 'm-2' });
      await world.join('vips', memberId);
    }
    return world;
  }

  test('changes two members and is MEMBER_BLOCKED for one', async () => {
    const world = await group();
    expect(await world.actOnGroup('vips', forDays(90))).toMatchObject({
      status: 200,
      body: {
        status: 'completed',
        processed: 3,
        total: 3,
        up: 2,
        down: 0,
        unchanged: 1,
        failed: 0,
        outcomes: { APPLIED: 2, MEMBER_BLOCKED: 1 },
        matrix: { bronze: { gold: 2 } },
      },
    });
    await world.deliver();
    const tiers = [];
    for (const memberId of ['m-1', 'm-2', 'm-3']) tiers.push((await world.read(memberId)).tier.id);
    expect(tiers).toEqual(['gold', 'bronze', 'gold']);
    expect(heard(world).events).toEqual(['tier.upgraded', 'tier.upgraded']);
  });

  test('changes nothing when it is sent again: the same run, the same counts, no event', async () => {
    const world = await group();
    const first = await world.actOnGroup('vips', forDays(90));
    await world.deliver();
    const { writes } = world.ports.members;
    const events = heard(world);
    world.at('2026-03-02T10:00:00Z');
    const again = await world.actOnGroup('vips', forDays(90));
    expect(again.body).toEqual(first.body);
    await world.run(first.body.runId);
    await world.deliver();
    expect(world.ports.members.writes).toBe(writes);
    expect(heard(world)).toEqual(events);
    expect((await world.read('m-1')).tier).toMatchObject({
      since: '2026-03-01T10:00:00Z',
      expiresAt: '2026-05-29T22:00:00Z',
    });
  });
});

test('E41: 90 days from 1 March 2026 in Europe/Madrid end at 2026-05-29T22:00:00Z, across the clock change', async () => {
  const world = await memberWith(0);
  expect((await world.act('m-1', forDays(90))).until).toBe('2026-05-29T22:00:00Z');
  expect(await tiersAt(world, ['2026-05-29T21:59:59.999Z', '2026-05-29T22:00:00Z'])).toEqual(['gold', 'bronze']);
  const autumn = await memberWith(0, { now: '2026-10-01T10:00:00Z' });
  expect((await autumn.act('m-1', forDays(30))).until).toBe('2026-10-30T23:00:00Z');
});

describe('E42: a schedule that fires', () => {
  const END = '2026-05-29T22:00:00Z';
  const LOOKS = ['2026-04-01T10:00:00Z', '2026-05-29T21:59:59Z', END, '2026-05-30T10:00:00Z', '2026-07-01T10:00:00Z'];
  const LAST = '2026-09-01T10:00:00Z';

  /** Gold for 90 days with an announced end, read now and then, with a purchase at last. */
  async function life(wakes: readonly string[], atOnce = 1) {
    const world = await memberWith(0, { program: { reminders: { daysBefore: [] } } });
    await world.act('m-1', { ...forDays(90), notify: { channels: ['email', 'sms'], atEnd: true } });
    await world.deliver();
    const tiers = [];
    for (const moment of [...new Set([...wakes, ...LOOKS, LAST])].sort()) {
      world.at(moment);
      for (const _ of wakes.filter((wake) => wake === moment)) {
        await Promise.all(Array.from({ length: atOnce }, () => world.wake()));
        await world.deliver();
      }
      if (LOOKS.includes(moment)) tiers.push((await world.read('m-1')).tier);
    }
    await world.post('m-1', { id: 'last', points: 10 });
    await world.deliver();
    return { tiers, afterwards: await tiersAt(world, LOOKS), changes: await world.changes('m-1'), ...heard(world) };
  }

  test.each<[string, string[], number]>([
    ['punctually', [END], 1],
    ['late', ['2026-06-20T10:00:00Z'], 1],
    ['twice', [END, END], 1],
    ['twice, days apart', [END, '2026-06-20T10:00:00Z'], 1],
    ['five times at once', [END], 5],
    ['never', [], 1],
    ['early', ['2026-05-29T21:59:58Z'], 1],
    ['early, and again in time', ['2026-05-29T21:59:58Z', END], 1],
    ['early, and again late', ['2026-03-15T10:00:00Z', '2026-07-15T10:00:00Z'], 1],
  ])('%s: gives the same tier at any moment, one change and at most one message', async (_, wakes, atOnce) => {
    const { tiers, afterwards, changes, events, mails, texts } = await life(wakes, atOnce);
    const gold = { id: 'gold', since: '2026-03-01T10:00:00Z', expiresAt: END };
    const bronze = { id: 'bronze', since: END, expiresAt: null };
    expect(tiers).toMatchObject([gold, gold, bronze, bronze, bronze]);
    expect(afterwards).toEqual(['gold', 'gold', 'bronze', 'bronze', 'bronze']);
    expect(changes).toMatchObject([
      { sequence: 2, from: { id: 'gold' }, to: { id: 'bronze' }, cause: 'grantEnd', occurredAt: END, actionId: 'a-1' },
      { sequence: 1, to: { id: 'gold' }, cause: 'tierAction' },
    ]);
    expect(changes).toHaveLength(2);
    expect(events).toEqual(['tier.upgraded', 'tier.downgraded']);
    expect(mails).toEqual(["You're now Gold", "You're now Bronze"]);
    expect(texts).toHaveLength(2);
  });
});
