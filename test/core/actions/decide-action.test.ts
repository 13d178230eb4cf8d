import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decision, decideAction, type Present, recordOf } from '../../../core/actions/decide-action.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import type { ActionKind, ActionOrigin, Expiry, Strategy, TierAction } from '../../../core/actions/tier-action.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import { type Program, type Tier, tierById, tierRef } from '../../../core/program/program.ts';
import { visibleTier } from '../../../core/rules/visible-tier.ts';
import type { Instant } from '../../../core/time.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry } from '../members.ts';
import { TIERS_OF_GRANTS } from './grants.ts';

const DAY = 86_400_000;
/** Local noon of a day in winter; days are counted from its midnight. */
const NOW = at('2026-01-10T11:00:00Z');
const MIDNIGHT = at('2026-01-09T23:00:00Z');
const STAFF: ActionOrigin = { type: 'staff' };

const PROGRAM = exampleProgram();

/** `gold+5`: a floor of Gold until day 5; `silver_`: a cap of Silver for good; `silver_5!`: one that a purchase lifts. */
function grantsOf(text: string): Grant[] {
  return text.split(' ').flatMap((word): Grant[] => {
    const [, tier, sign, until, reassess] = /^([a-z]+)([+_])(\d*)(!?)$/.exec(word) ?? [];
    if (tier === undefined) return [];
    const grant: Grant = { key: word, kind: sign === '+' ? 'floor' : 'cap', tier, from: MIDNIGHT };
    if (reassess) grant.reassessFrom = MIDNIGHT;
    return [until ? { ...grant, until: MIDNIGHT + Number(until) * DAY } : grant];
  });
}

/** `upgrade gold 5`: for five days; `renew program`: without an expiry. */
function actionOf(text: string, more: Partial<TierAction> = {}): TierAction {
  const [action, target, days] = text.split(' ');
  const strategy: Strategy = target === 'program' ? { type: 'program' } : { type: 'specific', tier: target! };
  const expiry: Expiry | undefined = days ? { type: 'duration', amount: Number(days), unit: 'days' } : undefined;
  return { id: 'new', action: action as ActionKind, strategy, ...(expiry && { expiry }), ...more };
}

interface Situation {
  program?: Program;
  origin?: ActionOrigin;
  blocked?: boolean;
  from?: Instant;
  more?: Partial<TierAction>;
}

function decide(earned: string, grants: string, action: string, situation: Situation = {}): Decision {
  const { program = PROGRAM, origin = STAFF, blocked = false, from = NOW, more = {} } = situation;
  const list = grantsOf(grants);
  const tier = tierById(program, earned)!;
  const present: Present = {
    at: NOW,
    earned: tier,
    visible: visibleTier(tier, list, NOW, program),
    grants: list,
    enrolledAt: at('2025-06-10T15:30:00Z'),
    blocked,
  };
  return decideAction({ action: actionOf(action, more), origin, entry: undefined }, present, from, program);
}

/** The outcome, what is given and until which day, and what is lifted. */
function shown({ outcome, grant, until, lifted }: Decision): string {
  const day = (moment: Instant | null | undefined) =>
    moment === null || moment === undefined ? '' : (moment - MIDNIGHT) / DAY;
  const given = grant ? [`${grant.tier}${grant.kind === 'floor' ? '+' : '_'}${day(grant.until)}`] : [];
  const ends = until === undefined ? [] : [`ends ${day(until) || 'never'}`];
  return [outcome, ...given, ...ends, ...lifted.map((key) => `lifts ${key}`)].join(', ');
}

describe('R15: an upgrade', () => {
  test.each([
    ['E31: to a named tier, whatever is earned', 'bronze', '', 'upgrade platinum 5', 'APPLIED, platinum+5, ends 5'],
    ['to a named tier, for good', 'bronze', '', 'upgrade gold', 'APPLIED, gold+, ends never'],
    ['E32: to a lower tier', 'gold', '', 'upgrade silver 5', 'TARGET_NOT_HIGHER'],
    ['to the same tier, which is earned', 'gold', '', 'upgrade gold 5', 'TARGET_NOT_HIGHER'],
    ['to the base tier', 'bronze', '', 'upgrade bronze 5', 'TARGET_NOT_HIGHER'],
    ['over a lower floor', 'bronze', 'silver+9', 'upgrade gold 5', 'APPLIED, gold+5, ends 5'],
    ['R14: to the floor that is there, longer', 'bronze', 'gold+5', 'upgrade gold 9', 'EXTENDED, gold+9, ends 9'],
    ['R14: to the floor that is there, as long', 'bronze', 'gold+5', 'upgrade gold 5', 'EXTENDED, ends 5'],
    ['R14: to the floor that is there, shorter', 'bronze', 'gold+9', 'upgrade gold 5', 'EXTENDED, ends 9'],
    ['R14: to the floor that is there for good', 'bronze', 'gold+', 'upgrade gold 5', 'EXTENDED, ends never'],
    ['R14: to the floor that is there, for good', 'bronze', 'gold+5', 'upgrade gold', 'EXTENDED, gold+, ends never'],
    ['below a floor that ends sooner', 'bronze', 'platinum+5', 'upgrade gold 9', 'APPLIED, gold+9, ends 9'],
    ['below a floor that ends later', 'bronze', 'platinum+9', 'upgrade gold 5', 'TARGET_NOT_HIGHER'],
    ['below a floor that ends at the same moment', 'bronze', 'platinum+5', 'upgrade gold 5', 'TARGET_NOT_HIGHER'],
    ['below a floor, to what is earned', 'gold', 'platinum+5', 'upgrade gold 9', 'TARGET_NOT_HIGHER'],
    [
      'below two floors, of which one ends later',
      'bronze',
      'platinum+9 gold+20',
      'upgrade silver 15',
      'TARGET_NOT_HIGHER',
    ],
    ['of staff over a cap', 'gold', 'silver_9', 'upgrade gold 5', 'APPLIED, gold+5, ends 5, lifts silver_9'],
    [
      'below a higher floor that ends sooner, and over a lower one that ends later',
      'bronze',
      'platinum+5 silver+20',
      'upgrade gold 9',
      'APPLIED, gold+9, ends 9',
    ],
    [
      'of staff to one cap, over another',
      'platinum',
      'gold_9 bronze_5',
      'upgrade gold 3',
      'APPLIED, gold+3, ends 3, lifts bronze_5',
    ],
    ['of staff to the cap', 'gold', 'silver_9', 'upgrade silver 5', 'TARGET_NOT_HIGHER'],
    [
      'of staff over one cap of two',
      'platinum',
      'bronze_9 gold_5',
      'upgrade silver 5',
      'APPLIED, silver+5, ends 5, lifts bronze_9',
    ],
    [
      'of staff to a floor under a cap',
      'bronze',
      'gold+9 silver_9',
      'upgrade gold 5',
      'APPLIED, ends 9, lifts silver_9',
    ],
    ['to a tier that is none', 'bronze', '', 'upgrade diamond 5', 'UNKNOWN_TIER'],
    ['by the program, already there', 'silver', '', 'upgrade program 5', 'NO_CHANGE'],
    ['by the program, under a floor', 'bronze', 'gold+9', 'upgrade program 5', 'NO_CHANGE'],
    ['by the program, of the base tier', 'bronze', '', 'upgrade program', 'NO_CHANGE'],
    ['by the program, over a cap', 'gold', 'silver_9', 'upgrade program 5', 'APPLIED, gold+5, ends 5, lifts silver_9'],
  ])('%s: %s with %j, %s: %s', (_, earned, grants, action, expected) => {
    expect(shown(decide(earned, grants, action))).toBe(expected);
  });

  test("of a promotion lifts no cap of staff's", () => {
    const origin: ActionOrigin = { type: 'promotion', promotion: 'p' };
    expect(decide('gold', 'silver_9', 'upgrade gold 5', { origin }).lifted).toEqual([]);
  });

  test('of a promotion to a floor under a cap makes it longer, and shows nothing', () => {
    const origin: ActionOrigin = { type: 'promotion', promotion: 'p' };
    expect(shown(decide('bronze', 'gold+5 silver_9', 'upgrade gold 9', { origin }))).toBe('EXTENDED, gold+9, ends 9');
  });

  test("of a group is staff's", () => {
    const origin: ActionOrigin = { type: 'group', groupId: 'g' };
    const decision = decide('gold', 'silver_9', 'upgrade gold 5', { origin });
    expect(shown(decision)).toBe('APPLIED, gold+5, ends 5, lifts silver_9');
    expect(decision.grant?.key).toBe('group#g#new');
  });
});

describe('R15: a downgrade', () => {
  test.each([
    ['to a lower tier', 'gold', '', 'downgrade silver 5', 'APPLIED, silver_5, ends 5'],
    ['over two tiers', 'platinum', '', 'downgrade bronze 5', 'APPLIED, bronze_5, ends 5'],
    ['of what a floor gives', 'bronze', 'gold+9', 'downgrade silver 5', 'APPLIED, silver_5, ends 5'],
    ['to the same tier', 'gold', '', 'downgrade gold 5', 'TARGET_NOT_LOWER'],
    ['to a higher tier', 'silver', '', 'downgrade gold 5', 'TARGET_NOT_LOWER'],
    ['to the floor that is there', 'bronze', 'gold+9', 'downgrade gold 5', 'TARGET_NOT_LOWER'],
    ['to what is earned, below a cap above', 'silver', 'gold_9', 'downgrade silver 5', 'TARGET_NOT_LOWER'],
    [
      'to one of two caps, shorter than the other',
      'gold',
      'silver_5 silver_9',
      'downgrade silver 7',
      'EXTENDED, ends 9',
    ],
    [
      'to the cap that is there, longer',
      'gold',
      'silver_5',
      'downgrade silver 9',
      'EXTENDED, silver_9, ends 9, lifts silver_5',
    ],
    ['to the cap that is there, shorter', 'gold', 'silver_9', 'downgrade silver 5', 'EXTENDED, ends 9'],
    ['to the cap that is there, as long', 'gold', 'silver_9', 'downgrade silver 9', 'EXTENDED, ends 9'],
    ['below the cap that is there', 'gold', 'silver_9', 'downgrade bronze 5', 'APPLIED, bronze_5, ends 5'],
    ['above the cap that is there', 'platinum', 'silver_9', 'downgrade gold 20', 'TARGET_NOT_LOWER'],
    ['E33: of a base member, to a named tier', 'bronze', '', 'downgrade bronze 5', 'ALREADY_BASE'],
    ['E33: of a base member, by the program', 'bronze', '', 'downgrade program 5', 'ALREADY_BASE'],
    ['of a member whom a cap holds at the base tier', 'gold', 'bronze_9', 'downgrade bronze 20', 'ALREADY_BASE'],
    ['to a tier that is none', 'gold', '', 'downgrade diamond 5', 'UNKNOWN_TIER'],
    ['by the program, where the points give the tier', 'gold', '', 'downgrade program 5', 'NO_CHANGE'],
    ['by the program, where a floor gives it', 'silver', 'gold+9', 'downgrade program 5', 'APPLIED, silver_5, ends 5'],
    ['by the program, below a cap', 'gold', 'silver_9', 'downgrade program 5', 'NO_CHANGE'],
  ])('%s: %s with %j, %s: %s', (_, earned, grants, action, expected) => {
    expect(shown(decide(earned, grants, action))).toBe(expected);
  });

  test.each([
    ['longer, over one that no purchase lifts, leaves that', 'silver_5', 9, 'EXTENDED, silver_9, ends 9'],
    ['shorter, under one that no purchase lifts, is nothing', 'silver_9', 5, 'EXTENDED, ends 9'],
    ['longer, over one like it, takes its place', 'silver_5!', 9, 'EXTENDED, silver_9, ends 9, lifts silver_5!'],
    ['as long as one like it is nothing', 'silver_9!', 9, 'EXTENDED, ends 9'],
  ])('R17: one that the next purchase lifts, %s', (_, grants, lasts, expected) => {
    const more: Partial<TierAction> = { reassess: true };
    expect(shown(decide('gold', grants, `downgrade silver ${lasts}`, { more }))).toBe(expected);
  });

  test.each([
    ['takes the place of a shorter one', 'silver_5!', 9, 'EXTENDED, silver_9, ends 9, lifts silver_5!'],
    ['stands beside a longer one', 'silver_9!', 5, 'EXTENDED, silver_5, ends 9'],
  ])(
    'R17: one that no purchase lifts, where the next purchase lifts the one before, %s',
    (_, grants, lasts, expected) => {
      expect(shown(decide('gold', grants, `downgrade silver ${lasts}`))).toBe(expected);
    },
  );

  test.each([
    ['oneBelow', 'gold', '', 'APPLIED, silver_5, ends 5'],
    ['oneBelow', 'bronze', 'platinum+9', 'APPLIED, gold_5, ends 5'],
    ['oneBelow', 'platinum', 'silver_9', 'APPLIED, bronze_5, ends 5'],
    ['oneBelow', 'bronze', '', 'ALREADY_BASE'],
    ['base', 'gold', '', 'APPLIED, bronze_5, ends 5'],
    ['base', 'bronze', 'platinum+9', 'APPLIED, bronze_5, ends 5'],
    ['base', 'bronze', '', 'ALREADY_BASE'],
  ] as const)('R8: by a program that says %s: %s with %j: %s', (target, earned, grants, expected) => {
    const program = exampleProgram({ downgrade: { target } });
    expect(shown(decide(earned, grants, 'downgrade program 5', { program }))).toBe(expected);
  });

  test.each<[string, Partial<ProgramFile>, string | null]>([
    ['the year', { cycle: { type: 'calendar' } }, '2026-12-31T23:00:00Z'],
    ['the anniversary', { cycle: { type: 'enrollment' } }, '2026-06-09T22:00:00Z'],
    ['no cycle, and so never', { cycle: { type: 'none' } }, null],
  ])('without an expiry ends with %s', (_, file, end) => {
    const { until } = decide('gold', '', 'downgrade silver', { program: exampleProgram(file) });
    expect(until).toBe(end && at(end));
  });

  test('R17: is lifted by what is recorded since, only where it says so', () => {
    const reassessFrom = (more: Partial<TierAction>) =>
      decide('gold', '', 'downgrade silver 5', { more }).grant?.reassessFrom;
    expect(reassessFrom({})).toBeUndefined();
    expect(reassessFrom({ reassess: false })).toBeUndefined();
    expect(reassessFrom({ reassess: true })).toBe(NOW);
  });

  test('R17: is not lifted by the very transaction that fired it', () => {
    const fired = entry(bonus('b', 1), '2026-01-10T11:00:00Z', PROGRAM);
    const origin: ActionOrigin = { type: 'promotion', promotion: 'p' };
    const earned = tierById(PROGRAM, 'gold')!;
    const present: Present = { at: NOW, earned, visible: earned, grants: [], enrolledAt: 0, blocked: false };
    const action = actionOf('downgrade silver 5', { reassess: true });
    const { grant } = decideAction({ action, origin, entry: fired }, present, NOW, PROGRAM);
    expect(grant).toMatchObject({ reassessFrom: NOW + 1, promotion: 'p', transactionId: 'b' });
  });
});

describe('R18: a renewal', () => {
  test.each([
    ['of what is earned', 'gold', '', 'renew program 5', 'APPLIED, gold+5, ends 5'],
    ['of a floor, longer', 'bronze', 'gold+5', 'renew program 9', 'EXTENDED, gold+9, ends 9'],
    ['of a floor, shorter', 'bronze', 'gold+9', 'renew program 5', 'EXTENDED, ends 9'],
    ['of a floor that is there for good', 'bronze', 'gold+', 'renew program 5', 'EXTENDED, ends never'],
    ['of a lower tier, to come after', 'bronze', 'gold+5', 'renew silver 9', 'APPLIED, silver+9, ends 9'],
    ['of a higher tier', 'silver', '', 'renew gold 5', 'TARGET_NOT_LOWER'],
    ['of the tier that a cap leaves', 'gold', 'silver_9', 'renew program 5', 'APPLIED, silver+5, ends 5'],
    ['of the tier above the cap', 'gold', 'silver_9', 'renew gold 5', 'TARGET_NOT_LOWER'],
    ['of the base tier', 'bronze', '', 'renew program 5', 'ALREADY_BASE'],
    ['of the base tier, by its name', 'gold', '', 'renew bronze 5', 'ALREADY_BASE'],
    ['of a tier that is none', 'gold', '', 'renew diamond 5', 'UNKNOWN_TIER'],
  ])('%s: %s with %j, %s: %s', (_, earned, grants, action, expected) => {
    expect(shown(decide(earned, grants, action))).toBe(expected);
  });

  test.each<[string, Partial<ProgramFile>, string | null]>([
    ['the year after this', { cycle: { type: 'calendar' } }, '2027-12-31T23:00:00Z'],
    ['the anniversary after the next', { cycle: { type: 'enrollment' } }, '2027-06-09T22:00:00Z'],
    ['no cycle, and so never', { cycle: { type: 'none' } }, null],
  ])('without an expiry ends with %s', (_, file, end) => {
    const { until } = decide('gold', '', 'renew program', { program: exampleProgram(file) });
    expect(until).toBe(end && at(end));
  });

  test('of a higher tier says what to do instead', () => {
    expect(decide('silver', '', 'renew gold 5').why).toBe('A renewal never raises a tier. Use an upgrade for that.');
  });

  test('E38: on 1 September, for 90 days, of a tier that ends on 30 September, ends on 30 November', () => {
    const now = at('2026-09-01T09:00:00Z');
    const floor: Grant = { key: 'k', kind: 'floor', tier: 'gold', from: 0, until: at('2026-09-29T22:00:00Z') };
    const [earned, visible] = ['bronze', 'gold'].map((id) => tierById(PROGRAM, id)!) as [Tier, Tier];
    const present: Present = { at: NOW, earned, visible, grants: [floor], enrolledAt: 0, blocked: false };
    const decision = decideAction(
      { action: actionOf('renew program 90'), origin: STAFF, entry: undefined },
      { ...present, at: now },
      now,
      PROGRAM,
    );
    expect(decision).toMatchObject({ outcome: 'EXTENDED', until: at('2026-11-29T23:00:00Z') });
  });
});

describe('R10: a tier that is kept though thresholds rose', () => {
  const kept = (
    action: string,
    { file = {}, more = {} }: { file?: Partial<ProgramFile>; more?: Partial<TierAction> },
  ) => {
    const program = exampleProgram(file);
    const [earned, visible] = [tierById(program, 'bronze')!, tierById(program, 'gold')!];
    const present: Present = {
      at: NOW,
      earned,
      visible,
      grants: [],
      enrolledAt: at('2025-06-10T15:30:00Z'),
      blocked: false,
    };
    return decideAction({ action: actionOf(action, more), origin: STAFF, entry: undefined }, present, NOW, program);
  };
  const END = at('2026-12-31T23:00:00Z');

  test.each([
    ['sooner than the cycle', END - 1, END],
    ['with the cycle', END, END],
    ['later', END + 1, END + 1],
  ])('is not shortened by a renewal that ends %s', (_, until, end) => {
    const more: Partial<TierAction> = { expiry: { type: 'instant', at: until } };
    const decision = kept('renew program', { more });
    expect(decision).toMatchObject({ outcome: 'APPLIED', until: end, grant: { tier: 'gold', until: end } });
  });

  test('is for good where there are no cycles, and stays so', () => {
    const { grant, until } = kept('renew program 5', { file: { cycle: { type: 'none' } } });
    expect(until).toBeNull();
    expect(grant).toStrictEqual({ key: 'new', kind: 'floor', tier: 'gold', from: NOW });
  });

  test('lengthens no renewal of a lower tier', () => {
    expect(shown(kept('renew silver 5', {}))).toBe('APPLIED, silver+5, ends 5');
  });

  test('is higher than any that is given below it', () => {
    expect(shown(kept('upgrade silver 5', {}))).toBe('TARGET_NOT_HIGHER');
  });
});

test('a tier that points give is renewed as it is asked', () => {
  expect(shown(decide('gold', '', 'renew program 5'))).toBe('APPLIED, gold+5, ends 5');
});

describe('a grant holds what it needs, and nothing else', () => {
  test.each<[string, string, Partial<ProgramFile>, Partial<TierAction>, Partial<Grant>]>([
    ['bronze', 'upgrade gold', {}, {}, { kind: 'floor', tier: 'gold' }],
    ['bronze', 'upgrade gold', {}, { reassess: true }, { kind: 'floor', tier: 'gold' }],
    ['gold', 'renew gold', { cycle: { type: 'none' } }, {}, { kind: 'floor', tier: 'gold' }],
    ['gold', 'downgrade silver', { cycle: { type: 'none' } }, {}, { kind: 'cap', tier: 'silver' }],
    ['bronze', 'upgrade gold', {}, { notify: { channels: ['email'] } }, { kind: 'floor', tier: 'gold' }],
    [
      'bronze',
      'upgrade gold',
      {},
      { notify: { channels: ['email'], atEnd: true } },
      { kind: 'floor', tier: 'gold', tellEnd: ['email'] },
    ],
  ])('of %s, %s, with %j and %j: %j', (earned, action, file, more, expected) => {
    const { grant } = decide(earned, '', action, { program: exampleProgram(file), more });
    expect(grant).toStrictEqual({ key: 'new', from: NOW, ...expected });
  });
});

describe('what is kept of an action', () => {
  const [bronze, gold] = [tierById(PROGRAM, 'bronze')!, tierById(PROGRAM, 'gold')!];
  const kept = { memberId: 'm-1', key: 'new', origin: STAFF, outcome: 'NO_CHANGE', recordedAt: NOW };

  test('names the caps that it lifted, where it lifted some', () => {
    const action = actionOf('upgrade gold');
    const record = (lifted: string[]) =>
      recordOf('m-1', { action, origin: STAFF }, { outcome: 'NO_CHANGE', lifted }, NOW, {
        before: bronze,
        after: gold,
      });
    expect(record([])).toStrictEqual({ ...kept, action, from: tierRef(bronze), to: tierRef(gold) });
    expect(record(['a'])).toStrictEqual({ ...kept, action, from: tierRef(bronze), to: tierRef(gold), lifted: ['a'] });
  });

  test('has no tier where there is no member', () => {
    const record = recordOf(
      'm-1',
      { action: actionOf('upgrade gold'), origin: STAFF },
      { outcome: 'MEMBER_NOT_FOUND', lifted: [] },
      NOW,
      { before: undefined, after: undefined },
    );
    expect(record).toMatchObject({ from: null, to: null });
  });
});

describe('R15: a blocked member takes', () => {
  test.each([
    ['upgrade gold 5', 'MEMBER_BLOCKED'],
    ['upgrade silver 5', 'MEMBER_BLOCKED'],
    ['upgrade program', 'MEMBER_BLOCKED'],
    ['renew program 5', 'MEMBER_BLOCKED'],
    ['renew bronze 5', 'MEMBER_BLOCKED'],
    ['downgrade bronze 5', 'APPLIED'],
    ['downgrade gold 5', 'TARGET_NOT_LOWER'],
  ])('of %s: %s', (action, outcome) => {
    expect(decide('silver', '', action, { blocked: true }).outcome).toBe(outcome);
  });
});

describe('E30: an end that does not lie ahead gives nothing', () => {
  const instant = (moment: Instant): Partial<TierAction> => ({ expiry: { type: 'instant', at: moment } });

  test.each([
    [-1, 'EXPIRY_IN_PAST'],
    [0, 'EXPIRY_IN_PAST'],
    [1, 'APPLIED'],
  ])('%i ms after the change: %s', (ms, outcome) => {
    expect(decide('bronze', '', 'upgrade gold', { more: instant(NOW + ms) }).outcome).toBe(outcome);
    expect(decide('gold', '', 'downgrade silver', { more: instant(NOW + ms) }).outcome).toBe(outcome);
    expect(decide('gold', '', 'renew program', { more: instant(NOW + ms) }).outcome).toBe(outcome);
  });

  test.each([
    ['2026-01-09', 'EXPIRY_IN_PAST'],
    ['2026-01-10', 'EXPIRY_IN_PAST'],
    ['2026-01-11', 'APPLIED'],
  ])('the date %s: %s', (date, outcome) => {
    const more: Partial<TierAction> = { expiry: { type: 'date', date } };
    expect(decide('bronze', '', 'upgrade gold', { more }).outcome).toBe(outcome);
  });

  test('of a correction that took effect in the past, and was over by now', () => {
    const from = NOW - 10 * DAY;
    expect(decide('bronze', '', 'upgrade gold 9', { from }).outcome).toBe('EXPIRY_IN_PAST');
    expect(decide('bronze', '', 'upgrade gold 10', { from }).outcome).toBe('EXPIRY_IN_PAST');
    const decision = decide('bronze', '', 'upgrade gold 11', { from });
    expect(shown(decision)).toBe('APPLIED, gold+1, ends 1');
    expect(decision.grant?.from).toBe(from);
  });
});

test('R16: a field that tells no end gives no tier, and says why', () => {
  const more: Partial<TierAction> = { expiry: { type: 'fieldNumber', field: 'TrialPeriodDays', unit: 'days' } };
  expect(decide('bronze', '', 'upgrade gold', { more })).toEqual({
    outcome: 'FIELD_INVALID',
    why: expect.stringContaining('TrialPeriodDays'),
    lifted: [],
  });
});

const PROGRAMS = [
  PROGRAM,
  exampleProgram({ cycle: { type: 'none' }, downgrade: { target: 'oneBelow' } }),
  exampleProgram({ cycle: { type: 'enrollment' }, downgrade: { target: 'base' }, expiryBoundary: 'endOfDay' }),
];

/** Days around the moment of the decision, so that ends meet. */
const days = fc.integer({ min: 1, max: 8 });

/** What was given to a member before, part of it for a correction that is older than others. */
const given: fc.Arbitrary<Grant[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Grant['kind'][]>('floor', 'cap'),
      tier: fc.constantFrom(...TIERS_OF_GRANTS),
      ago: fc.integer({ min: 0, max: 4 }),
      lasts: fc.option(days, { nil: undefined }),
      reassessed: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((list) =>
    list.map(({ kind, tier, ago, lasts, reassessed }, place) => ({
      key: `k${place}`,
      kind,
      tier,
      from: MIDNIGHT - ago * DAY,
      ...(lasts !== undefined && { until: MIDNIGHT + lasts * DAY }),
      ...(kind === 'cap' && reassessed && { reassessFrom: MIDNIGHT - ago * DAY }),
    })),
  );

const expiries: fc.Arbitrary<Expiry | undefined> = fc.oneof(
  fc.constant(undefined),
  days.map((amount) => ({ type: 'duration' as const, amount, unit: 'days' as const })),
  fc.integer({ min: -2, max: 8 }).map((day) => ({ type: 'instant' as const, at: MIDNIGHT + day * DAY })),
  fc.integer({ min: -1, max: 1 }).map((ms) => ({ type: 'instant' as const, at: NOW + ms })),
);

const decisions = fc
  .record({
    program: fc.constantFrom(...PROGRAMS),
    earned: fc.integer({ min: 0, max: 3 }),
    grants: given,
    blocked: fc.constantFrom(false, false, false, true),
    kind: fc.constantFrom<ActionKind[]>('upgrade', 'downgrade', 'renew'),
    target: fc.constantFrom('program', 'bronze', 'silver', 'gold', 'platinum', 'diamond'),
    expiry: expiries,
    reassess: fc.boolean(),
    origin: fc.constantFrom<ActionOrigin[]>(STAFF, STAFF, { type: 'promotion', promotion: 'p' }),
    daysBack: fc.constantFrom(0, 0, 0, 1, 3),
  })
  .map(({ program, earned: rank, grants, blocked, kind, target, expiry, reassess, origin, daysBack }) => {
    const earned = program.tiers[rank]!;
    const visible = visibleTier(earned, grants, NOW, program);
    const present: Present = { at: NOW, earned, visible, grants, enrolledAt: NOW - 100 * DAY, blocked };
    const more = { ...(expiry && { expiry }), ...(reassess && { reassess }) };
    const action = actionOf(`${kind} ${target}`, more);
    const from = NOW - daysBack * DAY;
    const decision = decideAction({ action, origin, entry: undefined }, present, from, program);
    const { grant, lifted } = decision;
    const after = [...grants.filter(({ key }) => !lifted.includes(key)), ...(grant ? [grant] : [])];
    return { program, present, action, origin, decision, after };
  });

/** From the decision on: each moment at which something may end, and one between each two. */
const MOMENTS = [NOW, ...Array.from({ length: 20 }, (_, half) => MIDNIGHT + (half / 2 + 1) * DAY), NOW + 4000 * DAY];

/** What a transaction that is recorded a moment after the decision leaves of them (R17). */
const afterPurchase = (grants: readonly Grant[]) => grants.filter(({ reassessFrom }) => reassessFrom === undefined);

test('R15, R18: an upgrade or a renewal never lowers a member, at no moment, and a downgrade never raises one', () => {
  fc.assert(
    fc.property(decisions, ({ program, present, action, decision, after }) => {
      for (const purchased of [false, true]) {
        const [old, now] = purchased ? [afterPurchase(present.grants), afterPurchase(after)] : [present.grants, after];
        for (const moment of MOMENTS) {
          const before = visibleTier(present.earned, old, moment, program).rank;
          const rank = visibleTier(present.earned, now, moment, program).rank;
          if (action.action === 'downgrade') expect(rank, decision.outcome).toBeLessThanOrEqual(before);
          else expect(rank, decision.outcome).toBeGreaterThanOrEqual(before);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('an action that gives something gives it at once, and until it ends', () => {
  fc.assert(
    fc.property(decisions, ({ program, present, action, origin, decision, after }) => {
      const { outcome, until } = decision;
      if (outcome !== 'APPLIED' && outcome !== 'EXTENDED') return;
      expect(until).toBeDefined();
      const { strategy } = action;
      const target =
        strategy.type === 'specific'
          ? tierById(program, strategy.tier)!
          : decision.grant && tierById(program, decision.grant.tier)!;
      if (!target) return;
      const ownEnd = action.expiry?.type === 'instant' ? action.expiry.at : undefined;
      for (const moment of MOMENTS.filter((one) => one < (until ?? Number.POSITIVE_INFINITY))) {
        const rank = visibleTier(present.earned, after, moment, program).rank;
        if (action.action === 'downgrade') {
          expect(rank).toBeLessThanOrEqual(target.rank);
          // R17: what was not given to be reassessed survives a purchase, at least until the end that was asked for.
          if (action.reassess || ownEnd === undefined || moment >= ownEnd) continue;
          const purchased = visibleTier(present.earned, afterPurchase(after), moment, program).rank;
          expect(purchased).toBeLessThanOrEqual(target.rank);
        } else if (action.action === 'upgrade' && origin.type === 'staff') {
          expect(rank).toBeGreaterThanOrEqual(target.rank);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('any other outcome gives nothing, and lifts nothing', () => {
  fc.assert(
    fc.property(decisions, ({ decision }) => {
      const { outcome, grant, until, lifted } = decision;
      if (outcome === 'APPLIED' || outcome === 'EXTENDED') return;
      expect({ grant, until, lifted }).toEqual({ grant: undefined, until: undefined, lifted: [] });
    }),
    { numRuns: 1000 },
  );
});

test('E30: the outcome is EXPIRY_IN_PAST exactly where the end does not lie ahead of the moment of the change', () => {
  fc.assert(
    fc.property(decisions, ({ action, decision }) => {
      const { outcome, grant } = decision;
      if (['UNKNOWN_TIER', 'MEMBER_BLOCKED', 'ALREADY_BASE'].includes(outcome)) return;
      if (grant?.until !== undefined) expect(grant.until).toBeGreaterThan(NOW);
      if (action.expiry?.type === 'instant') expect(outcome === 'EXPIRY_IN_PAST').toBe(action.expiry.at <= NOW);
    }),
    { numRuns: 1000 },
  );
});

test('R15: the outcome is what the rules say of the two tiers', () => {
  fc.assert(
    fc.property(decisions, ({ program, present, action, decision, after }) => {
      const { outcome } = decision;
      const { visible, earned, blocked, grants } = present;
      const base = program.tiers[0];
      const { strategy } = action;
      const named = strategy.type === 'specific' ? tierById(program, strategy.tier) : undefined;
      const unknown = strategy.type === 'specific' && !named;
      expect(outcome === 'UNKNOWN_TIER').toBe(unknown);
      if (unknown) return;
      expect(outcome === 'MEMBER_BLOCKED').toBe(blocked && action.action !== 'downgrade');
      if (blocked && action.action !== 'downgrade') return;
      const baseStays =
        action.action === 'downgrade' ? visible === base : action.action === 'renew' && (named ?? visible) === base;
      expect(outcome === 'ALREADY_BASE').toBe(baseStays);
      if (baseStays || outcome === 'EXPIRY_IN_PAST') return;
      const gives = outcome === 'APPLIED' || outcome === 'EXTENDED';
      if (action.action === 'upgrade') {
        if (!named) expect(outcome === 'NO_CHANGE').toBe(earned.rank <= visible.rank);
        if (named && named.rank > visible.rank) expect(gives).toBe(true);
        if (named && named.rank <= visible.rank && named.rank <= earned.rank && grants.length === 0) {
          expect(outcome).toBe('TARGET_NOT_HIGHER');
        }
      }
      if (action.action === 'downgrade') {
        if (named && named.rank < visible.rank) expect(gives).toBe(true);
        if (named && named.rank > visible.rank) expect(outcome).toBe('TARGET_NOT_LOWER');
        if (!named) expect(['NO_CHANGE', 'APPLIED', 'EXTENDED']).toContain(outcome);
      }
      if (action.action === 'renew')
        expect(outcome === 'TARGET_NOT_LOWER').toBe((named ?? visible).rank > visible.rank);
      // Only what was there can be extended.
      const isSame = (grant: Grant) => grant.kind === (action.action === 'downgrade' ? 'cap' : 'floor');
      if (outcome === 'EXTENDED') expect(grants.some(isSame)).toBe(true);
      if (outcome === 'NO_CHANGE' || !gives) expect(visibleTier(earned, after, NOW, program)).toBe(visible);
    }),
    { numRuns: 1000 },
  );
});
