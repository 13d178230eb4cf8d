import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { advanceMember } from '../../../core/member/advance-member.ts';
import { countEntries } from '../../../core/member/count-entries.ts';
import type { Member } from '../../../core/member/member.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import type { Program } from '../../../core/program/program.ts';
import { afterFacts } from '../../../core/rules/downgrade-rules.ts';
import { earnedTier } from '../../../core/rules/qualification.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, euros, type Facts, memberWith, newMember, purchase, refund, written } from '../members.ts';

type Downgrade = NonNullable<ProgramFile['downgrade']>;
/** A step of points up or down, or the end of the year. */
type Step = number | Facts | 'year';

const points = (id: string, figure: number): Facts => ({ id, type: 'adjustment', points: figure });

/**
 * The tiers after each step, the steps being days apart, and the years beginning when they do: told twice, by counting entry after
 * entry into the item, and by making the member of its whole ledger.
 */
function tiersAlong(steps: readonly Step[], program: Program): string[] {
  let now = at('2026-05-02T10:00:00Z');
  let counted: Member = newMember(program);
  const ledger: ReturnType<typeof entry>[] = [];
  return steps.map((step, place) => {
    now = step === 'year' ? counted.tally.cycle.end : now + 86_400_000;
    if (step === 'year') counted = advanceMember(counted, program, now).member;
    else {
      const facts = typeof step === 'number' ? points(`${place}`, step) : step;
      ledger.push(entry(facts, new Date(now).toISOString(), program));
      const counting = countEntries(counted, ledger.slice(-1), program, now);
      if (counting.kind !== 'counted') throw new Error(`is ${counting.kind}`);
      counted = counting.member;
    }
    const made = memberWith(ledger, program, now);
    expect(made.tally).toEqual(counted.tally);
    expect(made.tier.id).toBe(counted.tier.id);
    return counted.tier.id;
  });
}

/** The tiers after the steps, said in one line. */
function along(downgrade: Downgrade, steps: readonly Step[], file: Partial<ProgramFile> = {}): string {
  return tiersAlong(steps, exampleProgram({ ...file, downgrade })).join(' ');
}

const ONE_BELOW: Downgrade = { target: 'oneBelow' };
const BASE: Downgrade = { target: 'base' };
const LATER: Downgrade = { timing: 'recalculation' };
const LATER_ONE_BELOW: Downgrade = { timing: 'recalculation', target: 'oneBelow' };
const LATER_BASE: Downgrade = { timing: 'recalculation', target: 'base' };

describe('R8: Platinum loses points', () => {
  test.each<[string, Downgrade, number, string]>([
    ['to one above its threshold', {}, -999, 'platinum'],
    ['to its threshold', {}, -1000, 'platinum'],
    ['to one below it', {}, -1001, 'gold'],
    ['to nothing', {}, -11_000, 'bronze'],
    ['to its threshold', ONE_BELOW, -1000, 'platinum'],
    ['to one below it', ONE_BELOW, -1001, 'gold'],
    ['to one above the next threshold', ONE_BELOW, -5999, 'gold'],
    ['to the next threshold', ONE_BELOW, -6000, 'gold'],
    ['to one below that: one tier, though two were crossed', ONE_BELOW, -6001, 'gold'],
    ['to nothing', ONE_BELOW, -11_000, 'gold'],
    ['to its threshold', BASE, -1000, 'platinum'],
    ['to one below it', BASE, -1001, 'bronze'],
    ['to one below it', LATER, -1001, 'platinum'],
    ['to nothing', LATER, -11_000, 'platinum'],
    ['to one below it', LATER_ONE_BELOW, -1001, 'platinum'],
    ['to one below it', LATER_BASE, -1001, 'platinum'],
  ])('%s, with %o, %i points', (_, downgrade, change, tier) => {
    expect(along(downgrade, [11_000, change])).toBe(`platinum ${tier}`);
  });
});

describe('R8: after a fall', () => {
  test.each<[string, Downgrade, Step[], string]>([
    ['a second one is a second landing', ONE_BELOW, [11_000, -6500, -4000], 'platinum gold silver'],
    ['points that cross no threshold are no fall', ONE_BELOW, [11_000, -6500, -1], 'platinum gold gold'],
    ['a purchase lowers nobody who landed softly', ONE_BELOW, [11_000, -10_500, 1], 'platinum gold gold'],
    ['what rises below the tier that is held changes nothing', ONE_BELOW, [11_000, -10_500, 600], 'platinum gold gold'],
    ['what rises above it is the tier', ONE_BELOW, [11_000, -10_500, 9500], 'platinum gold platinum'],
    ['the next purchase gives what the points do', BASE, [6000, -1500, purchase('p', 1)], 'gold bronze silver'],
    ['and so does a bonus', BASE, [6000, -1500, bonus('b', 1)], 'gold bronze silver'],
    [
      'a redemption raises nobody',
      BASE,
      [6000, -1001, { id: 'x', type: 'redemption', points: 5 }],
      'gold bronze bronze',
    ],
    [
      'a purchase without points raises nobody by itself where tiers ask for points',
      BASE,
      [6000, -1001, purchase('p', 0)],
      'gold bronze bronze',
    ],
    ['an expiry raises nobody', BASE, [6000, -1001, { id: 'x', type: 'expiry', points: 5 }], 'gold bronze bronze'],
    [
      'one that crosses a threshold on the way takes nothing from who is below it',
      BASE,
      [11_000, -1001, -5499, 1],
      'platinum bronze bronze silver',
    ],
    ['a tier that is kept is not lost by further falls', LATER, [6000, -1001, -4999], 'gold gold gold'],
    ['nor by a purchase', LATER, [6000, -1001, 1], 'gold gold gold'],
    ['and is left upwards as ever', LATER, [6000, -1001, 5001], 'gold gold platinum'],
  ])('%s, with %o', (_, downgrade, steps, tiers) => {
    expect(along(downgrade, steps)).toBe(tiers);
  });
});

describe('R8: at the end of a cycle', () => {
  test.each<[string, Downgrade, Step[], string]>([
    ['the threshold reached is enough', LATER, [5001, -1, 'year'], 'gold gold gold'],
    ['one below it is not', LATER, [5000, -1, 'year'], 'gold gold silver'],
    ['and the member lands on what the points give', LATER, [11_000, -10_500, 'year'], 'platinum platinum bronze'],
    ['or one below', LATER_ONE_BELOW, [11_000, -10_500, 'year'], 'platinum platinum gold'],
    ['or on the base tier', LATER_BASE, [11_000, -5000, 'year'], 'platinum platinum bronze'],
    [
      'with oneBelow, idle years are one tier each, and the last is the base tier',
      ONE_BELOW,
      [11_000, 'year', 'year', 'year', 'year', 'year'],
      'platinum platinum gold silver bronze bronze',
    ],
    [
      'with oneBelow, but not below what the points give',
      ONE_BELOW,
      [11_000, 'year', 1000, 'year', 'year'],
      'platinum platinum platinum gold silver',
    ],
    ['who landed on the base tier is judged again', BASE, [6000, -1001, 'year'], 'gold bronze silver'],
    ['and lands there as well', BASE, [6000, 'year', 1000, 'year'], 'gold gold gold bronze'],
    [
      'what is judged there is kept over the next cycle',
      LATER,
      [1200, 'year', -300, 'year'],
      'silver silver silver bronze',
    ],
    ['with realtime it is not', ONE_BELOW, [1200, 'year', -300], 'silver silver bronze'],
  ])('%s, with %o', (_, downgrade, steps, tiers) => {
    expect(along(downgrade, steps)).toBe(tiers);
  });

  test('many idle years that nobody noticed are passed one by one', () => {
    const program = exampleProgram({ downgrade: ONE_BELOW });
    const platinum = memberWith(
      [entry(bonus('a', 11_000), '2026-05-02T10:00:00Z', program)],
      program,
      at('2026-06-01T00:00:00Z'),
    );
    const { member, changes } = written(advanceMember(platinum, program, at('2060-01-01T00:00:00Z')));
    expect(changes.map(({ to, occurredAt }) => [to.id, new Date(occurredAt).toISOString()])).toEqual([
      ['gold', '2027-12-31T23:00:00.000Z'],
      ['silver', '2028-12-31T23:00:00.000Z'],
      ['bronze', '2029-12-31T23:00:00.000Z'],
    ]);
    expect(member.tally.held).toBeUndefined();
    expect(member.tally.cycle.start).toBe(at('2059-12-31T23:00:00Z'));
  });

  test('there is none without cycles: what is reached is kept', () => {
    const cycle = { type: 'none' } as const;
    expect(along(LATER, [6000, -5500, 1], { cycle })).toBe('gold gold gold');
  });
});

test('where each year stands alone, a tier is kept and lost the same way', () => {
  const file = { upgradeBasis: 'carry' } as const;
  expect(along(LATER, [6000, -2000, 'year', 1], file)).toBe('gold gold silver silver');
  expect(along(ONE_BELOW, [11_000, 'year', 'year', 'year'], file)).toBe('platinum platinum gold silver');
});

test('where each year stands alone, this one raises though at the same moment more of the last is given back', () => {
  const program = exampleProgram({ upgradeBasis: 'carry', downgrade: LATER });
  const order = entry(purchase('o', 2000, euros(2000)), '2026-05-02T10:00:00Z', program);
  const soFar = [order, entry(bonus('a', 4500), '2027-05-02T10:00:00Z', program)];
  const moment = '2027-05-03T10:00:00Z';
  const both = [entry(refund('r', 'o', 2000), moment, program), entry(bonus('b', 600), moment, program)];
  const tierWith = (...more: LedgerEntry[]) => memberWith([...soFar, ...more], program, at(moment)).tier.id;
  expect(tierWith()).toBe('silver');
  expect(tierWith(...both)).toBe('gold');
});

test('what counts as more is what the tiers ask for: an order where they ask for orders', () => {
  const tiers: ProgramFile['tiers'] = [
    { id: 'bronze', name: 'Bronze', threshold: 0 },
    { id: 'silver', name: 'Silver', threshold: 1000, qualification: { any: 1, of: [{ orders: 9 }] } },
    { id: 'gold', name: 'Gold', threshold: 5000 },
  ];
  expect(along(BASE, [6000, -1001, purchase('p', 0)], { tiers })).toBe('gold bronze silver');
});

test('by default nothing of the way is kept, whatever it was', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: -6000, max: 6000 }), fc.constant('year' as const)), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(steps, (happening) => {
      const program = exampleProgram({ downgrade: { timing: 'realtime', target: 'qualified' } });
      const ledger = happening.flatMap((step, day) =>
        step === 'year' || step === 0 ? [] : [entry(points(`${day}`, step), `2026-05-0${day + 1}T00:00:00Z`, program)],
      );
      const { tally } = memberWith(ledger, program, at('2026-06-01T00:00:00Z'));
      expect(Object.keys(tally)).not.toContain('held');
      expect(Object.keys(tally)).not.toContain('latestAt');
    }),
  );
});

describe('what cannot be taken next is counted from the ledger', () => {
  const program = exampleProgram({ downgrade: LATER });
  const NOW = '2026-05-10T10:00:00Z';
  const known = entry(bonus('known', 1200), '2026-05-05T10:00:00Z', program);
  const member = memberWith([known], program, at('2026-05-06T00:00:00Z'));
  const outcome = (...when: string[]) => {
    const news = when.map((moment, place) => ({
      ...entry(bonus(`n${place}`, 1), moment, program),
      recordedAt: at(NOW),
    }));
    const counting = countEntries(member, news, program, at(NOW));
    return counting.kind === 'rebuildNeeded' ? counting.because : counting.kind;
  };

  test.each([
    ['what happened a millisecond before the newest that is counted', ['2026-05-05T09:59:59.999Z'], 'out of order'],
    ['what happened at the same moment', ['2026-05-05T10:00:00Z'], 'out of order'],
    ['but not what happened after it', ['2026-05-05T10:00:00.001Z'], 'counted'],
    ['nor a batch in whatever order', ['2026-05-08T10:00:00Z', '2026-05-07T10:00:00Z'], 'counted'],
    ['nor two things of one moment that come together', ['2026-05-08T10:00:00Z', '2026-05-08T10:00:00Z'], 'counted'],
  ])('%s', (_, when, expected) => {
    expect(outcome(...when)).toBe(expected);
  });

  test('what happened before the cycle began, though it is newer than all that is counted', () => {
    const nextYear = advanceMember(member, program, at('2027-01-10T00:00:00Z')).member;
    const late = {
      ...entry(bonus('late', 1), '2026-12-31T22:59:59.999Z', program),
      recordedAt: at('2027-01-10T00:00:00Z'),
    };
    expect(countEntries(nextYear, [late], program, late.recordedAt)).toMatchObject({ because: 'out of order' });
    const punctual = { ...late, occurredAt: at('2026-12-31T23:00:00Z') };
    expect(countEntries(nextYear, [punctual], program, late.recordedAt).kind).toBe('counted');
  });

  test('by default the order is no matter', () => {
    const plain = exampleProgram();
    const silver = memberWith([known], plain, at('2026-05-06T00:00:00Z'));
    const late = { ...entry(bonus('late', 1), '2026-05-01T10:00:00Z', plain), recordedAt: at(NOW) };
    expect(countEntries(silver, [late], plain, at(NOW)).kind).toBe('counted');
  });
});

test('a moment that takes more than it adds raises nobody, though there is more of something', () => {
  const tiers: ProgramFile['tiers'] = [
    { id: 'bronze', name: 'Bronze', threshold: 0 },
    { id: 'silver', name: 'Silver', threshold: 1000, qualification: { any: 1, of: [{ orders: 9 }] } },
    { id: 'gold', name: 'Gold', threshold: 5000 },
    { id: 'platinum', name: 'Platinum', threshold: 10_000 },
  ];
  const program = exampleProgram({ tiers, downgrade: BASE });
  const on = (facts: Facts, day: number) => entry(facts, `2026-05-0${day}T10:00:00Z`, program);
  const fell = [on(points('a', 11_000), 2), on(points('b', -1001), 3)];
  const both = [on(points('c', -5499), 4), on(purchase('p', 0), 4)];
  const tierWith = (...more: ReturnType<typeof on>[]) =>
    memberWith([...fell, ...both, ...more], program, at('2026-05-09T00:00:00Z')).tier.id;
  expect(tierWith()).toBe('bronze');
  expect(tierWith(on(purchase('q', 0), 5))).toBe('silver');
});

describe('R8: somebody held below what the points give, as an edit of thresholds may leave them, loses some', () => {
  test.each([
    ['to what they are held at', 1000, 'silver'],
    ['to one below it', 999, 'bronze'],
    ['to one below what they gave, and far above what they are held at', 9999, 'silver'],
  ])('%s', (_, left, tier) => {
    const program = exampleProgram({ downgrade: BASE });
    const sums = (figure: number) => ({
      ...newMember(program).tally,
      current: { tier: figure, trackers: [] },
      held: 'silver',
    });
    expect(earnedTier(program, afterFacts(sums(10_000), sums(left), program)).id).toBe(tier);
  });
});

test('what happens at one moment goes up or down once: no tier is kept that lasted no time', () => {
  const program = exampleProgram({ downgrade: LATER });
  const moment = '2026-05-03T10:00:00Z';
  const both = [entry(bonus('up', 6000), moment, program), entry(points('down', -5500), moment, program)];
  const counting = countEntries(newMember(program), both, program, at(moment));
  expect(counting).toMatchObject({ kind: 'counted', member: { tier: { id: 'bronze' } } });
  expect(memberWith(both, program, at(moment)).tier.id).toBe('bronze');
});
