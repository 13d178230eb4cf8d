import { describe, expect, test } from 'vitest';
import type { ProgramFile } from '../../core/program/brand.ts';
import { EXAMPLE_GOOGLE, exampleWallet } from '../support/program.ts';
import { readPass } from '../support/read-pass.ts';
import { makeWorld, type World } from '../support/world.ts';

const params = { memberId: 'm-1' };
const OBJECT = `${EXAMPLE_GOOGLE.issuerId}.${EXAMPLE_GOOGLE.classSuffix}.member.m-1`;

/** A date in the format of English texts. */
const DATE = /[A-Z][a-z]+ \d{1,2}, \d{4}/;

/** The points that give Gold this year. */
const EARNED = 5200;

async function worldOf(program: Partial<ProgramFile>, now: string) {
  const world = makeWorld({
    now,
    program: { reminders: { daysBefore: [7], notify: true }, ...program },
    wallet: exampleWallet({ google: EXAMPLE_GOOGLE }),
    notifications: {
      texts: [
        { cause: 'tierAction', text: 'until {{expiresOn}}' },
        { cause: 'reminder', text: 'until {{expiresOn}}' },
      ],
    },
  });
  await world.enrol('m-1');
  await world.post('m-1', { points: EARNED });
  await world.deliver();
  world.ports.mailer.sent.splice(0);
  return world;
}

/** The last day in each place: the mails so far, the explanation, Apple's pass, Google's pass. */
async function lastDaysOf(world: World) {
  const { summary } = await world.explanation('m-1');
  const dated = (summary as string[]).find((sentence) => DATE.test(sentence));
  expect((await world.call('GET google-pass', { params })).status).toBe(200);
  const { pass } = readPass((await world.call('GET pass', { params })).body);
  const expires = pass.storeCard.secondaryFields.find(({ key }: { key: string }) => key === 'expires');
  const rows = world.ports.googleWallet.objects.get(OBJECT)?.textModulesData ?? [];
  return {
    mails: world.ports.mailer.sent.map(({ text }) => DATE.exec(text)?.[0]),
    explanation: DATE.exec(dated ?? '')?.[0],
    apple: expires?.value,
    google: rows.find(({ id }) => id === 'expires')?.localizedBody.defaultValue.value,
  };
}

const UPGRADE = { strategy: { type: 'specific', tier: 'platinum' }, notify: { channels: ['email'] } };
const DOWNGRADE = { ...UPGRADE, action: 'downgrade', strategy: { type: 'specific', tier: 'silver' } };

type Case = [what: string, expiry: Record<string, unknown> | undefined, startOfDay: string, endOfDay: string];

describe.each<[timeZone: string, now: string, cases: Case[]]>([
  [
    // Clocks go forward on 29 March 2026.
    'Europe/Madrid',
    '2026-03-10T09:00:00Z',
    [
      ['a date', { type: 'date', date: '2026-03-30' }, 'March 29, 2026', 'March 30, 2026'],
      ['a number of days', { type: 'duration', amount: 90, unit: 'days' }, 'June 7, 2026', 'June 8, 2026'],
      ['a number of months', { type: 'duration', amount: 1, unit: 'months' }, 'April 9, 2026', 'April 10, 2026'],
      ['an instant at noon', { type: 'instant', at: '2026-03-29T10:00:00Z' }, 'March 29, 2026', 'March 29, 2026'],
      ['an instant at midnight', { type: 'instant', at: '2026-03-29T22:00:00Z' }, 'March 29, 2026', 'March 29, 2026'],
      [
        'an instant a second after midnight',
        { type: 'instant', at: '2026-03-29T22:00:01Z' },
        'March 30, 2026',
        'March 30, 2026',
      ],
    ],
  ],
  [
    // Clocks go back on 1 November 2026, at 02:00.
    'America/New_York',
    '2026-10-20T09:00:00Z',
    [
      ['a date', { type: 'date', date: '2026-11-02' }, 'November 1, 2026', 'November 2, 2026'],
      ['a number of days', { type: 'duration', amount: 13, unit: 'days' }, 'November 1, 2026', 'November 2, 2026'],
    ],
  ],
  [
    // Clocks skip midnight on 29 March 2026: the day begins at 01:00.
    'Asia/Beirut',
    '2026-03-10T09:00:00Z',
    [
      ['a date', { type: 'date', date: '2026-03-29' }, 'March 28, 2026', 'March 29, 2026'],
      ['a number of days', { type: 'duration', amount: 19, unit: 'days' }, 'March 28, 2026', 'March 29, 2026'],
    ],
  ],
])('in %s, mail, explanation and passes show the same last day of a granted tier', (timeZone, now, cases) => {
  describe.each([
    ['startOfDay' as const, 2],
    ['endOfDay' as const, 3],
  ])('with expiryBoundary %s', (expiryBoundary, place) => {
    test.each(cases)('that lasts until %s', async (...given) => {
      const [, expiry] = given;
      const day = given[place];
      const world = await worldOf({ timeZone, expiryBoundary }, now);
      await world.act('m-1', { ...UPGRADE, expiry });
      await world.deliver();
      expect(await lastDaysOf(world)).toEqual({ mails: [day], explanation: day, apple: day, google: day });
    });
  });
});

test.each([
  ['calendar' as const, 'December 31, 2026'],
  ['enrollment' as const, 'March 9, 2027'],
])('the last day of a capped tier is the last day of the %s cycle', async (type, day) => {
  const world = await worldOf({ cycle: { type } }, '2026-03-10T09:00:00Z');
  await world.act('m-1', DOWNGRADE);
  await world.deliver();
  expect(await lastDaysOf(world)).toEqual({ mails: [day], explanation: day, apple: day, google: day });
});

test('the reminder of an end shows the same last day as the mail at the beginning', async () => {
  const world = await worldOf({}, '2026-03-10T09:00:00Z');
  await world.act('m-1', { ...UPGRADE, expiry: { type: 'date', date: '2026-03-30' } });
  await world.deliver();
  world.at('2026-03-25T09:00:00Z');
  await world.wake();
  await world.deliver();
  const day = 'March 29, 2026';
  expect(await lastDaysOf(world)).toEqual({ mails: [day, day], explanation: day, apple: day, google: day });
});

test('the last day to keep a tier is the same in the explanation and on the passes', async () => {
  const world = await worldOf({}, '2026-03-10T09:00:00Z');
  world.at('2027-03-10T09:00:00Z');
  const { summary } = await world.explanation('m-1');
  expect(summary).toContain('5,000 more points are needed by December 31, 2027 to keep Gold.');
  await world.call('GET google-pass', { params });
  const { pass } = readPass((await world.call('GET pass', { params })).body);
  const keep = '5,000 more points by December 31, 2027';
  expect(pass.storeCard.backFields).toContainEqual({ key: 'keep', label: 'To keep your status', value: keep });
  const rows = world.ports.googleWallet.objects.get(OBJECT)!.textModulesData!;
  expect(rows.find(({ id }) => id === 'keep')!.localizedBody.defaultValue.value).toBe(keep);
});
