/** The drift audit by example: what it says of a member in whom one thing is wrong, word by word (docs/decisions/0020). */
import { describe, expect, test } from 'vitest';
import type { ActionRecord } from '../../../../core/actions/action-record.ts';
import type { Grant } from '../../../../core/actions/grant.ts';
import { entryKey, type LedgerEntry } from '../../../../core/ledger/transaction.ts';
import { type Auditing, auditMember, type MemberRecords } from '../../../../core/member/audit/audit-member.ts';
import type { AuditCause } from '../../../../core/member/audit/findings.ts';
import type { Member } from '../../../../core/member/member.ts';
import { rebuildMember } from '../../../../core/member/rebuild-member.ts';
import type { TierChange, TierNotice } from '../../../../core/member/tier-change.ts';
import type { ProgramFile } from '../../../../core/program/brand.ts';
import { type Program, tierById, tierRef } from '../../../../core/program/program.ts';
import type { Tally } from '../../../../core/rules/tally.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../../../core/time.ts';
import { EXAMPLE_PROGRAM, exampleProgram } from '../../../support/program.ts';
import { MEMBER_ID } from '../../histories.ts';
import { at, bonus, entry, euros, memberWith, newMember, purchase, refund, written } from '../../members.ts';
import { actionThatGave, cap, floor } from '../given.ts';

const PROGRAM = exampleProgram();
const ENROLLED = at('2026-05-01T09:00:00Z');
const NOW = at('2026-05-03T10:00:00Z');
const CYCLE = {
  previousStart: at('2024-12-31T23:00:00Z'),
  start: at('2025-12-31T23:00:00Z'),
  end: at('2026-12-31T23:00:00Z'),
};

/** Taken two days ago, so that the stream has long brought it; and an hour ago, so that the item lists it. */
const OLD = entry(bonus('old', 1200), '2026-05-01T12:00:00Z', PROGRAM);
const FRESH = entry(bonus('fresh', 300), '2026-05-03T09:00:00Z', PROGRAM);
const LEDGER = [OLD, FRESH];

type Told = [figure: string, stored: unknown, ledger: unknown, cause: AuditCause];

interface Life {
  entries?: readonly LedgerEntry[];
  actions?: readonly ActionRecord[];
  program?: Program;
  member?: Member;
  now?: Instant;
}

/** All that is stored of somebody of whom everything was written as it should be. */
function rightRecords({
  entries = LEDGER,
  actions = [],
  program = PROGRAM,
  member,
  now = NOW,
}: Life = {}): MemberRecords {
  const due = { ...(member ?? newMember(program)), rebuildDue: true };
  const settled = written(rebuildMember(due, { entries, actions }, program, { cause: 'enrolment' }, now));
  return {
    member: settled.member,
    actions: [...actions, ...settled.actions],
    news: [...settled.changes, ...settled.notices].sort((a, b) => a.sequence - b.sequence),
    staleIndexKeys: [],
  };
}

const RIGHT = rightRecords();

function auditOf(
  records: MemberRecords,
  entries: readonly LedgerEntry[] = LEDGER,
  program: Program = PROGRAM,
  auditing: Partial<Auditing> = {},
) {
  const audit = auditMember(records, entries, program, { now: NOW, ...auditing });
  const told = audit.findings.map(
    ({ figure, stored, ledger, cause }): Told => [figure, stored ?? null, ledger ?? null, cause],
  );
  return { ...audit, told };
}

const withMember = (records: MemberRecords, member: Partial<Member>): MemberRecords => ({
  ...records,
  member: { ...records.member, ...member },
});

const withTally = (records: MemberRecords, tally: Partial<Tally>): MemberRecords =>
  withMember(records, { tally: { ...records.member.tally, ...tally } });

function without<K extends keyof Member>(records: MemberRecords, ...names: K[]): MemberRecords {
  const member = { ...records.member };
  for (const name of names) delete member[name];
  return { ...records, member };
}

/** The sums of other entries than the ledger's. */
const sumsOf = (entries: readonly LedgerEntry[], program = PROGRAM) => memberWith(entries, program, NOW).tally;

/** The three figures in which bonuses are counted. */
const ofBonuses = (stored: number, ledger: number, cause: AuditCause): Told[] => [
  ['tally.current.tier', stored, ledger, cause],
  ['tally.lifetimePoints', stored, ledger, cause],
  ['tally.balance', stored, ledger, cause],
];

/** A bonus makes Gold for good; each example says which one fired it. */
const TRIAL: NonNullable<ProgramFile['promotions']>[number] = {
  id: 'trial',
  trigger: { on: 'transaction', where: { type: 'bonus' } },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'gold' },
};

const OTHER_VERSION = 'the rules of before';

function change(sequence: number, from: string, to: string, more: Partial<TierChange> = {}): TierChange {
  const occurredAt = ENROLLED + sequence * HOUR_MS;
  const ref = (id: string) => tierRef(tierById(PROGRAM, id) ?? { ...PROGRAM.tiers[0], id });
  return {
    memberId: MEMBER_ID,
    sequence,
    from: ref(from),
    to: ref(to),
    direction: 'up',
    cause: 'transaction',
    occurredAt,
    recordedAt: occurredAt,
    expiresAt: null,
    programVersion: PROGRAM.version,
    points: 0,
    announced: true,
    ...more,
  };
}

function notice(sequence: number, tier: string): TierNotice {
  const { direction: _, cause: __, ...news } = change(sequence, tier, tier);
  return { ...news, kind: 'renewed' };
}

/** The member as these changes and notices left it. */
function withNews(records: MemberRecords, ...news: (TierChange | TierNotice)[]): MemberRecords {
  const last = news.findLast((one): one is TierChange => !('kind' in one));
  return {
    ...withMember(records, {
      tier: last ? { id: last.to.id, since: last.occurredAt } : { id: 'bronze', since: ENROLLED },
      changes: news.length,
    }),
    news,
  };
}

describe('of a member that is right nothing is told, and it is expected to be what it is', () => {
  const SOON = at('2026-08-01T10:00:00Z');
  const gold = floor('gift', 'gold', { until: '2026-08-01T10:00:00Z', from: '2026-05-02T10:00:00Z' });
  const endless = exampleProgram({ cycle: { type: 'none' } });
  const anniversaries = exampleProgram({ cycle: { type: 'enrollment' } });

  test.each<[string, Life]>([
    ['with points', {}],
    ['with none', { entries: [] }],
    ['with a gift of staff', { actions: [actionThatGave(gold)] }],
    ['where cycles have no end', { program: endless }],
    ['where cycles are counted from the enrolment', { program: anniversaries }],
  ])('%s', (_, life) => {
    const records = rightRecords(life);
    const audit = auditOf(records, life.entries, life.program);
    expect(audit.told).toEqual([]);
    expect(audit.expected).toEqual(records.member);
  });

  test('years after its cycle ended, while nobody came to write that down', () => {
    const audit = auditOf(RIGHT, LEDGER, PROGRAM, { now: at('2029-05-03T10:00:00Z') });
    expect(audit.told).toEqual([]);
    expect(audit.expected.tally.cycle).toEqual(CYCLE);
  });

  test('after the end of a gift that nobody wrote down yet', () => {
    const records = rightRecords({ actions: [actionThatGave(gold)] });
    expect(auditOf(records, LEDGER, PROGRAM, { now: SOON + DAY_MS }).told).toEqual([]);
  });

  test('where cycles have no end, and a clock a little ahead of the auditor’s took what is dated by it', () => {
    const ahead = entry(bonus('ahead', 100), '2026-05-03T10:02:00Z', endless);
    const entries = [...LEDGER, ahead];
    const records = rightRecords({ entries, program: endless, now: ahead.recordedAt });
    expect(auditOf(records, entries, endless).told).toEqual([]);
  });

  test('written for the first time, or for the thousandth', () => {
    expect(auditOf(withMember(RIGHT, { version: 1 })).told).toEqual([]);
    expect(auditOf(withMember(RIGHT, { version: 1000 })).told).toEqual([]);
  });
});

describe('sums that are not what the ledger gives', () => {
  test.each<[string, Partial<Tally>, Told[]]>([
    [
      'points of the cycle that nothing explains',
      { current: { tier: 1400, trackers: [] } },
      [['tally.current.tier', 1400, 1500, 'figure']],
    ],
    [
      'points of the cycle before that nobody took',
      { previous: { tier: 7, trackers: [] } },
      [['tally.previous.tier', 7, 0, 'figure']],
    ],
    ['a balance that somebody spent', { balance: 0 }, [['tally.balance', 0, 1500, 'figure']]],
    ['an order that was never placed', { orders: 1 }, [['tally.orders', 1, 0, 'figure']]],
    ['money that was never spent', { lifetimeSpendMinor: 5 }, [['tally.lifetimeSpendMinor', 5, 0, 'figure']]],
    [
      'a tracker that the program has not',
      { lifetimeTrackers: [1000] },
      [['tally.lifetimeTrackers', [1000], [], 'figure']],
    ],
    [
      'an order that nothing refers to is waited for',
      { awaited: ['api#nothing'] },
      [['tally.awaited', ['api#nothing'], [], 'figure']],
    ],
    ['too many orders are said to be waited for', { awaitsMany: true }, [['tally.awaitsMany', true, false, 'figure']]],
    ['a member is held where nobody ever is', { held: 'silver' }, [['tally.held', 'silver', null, 'figure']]],
    ['all but the transaction of two days ago', sumsOf([FRESH]), ofBonuses(300, 1500, 'entriesNotCounted')],
    ['all but the transaction that the item lists', sumsOf([OLD]), ofBonuses(1200, 1500, 'entriesNotCounted')],
    ['nothing at all', sumsOf([]), ofBonuses(0, 1500, 'figure')],
    ['one transaction twice', sumsOf([OLD, FRESH, { ...FRESH, id: 'again' }]), ofBonuses(1800, 1500, 'countedTwice')],
  ])('%s', (_, tally, told) => {
    const audit = auditOf(withTally(RIGHT, tally));
    expect(audit.told).toEqual(told);
    expect(audit.expected).toEqual(RIGHT.member);
    expect(audit.isOfEdit).toBe(false);
  });

  test('the tier that such sums gave is put down to what is wrong with them', () => {
    const poorer = rightRecords({ entries: [FRESH] });
    const audit = auditOf(poorer);
    expect(audit.told).toEqual([
      ...ofBonuses(300, 1500, 'entriesNotCounted'),
      ['tier.id', 'bronze', 'silver', 'entriesNotCounted'],
    ]);
    expect(audit.expected.tally.current.tier).toBe(1500);
    expect(audit.expected.tier).toEqual({ id: 'bronze', since: ENROLLED });
  });

  test('in a long ledger nobody looks for the one transaction that is missing', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, place) =>
        entry(bonus(`b-${place}`, 1 + place), '2026-05-01T12:00:00Z', PROGRAM),
      );
    const causesOf = (ledger: LedgerEntry[]) =>
      new Set(auditOf(rightRecords({ entries: ledger.slice(1) }), ledger).told.map(([, , , cause]) => cause));
    expect(causesOf(many(40))).toEqual(new Set(['entriesNotCounted']));
    expect(causesOf(many(400))).toEqual(new Set(['figure']));
  });
});

describe('what is on its way', () => {
  const LATE = entry(bonus('late', 500), '2026-05-03T09:30:00Z', PROGRAM);
  const LEAVES_THE_STREAM = LATE.recordedAt + 26 * HOUR_MS;

  test('is no difference as long as the stream may bring it', () => {
    const audit = auditOf(RIGHT, [...LEDGER, LATE], PROGRAM, { now: LEAVES_THE_STREAM - MINUTE_MS });
    expect(audit.told).toEqual([]);
    expect(audit.expected).toEqual(RIGHT.member);
  });

  test('is a transaction that nobody counted once the stream no longer has it', () => {
    const audit = auditOf(RIGHT, [...LEDGER, LATE], PROGRAM, { now: LEAVES_THE_STREAM + MINUTE_MS });
    expect(audit.told).toEqual([['entry api#late', null, 'counted', 'entriesNotCounted']]);
    // The rebuild that follows brings it in as news.
    expect(audit.expected).toEqual(RIGHT.member);
  });

  test.each<[string, string[]]>([
    ['its promotions were decided', ['trial']],
    ['one of them was, and the program has the other no more', ['gone', 'trial']],
  ])('has been counted where %s, whatever the list says', (_, promotions) => {
    const program = exampleProgram({ promotions: [TRIAL] });
    const firing = { ...LATE, promotions };
    const records = rightRecords({ entries: [...LEDGER, firing], program });
    expect(records.actions.map(({ key }) => key)).toEqual(['promotion#trial#api#late']);
    expect(auditOf(records, [...LEDGER, firing], program).told).toEqual([]);

    const { counted } = records.member;
    const unlisted = { ...counted, entries: counted.entries.filter(([key]) => key !== 'api#late') };
    const forgetful = withMember(records, { counted: unlisted });
    const audit = auditOf(forgetful, [...LEDGER, firing], program);
    expect(audit.told).toEqual([['counted.api#late', null, LATE.recordedAt, 'windowBroken']]);
    expect(audit.expected).toEqual(records.member);

    const uncounted = withTally(forgetful, { ...sumsOf(LEDGER, program) });
    expect(auditOf(uncounted, [...LEDGER, firing], program).told).toEqual([
      ['counted.api#late', null, LATE.recordedAt, 'windowBroken'],
      ...ofBonuses(1500, 2000, 'entriesNotCounted'),
    ]);
  });

  /** A day on which so much was taken that the list forgot it: nothing is listed, and the item was last written just now. */
  const busy = (count: number) =>
    Array.from({ length: count }, (_, place) => {
      const when = new Date(at('2026-05-03T01:00:00Z') + place * 20 * MINUTE_MS).toISOString();
      return entry(bonus(`b-${place}`, 2 ** place), when, PROGRAM);
    });
  const forgot = (counted: readonly LedgerEntry[]) =>
    withMember(rightRecords({ entries: counted }), { counted: { since: NOW, entries: [] } });

  test.each<[string, number, (place: number) => boolean]>([
    ['all of eight', 8, () => true],
    ['none of eight', 8, () => false],
    ['every other one of eight', 8, (place) => place % 2 === 0],
    ['but the first of eight', 8, (place) => place > 0],
    ['but the last of eight', 8, (place) => place < 7],
    ['all of twelve', 12, () => true],
    ['but any one of twelve', 12, (place) => place !== 4],
    ['but the newest of twelve', 12, (place) => place < 9],
  ])('may be, or not, what a busy day made the item forget: it counted %s', (_, count, isCounted) => {
    const day = busy(count);
    const records = forgot(day.filter((_, place) => isCounted(place)));
    const audit = auditOf(records, [...day].reverse());
    expect(audit.told).toEqual([]);
    expect(audit.expected.tally).toEqual(records.member.tally);
  });

  test('nobody can tell where it is one of many choices, and that is no drift', () => {
    const day = busy(9);
    const audit = auditOf(forgot(day.filter((_, place) => place !== 2 && place !== 5)), day);
    expect(audit.told).toEqual(ofBonuses(511 - 4 - 32, 511, 'inFlight'));
  });

  test('is no excuse where every choice was tried, and none gives the sums', () => {
    const day = busy(8);
    expect(auditOf(withTally(forgot(day), { balance: 1 }), day).told).toEqual([['tally.balance', 1, 255, 'figure']]);
  });

  test('is no excuse where the item lists what the ledger has not', () => {
    const day = busy(9);
    const records = forgot(day.filter((_, place) => place !== 2 && place !== 5));
    const ghost = withMember(records, { counted: { since: NOW, entries: [['api#ghost', NOW + 1]] } });
    expect(auditOf(ghost, day).told).toEqual([
      ['counted.api#ghost', NOW + 1, null, 'windowBroken'],
      ...ofBonuses(511 - 4 - 32, 511, 'figure'),
    ]);
  });

  test('once nobody brings it any more, is told beside a sum that nothing explains', () => {
    const audit = auditOf(withTally(RIGHT, { balance: 1 }), [...LEDGER, LATE], PROGRAM, {
      now: LEAVES_THE_STREAM + MINUTE_MS,
    });
    expect(audit.told).toEqual([
      ['tally.balance', 1, 1500, 'figure'],
      ['entry api#late', null, 'counted', 'entriesNotCounted'],
    ]);
  });

  test('is told from what was counted in whatever order a store gives the sums', () => {
    const day = busy(8);
    const records = forgot(day.slice(0, 4));
    const { awaitsMany, balance, orders, ...others } = records.member.tally;
    const stored = withMember(records, { tally: { awaitsMany, balance, orders, ...others } });
    expect(auditOf(stored, day).told).toEqual([]);
  });

  test('is told from an order that was counted and given back, though both together are nothing', () => {
    const strict = cap('strict', 'bronze', { from: '2026-05-03T01:00:00Z', reassessFrom: at('2026-05-03T01:00:00Z') });
    const order = entry(purchase('order', 50, euros(5000)), '2026-05-03T08:00:00Z', PROGRAM);
    const back = entry(refund('back', 'order', 5000), '2026-05-03T08:30:00Z', PROGRAM);
    const records = rightRecords({ entries: [OLD, order, back], actions: [actionThatGave(strict)] });
    const forgetful = withMember(records, { counted: { since: NOW, entries: [] } });
    // The order lifted the cap (R17): a member who is said not to have it would be said to be capped.
    expect(records.member.grants).toBeUndefined();
    expect(auditOf(forgetful, [OLD, order, back, LATE]).told).toEqual([]);
  });
});

describe('the list of what was counted lately', () => {
  const { since } = RIGHT.member.counted;
  const listed = (...entries: (readonly [string, Instant])[]) => ({ since, entries });
  const fresh = [entryKey(FRESH), FRESH.recordedAt] as const;

  test('is, of the right member, the transaction of the last 26 hours', () => {
    expect(RIGHT.member.counted).toEqual({ since: NOW - 26 * HOUR_MS, entries: [fresh] });
  });

  test.each<[string, Member['counted'], Told[]]>([
    [
      'a transaction that the ledger has not',
      listed(fresh, ['api#ghost', NOW - HOUR_MS]),
      [['counted.api#ghost', NOW - HOUR_MS, null, 'windowBroken']],
    ],
    [
      'one of another moment',
      listed([fresh[0], fresh[1] + 1]),
      [['counted.api#fresh', fresh[1] + 1, fresh[1], 'windowBroken']],
    ],
    ['one twice', listed(fresh, fresh), [['counted.api#fresh', fresh[1], fresh[1], 'windowBroken']]],
    [
      'one of before the window',
      listed(fresh, ['api#old', OLD.recordedAt]),
      [['counted.api#old', OLD.recordedAt, OLD.recordedAt, 'windowBroken']],
    ],
    ['not one that the sums hold', listed(), [['counted.api#fresh', null, fresh[1], 'windowBroken']]],
  ])('%s', (_, counted, told) => {
    const audit = auditOf(withMember(RIGHT, { counted }));
    expect(audit.told).toEqual(told);
    expect(audit.expected).toEqual(RIGHT.member);
  });

  test('is wrong without what the sums hold, too, when the stream no longer has that; and right without what they have not', () => {
    const late = entry(bonus('late', 500), '2026-05-03T09:30:00Z', PROGRAM);
    const flying = entry(bonus('flying', 40), '2026-05-04T09:30:00Z', PROGRAM);
    const records = withTally(RIGHT, sumsOf([...LEDGER, late]));
    const audit = auditOf(records, [...LEDGER, late, flying], PROGRAM, { now: flying.recordedAt + 3 * HOUR_MS });
    expect(audit.told).toEqual([['counted.api#late', null, late.recordedAt, 'windowBroken']]);
    expect(audit.expected.tally).toEqual(records.member.tally);
    expect(audit.expected.counted.entries).toEqual([['api#late', late.recordedAt], fresh]);
  });

  test.each<[string, Instant, Told[]]>([
    ['a little ahead of the auditor’s clock', NOW + 4 * MINUTE_MS, []],
    ['as far ahead of it as clocks may be', NOW + 5 * MINUTE_MS, []],
    [
      'a millisecond further',
      NOW + 5 * MINUTE_MS + 1,
      [['counted.since', NOW + 5 * MINUTE_MS + 1, 'a moment of the past', 'windowBroken']],
    ],
    ['hours ahead of it', NOW + HOUR_MS, [['counted.since', NOW + HOUR_MS, 'a moment of the past', 'windowBroken']]],
    ['at no moment at all', NOW - 0.5, [['counted.since', NOW - 0.5, 'a moment of the past', 'windowBroken']]],
  ])('begins %s', (_, moment, told) => {
    const records = rightRecords({ entries: [OLD] });
    const audit = auditOf(withMember(records, { counted: { since: moment, entries: [] } }), [OLD]);
    expect(audit.told).toEqual(told);
    expect(audit.expected.counted.since).toBe(Math.min(moment, NOW));
  });
});

describe('the cycle that the sums are of', () => {
  const nextYear = { previousStart: CYCLE.start, start: CYCLE.end, end: at('2027-12-31T23:00:00Z') };

  test.each<[string, Partial<Tally['cycle']>, Told[]]>([
    ['begins too late', { start: CYCLE.start + 1 }, [['tally.cycle.start', CYCLE.start + 1, CYCLE.start, 'figure']]],
    ['ends too late', { end: CYCLE.end + 1 }, [['tally.cycle.end', CYCLE.end + 1, CYCLE.end, 'figure']]],
    [
      'follows one that began too early',
      { previousStart: CYCLE.previousStart - 1 },
      [['tally.cycle.previousStart', CYCLE.previousStart - 1, CYCLE.previousStart, 'figure']],
    ],
    [
      'is told by no two edges: then it is the present one',
      { start: at('2023-06-01T00:00:00Z'), end: at('2024-06-01T00:00:00Z') },
      [
        ['tally.cycle.start', at('2023-06-01T00:00:00Z'), CYCLE.start, 'figure'],
        ['tally.cycle.end', at('2024-06-01T00:00:00Z'), CYCLE.end, 'figure'],
      ],
    ],
    [
      'is told by where it begins alone, which is not enough',
      { previousStart: at('2022-06-01T00:00:00Z'), start: CYCLE.previousStart, end: at('2026-06-01T00:00:00Z') },
      [
        ['tally.cycle.previousStart', at('2022-06-01T00:00:00Z'), CYCLE.previousStart, 'figure'],
        ['tally.cycle.start', CYCLE.previousStart, CYCLE.start, 'figure'],
        ['tally.cycle.end', at('2026-06-01T00:00:00Z'), CYCLE.end, 'figure'],
      ],
    ],
    [
      'is told by where it ends alone, which is not enough either',
      {
        previousStart: at('2022-06-01T00:00:00Z'),
        start: at('2022-07-01T00:00:00Z'),
        end: CYCLE.previousStart,
      },
      [
        ['tally.cycle.previousStart', at('2022-06-01T00:00:00Z'), CYCLE.previousStart, 'figure'],
        ['tally.cycle.start', at('2022-07-01T00:00:00Z'), CYCLE.start, 'figure'],
        ['tally.cycle.end', CYCLE.previousStart, CYCLE.end, 'figure'],
      ],
    ],
    [
      'has yet to begin',
      nextYear,
      [
        ['tally.cycle.previousStart', nextYear.previousStart, CYCLE.previousStart, 'figure'],
        ['tally.cycle.start', nextYear.start, CYCLE.start, 'figure'],
        ['tally.cycle.end', nextYear.end, CYCLE.end, 'figure'],
      ],
    ],
  ])('%s', (_, edges, told) => {
    const audit = auditOf(withTally(RIGHT, { cycle: { ...CYCLE, ...edges } }));
    expect(audit.told).toEqual(told);
    expect(audit.expected).toEqual(RIGHT.member);
  });

  test.each<[string, Instant]>([
    ['a moment ago, by a clock a little ahead of the auditor’s', CYCLE.end - 1],
    ['just now, by a clock as far ahead as clocks may be', CYCLE.end - 5 * MINUTE_MS],
    ['hours ago', CYCLE.end + 5 * HOUR_MS],
  ])('may have begun %s', (_, now) => {
    const records = rightRecords({ now: CYCLE.end });
    expect(records.member.tally.cycle).toEqual(nextYear);
    expect(auditOf(records, LEDGER, PROGRAM, { now }).told).toEqual([]);
  });

  test.each<[string, Partial<Tally['cycle']>, string]>([
    ['start', { start: CYCLE.start - 1 }, 'tally.cycle.start'],
    ['end', { end: CYCLE.end - 1 }, 'tally.cycle.end'],
    ['start of the one before', { previousStart: CYCLE.previousStart + 1 }, 'tally.cycle.previousStart'],
  ])('is still the one that ended, where only its %s was spoilt', (_, edges, figure) => {
    const audit = auditOf(withTally(RIGHT, { cycle: { ...CYCLE, ...edges } }), LEDGER, PROGRAM, {
      now: at('2028-05-03T10:00:00Z'),
    });
    expect(audit.told.map(([name]) => name)).toEqual([figure]);
    expect(audit.expected).toEqual(RIGHT.member);
  });
});

describe('work that is under way', () => {
  const welcome = { promotions: ['gone'], at: ENROLLED };

  test('an enrollment whose ledger was never counted is all that is told', () => {
    const records = withMember(RIGHT, { rebuildDue: true, tally: sumsOf([]), welcome });
    const audit = auditOf(records);
    expect(audit.told).toEqual([['rebuildDue', true, null, 'enrolmentUnfinished']]);
    expect(audit.expected).toEqual(records.member);
    expect(audit.isOfEdit).toBe(false);
  });

  test('promotions that one write did not finish are told of, and their welcome stays', () => {
    const records = withMember(RIGHT, { undecided: true, welcome });
    const audit = auditOf(records);
    expect(audit.told).toEqual([['undecided', true, null, 'promotionUndecided']]);
    expect(audit.expected).toEqual(records.member);
  });

  test('so are they where no enrollment fired any', () => {
    const records = withMember(RIGHT, { undecided: true });
    expect(auditOf(records).expected).toEqual(records.member);
  });

  test('a welcome of promotions that were all decided is one too many', () => {
    const audit = auditOf(withMember(RIGHT, { welcome }));
    expect(audit.told).toEqual([['welcome', welcome, null, 'historyBroken']]);
    expect(audit.expected).toEqual(RIGHT.member);
  });

  describe('a promotion that fired', () => {
    const program = exampleProgram({ promotions: [TRIAL] });
    const records = rightRecords({ program });
    const fired = (ledger: readonly LedgerEntry[], key: string) =>
      ledger.map((one) => (one.id === key ? { ...one, promotions: ['trial'] } : one));

    test.each(['old', 'fresh'])('by the transaction "%s" that was counted, and that nobody decided', (key) => {
      expect(auditOf(records, fired(LEDGER, key), program).told).toEqual([
        ['actions', null, `promotion#trial#api#${key}`, 'promotionUndecided'],
      ]);
    });

    test('is not told twice where the item says so itself', () => {
      expect(auditOf(withMember(records, { undecided: true }), fired(LEDGER, 'old'), program).told).toEqual([
        ['undecided', true, null, 'promotionUndecided'],
      ]);
    });

    test('may be decided with its transaction, which is on its way', () => {
      const late = { ...entry(bonus('late', 500), '2026-05-03T09:30:00Z', program), promotions: ['trial'] };
      expect(auditOf(records, [...LEDGER, late], program).told).toEqual([]);
    });

    test('by an enrollment, and that nobody decided, is told beside the welcome', () => {
      const greeting = exampleProgram({ promotions: [{ ...TRIAL, trigger: { on: 'enrolment' } }] });
      const greeted = withMember(rightRecords({ program: greeting }), {
        welcome: { promotions: ['trial'], at: ENROLLED },
      });
      expect(auditOf(greeted, LEDGER, greeting).told).toEqual([
        ['welcome', { promotions: ['trial'], at: ENROLLED }, null, 'historyBroken'],
        ['actions', null, 'promotion#trial', 'promotionUndecided'],
      ]);
    });
  });
});

describe('what was written down of the tier', () => {
  const up = change(1, 'bronze', 'silver');
  const chain = withNews(RIGHT, up);

  test('leads to it where every change and notice is there', () => {
    const down = change(3, 'silver', 'bronze', { direction: 'down' });
    const records = withNews(RIGHT, up, notice(2, 'silver'), down, change(4, 'bronze', 'silver'));
    expect(auditOf(records).told).toEqual([]);
    expect(auditOf(chain).expected).toEqual(chain.member);
  });

  test.each<[string, MemberRecords, Told[]]>([
    [
      'a change is missing',
      {
        ...withNews(RIGHT, change(1, 'bronze', 'gold'), change(2, 'gold', 'silver')),
        news: [change(2, 'gold', 'silver')],
      },
      [['change 1', null, 'a change or a notice', 'historyBroken']],
    ],
    [
      'a change in the middle is missing: that the next one does not follow is not told as well',
      {
        ...withMember(chain, { tier: { id: 'silver', since: ENROLLED + 3 * HOUR_MS }, changes: 3 }),
        news: [up, change(3, 'gold', 'silver')],
      },
      [['change 2', null, 'a change or a notice', 'historyBroken']],
    ],
    [
      'a notice is missing',
      { ...withMember(chain, { changes: 3 }), news: [up, notice(3, 'silver')] },
      [['change 2', null, 'a change or a notice', 'historyBroken']],
    ],
    [
      'a change does not follow from the one before it',
      withNews(RIGHT, up, change(2, 'gold', 'silver')),
      [['change 2.from', 'gold', 'silver', 'historyBroken']],
    ],
    [
      'it does not though a notice is between them',
      withNews(RIGHT, up, notice(2, 'silver'), change(3, 'gold', 'silver')),
      [['change 3.from', 'gold', 'silver', 'historyBroken']],
    ],
    ['more changes are counted', withMember(chain, { changes: 5 }), [['changes', 5, 1, 'historyBroken']]],
    [
      'the last notice is not counted',
      { ...chain, news: [up, notice(2, 'silver')] },
      [['changes', 1, 2, 'historyBroken']],
    ],
    [
      'the tier is of another moment than its change',
      withMember(chain, { tier: { id: 'silver', since: ENROLLED } }),
      [['tier.since', ENROLLED, up.occurredAt, 'historyBroken']],
    ],
    [
      'the tier is another than the last change says',
      withNews(RIGHT, change(1, 'bronze', 'gold')),
      [['tier.id', 'gold', 'silver', 'tierStale']],
    ],
    [
      'the tier is neither what the last change says nor what the sums give, which is told once',
      withMember(withNews(RIGHT, change(1, 'bronze', 'platinum')), { tier: { id: 'gold', since: up.occurredAt } }),
      [['tier.id', 'gold', 'platinum', 'historyBroken']],
    ],
    [
      'the tier is right, and the last change says another',
      withMember(withNews(RIGHT, change(1, 'bronze', 'gold')), { tier: { id: 'silver', since: up.occurredAt } }),
      [['tier.id', 'silver', 'gold', 'historyBroken']],
    ],
    [
      'nothing says how it came about',
      withMember(withNews(RIGHT), { tier: { id: 'silver', since: up.occurredAt } }),
      [
        ['tier.id', 'silver', 'bronze', 'historyBroken'],
        ['tier.since', up.occurredAt, ENROLLED, 'historyBroken'],
      ],
    ],
    ['it was never written', withMember(chain, { version: 0 }), [['version', 0, 'a count of writes', 'historyBroken']]],
    [
      'it was written half a time',
      withMember(chain, { version: 1.5 }),
      [['version', 1.5, 'a count of writes', 'historyBroken']],
    ],
  ])('and %s', (_, records, told) => {
    expect(auditOf(records).told).toEqual(told);
  });

  test.each<[string, MemberRecords['news'], string | undefined, Told[], string | undefined]>([
    ['the run that moved it', [change(1, 'bronze', 'silver', { runId: 'run-1' })], 'run-1', [], 'run-1'],
    [
      'the last one that did, though a purchase came after it',
      [
        change(1, 'bronze', 'gold', { runId: 'run-1' }),
        change(2, 'gold', 'bronze', { runId: 'run-2' }),
        change(3, 'bronze', 'silver'),
      ],
      'run-2',
      [],
      'run-2',
    ],
    [
      'an earlier one',
      [change(1, 'bronze', 'gold', { runId: 'run-1' }), change(2, 'gold', 'silver', { runId: 'run-2' })],
      'run-1',
      [['movedBy', 'run-1', 'run-2', 'historyBroken']],
      'run-2',
    ],
    [
      'none, and one did',
      [change(1, 'bronze', 'silver', { runId: 'run-1' })],
      undefined,
      [['movedBy', null, 'run-1', 'historyBroken']],
      'run-1',
    ],
    ['one, and none did', [up], 'run-1', [['movedBy', 'run-1', null, 'historyBroken']], undefined],
  ])('names as the run that moved it %s', (_, news, movedBy, told, expected) => {
    const records = withNews(RIGHT, ...news);
    const audit = auditOf(movedBy === undefined ? records : withMember(records, { movedBy }));
    expect(audit.told).toEqual(told);
    expect('movedBy' in audit.expected).toBe(expected !== undefined);
    expect(audit.expected.movedBy).toBe(expected);
  });
});

describe('what it is found by', () => {
  const anniversaries = exampleProgram({ cycle: { type: 'enrollment' } });
  const yearly = rightRecords({ program: anniversaries });

  test.each<[string, MemberRecords, Program, Told[]]>([
    [
      'another anniversary',
      withMember(yearly, { anniversary: '05-02' }),
      anniversaries,
      [['anniversary', '05-02', '05-01', 'timer']],
    ],
    ['no anniversary', without(yearly, 'anniversary'), anniversaries, [['anniversary', null, '05-01', 'timer']]],
    [
      'an anniversary where the cycles of all end together',
      withMember(RIGHT, { anniversary: '05-01' }),
      PROGRAM,
      [['anniversary', '05-01', null, 'timer']],
    ],
    [
      'what the indexes ask for, which follows from nothing',
      { ...RIGHT, staleIndexKeys: [{ figure: 'due', stored: 'never', ledger: null }] },
      PROGRAM,
      [['due', 'never', null, 'timer']],
    ],
    [
      'a moment at which nothing is due',
      withMember(RIGHT, { nextDueAt: NOW + DAY_MS }),
      PROGRAM,
      [['nextDueAt', NOW + DAY_MS, null, 'timer']],
    ],
  ])('%s', (_, records, program, told) => {
    const audit = auditOf(records, LEDGER, program);
    expect(audit.told).toEqual(told);
    expect(audit.expected).toEqual((program === PROGRAM ? RIGHT : yearly).member);
  });

  describe('when something is due next', () => {
    /** Both end at midnight in Madrid, one of them after the clocks there went back. */
    const AUTUMN = '2026-11-20T23:00:00Z';
    const first = floor('first', 'gold', { until: AUTUMN, from: '2026-05-02T10:00:00Z' });
    const next = floor('next', 'platinum', { until: '2028-06-01T22:00:00Z', from: '2026-05-02T10:00:00Z' });
    const forGood = floor('for good', 'silver', { from: '2026-05-02T10:00:00Z' });
    const held = cap('held', 'bronze', { until: AUTUMN, from: '2026-05-02T10:00:00Z' });
    const given = (...grants: Grant[]) => rightRecords({ actions: grants.map((grant) => actionThatGave(grant)) });
    const WARNED = at('2026-10-21T22:00:00Z');

    test('is the first warning of the floor that ends first, or the end of a cap', () => {
      expect(given(forGood, first, next).member.nextDueAt).toBe(WARNED);
      expect(given(held).member.nextDueAt).toBe(at(AUTUMN));
    });

    const SEVEN_DAYS = at('2026-11-13T23:00:00Z');

    test.each<[string, Instant]>([
      ['before it', at('2026-11-02T10:00:00Z')],
      ['in the hour between', SEVEN_DAYS + 30 * MINUTE_MS],
      ['after both', SEVEN_DAYS + 2 * HOUR_MS],
    ])('is the warning after the one that was written down, where the item says an hour later: seen %s', (_, now) => {
      const right = rightRecords({ actions: [actionThatGave(first)], now: at('2026-11-01T10:00:00Z') });
      expect(right.member.nextDueAt).toBe(SEVEN_DAYS);
      const spoilt = withMember(right, { nextDueAt: SEVEN_DAYS + HOUR_MS });
      const audit = auditOf(spoilt, LEDGER, PROGRAM, { now });
      expect(audit.told).toEqual([['nextDueAt', SEVEN_DAYS + HOUR_MS, SEVEN_DAYS, 'timer']]);
      expect(audit.expected).toEqual(right.member);
    });

    test('is the end, where a purchase came after the last warning and nothing was told of either', () => {
      const points = entry(bonus('points', 5200), '2026-05-01T12:00:00Z', PROGRAM);
      const late = entry(bonus('late', 1), '2026-11-15T10:00:00Z', PROGRAM);
      const entries = [late, points];
      const settled = rightRecords({ entries, actions: [actionThatGave(first)], now: late.recordedAt });
      const right = withNews(settled, change(1, 'bronze', 'gold'));
      const END = at(AUTUMN);
      expect(right.member.nextDueAt).toBe(END);
      const audit = auditOf(withMember(right, { nextDueAt: END + HOUR_MS }), entries, PROGRAM, {
        now: END - HOUR_MS,
      });
      expect(audit.told).toEqual([['nextDueAt', END + HOUR_MS, END, 'timer']]);
      expect(audit.expected).toEqual(right.member);
    });

    const later = floor('later', 'platinum', { until: '2027-06-01T10:00:00Z', from: '2026-05-02T10:00:00Z' });
    const of = [first, later, forGood];
    test.each<[string, Grant[], string | undefined, AuditCause]>([
      ['nothing, though a floor ends', [first], undefined, 'timer'],
      ['an hour after the warning', [first], '2026-10-21T23:00:00Z', 'timer'],
      ['the same, beside a gift that never ends', of, '2026-10-21T23:00:00Z', 'timer'],
      ['after the end', [first], '2026-11-21T23:00:00Z', 'timer'],
      ['between the ends of two floors', of, '2027-03-20T23:00:00Z', 'timer'],
      ['what another brand would tell 14 days before', [first], '2026-11-06T23:00:00Z', 'rulebookEdited'],
      [
        'what another brand would tell 45 days before, in summer time',
        [first],
        '2026-10-06T22:00:00Z',
        'rulebookEdited',
      ],
      ['45 times 24 hours before', [first], '2026-10-06T23:00:00Z', 'timer'],
      ['the end itself, as where a brand warns of none', of, AUTUMN, 'rulebookEdited'],
      ['what another brand would tell 210 days before the later end', of, '2026-11-03T11:00:00Z', 'rulebookEdited'],
      ['a year before, which is the longest warning', [next], '2027-06-02T22:00:00Z', 'rulebookEdited'],
      ['longer before than any brand warns', [next], '2027-05-31T22:00:00Z', 'timer'],
      ['a warning of the end of a cap', [held], '2026-11-06T23:00:00Z', 'timer'],
    ])('is, where the item says %s, told with its cause', (_, grants, moment, cause) => {
      const right = given(...grants);
      const records = moment === undefined ? without(right, 'nextDueAt') : withMember(right, { nextDueAt: at(moment) });
      const audit = auditOf(records);
      expect(audit.told).toEqual([
        ['nextDueAt', moment === undefined ? null : at(moment), right.member.nextDueAt, cause],
      ]);
      expect(audit.expected).toEqual(right.member);
    });
  });
});

describe('what actions gave', () => {
  const gold = floor('a gift', 'gold', { from: '2026-05-02T10:00:00Z', until: '2026-08-01T10:00:00Z' });
  const silver = floor('b gift', 'silver', { from: '2026-05-02T10:00:00Z' });
  const right = rightRecords({ actions: [actionThatGave(gold), actionThatGave(silver)] });
  const longer = { ...gold, until: at('2026-09-01T10:00:00Z') };
  const ghost = floor('ghost', 'silver', { from: '2026-05-02T10:00:00Z' });

  test.each<[string, Grant[], Told[]]>([
    ['is right in whatever order', [silver, gold], []],
    ['is missing', [gold], [['grants.b gift', null, silver, 'grants']]],
    ['is another', [longer, silver], [['grants.a gift', longer, gold, 'grants']]],
    ['is there twice', [gold, gold, silver], [['grants.a gift', gold, gold, 'grants']]],
    ['is one too many', [gold, silver, ghost], [['grants.ghost', ghost, null, 'grants']]],
    [
      'is all another: one after the other, by their names',
      [ghost],
      [
        ['grants.a gift', null, gold, 'grants'],
        ['grants.b gift', null, silver, 'grants'],
        ['grants.ghost', ghost, null, 'grants'],
      ],
    ],
  ])('%s', (_, grants, told) => {
    const audit = auditOf(withMember(right, { grants }));
    expect(audit.told).toEqual(told);
    expect(audit.expected).toEqual(right.member);
  });

  test('is all gone', () => {
    const audit = auditOf(without(right, 'grants'));
    expect(audit.told).toEqual([
      ['grants.a gift', null, gold, 'grants'],
      ['grants.b gift', null, silver, 'grants'],
    ]);
    expect(audit.expected).toEqual(right.member);
  });

  test('is nothing, and the tier is that of a gift that nobody gave: that is why', () => {
    const raised = withNews(RIGHT, change(1, 'bronze', 'gold'));
    const invented = floor('ghost', 'gold');
    const audit = auditOf(withMember(raised, { grants: [invented] }));
    expect(audit.told).toEqual([
      ['grants.ghost', invented, null, 'grants'],
      ['tier.id', 'gold', 'silver', 'grants'],
    ]);
    expect('grants' in audit.expected).toBe(false);
    expect('nextDueAt' in audit.expected).toBe(false);
  });
});

describe('an edit of the program', () => {
  const before = { programVersion: OTHER_VERSION };
  const above = withNews(RIGHT, change(1, 'bronze', 'gold', before));
  const neverMoved = withNews(RIGHT);
  const rising = [entry(bonus('old', 5200), '2026-05-01T12:00:00Z', PROGRAM), FRESH];
  const below = withNews(rightRecords({ entries: rising }), change(1, 'bronze', 'silver', before));
  const [EARLIER, LATER] = [FRESH.recordedAt - HOUR_MS, FRESH.recordedAt + HOUR_MS];

  test.each<[string, MemberRecords, readonly LedgerEntry[], Instant | undefined, Told[], boolean]>([
    [
      'explains a tier above the sums',
      above,
      LEDGER,
      undefined,
      [['tier.id', 'gold', 'silver', 'rulebookEdited']],
      true,
    ],
    [
      'explains it until the cycle ends, though a purchase came since',
      above,
      LEDGER,
      EARLIER,
      [['tier.id', 'gold', 'silver', 'rulebookEdited']],
      true,
    ],
    ['explains a tier below them', below, rising, undefined, [['tier.id', 'silver', 'gold', 'rulebookEdited']], true],
    [
      'explains it though it was seen since the last purchase',
      below,
      rising,
      LATER,
      [['tier.id', 'silver', 'gold', 'rulebookEdited']],
      true,
    ],
    [
      'explains it though a purchase came at the very moment at which it was first seen',
      below,
      rising,
      FRESH.recordedAt,
      [['tier.id', 'silver', 'gold', 'rulebookEdited']],
      true,
    ],
    [
      'explains none below where a purchase came since',
      below,
      rising,
      EARLIER,
      [['tier.id', 'silver', 'gold', 'tierStale']],
      false,
    ],
    [
      'explains the first tier of one who never moved',
      neverMoved,
      LEDGER,
      undefined,
      [['tier.id', 'bronze', 'silver', 'rulebookEdited']],
      true,
    ],
    [
      'explains that neither where a purchase came since',
      neverMoved,
      LEDGER,
      EARLIER,
      [['tier.id', 'bronze', 'silver', 'tierStale']],
      false,
    ],
    [
      'explains no tier of a change that the present rules judged',
      withNews(RIGHT, change(1, 'bronze', 'gold')),
      LEDGER,
      undefined,
      [['tier.id', 'gold', 'silver', 'tierStale']],
      false,
    ],
    [
      'may be why a right tier is right',
      withNews(RIGHT, change(1, 'bronze', 'silver', before)),
      LEDGER,
      undefined,
      [],
      true,
    ],
  ])('%s', (_, records, entries, inForceSince, told, isOfEdit) => {
    const audit = auditOf(records, entries, PROGRAM, { inForceSince });
    expect(audit.told).toEqual(told);
    expect(audit.isOfEdit).toBe(isOfEdit);
    expect(audit.expected).toEqual(records.member);
  });

  test('is judged since then also where a change was written, and no transaction is listed any more', () => {
    const settled = withMember(below, { counted: { since: NOW - 26 * HOUR_MS, entries: [] } });
    const old = rising.slice(0, 1);
    const records = withTally(settled, sumsOf(old));
    const tierOf = (inForceSince: Instant) => auditOf(records, old, PROGRAM, { inForceSince }).told;
    expect(tierOf(ENROLLED)).toEqual([['tier.id', 'silver', 'gold', 'tierStale']]);
    expect(tierOf(ENROLLED + 2 * HOUR_MS)).toEqual([['tier.id', 'silver', 'gold', 'rulebookEdited']]);
  });

  test('is not the reason where a sum is wrong', () => {
    const audit = auditOf(withTally(above, { balance: 1 }));
    expect(audit.told).toEqual([
      ['tally.balance', 1, 1500, 'figure'],
      ['tier.id', 'gold', 'silver', 'figure'],
    ]);
  });

  test('is still the reason where only a timer or a count of changes is wrong', () => {
    const audit = auditOf(withMember(above, { nextDueAt: NOW + DAY_MS, changes: 2 }));
    expect(audit.told).toEqual([
      ['changes', 2, 1, 'historyBroken'],
      ['nextDueAt', NOW + DAY_MS, null, 'timer'],
      ['tier.id', 'gold', 'silver', 'rulebookEdited'],
    ]);
  });

  const { tiers } = EXAMPLE_PROGRAM;
  test.each<[string, MemberRecords, Program, Told[]]>([
    [
      'that it reached',
      withNews(RIGHT, change(1, 'bronze', 'gold')),
      exampleProgram({ tiers: tiers.filter(({ id }) => id !== 'gold') }),
      [['tier.id', 'gold', 'silver', 'rulebookEdited']],
    ],
    [
      'in which it began',
      neverMoved,
      exampleProgram({ tiers: [{ id: 'basic', name: 'Basic', threshold: 0 }, ...tiers.slice(1)] }),
      [['tier.id', 'bronze', 'silver', 'rulebookEdited']],
    ],
  ])('took away the tier %s', (_, records, program, told) => {
    const audit = auditOf(records, LEDGER, program, { inForceSince: ENROLLED - DAY_MS });
    expect(audit.told).toEqual(told);
    expect(audit.isOfEdit).toBe(true);
    expect(audit.expected).toEqual(records.member);
  });

  test('of what counts makes sums that nobody can compare', () => {
    const records = withMember(withTally(RIGHT, { balance: 1 }), { countedUnder: 'other' });
    const audit = auditOf(records);
    expect(audit.told).toEqual([['countedUnder', 'other', PROGRAM.countingRule, 'rulebookEdited']]);
    expect(audit.isOfEdit).toBe(true);
    expect(audit.expected).toEqual(records.member);
  });
});

describe('the tier at which a fall left or spared the member', () => {
  const downgrade = { timing: 'recalculation' } as const;
  const sparing = exampleProgram({ downgrade });
  const up = entry(bonus('up', 5500), '2026-05-01T12:00:00Z', sparing);
  const down = entry({ id: 'down', type: 'adjustment', points: -2000 }, '2026-05-01T13:00:00Z', sparing);
  const ledger = [up, down];
  const spared = (programVersion: string) =>
    withNews(rightRecords({ entries: ledger, program: sparing }), change(1, 'bronze', 'gold', { programVersion }));
  const judged = spared(sparing.version);
  const edited = spared(OTHER_VERSION);
  const { held: _, ...notHeld } = judged.member.tally;

  test('is Gold, though the points give Silver', () => {
    expect(judged.member.tally.held).toBe('gold');
    expect(auditOf(judged, ledger, sparing).told).toEqual([]);
    expect(auditOf(edited, ledger, sparing).told).toEqual([]);
  });

  test.each<[string, MemberRecords, string | undefined, AuditCause]>([
    ['another by the rules of today', judged, 'silver', 'figure'],
    ['none by the rules of today', judged, undefined, 'figure'],
    ['a tier that the member does not show, though there was an edit', edited, 'silver', 'figure'],
    ['none after an edit', edited, undefined, 'rulebookEdited'],
    ['a tier that an edit took away', edited, 'diamond', 'rulebookEdited'],
    ['a tier that no program had, by the rules of today', judged, 'diamond', 'figure'],
  ])('is %s', (_, records, held, cause) => {
    const tally = held === undefined ? notHeld : { ...notHeld, held };
    const audit = auditOf(withMember(records, { tally }), ledger, sparing);
    expect(audit.told).toEqual([['tally.held', held ?? null, 'gold', cause]]);
    expect(audit.expected).toEqual(records.member);
  });

  test('goes on from the newest transaction, whose moment is a figure like any other', () => {
    const audit = auditOf(withTally(edited, { latestAt: up.occurredAt }), ledger, sparing);
    expect(audit.told).toEqual([['tally.latestAt', up.occurredAt, down.occurredAt, 'figure']]);
    expect(audit.expected).toEqual(edited.member);
  });

  test('is judged otherwise after an edit of where a fall leads, which lowers nobody before the cycle ends', () => {
    const toBase = exampleProgram({ downgrade: { target: 'base' } });
    const audit = auditOf(judged, ledger, toBase, { inForceSince: ENROLLED - DAY_MS });
    expect(audit.told).toEqual([
      ['countedUnder', sparing.countingRule, toBase.countingRule, 'rulebookEdited'],
      ['tally.held', 'gold', 'bronze', 'rulebookEdited'],
      ['tier.id', 'gold', 'bronze', 'rulebookEdited'],
    ]);
    expect(audit.isOfEdit).toBe(true);
    expect(audit.expected.tier).toEqual(judged.member.tier);
  });

  test.each<[string, MemberRecords, Program, Told[]]>([
    [
      'to one that remembers the way',
      withNews(rightRecords({ entries: ledger }), change(1, 'bronze', 'silver')),
      sparing,
      [
        ['tally.latestAt', null, down.occurredAt, 'rulebookEdited'],
        ['tally.held', null, 'gold', 'rulebookEdited'],
        ['tier.id', 'silver', 'gold', 'rulebookEdited'],
      ],
    ],
    [
      'to one that counts points alone',
      judged,
      PROGRAM,
      [
        ['tally.latestAt', down.occurredAt, null, 'rulebookEdited'],
        ['tally.held', 'gold', null, 'rulebookEdited'],
        ['tier.id', 'gold', 'silver', 'rulebookEdited'],
      ],
    ],
  ])('waits for the next write after an edit of the way in which tiers are lost: %s', (_, records, program, told) => {
    const audit = auditOf(records, ledger, program, { inForceSince: NOW });
    expect(audit.told.filter(([figure]) => figure !== 'countedUnder')).toEqual(told);
    expect(audit.isOfEdit).toBe(true);
  });

  test('does not wait where a sum is wrong, which no edit of the way makes so', () => {
    const audit = auditOf(withTally(judged, { balance: 1 }), ledger, PROGRAM, { inForceSince: NOW });
    expect(audit.told).toEqual([
      ['countedUnder', sparing.countingRule, PROGRAM.countingRule, 'rulebookEdited'],
      ['tally.balance', 1, 3500, 'figure'],
      ['tally.latestAt', down.occurredAt, null, 'rulebookEdited'],
      ['tally.held', 'gold', null, 'rulebookEdited'],
      ['tier.id', 'gold', 'silver', 'figure'],
    ]);
  });

  test.each<[string, Partial<Member>, Told[]]>([
    ['', {}, []],
    [', and whatever timer is wrong', { nextDueAt: NOW + DAY_MS }, [['nextDueAt', NOW + DAY_MS, null, 'timer']]],
  ])(
    'was another before the edit: then the tier waits for it as well, whatever was counted since%s',
    (_, more, told) => {
      const tiers = EXAMPLE_PROGRAM.tiers.map((tier) => (tier.id === 'platinum' ? { ...tier, threshold: 5400 } : tier));
      const lower = exampleProgram({ downgrade, tiers });
      const audit = auditOf(withMember(edited, more), ledger, lower, { inForceSince: ENROLLED - DAY_MS });
      expect(audit.told).toEqual([
        ['tally.held', 'gold', 'platinum', 'rulebookEdited'],
        ...told,
        ['tier.id', 'gold', 'platinum', 'rulebookEdited'],
      ]);
      expect(audit.isOfEdit).toBe(true);
    },
  );

  test('was none before the edit: that is no reason for a tier below what the points give', () => {
    const before = { programVersion: OTHER_VERSION };
    const fallen = withNews(edited, change(1, 'bronze', 'gold', before), change(2, 'gold', 'bronze', before));
    const audit = auditOf(withMember(fallen, { tally: notHeld }), ledger, sparing, { inForceSince: ENROLLED - DAY_MS });
    expect(audit.told).toEqual([
      ['tally.held', null, 'gold', 'rulebookEdited'],
      ['tier.id', 'bronze', 'gold', 'tierStale'],
    ]);
    expect(audit.isOfEdit).toBe(false);
  });
});
