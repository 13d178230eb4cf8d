import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../core/program/problem.ts';
import { readBrand } from '../../../core/program/read-brand.ts';
import type { TransactionFilter } from '../../../core/program/transaction-filter.ts';
import { EXAMPLE_PROGRAM } from '../../support/program.ts';

// biome-ignore lint/suspicious/noExplicitAny: a brand's file as somebody might have written it
type Json = any;

const PURCHASE = { type: 'purchase' } as const;

/** An upgrade to Gold for a purchase, with something else in places. */
function promotion(more: Json = {}): Json {
  return {
    id: 'stay',
    trigger: { on: 'transaction', where: PURCHASE },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    ...more,
  };
}

const CHANNELS = {
  push: { enabled: true },
  email: { enabled: true, from: 'hello@acme.example' },
  sms: { enabled: true },
};

function problemsOf(promotions: Json, program: Json = {}, notifications: Json = CHANNELS): Problem[] {
  const reading = readBrand({
    brand: 'acme',
    name: 'Acme',
    account: '123456789012',
    region: 'eu-west-1',
    program: { ...EXAMPLE_PROGRAM, promotions, ...program },
    notifications,
  });
  return reading.ok ? [] : reading.problems;
}

const onTransaction = (where: Json) => ({ trigger: { on: 'transaction', where } });
const onEnrolment = { trigger: { on: 'enrolment' } };
const to = (tier: string) => ({ strategy: { type: 'specific', tier } });
const byProgram = { strategy: { type: 'program' } };
const P = 'program.promotions[0]';

describe('a promotion is read', () => {
  test.each<[string, Json]>([
    ['as little as it must have', {}],
    ['an upgrade by the program', byProgram],
    ['a downgrade to the base tier', { action: 'downgrade', ...to('bronze') }],
    ['a downgrade by the program, until the next transaction', { action: 'downgrade', ...byProgram, reassess: true }],
    ['an upgrade to the top tier', to('platinum')],
    ['a renewal of the top tier', { action: 'renew', ...to('platinum') }],
    ['a renewal of what the member has', { action: 'renew', ...byProgram }],
    ['a welcome', onEnrolment],
    ['a welcome that ends', { ...onEnrolment, expiry: { type: 'date', date: '2026-12-31' } }],
    ['a date that may have passed', { expiry: { type: 'date', date: '1999-12-31' } }],
    ['a day', { expiry: { type: 'duration', amount: 1, unit: 'days' } }],
    ['ten years of days', { expiry: { type: 'duration', amount: 3650, unit: 'days' } }],
    ['ten years of months', { expiry: { type: 'duration', amount: 120, unit: 'months' } }],
    ['the date of a field', { expiry: { type: 'fieldDate', field: 'Out', plus: { amount: 0, unit: 'months' } } }],
    ['long after it', { expiry: { type: 'fieldDate', field: 'Out', plus: { amount: 3650, unit: 'days' } } }],
    ['the number of a field', { expiry: { type: 'fieldNumber', field: 'Days', unit: 'days' } }],
    ['the number of a field, in months', { expiry: { type: 'fieldNumber', field: 'Months', unit: 'months' } }],
    ['an instant', { expiry: { type: 'instant', at: '2026-12-31T22:00:00+01:00' } }],
    ['one channel', { notify: { channels: ['email'] } }],
    ['all channels', { notify: { channels: ['sms', 'push', 'email'], atEnd: true } }],
    ['a needless word on reassessment', { reassess: false }],
    ['a reason', { reason: 'Because' }],
  ])('with %s', (_, more) => {
    expect(problemsOf([promotion(more)])).toEqual([]);
  });

  test('beside others', () => {
    expect(problemsOf([promotion(), promotion({ id: 'other' })])).toEqual([]);
  });
});

describe('a promotion of another shape', () => {
  const change = { remedy: 'Change the value.' };
  const add = (description?: string) => ({
    given: 'nothing',
    remedy: description ? `Add it: ${description}` : 'Add it.',
  });
  const anew = { remedy: 'Write it as one of these.' };
  const date = { allowed: 'a date that exists, such as "2026-12-31"', ...change };
  const instant = { allowed: 'an instant with its offset, such as "2026-12-31T22:00:00+01:00"', ...change };
  const filter =
    'a filter: {type}, {field, equals | oneOf | atLeast | atMost | exists | before | after}, {all: […]} or {any: […]}';

  test.each<[string, Json, Problem]>([
    [
      'an id with capitals',
      { id: 'Stay' },
      {
        place: `${P}.id`,
        given: '"Stay"',
        allowed: 'lower-case letters, digits and hyphens, a letter first, 31 at most',
        ...change,
      },
    ],
    [
      'no id',
      { id: undefined },
      {
        place: `${P}.id`,
        allowed: 'a text in quotation marks',
        ...add('the promotion’s id, for good, as a member’s history shows it.'),
      },
    ],
    [
      'an unknown property',
      { points: 7 },
      {
        place: `${P}.points`,
        given: '7',
        allowed: 'one of the properties id, trigger, action, strategy, expiry, reassess, reason, notify',
        remedy: 'Remove it, or correct its spelling.',
      },
    ],
    [
      'no trigger',
      { trigger: undefined },
      {
        place: `${P}.trigger`,
        allowed: 'an object {on: "transaction", where} or {on: "enrolment"}',
        ...add('what fires the promotion.'),
      },
    ],
    [
      'a trigger that is none',
      { trigger: 'purchase' },
      {
        place: `${P}.trigger`,
        given: '"purchase"',
        allowed: 'an object {on: "transaction", where} or {on: "enrolment"}',
        ...change,
      },
    ],
    [
      'a trigger on something else',
      { trigger: { on: 'birthday' } },
      { place: `${P}.trigger.on`, given: '"birthday"', allowed: '"transaction" or "enrolment"', ...change },
    ],
    [
      'a trigger on nothing',
      { trigger: { where: PURCHASE } },
      { place: `${P}.trigger.on`, allowed: '"transaction" or "enrolment"', ...add() },
    ],
    [
      'a trigger without a filter',
      onTransaction(undefined),
      {
        place: `${P}.trigger.where`,
        allowed: filter,
        ...add('which transactions are meant, by one condition, or by several joined by "all" or "any".'),
      },
    ],
    [
      'a filter for an enrolment',
      { trigger: { on: 'enrolment', where: PURCHASE } },
      {
        place: `${P}.trigger.where`,
        given: '{"type":"purchase"}',
        allowed: 'only the property on',
        remedy: '"where" goes with "on": "transaction".',
      },
    ],
    [
      'a filter that is none, within others',
      onTransaction({ all: [PURCHASE, { any: [{ field: 'kind', is: 'stay' }] }] }),
      { place: `${P}.trigger.where.all[1].any[0]`, given: '{"field":"kind","is":"stay"}', allowed: filter, ...anew },
    ],
    [
      'a type that no transaction has',
      onTransaction({ type: 'order' }),
      {
        place: `${P}.trigger.where.type`,
        given: '"order"',
        allowed:
          '"purchase" or "refund" or "bonus" or "adjustment" or "tierAdjustment" or "redemption" or "redemptionReversal" or "expiry"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'another action',
      { action: 'promote' },
      {
        place: `${P}.action`,
        given: '"promote"',
        allowed: '"upgrade" or "downgrade" or "renew"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'no strategy',
      { strategy: undefined },
      {
        place: `${P}.strategy`,
        allowed: 'an object {type: "specific", tier} or {type: "program"}',
        ...add('which tier it leads to.'),
      },
    ],
    [
      'another strategy',
      { strategy: { type: 'next' } },
      { place: `${P}.strategy.type`, given: '"next"', allowed: 'a type of "specific" or "program"', ...change },
    ],
    [
      'a tier without a strategy',
      { strategy: { tier: 'gold' } },
      { place: `${P}.strategy.type`, allowed: 'a type of "specific" or "program"', ...add() },
    ],
    [
      'no tier for a specific one',
      { strategy: { type: 'specific' } },
      {
        place: `${P}.strategy.tier`,
        allowed: 'a text in quotation marks',
        ...add('the id of a tier of program.tiers.'),
      },
    ],
    [
      'a tier beside the program',
      { strategy: { type: 'program', tier: 'gold' } },
      {
        place: `${P}.strategy.tier`,
        given: '"gold"',
        allowed: 'only the property type',
        remedy: '"tier" goes with "type": "specific".',
      },
    ],
    [
      'another expiry',
      { expiry: { type: 'never' } },
      {
        place: `${P}.expiry.type`,
        given: '"never"',
        allowed: 'a type of "date", "duration", "fieldDate", "fieldNumber" or "instant"',
        ...change,
      },
    ],
    ...['2026-02-30', '2026-2-3', '31.12.2026', '2026-12-31T00:00:00Z', ''].map((given): [string, Json, Problem] => [
      `the date "${given}"`,
      { expiry: { type: 'date', date: given } },
      { place: `${P}.expiry.date`, given: `"${given}"`, ...date },
    ]),
    [
      'a date that is a number',
      { expiry: { type: 'date', date: 20261231 } },
      {
        place: `${P}.expiry.date`,
        given: '20261231',
        allowed: 'a text in quotation marks',
        remedy: 'Put it in quotation marks.',
      },
    ],
    ...['2026-12-31', '2026-12-31T22:00:00', '2026-12-32T22:00:00Z'].map((at): [string, Json, Problem] => [
      `the instant ${at}`,
      { expiry: { type: 'instant', at } },
      { place: `${P}.expiry.at`, given: `"${at}"`, ...instant },
    ]),
    [
      'no days',
      { expiry: { type: 'duration', amount: 0, unit: 'days' } },
      { place: `${P}.expiry.amount`, given: '0', allowed: 'at least 1', remedy: 'Raise it.' },
    ],
    [
      'half a month',
      { expiry: { type: 'duration', amount: 0.5, unit: 'months' } },
      { place: `${P}.expiry.amount`, given: '0.5', allowed: 'a whole number', ...change },
    ],
    [
      'more than ten years of days',
      { expiry: { type: 'duration', amount: 3651, unit: 'days' } },
      { place: `${P}.expiry.amount`, given: '3651', allowed: 'at most 3650', remedy: 'Lower it.' },
    ],
    [
      'more than ten years of months',
      { expiry: { type: 'duration', amount: 121, unit: 'months' } },
      { place: `${P}.expiry.amount`, given: '121', allowed: 'at most 120', remedy: 'Lower it.' },
    ],
    [
      'weeks',
      { expiry: { type: 'duration', amount: 1, unit: 'weeks' } },
      { place: `${P}.expiry.unit`, given: '"weeks"', allowed: '"days" or "months"', remedy: 'Take one of these.' },
    ],
    [
      'days before a date',
      { expiry: { type: 'fieldDate', field: 'Out', plus: { amount: -1, unit: 'days' } } },
      { place: `${P}.expiry.plus.amount`, given: '-1', allowed: 'at least 0', remedy: 'Raise it.' },
    ],
    [
      'too long after a date',
      { expiry: { type: 'fieldDate', field: 'Out', plus: { amount: 121, unit: 'months' } } },
      { place: `${P}.expiry.plus.amount`, given: '121', allowed: 'at most 120', remedy: 'Lower it.' },
    ],
    [
      'nothing after a date',
      { expiry: { type: 'fieldDate', field: 'Out' } },
      { place: `${P}.expiry.plus`, allowed: 'an object {amount, unit}', ...add('the period after that date.') },
    ],
    [
      'no field',
      { expiry: { type: 'fieldNumber', unit: 'days' } },
      { place: `${P}.expiry.field`, allowed: 'a text in quotation marks', ...add() },
    ],
    [
      'a field without a name',
      { expiry: { type: 'fieldNumber', field: '', unit: 'days' } },
      { place: `${P}.expiry.field`, given: '""', allowed: 'at least 1 character', remedy: 'Make it longer.' },
    ],
    [
      'no unit',
      { expiry: { type: 'fieldNumber', field: 'Days' } },
      {
        place: `${P}.expiry.unit`,
        allowed: '"days" or "months"',
        ...add('calendar days, or months. A month that is too short ends on its last day.'),
      },
    ],
    [
      'a reason of two lines',
      { reason: 'one\ntwo' },
      { place: `${P}.reason`, given: '"one\\ntwo"', allowed: 'one line, without control characters', ...change },
    ],
    [
      'no channel',
      { notify: { channels: [] } },
      { place: `${P}.notify.channels`, given: '[]', allowed: 'a list of at least 1', remedy: 'Add one.' },
    ],
    [
      'a channel twice',
      { notify: { channels: ['sms', 'sms'] } },
      { place: `${P}.notify.channels`, given: '["sms","sms"]', allowed: 'each channel once', ...change },
    ],
    [
      'another channel',
      { notify: { channels: ['fax'] } },
      {
        place: `${P}.notify.channels[0]`,
        given: '"fax"',
        allowed: '"push" or "email" or "sms"',
        remedy: 'Take one of these.',
      },
    ],
    [
      'an end that is told in words',
      { notify: { channels: ['sms'], atEnd: 'yes' } },
      { place: `${P}.notify.atEnd`, given: '"yes"', allowed: 'true or false', ...change },
    ],
  ])('%s is told with its place, the value, what is allowed, and what to do', (_, more, problem) => {
    expect(problemsOf([promotion(more)])).toEqual([problem]);
  });

  test('promotions that are no list', () => {
    expect(problemsOf(promotion())).toMatchObject([{ place: 'program.promotions', allowed: 'a list in [ ]' }]);
  });
});

describe('a promotion that can never work', () => {
  const impossible = { remedy: 'No transaction can match the trigger: correct the condition, or take it out.' };
  const field = { place: `${P}.expiry.field`, remedy: 'Name another field, or correct the trigger.' };
  const late = {
    allowed: 'an end after the transactions that trigger it: occurredAt is no earlier',
    remedy: 'Let it end later, or correct the trigger.',
  };
  const out = (name = 'Out') => ({
    expiry: { type: 'fieldDate', field: name, plus: { amount: 30, unit: 'days' } },
  });
  const days = (name = 'Days') => ({ expiry: { type: 'fieldNumber', field: name, unit: 'days' } });
  const noDate = {
    ...field,
    given: '"Out"',
    allowed: 'a field that can be a date: the trigger asks for transactions in which it is not',
  };
  const noNumber = {
    ...field,
    given: '"Days"',
    allowed:
      'a field that can be a whole number of days, and not too large a one: the trigger asks for transactions in which it is not',
  };

  test.each<[string, Json, Problem]>([
    [
      'a tier that is none',
      to('diamond'),
      {
        place: `${P}.strategy.tier`,
        given: '"diamond"',
        allowed: 'bronze, silver, gold, platinum',
        remedy: 'Name a tier of program.tiers.',
      },
    ],
    [
      'an upgrade to the base tier',
      to('bronze'),
      {
        place: `${P}.strategy.tier`,
        given: '"bronze"',
        allowed: 'a tier above the base tier, which everybody has',
        remedy: 'Name a higher tier.',
      },
    ],
    [
      'a downgrade to the top tier',
      { action: 'downgrade', ...to('platinum') },
      {
        place: `${P}.strategy.tier`,
        given: '"platinum"',
        allowed: 'a tier below the top tier, above which nobody is',
        remedy: 'Name a lower tier.',
      },
    ],
    [
      'a renewal of the base tier',
      { action: 'renew', ...to('bronze') },
      {
        place: `${P}.strategy.tier`,
        given: '"bronze"',
        allowed: 'a tier above the base tier, which never ends',
        remedy: 'Name a higher tier.',
      },
    ],
    ...['upgrade', 'renew'].map((action): [string, Json, Problem] => [
      `a reassessment of what is no downgrade: ${action}`,
      { action, reassess: true },
      {
        place: `${P}.reassess`,
        given: 'true',
        allowed: 'true only for a downgrade: nothing else is lifted by the next transaction',
        remedy: 'Leave it out.',
      },
    ]),
    ...['downgrade', 'renew'].map((action): [string, Json, Problem] => [
      `for new members, to ${action}`,
      { ...onEnrolment, action },
      {
        place: `${P}.action`,
        given: `"${action}"`,
        allowed: '"upgrade": a new member has the base tier, which cannot be lowered or renewed',
        remedy: 'Upgrade, or let a transaction trigger it.',
      },
    ]),
    [
      'for new members, by the program',
      { ...onEnrolment, ...byProgram },
      {
        place: `${P}.strategy.type`,
        given: '"program"',
        allowed: '"specific": the rules give a new member no more than the base tier',
        remedy: 'Name the tier that new members get.',
      },
    ],
    ...[out(), days()].map((expiry): [string, Json, Problem] => [
      `for new members, an end that a field tells: ${expiry.expiry.type}`,
      { ...onEnrolment, ...expiry },
      {
        place: `${P}.expiry.type`,
        given: `"${expiry.expiry.type}"`,
        allowed: '"date", "duration" or "instant": an enrolment has no transaction whose field could be read',
        remedy: 'Take another type, or let a transaction trigger it.',
      },
    ]),
    ...['occurredAt', 'amount', 'points', 'source', 'type'].map((name): [string, Json, Problem] => [
      `an end that ${name} tells, which is no field of the transaction's own`,
      out(name),
      {
        place: `${P}.expiry.field`,
        given: `"${name}"`,
        allowed: "a name of the transaction's own fields, which none of source, type, points, amount, occurredAt is",
        remedy: 'Name another field, or take another type of expiry.',
      },
    ]),
    ...[out(), days('Out')].map((expiry): [string, Json, Problem] => [
      `an end that a field tells which is not there: ${expiry.expiry.type}`,
      { ...onTransaction({ all: [PURCHASE, { field: 'Out', exists: false }] }), ...expiry },
      {
        ...field,
        given: '"Out"',
        allowed: 'a field that the transaction has: the trigger asks for transactions without it',
      },
    ]),
    ...(
      [
        { field: 'Out', equals: 'soon' },
        { field: 'Out', equals: 5 },
        { field: 'Out', equals: '2026-02-30' },
        { field: 'Out', oneOf: ['soon', true] },
        { field: 'Out', atLeast: 5 },
        { field: 'Out', atMost: 5 },
        {
          any: [
            { field: 'Out', equals: 'soon' },
            { field: 'Out', atLeast: 1 },
          ],
        },
      ] as TransactionFilter[]
    ).map((where): [string, Json, Problem] => [
      `a date in a field that is none: ${JSON.stringify(where)}`,
      { ...onTransaction(where), ...out() },
      noDate,
    ]),
    ...(
      [
        { field: 'Days', equals: 'abc' },
        { field: 'Days', equals: 0 },
        { field: 'Days', equals: 4.7 },
        { field: 'Days', equals: 3651 },
        { field: 'Days', equals: true },
        { field: 'Days', oneOf: [-5, 0, ''] },
        { field: 'Days', atMost: 0.5 },
        { field: 'Days', atLeast: 3650.5 },
        { field: 'Days', before: '2026-12-31' },
        { field: 'Days', after: '2026-12-31' },
        {
          all: [
            { field: 'Days', atLeast: 4.2 },
            { field: 'Days', atMost: 4.8 },
          ],
        },
      ] as TransactionFilter[]
    ).map((where): [string, Json, Problem] => [
      `a number in a field that is none: ${JSON.stringify(where)}`,
      { ...onTransaction(where), ...days() },
      noNumber,
    ]),
    [
      'an end before its trigger begins',
      {
        ...onTransaction({ all: [PURCHASE, { field: 'occurredAt', after: '2026-12-01' }] }),
        expiry: { type: 'date', date: '2026-11-30' },
      },
      { place: `${P}.expiry.date`, given: '"2026-11-30"', ...late },
    ],
    [
      'an end as its trigger begins',
      {
        ...onTransaction({ field: 'occurredAt', after: '2026-12-01' }),
        expiry: { type: 'date', date: '2026-12-01' },
      },
      { place: `${P}.expiry.date`, given: '"2026-12-01"', ...late },
    ],
    [
      'an instant as its trigger begins',
      {
        ...onTransaction({ field: 'occurredAt', after: '2026-12-01' }),
        expiry: { type: 'instant', at: '2026-11-30T23:00:00.001Z' },
      },
      { place: `${P}.expiry.at`, given: '"2026-11-30T23:00:00.001Z"', ...late },
    ],
    [
      'an instant at the very moment that triggers it',
      {
        ...onTransaction({ field: 'occurredAt', equals: '2026-12-01T00:00:00Z' }),
        expiry: { type: 'instant', at: '2026-12-01T00:00:00Z' },
      },
      { place: `${P}.expiry.at`, given: '"2026-12-01T00:00:00Z"', ...late },
    ],
    [
      'an end before each of its triggers begins',
      {
        ...onTransaction({
          any: [
            { field: 'occurredAt', after: '2026-12-01' },
            { all: [PURCHASE, { field: 'occurredAt', after: '2027-12-01' }] },
          ],
        }),
        expiry: { type: 'date', date: '2026-06-30' },
      },
      { place: `${P}.expiry.date`, given: '"2026-06-30"', ...late },
    ],
    [
      'a trigger that contradicts itself, told where it does',
      onTransaction({ all: [PURCHASE, { all: [{ type: 'bonus' }] }] }),
      {
        place: `${P}.trigger.where.all[1].all[0]`,
        given: '{"type":"bonus"}',
        allowed: 'what goes with {"type":"purchase"}: a transaction has one type',
        ...impossible,
      },
    ],
  ])('%s', (_, more, problem) => {
    expect(problemsOf([promotion(more)])).toEqual([problem]);
  });

  test('two of one id', () => {
    expect(problemsOf([promotion(), promotion({ id: 'other' }), promotion()])).toEqual([
      {
        place: 'program.promotions[2].id',
        given: '"stay"',
        allowed: 'an id that no other promotion has',
        remedy: 'Rename one of the two.',
      },
    ]);
  });

  test('a channel that the brand does not have, or has switched off', () => {
    const notify = { channels: ['email', 'push', 'sms'] };
    const off = { push: { enabled: true }, email: { enabled: false, from: 'hello@acme.example' } };
    const allowed = 'a channel that is on: push';
    expect(problemsOf([promotion({ notify })], {}, off)).toEqual([
      {
        place: `${P}.notify.channels[0]`,
        given: '"email"',
        allowed,
        remedy: 'Set notifications.email.enabled to true, or take the channel out.',
      },
      {
        place: `${P}.notify.channels[2]`,
        given: '"sms"',
        allowed,
        remedy: 'Add notifications.sms, or take the channel out.',
      },
    ]);
    expect(problemsOf([promotion({ notify: { channels: ['push'] } })], {}, {})).toEqual([
      {
        place: `${P}.notify.channels[0]`,
        given: '"push"',
        allowed: 'no channel, as none is on',
        remedy: 'Add notifications.push, or take the channel out.',
      },
    ]);
  });

  test.each<[string, Json, Json?]>([
    ['an end just after its trigger begins', { expiry: { type: 'date', date: '2026-12-02' } }],
    ['an instant just after its trigger begins', { expiry: { type: 'instant', at: '2026-11-30T23:00:00.002Z' } }],
    [
      'an end on the day on which its trigger begins, of which the program counts the whole',
      { expiry: { type: 'date', date: '2026-12-01' } },
      { expiryBoundary: 'endOfDay' },
    ],
    [
      'an end that is after some of its triggers',
      {
        expiry: { type: 'date', date: '2026-06-30' },
        ...onTransaction({ any: [{ field: 'occurredAt', after: '2026-12-01' }, PURCHASE] }),
      },
    ],
    ['a date in a field that has one', { ...out(), ...onTransaction({ field: 'Out', before: '2026-12-01' }) }],
    ['a date in a field that may be one', { ...out(), ...onTransaction({ field: 'Out', oneOf: [5, '2026-12-01'] }) }],
    ['a local time for a date', { ...out(), ...onTransaction({ field: 'Out', equals: '2026-12-01T10:00' }) }],
    ['a number in a field that has one', { ...days(), ...onTransaction({ field: 'Days', atLeast: 3649.5 }) }],
    ['a number in a field that may be one', { ...days(), ...onTransaction({ field: 'Days', oneOf: ['x', 1] }) }],
    ['a number that came as text', { ...days(), ...onTransaction({ field: 'Days', equals: '60' }) }],
    ['a field that is there', { ...days(), ...onTransaction({ field: 'Days', exists: true }) }],
    [
      'a field that is there in one of the cases',
      { ...days(), ...onTransaction({ any: [{ field: 'Days', exists: false }, PURCHASE] }) },
    ],
  ])('is not one with %s', (_, more, program) => {
    const where = { field: 'occurredAt', after: '2026-12-01' };
    expect(problemsOf([promotion({ ...onTransaction(where), ...more })], program)).toEqual([]);
  });

  test.each([out(), days(), { expiry: { type: 'date', date: '1999-01-01' } }])(
    'is told of the trigger alone where that contradicts itself, whatever its end is: %j',
    (expiry) => {
      const contradictory = onTransaction({ all: [PURCHASE, { type: 'bonus' }] });
      const problems = problemsOf([promotion({ ...contradictory, ...expiry })]);
      expect(problems.map(({ place }) => place)).toEqual([`${P}.trigger.where.all[1]`]);
    },
  );

  test('is told of everything at once, whatever is wrong beside it', () => {
    const places = (promotions: Json, program: Json = {}) => problemsOf(promotions, program).map(({ place }) => place);
    const contradictory = onTransaction({
      all: [PURCHASE, { type: 'bonus' }, { field: 'amount', equals: 'much' }, { field: 'source', exists: false }],
    });
    expect(
      places([promotion({ ...contradictory, ...to('bronze'), reassess: true, id: 'A' }), null, promotion(onEnrolment)]),
    ).toEqual([
      `${P}.id`,
      'program.promotions[1]',
      `${P}.strategy.tier`,
      `${P}.reassess`,
      `${P}.trigger.where.all[1]`,
      `${P}.trigger.where.all[2]`,
      `${P}.trigger.where.all[3]`,
    ]);
    // Where the ladder, the zone or the channels cannot be read, nothing is made up of them.
    expect(places([promotion({ notify: { channels: ['sms'] } })], { tiers: 7 })).toEqual(['program.tiers']);
    const dated = onTransaction({
      all: [
        { field: 'occurredAt', after: '2026-12-01T00:30:00+01:00' },
        { field: 'occurredAt', before: '2026-12-01' },
      ],
    });
    const ended = { expiry: { type: 'date', date: '1999-01-01' } };
    expect(places([promotion({ ...dated, ...ended })], { timeZone: 'Mars' })).toEqual(['program.timeZone']);
    expect(places([promotion({ ...contradictory, ...ended })], { timeZone: 'Mars' })).toEqual([
      'program.timeZone',
      `${P}.trigger.where.all[1]`,
      `${P}.trigger.where.all[2]`,
      `${P}.trigger.where.all[3]`,
    ]);
    for (const notifications of [7, null]) {
      const problems = problemsOf([promotion({ notify: { channels: ['sms'] } })], {}, notifications);
      expect(problems.map(({ place }) => place)).toEqual(['notifications']);
    }
    const onADate = onTransaction({ field: 'Out', equals: '2026-12-01' });
    expect(places([promotion({ ...onADate, ...out() })], { timeZone: 'Mars' })).toEqual(['program.timeZone']);
    // Nor of an action that is none.
    expect(places([promotion({ action: 'promote', reassess: true })])).toEqual([`${P}.action`]);
  });
});
