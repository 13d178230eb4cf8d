import { describe, expect, test } from 'vitest';
import { decidePromotions, MAX_DECIDED_AT_ONCE, promotionsOf } from '../../../core/actions/promotions.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import { exampleProgram } from '../../support/program.ts';
import { actionThatGave, floor } from '../member/given.ts';
import { at, bonus, entry, type Facts, newMember } from '../members.ts';

const TRIGGER = { on: 'transaction', where: { type: 'bonus' } } as const;
const EXPIRY = { type: 'duration', amount: 90, unit: 'days' } as const;
const TO_GOLD = { strategy: { type: 'specific', tier: 'gold' }, expiry: EXPIRY } as const;
const PROMOTIONS: ProgramFile['promotions'] = [
  { id: 'welcome', action: 'upgrade', ...TO_GOLD, trigger: { on: 'enrolment' } },
  { id: 'stay', action: 'upgrade', ...TO_GOLD, trigger: TRIGGER },
  { id: 'again', action: 'renew', strategy: { type: 'program' }, expiry: EXPIRY, trigger: TRIGGER },
];
const PROGRAM = exampleProgram({ promotions: PROMOTIONS });
const MOMENT = '2026-05-02T10:00:00Z';
const LATER = '2026-05-02T10:00:00.001Z';

/** A transaction that fired promotions when it was taken. */
const firing = (facts: Facts, when: string, ...promotions: string[]): LedgerEntry => ({
  ...entry(facts, when, PROGRAM),
  promotions,
});

function decided(entries: LedgerEntry[], member: Member = newMember(PROGRAM)) {
  return decidePromotions(member, { entries, actions: [] }, PROGRAM);
}

const told = (entries: LedgerEntry[], member?: Member) =>
  decided(entries, member).taken.map(({ key, outcome }) => `${key} ${outcome}`);

describe('a transaction fires the promotions', () => {
  test.each<[string, Facts, string[]]>([
    ['whose filters it matches', bonus('b', 1), ['stay', 'again']],
    ['and no others', { id: 'a', type: 'adjustment', points: 1 }, []],
  ])('%s', (_, facts, fired) => {
    expect(promotionsOf(entry(facts, MOMENT, PROGRAM), PROGRAM)).toEqual(fired);
  });
});

describe('what promotions fired is decided', () => {
  test('in the order of recording, and of one moment by its keys, whatever the order in which it comes', () => {
    const entries = [
      firing(bonus('c', 1), LATER, 'stay'),
      firing(bonus('b', 1), MOMENT, 'stay'),
      firing(bonus('d', 1), MOMENT, 'stay'),
      firing(bonus('a', 1), LATER, 'stay'),
    ];
    const keys = ['b', 'd', 'a', 'c'].map((id) => `promotion#stay#api#${id}`);
    expect(decided(entries).taken.map(({ key }) => key)).toEqual(keys);
    expect(decided([...entries].reverse()).taken.map(({ key }) => key)).toEqual(keys);
  });

  test('the enrollment’s among them', () => {
    const member = { ...newMember(PROGRAM), welcome: { promotions: ['welcome'], at: at(MOMENT) } };
    expect(told([firing(bonus('b', 1), LATER, 'stay')], member)).toEqual([
      'promotion#welcome APPLIED',
      'promotion#stay#api#b EXTENDED',
    ]);
    expect(told([])).toEqual([]);
  });

  test('once', () => {
    const entries = [firing(bonus('b', 1), MOMENT, 'stay')];
    const actions = decided(entries).taken;
    expect(actions).toHaveLength(1);
    expect(decidePromotions(newMember(PROGRAM), { entries, actions }, PROGRAM)).toEqual({
      taken: [],
      unfinished: false,
    });
  });

  test('and kept: which transaction fired it, and the tier before and after', () => {
    const silver = entry(bonus('s', 1000), '2026-05-02T09:00:00Z', PROGRAM);
    const [record] = decided([silver, firing(bonus('b', 1), MOMENT, 'stay')]).taken;
    expect(record).toMatchObject({
      action: { id: 'stay#api#b', transactionId: 'b' },
      from: { id: 'silver' },
      to: { id: 'gold' },
    });
    const member = { ...newMember(PROGRAM), welcome: { promotions: ['welcome'], at: at(MOMENT) } };
    const [welcome] = decided([], member).taken;
    expect(welcome!.action).toStrictEqual({ ...PROGRAM.promotions[0]!.action, id: 'welcome' });
    expect(welcome).toMatchObject({ from: { id: 'bronze' }, to: { id: 'gold' } });
  });

  test('not where the program has the promotion no more', () => {
    expect(told([firing(bonus('b', 1), MOMENT, 'gone', 'stay')])).toEqual(['promotion#stay#api#b APPLIED']);
  });
});

describe('a firing is judged by what was known when its transaction was recorded', () => {
  const renewing = (...others: LedgerEntry[]) => told([firing(bonus('a', 1), MOMENT, 'again'), ...others]);

  test.each<[string, LedgerEntry[], string]>([
    ['by its own points', [], 'ALREADY_BASE'],
    ['by those of a millisecond before', [entry(bonus('b', 1000), '2026-05-02T09:59:59.999Z', PROGRAM)], 'APPLIED'],
    ['not by those of the same moment', [entry(bonus('b', 1000), MOMENT, PROGRAM)], 'ALREADY_BASE'],
    ['nor by those of a millisecond later', [entry(bonus('b', 1000), LATER, PROGRAM)], 'ALREADY_BASE'],
    [
      'nor by those that happened before, and were recorded later',
      [{ ...entry(bonus('b', 1000), '2026-05-01T10:00:00Z', PROGRAM), recordedAt: at(LATER) }],
      'ALREADY_BASE',
    ],
  ])('%s', (_, others, outcome) => {
    expect(renewing(...others)).toEqual([`promotion#again#api#a ${outcome}`]);
  });

  test.each<[string, string, string]>([
    ['by the gift of staff that was given a millisecond before', '2026-05-02T09:59:59.999Z', 'EXTENDED'],
    ['not by the one that was given at the same moment', MOMENT, 'APPLIED'],
    ['nor by one that was given later, and has been in effect since before', LATER, 'APPLIED'],
  ])('%s', (_, recorded, outcome) => {
    const gift = actionThatGave(floor('gift', 'gold', { from: '2026-05-01T10:00:00Z' }), { recordedAt: at(recorded) });
    const entries = [firing(bonus('a', 1), MOMENT, 'stay')];
    const { taken } = decidePromotions(newMember(PROGRAM), { entries, actions: [gift] }, PROGRAM);
    expect(taken.map(({ key, outcome: of }) => `${key} ${of}`)).toEqual([`promotion#stay#api#a ${outcome}`]);
  });

  test('not by what another transaction of the same moment fired', () => {
    expect(told([firing(bonus('a', 1), MOMENT, 'stay'), firing(bonus('b', 1), MOMENT, 'stay')])).toEqual([
      'promotion#stay#api#a APPLIED',
      'promotion#stay#api#b APPLIED',
    ]);
  });

  test('its own points among it', () => {
    expect(told([firing(bonus('a', 1000), MOMENT, 'again')])).toEqual(['promotion#again#api#a APPLIED']);
  });
});

describe('one write takes so many', () => {
  const orders = (count: number) =>
    Array.from({ length: count }, (_, place) => firing(bonus(`o-${100 + place}`, 1), MOMENT, 'stay'));

  test.each([
    [MAX_DECIDED_AT_ONCE - 1, MAX_DECIDED_AT_ONCE - 1, false],
    [MAX_DECIDED_AT_ONCE, MAX_DECIDED_AT_ONCE, false],
    [MAX_DECIDED_AT_ONCE + 1, MAX_DECIDED_AT_ONCE, true],
  ])('of %i it decides %i, and says whether there are more: %s', (fired, taken, unfinished) => {
    const decision = decided(orders(fired));
    expect(decision.taken).toHaveLength(taken);
    expect(decision.unfinished).toBe(unfinished);
  });
});
