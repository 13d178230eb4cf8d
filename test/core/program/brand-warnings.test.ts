import { describe, expect, test } from 'vitest';
import { describeWarnings, readBrand } from '../../../core/program/read-brand.ts';
import { EXAMPLE_PROGRAM } from '../../support/program.ts';

// biome-ignore lint/suspicious/noExplicitAny: a brand's file as somebody might have written it
type Json = any;

function read(change: (brand: Json) => void) {
  const brand: Json = {
    brand: 'acme',
    name: 'Acme',
    account: '123456789012',
    region: 'eu-west-1',
    program: structuredClone(EXAMPLE_PROGRAM),
    notifications: { email: { enabled: true, from: 'Acme <hello@acme.net>' } },
  };
  change(brand);
  return readBrand(brand, 'acme');
}

const warningsAfter = (change: (brand: Json) => void) => describeWarnings(read(change).warnings);

test('a file that says what is meant has no warning', () => {
  expect(read(() => {})).toMatchObject({ ok: true, warnings: [] });
});

test('an account that nobody filled in is warned of, and refused by nothing', () => {
  const reading = read((b) => (b.account = '000000000000'));
  expect(reading.ok).toBe(true);
  expect(describeWarnings(reading.warnings)).toEqual([
    'account: given "000000000000"; expected: the 12 digits of your AWS account. This is a placeholder: change it before you deploy.',
  ]);
});

describe('a sender', () => {
  const from = (sender: Json, enabled: Json = true) =>
    warningsAfter((b) => (b.notifications.email = { enabled, from: sender }));

  test.each(['Acme <hello@acme.example>', 'hello@example.com', 'a@mail.example.org', 'a@b.test', 'a@b.invalid'])(
    '%s is warned of, as nobody can own its domain',
    (sender) => {
      expect(from(sender)).toEqual([
        `notifications.email.from: given ${JSON.stringify(sender)}; expected: an address that Amazon SES may send from. Its domain is reserved for examples: change it before you deploy.`,
      ]);
    },
  );

  test.each(['Acme <hello@acme.net>', 'a@myexample.com', 'a@example.shop', 'Test <a@test.org>'])(
    '%s is not',
    (sender) => {
      expect(from(sender)).toEqual([]);
    },
  );

  test('is not warned of where it is not used, or cannot be read', () => {
    expect(from('hello@acme.example', false)).toEqual([]);
    expect(from(7)).toEqual([]);
  });
});

describe('a promotion', () => {
  const PURCHASE = { type: 'purchase' };
  const promotion = (more: Json): Json => ({
    id: 'p',
    trigger: { on: 'transaction', where: PURCHASE },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    ...more,
  });
  const warningsOf = (more: Json, program: Json = {}) =>
    warningsAfter((b) =>
      Object.assign(b.program, { launchedOn: '2026-03-01', promotions: [promotion(more)] }, program),
    );
  const where = (...conditions: Json[]) => ({
    trigger: { on: 'transaction', where: { all: [PURCHASE, ...conditions] } },
  });
  const occurred = (test: Json) => ({ field: 'occurredAt', ...test });
  const over = 'The promotion was over before the program began: take it out, or correct the date.';
  const P = 'program.promotions[0]';

  test.each<[string, Json, string, Json?]>([
    [
      'by its date',
      { expiry: { type: 'date', date: '2026-02-28' } },
      `${P}.expiry.date: given "2026-02-28"; expected: an end after the start of 2026-03-01, as program.launchedOn says. ${over}`,
    ],
    [
      'as the program began',
      { expiry: { type: 'date', date: '2026-03-01' } },
      `${P}.expiry.date: given "2026-03-01"; expected: an end after the start of 2026-03-01, as program.launchedOn says. ${over}`,
    ],
    [
      'on the last day before, of which the program counts the whole',
      { expiry: { type: 'date', date: '2026-02-28' } },
      `${P}.expiry.date: given "2026-02-28"; expected: an end after the start of 2026-03-01, as program.launchedOn says. ${over}`,
      { expiryBoundary: 'endOfDay' },
    ],
    [
      'by its instant, for new members',
      { trigger: { on: 'enrolment' }, expiry: { type: 'instant', at: '2026-02-28T23:00:00Z' } },
      `${P}.expiry.at: given "2026-02-28T23:00:00Z"; expected: an end after the start of 2026-03-01, as program.launchedOn says. ${over}`,
    ],
    [
      'by its trigger',
      where(occurred({ before: '2026-03-01' })),
      `${P}.trigger.where.all[1]: given {"field":"occurredAt","before":"2026-03-01"}; expected: a condition that transactions can meet on or after 2026-03-01, as program.launchedOn says. ${over}`,
    ],
    [
      'by each of its triggers',
      where({ any: [occurred({ before: '2025-01-01' }), occurred({ before: '2026-01-01' })] }),
      `${P}.trigger.where.all[1]: given {"any":[{"field":"occurredAt","before":"2025-01-01"},{"field":"occurredAt","b…; expected: a condition that transactions can meet on or after 2026-03-01, as program.launchedOn says. ${over}`,
    ],
  ])('that ended before the program began is warned of: %s', (_, more, warning, program) => {
    expect(warningsOf(more, program)).toEqual([warning]);
  });

  test.each<[string, Json, Json?]>([
    ['that ends on the first day', { expiry: { type: 'date', date: '2026-03-02' } }],
    [
      'that ends with the first day, of which the program counts the whole',
      { expiry: { type: 'date', date: '2026-03-01' } },
      { expiryBoundary: 'endOfDay' },
    ],
    ['that ends just after the start', { expiry: { type: 'instant', at: '2026-02-28T23:00:00.001Z' } }],
    ['whose trigger matches at the start', where(occurred({ before: '2026-03-01T00:00:00.001+01:00' }))],
    [
      'of which one trigger matches later',
      where({ any: [occurred({ before: '2025-01-01' }), { field: 'vip', equals: true }] }),
    ],
    ['without an end', {}],
    [
      'that ended long ago, of a program that does not say when it began',
      { expiry: { type: 'date', date: '1999-01-01' } },
      { launchedOn: undefined },
    ],
    [
      'of a program whose first day cannot be read',
      { expiry: { type: 'date', date: '1999-01-01' } },
      { launchedOn: 'soon' },
    ],
    ['of a program whose zone cannot be read', { expiry: { type: 'date', date: '1999-01-01' } }, { timeZone: 'Mars' }],
    ['whose trigger is refused, whenever it began', where({ type: 'bonus' }, occurred({ before: '2025-01-01' }))],
  ])('%s is not warned of', (_, more, program) => {
    expect(warningsOf(more, program)).toEqual([]);
  });

  test('that is refused is warned of as well, for what else is wrong with it', () => {
    const reading = read((b) => {
      b.program.launchedOn = '2026-03-01';
      b.program.promotions = [promotion({ action: 'promote', expiry: { type: 'date', date: '2025-01-01' } })];
    });
    expect(reading).toMatchObject({
      ok: false,
      problems: [{ place: `${P}.action` }],
      warnings: [{ place: `${P}.expiry.date` }],
    });
  });
});
