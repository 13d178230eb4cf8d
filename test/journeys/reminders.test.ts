import { describe, expect, test } from 'vitest';
import type { PromotionFile, RemindersFile } from '../../core/program/brand.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { makeWorld, type World } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
/** 90 days after 1 March, in Madrid. */
const END = '2026-05-29T22:00:00Z';
/** The same time of day, 30 and 7 days before. */
const THIRTY = '2026-04-29T22:00:00Z';
const SEVEN = '2026-05-22T22:00:00Z';

const to = (tier: string) => ({ strategy: { type: 'specific', tier } });
const BY_PROGRAM = { strategy: { type: 'program' } };
const forDays = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'days' } });
const untilDate = (date: string) => ({ expiry: { type: 'date', date } });

type Options = Parameters<typeof makeWorld>[0];
const withReminders = (reminders: RemindersFile): Options => ({ program: { reminders } });

/** A world on 1 March with the member m-1 and the given points. */
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

/** Lets time pass, and wakes at every scheduled moment. */
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

test('a tier that will end is announced on the bus 30 and 7 days before, with its end and the tier after it', async () => {
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

test('a reminder is not a tier change: it is not in tier-changes, and since stays', async () => {
  const world = await memberWith(0);
  await take(world, forDays(90));
  await live(world, '2026-05-25T10:00:00Z');
  expect(remindersOf(world)).toHaveLength(2);
  expect(await world.changes('m-1')).toHaveLength(1);
  expect((await world.read('m-1')).tier).toMatchObject({ since: NOW, expiresAt: END });
  await live(world, '2026-06-01T10:00:00Z');
  expect((await world.changes('m-1')).map(({ sequence }: { sequence: number }) => sequence)).toEqual([4, 1]);
});

describe('the number of days before', () => {
  test('is set by the program', async () => {
    const world = await memberWith(0, withReminders({ daysBefore: [1, 60] }));
    await take(world, forDays(90));
    await live(world, '2026-06-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2026-03-30T22:00:00Z', END],
      ['2026-05-28T22:00:00Z', END],
    ]);
  });

  test('may be none at all', async () => {
    const world = await memberWith(0, withReminders({ daysBefore: [] }));
    await take(world, forDays(90));
    await live(world, '2026-06-01T10:00:00Z');
    expect(heard(world).events).toEqual(['tier.upgraded', 'tier.downgraded']);
  });

  test('counts calendar days: a clock change in between takes no hour', async () => {
    const world = await memberWith(0);
    await take(world, untilDate('2026-04-05'));
    await live(world, '2026-04-06T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2026-03-05T23:00:00Z', '2026-04-04T22:00:00Z'],
      ['2026-03-28T23:00:00Z', '2026-04-04T22:00:00Z'],
    ]);
  });

  test('that is longer than the grant sends no reminder before the grant', async () => {
    const world = await memberWith(0);
    await take(world, forDays(20));
    await live(world, '2026-06-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([['2026-03-13T23:00:00Z', '2026-03-20T23:00:00Z']]);
    await take(world, { id: 'a-2', ...forDays(5) });
    await live(world, '2026-07-01T10:00:00Z');
    expect(remindersOf(world)).toHaveLength(1);
  });
});

describe('no reminder is sent', () => {
  async function expectSilence(world: World, until = '2028-06-01T10:00:00Z') {
    await live(world, until);
    expect(remindersOf(world)).toEqual([]);
  }

  test('for the base tier or an earned tier', async () => {
    const world = await memberWith(5000);
    await expectSilence(world);
    expect(world.ports.timers.calls).toBe(0);
  });

  test('for the end of a grant whose tier the points hold by then', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-04-01T10:00:00Z');
    await world.post('m-1', { points: 5000 });
    await world.deliver();
    await expectSilence(world, '2026-12-01T10:00:00Z');
  });

  test('for the end of a grant under another grant of the same or a higher tier', async () => {
    const world = await memberWith(0);
    await take(world, { id: 'p', ...to('platinum'), ...untilDate('2026-12-01') });
    await take(world, { id: 'g', ...to('gold'), ...forDays(90) });
    await expectSilence(world, '2026-08-01T10:00:00Z');
  });

  test('for the end of a cap, which takes no tier away', async () => {
    const world = await memberWith(5000);
    await take(world, { action: 'downgrade', ...to('silver'), ...forDays(90) });
    await expectSilence(world, '2026-08-01T10:00:00Z');
    expect(heard(world).events).toEqual(['tier.upgraded', 'tier.downgraded', 'tier.upgraded']);
  });

  test('for a grant that a cap hides until after its end', async () => {
    const world = await memberWith(1000);
    await take(world, { id: 'g', ...to('gold'), ...forDays(90) });
    await take(world, { id: 'c', action: 'downgrade', ...to('bronze'), ...forDays(200) });
    await expectSilence(world, '2026-08-01T10:00:00Z');
  });

  test('for a grant whose tier the cycle’s points hold beyond its end', async () => {
    const world = await memberWith(5000);
    // The points of 2026 hold Gold through 2027.
    await take(world, { action: 'renew', ...BY_PROGRAM, ...untilDate('2027-06-01') });
    await expectSilence(world, '2027-07-01T10:00:00Z');
  });
});

describe('a recalculation that takes the earned tier', () => {
  /** Gold by the points of 2025, which count until the end of 2026, renewed on 1 March 2026. */
  async function renewed(expiry: Record<string, unknown>): Promise<World> {
    const world = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await world.enrol('m-1');
    await world.post('m-1', { points: 5000 });
    await world.deliver();
    world.at(NOW);
    await take(world, { action: 'renew', ...BY_PROGRAM, ...expiry });
    return world;
  }

  test('before a grant’s end leaves the tier to the grant, so the grant’s end is announced', async () => {
    const world = await renewed(untilDate('2027-06-01'));
    await live(world, '2027-07-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2027-05-01T22:00:00Z', '2027-05-31T22:00:00Z'],
      ['2027-05-24T22:00:00Z', '2027-05-31T22:00:00Z'],
    ]);
    expect((await world.read('m-1')).tier.id).toBe('bronze');
  });

  test('between the reminder and a grant’s end is foreseen, so the reminder comes in time', async () => {
    const world = await renewed(untilDate('2027-01-15'));
    await live(world, '2027-02-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([
      ['2026-12-15T23:00:00Z', '2027-01-14T23:00:00Z'],
      ['2027-01-07T23:00:00Z', '2027-01-14T23:00:00Z'],
    ]);
  });

  test('exactly at a grant’s end, as for a renewal without an end, is foreseen too', async () => {
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

describe('a reminder that nobody sent in time', () => {
  test('is sent late and once: only the latest one that is due', async () => {
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

  test('is sent late if it is the first, and the second is sent in time', async () => {
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

  test('is not sent once the tier has ended', async () => {
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
    ['a staff action', (world) => world.act('m-1', { id: 'idle', ...BY_PROGRAM })],
  ])('is sent once even with an uncounted purchase, when found by %s', async (_, comes) => {
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
    ['a staff action', (world) => world.act('m-1', { id: 'idle', ...BY_PROGRAM })],
  ])('is not sent after the tier’s end even with an uncounted purchase, when found by %s', async (_, comes) => {
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

  test('is the second one only, for a purchase between the two reminders', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-05-10T10:00:00Z');
    await world.post('m-1', { id: 'uncounted', points: 10 });
    world.at('2026-05-25T10:00:00Z');
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([[SEVEN, END]]);
  });

  test('is sent once after two wake-ups or five at once', async () => {
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

  test('is not sent by a wake-up that is a moment early', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-04-29T21:59:59Z');
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([]);
  });

  test('is sent by a purchase as well as by a schedule', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    world.at('2026-05-01T10:00:00Z');
    await world.post('m-1', { points: 10 });
    await world.deliver();
    await world.wake();
    await world.deliver();
    expect(remindersOf(world)).toEqual([[THIRTY, END]]);
  });

  test('is not sent by reading the member', async () => {
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
  test('the old end has no reminder, and the new end has its own', async () => {
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

  test('without an end, no more reminders are sent', async () => {
    const world = await memberWith(0);
    await take(world, forDays(90));
    await take(world, { id: 'a-2', ...to('gold') });
    await live(world, '2027-06-01T10:00:00Z');
    expect(remindersOf(world)).toEqual([]);
  });
});

test('after a downgrade by staff, the lost tier has no reminder', async () => {
  const world = await memberWith(1000);
  await take(world, forDays(90));
  await take(world, { id: 'd', action: 'downgrade', ...to('silver'), ...untilDate('2026-12-01') });
  await live(world, '2026-12-02T10:00:00Z');
  expect(remindersOf(world)).toEqual([]);
});

test('with several grants, each end has its reminders when it is the next to come', async () => {
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

test('a tier from a promotion has reminders too, which name the promotion', async () => {
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

  test('gets no reminder by default: only the brand’s systems do', async () => {
    const world = await reminded({});
    expect(heard(world)).toEqual({ events: ['tier.expiring'], mails: [], texts: [] });
  });

  test('gets no reminder with notify false', async () => {
    const world = await reminded(withReminders({ notify: false }));
    expect(heard(world)).toEqual({ events: ['tier.expiring'], mails: [], texts: [] });
  });

  test('gets reminders with notify true, in every channel of the brand, with the default text', async () => {
    const world = await reminded(withReminders({ notify: true }));
    expect(heard(world)).toEqual({
      events: ['tier.expiring'],
      mails: ['Your Gold status ends soon'],
      texts: ['The last day of your Gold status is May 29, 2026'],
    });
    expect(world.ports.mailer.sent[0]!.text).toContain('The last day of your Gold status is May 29, 2026');
  });

  test('gets the brand’s own text, in the member’s language', async () => {
    const texts = [
      { text: 'You are {{tierStatus}} now' },
      { cause: 'reminder' as const, text: '{{memberName}}, {{tierStatus}} until {{expiresOn}}' },
      { cause: 'reminder' as const, locale: 'es', text: '{{tierStatus}} hasta el {{expiresOn}}' },
    ];
    const options = { ...withReminders({ notify: true }), notifications: { texts } };
    expect(heard(await reminded(options, { name: 'Ana' })).texts).toEqual(['Ana, Gold until May 29, 2026']);
    expect(heard(await reminded(options, { locale: 'es-MX' })).texts).toEqual(['Gold hasta el 29 de mayo de 2026']);
  });

  test('gets no general change text of the brand for a tier that stays', async () => {
    const options = {
      ...withReminders({ notify: true }),
      notifications: { texts: [{ text: 'You are {{tierStatus}} now' }] },
    };
    expect(heard(await reminded(options)).texts).toEqual(['The last day of your Gold status is May 29, 2026']);
  });

  test('gets no reminder in a channel that the member opted out of', async () => {
    const world = await reminded(withReminders({ notify: true }), { optOut: ['sms', 'email'] });
    expect(heard(world)).toEqual({ events: ['tier.expiring'], mails: [], texts: [] });
  });

  test('reads the last day if the program’s days end at midnight', async () => {
    const world = makeWorld({ now: NOW, program: { reminders: { notify: true }, expiryBoundary: 'endOfDay' } });
    await world.enrol('m-1');
    await take(world, forDays(90));
    await live(world, '2026-05-10T10:00:00Z');
    expect(heard(world).texts).toEqual(['The last day of your Gold status is May 30, 2026']);
  });
});
