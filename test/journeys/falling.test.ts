/** R8: when falling points lower a tier, and to which tier. */
import { describe, expect, test } from 'vitest';
import type { ProgramFile } from '../../core/program/brand.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { makeWorld, type World } from '../support/world.ts';

type Downgrade = NonNullable<ProgramFile['downgrade']>;

/** A member who bought once, for one euro per point. */
async function whoBought(points: number, downgrade: Downgrade, now = '2026-03-01T10:00:00Z'): Promise<World> {
  const world = makeWorld({ now, program: { downgrade } });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'order', amount: `${points}.00`, points });
  await world.deliver();
  forget(world);
  return world;
}

async function happens(world: World, transaction: Record<string, unknown>) {
  world.pass(60_000);
  await world.post('m-1', transaction);
  await world.deliver();
}

const refunds = (world: World, amount: number) =>
  happens(world, { type: 'refund', orderId: 'order', amount: `${amount}.00` });

const tierOf = async (world: World, at?: string): Promise<string> => (await world.read('m-1', at)).tier.id;

/** The member's tier now, by each way to read it. */
async function expectTier(world: World, tier: string) {
  expect(await tierOf(world)).toBe(tier);
  expect(await tierOf(world, new Date(world.now()).toISOString())).toBe(tier);
  expect((await world.explanation('m-1')).member.tier.id).toBe(tier);
}

describe('E21 with timing recalculation', () => {
  test('a refund of last cycle’s order leaves Silver until this cycle ends', async () => {
    const world = await whoBought(1200, { timing: 'recalculation' });
    world.at('2027-02-01T10:00:00Z');
    await refunds(world, 300);
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'silver', source: 'earned' },
      earnedTier: 'silver',
      points: { current: 900, carry: 0 },
      progress: { expectedAtCycleEnd: 'bronze', keep: { missing: 1000 } },
    });
    expect(heard(world)).toEqual(NOTHING);
    await expectTier(world, 'silver');
    expect(await tierOf(world, '2027-12-31T22:59:59Z')).toBe('silver');
    expect(await tierOf(world, '2027-12-31T23:00:00Z')).toBe('bronze');
  });

  test('the default timing lowers at once', async () => {
    const world = await whoBought(1200, {});
    world.at('2027-02-01T10:00:00Z');
    await refunds(world, 300);
    await expectTier(world, 'bronze');
    expect(heard(world)).toEqual({ events: ['tier.downgraded'], mails: [], texts: [] });
  });
});

describe('timing recalculation: a refund within the cycle', () => {
  test('leaves the tier until the cycle ends, which then lowers it, and the member gets a message', async () => {
    const world = await whoBought(5500, { timing: 'recalculation' });
    await refunds(world, 1000);
    await expectTier(world, 'gold');
    expect(heard(world)).toEqual(NOTHING);
    expect((await world.explanation('m-1')).summary).toEqual([
      'The member keeps Gold until the end of December 31, 2026.',
      'The member now qualifies for Silver only.',
      '5,500 more points are needed for Platinum.',
      '500 more points are needed by December 31, 2026 to keep Gold.',
      'If nothing more happens, the member has Silver after December 31, 2026.',
    ]);
    await happens(world, { points: 20 });
    await expectTier(world, 'gold');

    world.at('2027-01-05T10:00:00Z');
    await expectTier(world, 'silver');
    await happens(world, { points: 1 });
    expect((await world.changes('m-1'))[0]).toMatchObject({
      from: { id: 'gold' },
      to: { id: 'silver' },
      cause: 'recalculation',
      occurredAt: '2026-12-31T23:00:00Z',
      announced: true,
    });
    expect(heard(world).mails).toEqual(["You're now Silver"]);
    await expectTier(world, 'silver');
  });

  test('lowers nothing if the points are earned again in time', async () => {
    const world = await whoBought(5500, { timing: 'recalculation' });
    await refunds(world, 1000);
    await happens(world, { points: 500 });
    world.at('2027-01-05T10:00:00Z');
    await happens(world, { points: 1 });
    await expectTier(world, 'gold');
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(heard(world)).toEqual(NOTHING);
  });

  test('leaves the tier, as an expiry of points does', async () => {
    const world = await whoBought(1100, { timing: 'recalculation' });
    await happens(world, { type: 'expiry', points: 200 });
    await expectTier(world, 'silver');
    expect((await world.read('m-1')).points.current).toBe(900);
  });

  test('leaves the kept tier below a floor that ends', async () => {
    const world = await whoBought(5500, { timing: 'recalculation' });
    await world.act('m-1', {
      strategy: { type: 'specific', tier: 'platinum' },
      expiry: { type: 'date', date: '2026-06-01' },
    });
    await refunds(world, 1000);
    expect((await world.explanation('m-1')).summary.slice(0, 4)).toEqual([
      'The action a-1 gives the member Platinum until the end of May 31, 2026.',
      'If nothing more happens, the member has Gold after May 31, 2026.',
      'Apart from grants, the member keeps Gold until the end of December 31, 2026.',
      'The member now qualifies for Silver only.',
    ]);
    world.at('2026-06-01T00:00:00Z');
    await world.wake();
    await expectTier(world, 'gold');
  });
});

describe('target oneBelow', () => {
  test('a refund of everything takes one tier, and each idle year another', async () => {
    const world = await whoBought(11_000, { target: 'oneBelow' });
    await refunds(world, 11_000);
    await expectTier(world, 'gold');
    expect(await world.read('m-1')).toMatchObject({ earnedTier: 'gold', points: { current: 0 } });
    expect((await world.explanation('m-1')).summary.slice(0, 2)).toEqual([
      'The member has Gold, because the last downgrade led there.',
      'The member now qualifies for Bronze only.',
    ]);
    const years = ['2027-02-01T10:00:00Z', '2028-02-01T10:00:00Z', '2029-02-01T10:00:00Z'];
    expect(await Promise.all(years.map((at) => tierOf(world, at)))).toEqual(['silver', 'bronze', 'bronze']);

    // Nobody read or wrote the member for three years; the first write records every end.
    world.at('2029-02-01T10:00:00Z');
    await expectTier(world, 'bronze');
    await happens(world, { points: 1 });
    expect(await world.changes('m-1')).toMatchObject([
      { to: { id: 'bronze' }, cause: 'recalculation', occurredAt: '2027-12-31T23:00:00Z' },
      { to: { id: 'silver' }, cause: 'recalculation', occurredAt: '2026-12-31T23:00:00Z' },
      { to: { id: 'gold' }, cause: 'transaction' },
      { to: { id: 'platinum' }, cause: 'transaction' },
    ]);
  });

  test('a reminder names the tier that really follows a grant’s end', async () => {
    const world = makeWorld({
      now: '2026-03-01T10:00:00Z',
      program: { downgrade: { target: 'oneBelow' }, reminders: { daysBefore: [7], notify: true } },
    });
    await world.enrol('m-1');
    await world.post('m-1', { points: 11_000 });
    await world.deliver();
    await world.act('m-1', {
      action: 'renew',
      strategy: { type: 'program' },
      expiry: { type: 'date', date: '2029-01-05' },
    });
    await world.deliver();
    forget(world);
    // Below the grant, one idle year takes Platinum, and the next cycle ends before the grant does.
    world.at('2028-12-30T10:00:00Z');
    await world.wake();
    await world.deliver();
    expect(world.ports.bus.events).toMatchObject([{ type: 'tier.expiring', detail: { after: { id: 'silver' } } }]);
    world.at('2029-01-05T10:00:00Z');
    await world.wake();
    await expectTier(world, 'silver');
  });
});

describe('target base', () => {
  test('a downgrade leads to the base tier, and the next purchase to the tier that the points give', async () => {
    const world = await whoBought(6000, { target: 'base' });
    await refunds(world, 1500);
    await expectTier(world, 'bronze');
    expect(await world.read('m-1')).toMatchObject({ earnedTier: 'bronze', points: { current: 4500 } });
    expect((await world.explanation('m-1')).summary.slice(0, 2)).toEqual([
      'The member has Bronze, because the last downgrade led there.',
      'The next transaction that adds points gives Silver.',
    ]);
    await refunds(world, 100);
    await happens(world, { type: 'redemption', points: 10 });
    await expectTier(world, 'bronze');
    await happens(world, { id: 'next', points: 1 });
    await expectTier(world, 'silver');
    expect((await world.changes('m-1'))[0]).toMatchObject({
      from: { id: 'bronze' },
      to: { id: 'silver' },
      cause: 'transaction',
      transactionId: 'next',
      announced: true,
    });
  });
});

test('a purchase that lifts after a downgrade is named in the change, even with other transactions in its batch', async () => {
  const world = await whoBought(6000, { target: 'base' });
  await refunds(world, 1500);
  await expectTier(world, 'bronze');
  // The part of an order makes the engine read the ledger.
  for (const transaction of [
    { id: 'part', orderId: 'parts', points: 1 },
    { id: 'spent', type: 'redemption', points: 10 },
  ]) {
    world.pass(60_000);
    await world.post('m-1', transaction);
  }
  await world.deliver();
  expect((await world.changes('m-1'))[0]).toMatchObject({ to: { id: 'silver' }, transactionId: 'part' });
});

test('?at= replays the ledger, even if a purchase and its full refund leave no points', async () => {
  const world = makeWorld({ now: '2026-03-10T10:00:00Z', program: { downgrade: { timing: 'recalculation' } } });
  await world.enrol('m-1', { enrolledAt: '2026-01-01T00:00:00Z' });
  await world.post('m-1', { id: 'order', amount: '6000.00', points: 6000 });
  world.pass(60_000);
  await world.post('m-1', { type: 'refund', orderId: 'order', amount: '6000.00' });
  // The stream has delivered neither, and together they add up to the stored item.
  expect(await tierOf(world)).toBe('bronze');
  expect(await tierOf(world, new Date(world.now()).toISOString())).toBe('gold');
  await world.deliver();
  await expectTier(world, 'gold');
});

test('a purchase redelivered after a day does not keep a tier that an expiry took', async () => {
  const world = makeWorld({ now: '2026-03-10T10:00:00Z', program: { downgrade: { target: 'oneBelow' } } });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'old', points: 3000 });
  const old = world.ledgerStream.slice();
  await world.deliver();
  world.pass(27 * 3_600_000);
  await world.post('m-1', { id: 'new', points: 2500 });
  await world.deliver();
  await expectTier(world, 'gold');
  world.pass(60_000);
  await world.post('m-1', { id: 'x', type: 'expiry', points: 1000 });
  const expiry = world.ledgerStream.splice(0);
  await world.recalculate([...old, ...expiry]);
  await expectTier(world, 'silver');
});

test('a late entry is counted at its own date: a refund dated before the purchase that reached Gold', async () => {
  const world = makeWorld({ now: '2026-03-10T10:00:00Z', program: { downgrade: { timing: 'recalculation' } } });
  await world.enrol('m-1', { enrolledAt: '2026-01-01T00:00:00Z' });
  const day = (date: number) => `2026-03-0${date}T10:00:00Z`;
  await world.post('m-1', { id: 'a', amount: '3000.00', points: 3000, occurredAt: day(1) });
  await world.post('m-1', { id: 'b', points: 2500, occurredAt: day(3) });
  await world.deliver();
  await expectTier(world, 'gold');
  world.pass(60_000);
  await world.post('m-1', { type: 'refund', orderId: 'a', amount: '1000.00', occurredAt: day(2) });
  await world.deliver();
  await expectTier(world, 'silver');
  expect(await tierOf(world, day(3))).toBe('silver');
});

test('a late fall of points counts as a fall, even if another entry’s rebuild counts it', async () => {
  const world = await whoBought(5100, { target: 'oneBelow' });
  await world.post('m-1', { id: 'bonus', type: 'bonus', points: 1 });
  world.pass(60_000);
  await world.post('m-1', { id: 'fall', type: 'adjustment', points: -200 });
  const [bonus, fall] = world.ledgerStream.splice(0);
  // After the window has moved on, each entry makes the engine read the ledger, which holds both entries.
  world.pass(30 * 60 * 60_000);
  await world.post('m-1', { id: 'later', type: 'bonus', points: 1 });
  await world.deliver();
  await world.recalculate([bonus!]);
  await expectTier(world, 'silver');
  expect(await world.changes('m-1')).toMatchObject([
    { from: { id: 'gold' }, to: { id: 'silver' }, cause: 'transaction' },
    { to: { id: 'gold' } },
  ]);
  await world.recalculate([fall!]);
  await expectTier(world, 'silver');
});
