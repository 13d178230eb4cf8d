import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { countEntries } from '../../../core/member/count-entries.ts';
import type { Member } from '../../../core/member/member.ts';
import { bringUpTo, settle, unchanged } from '../../../core/member/settle.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import { tierById } from '../../../core/program/program.ts';
import { earnedTier } from '../../../core/tiers/earned-tier.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, memberWith, newMember, SILENT } from '../members.ts';

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
    expect(points(bringUpTo(now, memberAt(YEAR_1, [first]), PROGRAM, SILENT).member).carry).toBe(carry);
  });

  test('E14: after a first cycle of 1300, current is 1300, carry 0, the tier Silver, in silence', () => {
    const { member, changes } = bringUpTo(END_OF_YEAR_1, memberAt(YEAR_1, [first]), PROGRAM, SILENT);
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
    const { member, changes } = bringUpTo(now, memberAt(YEAR_2, [first, second]), PROGRAM, SILENT);
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
    const { member } = bringUpTo(END_OF_YEAR_2, memberAt(YEAR_2, [first, second], carry), carry, SILENT);
    expect(member.tier.id).toBe('silver');
  });

  test('E18: never comes in a program without cycles, even after years', () => {
    const program = exampleProgram({ cycle: { type: 'none' } });
    const silver = memberAt(YEAR_1, [first], program);
    expect(bringUpTo(at('2035-01-01T00:00:00Z'), silver, program, SILENT)).toEqual(unchanged(silver));
  });

  test('E20: comes on the anniversary of the enrolment', () => {
    const program = exampleProgram({ cycle: { type: 'enrollment' } });
    const joined = newMember(program, at('2025-06-10T15:30:00Z'));
    const ledger = [entry(bonus('first', 1300), '2025-07-01T00:00:00Z', program)];
    const member = memberWith(ledger, program, at('2026-06-09T21:00:00Z'), joined);
    const anniversary = at('2026-06-09T22:00:00Z');
    expect(points(bringUpTo(anniversary - 1, member, program, SILENT).member)).toEqual({ current: 1300, carry: 1300 });
    expect(points(bringUpTo(anniversary, member, program, SILENT).member)).toEqual({ current: 1300, carry: 0 });
    const { changes } = bringUpTo(at('2027-06-09T22:00:00Z'), member, program, SILENT);
    expect(changes).toMatchObject([{ to: { id: 'bronze' }, occurredAt: at('2027-06-09T22:00:00Z') }]);
  });

  test('E42: several of them that nobody noticed are settled one after the other, each at its own moment', () => {
    const ledger = [entry(bonus('a', 5000), YEAR_1, PROGRAM), entry(bonus('b', 1000), YEAR_2, PROGRAM)];
    const { member, changes } = bringUpTo(at('2031-01-01T00:00:00Z'), memberAt(YEAR_2, ledger), PROGRAM, SILENT);
    expect(changes.map(({ sequence, from, to, occurredAt }) => [sequence, from.id, to.id, occurredAt])).toEqual([
      [2, 'gold', 'silver', END_OF_YEAR_2],
      [3, 'silver', 'bronze', at('2028-12-31T23:00:00Z')],
    ]);
    expect(points(member)).toEqual({ current: 0, carry: 0 });
    expect(bringUpTo(at('2031-01-01T00:00:00Z'), member, PROGRAM, SILENT)).toEqual(unchanged(member));
  });

  test("starts the trackers of a cycle anew, and leaves a lifetime's alone", () => {
    const of = { type: 'bonus' as const };
    const program = exampleProgram({
      trackers: {
        year: { measure: 'count', of, over: 'cycle' },
        life: { measure: 'count', of, over: 'lifetime' },
      },
    });
    const { member } = bringUpTo(END_OF_YEAR_1, memberAt(YEAR_1, [first], program), program, SILENT);
    expect(member.tally).toMatchObject({
      previous: { trackers: [1000, 1000] },
      current: { trackers: [0, 0] },
      lifetimeTrackers: [1000, 1000],
    });
  });
});

describe('a change', () => {
  const silver = memberAt(YEAR_1, [entry(bonus('first', 1300), YEAR_1, PROGRAM)]);
  const because = { cause: 'transaction' as const, at: at(YEAR_1), transactionId: 't' };

  test('is none where the points give the tier that is there', () => {
    expect(settle(silver, PROGRAM, SILENT, because, at(YEAR_1))).toEqual(unchanged(silver));
  });

  test('down between two recalculations is announced only where the brand wants it', () => {
    const less = { ...silver, tally: { ...silver.tally, current: { tier: 900, trackers: [] } } };
    const announced = (notifyOnRealtimeDowngrade: boolean) =>
      settle(less, PROGRAM, { notifyOnRealtimeDowngrade }, because, at(YEAR_1)).changes[0]?.announced;
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
    const { changes } = settle(silver, stricter, SILENT, because, at(YEAR_1));
    expect(changes).toMatchObject([{ to: { id: 'bronze' }, programVersion: stricter.version }]);
  });

  test('with basis `spend` tells points in units of the currency', () => {
    const program = exampleProgram({ basis: 'spend' });
    const bought = entry({ id: 'o', type: 'purchase', amountMinor: 100_050, currency: 'EUR' }, YEAR_1, program);
    const { changes } = settle(
      { ...newMember(program), tally: memberAt(YEAR_1, [bought], program).tally },
      program,
      SILENT,
      because,
      at(YEAR_1),
    );
    expect(changes).toMatchObject([{ to: { id: 'silver' }, points: 1000.5, next: { id: 'gold', missing: 3999.5 } }]);
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
        const counting = countEntries(member, [gain], program, SILENT, gain.recordedAt);
        if (counting.kind !== 'counted') throw new Error(`a gain is counted, not ${counting.kind}`);
        const rank = (id: string) => tierById(program, id)!.rank;
        expect(rank(counting.member.tier.id)).toBeGreaterThanOrEqual(rank(member.tier.id));
        expect(rank(counting.member.tier.id)).toBeGreaterThanOrEqual(earnedTier(program, counting.member.tally).rank);
        member = counting.member;
      });
      const { member: judged } = bringUpTo(END_OF_YEAR_1, member, program, SILENT);
      expect(judged.tier.id).toBe(earnedTier(program, judged.tally).id);
    }),
    { numRuns: 300 },
  );
});
