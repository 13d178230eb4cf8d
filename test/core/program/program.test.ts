import { describe, expect, test } from 'vitest';
import type { FieldValue, LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { ProgramFile, PromotionFile, TierFile } from '../../../core/program/brand.ts';
import { fingerprint, hasSameContent } from '../../../core/program/fingerprint.ts';
import { directionOf, rankOf, tierById, tierName, tierRef } from '../../../core/program/program.ts';
import { matcherOf, type TransactionFilter } from '../../../core/program/transaction-filter.ts';
import { MAX_MEASURED } from '../../../core/rules/tracker-unit.ts';
import { HOUR_MS, parseInstant } from '../../../core/time.ts';
import { EXAMPLE_PROGRAM, exampleProgram } from '../../support/program.ts';

const ZONE = 'Europe/Madrid';

const STAY: LedgerEntry = {
  memberId: 'm-1',
  id: 't-1',
  source: 'pos',
  type: 'purchase',
  points: 10,
  awardedPoints: 15,
  amountMinor: 12_050,
  currency: 'EUR',
  occurredAt: 0,
  recordedAt: 0,
  fields: { kind: 'stay', nights: 2.5, vip: true, room: '7', type: 'own' },
};

describe('a filter', () => {
  test.each<[TransactionFilter, boolean]>([
    [{ type: 'purchase' }, true],
    [{ type: 'bonus' }, false],
    [{ field: 'kind', equals: 'stay' }, true],
    [{ field: 'kind', equals: 'Stay' }, false],
    [{ field: 'nights', equals: 2.5 }, true],
    [{ field: 'nights', equals: '2.5' }, false],
    [{ field: 'vip', equals: true }, true],
    [{ field: 'kind', oneOf: ['flight', 'stay'] }, true],
    [{ field: 'kind', oneOf: ['flight'] }, false],
    [{ field: 'nights', atLeast: 2.4 }, true],
    [{ field: 'nights', atLeast: 2.5 }, true],
    [{ field: 'nights', atLeast: 2.6 }, false],
    [{ field: 'nights', atMost: 2.4 }, false],
    [{ field: 'nights', atMost: 2.5 }, true],
    [{ field: 'nights', atMost: 2.6 }, true],
    // Text is neither more nor less than a number.
    [{ field: 'kind', atLeast: 0 }, false],
    [{ field: 'kind', atMost: 0 }, false],
    [{ field: 'room', atLeast: 7 }, false],
    [{ field: 'room', atMost: 7 }, false],
    [{ field: 'vip', atLeast: 1 }, false],
    [{ field: 'vip', atMost: 1 }, false],
    [{ field: 'kind', exists: true }, true],
    [{ field: 'kind', exists: false }, false],
    [{ field: 'city', exists: true }, false],
    [{ field: 'city', exists: false }, true],
    [{ field: 'city', equals: 'Rome' }, false],
    [{ field: 'city', oneOf: ['Rome'] }, false],
    [{ field: 'city', atLeast: 0 }, false],
    [{ field: 'city', atMost: 0 }, false],
    // What every object has is no field of a transaction.
    [{ field: 'toString', exists: true }, false],
    [{ field: 'constructor', exists: true }, false],
    // Every transaction has these, whatever its own fields are called.
    [{ field: 'source', equals: 'pos' }, true],
    [{ field: 'type', equals: 'purchase' }, true],
    [{ field: 'type', equals: 'own' }, false],
    [{ field: 'points', equals: 15 }, true],
    [{ field: 'amount', equals: 120.5 }, true],
    [{ field: 'amount', atLeast: 120.51 }, false],
    [{ all: [{ type: 'purchase' }, { field: 'nights', atLeast: 2 }] }, true],
    [{ all: [{ type: 'purchase' }, { field: 'nights', atLeast: 3 }] }, false],
    [{ any: [{ type: 'bonus' }, { field: 'nights', atLeast: 2 }] }, true],
    [{ any: [{ type: 'bonus' }, { field: 'nights', atLeast: 3 }] }, false],
    [{ all: [{ any: [{ type: 'bonus' }, { type: 'purchase' }] }, { field: 'vip', equals: true }] }, true],
    [{ field: 'occurredAt', equals: '1970-01-01T00:00:00Z' }, true],
    [{ field: 'occurredAt', exists: true }, true],
  ])('%j: %s', (filter, matches) => {
    expect(matcherOf(filter, ZONE)(STAY)).toBe(matches);
  });

  test('reads an amount in units of its own currency, and the points of what is no purchase', () => {
    const yen: LedgerEntry = { ...STAY, amountMinor: 500, currency: 'JPY' };
    expect(matcherOf({ field: 'amount', equals: 500 }, ZONE)(yen)).toBe(true);
    const bonus: LedgerEntry = {
      memberId: 'm',
      id: 'b',
      source: 'api',
      type: 'bonus',
      points: 10,
      occurredAt: 0,
      recordedAt: 0,
    };
    expect(matcherOf({ field: 'points', equals: 10 }, ZONE)(bonus)).toBe(true);
    expect(matcherOf({ field: 'amount', exists: false }, ZONE)(bonus)).toBe(true);
    expect(matcherOf({ field: 'kind', exists: false }, ZONE)(bonus)).toBe(true);
  });
});

describe('a filter by time', () => {
  const matches = (filter: TransactionFilter, value: FieldValue, zone = ZONE) =>
    matcherOf(filter, zone)({ ...STAY, fields: { stay: value } });

  test.each<[{ before: string } | { after: string }, string, boolean]>([
    // A date is its start in the program's zone, on both sides.
    [{ before: '2026-06-15' }, '2026-06-14', true],
    [{ before: '2026-06-15' }, '2026-06-15', false],
    [{ before: '2026-06-15' }, '2026-06-14T21:59:59.999Z', true],
    [{ before: '2026-06-15' }, '2026-06-14T22:00:00Z', false],
    [{ after: '2026-06-15' }, '2026-06-15', false],
    [{ after: '2026-06-15' }, '2026-06-16', true],
    [{ after: '2026-06-15' }, '2026-06-14T22:00:00Z', false],
    [{ after: '2026-06-15' }, '2026-06-14T22:00:00.001Z', true],
    [{ after: '2026-01-15' }, '2026-01-14T22:30:00Z', false],
    [{ after: '2026-01-15' }, '2026-01-14T23:30:00Z', true],
    // An instant is the same in every zone, whatever offset it is written with.
    [{ before: '2026-06-15T10:00:00+02:00' }, '2026-06-15T07:59:59.999Z', true],
    [{ before: '2026-06-15T10:00:00+02:00' }, '2026-06-15T10:00:00+02:00', false],
    [{ after: '2026-06-15T10:00:00+02:00' }, '2026-06-15T04:00:00.001-04:00', true],
    [{ after: '2026-06-14T22:00:00Z' }, '2026-06-15', false],
    [{ after: '2026-06-14T21:59:59Z' }, '2026-06-15', true],
  ])('%j of %s: %s', (bound, value, expected) => {
    expect(matches({ field: 'stay', ...bound }, value)).toBe(expected);
  });

  test.each<[string, FieldValue]>([
    ['a number', 20260614],
    ['a number of milliseconds', 0],
    ['a truth', true],
    ['a word', 'tomorrow'],
    ['a date that does not exist', '2026-02-30'],
    ['a time without its offset', '2026-06-14T10:00:00'],
    ['nothing at all', ''],
  ])('matches no field that is %s', (_, value) => {
    expect(matches({ field: 'stay', before: '9999-01-01' }, value)).toBe(false);
    expect(matches({ field: 'stay', after: '0001-01-01' }, value)).toBe(false);
  });

  test('matches no field that is not there', () => {
    expect(matcherOf({ field: 'city', before: '9999-01-01' }, ZONE)(STAY)).toBe(false);
  });

  test('takes its dates in the zone that it is given', () => {
    const filter: TransactionFilter = { field: 'stay', before: '2026-06-15' };
    expect(matches(filter, '2026-06-14T23:00:00Z', 'Europe/Madrid')).toBe(false);
    expect(matches(filter, '2026-06-14T23:00:00Z', 'America/New_York')).toBe(true);
  });

  test.each<[{ before: string } | { after: string }, string, boolean]>([
    [{ before: '2026-12-25' }, '2026-12-24T22:59:59.999Z', true],
    [{ before: '2026-12-25' }, '2026-12-24T23:00:00Z', false],
    [{ after: '2026-12-25' }, '2026-12-24T23:00:00Z', false],
    [{ after: '2026-12-25' }, '2026-12-24T23:00:00.001Z', true],
    [{ after: '2026-12-24T23:00:00Z' }, '2026-12-24T23:00:00.001Z', true],
  ])('asks when it occurred: %j of %s: %s', (bound, at, expected) => {
    const entry = { ...STAY, occurredAt: parseInstant(at)! };
    expect(matcherOf({ field: 'occurredAt', ...bound }, ZONE)(entry)).toBe(expected);
    // A field of that name is the transaction's own business.
    const misleading = { ...entry, fields: { occurredAt: '2000-01-01' } };
    expect(matcherOf({ field: 'occurredAt', ...bound }, ZONE)(misleading)).toBe(expected);
  });
});

describe('a promotion', () => {
  const promotion = (more: Partial<PromotionFile>): PromotionFile => ({
    id: 'stay',
    trigger: { on: 'transaction', where: { field: 'kind', equals: 'stay' } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    ...more,
  });
  const compiled = (...promotions: PromotionFile[]) => exampleProgram({ promotions }).promotions;

  test('is triggered by the transactions that its filter matches, in the zone of the program', () => {
    const [stay, early] = compiled(
      promotion({}),
      promotion({ id: 'early', trigger: { on: 'transaction', where: { field: 'occurredAt', before: '1970-01-01' } } }),
    );
    expect(stay!.matches!(STAY)).toBe(true);
    expect(stay!.matches!({ ...STAY, fields: { kind: 'flight' } })).toBe(false);
    // In Madrid the year began an hour before.
    expect(early!.matches!({ ...STAY, occurredAt: -HOUR_MS })).toBe(false);
    expect(early!.matches!({ ...STAY, occurredAt: -HOUR_MS - 1 })).toBe(true);
  });

  test('is triggered by no transaction where an enrolment triggers it', () => {
    expect(compiled(promotion({ trigger: { on: 'enrolment' } }))[0]!.matches).toBeUndefined();
  });

  test('is an action without an id, with everything that the file says', () => {
    const more: Partial<PromotionFile> = {
      action: 'downgrade',
      reassess: true,
      reason: 'No show',
      expiry: { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 30, unit: 'days' } },
      notify: { channels: ['email', 'sms'], atEnd: true },
    };
    expect(compiled(promotion(more))[0]).toStrictEqual({
      id: 'stay',
      matches: expect.any(Function),
      action: { strategy: { type: 'specific', tier: 'gold' }, ...more },
    });
    expect(compiled(promotion({}))[0]!.action).toStrictEqual({
      action: 'upgrade',
      strategy: { type: 'specific', tier: 'gold' },
    });
  });

  test('has the instant of its end parsed', () => {
    const expiry = { type: 'instant', at: '2026-12-31T22:00:00+01:00' } as const;
    expect(compiled(promotion({ expiry }))[0]!.action.expiry).toEqual({
      type: 'instant',
      at: parseInstant('2026-12-31T21:00:00Z'),
    });
  });

  test('is part of what the rulebook is, and of no sum', () => {
    const [without, with_] = [exampleProgram(), exampleProgram({ promotions: [promotion({})] })];
    expect(with_.version).not.toBe(without.version);
    expect(with_.countingRule).toBe(without.countingRule);
  });

  test('keeps the order of the file', () => {
    expect(compiled(promotion({}), promotion({ id: 'a' })).map(({ id }) => id)).toEqual(['stay', 'a']);
  });
});

describe('a tracker', () => {
  const measure = (tracker: NonNullable<ProgramFile['trackers']>[string], entry: LedgerEntry) =>
    exampleProgram({ trackers: { t: tracker } }).trackers[0]!.measure(entry);
  const nights = { measure: { sum: 'nights' }, of: { field: 'kind', equals: 'stay' }, over: 'cycle' } as const;

  test('counts what its filter matches', () => {
    expect(measure({ measure: 'count', of: { type: 'purchase' }, over: 'cycle' }, STAY)).toBe(1000);
    expect(measure({ measure: 'count', of: { type: 'bonus' }, over: 'cycle' }, STAY)).toBe(0);
  });

  test('never counts a refund: it undoes its order, and is no visit of its own', () => {
    expect(
      measure({ measure: 'count', of: { field: 'kind', equals: 'stay' }, over: 'cycle' }, { ...STAY, type: 'refund' }),
    ).toBe(0);
  });

  test.each<[string, number | string | undefined, number]>([
    ['a number', 2.5, 2500],
    ['a negative number', -1, -1000],
    ['less than a thousandth', 0.0004, 0],
    ['half a thousandth', 0.0005, 1],
    ['text', '2.5', 0],
    ['nothing', undefined, 0],
    ['the largest number that measures anything', MAX_MEASURED, MAX_MEASURED * 1000],
    ['a larger one, which would take the digits of all others along', MAX_MEASURED + 1, 0],
    ['a number without end', 1e308, 0],
    ['a negative number without end', -1e308, 0],
  ])('adds up %s', (_, value, thousandths) => {
    const fields: LedgerEntry['fields'] = { kind: 'stay' };
    if (value !== undefined) fields.nights = value;
    expect(measure(nights, { ...STAY, fields })).toBe(thousandths);
  });
});

test('a tracker adds up nothing of a transaction that has no fields at all', () => {
  const { fields: _, ...plain } = STAY;
  const trackers: ProgramFile['trackers'] = {
    nights: { measure: { sum: 'nights' }, of: { type: 'purchase' }, over: 'cycle' },
  };
  const [nights] = exampleProgram({ trackers }).trackers;
  expect(nights!.measure(plain)).toBe(0);
  expect(nights!.measure(STAY)).toBe(2500);
});

describe('a rulebook', () => {
  const tiers = EXAMPLE_PROGRAM.tiers;

  test('is another version when anything in it is another, and the same when it is only written in another order', () => {
    const reordered = Object.fromEntries(Object.entries(EXAMPLE_PROGRAM).reverse());
    expect(exampleProgram(reordered).version).toBe(exampleProgram().version);
    const versions = [
      exampleProgram(),
      exampleProgram({ timeZone: 'Europe/Rome' }),
      exampleProgram({ pointsPerUnit: 2 }),
      exampleProgram({ upgradeBasis: 'carry' }),
      exampleProgram({ tiers: [...tiers.slice(0, 3), { ...tiers[3]!, threshold: 10_001 }] }),
      exampleProgram({ tiers: [...tiers.slice(0, 3), { ...tiers[3]!, name: 'Titanium' }] }),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
  });

  test('ranks its tiers from the base tier up, and takes thresholds in minor units where it counts what is spent', () => {
    const { tiers: ladder } = exampleProgram({ basis: 'spend', currency: 'KWD' });
    expect(ladder.map(({ id, rank, needed, conditions }) => [id, rank, needed, conditions[0]?.atLeast])).toEqual([
      ['bronze', 0, 0, undefined],
      ['silver', 1, 1, 1_000_000],
      ['gold', 2, 1, 5_000_000],
      ['platinum', 3, 1, 10_000_000],
    ]);
  });

  test('takes an amount of money exactly, as text or in whole units, for a threshold and for a lifetime spend', () => {
    const { tiers: ladder } = exampleProgram({
      basis: 'spend',
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: '0.00' },
        { id: 'silver', name: 'Silver', threshold: '499.50' },
        { id: 'gold', name: 'Gold', threshold: '1000.1', qualification: { all: [{ lifetimeSpend: '4.35' }] } },
        { id: 'black', name: 'Black', threshold: 2000, qualification: { all: [{ lifetimeSpend: 5000 }] } },
      ],
    });
    expect(ladder.map(({ conditions }) => conditions.map(({ atLeast }) => atLeast))).toEqual([
      [],
      [49_950],
      [100_010, 435],
      [200_000, 500_000],
    ]);
    const inYen = exampleProgram({ basis: 'spend', currency: 'JPY' });
    expect(inYen.tiers.map(({ conditions }) => conditions[0]?.atLeast)).toEqual([undefined, 1000, 5000, 10_000]);
  });

  test('takes thresholds as points where it counts points', () => {
    const { tiers: ladder } = exampleProgram({ basis: 'points', currency: 'KWD' });
    const condition = (atLeast: number) => ({ measure: 'tierPoints', atLeast, tracker: -1 });
    expect(ladder.map(({ conditions }) => conditions)).toEqual([
      [],
      [condition(1000)],
      [condition(5000)],
      [condition(10_000)],
    ]);
  });

  test('asks for what the threshold and the qualification of a tier say, each in the units of the ledger', () => {
    const { tiers: ladder } = exampleProgram({
      currency: 'KWD',
      trackers: {
        visits: { measure: 'count', of: { type: 'purchase' }, over: 'lifetime' },
        nights: { measure: { sum: 'nights' }, of: { type: 'purchase' }, over: 'cycle' },
      },
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        {
          id: 'silver',
          name: 'Silver',
          threshold: 1000,
          qualification: { any: 2, of: [{ orders: 3 }, { tracker: 'nights', atLeast: 2.5 }] },
        },
        { id: 'gold', name: 'Gold', qualification: { all: [{ lifetimeSpend: '1000.005' }, { lifetimePoints: 7 }] } },
        {
          id: 'black',
          name: 'Black',
          threshold: 5000,
          qualification: { all: [{ tracker: 'visits', atLeast: 0.001 }] },
        },
      ],
    });
    expect(ladder.map(({ needed, conditions }) => ({ needed, conditions }))).toEqual([
      { needed: 0, conditions: [] },
      {
        needed: 2,
        conditions: [
          { measure: 'tierPoints', atLeast: 1000, tracker: -1 },
          { measure: 'orders', atLeast: 3, tracker: -1 },
          { measure: 'tracker', atLeast: 2500, tracker: 1 },
        ],
      },
      {
        needed: 2,
        conditions: [
          { measure: 'lifetimeSpend', atLeast: 1_000_005, tracker: -1 },
          { measure: 'lifetimePoints', atLeast: 7, tracker: -1 },
        ],
      },
      {
        needed: 2,
        conditions: [
          { measure: 'tierPoints', atLeast: 5000, tracker: -1 },
          { measure: 'tracker', atLeast: 1, tracker: 0 },
        ],
      },
    ]);
  });

  test('takes its numbers by their digits, and multiplies by 1 where a tier says nothing else', () => {
    const names = { es: 'Plata' };
    const program = exampleProgram({
      pointsPerUnit: 1.5,
      tiers: [tiers[0]!, { ...tiers[1]!, names, multiplier: 1.25 }, tiers[2]!],
    });
    expect(program.pointsPerUnit).toEqual({ digits: 15n, scale: 1 });
    expect(program.tiers.map(({ multiplier }) => multiplier)).toEqual([
      { digits: 1n, scale: 0 },
      { digits: 125n, scale: 2 },
      { digits: 1n, scale: 0 },
    ]);
    expect(program.tiers.map((tier) => tier.names)).toEqual([{}, names, {}]);
    expect(exampleProgram({ pointsPerUnit: undefined }).pointsPerUnit).toBeUndefined();
  });

  test('began where its first day begins in its zone, if it says which that was', () => {
    expect(exampleProgram({ launchedOn: '2024-04-01' }).launchedAt).toBe(parseInstant('2024-03-31T22:00:00Z'));
    expect(exampleProgram({ launchedOn: '2024-04-01', timeZone: 'UTC' }).launchedAt).toBe(Date.UTC(2024, 3, 1));
    expect(exampleProgram().launchedAt).toBeUndefined();
  });

  test('judges upgrades by this cycle and the last together unless it says otherwise', () => {
    expect(exampleProgram().upgradeBasis).toBe('current');
    expect(exampleProgram({ upgradeBasis: 'current' }).upgradeBasis).toBe('current');
    expect(exampleProgram({ upgradeBasis: 'carry' }).upgradeBasis).toBe('carry');
  });

  test.each(['none', 'enrollment'] as const)('with cycles of the type %s has no day on which they begin', (type) => {
    expect(exampleProgram({ cycle: { type } }).cycle).toEqual({ type });
  });

  test('begins its cycles on 1 January unless it says otherwise', () => {
    expect(exampleProgram({ cycle: { type: 'calendar' } }).cycle).toEqual({ type: 'calendar', month: 1, day: 1 });
    expect(exampleProgram({ cycle: { type: 'calendar', startsOn: '02-29' } }).cycle).toEqual({
      type: 'calendar',
      month: 2,
      day: 29,
    });
  });

  test('ends grants where their last date begins, downgrades to what is qualified for, and reminds, unless it says otherwise', () => {
    expect(exampleProgram()).toMatchObject({
      promotions: [],
      expiryBoundary: 'startOfDay',
      downgradeTiming: 'realtime',
      downgradeTarget: 'qualified',
      reminders: { daysBefore: [30, 7], notify: false },
    });
    const other: Partial<ProgramFile> = {
      expiryBoundary: 'endOfDay',
      downgrade: { timing: 'recalculation', target: 'base' },
      reminders: { daysBefore: [1, 60, 14], notify: true },
    };
    expect(exampleProgram(other)).toMatchObject({
      expiryBoundary: 'endOfDay',
      downgradeTiming: 'recalculation',
      downgradeTarget: 'base',
      reminders: { daysBefore: [60, 14, 1], notify: true },
    });
    expect(exampleProgram({ reminders: { daysBefore: [] } }).reminders.daysBefore).toEqual([]);
    expect(exampleProgram({ downgrade: {} }).downgradeTarget).toBe('qualified');
  });

  test('counts by another rule where falls are judged otherwise, and by the same where the default is only written out', () => {
    const rules = [
      {},
      { downgrade: { timing: 'recalculation' } },
      { downgrade: { target: 'oneBelow' } },
      { downgrade: { target: 'base' } },
      { downgrade: { timing: 'recalculation', target: 'base' } },
    ] as const;
    const countingRules = rules.map((rule) => exampleProgram(rule).countingRule);
    expect(new Set(countingRules).size).toBe(rules.length);
    expect(new Set(countingRules.map((rule) => rule.split('.')[0])).size).toBe(1);
    for (const downgrade of [{}, { timing: 'realtime', target: 'qualified' }] as const) {
      expect(exampleProgram({ downgrade })).toMatchObject({ countingRule: countingRules[0], earnedByPath: false });
    }
  });

  test('counts by another rule where anything that shapes a sum is another, and by the same where only tiers are', () => {
    const visits = { measure: 'count', of: { type: 'purchase' }, over: 'lifetime' } as const;
    const rules = [
      exampleProgram(),
      exampleProgram({ timeZone: 'Europe/Rome' }),
      exampleProgram({ currency: 'USD' }),
      exampleProgram({ basis: 'spend' }),
      exampleProgram({ cycle: { type: 'none' } }),
      exampleProgram({ trackers: { visits } }),
      exampleProgram({ trackers: { visits: { ...visits, over: 'cycle' } } }),
    ].map(({ countingRule }) => countingRule);
    expect(new Set(rules).size).toBe(rules.length);
    const others = [
      exampleProgram({ trackers: {} }),
      exampleProgram({ pointsPerUnit: 2, upgradeBasis: 'carry' }),
      exampleProgram({
        tiers: [
          { ...tiers[0]!, name: 'Base' },
          { ...tiers[1]!, threshold: 7, multiplier: 2 },
        ],
      }),
    ];
    expect(others.map(({ countingRule }) => countingRule)).toEqual(others.map(() => rules[0]));
  });

  test('finds its tiers by their ids', () => {
    const program = exampleProgram();
    expect(tierById(program, 'gold')?.name).toBe('Gold');
    expect(tierById(program, 'diamond')).toBeUndefined();
  });

  test('ranks a tier that it does not have (any more) below all others', () => {
    const program = exampleProgram();
    expect(['bronze', 'silver', 'platinum', 'diamond'].map((id) => rankOf(program, id))).toEqual([0, 1, 3, -1]);
  });

  test.each([
    ['bronze', 'silver', 'up'],
    ['gold', 'silver', 'down'],
    ['gold', 'gold', 'none'],
    ['diamond', 'bronze', 'down'],
    ['diamond', 'silver', 'up'],
  ])('says which way a change goes, also from a tier that it does not have any more: %s to %s, %s', (from, to, way) => {
    expect(directionOf(exampleProgram(), from, to)).toBe(way);
  });

  test('names a tier by its id, its name and its rank', () => {
    expect(tierRef(exampleProgram().tiers[2]!)).toEqual({ id: 'gold', name: 'Gold', rank: 2 });
  });
});

describe("a tier's name", () => {
  const tier: TierFile = { id: 'gold', name: 'Gold', names: { es: 'Oro', 'es-MX': 'Oro mexicano' }, threshold: 1 };
  const [, gold] = exampleProgram({ tiers: [{ id: 'base', name: 'Base', threshold: 0 }, tier] }).tiers;

  test.each([
    ['es', 'Oro'],
    ['es-MX', 'Oro mexicano'],
    ['es-AR', 'Oro'],
    ['de', 'Gold'],
    ['de-AT', 'Gold'],
    [undefined, 'Gold'],
  ])('in %s is %s', (locale, name) => {
    expect(tierName(gold!, locale)).toBe(name);
  });
});

describe('a fingerprint', () => {
  test('of the same content is the same, in whatever order objects were written', () => {
    expect(fingerprint({ a: 1, b: { c: [1, 2], d: null } })).toBe(fingerprint({ b: { d: null, c: [1, 2] }, a: 1 }));
  });

  test.each<[unknown, unknown]>([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    ['1', 1],
    ['é', 'e'],
    [{}, []],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
  ])('of %j is not that of %j', (a, b) => {
    expect(fingerprint(a)).not.toBe(fingerprint(b));
  });

  /** Worked out by the algorithm's text. */
  const fnv = (bytes: Iterable<number>) => {
    let hash = 0xcbf29ce484222325n;
    for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) % 2n ** 64n;
    return hash.toString(36);
  };

  test('is that of FNV-1a', () => {
    // The JSON text of "a" is the three bytes 22 61 22.
    expect(fingerprint('a')).toBe(fnv([0x22, 0x61, 0x22]));
  });

  test('is that of the JSON whose names are in order: by another, every member would be rebuilt', () => {
    expect(fingerprint({ b: [2, { d: 4, c: 3 }], a: 1 })).toBe(fnv(Buffer.from('{"a":1,"b":[2,{"c":3,"d":4}]}')));
  });
});

describe('two contents', () => {
  test.each<[unknown, unknown]>([
    [
      { a: 1, b: { c: [1, 2], d: null } },
      { b: { d: null, c: [1, 2] }, a: 1 },
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
    [[], []],
    [null, null],
  ])('%j and %j are the same', (a, b) => {
    expect(hasSameContent(a, b)).toBe(true);
  });

  test.each<[unknown, unknown]>([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: '1' }],
    [{ a: null }, {}],
    [
      [1, 2],
      [2, 1],
    ],
  ])('%j and %j are not the same', (a, b) => {
    expect(hasSameContent(a, b)).toBe(false);
  });
});
