import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { placeOf } from '../../../core/program/problem.ts';
import { describeProblems, readBrand } from '../../../core/program/read-brand.ts';

// biome-ignore lint/suspicious/noExplicitAny: a brand's file as somebody might have written it
type Json = any;

const DEMO = readFileSync(new URL('../../../brands/demo.json', import.meta.url), 'utf8');

/** What is said of the demo's file after somebody changed it: the place, and what to do. */
function remediesAfter(change: (brand: Json) => void): [string, string][] {
  const brand = JSON.parse(DEMO);
  change(brand);
  const reading = readBrand(brand, 'demo');
  return reading.ok ? [] : reading.problems.map(({ place, remedy }) => [place, remedy]);
}

const move = (from: Json, to: Json, name: string, toName = name) => {
  to[toName] = from[name];
  delete from[name];
};

test.each<[string, (brand: Json) => void, string, string]>([
  [
    'a property under program',
    (b) => move(b.program, b, 'timeZone'),
    'timeZone',
    '"timeZone" belongs in program: move it there.',
  ],
  ['reminders', (b) => move(b.program, b, 'reminders'), 'reminders', '"reminders" belongs in program: move it there.'],
  [
    'promotions',
    (b) => move(b.program, b, 'promotions'),
    'promotions',
    '"promotions" belongs in program: move it there.',
  ],
  [
    'a first day',
    (b) => (b.launchedOn = '2026-01-01'),
    'launchedOn',
    '"launchedOn" belongs in program: move it there.',
  ],
  [
    'one that is there already',
    (b) => (b.currency = 'EUR'),
    'currency',
    '"currency" belongs in program, where there is one already: remove this one.',
  ],
  ...['audit', 'shopify', 'wallet', 'notifications'].map((name): [string, (b: Json) => void, string, string] => [
    `${name} under program`,
    (b) => move(b, b.program, name),
    `program.${name}`,
    `"${name}" belongs at the top of the file: move it there.`,
  ]),
  [
    'the brake under program',
    (b) => (b.program.recalculation = { abortWhenDown: 0.3 }),
    'program.recalculation',
    '"recalculation" belongs at the top of the file: move it there.',
  ],
  [
    'the brake by itself',
    (b) => (b.program.abortWhenDown = 0.3),
    'program.abortWhenDown',
    '"abortWhenDown" belongs in recalculation: move it there.',
  ],
  ...['channels', 'program.channels', 'notifications.channels'].map(
    (place): [string, (b: Json) => void, string, string] => [
      `${place}`,
      (b) => {
        const [parent] = place.split('.');
        (parent === 'channels' ? b : b[parent!]).channels = ['email'];
      },
      place,
      '"channels" belongs in program.promotions[…].notify: move it there.',
    ],
  ),
  [
    'channels of a promotion',
    (b) => move(b.program.promotions[3].notify, b.program.promotions[3], 'channels'),
    'program.promotions[3].channels',
    '"channels" belongs in program.promotions[3].notify: move it there.',
  ],
  [
    'a switch of no channel',
    (b) => (b.notifications.enabled = true),
    'notifications.enabled',
    '"enabled" belongs in notifications.push or in notifications.email or in notifications.sms: move it there.',
  ],
  [
    'a condition outside of the qualification',
    (b) => (b.program.tiers[2].lifetimeSpend = 500),
    'program.tiers[2].lifetimeSpend',
    '"lifetimeSpend" belongs in program.tiers[2].qualification.all[…] or in program.tiers[2].qualification.of[…]: move it there.',
  ],
  [
    'one that is misspelled as well',
    (b) => (b.launchOn = '2026-01-01'),
    'launchOn',
    'Did you mean "launchedOn"? "launchedOn" belongs in program: move it there.',
  ],
])('what belongs elsewhere is told where, once: %s', (_, change, place, remedy) => {
  expect(remediesAfter(change)).toEqual([[place, remedy]]);
});

test('a name that means another thing far away is no hint', () => {
  const nothing = 'Remove it, or correct its spelling.';
  expect(remediesAfter((b) => (b.program.tiers[1].points = 5))).toEqual([['program.tiers[1].points', nothing]]);
  // `senderId` is near, and is there already.
  expect(remediesAfter((b) => (b.notifications.email.sender = 'x'))).toEqual([['notifications.email.sender', nothing]]);
});

/** Every property of the demo's file that the schema names; those of records are the brand's own names. */
function namedProperties(json: Json, path: (string | number)[] = []): (string | number)[][] {
  if (json === null || typeof json !== 'object') return [];
  const isRecord = ['names', 'trackers', 'terms', 'designs'].includes(String(path.at(-1)));
  return Object.keys(json).flatMap((key) => {
    const inside = [...path, Array.isArray(json) ? Number(key) : key];
    const named = isRecord || Array.isArray(json) ? [] : [inside];
    return [...named, ...namedProperties(json[key], inside)];
  });
}

const NAMED = namedProperties(JSON.parse(DEMO));

test.each([
  ['in capitals', (name: string) => name.toUpperCase()],
  ['without a letter', (name: string) => name.slice(0, 2) + name.slice(3)],
  ['with two letters swapped', (name: string) => `${name[0]}${name[2]}${name[1]}${name.slice(3)}`],
])('every property of a file is known again %s, and is not missed besides', (_, misspell) => {
  // Of a letter or two any may be meant; and "tier" without a letter may be any short word.
  const long = NAMED.filter((path) => String(path.at(-1)).length > 4);
  expect(long.length).toBeGreaterThan(100);
  for (const path of long) {
    const name = String(path.at(-1));
    const wrong = misspell(name);
    if (wrong === name) continue;
    const remedies = remediesAfter((brand) => {
      const parent = path.slice(0, -1).reduce((part: Json, key) => part[key], brand);
      move(parent, parent, name, wrong);
    });
    expect(remedies).toContainEqual([placeOf([...path.slice(0, -1), wrong]), `Did you mean "${name}"?`]);
    expect(remedies.map(([place]) => place)).not.toContain(placeOf(path));
  }
});

test.each<[string, (brand: Json) => void, string, string]>([
  ['a basis', (b) => (b.program.basis = 'Points'), 'program.basis', 'points'],
  ['a type of cycle', (b) => (b.program.cycle.type = 'calender'), 'program.cycle.type', 'calendar'],
  ['an action', (b) => (b.program.promotions[0].action = 'Upgrade'), 'program.promotions[0].action', 'upgrade'],
  [
    'a strategy',
    (b) => (b.program.promotions[4].strategy.type = 'Program'),
    'program.promotions[4].strategy.type',
    'program',
  ],
  [
    'an expiry',
    (b) => (b.program.promotions[3].expiry.type = 'durations'),
    'program.promotions[3].expiry.type',
    'duration',
  ],
  ['a unit', (b) => (b.program.promotions[3].expiry.unit = 'day'), 'program.promotions[3].expiry.unit', 'days'],
  [
    'a channel',
    (b) => (b.program.promotions[3].notify.channels = ['e-mail']),
    'program.promotions[3].notify.channels[0]',
    'email',
  ],
  [
    'a type of transaction',
    (b) => (b.program.promotions[0].trigger.where.all[0].type = 'purchse'),
    'program.promotions[0].trigger.where.all[0].type',
    'purchase',
  ],
  ['a measure', (b) => (b.program.trackers.workshops.measure = 'Count'), 'program.trackers.workshops.measure', 'count'],
  ['a cause', (b) => (b.notifications.texts[5].cause = 'renewel'), 'notifications.texts[5].cause', 'renewal'],
  ['a direction', (b) => (b.notifications.texts[0].direction = 'UP'), 'notifications.texts[0].direction', 'up'],
  ['a time zone', (b) => (b.program.timeZone = 'Europe/Madird'), 'program.timeZone', 'Europe/Madrid'],
  ['a city', (b) => (b.program.timeZone = 'New York'), 'program.timeZone', 'America/New_York'],
  ['a currency', (b) => (b.program.currency = 'eur'), 'program.currency', 'EUR'],
  ['a name of a currency', (b) => (b.program.currency = 'Euro'), 'program.currency', 'EUR'],
])('a value that is nearly right is told what was meant: %s', (_, change, place, meant) => {
  expect(remediesAfter(change)).toEqual([[place, `Did you mean "${meant}"?`]]);
});

test.each<[string, (brand: Json) => void, string, string]>([
  [
    'a tier of a text',
    (b) => (b.notifications.texts[0].tier = 'Gold'),
    'notifications.texts[0].tier',
    'Did you mean "gold"? Name a tier of program.tiers.',
  ],
  [
    'a tier of a promotion',
    (b) => (b.program.promotions[0].strategy.tier = 'platinium'),
    'program.promotions[0].strategy.tier',
    'Did you mean "platinum"? Name a tier of program.tiers.',
  ],
  [
    'a tier of a design, which is not missed besides',
    (b) => move(b.wallet.designs, b.wallet.designs, 'gold', 'golds'),
    'wallet.designs.golds',
    'Did you mean "gold"? Name a tier of program.tiers.',
  ],
  [
    'a tracker',
    (b) => (b.program.tiers[3].qualification.of[0].tracker = 'workshop'),
    'program.tiers[3].qualification.of[0].tracker',
    'Did you mean "workshops"? Name a tracker of program.trackers.',
  ],
  [
    'a type of transaction in a condition on the field',
    (b) => (b.program.promotions[0].trigger.where = { field: 'type', equals: 'Purchase' }),
    'program.promotions[0].trigger.where',
    'Did you mean "purchase"? No transaction can match the trigger: correct the condition, or take it out.',
  ],
  [
    'a variable of a text',
    (b) => (b.notifications.texts[0].text = 'Hello {{ member_name }}'),
    'notifications.texts[0].text',
    'Did you mean "memberName"? Correct the variable, or remove it.',
  ],
])('a name of the brand’s own that is nearly right is told what was meant: %s', (_, change, place, remedy) => {
  expect(remediesAfter(change)).toEqual([[place, remedy]]);
});

test.each<[string, Json, string, string]>([
  ['a property in capitals', { Type: 'purchase' }, '.Type', 'Did you mean "type"?'],
  ['a misspelled test', { field: 'kind', equal: 'stay' }, '.equal', 'Did you mean "equals"?'],
  ['two slips', { feild: 'kind', equal: 'stay' }, '.feild', 'Did you mean "field"?'],
  ['two shapes in one', { type: 'purchase', field: 'kind', equals: 'stay' }, '', 'Write it as one of these.'],
  ['two tests in one', { field: 'n', atLeast: 1, atMost: 2 }, '', 'Write it as one of these.'],
  ['something besides', { type: 'purchase', comment: 'x' }, '.comment', 'Remove it, or correct its spelling.'],
  ['something besides, and a wrong value', { field: 'n', atLeast: 'x', comment: 'x' }, '.atLeast', 'Change the value.'],
])('a filter with %s is told what to do', (_, filter, place, remedy) => {
  const remedies = remediesAfter((b) => (b.program.trackers.workshops.of = filter));
  expect(remedies[0]).toEqual([`program.trackers.workshops.of${place}`, remedy]);
});

test('a problem of a name that is nearly right is one line, with what may stand there', () => {
  const brand = JSON.parse(DEMO);
  move(brand.program.tiers[1], brand.program.tiers[1], 'threshold', 'treshold');
  const reading = readBrand(brand, 'demo');
  expect(reading.ok ? [] : describeProblems(reading.problems)).toEqual([
    'program.tiers[1].treshold: given 1000; allowed: one of the properties id, name, names, threshold, multiplier, qualification. Did you mean "threshold"?',
  ]);
});
