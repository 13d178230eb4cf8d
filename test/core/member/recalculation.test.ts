import { describe, expect, test } from 'vitest';
import type { Member } from '../../../core/member/member.ts';
import { previewFromHistory, previewMember, recalculateFromHistory } from '../../../core/member/recalculation.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, historyOf, memberWith, newMember, written } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = at('2026-05-03T10:00:00Z');
const END_OF_CYCLE = at('2026-12-31T23:00:00Z');
const NEXT_END = at('2027-12-31T23:00:00Z');
const order = entry(bonus('order', 1300), '2026-05-02T10:00:00Z', PROGRAM);

describe('what is found in the ledger and not in the item', () => {
  const cases: [string, Member, object][] = [
    [
      'is an enrollment’s where the member was never made up, and nobody is told',
      { ...newMember(PROGRAM), rebuildDue: true },
      { cause: 'enrolment', announced: false },
    ],
    [
      'is the transaction’s where the stream has yet to bring it, and the member is told',
      newMember(PROGRAM),
      { cause: 'transaction', announced: true },
    ],
  ];

  test.each(cases)('when members are recalculated: %s', (_, member, expected) => {
    const { changes } = written(
      recalculateFromHistory(member, historyOf([order]), { occasion: 'request', at: NOW }, PROGRAM, NOW),
    );
    expect(changes).toMatchObject([{ from: { id: 'bronze' }, to: { id: 'silver' }, ...expected }]);
  });

  test.each(cases)('in a dry run: %s', (_, member, expected) => {
    const recalculation = { occasion: 'cycleEnd', at: NEXT_END } as const;
    const { changes } = written(previewFromHistory(member, historyOf([order]), recalculation, PROGRAM, NOW));
    // What is known already is no work of an end that is still to come.
    expect(changes).toMatchObject([
      { from: { id: 'bronze' }, to: { id: 'silver' }, occurredAt: NOW, ...expected },
      { from: { id: 'silver' }, to: { id: 'bronze' }, cause: 'recalculation', occurredAt: NEXT_END },
    ]);
  });

  test('names the transaction that raised the member', () => {
    const small = entry(bonus('small', 1), '2026-05-03T09:00:00Z', PROGRAM);
    const recalculation = { occasion: 'request', at: NOW } as const;
    const history = historyOf([order, small]);
    expect(
      written(recalculateFromHistory(newMember(PROGRAM), history, recalculation, PROGRAM, NOW)).changes,
    ).toMatchObject([{ to: { id: 'silver' }, transactionId: 'order' }]);
  });
});

describe('R10: a member kept at Gold though its threshold rose', () => {
  const big = entry(bonus('big', 5500), '2026-05-02T10:00:00Z', PROGRAM);
  const gold = memberWith([big], PROGRAM, NOW);
  const raised = exampleProgram({
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: 'Silver', threshold: 1000 },
      { id: 'gold', name: 'Gold', threshold: 6000 },
    ],
  });
  const moves = (changes: { to: { id: string }; cause: string }[] | undefined) =>
    changes?.map(({ to, cause }) => [to.id, cause]);

  test.each([
    ['stays so when the run of an end that has passed comes again', 'cycleEnd', []],
    ['goes down when somebody asks for everyone to be recalculated', 'request', [['silver', 'bulkRecalculation']]],
  ] as const)('%s', (_, occasion, expected) => {
    const recalculation = { occasion, at: NOW };
    expect(moves(written(previewMember(gold, recalculation, raised, NOW)!)?.changes)).toEqual(expected);
    expect(moves(written(recalculateFromHistory(gold, historyOf([big]), recalculation, raised, NOW)).changes)).toEqual(
      expected,
    );
  });

  test('goes down at the end of the cycle, by the recalculation of that end', () => {
    const recalculation = { occasion: 'cycleEnd', at: END_OF_CYCLE } as const;
    expect(moves(written(previewMember(gold, recalculation, raised, NOW)!)?.changes)).toEqual([
      ['silver', 'recalculation'],
    ]);
    expect(written(previewMember(gold, { ...recalculation, at: END_OF_CYCLE - 1 }, raised, NOW)!)?.changes).toEqual([]);
  });
});
