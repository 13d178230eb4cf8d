import { describe, expect, test } from 'vitest';
import type { ActionRecord } from '../../../core/actions/action-record.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import { MAX_DECIDED_AT_ONCE } from '../../../core/actions/promotions.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { advanceMember, withGrants } from '../../../core/member/advance-member.ts';
import { type Counting, countEntries } from '../../../core/member/count-entries.ts';
import { decisionMoment } from '../../../core/member/decision-moment.ts';
import type { Member } from '../../../core/member/member.ts';
import { rebuildMember } from '../../../core/member/rebuild-member.ts';
import type { ProgramFile, PromotionFile } from '../../../core/program/brand.ts';
import type { Program } from '../../../core/program/program.ts';
import { MAX_AWAITED } from '../../../core/rules/tally.ts';
import { HOUR_MS } from '../../../core/time.ts';
import { exampleProgram } from '../../support/program.ts';
import {
  at,
  bonus,
  entry,
  euros,
  type Facts,
  historyOf,
  memberWith,
  newMember,
  purchase,
  refund,
  written,
} from '../members.ts';
import { actionThatGave, cap, floor, memberGiven } from './given.ts';

const PROGRAM = exampleProgram();
const NOON = '2026-05-02T12:00:00Z';
const DAY = 24 * HOUR_MS;

const facts = (what: Facts, when = NOON) => entry(what, when, PROGRAM);

function count(member: Member, entries: LedgerEntry[], now = NOON, program = PROGRAM): Counting {
  return countEntries(member, entries, program, at(now));
}

function counted(member: Member, entries: LedgerEntry[], now = NOON) {
  const counting = count(member, entries, now);
  if (counting.kind !== 'counted')
    throw new Error(`expected the entries to be counted, not ${JSON.stringify(counting)}`);
  return written(counting);
}

/** What counting comes to where the member alone cannot tell. */
function rebuild(member: Member, ledger: LedgerEntry[], newEntries: LedgerEntry[], now = NOON, program = PROGRAM) {
  return written(rebuildMember(member, historyOf(ledger), program, { cause: 'transaction', newEntries }, at(now)));
}

const with800 = memberWith([facts(bonus('first', 800), '2026-05-02T08:00:00Z')], PROGRAM, at('2026-05-02T08:00:00Z'));

describe('a transaction', () => {
  test('E1: that brings the points over the threshold moves the figures, the tier and the date of change in one step', () => {
    const { member, changes } = counted(with800, [facts(purchase('order', 500))]);
    expect(member).toMatchObject({
      tier: { id: 'silver', since: at(NOON) },
      changes: 1,
      tally: { current: { tier: 1300 }, lifetimePoints: 1300, balance: 1300, orders: 1 },
    });
    expect(changes).toStrictEqual([
      {
        memberId: 'm-1',
        sequence: 1,
        from: { id: 'bronze', name: 'Bronze', rank: 0 },
        to: { id: 'silver', name: 'Silver', rank: 1 },
        direction: 'up',
        cause: 'transaction',
        transactionId: 'order',
        occurredAt: at(NOON),
        recordedAt: at(NOON),
        expiresAt: null,
        programVersion: PROGRAM.version,
        points: 1300,
        next: { id: 'gold', name: 'Gold', rank: 2, missing: 3700 },
        announced: true,
      },
    ]);
  });

  test('E4: that leaves the tier as it is changes nothing but the figures', () => {
    const silver = counted(with800, [facts(purchase('order', 500))]).member;
    const { member, changes } = counted(silver, [facts(purchase('more', 200))]);
    expect(changes).toEqual([]);
    expect(member.tier).toEqual(silver.tier);
    expect(member.tally.current.tier).toBe(1500);
  });

  test('E6: that spends points moves no tier points', () => {
    const { member, changes } = counted(with800, [facts({ id: 'x', type: 'redemption', points: 200 })]);
    expect(member.tally).toMatchObject({ current: { tier: 800 }, balance: 600 });
    expect(changes).toEqual([]);
  });

  test('E7: that takes points moves the tier down at once, and says nothing to the member', () => {
    const silver = memberWith([facts(bonus('first', 1100))], PROGRAM, at(NOON));
    const { member, changes } = counted(silver, [facts({ id: 'x', type: 'expiry', points: 200 })]);
    expect(member).toMatchObject({ tier: { id: 'bronze' }, tally: { current: { tier: 900 } } });
    expect(changes).toMatchObject([{ direction: 'down', cause: 'transaction', announced: false, points: 900 }]);
  });

  test('several tiers at once are jumped in one change', () => {
    const { changes } = counted(with800, [facts(purchase('order', 9_200))]);
    expect(changes).toMatchObject([{ from: { id: 'bronze' }, to: { id: 'platinum' } }]);
    expect(changes[0]).not.toHaveProperty('next');
  });

  test('that happened last cycle counts there, and one of an older cycle for the lifetime only', () => {
    const late = (id: string, points: number, when: string) => ({
      ...facts(bonus(id, points), when),
      recordedAt: at(NOON),
    });
    const { member } = counted(with800, [
      late('last', 50, '2025-12-31T22:59:59.999Z'),
      late('start', 20, '2024-12-31T23:00:00Z'),
      late('older', 7, '2024-12-31T22:59:59.999Z'),
      late('new', 3, '2025-12-31T23:00:00Z'),
    ]);
    expect(member.tally).toMatchObject({ previous: { tier: 70 }, current: { tier: 803 }, lifetimePoints: 880 });
  });
});

test('a clock that is behind the one that took the entry dates nothing before it', () => {
  const { member, changes } = counted(with800, [facts(purchase('order', 500))], '2026-05-02T11:59:58Z');
  expect(member.tier.since).toBe(at(NOON));
  expect(changes).toMatchObject([{ occurredAt: at(NOON), recordedAt: at(NOON) }]);
});

test.each<[string, Partial<Member>, { entries?: LedgerEntry[]; grants?: Grant[] }]>([
  ['an entry', {}, { entries: [facts(bonus('a', 1), '2026-05-02T12:00:02Z')] }],
  ['an action', {}, { grants: [floor('a', 'gold', { from: '2026-05-02T12:00:02Z' })] }],
  ['a grant', { grants: [floor('a', 'gold', { from: '2026-05-02T12:00:02Z' })] }, {}],
  ['a change of tier', { tier: { id: 'gold', since: at('2026-05-02T12:00:02Z') } }, {}],
  ['the enrolment', { welcome: { promotions: [], at: at('2026-05-02T12:00:02Z') } }, {}],
])('nor does a clock that is behind decide before %s that is known', (_, more, { entries, grants = [] }) => {
  const actions = grants.map((grant) => actionThatGave(grant));
  expect(decisionMoment(at(NOON), { ...with800, ...more }, entries, actions)).toBe(at('2026-05-02T12:00:02Z'));
});

describe('several entries at once', () => {
  const silver = [facts(bonus('a', 100)), facts(purchase('b', 200)), facts(bonus('c', 50))];

  test('make one change, put down to the one that tipped the scales', () => {
    const { member, changes } = counted(with800, silver);
    expect(member.tally.current.tier).toBe(1150);
    expect(changes).toMatchObject([{ to: { id: 'silver' }, transactionId: 'b' }]);
  });

  test('that come twice count once', () => {
    const { member, newEntries } = counted(with800, [silver[0]!, silver[0]!, silver[1]!, silver[0]!]);
    expect(member.tally.current.tier).toBe(1100);
    expect(newEntries).toEqual([silver[0], silver[1]]);
    expect(count(member, [silver[1]!, silver[0]!])).toEqual({ kind: 'alreadyCounted' });
  });

  test('that go up and down again make no change', () => {
    const back = facts({ id: 'back', type: 'adjustment', points: -300 });
    expect(counted(with800, [...silver, back]).changes).toEqual([]);
  });

  test("over a cycle's end are put down to the one that tipped the scales after it", () => {
    const when = '2027-01-02T00:00:00Z';
    const old = facts(bonus('old', 1200), '2025-03-01T00:00:00Z');
    const was = memberWith([old], PROGRAM, at('2026-12-01T00:00:00Z'));
    expect(was.tier.id).toBe('silver');
    const brought = [facts(bonus('a', 1000), when), facts(bonus('b', 1), when)];
    expect(count(was, brought, when)).toEqual({ kind: 'rebuildNeeded', because: 'something ended meanwhile' });
    const { changes } = rebuild(was, [old, ...brought], brought, when);
    expect(changes).toMatchObject([
      { cause: 'recalculation', from: { id: 'silver' }, to: { id: 'bronze' } },
      { cause: 'transaction', from: { id: 'bronze' }, to: { id: 'silver' }, transactionId: 'a' },
    ]);
  });
});

describe('what cannot be decided from the member alone is counted anew from the ledger', () => {
  const orphan = facts(refund('r', 'order', 100));
  const waiting = memberWith([orphan], PROGRAM, at(NOON));
  const orphans = Array.from({ length: MAX_AWAITED + 1 }, (_, place) => facts(refund(`r${place}`, `o${place}`, 100)));
  const waitingForMany = memberWith(orphans, PROGRAM, at(NOON));

  test.each<[string, Member, Facts, string, string | undefined]>([
    ['a bonus', with800, bonus('b', 1), NOON, undefined],
    ['a purchase that is its own order', with800, purchase('b', 1), NOON, undefined],
    ['a purchase that names itself as its order', with800, purchase('b', 1, { orderId: 'b' }), NOON, undefined],
    ['a part of an order', with800, purchase('b', 1, { orderId: 'a' }), NOON, 'part of an order'],
    ['a refund', with800, refund('r', 'first', 100), NOON, 'part of an order'],
    ['an expiry that names nothing', with800, { id: 'x', type: 'expiry', points: 1 }, NOON, undefined],
    [
      'an expiry that names an order',
      with800,
      { id: 'x', type: 'expiry', points: 1, orderId: 'a' },
      NOON,
      'part of an order',
    ],
    ['an adjustment, whatever order it mentions', with800, { ...bonus('b', 1), orderId: 'a' }, NOON, undefined],
    ['the order that a refund waits for', waiting, purchase('order', 1), NOON, 'awaited by another entry'],
    ['another order than that', waiting, purchase('other', 1), NOON, undefined],
    ['anything, while many are awaited', waitingForMany, bonus('b', 1), NOON, 'awaited by another entry'],
    ['what is older than the window', with800, bonus('b', 1), '2026-05-01T06:00:00Z', 'older than the window'],
  ])('%s', (_, member, what, when, because) => {
    const counting = count(member, [facts(what, when)]);
    expect(counting.kind === 'rebuildNeeded' ? counting.because : undefined).toBe(because);
  });

  const END_OF_YEAR = at('2026-12-31T23:00:00Z');
  const goldUntil = (until: number, daysBefore: number[] = []) => {
    const program = exampleProgram({ reminders: { daysBefore } });
    const grant: Grant = { key: 'a', kind: 'floor', tier: 'gold', from: at(NOON), until };
    const member = { ...with800, tier: { id: 'gold', since: at(NOON) } };
    return { program, member: withGrants(member, [grant], at(NOON), program) };
  };
  const evening = at('2026-05-20T20:00:00Z');

  test.each<[string, Member, Program, number]>([
    ['a cycle', with800, PROGRAM, END_OF_YEAR],
    ['a grant', goldUntil(evening).member, goldUntil(evening).program, evening],
    [
      'the time to remind of an end',
      goldUntil(evening, [3]).member,
      goldUntil(evening, [3]).program,
      evening - 3 * DAY,
    ],
  ])('what comes once %s has ended, from that very millisecond on', (_, member, program, end) => {
    const countAt = (now: number) => {
      const entry = { ...facts(bonus('b', 1)), recordedAt: end - 10 };
      const counting = countEntries(member, [entry], program, now);
      return counting.kind === 'rebuildNeeded' ? counting.because : counting.kind;
    };
    expect([countAt(end - 1), countAt(end), countAt(end + 1)]).toEqual([
      'counted',
      'something ended meanwhile',
      'something ended meanwhile',
    ]);
    // By whichever clock: that of the function may be behind the one that took the entry.
    const after = { ...facts(bonus('b', 1)), recordedAt: end };
    expect(countEntries(member, [after], program, end - 2_000)).toMatchObject({ kind: 'rebuildNeeded' });
  });

  test('what fires a promotion, until it was counted', () => {
    const firing = { ...facts(purchase('b', 1)), promotions: ['trial'] };
    expect(count(with800, [firing])).toEqual({ kind: 'rebuildNeeded', because: 'fires a promotion' });
    const { member } = rebuild(with800, [facts(bonus('first', 800), '2026-05-02T08:00:00Z'), firing], [firing]);
    expect(count(member, [firing])).toEqual({ kind: 'alreadyCounted' });
  });

  test('a member that was only just created', () => {
    expect(count({ ...with800, rebuildDue: true }, [facts(bonus('b', 1))])).toEqual({
      kind: 'rebuildNeeded',
      because: 'created',
    });
  });

  test.each([
    ['another time zone', { timeZone: 'America/New_York' }, true],
    ['another currency', { currency: 'USD' }, true],
    ['another basis', { basis: 'spend' as const }, true],
    ['another cycle', { cycle: { type: 'none' as const } }, true],
    [
      'another tracker',
      { trackers: { v: { measure: 'count' as const, of: { type: 'bonus' as const }, over: 'cycle' as const } } },
      true,
    ],
    ['other points for a unit', { pointsPerUnit: 3 }, false],
    ['another basis of upgrades', { upgradeBasis: 'carry' as const }, false],
    ['other tiers', { tiers: [{ id: 'bronze', name: 'Bronze', threshold: 0 }] }, false],
  ])('a member that was counted under a rulebook with %s', (_, program, anew) => {
    const counting = count(with800, [facts(bonus('b', 1))], NOON, exampleProgram(program));
    expect(counting.kind === 'rebuildNeeded' ? counting.because : counting.kind).toBe(
      anew ? 'program counts otherwise now' : 'counted',
    );
  });
});

describe('a rebuild', () => {
  const order = facts(purchase('order', 1000, euros(10_000)));
  const back = facts(refund('back', 'order', 5_000));

  test('E11: takes a refund off its order, whichever came first', () => {
    const { member } = rebuild(memberWith([back], PROGRAM, at(NOON)), [back, order], [order]);
    expect(member.tally).toMatchObject({ current: { tier: 500 }, awaited: [] });
    expect(rebuild(memberWith([order], PROGRAM, at(NOON)), [order, back], [back]).member.tally).toEqual(member.tally);
  });

  test('counts what the stream has yet to bring, and knows it when it comes', () => {
    const later = facts(bonus('later', 5));
    const { member } = rebuild(memberWith([order], PROGRAM, at(NOON)), [order, back, later], [back]);
    expect(member.tally.current.tier).toBe(505);
    expect(count(member, [later])).toEqual({ kind: 'alreadyCounted' });
  });

  test('puts a change down to the entry that made it, not to those that came along', () => {
    const silver = memberWith([order], PROGRAM, at(NOON));
    const other = facts(bonus('other', 5));
    const again = { ...order };
    expect(rebuild(silver, [order, back, other], [back, other, again]).changes).toMatchObject([
      { from: { id: 'silver' }, to: { id: 'bronze' }, cause: 'transaction', transactionId: 'back' },
    ]);
    // One that the stream has yet to bring may be it as well.
    const big = { ...facts(bonus('big', 5_000)), recordedAt: at(NOON) + 1 };
    expect(rebuild(silver, [order, back, big], [back]).changes).toMatchObject([
      { from: { id: 'silver' }, to: { id: 'gold' }, transactionId: 'big' },
    ]);
  });

  const early = facts({ id: 'early', type: 'expiry', points: 400 }, '2026-05-02T09:00:00Z');
  const earned = facts(bonus('earned', 1300), '2026-05-02T10:00:00Z');
  const spent = facts({ id: 'spent', type: 'redemption', points: 5 }, '2026-05-02T11:00:00Z');

  test.each([
    ['days late, when nobody remembers what was counted', '2026-05-10T10:00:00Z', [early, spent]],
    ['after one that was recorded later, which comes again', NOON, [early, earned]],
  ])('puts a fall down to the entry that made it, though the stream brings it %s', (_, now, brought) => {
    const silver = memberWith([earned], PROGRAM, at(now));
    expect(rebuild(silver, [early, earned, spent], brought, now).changes).toMatchObject([
      { from: { id: 'silver' }, to: { id: 'bronze' }, cause: 'transaction', transactionId: 'early' },
    ]);
  });

  test('puts a rise down to the one recorded last of those that make it together, however the ledger lists them', () => {
    const one = facts(bonus('one', 600), '2026-05-02T10:00:00Z');
    const two = facts(bonus('two', 600), '2026-05-02T11:00:00Z');
    const expected = [{ to: { id: 'silver' }, transactionId: 'two' }];
    expect(rebuild(newMember(PROGRAM), [one, two], [one, two]).changes).toMatchObject(expected);
    expect(rebuild(newMember(PROGRAM), [two, one], [one, two]).changes).toMatchObject(expected);
  });

  test('for another reason than a transaction names none', () => {
    const member = memberWith([], PROGRAM, at(NOON));
    const { changes } = written(rebuildMember(member, historyOf([order]), PROGRAM, { cause: 'rebuild' }, at(NOON)));
    expect(changes).toMatchObject([{ cause: 'rebuild', announced: false }]);
    expect(changes[0]).not.toHaveProperty('transactionId');
  });

  test('settles the end of a cycle first, with what was known then, and its own news after it', () => {
    const silver = memberWith([facts(purchase('old', 1500, euros(15_000)), '2025-03-01T00:00:00Z')], PROGRAM, at(NOON));
    const when = '2027-02-01T00:00:00Z';
    const ledger = [
      facts(purchase('old', 1500, euros(15_000)), '2025-03-01T00:00:00Z'),
      facts(purchase('new', 2000, euros(20_000)), when),
      facts(refund('back', 'new', 5_000), when),
    ];
    const { member, changes } = rebuild(silver, ledger, ledger.slice(1), when);
    expect(changes).toMatchObject([
      { cause: 'recalculation', to: { id: 'bronze' }, occurredAt: at('2026-12-31T23:00:00Z'), recordedAt: at(when) },
      { cause: 'transaction', to: { id: 'silver' }, occurredAt: at(when), transactionId: 'new' },
    ]);
    expect(member.changes).toBe(silver.changes + 2);
  });

  test('finds what an edit of the program changed, apart from what the transaction did', () => {
    const silver = memberWith([order], PROGRAM, at(NOON));
    const lifelong = exampleProgram({
      cycle: { type: 'none' },
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 1100 },
      ],
    });
    const { changes } = written(
      rebuildMember(
        silver,
        historyOf([order, facts(bonus('b', 100))]),
        lifelong,
        { cause: 'transaction', newEntries: [facts(bonus('b', 100))] },
        at(NOON),
      ),
    );
    expect(changes).toMatchObject([
      { cause: 'programEdit', to: { id: 'bronze' }, announced: false },
      { cause: 'transaction', to: { id: 'silver' }, announced: true, transactionId: 'b' },
    ]);
  });

  test('under an edit of how points are counted tells the end of a cycle as such, and not as the edit’s', () => {
    const old = facts(bonus('old', 1500), '2025-03-01T00:00:00Z');
    const silver = memberWith([old], PROGRAM, at(NOON));
    const edited = exampleProgram({
      trackers: { flights: { measure: 'count', of: { type: 'bonus' }, over: 'lifetime' } },
    });
    const next = facts(bonus('next', 10), '2027-02-01T00:00:00Z');
    expect(rebuild(silver, [old, next], [next], '2027-02-01T00:00:00Z', edited).changes).toMatchObject([
      {
        from: { id: 'silver' },
        to: { id: 'bronze' },
        cause: 'recalculation',
        occurredAt: at('2026-12-31T23:00:00Z'),
        announced: true,
      },
    ]);
  });

  test('by a clock that is behind does not bring a cycle back that has ended', () => {
    const older = facts(bonus('older', 1200), '2025-03-01T00:00:00Z');
    const member = memberWith([older], PROGRAM, at('2026-12-31T22:59:00Z'));
    const onTime = facts(bonus('b', 1), '2026-12-31T22:59:30Z');
    const ledger = [older, onTime];
    const ended = rebuild(member, ledger, [onTime], '2026-12-31T23:00:00Z').member;
    expect(ended).toMatchObject({ tier: { id: 'bronze' }, tally: { previous: { tier: 1 }, current: { tier: 0 } } });
    const { member: again, changes } = rebuild(ended, ledger, [], '2026-12-31T22:59:59.999Z');
    expect(changes).toEqual([]);
    expect(again.tally).toEqual(ended.tally);
  });
});

describe('R17: a downgrade that is to be reassessed', () => {
  const until = '2026-07-31T22:00:00Z';
  const GIVEN = at('2026-05-02T10:00:00Z');
  const from = '2026-05-02T10:00:00Z';
  const reassessed = cap('mild', 'bronze', { from, until, reassessFrom: GIVEN });
  const earned = facts(bonus('first', 1300), '2026-05-02T08:00:00Z');
  const heldBy = (...grants: Grant[]) => memberGiven(grants, [earned], PROGRAM, GIVEN);
  const redemption = facts({ id: 'x', type: 'redemption', points: 5 });

  test.each<[string, Grant[], LedgerEntry[], string]>([
    ['is lifted by a purchase', [reassessed], [facts(purchase('o', 10))], 'silver'],
    ['is lifted by a purchase among others', [reassessed], [redemption, facts(purchase('o', 10))], 'silver'],
    ['stays where points are only spent', [reassessed], [redemption], 'bronze'],
    [
      'is lifted though something else was given, too',
      [floor('vip', 'silver', { from, until }), reassessed],
      [facts(purchase('o', 10))],
      'silver',
    ],
    [
      'is lifted, and a stricter one that is not to be reassessed stays',
      [cap('strict', 'bronze', { from, until }), reassessed],
      [facts(purchase('o', 10))],
      'bronze',
    ],
  ])('%s', (_, grants, entries, tier) => {
    const { member } = counted(heldBy(...grants), entries);
    expect(member.tier.id).toBe(tier);
    const lifted = member.grants?.every(({ reassessFrom }) => reassessFrom === undefined) ?? true;
    expect(lifted).toBe(entries.some(({ type }) => type === 'purchase'));
  });

  test('is lifted by a part of an order, which the change names though its points move no tier', () => {
    const part = facts(purchase('part', 10, { orderId: 'parts' }));
    const history = { entries: [earned, part], actions: [actionThatGave(reassessed)] };
    const because = { cause: 'transaction', newEntries: [part] } as const;
    expect(written(rebuildMember(heldBy(reassessed), history, PROGRAM, because, at(NOON))).changes).toMatchObject([
      { from: { id: 'bronze' }, to: { id: 'silver' }, cause: 'transaction', transactionId: 'part', announced: true },
    ]);
  });

  test('is lifted by the purchase that the change names, among others that came with it', () => {
    const order = facts(purchase('o', 10));
    for (const entries of [
      [redemption, order],
      [order, redemption],
    ]) {
      expect(counted(heldBy(reassessed), entries).changes).toMatchObject([{ transactionId: 'o' }]);
    }
    const part = facts(purchase('part', 10, { orderId: 'parts' }), '2026-05-02T11:00:00Z');
    const history = { entries: [earned, part, redemption], actions: [actionThatGave(reassessed)] };
    const because = { cause: 'transaction', newEntries: [part, redemption] } as const;
    expect(written(rebuildMember(heldBy(reassessed), history, PROGRAM, because, at(NOON))).changes).toMatchObject([
      { transactionId: 'part' },
    ]);
  });

  test('is lifted by a purchase, and told as its doing, though it fires a promotion that decides nothing', () => {
    const promotions: PromotionFile[] = [
      {
        id: 'thanks',
        trigger: { on: 'transaction', where: { type: 'purchase' } },
        action: 'renew',
        strategy: { type: 'program' },
      },
    ];
    const program = exampleProgram({ promotions });
    const order = { ...facts(purchase('o', 10)), promotions: ['thanks'] };
    const history = { entries: [earned, order], actions: [actionThatGave(reassessed)] };
    const because = { cause: 'transaction', newEntries: [order] } as const;
    const member = memberGiven([reassessed], [earned], program, GIVEN);
    const { changes, actions } = written(rebuildMember(member, history, program, because, at(NOON)));
    expect(actions).toMatchObject([{ key: 'promotion#thanks#api#o', outcome: 'APPLIED' }]);
    expect(changes).toMatchObject([
      { from: { id: 'bronze' }, to: { id: 'silver' }, cause: 'transaction', transactionId: 'o', announced: true },
    ]);
    expect(changes[0]).not.toHaveProperty('promotion');
  });
});

describe('R8: where the way to the points decides the tier', () => {
  const oneBelow = exampleProgram({ downgrade: { target: 'oneBelow' } });
  const by = (what: Facts, when: string) => entry(what, when, oneBelow);
  const platinum = memberWith([by(bonus('a', 10_000), '2026-05-02T08:00:00Z')], oneBelow, at('2026-05-02T08:00:00Z'));
  const expiry = (id: string, when: string) => by({ id, type: 'expiry', points: 4_000 }, when);

  test.each([
    ['at one moment are one fall, and lead one below', NOON, NOON, 'gold'],
    ['one after the other are two', '2026-05-02T11:00:00Z', NOON, 'silver'],
  ])('two expiries %s', (_, first, second, tier) => {
    const counting = count(platinum, [expiry('x', first), expiry('y', second)], NOON, oneBelow);
    expect(counting).toMatchObject({
      kind: 'counted',
      member: { tier: { id: tier }, tally: { current: { tier: 2000 } } },
    });
  });

  test.each([
    ['after all others', '2026-05-02T08:00:00.001Z', 'counted'],
    ['at the moment of the last one', '2026-05-02T08:00:00Z', 'rebuildNeeded'],
    ['before it', '2026-05-02T07:59:59.999Z', 'rebuildNeeded'],
  ])('what happened %s is counted by itself only where nothing that is counted came later', (_, when, kind) => {
    expect(count(platinum, [expiry('x', when)], NOON, oneBelow).kind).toBe(kind);
  });

  test.each([
    ['just before it', '2026-12-31T22:59:59.999Z', { kind: 'rebuildNeeded', because: 'out of order' }],
    ['on its very millisecond', '2026-12-31T23:00:00Z', { kind: 'counted' }],
  ])('once a cycle has ended, what happened %s has its place on that side of its end', (_, when, expected) => {
    const ended = advanceMember(platinum, oneBelow, at('2027-01-02T00:00:00Z')).member;
    expect(count(ended, [expiry('x', when)], '2027-01-05T00:00:00Z', oneBelow)).toMatchObject(expected);
  });

  test('a single one among several that comes too late asks for the whole history', () => {
    const batch = [expiry('x', NOON), expiry('y', '2026-05-02T07:00:00Z')];
    expect(count(platinum, batch, NOON, oneBelow)).toEqual({ kind: 'rebuildNeeded', because: 'out of order' });
  });
});

test('a member of whom promotions are still to be decided is made up from its whole history', () => {
  expect(count({ ...with800, undecided: true }, [facts(purchase('o', 500))])).toEqual({
    kind: 'rebuildNeeded',
    because: 'fires a promotion',
  });
});

describe('what nobody remembers to have counted, where the way to the points decides the tier (R8)', () => {
  const LATER: Partial<ProgramFile> = { downgrade: { timing: 'recalculation' } };
  const later = exampleProgram(LATER);
  const now = '2026-05-10T10:00:00Z';
  const order = entry(bonus('order', 5500), '2026-05-02T08:00:00Z', later);
  const again = entry(bonus('again', 10), '2026-05-02T08:30:00Z', later);
  const fall = entry({ id: 'fall', type: 'adjustment', points: -1000 }, '2026-05-02T09:00:00Z', later);
  const fresh = entry(bonus('fresh', 1), now, later);

  test.each<[string, LedgerEntry[], LedgerEntry[]]>([
    ['and is brought again', [order, again, fall], [again]],
    ['and is brought again with something new', [order, again, fall], [again, fresh]],
    ['and is brought for the first time', [order, fall], [again]],
  ])('%s, takes no tier from who was held at it before the thresholds rose (R10)', (_, counted, brought) => {
    const gold = memberWith(counted, later, at(now));
    expect(gold).toMatchObject({ tier: { id: 'gold' }, tally: { held: 'gold' } });
    const raised = exampleProgram({
      ...LATER,
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 1000 },
        { id: 'gold', name: 'Gold', threshold: 6000 },
      ],
    });
    const ledger = [...new Set([...counted, ...brought])];
    const { member, changes } = rebuild(gold, ledger, brought, now, raised);
    expect(changes).toEqual([]);
    expect(member.tier).toEqual(gold.tier);
  });

  describe('and is brought once tiers fall otherwise', () => {
    const oneBelow = exampleProgram({ downgrade: { target: 'oneBelow' } });

    test('hides no fall that comes with it', () => {
      const old = entry(bonus('old', 3000), '2026-05-02T08:00:00Z', later);
      const recent = entry(bonus('recent', 2500), '2026-05-10T09:00:00Z', later);
      const expiry = entry({ id: 'expiry', type: 'expiry', points: 1000 }, now, later);
      const gold = memberWith([old, recent], later, at('2026-05-10T09:00:00Z'));
      expect(rebuild(gold, [old, recent, expiry], [old, expiry], now, oneBelow).changes).toMatchObject([
        { from: { id: 'gold' }, to: { id: 'silver' }, cause: 'transaction', transactionId: 'expiry' },
      ]);
    });

    test('counts once, also where of two of them one was counted and the other was not', () => {
      const gold = memberWith([order], later, at(now));
      const { member, changes } = rebuild(gold, [order, again], [order, again], now, oneBelow);
      expect(changes).toEqual([]);
      expect(member).toMatchObject({ tier: gold.tier, tally: { current: { tier: 5510 } } });
    });
  });
});

describe('promotions', () => {
  const onPurchase = { on: 'transaction', where: { type: 'purchase' } } as const;
  const STAY: PromotionFile = {
    id: 'stay',
    trigger: onPurchase,
    action: 'renew',
    strategy: { type: 'program' },
    notify: { channels: ['email'] },
  };
  const TRY: PromotionFile = {
    id: 'try',
    trigger: onPurchase,
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'silver' },
  };
  const WELCOME: PromotionFile = {
    id: 'welcome',
    trigger: { on: 'enrolment' },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
  };
  const program = exampleProgram({ promotions: [STAY, TRY, WELCOME] });
  const earned = facts(bonus('first', 1300), '2026-05-02T08:00:00Z');
  const firing = (points: number, ...promotions: string[]) => ({ ...facts(purchase('order', points)), promotions });

  test('that renew the tier which their own purchase gives are told as that change, and not once more', () => {
    const order = firing(500, 'stay');
    const first = facts(bonus('first', 800), '2026-05-02T08:00:00Z');
    const { changes, notices, actions } = rebuild(with800, [first, order], [order], NOON, program);
    expect(actions).toMatchObject([{ outcome: 'APPLIED', grant: { kind: 'floor', tier: 'silver' } }]);
    expect(changes).toMatchObject([{ to: { id: 'silver' }, cause: 'transaction', transactionId: 'order' }]);
    expect(notices).toEqual([]);
  });

  test('that renew the tier are told, though others of the same purchase come to nothing', () => {
    const order = firing(10, 'stay', 'try');
    const silver = memberWith([earned], program, at('2026-05-02T08:00:00Z'));
    const { changes, notices, actions } = rebuild(silver, [earned, order], [order], NOON, program);
    expect(actions.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'TARGET_NOT_HIGHER']);
    expect(changes).toEqual([]);
    expect(notices).toMatchObject([{ kind: 'renewed', promotion: 'stay', channels: ['email'] }]);
  });

  test('of the enrollment are not lost where more fired before it than one write decides', () => {
    const entries = Array.from({ length: MAX_DECIDED_AT_ONCE }, (_, place) => ({
      ...facts(purchase(`o${place}`, 1)),
      promotions: ['try'],
    }));
    const welcome = { promotions: ['welcome'], at: at('2026-05-03T09:00:00Z') };
    const enrolled = { ...newMember(program, welcome.at), rebuildDue: true, welcome };
    const decide = (member: Member, actions: readonly ActionRecord[]) =>
      written(rebuildMember(member, { entries, actions }, program, { cause: 'enrolment' }, welcome.at));
    const first = decide(enrolled, []);
    expect(first.actions).toHaveLength(MAX_DECIDED_AT_ONCE);
    expect(first.member).toMatchObject({ tier: { id: 'silver' }, undecided: true, welcome });
    const second = decide(first.member, first.actions);
    expect(second.changes).toMatchObject([{ to: { id: 'gold' }, cause: 'tierAction', promotion: 'welcome' }]);
    expect(second.member).not.toHaveProperty('undecided');
    expect(second.member).not.toHaveProperty('welcome');
  });
});
