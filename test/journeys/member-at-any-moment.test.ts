import { describe, expect, test } from 'vitest';
import { makeWorld } from '../support/world.ts';

/** Bronze in March, Silver in May, Gold in July, and a refund in September that leaves Silver. */
async function aYear() {
  const world = makeWorld({ now: '2026-03-01T09:00:00Z' });
  await world.enrol('m-1');
  const story: [string, Record<string, unknown>][] = [
    ['2026-03-10T10:00:00Z', { id: 'march', points: 400 }],
    ['2026-05-10T10:00:00Z', { id: 'may', points: 900 }],
    ['2026-07-10T10:00:00Z', { id: 'july', points: 4000, amount: '4000.00' }],
    ['2026-09-10T10:00:00Z', { id: 'september', type: 'refund', orderId: 'july', amount: '1000.00' }],
  ];
  for (const [at, transaction] of story) {
    world.at(at);
    await world.post('m-1', transaction);
    await world.deliver();
  }
  return world;
}

describe('GET ?at= answers for', () => {
  test.each([
    ['the moment of enrolment', '2026-03-01T09:00:00Z', 'bronze', 0, '2026-03-01T09:00:00Z'],
    ['a millisecond before a purchase', '2026-03-10T09:59:59.999Z', 'bronze', 0, '2026-03-01T09:00:00Z'],
    ['the moment of a purchase', '2026-03-10T10:00:00Z', 'bronze', 400, '2026-03-01T09:00:00Z'],
    ['the past, after Silver', '2026-06-01T00:00:00Z', 'silver', 1300, '2026-05-10T10:00:00Z'],
    ['the past, after Gold', '2026-08-01T00:00:00Z', 'gold', 5300, '2026-07-10T10:00:00Z'],
    ['the present', '2026-09-10T10:00:00Z', 'silver', 4300, '2026-09-10T10:00:00Z'],
    ['the next cycle', '2027-06-01T00:00:00Z', 'silver', 4300, '2026-09-10T10:00:00Z'],
    ['the cycle after it', '2028-06-01T00:00:00Z', 'bronze', 0, '2027-12-31T23:00:00Z'],
  ])('%s', async (_, at, tier, current, since) => {
    const world = await aYear();
    expect(await world.read('m-1', at)).toMatchObject({ tier: { id: tier, since }, points: { current } });
  });

  test('the present with the stored member, and any past moment with the answer given then', async () => {
    const world = makeWorld({ now: '2026-03-01T09:00:00Z' });
    await world.enrol('m-1');
    const then = new Map([[new Date(world.now()).toISOString(), await world.read('m-1')]]);
    for (let n = 1; n <= 12; n++) {
      world.pass(20 * 24 * 3_600_000);
      await world.post('m-1', n % 4 === 0 ? { type: 'adjustment', points: -700 } : { points: 450 });
      await world.deliver();
      then.set(new Date(world.now()).toISOString(), await world.read('m-1'));
    }
    for (const [at, member] of then) expect(await world.read('m-1', at)).toEqual(member);
  });

  test('no member before the enrollment: 404', async () => {
    const world = await aYear();
    const before = { params: { memberId: 'm-1' }, query: { at: '2026-02-28T00:00:00Z' } };
    expect(await world.call('GET member', before)).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('enrolled at 2026-03-01T09:00:00Z') },
    });
    expect(await world.call('GET explanation', before)).toMatchObject({ status: 404 });
  });

  test('the end of the calendar, within the time limit', async () => {
    const world = await aYear();
    expect(await world.read('m-1', '9999-12-31T23:59:59Z')).toMatchObject({ tier: { id: 'bronze' } });
  });
});

describe('the answer', () => {
  test('says which transactions counted, how much each gave, and which did not count and why', async () => {
    const world = await aYear();
    await world.post('m-1', { id: 'spent', type: 'redemption', points: 100, occurredAt: '2026-09-10T10:00:00Z' });
    await world.deliver();
    const { transactions, summary, conditions } = await world.explanation('m-1');
    expect(
      transactions.map(({ id, counted, tierPoints, cycle }: Record<string, unknown>) => [
        id,
        counted,
        tierPoints,
        cycle,
      ]),
    ).toEqual([
      ['spent', false, 0, 'current'],
      ['september', true, -1000, 'current'],
      ['july', true, 4000, 'current'],
      ['may', true, 900, 'current'],
      ['march', true, 400, 'current'],
    ]);
    expect(transactions[0].why).toBe('Redeeming points does not change the tier.');
    expect(conditions).toEqual([{ what: 'tierPoints', have: 4300, need: 1000, missing: 0 }]);
    expect(summary[0]).toBe('The member has earned Silver with 4,300 of 1,000 points.');
  });

  test('says, two years ahead, of each transaction that it no longer counts', async () => {
    const world = await aYear();
    const { transactions } = await world.explanation('m-1', '2028-06-01T00:00:00Z');
    expect(transactions.map(({ counted, cycle }: Record<string, unknown>) => [counted, cycle])).toEqual(
      Array(4).fill([false, 'older']),
    );
  });

  test('says which points are missing for the next tier and to keep this one, and the tier expected at the cycle’s end', async () => {
    const world = await aYear();
    expect((await world.read('m-1')).progress).toMatchObject({
      next: { tier: 'gold', missing: 700 },
      keep: { missing: 0, by: '2026-12-31T23:00:00Z' },
      expectedAtCycleEnd: 'silver',
    });
    world.at('2027-02-01T00:00:00Z');
    expect((await world.read('m-1')).progress).toMatchObject({
      keep: { missing: 1000, by: '2027-12-31T23:00:00Z' },
      expectedAtCycleEnd: 'bronze',
    });
  });
});
