import { describe, expect, test } from 'vitest';
import { nextDueAfter, reminderMoments } from '../../../core/actions/due-moments.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import { formatInstant } from '../../../core/time.ts';
import { exampleProgram } from '../../support/program.ts';
import { at } from '../members.ts';

const PROGRAM = exampleProgram({ reminders: { daysBefore: [30, 7] } });
const END = at('2026-05-29T22:00:00Z');
const [MONTH_BEFORE, WEEK_BEFORE] = [at('2026-04-29T22:00:00Z'), at('2026-05-22T22:00:00Z')];

const grant = (more: Partial<Grant> = {}): Grant => ({
  key: 'k',
  kind: 'floor',
  tier: 'gold',
  from: at('2026-03-01T09:00:00Z'),
  until: END,
  ...more,
});
const { until: _, ...FOR_GOOD } = grant();

describe('the end of a grant is told of', () => {
  test.each<[string, Grant, number[]]>([
    ['so many days before', grant(), [MONTH_BEFORE, WEEK_BEFORE]],
    ['but not before it began', grant({ from: MONTH_BEFORE + 1 }), [WEEK_BEFORE]],
    ['nor as it began', grant({ from: MONTH_BEFORE }), [WEEK_BEFORE]],
    ['a millisecond after it began', grant({ from: MONTH_BEFORE - 1 }), [MONTH_BEFORE, WEEK_BEFORE]],
    ['never, of a cap', grant({ kind: 'cap' }), []],
    ['never, where there is none', FOR_GOOD, []],
  ])('%s', (_, one, moments) => {
    expect(reminderMoments(one, PROGRAM).map(formatInstant)).toEqual(moments.map(formatInstant));
  });

  test('at the same time of day in the program’s zone, across a change of clocks', () => {
    const [moment] = reminderMoments(grant({ until: at('2026-04-04T22:00:00Z') }), PROGRAM).slice(-1);
    expect(formatInstant(moment!)).toBe('2026-03-28T23:00:00Z');
  });
});

describe('the next moment at which something happens by itself', () => {
  const other = grant({ key: 'o', kind: 'cap', until: WEEK_BEFORE - 1 });

  test.each<[string, number, Grant[] | undefined, number | undefined]>([
    ['the first reminder', MONTH_BEFORE - 1, [grant()], MONTH_BEFORE],
    ['the next one, once that has come', MONTH_BEFORE, [grant()], WEEK_BEFORE],
    ['the end', WEEK_BEFORE, [grant()], END],
    ['none, once the end has come', END, [grant()], undefined],
    ['the first of several grants', MONTH_BEFORE, [grant(), other], WEEK_BEFORE - 1],
    ['the same in another order', MONTH_BEFORE, [other, grant()], WEEK_BEFORE - 1],
    ['none, of what is given for good', 0, [FOR_GOOD], undefined],
    ['none, of no grants', 0, [], undefined],
    ['none, of a member who never had one', 0, undefined, undefined],
  ])('is %s', (_, after, grants, next) => {
    expect(nextDueAfter(after, grants, PROGRAM)).toBe(next);
  });
});
