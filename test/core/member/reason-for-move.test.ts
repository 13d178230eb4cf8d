import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/actions/grant.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import { reasonForMove } from '../../../core/member/reason-for-move.ts';
import { previewMember } from '../../../core/member/recalculation.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import type { Program } from '../../../core/program/program.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, euros, memberWith, newMember, written } from '../members.ts';
import { cap, floor, memberGiven } from './given.ts';

const PROGRAM = exampleProgram();
const THIS_YEAR = '2026-06-10T10:00:00Z';
const LAST_YEAR = '2025-06-10T10:00:00Z';
const ENROLLED = at('2025-05-01T09:00:00Z');
const NOW = at('2026-12-01T10:00:00Z');
const END = at('2026-12-31T23:00:00Z');

const got = (points: number, when: string, program = PROGRAM) => entry(bonus(`on-${when}`, points), when, program);
const spent = (minor: number, when: string, program: Program) =>
  entry({ id: `on-${when}`, type: 'purchase', ...euros(minor) }, when, program);

function memberOf(entries: LedgerEntry[], program: Program = PROGRAM, grants: Grant[] = []): Member {
  const member = newMember(program, ENROLLED);
  return grants.length > 0
    ? memberGiven(grants, entries, program, NOW, member)
    : memberWith(entries, program, NOW, member);
}

/** Why the end of the year moves the member, or recalculating everyone does. */
function reasonOf(member: Member, program: Program = PROGRAM, occasion: 'cycleEnd' | 'request' = 'cycleEnd') {
  const moment = occasion === 'cycleEnd' ? END : NOW;
  const settled = written(previewMember(member, { occasion, at: moment }, program, NOW)!)!;
  const own = settled.changes.filter(({ occurredAt }) => occurredAt === moment);
  return reasonForMove(own[0]!, own.at(-1)!, settled.member, program);
}

describe('a member that falls', () => {
  test('hears by which points it was judged, and how many were missing to keep the tier', () => {
    expect(reasonOf(memberOf([got(2000, LAST_YEAR), got(4200, THIS_YEAR)]))).toEqual({
      ...{ points: 4200, missing: 800, missingFor: 'gold' },
      why: 'For Gold the member has 4,200 of 5,000 points.',
    });
  });

  test('of several tiers hears what the one it had took', () => {
    expect(reasonOf(memberOf([got(12_000, LAST_YEAR)]))).toMatchObject({
      points: 0,
      missing: 10_000,
      missingFor: 'platinum',
    });
  });

  test('hears of money where tiers count what is spent', () => {
    const program = exampleProgram({ basis: 'spend', currency: 'EUR', pointsPerUnit: undefined });
    expect(
      reasonOf(memberOf([spent(100_000, LAST_YEAR, program), spent(69_050, THIS_YEAR, program)], program), program),
    ).toEqual({
      ...{ points: 690.5, missing: 309.5, missingFor: 'silver' },
      why: 'For Silver the member has €690.50 of €1,000.00 spend.',
    });
  });

  test('hears of every condition of the tier, and how many of them are enough', () => {
    const tiers = (qualification: object) =>
      exampleProgram({
        trackers: { visits: { measure: 'count', of: { field: 'kind', equals: 'visit' }, over: 'cycle' } },
        tiers: [
          { id: 'bronze', name: 'Bronze', threshold: 0 },
          { id: 'silver', name: 'Silver', threshold: 1000, qualification } as ProgramFile['tiers'][number],
        ],
      });
    const conditions = [{ tracker: 'visits', atLeast: 3 }, { orders: 2 }, { lifetimeSpend: '900.00' }];
    const any = tiers({ any: 2, of: conditions });
    const visits = (program: Program) =>
      ['01', '02', '03'].map((day) =>
        entry({ ...bonus(day, 400), fields: { kind: 'visit' } }, `2025-06-${day}T10:00:00Z`, program),
      );
    expect(reasonOf(memberOf([...visits(any), got(200, THIS_YEAR, any)], any), any)).toEqual({
      ...{ points: 200, missing: 800, missingFor: 'silver' },
      why:
        'For Silver the member has 200 of 1,000 points, 0 of 3 visits, 0 of 2 orders and €0.00 of €900.00 lifetime spend; ' +
        '2 of these 4 are enough.',
    });
    const all = tiers({ all: [conditions[0]] });
    expect(reasonOf(memberOf([...visits(all), got(1200, THIS_YEAR, all)], all), all)).toMatchObject({
      missing: 0,
      why: 'For Silver the member has 1,200 of 1,000 points and 0 of 3 visits.',
    });
  });

  test('hears nothing of missing points where points do not lead to the tier', () => {
    const program = exampleProgram({
      trackers: { visits: { measure: 'count', of: { field: 'kind', equals: 'visit' }, over: 'cycle' } },
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'club', name: 'Club', qualification: { all: [{ tracker: 'visits', atLeast: 1 }] } },
      ] as unknown as ProgramFile['tiers'],
    });
    const visit = entry({ ...bonus('visit', 10), fields: { kind: 'visit' } }, LAST_YEAR, program);
    expect(reasonOf(memberOf([visit], program), program)).toEqual({
      ...{ points: 0, missing: null, missingFor: 'club' },
      why: 'For Club the member has 0 of 1 visits.',
    });
  });

  test.each([
    ['oneBelow', 'For Gold the member has 0 of 5,000 points. A fall leads one tier down.'],
    ['base', 'For Gold the member has 4,200 of 5,000 points. A fall leads to the base tier.'],
  ] as const)('by the target %s hears where a fall leads', (target, why) => {
    const program = exampleProgram({ downgrade: { target } });
    const points =
      target === 'base'
        ? [got(2000, LAST_YEAR, program), got(4200, THIS_YEAR, program)]
        : [got(6000, LAST_YEAR, program)];
    expect(reasonOf(memberOf(points, program), program)).toMatchObject({ why });
  });

  test('as a gift ends at the same moment hears of both, and of the gift that holds it', () => {
    const gifts = [
      floor('prize-7', 'gold', { from: THIS_YEAR, until: '2026-12-31T23:00:00Z' }),
      floor('promotion#hotel#api#1', 'silver', { from: THIS_YEAR, promotion: 'hotel' }),
    ];
    expect(reasonOf(memberOf([got(10, THIS_YEAR)], PROGRAM, gifts))).toEqual({
      ...{ points: 10, missing: 4990, missingFor: 'gold' },
      why: 'The tier action prize-7 ends. For Gold the member has 10 of 5,000 points. The promotion hotel keeps the member at Silver.',
    });
  });

  test('by an edit of thresholds hears what the rules of today ask for', () => {
    const member = memberOf([got(1300, THIS_YEAR)]);
    const raised = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 2000 },
      ],
    });
    expect(reasonOf(member, raised, 'request')).toEqual({
      ...{ points: 1300, missing: 700, missingFor: 'silver' },
      why: 'For Silver the member has 1,300 of 2,000 points.',
    });
  });

  test('as the program no longer has its tier hears that', () => {
    const member = memberOf([got(6000, THIS_YEAR)]);
    const without = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 10_000 },
      ],
    });
    expect(reasonOf(member, without, 'request')).toEqual({
      points: 6000,
      why: 'The program no longer has the tier gold.',
    });
  });
});

describe('a member that rises', () => {
  test('hears what it has for the tier, and how much is missing to the next one', () => {
    const capped = memberOf([got(6000, THIS_YEAR)], PROGRAM, [
      cap('down-1', 'bronze', { from: THIS_YEAR, until: '2026-12-31T23:00:00Z' }),
    ]);
    expect(capped.tier.id).toBe('bronze');
    expect(reasonOf(capped)).toEqual({
      ...{ points: 6000, missing: 4000, missingFor: 'platinum' },
      why: 'The tier action down-1 ends. For Gold the member has 6,000 of 5,000 points.',
    });
  });

  test('to the highest tier hears of no other one', () => {
    const capped = memberOf([got(12_000, THIS_YEAR)], PROGRAM, [
      cap('down-1', 'bronze', { from: THIS_YEAR, until: '2026-12-31T23:00:00Z' }),
    ]);
    expect(reasonOf(capped)).toEqual({
      points: 12_000,
      why: 'The tier action down-1 ends. For Platinum the member has 12,000 of 10,000 points.',
    });
  });
});

test('where each cycle stands alone, a member is judged by the better of two', () => {
  const program = exampleProgram({ upgradeBasis: 'carry' });
  const member = memberOf([got(1300, LAST_YEAR, program), got(900, THIS_YEAR, program)], program);
  expect(reasonOf(member, program)).toEqual({
    ...{ points: 900, missing: 100, missingFor: 'silver' },
    why: 'For Silver the member has 900 of 1,000 points.',
  });
  const raised = exampleProgram({
    upgradeBasis: 'carry',
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: 'Silver', threshold: 2000 },
    ],
  });
  // The sum of both would be enough.
  expect(reasonOf(member, raised, 'request')).toMatchObject({ points: 1300, missing: 700 });
});

test('a member that something else moved on has only the points of the change', () => {
  const member = memberOf([got(1300, LAST_YEAR)]);
  const { changes, member: after } = written(previewMember(member, { occasion: 'cycleEnd', at: END }, PROGRAM, NOW)!)!;
  const moved = { ...after, tier: { id: 'gold', since: END } };
  expect(reasonForMove(changes[0]!, changes[0]!, moved, PROGRAM)).toEqual({ points: 0 });
});

test('however long names are, 800 reasons fit into a page: what is too long is cut at a whole character', () => {
  const name = `${'Ñ'.repeat(70)}😀${'😀'.repeat(40)}`.slice(0, 99);
  const program = exampleProgram({
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: name.toWellFormed().replaceAll('\ufffd', ''), threshold: 1000 },
    ],
  });
  const { why } = reasonOf(memberOf([got(1300, LAST_YEAR, program)], program), program);
  expect(why).toMatch(/^For Ñ.*…$/u);
  expect(why!.isWellFormed()).toBe(true);
  expect(why).not.toContain('\ufffd');
  expect(Buffer.byteLength(why!)).toBeLessThanOrEqual(200);
  expect(Buffer.byteLength(why!)).toBeGreaterThan(190);
});
