import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../core/actions/action-record.ts';
import type { PromotionFile } from '../../core/program/brand.ts';
import { HOUR_MS } from '../../core/time.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { intercept } from '../support/trouble.ts';
import { makeWorld, type World } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
const END = '2026-05-29T22:00:00Z';
const CYCLE_END = '2026-12-31T23:00:00Z';
const TIERS = ['bronze', 'silver', 'gold', 'platinum'];
const THRESHOLDS = [0, 1000, 5000, 10_000];

const to = (tier: string) => ({ strategy: { type: 'specific', tier } });
const BY_PROGRAM = { strategy: { type: 'program' } };
const forDays = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'days' } });
const untilDate = (date: string) => ({ expiry: { type: 'date', date } });
const at = (moment: string) => ({ expiry: { type: 'instant', at: moment } });

type Options = Parameters<typeof makeWorld>[0];

/** A world on 1 March with the member m-1 and the given points. */
async function memberWith(points: number, options: Options = {}): Promise<World> {
  const { now = NOW } = options;
  const world = makeWorld({ ...options, now: new Date(Date.parse(now) - HOUR_MS).toISOString() });
  await world.enrol('m-1');
  if (points > 0) await world.post('m-1', { id: 'first', points });
  await world.deliver();
  world.at(now);
  forget(world);
  return world;
}

async function take(world: World, action: Record<string, unknown>) {
  const answer = await world.act('m-1', action);
  await world.deliver();
  return answer;
}

const tierOf = async (world: World, moment?: string) => (await world.read('m-1', moment)).tier.id;

describe('several grants at once (R14)', () => {
  test('show the highest tier; when it ends, the next highest shows', async () => {
    const world = await memberWith(0);
    await take(world, { id: 's', ...to('silver'), ...untilDate('2026-08-01') });
    await take(world, { id: 'p', ...to('platinum'), ...untilDate('2026-04-01') });
    await take(world, { id: 'g', ...to('gold'), ...untilDate('2026-06-01') });
    const { tier, grants } = await world.read('m-1');
    expect(tier).toMatchObject({ id: 'platinum', expiresAt: '2026-03-31T22:00:00Z', source: 'floor' });
    expect(grants.map(({ id }: { id: string }) => id)[0]).toBe('p');
    expect(grants.map(({ id }: { id: string }) => id).sort()).toEqual(['g', 'p', 's']);
    expect([
      await tierOf(world, '2026-03-31T22:00:00Z'),
      await tierOf(world, '2026-05-31T22:00:00Z'),
      await tierOf(world, '2026-07-31T22:00:00Z'),
    ]).toEqual(['gold', 'silver', 'bronze']);
  });

  test('R22: for the same tier keep the later end: EXTENDED and tier.renewed on the bus, the same since, no change', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    forget(world);
    world.at('2026-04-01T10:00:00Z');
    expect(await take(world, { id: 'a-2', ...forDays(90) })).toEqual({
      outcome: 'EXTENDED',
      visibleTier: 'gold',
      until: '2026-06-29T22:00:00Z',
    });
    expect((await world.read('m-1')).tier).toMatchObject({ since: NOW, expiresAt: '2026-06-29T22:00:00Z' });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(heard(world)).toEqual({ events: ['tier.renewed'], mails: [], texts: [] });
    expect(world.ports.bus.events[0]!.detail).toMatchObject({
      eventId: 'm-1/2',
      sequence: 2,
      from: { id: 'gold' },
      to: { id: 'gold' },
      occurredAt: '2026-04-01T10:00:00Z',
      expiresAt: '2026-06-29T22:00:00Z',
      actionId: 'a-2',
    });
    expect(await tierOf(world, END)).toBe('gold');
    expect(await tierOf(world, '2026-06-29T22:00:00Z')).toBe('bronze');
  });

  test('for the same tier and a shorter time shorten nothing, and send no news', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    forget(world);
    expect(await take(world, { id: 'a-2', ...forDays(10) })).toEqual({
      outcome: 'EXTENDED',
      visibleTier: 'gold',
      until: END,
    });
    expect((await world.read('m-1')).tier).toMatchObject({ since: NOW, expiresAt: END });
    expect(heard(world)).toEqual(NOTHING);
  });

  test('keep a longer time for a hidden tier, and send no news', async () => {
    const world = await memberWith(0);
    await take(world, { id: 'g', ...to('gold'), ...forDays(60) });
    await take(world, { id: 'p', ...to('platinum'), ...forDays(30) });
    forget(world);
    expect(await take(world, { id: 'a-3', ...to('gold'), ...forDays(90), notify: { channels: ['sms'] } })).toEqual({
      outcome: 'EXTENDED',
      visibleTier: 'platinum',
      until: END,
    });
    expect(heard(world)).toEqual(NOTHING);
    expect(await tierOf(world, '2026-05-29T21:59:59Z')).toBe('gold');
  });

  test('stay without an end if one of them has none', async () => {
    const world = await memberWith(0);
    await take(world, {});
    expect(await take(world, { id: 'a-2', ...forDays(10) })).toMatchObject({ outcome: 'EXTENDED', until: null });
    expect((await world.read('m-1')).tier.expiresAt).toBeNull();
  });

  test('show the lowest cap; when it ends, the next lowest shows', async () => {
    const world = await memberWith(12_000);
    await take(world, { id: 'g', action: 'downgrade', ...to('gold'), ...untilDate('2026-08-01') });
    await take(world, { id: 's', action: 'downgrade', ...to('silver'), ...untilDate('2026-06-01') });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'silver', source: 'cap' });
    expect(await tierOf(world, '2026-05-31T22:00:00Z')).toBe('gold');
    expect(await tierOf(world, '2026-07-31T22:00:00Z')).toBe('platinum');
  });

  test('that cap at the same tier keep the later end', async () => {
    const world = await memberWith(5000);
    await take(world, { action: 'downgrade', ...to('silver'), ...forDays(30) });
    expect(await take(world, { id: 'a-2', action: 'downgrade', ...to('silver'), ...forDays(90) })).toEqual({
      outcome: 'EXTENDED',
      visibleTier: 'silver',
      until: END,
    });
    expect(await world.changes('m-1')).toHaveLength(2);
    expect(await tierOf(world, '2026-05-29T21:59:59Z')).toBe('silver');
    expect(await tierOf(world, END)).toBe('gold');
  });
});

describe('the outcome of an action (R15)', () => {
  test('is APPLIED, with the member’s tier and its end', async () => {
    const world = await memberWith(0);
    expect(await take(world, forDays(90))).toEqual({ outcome: 'APPLIED', visibleTier: 'gold', until: END });
  });

  test('is NO_CHANGE for an upgrade by the program if the member has everything that the rules give', async () => {
    const world = await memberWith(5000);
    expect(await take(world, BY_PROGRAM)).toEqual({ outcome: 'NO_CHANGE', visibleTier: 'gold' });
    await take(world, { id: 'p', ...to('platinum'), ...forDays(90) });
    expect(await take(world, { id: 'a-3', ...BY_PROGRAM })).toEqual({ outcome: 'NO_CHANGE', visibleTier: 'platinum' });
  });

  test('is NO_CHANGE for a downgrade by the program if the member has no more than the points give', async () => {
    const world = await memberWith(5000);
    expect(await take(world, { action: 'downgrade', ...BY_PROGRAM })).toEqual({
      outcome: 'NO_CHANGE',
      visibleTier: 'gold',
    });
  });

  test('is TARGET_NOT_HIGHER for an upgrade to the earned tier', async () => {
    const world = await memberWith(5000);
    expect(await take(world, to('gold'))).toEqual({ outcome: 'TARGET_NOT_HIGHER', visibleTier: 'gold' });
  });

  test('is TARGET_NOT_HIGHER for a lower floor that ends before the present one', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    expect(await take(world, { id: 'a-2', ...to('silver'), ...forDays(30) })).toEqual({
      outcome: 'TARGET_NOT_HIGHER',
      visibleTier: 'gold',
    });
    expect((await world.read('m-1')).grants).toHaveLength(1);
  });

  test('is TARGET_NOT_HIGHER for the earned tier under a floor that ends sooner, as no floor is needed there', async () => {
    const world = await memberWith(1000);
    await take(world, forDays(30));
    expect(await take(world, { id: 'a-2', ...to('silver'), ...forDays(90) })).toEqual({
      outcome: 'TARGET_NOT_HIGHER',
      visibleTier: 'gold',
    });
  });

  test('is TARGET_NOT_LOWER for a downgrade to a higher tier or the present one', async () => {
    const world = await memberWith(1000);
    for (const [id, tier] of [
      ['a-1', 'silver'],
      ['a-2', 'gold'],
    ] as const) {
      expect(await take(world, { id, action: 'downgrade', ...to(tier) })).toEqual({
        outcome: 'TARGET_NOT_LOWER',
        visibleTier: 'silver',
      });
    }
  });

  test('is TARGET_NOT_LOWER, with a reason, for a renewal of a tier above the present one', async () => {
    const world = await memberWith(1000);
    expect(await take(world, { action: 'renew', ...to('gold') })).toMatchObject({
      outcome: 'TARGET_NOT_LOWER',
      visibleTier: 'silver',
      why: expect.any(String),
    });
  });

  test('is ALREADY_BASE for a downgrade or a renewal of the base tier', async () => {
    const world = await memberWith(0);
    for (const [id, action] of [
      ['a-1', { action: 'downgrade', ...BY_PROGRAM }],
      ['a-2', { action: 'renew', ...BY_PROGRAM }],
      ['a-3', { action: 'renew', ...to('bronze') }],
    ] as const) {
      expect(await take(world, { id, ...action })).toEqual({ outcome: 'ALREADY_BASE', visibleTier: 'bronze' });
    }
  });

  test('is UNKNOWN_TIER for a tier that the program does not have', async () => {
    const world = await memberWith(1000);
    for (const tier of ['diamond', 'Gold', 'constructor', '__proto__']) {
      for (const action of ['upgrade', 'downgrade', 'renew']) {
        expect(await take(world, { id: `${action}-${tier}`, action, ...to(tier) })).toEqual({
          outcome: 'UNKNOWN_TIER',
          visibleTier: 'silver',
        });
      }
    }
  });

  test('is MEMBER_NOT_FOUND, with status 200, and stays the same for this action after the member enrolls', async () => {
    const world = makeWorld({ now: NOW });
    const action = { id: 'a-1', action: 'upgrade', ...to('gold') };
    const first = await world.call('POST tier-actions', { params: { memberId: 'm-1' }, body: action });
    expect(first).toMatchObject({ status: 200, body: { outcome: 'MEMBER_NOT_FOUND', visibleTier: null } });
    await world.enrol('m-1');
    expect(await take(world, action)).toEqual(first.body);
    expect(await tierOf(world)).toBe('bronze');
    expect(await take(world, { ...action, id: 'a-2' })).toMatchObject({ outcome: 'APPLIED' });
  });

  describe('MEMBER_BLOCKED', () => {
    async function blocked(): Promise<World> {
      const world = await memberWith(1500);
      await take(world, { id: 'gold', ...forDays(90) });
      await world.enrol('m-1', { blocked: true });
      forget(world);
      return world;
    }

    test.each([
      ['an upgrade', { ...to('platinum') }],
      ['an upgrade by the program', BY_PROGRAM],
      ['a renewal', { action: 'renew', ...BY_PROGRAM }],
      ['a longer time with the same tier', { ...to('gold'), ...forDays(365) }],
    ])('is the outcome of %s', async (_, action) => {
      const world = await blocked();
      const before = await world.read('m-1');
      expect(await take(world, { id: 'a-2', ...action })).toEqual({ outcome: 'MEMBER_BLOCKED', visibleTier: 'gold' });
      expect(await world.read('m-1')).toEqual(before);
      expect(heard(world)).toEqual(NOTHING);
    });

    test('is not the outcome of a downgrade, which is applied', async () => {
      const world = await blocked();
      expect(await take(world, { id: 'a-2', action: 'downgrade', ...to('bronze') })).toMatchObject({
        outcome: 'APPLIED',
        visibleTier: 'bronze',
      });
    });

    test('lets purchases and deductions count, and the grant ends on time', async () => {
      const world = await blocked();
      await world.post('m-1', { points: 200 });
      await world.post('m-1', { type: 'adjustment', points: -800 });
      await world.deliver();
      expect(await world.read('m-1')).toMatchObject({ points: { current: 900 }, earnedTier: 'bronze' });
      expect(await tierOf(world, END)).toBe('bronze');
    });

    test('stays the outcome of a refused action after the member is unblocked', async () => {
      const world = await blocked();
      await take(world, { id: 'a-2', ...to('platinum') });
      await world.enrol('m-1', { blocked: false });
      expect(await take(world, { id: 'a-2', ...to('platinum') })).toMatchObject({ outcome: 'MEMBER_BLOCKED' });
      expect(await tierOf(world)).toBe('gold');
    });
  });

  test('is APPLIED, silently, for a floor that is above the earned tier and outlasts the higher floor', async () => {
    const world = await memberWith(0);
    await take(world, { id: 'gold', ...forDays(30) });
    forget(world);
    const notify = { channels: ['email', 'sms'] };
    expect(await take(world, { id: 'silver', ...to('silver'), ...forDays(90), notify })).toEqual({
      outcome: 'APPLIED',
      visibleTier: 'gold',
      until: END,
    });
    expect(heard(world)).toEqual(NOTHING);
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(await tierOf(world, '2026-03-30T22:00:00Z')).toBe('silver');
    expect(await tierOf(world, END)).toBe('bronze');
  });

  test('is kept, with who decided and why, for the explanation', async () => {
    const world = await memberWith(1000);
    await take(world, { id: 'no', ...to('silver'), reason: 'asked by phone' });
    world.at('2026-03-02T10:00:00Z');
    await take(world, { id: 'yes', ...forDays(90), reason: 'made good' });
    expect((await world.explanation('m-1')).actions).toEqual([
      {
        id: 'yes',
        action: 'upgrade',
        by: 'staff',
        reason: 'made good',
        recordedAt: '2026-03-02T10:00:00Z',
        from: 'silver',
        visibleTier: 'gold',
        outcome: 'APPLIED',
        until: '2026-05-30T22:00:00Z',
      },
      {
        id: 'no',
        action: 'upgrade',
        by: 'staff',
        reason: 'asked by phone',
        recordedAt: NOW,
        from: 'silver',
        visibleTier: 'silver',
        outcome: 'TARGET_NOT_HIGHER',
      },
    ]);
  });
});

describe('an upgrade never lowers a member, and a downgrade never raises one', () => {
  const situations: [string, Record<string, unknown>[]][] = [
    ['by points alone', []],
    ['with a floor of Gold', [{ id: 'f', ...to('gold'), ...forDays(60) }]],
    ['with a cap at Silver', [{ id: 'c', action: 'downgrade', ...to('silver'), ...forDays(60) }]],
    [
      'with a floor of Platinum under a cap at Gold',
      [
        { id: 'f', ...to('platinum'), ...forDays(60) },
        { id: 'c', action: 'downgrade', ...to('gold'), ...forDays(60) },
      ],
    ],
    ['with a cap that the next purchase lifts', [{ id: 'c', action: 'downgrade', ...to('bronze'), reassess: true }]],
  ];
  const targets = [BY_PROGRAM, ...TIERS.map(to)];

  test.each(situations)('%s', async (_, actions) => {
    for (const [rank, points] of THRESHOLDS.entries()) {
      for (const kind of ['upgrade', 'downgrade', 'renew']) {
        for (const target of targets) {
          for (const expiry of [{}, forDays(30), forDays(120)]) {
            const world = await memberWith(points);
            for (const action of actions) await take(world, action);
            const before = (await world.read('m-1')).tier.rank;
            const { outcome, visibleTier } = await take(world, { id: 'it', action: kind, ...target, ...expiry });
            const { rank: after, id } = (await world.read('m-1')).tier;
            const where = `${TIERS[rank]}: ${kind} ${JSON.stringify(target)} ${JSON.stringify(expiry)}: ${outcome}`;
            expect(visibleTier, where).toBe(id);
            if (kind !== 'downgrade') expect(after, where).toBeGreaterThanOrEqual(before);
            if (kind !== 'upgrade') expect(after, where).toBeLessThanOrEqual(before);
          }
        }
      }
    }
  });
});

describe('the strategy "program"', () => {
  const RULES = {
    trackers: {},
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: 'Silver', threshold: 1000 },
      { id: 'gold', name: 'Gold', qualification: { all: [{ lifetimeSpend: '1000' }] } },
    ],
  };

  test('E24: upgrades to the highest tier that the rules give: Gold for 1050 of lifetime spend', async () => {
    const world = await memberWith(0, { program: RULES });
    await world.post('m-1', { amount: '1000.00' });
    await world.deliver();
    await take(world, { id: 'down', action: 'downgrade', ...to('bronze'), ...forDays(90) });
    await world.post('m-1', { amount: '50.00' });
    await world.deliver();
    expect(await tierOf(world)).toBe('bronze');
    expect(await take(world, { id: 'up', ...BY_PROGRAM })).toMatchObject({ outcome: 'APPLIED', visibleTier: 'gold' });
  });

  test.each([
    ['qualified, when left out: what the points give', undefined, 'silver'],
    ['qualified', 'qualified', 'silver'],
    ['oneBelow', 'oneBelow', 'gold'],
    ['base', 'base', 'bronze'],
  ] as const)('lowers to the tier of downgrade.target: %s', async (_, target, tier) => {
    const world = await memberWith(1500, target ? { program: { downgrade: { target } } } : {});
    await take(world, { id: 'up', ...to('platinum'), ...untilDate('2027-03-01') });
    expect(await take(world, { action: 'downgrade', ...BY_PROGRAM, ...forDays(90) })).toEqual({
      outcome: 'APPLIED',
      visibleTier: tier,
      until: END,
    });
    expect(await tierOf(world, END)).toBe('platinum');
  });

  test('lowers by two tiers when oneBelow is taken twice', async () => {
    const world = await memberWith(5000, { program: { downgrade: { target: 'oneBelow' } } });
    await take(world, { id: 'a-1', action: 'downgrade', ...BY_PROGRAM });
    await take(world, { id: 'a-2', action: 'downgrade', ...BY_PROGRAM });
    expect(await tierOf(world)).toBe('bronze');
    expect(await take(world, { id: 'a-3', action: 'downgrade', ...BY_PROGRAM })).toMatchObject({
      outcome: 'ALREADY_BASE',
    });
  });
});

describe('an action without an end', () => {
  test('lasts forever if it is an upgrade', async () => {
    const world = await memberWith(0);
    expect(await take(world, {})).toEqual({ outcome: 'APPLIED', visibleTier: 'gold', until: null });
    expect(await tierOf(world, '2040-01-01T00:00:00Z')).toBe('gold');
    expect(world.ports.timers.calls).toBe(0);
  });

  test('lasts until the end of the next cycle if it is a renewal (R18)', async () => {
    const world = await memberWith(5000);
    expect(await take(world, { action: 'renew', ...BY_PROGRAM })).toEqual({
      outcome: 'APPLIED',
      visibleTier: 'gold',
      until: '2027-12-31T23:00:00Z',
    });
    expect(heard(world).events).toEqual(['tier.renewed']);
    expect(await tierOf(world, '2027-12-31T22:59:59Z')).toBe('gold');
    expect(await tierOf(world, '2027-12-31T23:00:00Z')).toBe('bronze');
  });

  test('lasts until the end of the next enrollment cycle if the program has enrollment cycles', async () => {
    const world = await memberWith(5000, { program: { cycle: { type: 'enrollment' } } });
    expect((await take(world, { action: 'renew', ...BY_PROGRAM })).until).toBe('2028-02-29T23:00:00Z');
  });

  test('lasts forever if it is a renewal and the cycle is none', async () => {
    const world = await memberWith(5000, { program: { cycle: { type: 'none' } } });
    expect(await take(world, { action: 'renew', ...BY_PROGRAM })).toEqual({
      outcome: 'APPLIED',
      visibleTier: 'gold',
      until: null,
    });
  });

  test('shortens nothing that the member has if it is a renewal', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    forget(world);
    expect(await take(world, { id: 'a-2', action: 'renew', ...BY_PROGRAM, ...forDays(10) })).toEqual({
      outcome: 'EXTENDED',
      visibleTier: 'gold',
      until: END,
    });
    expect((await world.read('m-1')).tier.expiresAt).toBe(END);
    expect(heard(world)).toEqual(NOTHING);
    await take(world, { id: 'a-3', ...to('gold') });
    expect(await take(world, { id: 'a-4', action: 'renew', ...BY_PROGRAM })).toMatchObject({ until: null });
  });

  describe('ends at the next recalculation if it is a cap', () => {
    test('where the points give a higher tier, which comes back in one change', async () => {
      const world = await memberWith(5500);
      expect(await take(world, { action: 'downgrade', ...to('silver') })).toEqual({
        outcome: 'APPLIED',
        visibleTier: 'silver',
        until: CYCLE_END,
      });
      expect(await tierOf(world, '2026-12-31T22:59:59Z')).toBe('silver');
      world.at(CYCLE_END);
      await world.wake();
      await world.deliver();
      expect((await world.read('m-1')).tier).toMatchObject({ id: 'gold', since: CYCLE_END });
      expect(await world.changes('m-1')).toHaveLength(3);
      // The points alone would change nothing, and the action told nobody of its end.
      expect((await world.changes('m-1'))[0]).toMatchObject({ cause: 'grantEnd', actionId: 'a-1', announced: false });
    });

    test('where the points of the cycle give less: one change, the recalculation’s, and the member gets a message', async () => {
      const world = await memberWith(5500, { now: '2025-06-10T10:00:00Z' });
      world.at(NOW);
      await take(world, { action: 'downgrade', ...to('silver') });
      forget(world);
      world.at(CYCLE_END);
      await world.wake();
      await world.deliver();
      expect(await tierOf(world)).toBe('bronze');
      expect((await world.changes('m-1'))[0]).toMatchObject({
        from: { id: 'silver' },
        to: { id: 'bronze' },
        cause: 'recalculation',
        announced: true,
      });
      expect(await world.changes('m-1')).toHaveLength(3);
      expect(heard(world).mails).toEqual(["You're now Bronze"]);
    });
  });
});

describe('effectiveAt', () => {
  test('may be in the past: a correction counts from then, and ?at= shows it from then', async () => {
    const world = await memberWith(300, { now: '2026-02-01T10:00:00Z' });
    world.at(NOW);
    const correction = { effectiveAt: '2026-02-10T10:00:00Z', ...forDays(90) };
    expect(await take(world, correction)).toEqual({
      outcome: 'APPLIED',
      visibleTier: 'gold',
      until: '2026-05-10T22:00:00Z',
    });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'gold', since: '2026-02-10T10:00:00Z' });
    expect(await world.changes('m-1')).toMatchObject([{ occurredAt: '2026-02-10T10:00:00Z', recordedAt: NOW }]);
    expect(await tierOf(world, '2026-02-10T09:59:59Z')).toBe('bronze');
    expect(await tierOf(world, '2026-02-10T10:00:00Z')).toBe('gold');
  });

  test('before the enrollment counts as the moment of the enrollment', async () => {
    const world = await memberWith(0, { now: '2026-02-20T10:00:00Z' });
    world.at(NOW);
    await take(world, { effectiveAt: '2020-01-01T00:00:00Z' });
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'gold', since: '2026-02-20T09:00:00Z' },
      grants: [{ from: '2026-02-20T09:00:00Z' }],
    });
  });

  test('before the last tier change dates the new change after that one', async () => {
    const world = await memberWith(0, { now: '2026-02-01T10:00:00Z' });
    world.at('2026-02-20T10:00:00Z');
    await world.post('m-1', { points: 1000 });
    await world.deliver();
    world.at(NOW);
    await take(world, { effectiveAt: '2026-02-10T10:00:00Z', ...forDays(90) });
    expect(await world.changes('m-1')).toMatchObject([
      { from: { id: 'silver' }, to: { id: 'gold' }, occurredAt: '2026-02-20T10:00:00Z', recordedAt: NOW },
      { from: { id: 'bronze' }, to: { id: 'silver' }, occurredAt: '2026-02-20T10:00:00Z' },
    ]);
    expect((await world.read('m-1')).tier.expiresAt).toBe('2026-05-10T22:00:00Z');
  });

  test('so long ago that the grant is over gives EXPIRY_IN_PAST', async () => {
    const world = await memberWith(0, { now: '2025-01-01T10:00:00Z' });
    world.at(NOW);
    expect(await take(world, { effectiveAt: '2025-06-01T10:00:00Z', ...forDays(30) })).toEqual({
      outcome: 'EXPIRY_IN_PAST',
      visibleTier: 'bronze',
    });
  });

  test('up to 5 minutes ahead counts as now', async () => {
    const world = await memberWith(0);
    expect(await take(world, { effectiveAt: '2026-03-01T10:05:00Z', ...forDays(90) })).toMatchObject({
      outcome: 'APPLIED',
      visibleTier: 'gold',
    });
    expect((await world.read('m-1')).tier.since).toBe(NOW);
  });

  test('further ahead gives 422, and no decision', async () => {
    const world = await memberWith(0);
    const body = { id: 'a-1', action: 'upgrade', ...to('gold'), effectiveAt: '2026-03-01T10:05:00.001Z' };
    const answer = await world.call('POST tier-actions', { params: { memberId: 'm-1' }, body });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'effectiveAt' }] } });
    expect(await world.ports.members.actionsOf('m-1')).toEqual([]);
  });
});

test('a grant until an instant ends exactly then: Gold tonight, from six to midnight', async () => {
  const world = await memberWith(0, { now: '2026-03-01T17:00:00Z' });
  await take(world, at('2026-03-01T23:00:00Z'));
  expect(await tierOf(world, '2026-03-01T22:59:59.999Z')).toBe('gold');
  expect(await tierOf(world, '2026-03-01T23:00:00Z')).toBe('bronze');
});

test('with expiryBoundary endOfDay, a date is the last day of the grant', async () => {
  const world = await memberWith(0, { program: { expiryBoundary: 'endOfDay' } });
  expect((await take(world, untilDate('2026-05-30'))).until).toBe('2026-05-30T22:00:00Z');
  expect((await take(world, { id: 'a-2', ...to('platinum'), ...forDays(90) })).until).toBe('2026-05-30T22:00:00Z');
});

describe('an action is taken once, forever (R20)', () => {
  const post = (world: World, action: Record<string, unknown>) =>
    world.call('POST tier-actions', {
      params: { memberId: 'm-1' },
      body: { id: 'a-1', action: 'upgrade', ...to('gold'), ...action },
    });

  test.each<[Outcome, number, Record<string, unknown>]>([
    ['APPLIED', 0, forDays(90)],
    ['TARGET_NOT_HIGHER', 5000, {}],
    ['EXPIRY_IN_PAST', 0, untilDate('2026-03-01')],
    ['UNKNOWN_TIER', 0, to('diamond')],
  ])('sent again, at any later time, gives the same answer and writes nothing: %s', async (outcome, points, action) => {
    const world = await memberWith(points);
    const first = await post(world, action);
    expect(first).toMatchObject({ status: 200, body: { outcome } });
    await world.deliver();
    const events = heard(world);
    for (const later of [
      '2026-03-01T10:00:01Z',
      '2026-05-01T10:00:00Z',
      '2026-12-01T10:00:00Z',
      '2031-03-01T10:00:00Z',
    ]) {
      world.at(later);
      const before = await world.read('m-1');
      const { writes } = world.ports.members;
      expect(await post(world, action)).toMatchObject({ status: 200, body: first.body });
      expect(world.ports.members.writes).toBe(writes);
      expect(await world.read('m-1')).toEqual(before);
      await world.deliver();
    }
    expect(heard(world)).toEqual(events);
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
  });

  test('sent again after its grant has ended, grants nothing', async () => {
    const world = await memberWith(0);
    await post(world, forDays(90));
    world.at('2026-06-01T10:00:00Z');
    await world.wake();
    expect((await post(world, forDays(90))).body).toEqual({ outcome: 'APPLIED', visibleTier: 'gold', until: END });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, grants: [] });
  });

  test('sent again in another notation is the same action: an offset for Z', async () => {
    const world = await memberWith(0);
    await post(world, at('2026-05-29T22:00:00Z'));
    expect((await post(world, at('2026-05-30T00:00:00.000+02:00'))).status).toBe(200);
  });

  test.each([
    ['tier', to('silver')],
    ['end', forDays(91)],
    ['kind', { action: 'renew' }],
    ['reason', { reason: 'because' }],
    ['word to the member', { notify: { channels: ['email'] } }],
    ['moment', { effectiveAt: '2026-02-28T10:00:00Z' }],
  ])('sent again with another %s gives 409, and nothing changes', async (_, difference) => {
    const world = await memberWith(0);
    await post(world, forDays(90));
    const before = [await world.read('m-1'), await world.ports.members.actionsOf('m-1')];
    const conflict = await post(world, { ...forDays(90), ...difference });
    expect(conflict).toMatchObject({ status: 409, body: { status: 409, detail: expect.stringContaining('a-1') } });
    expect([await world.read('m-1'), await world.ports.members.actionsOf('m-1')]).toEqual(before);
  });

  test('and the same id for another member is another action', async () => {
    const world = await memberWith(0);
    await world.enrol('m-2');
    await world.act('m-1', {});
    expect(await world.act('m-2', {})).toMatchObject({ outcome: 'APPLIED' });
  });

  test('when it is sent five times at once: one answer, one change, one message', async () => {
    const world = await memberWith(0);
    const action = { ...forDays(90), notify: { channels: ['sms'] } };
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(world, action)));
    await world.deliver();
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      Array(5).fill([200, { outcome: 'APPLIED', visibleTier: 'gold', until: END }]),
    );
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(heard(world).texts).toHaveLength(1);
  });

  test('and recorded once, when it is sent five times at once and has nothing to do', async () => {
    const world = await memberWith(5000);
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(world, {})));
    expect(answers.map(({ body }) => body.outcome)).toEqual(Array(5).fill('TARGET_NOT_HIGHER'));
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
  });
});

test('two actions at once both take effect', async () => {
  const world = await memberWith(0);
  const answers = await Promise.all([
    world.act('m-1', { id: 'g', ...to('gold'), ...untilDate('2026-06-01') }),
    world.act('m-1', { id: 'p', ...to('platinum'), ...untilDate('2026-04-01') }),
  ]);
  expect(answers.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED']);
  await world.deliver();
  expect([
    await tierOf(world),
    await tierOf(world, '2026-03-31T22:00:00Z'),
    await tierOf(world, '2026-05-31T22:00:00Z'),
  ]).toEqual(['platinum', 'gold', 'bronze']);
});

test('an action and an order at once both take effect', async () => {
  const world = await memberWith(900);
  await world.post('m-1', { points: 200 });
  await Promise.all([world.act('m-1', forDays(90)), world.recalculate(world.ledgerStream.splice(0))]);
  await world.deliver();
  expect(await world.read('m-1')).toMatchObject({
    tier: { id: 'gold' },
    earnedTier: 'silver',
    points: { current: 1100 },
  });
});

describe('when a schedule cannot be created', () => {
  test('an action answers 500 and writes nothing; the same action succeeds later', async () => {
    let broken = true;
    const reach = intercept('timers', 'wakeAt', async (wake) => {
      if (broken) throw Object.assign(new Error('Too many schedules.'), { $metadata: {} });
      return wake();
    });
    const world = await memberWith(300, { reach });
    const before = await world.ports.members.load('m-1');
    const body = { id: 'a-1', action: 'upgrade', ...to('gold'), ...forDays(90) };
    const post = () => world.call('POST tier-actions', { params: { memberId: 'm-1' }, body });
    expect((await post()).status).toBe(500);
    expect(await world.ports.members.load('m-1')).toEqual(before);
    expect(await world.ports.members.actionsOf('m-1')).toEqual([]);
    expect(await world.changes('m-1')).toEqual([]);
    expect(world.changeStream).toEqual([]);
    expect(await tierOf(world)).toBe('bronze');

    broken = false;
    expect(await post()).toMatchObject({ status: 200, body: { outcome: 'APPLIED', visibleTier: 'gold', until: END } });
    await world.deliver();
    expect(await world.changes('m-1')).toHaveLength(1);
  });
});

describe('the wake-up schedules', () => {
  test('are set for future moments only: first the next reminder, then the end', async () => {
    const asked: [number, number][] = [];
    const reach = intercept('timers', 'wakeAt', async (wake, moment) => {
      asked.push([world.now(), moment as number]);
      return wake();
    });
    const world = makeWorld({ now: NOW, reach });
    await world.enrol('m-1');
    world.at('2026-03-25T10:00:00Z');
    // The 30-day reminder is due already, and one of the 7 days is left.
    await take(world, { effectiveAt: NOW, ...untilDate('2026-04-01') });
    await take(world, { id: 'p', effectiveAt: NOW, ...to('platinum'), ...untilDate('2026-03-30') });
    await take(world, { id: 's', action: 'downgrade', ...to('silver'), ...at('2026-03-25T18:00:00Z') });
    world.at('2026-03-26T10:00:00Z');
    await world.wake();
    world.at('2026-03-31T22:00:00Z');
    await world.wake();
    expect(asked.length).toBeGreaterThan(0);
    for (const [now, moment] of asked) expect(moment).toBeGreaterThan(now);
    expect(asked.map(([, moment]) => moment)).toContain(Date.parse('2026-03-31T22:00:00Z'));
    expect(await tierOf(world)).toBe('bronze');
  });

  test('are set for the end of a cap, and for no reminder before it', async () => {
    const world = await memberWith(5000);
    await take(world, { action: 'downgrade', ...to('silver'), ...forDays(90) });
    expect(world.ports.timers.moments).toEqual([Date.parse(END)]);
  });

  test('cover every moment that matters: waking only at these moments is always in time', async () => {
    const world = await memberWith(300);
    await take(world, { id: 'g', ...to('gold'), ...untilDate('2026-06-01') });
    await take(world, { id: 'p', ...to('platinum'), ...untilDate('2026-05-01') });
    await take(world, { id: 'c', action: 'downgrade', ...to('silver'), ...untilDate('2026-04-01') });
    const { moments } = world.ports.timers;
    while (moments.length > 0) {
      const moment = new Date(moments[0]!).toISOString();
      world.at(moment);
      world.ports.timers.fired(world.now());
      await world.wake();
      await world.deliver();
    }
    expect(
      (await world.changes('m-1'))
        .map(({ occurredAt, recordedAt, to: { id } }: Change) => [id, occurredAt, recordedAt])
        .reverse()
        .slice(3),
    ).toEqual([
      ['platinum', '2026-03-31T22:00:00Z', '2026-03-31T22:00:00Z'],
      ['gold', '2026-04-30T22:00:00Z', '2026-04-30T22:00:00Z'],
      ['bronze', '2026-05-31T22:00:00Z', '2026-05-31T22:00:00Z'],
    ]);
    expect(heard(world).events).toEqual([
      'tier.upgraded',
      'tier.upgraded',
      'tier.downgraded',
      'tier.upgraded',
      'tier.expiring',
      'tier.expiring',
      'tier.downgraded',
      'tier.expiring',
      'tier.expiring',
      'tier.downgraded',
    ]);
  });

  type Change = { occurredAt: string; recordedAt: string; to: { id: string } };
});

describe('the messages of an action', () => {
  const channelsOf = ({ ports }: World) => ports.announcements.published.map(({ channels }) => channels);

  async function given(action: Record<string, unknown>, options: Options = {}): Promise<World> {
    const world = await memberWith(0, options);
    await world.act('m-1', { ...forDays(90), ...action });
    return world;
  }

  test('go to nobody without notify or channels; the pass and the bus still get the change', async () => {
    for (const action of [{}, { notify: { channels: [] } }, { notify: { channels: [], atEnd: true } }]) {
      const world = await given(action);
      await world.announce(world.changeStream.splice(0));
      expect(channelsOf(world)).toEqual([[]]);
      await world.notify();
      world.at(END);
      await world.wake();
      await world.deliver();
      expect(heard(world)).toEqual({ events: ['tier.upgraded', 'tier.downgraded'], mails: [], texts: [] });
      expect((await world.changes('m-1')).map(({ announced }: { announced: boolean }) => announced)).toEqual([
        false,
        false,
      ]);
    }
  });

  test('by email only are one email, no text message and no push', async () => {
    const world = await given({ notify: { channels: ['email'] } });
    await world.announce(world.changeStream.splice(0));
    expect(channelsOf(world)).toEqual([['email']]);
    await world.notify();
    expect(heard(world)).toEqual({ events: ['tier.upgraded'], mails: ["You're now Gold"], texts: [] });
    expect(world.ports.mailer.sent[0]!.text).toContain("Your status level has changed, you're now Gold");
  });

  test('by text message and push are both, and no email', async () => {
    const world = await given({ notify: { channels: ['push', 'sms'] } });
    await world.announce(world.changeStream.splice(0));
    expect(channelsOf(world)).toEqual([['push', 'sms']]);
    await world.notify();
    expect(heard(world)).toMatchObject({ mails: [], texts: ["Your status level has changed, you're now Gold"] });
  });

  test('never use a channel that the brand has switched off', async () => {
    const world = await given(
      { notify: { channels: ['push', 'email', 'sms'] } },
      { notifications: { push: { enabled: false }, sms: { enabled: false } } },
    );
    await world.announce(world.changeStream.splice(0));
    expect(channelsOf(world)).toEqual([['email']]);
    await world.notify();
    expect(heard(world)).toMatchObject({ mails: ["You're now Gold"], texts: [] });
  });

  test('never use a channel that the member opted out of', async () => {
    const world = makeWorld({ now: NOW });
    await world.enrol('m-1', { optOut: ['sms'] });
    await take(world, { ...forDays(90), notify: { channels: ['email', 'sms'] } });
    expect(heard(world)).toMatchObject({ mails: ["You're now Gold"], texts: [] });
  });

  test.each([
    ['go out at the end too, by the same channels, with atEnd', { channels: ['sms'], atEnd: true }, 2],
    ['do not go out at the end without atEnd', { channels: ['sms'] }, 1],
    ['do not go out at the end with atEnd: false', { channels: ['sms'], atEnd: false }, 1],
  ])('%s', async (_, notify, texts) => {
    const world = await given({ notify });
    await world.deliver();
    world.at(END);
    await world.wake();
    await world.deliver();
    expect(heard(world).texts).toEqual(
      ["Your status level has changed, you're now Gold", "Your status level has changed, you're now Bronze"].slice(
        0,
        texts,
      ),
    );
    expect(heard(world).mails).toEqual([]);
  });

  test('are not sent for an end that changes nothing', async () => {
    const world = await given({ notify: { channels: ['sms'], atEnd: true } });
    await world.deliver();
    await world.post('m-1', { points: 6000 });
    await world.deliver();
    forget(world);
    world.at(END);
    await world.wake();
    await world.deliver();
    expect(heard(world)).toEqual(NOTHING);
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'gold', since: NOW, source: 'earned', expiresAt: null });
  });

  test('say for a renewal which tier the member keeps', async () => {
    const world = await memberWith(5000);
    await take(world, { action: 'renew', ...BY_PROGRAM, notify: { channels: ['email', 'sms'] } });
    expect(heard(world)).toEqual({
      events: ['tier.renewed'],
      mails: ['You stay Gold'],
      texts: ['Your Gold status was renewed'],
    });
  });

  test('use the brand’s own texts by cause, direction and language, with the last day', async () => {
    const texts = [
      { cause: 'tierAction' as const, direction: 'up' as const, text: 'A gift: {{tierStatus}} until {{expiresOn}}' },
      {
        cause: 'tierAction' as const,
        direction: 'up' as const,
        locale: 'es',
        text: 'Un regalo: {{tierStatus}} hasta el {{expiresOn}}',
      },
      { cause: 'grantEnd' as const, text: 'Back from {{previousTierStatus}} to {{tierStatus}}' },
      { cause: 'renewal' as const, text: 'Until {{expiresOn}}' },
    ];
    const world = makeWorld({ now: NOW, notifications: { texts } });
    await world.enrol('m-1');
    await world.enrol('m-2', { locale: 'es' });
    const notify = { channels: ['sms'], atEnd: true };
    await world.act('m-1', { ...forDays(90), notify });
    await world.act('m-2', { ...forDays(90), notify });
    await world.act('m-1', { id: 'a-2', ...forDays(91), notify });
    await world.deliver();
    world.at('2026-06-01T10:00:00Z');
    await world.wake();
    await world.deliver();
    expect(heard(world).texts.sort()).toEqual([
      'A gift: Gold until May 29, 2026',
      'Back from Gold to Bronze',
      'Back from Gold to Bronze',
      'Un regalo: Gold hasta el 29 de mayo de 2026',
      'Until May 30, 2026',
    ]);
  });
});

describe('a member whose enrollment date is changed just after a grant has ended', () => {
  const ENDED = '2026-03-10T23:00:00Z';

  test.each([
    ['in cycles of enrolment', { cycle: { type: 'enrollment' as const } }],
    ['in cycles of the calendar', {}],
    ['without cycles', { cycle: { type: 'none' as const } }],
  ])('is still told of that end, %s', async (_, program) => {
    const world = await memberWith(0, { program });
    await take(world, { ...forDays(10), notify: { channels: ['email'], atEnd: true } });
    forget(world);
    world.at('2026-03-10T23:00:02Z');
    await world.enrol('m-1', { enrolledAt: '2026-02-01T00:00:00Z' });
    await world.deliver();
    await world.wake();
    await world.deliver();
    expect(await world.changes('m-1')).toMatchObject([
      { to: { id: 'bronze' }, cause: 'grantEnd', actionId: 'a-1', occurredAt: ENDED, announced: true },
      { to: { id: 'gold' }, cause: 'tierAction' },
    ]);
    expect(heard(world)).toEqual({ events: ['tier.downgraded'], mails: ["You're now Bronze"], texts: [] });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze', since: ENDED }, grants: [] });
  });

  test('is still told of that end, with points underneath and an order that is not counted yet', async () => {
    const world = await memberWith(900);
    await take(world, { ...forDays(10), notify: { channels: ['email'], atEnd: true } });
    forget(world);
    world.at('2026-03-10T22:59:00Z');
    await world.post('m-1', { id: 'order', points: 200 });
    world.at('2026-03-10T23:00:02Z');
    await world.enrol('m-1', { enrolledAt: '2026-02-01T00:00:00Z' });
    await world.deliver();
    expect(await world.changes('m-1')).toMatchObject([
      { to: { id: 'silver' }, cause: 'grantEnd', occurredAt: ENDED, announced: true },
      { to: { id: 'gold' }, cause: 'tierAction' },
    ]);
    expect(heard(world)).toEqual({ events: ['tier.downgraded'], mails: ["You're now Silver"], texts: [] });
  });
});

describe('a change and its event', () => {
  const expiry = { type: 'fieldNumber', field: 'TrialPeriodDays', unit: 'days' };
  const trial: PromotionFile = {
    id: 'trial',
    trigger: { on: 'transaction', where: { field: 'TrialPeriodDays', exists: true } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry: { type: 'fieldNumber', field: 'TrialPeriodDays', unit: 'days' },
  };
  const order = { id: 'order-1', points: 10, fields: { TrialPeriodDays: 90 } };

  test('name a staff action’s id and its transaction', async () => {
    const world = await memberWith(0);
    await world.post('m-1', order);
    await world.deliver();
    await take(world, { id: 'case-77', expiry, transactionId: 'order-1' });
    const said = { actionId: 'case-77', transactionId: 'order-1' };
    expect(await world.changes('m-1')).toMatchObject([{ cause: 'tierAction', ...said, expiresAt: END }]);
    expect(world.ports.bus.events).toMatchObject([
      { type: 'tier.upgraded', detail: { ...said, cause: 'tierAction', expiresAt: END, sequence: 1 } },
    ]);
    world.at(END);
    await world.wake();
    await world.deliver();
    expect((await world.changes('m-1'))[0]).toMatchObject({ cause: 'grantEnd', ...said, expiresAt: null });
    expect(world.ports.bus.events.at(-1)).toMatchObject({ type: 'tier.downgraded', detail: said });
  });

  test('use the newest transaction of the id, or the one of the named source', async () => {
    for (const [transactionId, until] of [
      ['order-1', '2026-03-20T23:00:00Z'],
      ['pos#order-1', '2026-03-20T23:00:00Z'],
      ['api#order-1', '2026-03-10T23:00:00Z'],
    ]) {
      const world = await memberWith(0);
      await world.post('m-1', { id: 'order-1', points: 1, fields: { TrialPeriodDays: 10 } });
      world.pass(1000);
      await world.post('m-1', { id: 'order-1', source: 'pos', points: 1, fields: { TrialPeriodDays: 20 } });
      await world.deliver();
      expect(await take(world, { expiry, transactionId })).toMatchObject({ outcome: 'APPLIED', until });
    }
  });

  test('name a promotion and its transaction', async () => {
    const world = await memberWith(0, { program: { promotions: [trial] } });
    await world.post('m-1', order);
    await world.deliver();
    const said = { promotion: 'trial', transactionId: 'order-1' };
    expect(await world.changes('m-1')).toMatchObject([
      { cause: 'tierAction', ...said, actionId: expect.stringContaining('trial') },
    ]);
    expect(world.ports.bus.events.at(-1)).toMatchObject({ detail: said });
    expect((await world.read('m-1')).grants).toMatchObject([said]);
  });

  test('name no action if an order made the change', async () => {
    const world = await memberWith(0);
    await world.post('m-1', { id: 'order-1', points: 1000 });
    await world.deliver();
    expect((await world.changes('m-1'))[0]).not.toHaveProperty('actionId');
    expect(world.ports.bus.events[0]!.detail).not.toHaveProperty('actionId', expect.anything());
  });
});

describe('the explanation', () => {
  test('lists the actions, the grants in force, their ends, and the tier after each end', async () => {
    const world = await memberWith(1200);
    await take(world, { id: 'p', ...to('platinum'), ...untilDate('2026-04-01'), reason: 'a complaint' });
    await take(world, { id: 'g', ...to('gold'), ...untilDate('2026-06-01') });
    const { summary, member, actions } = await world.explanation('m-1');
    expect(summary.slice(0, 4)).toEqual([
      'The action p gives the member Platinum until the end of March 31, 2026.',
      'If nothing more happens, the member has Gold after March 31, 2026.',
      'The member has earned Silver with 1,200 of 1,000 points.',
      'The action g keeps the member at Gold or above until the end of May 31, 2026.',
    ]);
    expect(member.grants.map(({ id }: { id: string }) => id)).toEqual(['p', 'g']);
    expect(actions.map(({ id }: { id: string }) => id).sort()).toEqual(['g', 'p']);
    expect(actions.find(({ id }: { id: string }) => id === 'p')).toMatchObject({ reason: 'a complaint', by: 'staff' });
  });

  test('says which action holds a member down, and until when', async () => {
    const world = await memberWith(5500);
    await take(world, { id: 'fraud', action: 'downgrade', ...to('silver'), ...forDays(90) });
    expect((await world.explanation('m-1')).summary.slice(0, 3)).toEqual([
      'The action fraud holds the member at Silver until the end of May 29, 2026.',
      'If nothing more happens, the member has Gold after May 29, 2026.',
      'The member has earned Gold with 5,500 of 5,000 points.',
    ]);
  });

  test('at a moment before an action leaves it out, and at a later moment includes it', async () => {
    const world = await memberWith(0);
    world.at('2026-04-01T10:00:00Z');
    await take(world, forDays(30));
    expect(await world.explanation('m-1', '2026-03-15T10:00:00Z')).toMatchObject({
      actions: [],
      member: { grants: [] },
    });
    expect(await world.explanation('m-1', '2026-07-01T10:00:00Z')).toMatchObject({
      actions: [{ id: 'a-1', outcome: 'APPLIED' }],
      member: { tier: { id: 'bronze' }, grants: [] },
    });
  });
});

describe('the member’s answer', () => {
  test('says where the tier comes from, when it ends, and which grants are in force', async () => {
    const world = await memberWith(1200);
    expect(await world.read('m-1')).toMatchObject({ tier: { source: 'earned', expiresAt: null }, grants: [] });
    await take(world, forDays(90));
    await take(world, { id: 'c', action: 'downgrade', ...to('silver'), ...forDays(30), reassess: true });
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'silver', source: 'cap', expiresAt: '2026-03-30T22:00:00Z' },
      earnedTier: 'silver',
    });
    const { grants } = await world.read('m-1');
    expect(grants).toHaveLength(2);
    expect(grants).toEqual(
      expect.arrayContaining([
        { id: 'a-1', kind: 'floor', tier: 'gold', from: NOW, until: END },
        { id: 'c', kind: 'cap', tier: 'silver', from: NOW, until: '2026-03-30T22:00:00Z', reassess: true },
      ]),
    );
  });

  test('shows no end for a tier that a grant’s end does not change', async () => {
    const world = await memberWith(5500);
    await take(world, { action: 'renew', ...BY_PROGRAM, ...forDays(30) });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'gold', expiresAt: null });
  });

  test('expects at the cycle’s end the tier that a grant gives', async () => {
    const world = await memberWith(1200);
    await take(world, untilDate('2027-06-01'));
    expect(await world.read('m-1')).toMatchObject({ progress: { expectedAtCycleEnd: 'gold' } });
    await take(world, { id: 'd', action: 'downgrade', ...to('bronze'), ...forDays(30) });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, progress: { expectedAtCycleEnd: 'gold' } });
  });
});

describe('the last staff decision wins, and no order undoes it', () => {
  const double: PromotionFile = {
    id: 'double',
    trigger: { on: 'transaction', where: { field: 'kind', equals: 'stay' } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'platinum' },
    expiry: { type: 'duration', amount: 90, unit: 'days' },
  };

  async function capped(): Promise<World> {
    const world = await memberWith(5500, { program: { promotions: [double] } });
    await take(world, { id: 'cap', action: 'downgrade', ...to('silver'), ...forDays(60) });
    world.pass(1000);
    return world;
  }

  test('R17: a purchase never lifts a cap, however large it is', async () => {
    const world = await capped();
    await world.post('m-1', { points: 20_000 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver', source: 'cap' }, earnedTier: 'platinum' });
    expect(await world.changes('m-1')).toHaveLength(2);
    expect(await tierOf(world, '2026-04-29T22:00:00Z')).toBe('platinum');
  });

  test('a recalculation does not lift a cap before its end', async () => {
    const world = await memberWith(5500);
    await take(world, { action: 'downgrade', ...to('silver'), ...untilDate('2027-03-01') });
    expect(await tierOf(world, '2026-12-31T23:00:00Z')).toBe('silver');
    expect(await tierOf(world, '2027-02-28T23:00:00Z')).toBe('gold');
  });

  test('an upgrade by staff lifts a cap, at once and for good', async () => {
    const world = await capped();
    world.at('2026-03-05T10:00:00Z');
    expect(await take(world, { id: 'sorry', ...to('gold') })).toMatchObject({
      outcome: 'APPLIED',
      visibleTier: 'gold',
    });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold', since: '2026-03-05T10:00:00Z' } });
    expect((await world.read('m-1')).grants.map(({ kind }: { kind: string }) => kind)).not.toContain('cap');
    expect(await tierOf(world, '2026-03-04T10:00:00Z')).toBe('silver');
    expect(await tierOf(world, '2026-04-29T22:00:00Z')).toBe('gold');

    const dry = { write: false, cause: 'rebuild' } as const;
    const rebuilt = await rebuildStoredMember(world.ports, world.rules, 'm-1', dry, world.now());
    expect(rebuilt).toEqual({ status: 'equal' });
    await world.post('m-1', { points: 10, fields: { kind: 'stay' } });
    await world.deliver();
    expect(await tierOf(world)).toBe('platinum');
    expect(await tierOf(world, '2026-03-04T10:00:00Z')).toBe('silver');
  });

  test('an upgrade by the program lifts a cap to the tier that the points give', async () => {
    const world = await capped();
    expect(await take(world, { id: 'sorry', ...BY_PROGRAM })).toMatchObject({
      outcome: 'APPLIED',
      visibleTier: 'gold',
    });
  });

  test('a promotion does not lift a cap: its tier shows when the cap ends', async () => {
    const world = await capped();
    await world.post('m-1', { points: 10, fields: { kind: 'stay' } });
    await world.deliver();
    expect(await tierOf(world)).toBe('silver');
    expect((await world.explanation('m-1')).actions).toMatchObject([
      { by: 'promotion', visibleTier: 'silver' },
      { id: 'cap' },
    ]);
    expect(await tierOf(world, '2026-04-29T22:00:00Z')).toBe('platinum');
    expect(await tierOf(world, END)).toBe('gold');
  });
});
