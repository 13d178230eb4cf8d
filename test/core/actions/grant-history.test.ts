import { describe, expect, test } from 'vitest';
import type { ActionRecord } from '../../../core/actions/action-record.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import { grantHistory, grantsAt, reassesses } from '../../../core/actions/grant-history.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, type Facts } from '../members.ts';

const PROGRAM = exampleProgram();
const DAY = 86_400_000;
const MIDNIGHT = at('2026-05-01T00:00:00Z');
const day = (number: number) => MIDNIGHT + number * DAY;

const cap = (key: string, more: Partial<Grant> = {}): Grant => ({
  key,
  kind: 'cap',
  tier: 'silver',
  from: day(0),
  until: day(30),
  ...more,
});

/** What is kept of an action that was recorded on a day. */
function record(key: string, onDay: number, more: Partial<ActionRecord> = {}): ActionRecord {
  return {
    memberId: 'm-1',
    key,
    action: { id: key, action: 'downgrade', strategy: { type: 'program' } },
    origin: { type: 'staff' },
    outcome: 'APPLIED',
    recordedAt: day(onDay),
    from: null,
    to: null,
    ...more,
  };
}

/** A transaction of a day. */
const on = (number: number, facts: Facts): LedgerEntry => entry(facts, new Date(day(number)).toISOString(), PROGRAM);

const ends = (records: ActionRecord[], ledger: LedgerEntry[] = []) =>
  grantHistory(records, ledger, PROGRAM).map(({ key, until }) => `${key} ${(until! - MIDNIGHT) / DAY}`);

describe('the grants that actions gave', () => {
  test('end when they were to, where nothing happened to them: the very same ones', () => {
    const grant = cap('a');
    expect(grantHistory([record('a', 0, { grant })], [], PROGRAM)).toEqual([grant]);
    expect(grantHistory([record('a', 0, { grant })], [], PROGRAM)[0]).toBe(grant);
  });

  test('are none, of an action that gave nothing', () => {
    expect(grantHistory([record('a', 0, { outcome: 'NO_CHANGE' })], [], PROGRAM)).toEqual([]);
  });

  test('end when a later action lifted them', () => {
    const lifting = record('b', 5, { lifted: ['a'] });
    expect(ends([record('a', 0, { grant: cap('a') }), record('c', 0, { grant: cap('c') }), lifting])).toEqual([
      'a 5',
      'c 30',
    ]);
  });

  test('but not later than they were to', () => {
    expect(ends([record('a', 0, { grant: cap('a') }), record('b', 31, { lifted: ['a'] })])).toEqual(['a 30']);
  });

  test('come in the order in which they were recorded, those of one moment by their keys', () => {
    const records = [record('c', 2), record('b', 1), record('d', 1), record('a', 2)].map((one) => ({
      ...one,
      grant: cap(one.key),
    }));
    const order = ['b 30', 'd 30', 'a 30', 'c 30'];
    expect(ends(records)).toEqual(order);
    expect(ends([...records].reverse())).toEqual(order);
  });
});

describe('R17: a grant that is to be reassessed', () => {
  const reassessed = [record('a', 0, { grant: cap('a', { reassessFrom: day(3) }) })];

  test('ends with the first transaction with tier points that is recorded from then on, in whatever order they come', () => {
    const ledger = [on(9, bonus('c', 1)), on(4, bonus('b', 1)), on(2, bonus('a', 1))];
    expect(ends(reassessed, ledger)).toEqual(['a 4']);
    expect(ends(reassessed, [...ledger].reverse())).toEqual(['a 4']);
  });

  test('lasts where there is none', () => {
    expect(ends(reassessed)).toEqual(['a 30']);
    expect(ends(reassessed, [on(2, bonus('a', 1))])).toEqual(['a 30']);
  });

  test('one that is not to be is lifted by none', () => {
    expect(ends([record('a', 0, { grant: cap('a') })], [on(4, bonus('b', 1))])).toEqual(['a 30']);
  });

  test.each<[string, Facts, boolean]>([
    ['a point', bonus('b', 1), true],
    ['a purchase without points', { id: 'p', type: 'purchase', points: 0 }, false],
    ['points that are taken', { id: 'x', type: 'adjustment', points: -1 }, false],
    ['a redemption', { id: 'r', type: 'redemption', points: 5 }, false],
  ])('is lifted by what gives tier points: %s', (_, facts, lifts) => {
    expect(reassesses(on(3, facts), day(3), PROGRAM)).toBe(lifts);
    expect(reassesses(on(3, facts), day(3) + 1, PROGRAM)).toBe(false);
  });
});

describe('what a history leaves on the member', () => {
  const history = [cap('a'), cap('b', { from: day(2), until: day(4) })];

  test.each([
    [day(0) - 1, []],
    [day(0), ['a']],
    [day(2) - 1, ['a']],
    [day(2), ['a', 'b']],
    [day(4) - 1, ['a', 'b']],
    [day(4), ['a']],
    [day(30), []],
  ])('at %i is what is live then: %j', (moment, keys) => {
    expect(grantsAt(history, moment).map(({ key }) => key)).toEqual(keys);
  });

  test('of the floors of one tier, is the one that ends last', () => {
    const floors = [
      cap('a', { kind: 'floor' }),
      cap('b', { kind: 'floor', until: day(31) }),
      cap('c', { kind: 'floor' }),
    ];
    expect(grantsAt(floors, day(1)).map(({ key }) => key)).toEqual(['b']);
  });
});
