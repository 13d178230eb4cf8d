import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { advanceMember } from '../../../core/member/advance-member.ts';
import { countEntries } from '../../../core/member/count-entries.ts';
import type { Member } from '../../../core/member/member.ts';
import { replayTo, viewNow } from '../../../core/member/member-view.ts';
import { rebuildMember } from '../../../core/member/rebuild-member.ts';
import type { TierChange } from '../../../core/member/tier-change.ts';
import { countTransactions } from '../../../core/use-cases/count-transactions.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import {
  at,
  bonus,
  entry,
  type Facts,
  historyOf,
  memberWith,
  newMember,
  purchase,
  refund,
  SILENT,
  written,
} from '../members.ts';
import { actionThatGave, cap, memberGiven } from './given.ts';

const PROGRAM = exampleProgram();
const MIDNIGHT = '2026-12-31T23:00:00Z';
const facts = (what: Facts, when: string) => entry(what, when, PROGRAM);

function countIn(member: Member, entries: LedgerEntry[], now: string, program = PROGRAM) {
  const counting = countEntries(member, entries, program, at(now));
  if (counting.kind !== 'counted') throw new Error(counting.kind);
  return written(counting);
}

/** What comes of batches of the stream, one after the other: all their entries were in the ledger before the first came. */
async function broughtTo(member: Member, known: LedgerEntry[], batches: LedgerEntry[][], now: string) {
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  for (const one of [...known, ...batches.flat()]) await ports.ledger.record(one);
  await ports.members.save(member, member.version - 1, []);
  for (const batch of batches) {
    await countTransactions(ports, { program: PROGRAM, announcementPolicy: SILENT }, member.memberId, batch, at(now));
  }
  const newestFirst = await ports.members.changesOf(member.memberId, { limit: 100 });
  return { changes: newestFirst.reverse(), member: (await ports.members.load(member.memberId))! };
}

const moves = (changes: TierChange[]) => changes.map(({ from, to, cause }) => `${from.id} → ${to.id}, ${cause}`);

describe('an entry taken before a cycle’s end, which the stream brings after it', () => {
  const last = facts(purchase('last-year', 900), '2025-06-01T10:00:00Z');
  const early = facts(purchase('this-year', 600), '2026-06-01T10:00:00Z');
  const member = memberWith(
    [last, early],
    PROGRAM,
    at('2026-06-02T00:00:00Z'),
    newMember(PROGRAM, at('2025-01-10T09:00:00Z')),
  );
  const onTime = facts(purchase('on-time', 500), '2026-12-31T22:59:58Z');

  test('is part of what the cycle is judged by: the member stays Silver in silence', async () => {
    expect(member.tier.id).toBe('silver');
    const { changes, member: after } = await broughtTo(member, [last, early], [[onTime]], '2026-12-31T23:00:01Z');
    expect(changes).toEqual([]);
    expect(after).toMatchObject({ tier: { id: 'silver' }, tally: { previous: { tier: 1100 }, current: { tier: 0 } } });
  });

  describe('and others in another batch', () => {
    const half = facts(purchase('half', 250), '2026-12-31T22:59:57Z');
    const otherHalf = facts(purchase('other-half', 250), '2026-12-31T22:59:58Z');

    test.each([
      ['in order', [[half], [otherHalf]]],
      ['the other way round', [[otherHalf], [half]]],
      ['one of them twice', [[otherHalf], [half], [otherHalf, half]]],
      [
        'with one of the new cycle between',
        [[half], [facts({ id: 'n', type: 'redemption', points: 1 }, '2026-12-31T23:00:00Z')], [otherHalf]],
      ],
    ])(
      '%s: the end is judged with all of them, and a member who stays Silver by them stays so in silence',
      async (_, batches) => {
        const { changes, member: after } = await broughtTo(member, [last, early], batches, '2026-12-31T23:00:01Z');
        expect(changes).toEqual([]);
        expect(after).toMatchObject({ tier: member.tier, changes: member.changes });
        expect(after.tally).toMatchObject({ previous: { tier: 1100 }, current: { tier: 0 } });
      },
    );

    test.each([
      ['in order', false],
      ['the other way round', true],
    ])(
      '%s: whom they lift over a threshold together is told once, before the end, and keeps it',
      async (_, isReversed) => {
        const bronze = memberWith([early], PROGRAM, at('2026-06-02T00:00:00Z'));
        expect(bronze.tier.id).toBe('bronze');
        const batches = isReversed ? [[otherHalf], [half]] : [[half], [otherHalf]];
        const { changes, member: after } = await broughtTo(bronze, [early], batches, '2026-12-31T23:00:01Z');
        expect(changes).toMatchObject([
          {
            from: { id: 'bronze' },
            to: { id: 'silver' },
            cause: 'transaction',
            transactionId: 'other-half',
            occurredAt: otherHalf.recordedAt,
            recordedAt: at('2026-12-31T23:00:01Z'),
            announced: true,
          },
        ]);
        expect(after.tier).toEqual({ id: 'silver', since: otherHalf.recordedAt });
      },
    );
  });

  test.each([
    ['after it', '2025-12-31T23:00:02Z'],
    ['on its very millisecond', '2025-12-31T23:00:00Z'],
  ])('is told before the end, where both move the tier, and so it is where another comes %s', async (_, when) => {
    const bronze = memberWith([], PROGRAM, at('2025-12-30T00:00:00Z'), newMember(PROGRAM, at('2025-01-10T09:00:00Z')));
    const old = facts(purchase('old', 600), '2024-06-01T10:00:00Z');
    const { changes } = await broughtTo(
      memberWith([old], PROGRAM, at('2025-06-02T00:00:00Z'), bronze),
      [old],
      [[facts(purchase('tips', 500), '2025-12-31T22:59:58Z'), facts(bonus('after', 1), when)]],
      '2025-12-31T23:00:05Z',
    );
    expect(moves(changes)).toEqual(['bronze → silver, transaction', 'silver → bronze, recalculation']);
    expect(changes.map(({ occurredAt, transactionId }) => [occurredAt, transactionId])).toEqual([
      [at('2025-12-31T22:59:58Z'), 'tips'],
      [at('2025-12-31T23:00:00Z'), undefined],
    ]);
    expect(changes.map(({ recordedAt }) => recordedAt)).toEqual([
      at('2025-12-31T23:00:05Z'),
      at('2025-12-31T23:00:05Z'),
    ]);
  });

  test('is judged the same when its member has to be rebuilt', () => {
    const back = facts(refund('back', 'on-time', 1), '2026-12-31T22:59:59Z');
    const ledger = [last, early, onTime, back];
    const rebuilt = written(
      rebuildMember(
        member,
        historyOf(ledger),
        PROGRAM,
        { cause: 'transaction', newEntries: [onTime, back] },
        at('2026-12-31T23:00:01Z'),
      ),
    );
    expect(rebuilt).toMatchObject({ changes: [], member: { tier: { id: 'silver' } } });
  });

  test('counts for the cycle that it happened in when it was taken too late', async () => {
    const late = { ...onTime, recordedAt: at('2027-01-02T09:00:00Z') };
    const { changes, member: after } = await broughtTo(member, [last, early], [[late]], '2027-01-02T09:00:01Z');
    expect(moves(changes)).toEqual(['silver → bronze, recalculation', 'bronze → silver, transaction']);
    expect(after.tally.previous.tier).toBe(1100);
  });
});

describe('an end of which the stream is late', () => {
  const END = '2026-12-31T23:00:00Z';
  const LAST_SECOND = '2026-12-31T22:59:58Z';
  const first = facts(bonus('first', 1300), '2026-05-02T08:00:00Z');
  const order = facts(purchase('order', 10), LAST_SECOND);
  const broughtBy = (entries: LedgerEntry[]) => ({ cause: 'transaction', newEntries: entries }) as const;

  test('is judged without what was taken on its millisecond or later, though that happened before it', async () => {
    const last = facts(purchase('last-year', 900), '2025-06-01T10:00:00Z');
    const current = facts(purchase('this-year', 600), '2026-06-01T10:00:00Z');
    const silver = memberWith([last, current], PROGRAM, at('2026-06-02T00:00:00Z'));
    const saves = { ...facts(purchase('saves', 500), LAST_SECOND), recordedAt: at(END) };
    const { changes } = await broughtTo(silver, [last, current], [[order, saves]], '2026-12-31T23:00:01Z');
    expect(moves(changes)).toEqual(['silver → bronze, recalculation', 'bronze → silver, transaction']);
  });

  test('of a downgrade is what lifts it, and not the purchase of the last second', () => {
    const penalty = cap('penalty', 'bronze', { until: '2026-07-31T22:00:00Z' });
    const member = memberGiven([penalty], [first], PROGRAM, at('2026-05-04T00:00:00Z'));
    const late = facts(purchase('late', 10), '2026-07-31T21:59:58Z');
    const history = { entries: [first, late], actions: [actionThatGave(penalty)] };
    const now = at('2026-07-31T22:00:01Z');
    expect(written(rebuildMember(member, history, PROGRAM, broughtBy([late]), now)).changes).toMatchObject([
      {
        from: { id: 'bronze' },
        to: { id: 'silver' },
        cause: 'grantEnd',
        actionId: 'penalty',
        occurredAt: at('2026-07-31T22:00:00Z'),
        announced: false,
      },
    ]);
  });

  test('leaves what lifted a downgrade before it to the purchase that did, whatever a later one fires (R17)', () => {
    const program = exampleProgram({
      promotions: [
        {
          id: 'stay',
          trigger: { on: 'transaction', where: { type: 'purchase' } },
          action: 'renew',
          strategy: { type: 'program' },
        },
      ],
    });
    const mild = cap('mild', 'bronze', { until: '2027-07-31T22:00:00Z', reassessFrom: at('2026-05-03T10:00:00Z') });
    const member = memberGiven([mild], [first], program, at('2026-05-04T00:00:00Z'));
    const later = { ...facts(purchase('later', 10), '2027-01-01T10:00:00Z'), promotions: ['stay'] };
    const history = { entries: [first, order, later], actions: [actionThatGave(mild)] };
    const now = at('2027-01-01T10:00:01Z');
    expect(written(rebuildMember(member, history, program, broughtBy([order, later]), now)).changes).toMatchObject([
      { to: { id: 'silver' }, cause: 'transaction', transactionId: 'order', occurredAt: at(LAST_SECOND) },
    ]);
  });

  test('comes after a fall of the last second: where each fall leads one below, the two take two tiers (R8)', () => {
    const program = exampleProgram({ downgrade: { target: 'oneBelow' } });
    const old = entry(bonus('old', 5500), '2025-03-01T00:00:00Z', program);
    const expiry = entry({ id: 'x', type: 'expiry', points: 1000 }, LAST_SECOND, program);
    const gold = memberWith([old], program, at('2026-06-02T00:00:00Z'));
    const now = at('2026-12-31T23:00:01Z');
    const history = historyOf([old, expiry]);
    expect(moves(written(rebuildMember(gold, history, program, broughtBy([expiry]), now)).changes)).toEqual([
      'gold → silver, transaction',
      'silver → bronze, recalculation',
    ]);
  });
});

describe('R10: a change of thresholds', () => {
  const raised = exampleProgram({
    tiers: [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'silver', name: 'Silver', threshold: 1000 },
      { id: 'gold', name: 'Gold', threshold: 6000 },
    ],
  });
  const order = facts(purchase('o', 5500), '2026-05-02T10:00:00Z');
  const gold = memberWith([order], PROGRAM, at('2026-05-03T00:00:00Z'));

  test('E23: leaves a Gold member with 5500 Gold when a purchase for 10 comes, until the recalculation', () => {
    const { member, changes } = countIn(
      gold,
      [facts(purchase('p', 10), '2026-05-04T10:00:00Z')],
      '2026-05-04T10:00:01Z',
      raised,
    );
    expect(changes).toEqual([]);
    expect(member.tier.id).toBe('gold');
    expect(moves(written(advanceMember(member, raised, at(MIDNIGHT))).changes)).toEqual([
      'gold → silver, recalculation',
    ]);
  });

  test('holds nobody back whose points rise', () => {
    const silver = memberWith(
      [facts(purchase('o', 1500), '2026-05-02T10:00:00Z')],
      PROGRAM,
      at('2026-05-03T00:00:00Z'),
    );
    const raisedTwice = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 2000 },
        { id: 'gold', name: 'Gold', threshold: 6000 },
      ],
    });
    const up = facts(purchase('p', 4500), '2026-05-04T10:00:00Z');
    expect(moves(countIn(silver, [up], '2026-05-04T10:00:01Z', raisedTwice).changes)).toEqual([
      'silver → gold, transaction',
    ]);
  });

  test('does not hold a tier whose points fall', () => {
    const down = facts({ id: 'x', type: 'expiry', points: 4600 }, '2026-05-04T10:00:00Z');
    expect(moves(countIn(gold, [down], '2026-05-04T10:00:01Z', raised).changes)).toEqual([
      'gold → bronze, transaction',
    ]);
  });

  test('is undone at once by an operator’s rebuild, who asked for it', () => {
    expect(
      moves(
        written(rebuildMember(gold, historyOf([order]), raised, { cause: 'rebuild' }, at('2026-05-04T10:00:00Z')))
          .changes,
      ),
    ).toEqual(['gold → silver, rebuild']);
  });

  test('shows the same tier now, by the ledger, and in the explanation', () => {
    const now = at('2026-05-04T10:00:00Z');
    expect(viewNow(gold, raised, now)?.tier.tier.id).toBe('gold');
    expect(replayTo(now, gold, historyOf([order]), raised)?.view.tier.tier.id).toBe('gold');
    expect(replayTo(at(MIDNIGHT), gold, historyOf([order]), raised)?.view.tier.tier.id).toBe('silver');
  });

  test('that takes a tier away moves its members in silence, and never upwards with congratulations', () => {
    const without = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 1000 },
      ],
    });
    const { changes } = countIn(
      gold,
      [facts(purchase('p', 10), '2026-05-04T10:00:00Z')],
      '2026-05-04T10:00:01Z',
      without,
    );
    expect(changes).toMatchObject([
      { from: { id: 'gold' }, to: { id: 'silver' }, cause: 'programEdit', announced: false },
    ]);
  });

  test('that leaves the base tier alone moves everybody down to it', () => {
    const flat = exampleProgram({ tiers: [{ id: 'bronze', name: 'Bronze', threshold: 0 }] });
    const { changes } = countIn(gold, [facts(purchase('p', 10), '2026-05-04T10:00:00Z')], '2026-05-04T10:00:01Z', flat);
    expect(changes).toMatchObject([
      { from: { id: 'gold' }, to: { id: 'bronze' }, direction: 'down', cause: 'programEdit', announced: false },
    ]);
  });

  test('lowers at once where points are counted otherwise as well, and ?at= says so before anybody wrote it', () => {
    const elsewhere = exampleProgram({
      timeZone: 'Europe/Lisbon',
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 1000 },
        { id: 'gold', name: 'Gold', threshold: 6000 },
      ],
    });
    const now = at('2026-05-04T10:00:00Z');
    const because = { cause: 'transaction' } as const;
    expect(replayTo(now, gold, historyOf([order]), elsewhere)?.view.tier.tier.id).toBe('silver');
    expect(moves(written(rebuildMember(gold, historyOf([order]), elsewhere, because, now)).changes)).toEqual([
      'gold → silver, programEdit',
    ]);
  });
});

test('a moment thousands of years away is answered without walking every year to it', () => {
  const order = facts(purchase('o', 1500), '2026-05-02T10:00:00Z');
  const member = memberWith([order], PROGRAM, at('2026-05-03T00:00:00Z'));
  const far = at('9999-12-31T00:00:00Z');
  let cycles = 0;
  const counting = {
    ...PROGRAM,
    get cycle() {
      cycles++;
      return PROGRAM.cycle;
    },
  };
  expect(replayTo(far, member, historyOf([order]), counting)?.view).toMatchObject({
    points: { current: 0 },
    tier: { since: at('2027-12-31T23:00:00Z') },
  });
  expect(viewNow(member, counting, far)).toMatchObject({
    points: { current: 0 },
    tier: { since: at('2027-12-31T23:00:00Z') },
  });
  expect(cycles).toBeLessThan(100);
});
