import { describe, expect, test } from 'vitest';
import type { PromotionFile, RemindersFile } from '../../core/program/brand.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { makeWorld, type World } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
/** 90 days after 1 March, in Madrid. */
const END = '2026-05-29T22:00:00Z';
/** The same time of day 30 and 7 days before. */
const THIRTY = '2026-04-29T22:00:00Z';
const SEVEN = '2026-05-22T22:00:00Z';

const to = (tier: string) => ({ strategy: { type: 'specific', tier } });
const BY_PROGRAM = { strategy: { type: 'program' } };
const forDays = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'days' } });
const untilDate = (date: string) => ({ expiry: { type: 'date', date } });

type Options = Parameters<typeof makeWorld>[0];
const withReminders = (reminders: RemindersFile): Options => ({ program: { reminders } });

/** A world on 1 March with the member m-1, who has so many points. */
async function memberWith(points: number, options: Options = {}): Promise<World> {
  const world = makeWorld({ ...options, now: '2026-03-01T09:00:00Z' });
  await world.enrol('m-1', { name: 'Ana' });
  if (points > 0) await world.post('m-1', { id: 'first', points });
  await world.deliver();
  world.at(NOW);
  return world;
}

async function take(world: World, action: Record<string, unknown>) {
  const answer = await world.act('m-1', action);
  await world.deliver();
  return answer;
}

/** Time passes, and the clock rings whenever it was asked to. */
async function live(world: World, until: string) {
  const { timers } = world.ports;
  for (let next = timers.moments[0]; next !== undefined && next <= Date.parse(until); next = timers.moments[0]) {
    world.at(new Date(next).toISOString());
    timers.fired(next);
    await world.wake();
    await world.deliver();
  }
  world.at(until);
}

/** When members were reminded, and of which end. */
const remindersOf = ({ ports }: World) =>
  ports.bus.events
    .filter(({ type }) => type === 'tier.expiring')
    .map(({ occurredAt, detail }) => [new Date(occurredAt).toISOString().replace('.000Z', 'Z'), detail.expiresAt]);

test('a tier that will end is told of 30 and 7 days before, on the bus, with its end and what comes then', async () => {
  const world = await memberWith(1200);
  await take(world, { id: 'gift', ...forDays(90) });
  await live(world, '2026-05-29T21:59:59Z');
  expect(remindersOf(world)).toEqual([
    [THIRTY, END],
    [SEVEN, END],
  ]);
  expect(world.ports.bus.events.at(-1)).toMatchObject({
    type: 'tier.expiring',
    detail: {
      eventId: 'm-1/4',
      memberId: 'm-1',
      sequence: 4,
      from: { id: 'gold' },
      to: { id: 'gold' },
      after: { id: 'silver' },
      occurredAt: SEVEN,
      expiresAt: END,
      actionId: 'gift',
    },
  });
  expect(JSON.stringify(world.ports.bus.events)).not.toMatch(/Ana|mail\.example|\+346/);
});

test('a reminder is no change: not in tier-changes, and since stays', async () => {
  const world = await memberWith(0);
  await take(world, forDays(90));
  await live(world, '2026-05-25T10:00:00Z');
  expect(remindersOf(world)).toHaveLength(2);
  expect(await world.changes('m-1')).toHaveLength(1);
  expect((await world.read('m-1')).tier).toMatchObject({ since: NOW, expiresAt: END });
  await live(world, '2026-06-01T10:00:00Z');
  expect((await world.changes('m-1')).map(({ sequence }: { sequence: number }) => sequence)).toEqual([4, 1]);
});

describe('how many days before', () => {
  test('is the program’s to say', async () => {
    const world = await memberWith(0, withReminders({ daysBefore: [1, 60] }));
    await take(world, forDays(90));
    await live(world, '2026-06-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2026-03-30T22:00:00Z', END],
      ['2026-05-28T22:00:00Z', END],
    ]);
  });

  test('none at all, where the program wants none', async () => {
    const world = await memberWith(0, withReminders({ daysBefore: [] }));
    await take(world, forDays(90));
    await live(world, '2026-06-01T10:00:00Z');
    expect(heard(world).events).toEqual(['tier.upgraded', 'tier.downgraded']);
  });

  test('is counted in days of the calendar: the change of clocks in between takes no hour', async () => {
    const world = await memberWith(0);
    await take(world, untilDate('2026-04-05'));
    await live(world, '2026-04-06T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2026-03-05T23:00:00Z', '2026-04-04T22:00:00Z'],
      ['2026-03-28T23:00:00Z', '2026-04-04T22:00:00Z'],
    ]);
  });

  test('a tier that is given for less is not told of before it is there', async () => {
    const world = await memberWith(0);
    await take(world, forDays(20));
    await live(world, '2026-06-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([['2026-03-13T23:00:00Z', '2026-03-20T23:00:00Z']]);
    await take(world, { id: 'a-2', ...forDays(5) });
    await live(world, '2026-07-01T10:00:00Z');
    expect(remindersOf(world)).toHaveLength(1);
  });
});

describe('nobody is told', () => {
  async function expectSilence(world: World, until = '2028-06-01T10:00:00Z') {
    await live(world, until);
    expect(remindersOf(world)).toEqual([]);
  }

  test('of the base tier, or of a tier that is earned', async () => {
    const world = await memberWith(5000);
    await expectSilence(world);
    expect(world.ports.timers.calls).toBe(0);
  });

  test('where a grant ends that the points hold by then', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-04-01T10:00:00Z');
    await world.post('m-1', { points: 5000 });
    await world.deliver();
    await expectSilence(world, '2026-12-01T10:00:00Z');
  });

  test('where another grant of the same tier, or of a higher one, goes on', async () => {
    const world = await memberWith(0);
    await take(world, { id: 'p', ...to('platinum'), ...untilDate('2026-12-01') });
    await take(world, { id: 'g', ...to('gold'), ...forDays(90) });
    await expectSilence(world, '2026-08-01T10:00:00Z');
  });

  test('of the end of a cap, which takes nothing away', async () => {
    const world = await memberWith(5000);
    await take(world, { action: 'downgrade', ...to('silver'), ...forDays(90) });
    await expectSilence(world, '2026-08-01T10:00:00Z');
    expect(heard(world).events).toEqual(['tier.upgraded', 'tier.downgraded', 'tier.upgraded']);
  });

  test('of a grant that a cap hides until after it has ended', async () => {
    const world = await memberWith(1000);
    await take(world, { id: 'g', ...to('gold'), ...forDays(90) });
    await take(world, { id: 'c', action: 'downgrade', ...to('bronze'), ...forDays(200) });
    await expectSilence(world, '2026-08-01T10:00:00Z');
  });

  test('where the points of the cycle hold the tier beyond the end', async () => {
    const world = await memberWith(5000);
    // The points of 2026 hold Gold through 2027.
    await take(world, { action: 'renew', ...BY_PROGRAM, ...untilDate('2027-06-01') });
    await expectSilence(world, '2027-07-01T10:00:00Z');
  });
});

describe('where a recalculation takes what the points give', () => {
  /** Gold by the points of 2025, which count until the end of 2026; renewed on 1 March 2026. */
  async function renewed(expiry: Record<string, unknown>): Promise<World> {
    const world = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await world.enrol('m-1');
    await world.post('m-1', { points: 5000 });
    await world.deliver();
    world.at(NOW);
    await take(world, { action: 'renew', ...BY_PROGRAM, ...expiry });
    return world;
  }

  test('before the end of the grant, that end is told of: the grant alone holds the tier by then', async () => {
    const world = await renewed(untilDate('2027-06-01'));
    await live(world, '2027-07-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2027-05-01T22:00:00Z', '2027-05-31T22:00:00Z'],
      ['2027-05-24T22:00:00Z', '2027-05-31T22:00:00Z'],
    ]);
    expect((await world.read('m-1')).tier.id).toBe('bronze');
  });

  test('between the reminder and the end, it is told of in time', async () => {
    const world = await renewed(untilDate('2027-01-15'));
    await live(world, '2027-02-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2026-12-15T23:00:00Z', '2027-01-14T23:00:00Z'],
      ['2027-01-07T23:00:00Z', '2027-01-14T23:00:00Z'],
    ]);
  });

  test('at the very end of the grant, as a renewal without an end has it, it is told of', async () => {
    const world = await memberWith(5000);
    await take(world, { action: 'renew', ...BY_PROGRAM });
    await live(world, '2028-02-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2027-12-01T23:00:00Z', '2027-12-31T23:00:00Z'],
      ['2027-12-24T23:00:00Z', '2027-12-31T23:00:00Z'],
    ]);
    expect((await world.read('m-1')).tier.id).toBe('bronze');
  });
});

describe('where nobody came by in time', () => {
  test('it is told late, and once: only the last that has come', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-05-25T10:00:00Z');
    for (let times = 0; times < 3; times++) {
      await world.wake();
      await world.deliver();
    }
    expect(remindersOf(world)).toEqual([[SEVEN, END]]);
    world.at('2026-05-28T10:00:00Z');
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toHaveLength(1);
  });

  test('late for the first and in time for the second, both are told', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-05-10T10:00:00Z');
    await world.wake();
    await world.deliver();
    world.at(SEVEN);
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([
      [THIRTY, END],
      [SEVEN, END],
    ]);
  });

  test('not at all once the tier has ended', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-06-10T10:00:00Z');
    await world.wake();
    await world.deliver();
    expect(heard(world).events).toEqual(['tier.upgraded', 'tier.downgraded']);
  });

  test.each<[string, (world: World) => Promise<unknown>]>([
    ['a schedule', (world) => world.wake()],
    ['the stream', async () => {}],
    ['an action of staff’s', (world) => world.act('m-1', { id: 'idle', ...BY_PROGRAM })],
  ])('with a purchase that nobody counted yet it is told once as well, found by %s', async (_, comes) => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-03-02T10:00:00Z');
    await world.post('m-1', { id: 'uncounted', points: 10 });
    world.at('2026-05-25T10:00:00Z');
    await comes(world);
    await world.deliver();
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([[SEVEN, END]]);
    expect((await world.read('m-1')).points.current).toBe(10);
  });

  test.each<[string, (world: World) => Promise<unknown>]>([
    ['a schedule', (world) => world.wake()],
    ['the stream', async () => {}],
    ['an action of staff’s', (world) => world.act('m-1', { id: 'idle', ...BY_PROGRAM })],
  ])('nor with such a purchase, once the tier has ended, found by %s', async (_, comes) => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-03-02T10:00:00Z');
    await world.post('m-1', { id: 'uncounted', points: 10 });
    world.at(END);
    await comes(world);
    await world.deliver();
    await world.wake();
    await world.deliver();
    expect(heard(world).events).toEqual(['tier.upgraded', 'tier.downgraded']);
  });

  test('taken between the two reminders, such a purchase is still told of the second only', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-05-10T10:00:00Z');
    await world.post('m-1', { id: 'uncounted', points: 10 });
    world.at('2026-05-25T10:00:00Z');
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([[SEVEN, END]]);
  });

  test('woken twice, or five times at once, it is told once', async () => {
    const world = await memberWith(0, withReminders({ notify: true }));
    await take(world, forDays(90));
    forget(world);
    world.at(THIRTY);
    await Promise.all(Array.from({ length: 5 }, () => world.wake()));
    await world.wake();
    await world.deliver();
    expect(heard(world).events).toEqual(['tier.expiring']);
    expect(heard(world).texts).toHaveLength(1);
  });

  test('woken a moment too early, it is not told yet', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-04-29T21:59:59Z');
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([]);
  });

  test('a purchase that comes by tells it as well as a schedule', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-05-01T10:00:00Z');
    await world.post('m-1', { points: 10 });
    await world.deliver();
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([[THIRTY, END]]);
  });

  test('asking for the member tells nobody', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    forget(world);
    world.at('2026-05-25T10:00:00Z');
    await world.read('m-1');
    await world.explanation('m-1');
    await world.deliver();
    expect(heard(world)).toEqual(NOTHING);
  });
});

describe('after the tier was extended', () => {
  test('the old end is told no more; the new one is, at its own moments', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    await live(world, '2026-04-01T10:00:00Z');
    await take(world, { id: 'a-2', action: 'renew', ...BY_PROGRAM, ...untilDate('2026-09-30') });
    await live(world, '2026-10-10T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2026-08-30T22:00:00Z', '2026-09-29T22:00:00Z'],
      ['2026-09-22T22:00:00Z', '2026-09-29T22:00:00Z'],
    ]);
  });

  test('between the two reminders, the second comes for the new end only', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    await live(world, '2026-05-10T10:00:00Z');
    await take(world, { id: 'a-2', ...forDays(90) });
    await live(world, '2026-07-31T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      [THIRTY, END],
      ['2026-07-08T22:00:00Z', '2026-08-07T22:00:00Z'],
    ]);
  });

  test('for good, nothing more is told', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    await take(world, { id: 'a-2', ...to('gold') });
    await live(world, '2027-06-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([]);
  });
});

test('after a downgrade by staff, the tier that is gone is told of no more', async () => {
  const world = await memberWith(1000);
  await take(world, forDays(90));
  await take(world, { id: 'd', action: 'downgrade', ...to('silver'), ...untilDate('2026-12-01') });
  await live(world, '2026-12-02T10:00:00Z');
  expect(remindersOf(world)).toEqual([]);
});

test('several grants one above the other: each end is told of when it is the next to come', async () => {
  const world = await memberWith(0);
  await take(world, { id: 'p', ...to('platinum'), ...untilDate('2026-05-30') });
  await take(world, { id: 'g', ...to('gold'), ...untilDate('2026-08-30') });
  await live(world, '2026-09-01T10:00:00Z');
  expect(remindersOf(world)).toEqual([
    [THIRTY, END],
    [SEVEN, END],
    ['2026-07-30T22:00:00Z', '2026-08-29T22:00:00Z'],
    ['2026-08-22T22:00:00Z', '2026-08-29T22:00:00Z'],
  ]);
  expect(
    world.ports.bus.events
      .filter(({ type }) => type === 'tier.expiring')
      .map(({ detail }) => [detail.to, detail.after]),
  ).toMatchObject([
    [{ id: 'platinum' }, { id: 'gold' }],
    [{ id: 'platinum' }, { id: 'gold' }],
    [{ id: 'gold' }, { id: 'bronze' }],
    [{ id: 'gold' }, { id: 'bronze' }],
  ]);
});

test('a tier of a promotion’s is told of too, and says which', async () => {
  const trial: PromotionFile = {
    id: 'trial',
    trigger: { on: 'transaction', where: { field: 'Days', exists: true } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry: { type: 'fieldNumber', field: 'Days', unit: 'days' },
  };
  const world = await memberWith(0, { program: { promotions: [trial] } });
  await world.post('m-1', { id: 'order-1', points: 1, fields: { Days: 90 } });
  await world.deliver();
  await live(world, '2026-05-25T10:00:00Z');
  expect(world.ports.bus.events.at(-1)).toMatchObject({
    type: 'tier.expiring',
    detail: { promotion: 'trial', transactionId: 'order-1', expiresAt: END },
  });
});

describe('the member', () => {
  async function reminded(options: Options, body: Record<string, unknown> = {}): Promise<World> {
    const world = makeWorld({ ...options, now: NOW });
    await world.enrol('m-1', body);
    await take(world, forDays(90));
    forget(world);
    await live(world, '2026-05-01T10:00:00Z');
    return world;
  }

  test('hears nothing by default: only the brand’s systems do', async () => {
    const world = await reminded({});
    expect(heard(world)).toEqual({ events: ['tier.expiring'], mails: [], texts: [] });
  });

  test('with notify false, neither', async () => {
    const world = await reminded(withReminders({ notify: false }));
    expect(heard(world)).toEqual({ events: ['tier.expiring'], mails: [], texts: [] });
  });

  test('with notify true, hears by every channel of the brand, in the default words', async () => {
    const world = await reminded(withReminders({ notify: true }));
    expect(heard(world)).toEqual({
      events: ['tier.expiring'],
      mails: ['Your Gold status ends soon'],
      texts: ['The last day of your Gold status is May 29, 2026'],
    });
    expect(world.ports.mailer.sent[0]!.text).toContain('The last day of your Gold status is May 29, 2026');
  });

  test('or in the brand’s own, in the member’s language', async () => {
    const texts = [
      { text: 'You are {{tierStatus}} now' },
      { cause: 'reminder' as const, text: '{{memberName}}, {{tierStatus}} until {{expiresOn}}' },
      { cause: 'reminder' as const, locale: 'es', text: '{{tierStatus}} hasta el {{expiresOn}}' },
    ];
    const options = { ...withReminders({ notify: true }), notifications: { texts } };
    expect(heard(await reminded(options, { name: 'Ana' })).texts).toEqual(['Ana, Gold until May 29, 2026']);
    expect(heard(await reminded(options, { locale: 'es-MX' })).texts).toEqual(['Gold hasta el 29 de mayo de 2026']);
  });

  test('a brand’s general words about a change are not used for a tier that stays', async () => {
    const options = {
      ...withReminders({ notify: true }),
      notifications: { texts: [{ text: 'You are {{tierStatus}} now' }] },
    };
    expect(heard(await reminded(options)).texts).toEqual(['The last day of your Gold status is May 29, 2026']);
  });

  test('not who opted out', async () => {
    const world = await reminded(withReminders({ notify: true }), { optOut: ['sms', 'email'] });
    expect(heard(world)).toEqual({ events: ['tier.expiring'], mails: [], texts: [] });
  });

  test('is told the last day, where the program’s days end at midnight', async () => {
    const world = makeWorld({ now: NOW, program: { reminders: { notify: true }, expiryBoundary: 'endOfDay' } });
    await world.enrol('m-1');
    await take(world, forDays(90));
    await live(world, '2026-05-10T10:00:00Z');
    expect(heard(world).texts).toEqual(['The last day of your Gold status is May 30, 2026']);
  });
});
