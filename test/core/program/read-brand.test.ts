import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Problem } from '../../../core/program/problem.ts';
import { compileProgram } from '../../../core/program/program.ts';
import { describeProblems, readBrand } from '../../../core/program/read-brand.ts';

// biome-ignore lint/suspicious/noExplicitAny: a brand's file as somebody might have written it
type Json = any;

const DEMO = readFileSync(new URL('../../../brands/demo.json', import.meta.url), 'utf8');

function wellWritten(): Json {
  return {
    brand: 'acme',
    name: 'Acme',
    account: '123456789012',
    region: 'eu-west-1',
    program: {
      timeZone: 'Europe/Madrid',
      currency: 'EUR',
      basis: 'points',
      pointsPerUnit: 1.5,
      cycle: { type: 'calendar', startsOn: '02-29' },
      upgradeBasis: 'carry',
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', names: { es: 'Plata', 'es-MX': 'Plata' }, threshold: 1000, multiplier: 1.25 },
        {
          id: 'gold',
          name: 'Gold',
          threshold: 5000,
          qualification: { any: 2, of: [{ orders: 3 }, { tracker: 'nights', atLeast: 2.5 }] },
        },
        { id: 'black', name: 'Black', qualification: { all: [{ lifetimeSpend: '1000.00' }, { lifetimePoints: 7 }] } },
      ],
      trackers: {
        nights: {
          measure: { sum: 'nights' },
          of: {
            all: [
              { type: 'purchase' },
              {
                any: [
                  { field: 'kind', equals: 'stay' },
                  { field: 'vip', exists: true },
                ],
              },
            ],
          },
          over: 'cycle',
        },
        visits: { measure: 'count', of: { field: 'amount', atLeast: 10 }, over: 'lifetime' },
        cities: { measure: 'count', of: { field: 'city', oneOf: ['Rome', 'Oslo'] }, over: 'lifetime' },
        small: { measure: 'count', of: { field: 'amount', atMost: 10 }, over: 'lifetime' },
      },
      promotions: [
        {
          id: 'hotel-stay',
          trigger: { on: 'transaction', where: { all: [{ type: 'purchase' }, { field: 'kind', equals: 'stay' }] } },
          action: 'upgrade',
          strategy: { type: 'specific', tier: 'gold' },
          expiry: { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 0, unit: 'days' } },
          reason: 'A stay',
          notify: { channels: ['push', 'email', 'sms'], atEnd: true },
        },
        {
          id: 'no-show',
          trigger: { on: 'transaction', where: { field: 'kind', equals: 'no-show' } },
          action: 'downgrade',
          strategy: { type: 'program' },
          expiry: { type: 'duration', amount: 120, unit: 'months' },
          reassess: true,
        },
        {
          id: 'welcome',
          trigger: { on: 'enrolment' },
          action: 'upgrade',
          strategy: { type: 'specific', tier: 'silver' },
          expiry: { type: 'instant', at: '2026-12-31T22:00:00+01:00' },
          notify: { channels: ['email'] },
        },
      ],
      expiryBoundary: 'endOfDay',
      downgrade: { target: 'oneBelow' },
      reminders: { daysBefore: [60, 30, 7, 2, 1], notify: true },
    },
    notifications: {
      notifyOnRealtimeDowngrade: true,
      push: { enabled: true },
      email: { enabled: true, from: 'Acme <hello@acme.example>' },
      sms: { enabled: true, senderId: 'ACME' },
      defaultLocale: 'en',
      texts: [
        { text: 'Hello {{memberName}}' },
        {
          cause: 'transaction',
          direction: 'up',
          tier: 'gold',
          locale: 'es-MX',
          subject: '{{ tierStatus }}',
          text: 'Oro',
        },
      ],
    },
    shopify: { countTax: true, countShipping: false },
    operations: {
      alarmEmail: 'ops@acme.example',
      logRetentionDays: 30,
      throttle: { ratePerSecond: 10, burst: 20 },
    },
  };
}

/** The problems of a well-written file after somebody changed it. */
function problemsAfter(change: (brand: Json) => void, fileName?: string): Problem[] {
  const brand = wellWritten();
  change(brand);
  const reading = readBrand(brand, fileName);
  return reading.ok ? [] : reading.problems;
}

describe('a brand is read', () => {
  test('as brands/demo.json is', () => {
    const reading = readBrand(JSON.parse(DEMO), 'demo');
    expect(reading.ok ? [] : describeProblems(reading.problems)).toEqual([]);
  });

  test('whose promotions are triggered by what they are for, and not by an order like any other', () => {
    const { promotions } = compileProgram(JSON.parse(DEMO));
    const triggeredBy = (entry: Partial<LedgerEntry>) =>
      promotions
        .filter(({ matches }) =>
          matches?.({
            memberId: 'm-1',
            id: 't-1',
            source: 'api',
            type: 'purchase',
            amountMinor: 8000,
            currency: 'EUR',
            occurredAt: Date.UTC(2026, 11, 24),
            recordedAt: Date.UTC(2026, 11, 24),
            ...entry,
          }),
        )
        .map(({ id }) => id);
    expect(triggeredBy({})).toEqual([]);
    expect(triggeredBy({ source: 'shopify' })).toEqual([]);
    expect(triggeredBy({ fields: { kind: 'workshop' } })).toEqual([]);
    expect(triggeredBy({ fields: { partner: 'hotel', CheckOutDate: '2026-12-27' } })).toEqual(['hotel-stay']);
    const trial = { source: 'partner-shop', fields: { TrialPeriodDays: 60 } };
    expect(triggeredBy(trial)).toEqual(['partner-trial']);
    expect(triggeredBy({ ...trial, type: 'refund' })).toEqual([]);
    const holiday = { fields: { campaign: 'holiday' } };
    expect(triggeredBy(holiday)).toEqual(['holiday-2026']);
    expect(triggeredBy({ ...holiday, amountMinor: 4999 })).toEqual([]);
    expect(triggeredBy({ ...holiday, occurredAt: Date.UTC(2026, 10, 30, 22) })).toEqual([]);
    expect(triggeredBy({ type: 'bonus', fields: { campaign: 'welcome' } })).toEqual(['welcome']);
    expect(triggeredBy({ type: 'bonus', fields: { campaign: 'anniversary' } })).toEqual(['anniversary']);
  });

  test('with everything that it may have, and comes back as it was written', () => {
    const warnings = [expect.objectContaining({ place: 'notifications.email.from' })];
    expect(readBrand(wellWritten(), 'acme')).toEqual({ ok: true, brand: wellWritten(), warnings });
  });

  test('with as little as it must have', () => {
    const { brand, name, account, region, program } = wellWritten();
    const { timeZone, currency, basis } = program;
    const small = {
      brand,
      name,
      account,
      region,
      program: {
        timeZone,
        currency,
        basis,
        cycle: { type: 'none' },
        tiers: [{ id: 'base', name: 'Base', threshold: 0 }],
      },
      notifications: {},
    };
    expect(readBrand(small)).toEqual({ ok: true, brand: small, warnings: [] });
  });

  test.each<[string, (brand: Json) => void]>([
    ['a schema for editors', (brand) => Object.assign(brand, { $schema: './brand.schema.json' })],
    ['a sender without a name', (brand) => Object.assign(brand.notifications.email, { from: 'hello@acme.example' })],
    ['a brake', (brand) => Object.assign(brand, { recalculation: { abortWhenDown: 0.3 } })],
    [
      'an audit every month that puts right what it finds',
      (brand) => Object.assign(brand, { audit: { every: 'month', heal: true } }),
    ],
    ['an audit as it comes', (brand) => Object.assign(brand, { audit: {} })],
    ['no brake', (brand) => Object.assign(brand, { recalculation: {} })],
    ['a first day', (brand) => Object.assign(brand.program, { launchedOn: '2024-02-29' })],
    ['the last day of a month', (brand) => Object.assign(brand.program.cycle, { startsOn: '12-31' })],
    [
      'as many of any as there are, the threshold among them',
      (brand) => Object.assign(brand.program.tiers[2].qualification, { any: 3 }),
    ],
    [
      'a number of 12 digits after the point',
      (brand) => Object.assign(brand.program, { pointsPerUnit: 0.123456789012 }),
    ],
    ['the smallest number', (brand) => Object.assign(brand.program.tiers[1], { multiplier: 0.000001 })],
    [
      'no points for a unit, where money counts',
      (brand) => Object.assign(brand.program, { basis: 'spend', pointsPerUnit: undefined }),
    ],
    [
      'no points for a unit, and no orders of Shopify',
      (brand) => delete brand.program.pointsPerUnit && delete brand.shopify,
    ],
    [
      'amounts of money for thresholds, where money counts',
      (brand) => {
        Object.assign(brand.program, { basis: 'spend' });
        Object.assign(brand.program.tiers[0], { threshold: '0.00' });
        Object.assign(brand.program.tiers[1], { threshold: '499.50' });
        Object.assign(brand.program.tiers[2], { threshold: 500 });
        Object.assign(brand.program.tiers[3], { threshold: '500.01' });
      },
    ],
    [
      'a lifetime spend in whole units',
      (brand) => Object.assign(brand.program.tiers[3].qualification.all[0], { lifetimeSpend: 1000 }),
    ],
    ['no day of reminding', (brand) => Object.assign(brand.program.reminders, { daysBefore: [] })],
    ['no promotion', (brand) => Object.assign(brand.program, { promotions: [] })],
    ['a downgrade with nothing of its own', (brand) => Object.assign(brand.program, { downgrade: {} })],
    ['reminders with nothing of their own', (brand) => Object.assign(brand.program, { reminders: {} })],
    ...['tierAction', 'grantEnd', 'enrolment', 'programEdit', 'rebuild', 'renewal', 'reminder'].map(
      (cause): [string, (brand: Json) => void] => [
        `a text for the cause ${cause}`,
        (brand) => Object.assign(brand.notifications.texts[1], { cause, direction: undefined }),
      ],
    ),
    ['the largest', (brand) => Object.assign(brand.program.tiers[1], { multiplier: 1000 })],
  ])('with %s', (_, change) => {
    expect(problemsAfter(change)).toEqual([]);
  });
});

describe('a problem of shape', () => {
  const correct = { remedy: 'Remove it, or correct its spelling.' };
  const unknown = {
    allowed:
      'one of the properties launchedOn, timeZone, currency, basis, pointsPerUnit, cycle, upgradeBasis, tiers, trackers, promotions, expiryBoundary, downgrade, reminders',
    ...correct,
  };
  const quote = { remedy: 'Put it in quotation marks.' };
  const anew = { remedy: 'Write it as one of these.' };
  const change = { remedy: 'Change the value.' };
  const add = (description: string) => ({ given: 'nothing', remedy: `Add it: ${description}` });
  const conditions = { allowed: 'a condition: {lifetimePoints}, {lifetimeSpend}, {orders} or {tracker, atLeast}' };
  const language = { allowed: 'a language such as "es", or one with a country such as "es-MX"' };

  test.each<[string, (brand: Json) => void, Problem]>([
    [
      'something missing',
      (b) => delete b.account,
      {
        place: 'account',
        allowed: 'a text in quotation marks',
        ...add('the AWS account that the stack is deployed to, as 12 digits in quotation marks.'),
      },
    ],
    [
      'a part missing',
      (b) => delete b.program.cycle,
      {
        place: 'program.cycle',
        allowed: 'an object {type: "none"} or {type: "calendar", startsOn} or {type: "enrollment"}',
        ...add('the year after which every member’s tier is reviewed, by the points of that year.'),
      },
    ],
    [
      'a wrong type',
      (b) => (b.name = true),
      { place: 'name', given: 'true', allowed: 'a text in quotation marks', ...change },
    ],
    [
      'null',
      (b) => (b.region = null),
      { place: 'region', given: 'null', allowed: 'a text in quotation marks', ...change },
    ],
    [
      'a list that is none',
      (b) => (b.program.tiers = {}),
      { place: 'program.tiers', given: '{}', allowed: 'a list in [ ]', ...change },
    ],
    [
      'an unknown property',
      (b) => (b.colour = 'red'),
      {
        place: 'colour',
        given: '"red"',
        allowed:
          'one of the properties brand, name, account, region, program, notifications, recalculation, audit, shopify, wallet, operations',
        ...correct,
      },
    ],
    [
      'one deep inside',
      (b) => (b.program.tiers[1].colour = 5),
      {
        place: 'program.tiers[1].colour',
        given: '5',
        allowed: 'one of the properties id, name, names, threshold, multiplier, qualification',
        ...correct,
      },
    ],
    [
      'a long value, shown in part',
      (b) => (b.program.more = 'x'.repeat(200)),
      { place: 'program.more', given: `"${'x'.repeat(76)}…`, ...unknown },
    ],
    [
      'a value of 80 characters, shown in full',
      (b) => (b.program.more = 'x'.repeat(78)),
      { place: 'program.more', given: `"${'x'.repeat(78)}"`, ...unknown },
    ],
    [
      'a value of 81 characters, shown in part',
      (b) => (b.program.more = 'x'.repeat(79)),
      { place: 'program.more', given: `"${'x'.repeat(76)}…`, ...unknown },
    ],
    [
      'an id with capitals',
      (b) => (b.brand = 'Acme'),
      {
        place: 'brand',
        given: '"Acme"',
        allowed: 'lower-case letters, digits and hyphens, a letter first, 31 at most',
        ...change,
      },
    ],
    [
      'an account of 11 digits',
      (b) => (b.account = '12345678901'),
      { place: 'account', given: '"12345678901"', allowed: 'the 12 digits of an AWS account, as text', ...change },
    ],
    [
      'no region',
      (b) => (b.region = 'Ireland'),
      { place: 'region', given: '"Ireland"', allowed: 'an AWS region such as "eu-west-1"', ...change },
    ],
    [
      'an empty name',
      (b) => (b.name = ''),
      { place: 'name', given: '""', allowed: 'at least 1 character', remedy: 'Make it longer.' },
    ],
    [
      'a name too long',
      (b) => (b.name = 'x'.repeat(101)),
      { place: 'name', given: `"${'x'.repeat(76)}…`, allowed: 'at most 100 characters', remedy: 'Make it shorter.' },
    ],
    [
      'a name of two lines, which could start another header of a mail',
      (b) => (b.name = 'Acme\r\nBcc: me@evil.example'),
      {
        place: 'name',
        given: '"Acme\\r\\nBcc: me@evil.example"',
        allowed: 'one line, without control characters',
        ...change,
      },
    ],
    [
      'no zone',
      (b) => (b.program.timeZone = 'Mars/Olympus'),
      {
        place: 'program.timeZone',
        given: '"Mars/Olympus"',
        allowed: 'an IANA time zone such as "Europe/Madrid"',
        ...change,
      },
    ],
    [
      'an offset for a zone',
      (b) => (b.program.timeZone = '+02:00'),
      { place: 'program.timeZone', given: '"+02:00"', allowed: 'an IANA time zone such as "Europe/Madrid"', ...change },
    ],
    [
      'no currency',
      (b) => (b.program.currency = 'Taler'),
      { place: 'program.currency', given: '"Taler"', allowed: 'an ISO 4217 currency such as "EUR"', ...change },
    ],
    [
      'no basis',
      (b) => (b.program.basis = 'visits'),
      { place: 'program.basis', given: '"visits"', allowed: '"points" or "spend"', remedy: 'Take one of these.' },
    ],
    [
      'no type of cycle',
      (b) => (b.program.cycle = { type: 'weekly' }),
      {
        place: 'program.cycle.type',
        given: '"weekly"',
        allowed: 'a type of "none", "calendar" or "enrollment"',
        ...change,
      },
    ],
    [
      'a start for a cycle that has its own',
      (b) => (b.program.cycle = { type: 'enrollment', startsOn: '01-01' }),
      {
        place: 'program.cycle.startsOn',
        given: '"01-01"',
        allowed: 'only the property type',
        remedy: '"startsOn" goes with "type": "calendar".',
      },
    ],
    ...['02-31', '02-30', '04-31', '13-01', '00-10', '01-00', '1-1', '01-011', '2026-01-01'].map(
      (startsOn): [string, (brand: Json) => void, Problem] => [
        `the day ${startsOn}`,
        (b) => (b.program.cycle.startsOn = startsOn),
        {
          place: 'program.cycle.startsOn',
          given: `"${startsOn}"`,
          allowed: 'a month and a day that exist, such as "01-01" or "02-29"',
          ...change,
        },
      ],
    ),
    [
      'no tier',
      (b) => Object.assign(b.program, { tiers: [] }) && delete b.notifications.texts,
      { place: 'program.tiers', given: '[]', allowed: 'a list of at least 1', remedy: 'Add one.' },
    ],
    [
      'a negative threshold',
      (b) => (b.program.tiers[1].threshold = -1),
      { place: 'program.tiers[1].threshold', given: '-1', allowed: 'at least 0', remedy: 'Raise it.' },
    ],
    [
      'a threshold that no currency could count',
      (b) => (b.program.tiers[1].threshold = 1e12),
      {
        place: 'program.tiers[1].threshold',
        given: '1000000000000',
        allowed: 'at most 999999999999',
        remedy: 'Lower it.',
      },
    ],
    ...[1000.5, '1.000,50', '-1', '', null].map((threshold): [string, (brand: Json) => void, Problem] => [
      `a threshold of ${JSON.stringify(threshold)}`,
      (b) => (b.program.tiers[1].threshold = threshold),
      {
        place: 'program.tiers[1].threshold',
        given: JSON.stringify(threshold),
        allowed: 'a whole number of at most 12 digits; with basis "spend" also an amount as text, such as "499.50"',
        ...change,
      },
    ]),
    ...['-5.00', 'a thousand', 10.5].map((lifetimeSpend): [string, (brand: Json) => void, Problem] => [
      `a lifetime spend of ${lifetimeSpend}`,
      (b) => (b.program.tiers[3].qualification.all[0] = { lifetimeSpend }),
      {
        place: 'program.tiers[3].qualification.all[0].lifetimeSpend',
        given: JSON.stringify(lifetimeSpend),
        allowed: 'an amount above 0, such as 1000 or "999.50"',
        ...change,
      },
    ]),
    [
      'a multiplier of 0',
      (b) => (b.program.tiers[1].multiplier = 0),
      { place: 'program.tiers[1].multiplier', given: '0', allowed: 'at least 0.000001', remedy: 'Raise it.' },
    ],
    [
      'a multiplier too small to be read',
      (b) => (b.program.tiers[1].multiplier = 1e-7),
      { place: 'program.tiers[1].multiplier', given: '1e-7', allowed: 'at least 0.000001', remedy: 'Raise it.' },
    ],
    [
      'a multiplier too large',
      (b) => (b.program.tiers[1].multiplier = 1001),
      { place: 'program.tiers[1].multiplier', given: '1001', allowed: 'at most 1000', remedy: 'Lower it.' },
    ],
    [
      'a multiplier with more digits than can be read',
      (b) => (b.program.tiers[1].multiplier = 4 / 3),
      {
        place: 'program.tiers[1].multiplier',
        given: '1.3333333333333333',
        allowed: 'a number with at most 12 digits after the point',
        ...change,
      },
    ],
    [
      'points for a unit with more digits than can be read',
      (b) => (b.program.pointsPerUnit = 1 / 3),
      {
        place: 'program.pointsPerUnit',
        given: '0.3333333333333333',
        allowed: 'a number with at most 12 digits after the point',
        ...change,
      },
    ],
    [
      'no locale',
      (b) => (b.program.tiers[1].names = { spanish: 'Plata' }),
      { place: 'program.tiers[1].names.spanish', given: '"spanish"', ...language, remedy: 'Rename it.' },
    ],
    [
      'no default locale',
      (b) => (b.notifications.defaultLocale = 'EN'),
      { place: 'notifications.defaultLocale', given: '"EN"', ...language, ...change },
    ],
    [
      'no joining of conditions',
      (b) => (b.program.tiers[2].qualification = { some: [] }),
      {
        place: 'program.tiers[2].qualification',
        given: '{"some":[]}',
        allowed: '{all: […conditions]} or {any: k, of: […conditions]}',
        ...anew,
      },
    ],
    [
      'a condition on nothing that is known',
      (b) => (b.program.tiers[2].qualification.of[0] = { visits: 3 }),
      { place: 'program.tiers[2].qualification.of[0]', given: '{"visits":3}', ...conditions, ...anew },
    ],
    [
      'a condition on a tracker that does not say how much',
      (b) => (b.program.tiers[2].qualification.of[1] = { tracker: 'nights' }),
      {
        place: 'program.tiers[2].qualification.of[1].atLeast',
        allowed: 'a number',
        ...add('what the tracker comes to at least.'),
      },
    ],
    [
      'a condition that everybody meets',
      (b) => (b.program.tiers[2].qualification.of[0] = { orders: 0 }),
      { place: 'program.tiers[2].qualification.of[0].orders', given: '0', allowed: 'at least 1', remedy: 'Raise it.' },
    ],
    [
      'a condition on less than can be counted',
      (b) => (b.program.tiers[2].qualification.of[1].atLeast = 0.0004),
      {
        place: 'program.tiers[2].qualification.of[1].atLeast',
        given: '0.0004',
        allowed: 'at least 0.001',
        remedy: 'Raise it.',
      },
    ],
    [
      'a name of a tracker with a space',
      (b) => (b.program.trackers['my nights'] = b.program.trackers.visits),
      {
        place: 'program.trackers.my nights',
        given: '"my nights"',
        allowed: 'a name of letters and digits',
        remedy: 'Rename it.',
      },
    ],
    [
      'a tracker that measures nothing',
      (b) => (b.program.trackers.visits.measure = 'average'),
      {
        place: 'program.trackers.visits.measure',
        given: '"average"',
        allowed: '"count" or {sum: "aField"}',
        ...change,
      },
    ],
    [
      'no filter',
      (b) => (b.program.trackers.visits.of = { field: 'kind' }),
      {
        place: 'program.trackers.visits.of',
        given: '{"field":"kind"}',
        allowed:
          'a filter: {type}, {field, equals | oneOf | atLeast | atMost | exists | before | after}, {all: […]} or {any: […]}',
        ...anew,
      },
    ],
    [
      'a filter on a field without a name, which of all filters can only be one',
      (b) => (b.program.trackers.visits.of = { field: 7, equals: 'stay' }),
      { place: 'program.trackers.visits.of.field', given: '7', allowed: 'a text in quotation marks', ...quote },
    ],
    [
      'a filter of two conditions, which do not go together',
      (b) => (b.program.trackers.visits.of = { type: 'purchase', field: 'nights', atMost: 'two' }),
      {
        place: 'program.trackers.visits.of',
        given: '{"type":"purchase","field":"nights","atMost":"two"}',
        allowed:
          'a filter: {type}, {field, equals | oneOf | atLeast | atMost | exists | before | after}, {all: […]} or {any: […]}',
        ...anew,
      },
    ],
    [
      'a filter with something besides',
      (b) => (b.program.trackers.visits.of = { field: 'nights', atMost: 2, rounded: true }),
      {
        place: 'program.trackers.visits.of.rounded',
        given: 'true',
        allowed: 'one of the properties field, atMost',
        ...correct,
      },
    ],
    ...['soon', '2026-02-30', '2026-06-15T10:00:00', ''].map((before): [string, (brand: Json) => void, Problem] => [
      `a condition on what is before "${before}"`,
      (b) => (b.program.trackers.visits.of = { field: 'stay', before }),
      {
        place: 'program.trackers.visits.of.before',
        given: `"${before}"`,
        allowed: 'a date such as "2026-12-31", or an instant with its offset, such as "2026-12-31T22:00:00+01:00"',
        ...change,
      },
    ]),
    [
      'a condition on what is after a number',
      (b) => (b.program.trackers.visits.of = { all: [{ field: 'stay', after: 7 }] }),
      { place: 'program.trackers.visits.of.all[0].after', given: '7', allowed: 'a text in quotation marks', ...quote },
    ],
    [
      'another boundary',
      (b) => (b.program.expiryBoundary = 'noon'),
      {
        place: 'program.expiryBoundary',
        given: '"noon"',
        allowed: '"startOfDay" or "endOfDay"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'a fall at some other time',
      (b) => (b.program.downgrade.timing = 'never'),
      {
        place: 'program.downgrade.timing',
        given: '"never"',
        allowed: '"realtime" or "recalculation"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'a downgrade to somewhere else',
      (b) => (b.program.downgrade.target = 'silver'),
      {
        place: 'program.downgrade.target',
        given: '"silver"',
        allowed: '"qualified" or "oneBelow" or "base"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'a reminder on the day itself',
      (b) => (b.program.reminders.daysBefore = [30, 0]),
      { place: 'program.reminders.daysBefore[1]', given: '0', allowed: 'at least 1', remedy: 'Raise it.' },
    ],
    [
      'a reminder more than a year before',
      (b) => (b.program.reminders.daysBefore = [366]),
      { place: 'program.reminders.daysBefore[0]', given: '366', allowed: 'at most 365', remedy: 'Lower it.' },
    ],
    [
      'a reminder after half a day',
      (b) => (b.program.reminders.daysBefore = [0.5]),
      { place: 'program.reminders.daysBefore[0]', given: '0.5', allowed: 'a whole number', ...change },
    ],
    [
      'two reminders on one day',
      (b) => (b.program.reminders.daysBefore = [7, 7]),
      { place: 'program.reminders.daysBefore', given: '[7,7]', allowed: 'each number of days once', ...change },
    ],
    [
      'six reminders',
      (b) => (b.program.reminders.daysBefore = [1, 2, 3, 4, 5, 6]),
      {
        place: 'program.reminders.daysBefore',
        given: '[1,2,3,4,5,6]',
        allowed: 'a list of at most 5',
        remedy: 'Take some out.',
      },
    ],
    [
      'reminders that are told in words',
      (b) => (b.program.reminders.notify = 'yes'),
      { place: 'program.reminders.notify', given: '"yes"', allowed: 'true or false', ...change },
    ],
    [
      'a sender that is no address',
      (b) => (b.notifications.email.from = 'Acme'),
      { place: 'notifications.email.from', given: '"Acme"', allowed: '"Name <address@domain>"', ...change },
    ],
    [
      'two senders',
      (b) => (b.notifications.email.from = 'a@acme.example b@acme.example'),
      {
        place: 'notifications.email.from',
        given: '"a@acme.example b@acme.example"',
        allowed: '"Name <address@domain>"',
        ...change,
      },
    ],
    [
      'a sender that brings a header along',
      (b) => (b.notifications.email.from = 'Acme\r\nBcc: x@y.example <a@b.example>'),
      {
        place: 'notifications.email.from',
        given: '"Acme\\r\\nBcc: x@y.example <a@b.example>"',
        allowed: '"Name <address@domain>"',
        ...change,
      },
    ],
    [
      'a sender of text messages without a letter',
      (b) => (b.notifications.sms.senderId = '12345'),
      {
        place: 'notifications.sms.senderId',
        given: '"12345"',
        allowed: '1 to 11 letters and digits, one letter at least',
        ...change,
      },
    ],
    [
      'a cause that has no text',
      (b) => (b.notifications.texts[1].cause = 'import'),
      {
        place: 'notifications.texts[1].cause',
        given: '"import"',
        allowed:
          '"transaction" or "recalculation" or "bulkRecalculation" or "tierAction" or "grantEnd" or "enrolment" or "programEdit" or "rebuild" or "renewal" or "reminder"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'a subject of two lines',
      (b) => (b.notifications.texts[1].subject = 'Hello\nworld'),
      {
        place: 'notifications.texts[1].subject',
        given: '"Hello\\nworld"',
        allowed: 'one line, without control characters',
        ...change,
      },
    ],
    ...['0', '-0.3', '1', '30'].map((abortWhenDown): [string, (brand: Json) => void, Problem] => [
      `a brake at ${abortWhenDown}`,
      (b) => (b.recalculation = { abortWhenDown: Number(abortWhenDown) }),
      {
        place: 'recalculation.abortWhenDown',
        given: abortWhenDown,
        allowed: 'a share between 0 and 1, such as 0.3',
        ...change,
      },
    ]),
    [
      'an audit every year',
      (b) => (b.audit = { every: 'year' }),
      {
        place: 'audit.every',
        given: '"year"',
        allowed: '"day" or "week" or "month" or "never"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'a first day that no calendar has',
      (b) => (b.program.launchedOn = '2026-02-31'),
      {
        place: 'program.launchedOn',
        given: '"2026-02-31"',
        allowed: 'a date that exists, such as "2026-12-31"',
        ...change,
      },
    ],
    [
      'an address for alarms that is none',
      (b) => (b.operations.alarmEmail = 'ops'),
      { place: 'operations.alarmEmail', given: '"ops"', allowed: 'an email address', ...change },
    ],
    [
      'a retention that CloudWatch does not have',
      (b) => (b.operations.logRetentionDays = 8),
      {
        place: 'operations.logRetentionDays',
        given: '8',
        allowed: 'one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365',
        ...change,
      },
    ],
  ])('%s is told with its place, the value, what is allowed, and what to do', (_, edit, problem) => {
    expect(problemsAfter(edit)).toEqual([problem]);
  });

  test.each([
    [null, 'null'],
    ['a text', '"a text"'],
    [[], '[]'],
    [undefined, 'nothing'],
  ])('of a file that is %j is one of the whole file', (json, given) => {
    const reading = readBrand(json);
    const problems = reading.ok ? [] : reading.problems;
    const allowed = expect.stringMatching(/^an object \{brand, name, account, region, program, .*\}$/);
    expect(problems).toMatchObject([{ place: '', given, allowed }]);
    expect(describeProblems(problems)[0]).toMatch(/^the file: given /);
  });
});

describe('a problem of meaning', () => {
  const base = {
    allowed: 'threshold 0 and no qualification: the first tier is the base tier, which everybody has',
    remedy: 'Put the base tier first, with "threshold": 0.',
  };
  const ladder = { remedy: 'Order the tiers from the base tier up.' };
  const variables = {
    allowed:
      'tierStatus, previousTierStatus, memberName, points, pointsToNextTier, nextTierStatus, expiresOn, brandName',
    remedy: 'Correct the variable, or remove it.',
  };

  test.each<[string, (brand: Json) => void, Problem]>([
    [
      'a base tier that has to be earned',
      (b) => (b.program.tiers[0].threshold = 1),
      { place: 'program.tiers[0].threshold', given: '1', ...base },
    ],
    [
      'a base tier without its threshold',
      (b) => delete b.program.tiers[0].threshold,
      { place: 'program.tiers[0].threshold', given: 'nothing', ...base },
    ],
    [
      'a base tier with a qualification',
      (b) => (b.program.tiers[0].qualification = { all: [{ orders: 1 }] }),
      { place: 'program.tiers[0].qualification', given: 'a qualification', ...base },
    ],
    [
      'a tier that nobody can reach',
      (b) => delete b.program.tiers[1].threshold,
      {
        place: 'program.tiers[1].threshold',
        given: 'nothing',
        allowed: 'a threshold, a qualification, or both',
        remedy: 'Say what it takes to reach the tier.',
      },
    ],
    [
      'a threshold as high as the one below',
      (b) => (b.program.tiers[2].threshold = 1000),
      { place: 'program.tiers[2].threshold', given: '1000', allowed: 'more than 1000, the threshold below', ...ladder },
    ],
    [
      'a second base tier',
      (b) => (b.program.tiers[1].threshold = 0),
      { place: 'program.tiers[1].threshold', given: '0', allowed: 'more than 0, the threshold below', ...ladder },
    ],
    [
      'a threshold below one that is not the last',
      (b) => (b.program.tiers[3].threshold = 999),
      { place: 'program.tiers[3].threshold', given: '999', allowed: 'more than 5000, the threshold below', ...ladder },
    ],
    [
      'a threshold below one, with a tier between them that has none',
      (b) => {
        delete b.program.tiers[2].threshold;
        b.program.tiers[3].threshold = 999;
      },
      { place: 'program.tiers[3].threshold', given: '999', allowed: 'more than 1000, the threshold below', ...ladder },
    ],
    ...['1000', '999.50'].map((threshold): [string, (brand: Json) => void, Problem] => [
      `a threshold of "${threshold}" where points count`,
      (b) => (b.program.tiers[1].threshold = threshold),
      {
        place: 'program.tiers[1].threshold',
        given: `"${threshold}"`,
        allowed: 'a whole number without quotation marks, as the basis is "points"',
        remedy: threshold === '1000' ? 'Write 1000.' : 'Round it to whole points.',
      },
    ]),
    [
      'a base threshold as text where points count',
      (b) => (b.program.tiers[0].threshold = '0'),
      { place: 'program.tiers[0].threshold', given: '"0"', ...base },
    ],
    [
      'a threshold of more digits than the currency has',
      (b) => {
        b.program.basis = 'spend';
        b.program.tiers[1].threshold = '999.999';
      },
      {
        place: 'program.tiers[1].threshold',
        given: '"999.999"',
        allowed: 'an amount of EUR above 0, with at most 2 digits after the point, such as "1000.00"',
        remedy: 'Change the amount.',
      },
    ],
    [
      'an amount as high as the one below, written otherwise',
      (b) => {
        b.program.basis = 'spend';
        b.program.tiers[1].threshold = '5000.00';
      },
      {
        place: 'program.tiers[2].threshold',
        given: '5000',
        allowed: 'more than "5000.00", the threshold below',
        ...ladder,
      },
    ],
    [
      'two tiers of one id',
      (b) => (b.program.tiers[3].id = 'silver'),
      {
        place: 'program.tiers[3].id',
        given: '"silver"',
        allowed: 'an id that no other tier has',
        remedy: 'Rename one of the two.',
      },
    ],
    [
      'two tiers of one name',
      (b) => (b.program.tiers[3].name = 'Silver'),
      {
        place: 'program.tiers[3].name',
        given: '"Silver"',
        allowed: 'a name that no other tier has',
        remedy: 'Rename one of the two.',
      },
    ],
    [
      'more conditions asked for than there are',
      (b) => (b.program.tiers[2].qualification.any = 4),
      {
        place: 'program.tiers[2].qualification.any',
        given: '4',
        allowed: 'at most 3, the number of conditions, the threshold among them',
        remedy: 'Ask for fewer, or add conditions.',
      },
    ],
    [
      'more conditions asked for than there are without a threshold',
      (b) => {
        delete b.program.tiers[2].threshold;
        b.program.tiers[2].qualification.any = 3;
      },
      {
        place: 'program.tiers[2].qualification.any',
        given: '3',
        allowed: 'at most 2, the number of conditions, the threshold among them',
        remedy: 'Ask for fewer, or add conditions.',
      },
    ],
    [
      'a tracker that is none',
      (b) => (b.program.tiers[2].qualification.of[1].tracker = 'days'),
      {
        place: 'program.tiers[2].qualification.of[1].tracker',
        given: '"days"',
        allowed: 'nights, visits, cities, small',
        remedy: 'Name a tracker of program.trackers.',
      },
    ],
    [
      'a tracker of every object',
      (b) => (b.program.tiers[2].qualification.of[1].tracker = 'toString'),
      {
        place: 'program.tiers[2].qualification.of[1].tracker',
        given: '"toString"',
        allowed: 'nights, visits, cities, small',
        remedy: 'Name a tracker of program.trackers.',
      },
    ],
    [
      'a tracker where there is none at all',
      (b) => delete b.program.trackers,
      {
        place: 'program.tiers[2].qualification.of[1].tracker',
        given: '"nights"',
        allowed: 'nothing, as there is none',
        remedy: 'Name a tracker of program.trackers.',
      },
    ],
    ...['0', '1.001', 0].map((lifetimeSpend): [string, (brand: Json) => void, Problem] => [
      `a lifetime spend of ${lifetimeSpend}`,
      (b) => (b.program.tiers[3].qualification.all[0] = { lifetimeSpend }),
      {
        place: 'program.tiers[3].qualification.all[0].lifetimeSpend',
        given: JSON.stringify(lifetimeSpend),
        allowed: 'an amount of EUR above 0, with at most 2 digits after the point, such as "1000.00"',
        remedy: 'Change the amount.',
      },
    ]),
    [
      'a tracker over cycles, where there are none',
      (b) => (b.program.cycle = { type: 'none' }),
      {
        place: 'program.trackers.nights.over',
        given: '"cycle"',
        allowed: '"lifetime", as the program has no cycles',
        remedy: 'Count over the lifetime, or give the program a cycle.',
      },
    ],
    [
      'orders of Shopify that would give no points, ever',
      (b) => delete b.program.pointsPerUnit,
      {
        place: 'program.pointsPerUnit',
        given: 'nothing',
        allowed: 'the points that one unit of a Shopify order gives, above 0',
        remedy: 'Add it, or leave "shopify" out.',
      },
    ],
    [
      'a text for a tier that is none',
      (b) => (b.notifications.texts[1].tier = 'diamond'),
      {
        place: 'notifications.texts[1].tier',
        given: '"diamond"',
        allowed: 'bronze, silver, gold, black',
        remedy: 'Name a tier of program.tiers.',
      },
    ],
    ...['firstName', 'constructor', '', 'tierStatus.name'].map((name): [string, (brand: Json) => void, Problem] => [
      `the variable {{${name}}}`,
      (b) => (b.notifications.texts[0].text = `You are {{tierStatus}}, {{ ${name} }}`),
      { place: 'notifications.texts[0].text', given: `{{${name}}}`, ...variables },
    ]),
    [
      'an unknown variable in a subject',
      (b) => (b.notifications.texts[1].subject = 'Hi {{name}}'),
      { place: 'notifications.texts[1].subject', given: '{{name}}', ...variables },
    ],
    [
      'a second text for an occasion',
      (b) => b.notifications.texts.push({ text: 'Once more' }),
      {
        place: 'notifications.texts[2]',
        given: 'a second text for every occasion',
        allowed: 'one text for each cause, direction, tier and locale: notifications.texts[0] has the same ones',
        remedy: 'Take one of the two out, or let them differ in one of these.',
      },
    ],
    [
      'a second text for a cause and a language, whatever it says',
      (b) => {
        const occasion = { cause: 'reminder', locale: 'es' };
        b.notifications.texts.push({ ...occasion, text: 'Pronto' }, { text: 'Ya', subject: 'Hoy', ...occasion });
      },
      {
        place: 'notifications.texts[3]',
        given: 'a second text for {"cause":"reminder","locale":"es"}',
        allowed: 'one text for each cause, direction, tier and locale: notifications.texts[2] has the same ones',
        remedy: 'Take one of the two out, or let them differ in one of these.',
      },
    ],
    ...['renewal', 'reminder'].map((cause): [string, (brand: Json) => void, Problem] => [
      `a ${cause} that goes up`,
      (b) => b.notifications.texts.push({ cause, direction: 'up', text: 'Up' }),
      {
        place: 'notifications.texts[2].direction',
        given: '"up"',
        allowed: `no direction beside the cause "${cause}": the tier stays as it is`,
        remedy: 'Leave the direction out.',
      },
    ]),
  ])('%s is told with its place, the value, what is allowed, and what to do', (_, edit, problem) => {
    expect(problemsAfter(edit)).toEqual([problem]);
  });

  test('texts that differ in their cause, direction, tier or locale are none', () => {
    const more = [
      { cause: 'transaction' },
      { direction: 'up' },
      { tier: 'gold' },
      { locale: 'es' },
      { locale: 'es-MX' },
    ];
    expect(problemsAfter((b) => b.notifications.texts.push(...more.map((m) => ({ ...m, text: 'x' }))))).toEqual([]);
  });

  describe('of messages that no channel could bring', () => {
    /** The channels of a well-written file, each on or off; one that is not named is not there. */
    const withChannels = (enabled: Record<string, boolean>, texts: Json[] = []) =>
      problemsAfter((b) => {
        b.program.promotions = [];
        b.notifications = {
          ...Object.fromEntries(
            Object.entries(enabled).map(([name, on]) => [name, { ...b.notifications[name], enabled: on }]),
          ),
          texts,
        };
      });
    const text = { text: 'Hello' };
    const withSubject = { subject: 'Hello', text: 'Hello', locale: 'es' };
    const nobody = 'as no channel is on, and no member gets a message';
    const switchOne = 'Switch a channel on: notifications.push, notifications.email, notifications.sms';

    test.each([
      ['off', { push: false, email: false }],
      ['not there', {}],
    ])('reminders and texts are refused where every channel is %s', (_, enabled: Record<string, boolean>) => {
      const reminders = {
        place: 'program.reminders.notify',
        given: 'true',
        allowed: `false, ${nobody}`,
        remedy: `${switchOne}. Or leave "notify" out.`,
      };
      expect(withChannels(enabled)).toEqual([reminders]);
      expect(withChannels(enabled, [text, withSubject])).toEqual([
        reminders,
        {
          place: 'notifications.texts',
          given: '2 texts',
          allowed: `no texts, ${nobody}`,
          remedy: `${switchOne}. Or take the texts out.`,
        },
      ]);
      expect(withChannels(enabled, [text]).map(({ given }) => given)).toEqual(['true', '1 text']);
    });

    test.each([
      ['off', { sms: true, email: false }, 'Set notifications.email.enabled to true, or take the subject out.'],
      ['not there', { sms: true }, 'Add notifications.email, or take the subject out.'],
    ])('a subject is refused where email is %s', (_, enabled: Record<string, boolean>, remedy) => {
      expect(withChannels(enabled, [text, withSubject])).toEqual([
        {
          place: 'notifications.texts[1].subject',
          given: '"Hello"',
          allowed: 'no subject: only emails have one, and the channel email is not on',
          remedy,
        },
      ]);
    });

    test('nothing is refused where the channel is on, or cannot be read', () => {
      expect(withChannels({ push: true, email: true, sms: false }, [text, withSubject])).toEqual([]);
      expect(withChannels({ email: 'yes' } as Json, [withSubject]).map(({ place }) => place)).toEqual([
        'notifications.email.enabled',
      ]);
    });
  });

  test('another id than the file has as its name', () => {
    expect(problemsAfter(() => {}, 'acme-shop')).toEqual([
      { place: 'brand', given: '"acme"', allowed: '"acme-shop"', remedy: 'Name the brand as its file.' },
    ]);
  });
});

describe('several problems', () => {
  const everythingWrong = (b: Json) => {
    b.account = 12;
    b.extra = true;
    b.program.currency = 'EUT';
    b.program.tiers[0].threshold = 5;
    b.program.tiers[1].multiplier = -1;
    b.program.tiers[2].threshold = 900;
    b.program.tiers[2].qualification.any = 9;
    b.program.tiers[2].qualification.of[0] = { orders: 'three' };
    b.program.tiers[2].qualification.of[1].tracker = 'days';
    b.program.tiers[3].id = 'silver';
    b.program.trackers.visits.measure = 'average';
    b.program.trackers.nights.over = 'week';
    b.notifications.texts[0] = { text: '{{you}} {{me}}', subject: 7, tier: 'diamond' };
    b.notifications.texts[1].locale = 'Spanish';
    b.notifications.texts[1].text = '{{him}}';
  };

  const places = [
    'account',
    'brand',
    'extra',
    'notifications.texts[0].subject',
    'notifications.texts[0].text',
    'notifications.texts[0].text',
    'notifications.texts[0].tier',
    'notifications.texts[1].locale',
    'notifications.texts[1].text',
    'program.currency',
    'program.tiers[0].threshold',
    'program.tiers[1].multiplier',
    'program.tiers[2].qualification.any',
    'program.tiers[2].qualification.of[0].orders',
    'program.tiers[2].qualification.of[1].tracker',
    'program.tiers[2].threshold',
    'program.tiers[3].id',
    'program.trackers.nights.over',
    'program.trackers.visits.measure',
  ];

  test('are all listed at once, those of shape and those of meaning, whatever is wrong beside them', () => {
    const problems = problemsAfter(everythingWrong, 'other');
    expect(problems.map(({ place }) => place).sort()).toEqual(places);
  });

  test('of one ladder are each told: a tier is compared with the highest below it', () => {
    const places = problemsAfter((b) => {
      b.program.tiers[1].threshold = 7000;
      b.program.tiers[3].threshold = 6000;
    });
    expect(places.map(({ place, allowed }) => [place, allowed])).toEqual([
      ['program.tiers[2].threshold', 'more than 7000, the threshold below'],
      ['program.tiers[3].threshold', 'more than 7000, the threshold below'],
    ]);
  });

  test('of a tier without an id leave the others to be named', () => {
    const problems = problemsAfter((b) => (b.program.tiers[2].id = 7));
    expect(problems.map(({ place, allowed }) => [place, allowed])).toEqual([
      ['program.tiers[2].id', 'a text in quotation marks'],
      ['notifications.texts[1].tier', 'bronze, silver, black'],
    ]);
  });

  test('are a line each, that says where, what is given, what is allowed, and what to do', () => {
    const lines = describeProblems(problemsAfter(everythingWrong, 'other'));
    expect(lines).toHaveLength(places.length);
    expect(lines).toContain('account: given 12; allowed: a text in quotation marks. Put it in quotation marks.');
    expect(lines).toContain(
      'program.tiers[2].threshold: given 900; allowed: more than 1000, the threshold below. Order the tiers from the base tier up.',
    );
  });

  test('are not made up: what is missing or broken is told once, and not by what depends on it', () => {
    expect(problemsAfter((b) => delete b.program.tiers).map(({ place }) => place)).toEqual(['program.tiers']);
    expect(problemsAfter((b) => delete b.program).map(({ place }) => place)).toEqual(['program']);
    expect(problemsAfter((b) => (b.program.trackers.nights.of = 7)).map(({ place }) => place)).toEqual([
      'program.trackers.nights.of',
    ]);
    expect(problemsAfter((b) => (b.program.tiers[2].id = 'Gold')).map(({ place }) => place)).toEqual([
      'program.tiers[2].id',
      'program.promotions[0].strategy.tier',
      'notifications.texts[1].tier',
    ]);
    expect(problemsAfter((b) => (b.program.tiers[1] = null)).map(({ place }) => place)).toEqual(['program.tiers[1]']);
    const tooMany = (b: Json) => {
      while (b.program.tiers.length < 21) b.program.tiers.push({ id: 'silver', name: 'Silver', threshold: 1 });
    };
    expect(problemsAfter(tooMany).map(({ place }) => place)).toEqual(['program.tiers']);
    const spentWhat = (b: Json) => {
      b.program.currency = 'EUT';
      b.program.tiers[3].qualification.all[0].lifetimeSpend = '1.001';
    };
    expect(problemsAfter(spentWhat).map(({ place }) => place)).toEqual(['program.currency']);
    const inWhat = (b: Json) => {
      b.program.basis = 'visits';
      b.program.tiers[0].threshold = '0.00';
      b.program.tiers[1].threshold = '999.50';
    };
    expect(problemsAfter(inWhat).map(({ place }) => place)).toEqual(['program.basis']);
    expect(problemsAfter((b) => (b.program.tiers[1].qualification = 7)).map(({ place }) => place)).toEqual([
      'program.tiers[1].qualification',
    ]);
  });
});

const RULE_CODE = /\bR\d+\b/;

test('whatever a file holds, reading it gives a brand or problems, and every problem says all four things', () => {
  const paths = pathsIn(wellWritten());
  const values = fc.oneof(
    fc.constantFrom(null, '', 0, -1, 1.5, 1e300, true, [], {}, [null], 'x', '{{x}}', { all: 1 }, { any: [] }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), values), { minLength: 1, maxLength: 4 }), (edits) => {
      const brand = wellWritten();
      for (const [path, value] of edits) put(brand, path, structuredClone(value));
      const reading = readBrand(JSON.parse(JSON.stringify(brand)), 'acme');
      if (reading.ok) return;
      expect(reading.problems.length).toBeGreaterThan(0);
      for (const { place, given, allowed, remedy } of reading.problems) {
        expect([place, given, allowed, remedy].every((part) => typeof part === 'string')).toBe(true);
        expect(Math.min(given.length, allowed.length, remedy.length)).toBeGreaterThan(0);
        // Codes of the rules mean nothing to whoever writes a file; a name in the file may look like one.
        if (!RULE_CODE.test(JSON.stringify(edits))) expect(`${allowed} ${remedy}`).not.toMatch(RULE_CODE);
      }
    }),
    { numRuns: 400 },
  );
});

function pathsIn(json: Json, path: (string | number)[] = []): (string | number)[][] {
  if (json === null || typeof json !== 'object') return [path];
  const inside = Object.keys(json).flatMap((key) =>
    pathsIn(json[key], [...path, Array.isArray(json) ? Number(key) : key]),
  );
  return path.length === 0 ? inside : [path, ...inside];
}

function put(json: Json, path: readonly (string | number)[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((part: Json, key) => part?.[key], json);
  if (parent !== null && typeof parent === 'object') parent[path.at(-1)!] = value;
}
