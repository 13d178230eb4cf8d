import { describe, expect, test } from 'vitest';
import { makeWorld, type World } from '../support/world.ts';

async function silverOf2025(options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'first', points: 1300 });
  await world.deliver();
  world.ports.mailer.sent.splice(0);
  return world;
}

describe('E19: a calendar cycle in Europe/Madrid', () => {
  test('the cycle 2026 ends at 2026-12-31T23:00:00Z', async () => {
    const world = makeWorld({ now: '2026-05-02T10:00:00Z' });
    await world.enrol('m-1');
    const { cycle } = await world.read('m-1');
    expect(cycle).toEqual({ type: 'calendar', start: '2025-12-31T23:00:00Z', end: '2026-12-31T23:00:00Z' });
  });

  test.each([
    ['2026-12-31T22:59:59Z', '2025-12-31T23:00:00Z'],
    ['2026-12-31T23:00:00Z', '2026-12-31T23:00:00Z'],
  ])('at %s, ?at= shows the cycle that began at %s', async (at, start) => {
    const world = makeWorld({ now: '2026-05-02T10:00:00Z' });
    await world.enrol('m-1');
    expect((await world.read('m-1', at)).cycle.start).toBe(start);
  });

  test('a purchase one second before the end counts for the old cycle, and one at the end for the new cycle', async () => {
    const world = makeWorld({ now: '2026-12-31T22:59:59Z' });
    await world.enrol('m-1');
    await world.post('m-1', { points: 100 });
    world.at('2026-12-31T23:00:00Z');
    await world.post('m-1', { points: 7 });
    await world.deliver();
    expect((await world.read('m-1')).points).toMatchObject({ current: 107, carry: 7 });
  });
});

describe('E20: an enrollment cycle of a member who joined on 2025-06-10', () => {
  const options = { program: { cycle: { type: 'enrollment' as const } } };

  test('ends at local 00:00 on 2026-06-10, and then every year', async () => {
    const world = await silverOf2025(options);
    expect((await world.read('m-1')).cycle).toEqual({
      type: 'enrollment',
      start: '2025-06-09T22:00:00Z',
      end: '2026-06-09T22:00:00Z',
    });
    expect((await world.read('m-1', '2026-06-09T22:00:00Z')).cycle.end).toBe('2027-06-09T22:00:00Z');
    expect((await world.read('m-1', '2030-01-01T00:00:00Z')).cycle.end).toBe('2030-06-09T22:00:00Z');
  });

  test('is recalculated at its end: first-year points count in the second year and not in the third', async () => {
    const world = await silverOf2025(options);
    const at = async (moment: string) => {
      const { tier, points } = await world.read('m-1', moment);
      return [tier.id, points.current, points.carry];
    };
    expect(await at('2026-06-09T21:59:59Z')).toEqual(['silver', 1300, 1300]);
    expect(await at('2026-06-09T22:00:00Z')).toEqual(['silver', 1300, 0]);
    expect(await at('2027-06-09T21:59:59Z')).toEqual(['silver', 1300, 0]);
    expect(await at('2027-06-09T22:00:00Z')).toEqual(['bronze', 0, 0]);
  });

  test('ends on 28 February in common years and on 29 February in leap years for a member who joined on 29 February', async () => {
    const world = makeWorld({ ...options, now: '2024-02-29T12:00:00Z' });
    await world.enrol('m-1');
    const ends = async (at: string) => (await world.read('m-1', at)).cycle.end;
    expect(await ends('2024-03-01T00:00:00Z')).toBe('2025-02-27T23:00:00Z');
    expect(await ends('2027-03-01T00:00:00Z')).toBe('2028-02-28T23:00:00Z');
  });

  test('changes with the enrollment date, and the member is rebuilt from the ledger', async () => {
    const world = await silverOf2025(options);
    world.at('2026-05-01T10:00:00Z');
    await world.post('m-1', { points: 10 });
    await world.deliver();
    expect((await world.read('m-1')).points).toMatchObject({ current: 1310, carry: 1310 });

    const { body } = await world.enrol('m-1', { enrolledAt: '2025-04-20T10:00:00Z' });
    expect(body).toMatchObject({
      tier: { id: 'silver' },
      points: { current: 1310, carry: 10, lifetime: 1310 },
      cycle: { end: '2027-04-19T22:00:00Z' },
    });
  });
});

describe('E17: upgradeBasis carry counts each year alone', () => {
  test('Silver of 2025 stays Silver with 3700 more in 2026, though the sum of both years would be Gold', async () => {
    const carry = await silverOf2025({ program: { upgradeBasis: 'carry' } });
    const current = await silverOf2025();
    for (const world of [carry, current]) {
      world.at('2026-03-01T10:00:00Z');
      await world.post('m-1', { points: 3700 });
      await world.deliver();
      expect((await world.read('m-1')).points).toMatchObject({ current: 5000, carry: 3700 });
    }
    expect((await carry.read('m-1')).tier).toMatchObject({ id: 'silver', since: '2025-06-10T10:00:00Z' });
    expect(carry.ports.mailer.sent).toEqual([]);
    expect((await current.read('m-1')).tier.id).toBe('gold');
  });

  test('the points of the current year lift the tier at once', async () => {
    const world = await silverOf2025({ program: { upgradeBasis: 'carry' } });
    world.at('2026-03-01T10:00:00Z');
    await world.post('m-1', { points: 5000 });
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('gold');
  });
});

describe('a cycle’s end that no run has processed', () => {
  test('is in every answer at once, without a write', async () => {
    const world = await silverOf2025();
    const writes = world.ports.members.writes;
    world.at('2027-01-15T10:00:00Z');
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'bronze', since: '2026-12-31T23:00:00Z' },
      points: { current: 0, carry: 0, lifetime: 1300, balance: 1300 },
    });
    expect((await world.explanation('m-1')).member.tier.id).toBe('bronze');
    expect(world.ports.members.writes).toBe(writes);
  });

  test('is written by the next purchase: first the downgrade, dated at the end, then the purchase’s own change', async () => {
    const world = await silverOf2025();
    world.at('2027-01-15T10:00:00Z');
    await world.post('m-1', { id: 'next', points: 5000 });
    await world.deliver();

    expect((await world.changes('m-1')).reverse().slice(1)).toMatchObject([
      {
        sequence: 2,
        cause: 'recalculation',
        from: { id: 'silver' },
        to: { id: 'bronze' },
        occurredAt: '2026-12-31T23:00:00Z',
        recordedAt: '2027-01-15T10:00:00Z',
        points: 0,
        announced: true,
      },
      {
        sequence: 3,
        cause: 'transaction',
        from: { id: 'bronze' },
        to: { id: 'gold' },
        occurredAt: '2027-01-15T10:00:00Z',
        transactionId: 'next',
        points: 5000,
      },
    ]);
    expect(world.ports.bus.events.map(({ detail }) => detail.sequence)).toEqual([1, 2, 3]);
    expect(world.ports.mailer.sent.map(({ subject }) => subject)).toEqual(["You're now Bronze", "You're now Gold"]);
  });

  test('is written before a refund that comes after it', async () => {
    const world = await silverOf2025();
    world.at('2027-01-15T10:00:00Z');
    await world.post('m-1', { id: 'r-1', type: 'refund', orderId: 'first', points: 100 });
    await world.deliver();
    expect((await world.changes('m-1'))[0]).toMatchObject({ cause: 'recalculation', to: { id: 'bronze' } });
    expect(await world.changes('m-1')).toHaveLength(2);
    expect((await world.read('m-1')).points).toMatchObject({ current: 0, lifetime: 1200 });
  });

  test('counts every purchase before it, though the stream delivers each one after it, in its own batch', async () => {
    const keeps = await silverOf2025();
    keeps.at('2026-12-31T22:59:58Z');
    await keeps.post('m-1', { id: 'half', points: 600 });
    await keeps.post('m-1', { id: 'other-half', points: 400 });
    keeps.at('2026-12-31T23:00:01Z');
    for (const entry of keeps.ledgerStream.splice(0)) {
      await keeps.recalculate([entry]);
      await keeps.deliver();
    }
    expect((await keeps.read('m-1')).tier).toMatchObject({ id: 'silver', since: '2025-06-10T10:00:00Z' });
    expect(await keeps.changes('m-1')).toHaveLength(1);
    expect(keeps.ports.mailer.sent).toEqual([]);

    // Together they give Gold, which the member reached before the end.
    const rises = await silverOf2025();
    rises.at('2026-12-31T22:59:58Z');
    await rises.post('m-1', { id: 'half', points: 2500 });
    rises.pass(1);
    await rises.post('m-1', { id: 'other-half', points: 2500 });
    rises.at('2026-12-31T23:00:01Z');
    for (const entry of rises.ledgerStream.splice(0)) {
      await rises.recalculate([entry]);
      await rises.deliver();
    }
    expect(await rises.changes('m-1')).toMatchObject([
      { from: { id: 'silver' }, to: { id: 'gold' }, cause: 'transaction', transactionId: 'other-half' },
      { to: { id: 'silver' } },
    ]);
    expect((await rises.read('m-1')).tier).toMatchObject({ id: 'gold', since: '2026-12-31T22:59:58.001Z' });
    expect(rises.ports.mailer.sent.map(({ subject }) => subject)).toEqual(["You're now Gold"]);
  });

  const renewal = { id: 'renew', action: 'renew', strategy: { type: 'program' } };
  test.each<[string, (world: World) => Promise<unknown>]>([
    ['the schedule', (world) => world.wake()],
    ['a staff action', (world) => world.act('m-1', renewal)],
  ])('counts a purchase just before it, though %s comes before the stream', async (_, comeFirst) => {
    const world = await silverOf2025();
    world.at('2026-12-01T10:00:00Z');
    // The grant ends with the cycle, so that a schedule fires exactly at the end.
    await world.act('m-1', { expiry: { type: 'date', date: '2027-01-01' } });
    world.at('2026-12-31T22:59:58Z');
    await world.post('m-1', { id: 'on-time', points: 1000 });
    world.at('2026-12-31T23:00:00Z');
    await comeFirst(world);
    await world.deliver();
    expect((await world.changes('m-1')).reverse().slice(2)).toMatchObject([
      { from: { id: 'gold' }, to: { id: 'silver' }, cause: 'grantEnd', occurredAt: '2026-12-31T23:00:00Z' },
    ]);
    expect(world.ports.mailer.sent).toEqual([]);
  });

  test('is judged separately from other such ends, and only a downgrade is written', async () => {
    const world = await silverOf2025();
    world.at('2030-01-15T10:00:00Z');
    await world.post('m-1', { points: 1 });
    await world.deliver();
    expect((await world.changes('m-1')).map(({ occurredAt }: { occurredAt: string }) => occurredAt)).toEqual([
      '2026-12-31T23:00:00Z',
      '2025-06-10T10:00:00Z',
    ]);
  });

  test('lets a refund of last cycle’s order lower current only, and a refund of an older order neither (R6)', async () => {
    const world = await silverOf2025();
    world.at('2026-03-01T10:00:00Z');
    await world.post('m-1', { points: 20 });
    await world.post('m-1', { id: 'r-1', type: 'refund', orderId: 'first', points: 300 });
    await world.deliver();
    expect((await world.read('m-1')).points).toMatchObject({ current: 1020, carry: 20, lifetime: 1020 });

    world.at('2027-03-01T10:00:00Z');
    await world.post('m-1', { id: 'r-2', type: 'refund', orderId: 'first', points: 300 });
    await world.deliver();
    expect((await world.read('m-1')).points).toMatchObject({ current: 20, carry: 0, lifetime: 720 });
  });
});

test('with the cycle none, points count forever', async () => {
  const world = await silverOf2025({ program: { cycle: { type: 'none' } } });
  world.at('2028-06-10T10:00:00Z');
  expect(await world.read('m-1')).toMatchObject({
    tier: { id: 'silver', since: '2025-06-10T10:00:00Z' },
    points: { current: 1300 },
    cycle: { type: 'none', start: null, end: null },
    progress: { keep: null, expectedAtCycleEnd: 'silver' },
  });
});
