import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActionRecord } from '../../../core/actions/action-record.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { advanceMember, withGrants } from '../../../core/member/advance-member.ts';
import { countEntries } from '../../../core/member/count-entries.ts';
import { decideTierChange } from '../../../core/member/decide-tier-change.ts';
import type { Member } from '../../../core/member/member.ts';
import { unchanged } from '../../../core/member/member-update.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import { tierById } from '../../../core/program/program.ts';
import { earnedTier } from '../../../core/rules/qualification.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, memberWith, newMember, purchase, written } from '../members.ts';
import { actionThatGave, cap, floor } from './given.ts';

const PROGRAM = exampleProgram();
const YEAR_1 = '2026-05-02T10:00:00Z';
const YEAR_2 = '2027-05-02T10:00:00Z';
const END_OF_YEAR_1 = at('2026-12-31T23:00:00Z');
const END_OF_YEAR_2 = at('2027-12-31T23:00:00Z');

function memberAt(now: string, ledger: LedgerEntry[], program = PROGRAM): Member {
  return memberWith(ledger, program, at(now));
}

const points = (member: Member) => ({
  current: member.tally.previous.tier + member.tally.current.tier,
  carry: member.tally.current.tier,
});

describe("a cycle's end", () => {
  const first = entry(bonus('first', 1300), YEAR_1, PROGRAM);
  const second = entry(bonus('second', 3700), YEAR_2, PROGRAM);

  test.each([
    ['one millisecond below', END_OF_YEAR_1 - 1, 1300],
    ['on', END_OF_YEAR_1, 0],
    ['one millisecond above', END_OF_YEAR_1 + 1, 0],
  ])('is passed on its very millisecond: %s it', (_, now, carry) => {
    expect(points(advanceMember(memberAt(YEAR_1, [first]), PROGRAM, now).member).carry).toBe(carry);
  });

  test('E14: after a first cycle of 1300, current is 1300, carry 0, the tier Silver, in silence', () => {
    const { member, changes } = written(advanceMember(memberAt(YEAR_1, [first]), PROGRAM, END_OF_YEAR_1));
    expect(points(member)).toEqual({ current: 1300, carry: 0 });
    expect(member.tier).toEqual({ id: 'silver', since: at(YEAR_1) });
    expect(changes).toEqual([]);
  });

  test('E15: 3700 more in the second cycle make 5000, 3700 of them carried, and Gold', () => {
    const gold = memberAt(YEAR_2, [first, second]);
    expect(points(gold)).toEqual({ current: 5000, carry: 3700 });
    expect(gold.tier.id).toBe('gold');
  });

  test('E16: the next end leaves 3700, and moves Gold to Silver, announced', () => {
    const now = at('2028-03-01T00:00:00Z');
    const { member, changes } = written(advanceMember(memberAt(YEAR_2, [first, second]), PROGRAM, now));
    expect(points(member)).toEqual({ current: 3700, carry: 0 });
    expect(member.tier).toEqual({ id: 'silver', since: END_OF_YEAR_2 });
    expect(changes).toMatchObject([
      {
        from: { id: 'gold' },
        to: { id: 'silver' },
        cause: 'recalculation',
        direction: 'down',
        occurredAt: END_OF_YEAR_2,
        recordedAt: now,
        announced: true,
        points: 3700,
      },
    ]);
  });

  test('E17: with each year standing alone, 1300 and then 3700 stay Silver', () => {
    const carry = exampleProgram({ upgradeBasis: 'carry' });
    expect(memberAt(YEAR_2, [first, second], carry).tier.id).toBe('silver');
    const { member } = written(advanceMember(memberAt(YEAR_2, [first, second], carry), carry, END_OF_YEAR_2));
    expect(member.tier.id).toBe('silver');
  });

  test('E18: never comes in a program without cycles, even after years', () => {
    const program = exampleProgram({ cycle: { type: 'none' } });
    const silver = memberAt(YEAR_1, [first], program);
    expect(written(advanceMember(silver, program, at('2035-01-01T00:00:00Z')))).toEqual(written(unchanged(silver)));
  });

  test('E20: comes on the anniversary of the enrolment', () => {
    const program = exampleProgram({ cycle: { type: 'enrollment' } });
    const joined = newMember(program, at('2025-06-10T15:30:00Z'));
    const ledger = [entry(bonus('first', 1300), '2025-07-01T00:00:00Z', program)];
    const member = memberWith(ledger, program, at('2026-06-09T21:00:00Z'), joined);
    const anniversary = at('2026-06-09T22:00:00Z');
    expect(points(advanceMember(member, program, anniversary - 1).member)).toEqual({ current: 1300, carry: 1300 });
    expect(points(advanceMember(member, program, anniversary).member)).toEqual({ current: 1300, carry: 0 });
    const { changes } = written(advanceMember(member, program, at('2027-06-09T22:00:00Z')));
    expect(changes).toMatchObject([{ to: { id: 'bronze' }, occurredAt: at('2027-06-09T22:00:00Z') }]);
  });

  test('E42: several of them that nobody noticed are settled one after the other, each at its own moment', () => {
    const ledger = [entry(bonus('a', 5000), YEAR_1, PROGRAM), entry(bonus('b', 1000), YEAR_2, PROGRAM)];
    const { member, changes } = written(advanceMember(memberAt(YEAR_2, ledger), PROGRAM, at('2031-01-01T00:00:00Z')));
    expect(changes.map(({ sequence, from, to, occurredAt }) => [sequence, from.id, to.id, occurredAt])).toEqual([
      [2, 'gold', 'silver', END_OF_YEAR_2],
      [3, 'silver', 'bronze', at('2028-12-31T23:00:00Z')],
    ]);
    expect(points(member)).toEqual({ current: 0, carry: 0 });
    expect(written(advanceMember(member, PROGRAM, at('2031-01-01T00:00:00Z')))).toEqual(written(unchanged(member)));
  });

  test("starts the trackers of a cycle anew, and leaves a lifetime's alone", () => {
    const of = { type: 'bonus' as const };
    const program = exampleProgram({
      trackers: {
        year: { measure: 'count', of, over: 'cycle' },
        life: { measure: 'count', of, over: 'lifetime' },
      },
    });
    const { member } = written(advanceMember(memberAt(YEAR_1, [first], program), program, END_OF_YEAR_1));
    expect(member.tally).toMatchObject({
      previous: { trackers: [1000, 1000] },
      current: { trackers: [0, 0] },
      lifetimeTrackers: [1000, 1000],
    });
  });
});

test('who has a tier by what was counted in a cycle alone loses it when that cycle is over, however long nobody looks', () => {
  const program = exampleProgram({
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'gold', name: 'Gold', qualification: { all: [{ tracker: 'visits', atLeast: 1 }] } },
    ],
    trackers: { visits: { measure: 'count', of: { type: 'purchase' }, over: 'cycle' } },
  });
  const gold = memberAt(YEAR_1, [entry(purchase('visit', 0), YEAR_1, program)], program);
  const { member, changes } = written(advanceMember(gold, program, at('2031-01-01T00:00:00Z')));
  expect(changes).toMatchObject([
    { from: { id: 'gold' }, to: { id: 'bronze' }, cause: 'recalculation', occurredAt: END_OF_YEAR_2 },
  ]);
  expect(member.tally.cycle.end).toBe(at('2031-12-31T23:00:00Z'));
});

describe('a change', () => {
  const silver = memberAt(YEAR_1, [entry(bonus('first', 1300), YEAR_1, PROGRAM)]);
  const because = { cause: 'transaction' as const, at: at(YEAR_1), transactionId: 't' };

  test('is none where the points give the tier that is there', () => {
    expect(written(decideTierChange(silver, PROGRAM, { ...because, recordedAt: at(YEAR_1) }))).toEqual(
      written(unchanged(silver)),
    );
  });

  test('down between two recalculations is announced only where the brand wants it', () => {
    const less = { ...silver, tally: { ...silver.tally, current: { tier: 900, trackers: [] } } };
    const announced = (notifyOnRealtimeDowngrade: boolean) =>
      written(decideTierChange(less, PROGRAM, { ...because, recordedAt: at(YEAR_1) }), { notifyOnRealtimeDowngrade })
        .changes[0]?.announced;
    expect([announced(false), announced(true)]).toEqual([false, true]);
  });

  test('records the version of the program that judged it', () => {
    const stricter = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 1301 },
      ],
    });
    expect(stricter.version).not.toBe(PROGRAM.version);
    const { changes } = written(decideTierChange(silver, stricter, { ...because, recordedAt: at(YEAR_1) }));
    expect(changes).toMatchObject([{ to: { id: 'bronze' }, programVersion: stricter.version }]);
  });

  test('with basis `spend` tells points in units of the currency', () => {
    const program = exampleProgram({ basis: 'spend' });
    const bought = entry({ id: 'o', type: 'purchase', amountMinor: 100_050, currency: 'EUR' }, YEAR_1, program);
    const { changes } = written(
      decideTierChange({ ...newMember(program), tally: memberAt(YEAR_1, [bought], program).tally }, program, {
        ...because,
        recordedAt: at(YEAR_1),
      }),
    );
    expect(changes).toMatchObject([{ to: { id: 'silver' }, points: 1000.5, next: { id: 'gold', missing: 3999.5 } }]);
  });
});

describe('a change that several grants have a part in', () => {
  const AUGUST = '2026-07-31T22:00:00Z';
  const withPoints = (amount: number) =>
    memberAt(YEAR_1, amount > 0 ? [entry(bonus('a', amount), YEAR_1, PROGRAM)] : []);

  describe('when they end', () => {
    test.each<[string, string, string, number, Grant[], string]>([
      [
        'is put down to the higher of two tiers that end at once',
        'platinum',
        'bronze',
        0,
        [floor('lower', 'gold', { until: AUGUST }), floor('higher', 'platinum', { until: AUGUST })],
        'higher',
      ],
      [
        'is put down to the lower of two that held the member down',
        'bronze',
        'gold',
        5000,
        [cap('loose', 'silver', { until: AUGUST }), cap('tight', 'bronze', { until: AUGUST })],
        'tight',
      ],
      [
        'is put down to the tier that was given, and not to what did not hold it down',
        'gold',
        'bronze',
        0,
        [cap('high', 'platinum', { until: AUGUST }), floor('vip', 'gold', { until: AUGUST })],
        'vip',
      ],
      [
        'is put down to what held the member down, and not to what shows from then on',
        'silver',
        'gold',
        1300,
        [floor('vip', 'gold'), cap('penalty', 'silver', { until: AUGUST })],
        'penalty',
      ],
    ])('%s', (_, from, to, amount, grants, actionId) => {
      const member = withGrants(
        { ...withPoints(amount), tier: { id: from, since: at(YEAR_1) } },
        grants,
        at(YEAR_1),
        PROGRAM,
      );
      expect(written(advanceMember(member, PROGRAM, at(AUGUST))).changes).toMatchObject([
        { from: { id: from }, to: { id: to }, cause: 'grantEnd', actionId, occurredAt: at(AUGUST), announced: false },
      ]);
    });

    test('is none where the points give the tier, and the member is stored as if nothing had ever been given', () => {
      const { tally, counted } = withPoints(1300);
      const silver = { ...newMember(PROGRAM), tier: { id: 'silver', since: at(YEAR_1) }, tally, counted };
      const given = withGrants(silver, [floor('vip', 'silver', { until: AUGUST })], at(YEAR_1), PROGRAM);
      expect(written(advanceMember(given, PROGRAM, at(AUGUST)))).toStrictEqual({
        member: silver,
        changes: [],
        notices: [],
        actions: [],
      });
    });

    test('tells the promotion and the transaction behind it, and the member by the channels that it named for its end', () => {
      const trial = floor('promotion#trial#api#o-1', 'gold', {
        until: AUGUST,
        promotion: 'trial',
        transactionId: 'o-1',
        tellEnd: ['sms'],
      });
      const member = withGrants(
        { ...withPoints(0), tier: { id: 'gold', since: at(YEAR_1) } },
        [trial],
        at(YEAR_1),
        PROGRAM,
      );
      expect(written(advanceMember(member, PROGRAM, at(AUGUST))).changes).toMatchObject([
        {
          to: { id: 'bronze' },
          actionId: 'trial#api#o-1',
          promotion: 'trial',
          transactionId: 'o-1',
          announced: true,
          channels: ['sms'],
        },
      ]);
    });
  });

  describe('when actions were taken just now', () => {
    const NOW = at('2026-05-03T10:00:00Z');

    /** What comes of actions together: what they gave is among the grants, and what the member had before is told beside. */
    function taking(
      taken: ActionRecord[],
      {
        from,
        amount,
        cause = 'transaction',
        had = [],
      }: {
        from: string;
        amount: number;
        cause?: 'transaction' | 'tierAction';
        had?: Grant[];
      },
    ) {
      const lifted = taken.flatMap((record) => record.lifted ?? []);
      const grants = [...had.filter(({ key }) => !lifted.includes(key)), ...taken.flatMap(({ grant }) => grant ?? [])];
      const member = withGrants({ ...withPoints(amount), tier: { id: from, since: at(YEAR_1) } }, grants, NOW, PROGRAM);
      const because = { cause, at: NOW, transactionId: 'o-1', grantsBefore: had, taken };
      return written(decideTierChange(member, PROGRAM, { ...because, recordedAt: NOW })).changes;
    }

    const promoted = (promotion: string, tier: string) =>
      floor(`promotion#${promotion}#api#o-1`, tier, { promotion, transactionId: 'o-1' });

    test('is put down to the one that gave the tier', () => {
      const taken = [actionThatGave(promoted('small', 'silver')), actionThatGave(promoted('big', 'gold'))];
      const expected = [{ to: { id: 'gold' }, cause: 'tierAction', promotion: 'big', transactionId: 'o-1' }];
      expect(taking(taken, { from: 'bronze', amount: 0 })).toMatchObject(expected);
      expect(taking(taken.reverse(), { from: 'bronze', amount: 0 })).toMatchObject(expected);
    });

    test('is put down to the points, and told, where they give the same tier without any action', () => {
      const changes = taking([actionThatGave(promoted('small', 'silver'))], { from: 'bronze', amount: 1300 });
      expect(changes).toMatchObject([
        { to: { id: 'silver' }, cause: 'transaction', transactionId: 'o-1', announced: true },
      ]);
      expect(changes[0]).not.toHaveProperty('actionId');
    });

    test('is put down to the upgrade that lifts what held the member down, though the points give the tier from then on', () => {
      const penalty = cap('penalty', 'bronze');
      const record = actionThatGave(floor('sorry', 'silver', { until: AUGUST }), {
        lifted: ['penalty'],
        action: { notify: { channels: ['push'] } },
      });
      const without = { ...actionThatGave(floor('late', 'silver')), outcome: 'NO_CHANGE' as const };
      delete without.grant;
      const expected = [
        {
          from: { id: 'bronze' },
          to: { id: 'silver' },
          cause: 'tierAction',
          actionId: 'sorry',
          announced: true,
          channels: ['push'],
        },
      ];
      const before = { from: 'bronze', amount: 1300, cause: 'tierAction' as const, had: [penalty] };
      expect(taking([record], before)).toMatchObject(expected);
      expect(taking([record, without], before)).toMatchObject(expected);
    });

    test.each([
      ['as the grant tells it', { transactionId: 'api#o-7' }, { transactionId: 'o-7' }, 'o-7'],
      ['as the action named it, where the grant does not tell', { transactionId: 'o-8' }, {}, 'o-8'],
    ])('names the transaction of the action, %s', (_, action, grant, transactionId) => {
      const record = actionThatGave(floor('vip', 'gold', grant), { action });
      expect(taking([record], { from: 'bronze', amount: 0, cause: 'tierAction' })).toMatchObject([
        { to: { id: 'gold' }, actionId: 'vip', transactionId },
      ]);
    });

    test.each<[string, 'transaction' | 'tierAction', boolean]>([
      ['is told where a transaction would have raised the member anyway', 'transaction', true],
      ['is not told where only staff acted, and without a word', 'tierAction', false],
    ])('up %s', (_, cause, announced) => {
      const record = actionThatGave(floor('vip', 'gold'));
      expect(taking([record], { from: 'bronze', amount: 1300, cause })).toMatchObject([
        { to: { id: 'gold' }, cause: 'tierAction', actionId: 'vip', announced },
      ]);
    });

    test('down is not told where the action says nothing, though its transaction alone would have raised the member', () => {
      const record = actionThatGave(cap('promotion#fraud#api#o-1', 'bronze', { promotion: 'fraud' }));
      expect(taking([record], { from: 'silver', amount: 5200 })).toMatchObject([
        { from: { id: 'silver' }, to: { id: 'bronze' }, cause: 'tierAction', promotion: 'fraud', announced: false },
      ]);
    });
  });
});

test('R10: whatever happens to the thresholds, nobody falls before the end of the cycle by it, and everybody is judged by them there', () => {
  const ladder = (downgrade: ProgramFile['downgrade']) =>
    fc
      .uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 2, maxLength: 2 })
      .map((thresholds) => thresholds.sort((a, b) => a - b))
      .map(([silver, gold]) =>
        exampleProgram({
          ...(downgrade && { downgrade }),
          tiers: [
            { id: 'bronze', name: 'Bronze', threshold: 0 },
            { id: 'silver', name: 'Silver', threshold: silver! },
            { id: 'gold', name: 'Gold', threshold: gold! },
          ],
        }),
      );
  // R8: whenever and wherever they fall.
  const gains = fc
    .constantFrom<ProgramFile['downgrade'][]>(
      undefined,
      undefined,
      { target: 'oneBelow' },
      { target: 'base' },
      { timing: 'recalculation' },
      { timing: 'recalculation', target: 'oneBelow' },
      { timing: 'recalculation', target: 'base' },
    )
    .chain((downgrade) =>
      fc.array(fc.tuple(fc.integer({ min: 1, max: 150 }), ladder(downgrade)), { minLength: 1, maxLength: 6 }),
    );
  fc.assert(
    fc.property(fc.nat({ max: 300 }), fc.nat({ max: 300 }), gains, (lastYear, thisYear, happening) => {
      const ledger = [
        entry({ id: 'a', type: 'adjustment', points: lastYear }, '2025-05-02T10:00:00Z', PROGRAM),
        entry({ id: 'b', type: 'adjustment', points: thisYear }, YEAR_1, PROGRAM),
      ];
      let program = happening[0]![1];
      let member = memberAt(YEAR_1, ledger, program);
      happening.forEach(([points, edited], place) => {
        program = edited;
        const gain = entry(bonus(`g${place}`, points), `2026-05-03T10:00:0${place}Z`, program);
        const counting = countEntries(member, [gain], program, gain.recordedAt);
        if (counting.kind !== 'counted') throw new Error(`a gain is counted, not ${counting.kind}`);
        const rank = (id: string) => tierById(program, id)!.rank;
        expect(rank(counting.member.tier.id)).toBeGreaterThanOrEqual(rank(member.tier.id));
        expect(rank(counting.member.tier.id)).toBeGreaterThanOrEqual(earnedTier(program, counting.member.tally).rank);
        member = counting.member;
      });
      const { member: judged } = written(advanceMember(member, program, END_OF_YEAR_1));
      expect(judged.tier.id).toBe(earnedTier(program, judged.tally).id);
    }),
    { numRuns: 300 },
  );
});
