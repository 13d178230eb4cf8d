/** Random lives in which staff, groups and promotions act on the member's tier, and timers are punctual, late, doubled or missing. */
import fc from 'fast-check';
import type { ActionKind, ActionOrigin } from '../../../core/actions/tier-action.ts';
import type { FieldValue, Transaction } from '../../../core/ledger/transaction.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import type { Program } from '../../../core/program/program.ts';
import { HOUR_MS } from '../../../core/time.ts';
import { PROMOTIONS } from '../../../proof/simulation/promotions.ts';
import { exampleProgram } from '../../support/program.ts';
import { PROGRAM_FILES, transactions } from '../histories.ts';
import { anEvent, type Death, type Decided, type Event } from '../lives.ts';

const DAY_MS = 24 * HOUR_MS;

const SETTINGS: Partial<ProgramFile>[] = [
  { downgrade: { target: 'qualified' } },
  { downgrade: { target: 'oneBelow' }, expiryBoundary: 'endOfDay', reminders: { daysBefore: [3, 1], notify: true } },
  { downgrade: { target: 'base' }, reminders: { daysBefore: [] } },
];

export interface Rulebook {
  file: ProgramFile;
  program: Program;
}

/** Every kind of rulebook, with promotions and without. */
export const RULEBOOKS: Rulebook[] = [false, true].flatMap((promotes) =>
  PROGRAM_FILES.map((file, place) => {
    const whole = { ...SETTINGS[place % SETTINGS.length], ...file, ...(promotes && { promotions: PROMOTIONS }) };
    return {
      file: { timeZone: 'Europe/Madrid', currency: 'EUR', ...whole } as ProgramFile,
      program: exampleProgram(whole),
    };
  }),
);

const TIERS = ['bronze', 'silver', 'gold', 'platinum'];

const fields: fc.Arbitrary<Record<string, FieldValue>> = fc.record(
  {
    kind: fc.constantFrom('visit', 'other'),
    nights: fc.constantFrom(0.1, 1, 2.5, 'two'),
    trialDays: fc.constantFrom<FieldValue[]>(1, 2, 30, '60', 400, 0, 4.7, 'abc'),
    checkOut: fc.constantFrom('2025-11-02', '2025-12-31', '2026-03-29', '2026-11-15T22:30:00Z', '2028-02-29', 'soon'),
  },
  { requiredKeys: [] },
);

const expiries: fc.Arbitrary<Decided['expiry']> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(1, 2, 3, 10, 10, 30, 200)
      .map((amount) => ({ type: 'duration' as const, amount, unit: 'days' as const })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(1, 2, 14)
      .map((amount) => ({ type: 'duration' as const, amount, unit: 'months' as const })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(-1, 0, 1, 2, 10, 10, 60).map((inDays) => ({ type: 'date' as const, inDays })),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(-1, 0, 1, 1000, HOUR_MS, 3 * DAY_MS, 3 * DAY_MS, 10 * DAY_MS, 40 * DAY_MS)
      .map((inMs) => ({ type: 'instant' as const, inMs })),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'fieldNumber' as const, field: 'trialDays', unit: 'days' as const }) },
  {
    weight: 1,
    arbitrary: fc.constant({
      type: 'fieldDate' as const,
      field: 'checkOut',
      plus: { amount: 10, unit: 'days' as const },
    }),
  },
);

const decisions: fc.Arbitrary<Decided> = fc
  .record({
    id: fc.nat({ max: 30 }).map((number) => `a${number}`),
    action: fc.constantFrom<ActionKind[]>('upgrade', 'upgrade', 'downgrade', 'downgrade', 'renew'),
    target: fc.constantFrom('program', 'program', ...TIERS, ...TIERS, ...TIERS, 'gold', 'platinum', 'diamond'),
    expiry: expiries,
    msBack: fc.constantFrom(undefined, undefined, undefined, undefined, 0, 1000, HOUR_MS, 20 * DAY_MS, 700 * DAY_MS),
    reassess: fc.boolean(),
    tells: fc.boolean(),
    transactionId: fc.constantFrom('a', 'b', 't3', 'api#c', 'none'),
  })
  .map(({ id, action, target, expiry, msBack, reassess, tells, transactionId }) => ({
    id,
    action,
    strategy: target === 'program' ? { type: 'program' } : { type: 'specific', tier: target },
    ...(expiry && { expiry }),
    ...(expiry?.type.startsWith('field') && { transactionId }),
    ...(msBack !== undefined && { msBack }),
    ...(reassess && action === 'downgrade' && { reassess }),
    ...(tells && { notify: { channels: ['email'], atEnd: true } }),
  }));

const clock = fc.constantFrom(0, 0, 0, -1, 1, -2000, 2000);
const deaths = fc.constantFrom<Death[]>('before the write', 'after the write');
const ORIGINS: ActionOrigin[] = [{ type: 'staff' }, { type: 'staff' }, { type: 'group', groupId: 'g' }];

const acts: fc.Arbitrary<Event> = fc.record(
  {
    does: fc.constant('act' as const),
    action: decisions,
    origin: fc.constantFrom(...ORIGINS),
    clock,
    sideBySide: fc.constantFrom(1, 1, 1, 2),
    dies: deaths,
  },
  { requiredKeys: ['does', 'action', 'origin', 'clock', 'sideBySide'] },
);

export const wakes: fc.Arbitrary<Event> = fc.record(
  { does: fc.constant('wake' as const), clock, dies: deaths },
  { requiredKeys: ['does', 'clock'] },
);

const waits: fc.Arbitrary<Event> = fc.record({
  does: fc.constant('wait for what is due' as const),
  ms: fc.constantFrom(-1000, -1, 0, 0, 1, 1000),
});

const others: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ does: fc.constant('act again' as const), place: fc.nat({ max: 20 }), clock }),
  fc.record({ does: fc.constant('block' as const), blocked: fc.boolean() }),
  fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(3 * DAY_MS, 31 * DAY_MS) }),
);

/** Every kind of transaction, some with fields that promotions and actions look at. */
export function anyTransaction(program: Program): fc.Arbitrary<Transaction> {
  return fc
    .tuple(transactions(program, 'few'), fc.option(fields, { nil: undefined }))
    .map(([transaction, more]) => (more ? { ...transaction, fields: more } : transaction));
}

/** What happens in every life, some of it with fields that promotions and actions look at. */
function anythingElse(program: Program): fc.Arbitrary<Event> {
  return fc
    .tuple(anEvent(program, 'few'), fc.option(fields, { nil: undefined }))
    .map(([event, more]) =>
      event.does === 'post' && more ? { ...event, transaction: { ...event.transaction, fields: more } } : event,
    );
}

export interface ManagedLife {
  /** Its place among them, for a counterexample to be read. */
  rulebook: number;
  enrolledFirst: boolean;
  happening: Event[];
  batch: number;
  backwards: boolean;
}

export const managedLives: fc.Arbitrary<ManagedLife> = fc.nat({ max: RULEBOOKS.length - 1 }).chain((rulebook) =>
  fc.record({
    rulebook: fc.constant(rulebook),
    enrolledFirst: fc.constantFrom(true, true, true, true, true, false),
    happening: fc.array(
      fc.oneof(
        { weight: 20, arbitrary: anythingElse(RULEBOOKS[rulebook]!.program) },
        { weight: 10, arbitrary: acts },
        { weight: 3, arbitrary: wakes },
        { weight: 4, arbitrary: waits },
        { weight: 3, arbitrary: others },
      ),
      { minLength: 3, maxLength: 30, size: 'max' },
    ),
    batch: fc.integer({ min: 1, max: 5 }),
    backwards: fc.boolean(),
  }),
);
