import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/actions/grant.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { type MemberView, replayTo, viewNow } from '../../../core/member/member-view.ts';
import { cycleAt } from '../../../core/rules/cycle.ts';
import { countTransactions } from '../../../core/use-cases/count-transactions.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { referenceEarned, referenceFigures } from '../../../proof/reference/reference-member.ts';
import { exampleBrand, exampleProgram } from '../../support/program.ts';
import {
  ENROLLED_AT,
  entryOf,
  LATER,
  ledgers,
  MEMBER_ID,
  moments,
  PROGRAM_FILES,
  PROGRAMS,
  programs,
  transactions,
} from '../histories.ts';
import { ENROLLMENT, lifeOf, lives } from '../lives.ts';
import { at, bonus, entry, historyOf, memberWith, newMember, purchase, SILENT } from '../members.ts';
import { actionThatGave, cap, floor, memberGiven } from './given.ts';

const PROGRAM = exampleProgram();
const FILES = PROGRAM_FILES.map((file) => exampleBrand(file).program);

describe('a member at any moment', () => {
  const enrolledAt = at('2026-01-10T09:00:00Z');
  const NOW = at('2026-06-01T00:00:00Z');
  const ledger: LedgerEntry[] = [
    entry(purchase('a', 800), '2026-02-01T10:00:00Z', PROGRAM),
    entry(purchase('b', 500), '2026-03-01T10:00:00Z', PROGRAM),
    entry({ id: 'x', type: 'expiry', points: 400 }, '2026-04-01T10:00:00Z', PROGRAM),
    entry(bonus('c', 200), '2026-05-01T10:00:00Z', PROGRAM),
  ];
  const member = memberWith(ledger, PROGRAM, NOW, newMember(PROGRAM, enrolledAt));
  const viewAt = (when: string) => replayTo(at(when), member, historyOf(ledger), PROGRAM)?.view;

  test.each([
    ['a millisecond before the enrolment', '2026-01-10T08:59:59.999Z', undefined],
    ['at the enrolment', '2026-01-10T09:00:00Z', ['bronze', 0, '2026-01-10T09:00:00Z']],
    ['a millisecond before a purchase', '2026-03-01T09:59:59.999Z', ['bronze', 800, '2026-01-10T09:00:00Z']],
    ['at the purchase', '2026-03-01T10:00:00Z', ['silver', 1300, '2026-03-01T10:00:00Z']],
    ['after it', '2026-03-31T00:00:00Z', ['silver', 1300, '2026-03-01T10:00:00Z']],
    ['at the expiry', '2026-04-01T10:00:00Z', ['bronze', 900, '2026-04-01T10:00:00Z']],
    ['at the last entry', '2026-05-01T10:00:00Z', ['silver', 1100, '2026-05-01T10:00:00Z']],
    ['next year', '2027-05-01T10:00:00Z', ['silver', 1100, '2026-05-01T10:00:00Z']],
    [
      'a millisecond before the end of that cycle',
      '2027-12-31T22:59:59.999Z',
      ['silver', 1100, '2026-05-01T10:00:00Z'],
    ],
    ['the year after next', '2027-12-31T23:00:00Z', ['bronze', 0, '2027-12-31T23:00:00Z']],
    ['long after', '2040-01-01T00:00:00Z', ['bronze', 0, '2027-12-31T23:00:00Z']],
  ] as const)('%s', (_, when, expected) => {
    const neverRecorded = { ...member, tier: { id: 'none', since: 0 } };
    const view = replayTo(at(when), neverRecorded, historyOf(ledger), PROGRAM)?.view;
    expect(view && [view.tier.tier.id, view.points.current, view.tier.since]).toEqual(
      expected && [expected[0], expected[1], at(expected[2])],
    );
  });

  test('tells the cycle, the points and the way to go', () => {
    expect(viewAt('2027-03-01T00:00:00Z')).toMatchObject({
      memberId: MEMBER_ID,
      enrolledAt,
      blocked: false,
      at: at('2027-03-01T00:00:00Z'),
      tier: { expiresAt: null, source: 'earned' },
      earnedTier: { id: 'silver' },
      points: { current: 1100, carry: 0, lifetime: 1100, balance: 1100 },
      cycle: { type: 'calendar', start: at('2026-12-31T23:00:00Z'), end: at('2027-12-31T23:00:00Z') },
      progress: {
        next: { tier: 'gold', missing: 3900 },
        keep: { missing: 1000, by: at('2027-12-31T23:00:00Z') },
        expectedAtCycleEnd: 'bronze',
      },
    });
  });

  test('has the tier since the moment that was recorded, which the member was told', () => {
    expect(member.tier).toEqual({ id: 'silver', since: NOW });
    expect(replayTo(NOW, member, historyOf(ledger), PROGRAM)?.view.tier.since).toBe(NOW);
    expect(replayTo(NOW - 1, member, historyOf(ledger), PROGRAM)?.view.tier.since).toBe(at('2026-05-01T10:00:00Z'));
  });

  test('has a tier since the end of a cycle that brought it back, though it had the same when something last happened', () => {
    const owed = [
      entry({ id: 'a', type: 'adjustment', points: -500 }, '2025-06-01T00:00:00Z', PROGRAM),
      entry(bonus('b', 1200), '2026-05-02T00:00:00Z', PROGRAM),
    ];
    const bronze = memberWith(owed, PROGRAM, NOW, newMember(PROGRAM, enrolledAt));
    const tiers = ['2026-12-31T22:59:59Z', '2027-05-01T00:00:00Z', '2028-05-01T00:00:00Z'].map((when) => {
      const view = replayTo(at(when), bronze, historyOf(owed), PROGRAM)!.view;
      expect(viewNow(bronze, PROGRAM, at(when))!.tier).toEqual(view.tier);
      return [view.tier.tier.id, view.tier.since];
    });
    expect(tiers).toEqual([
      ['bronze', enrolledAt],
      ['silver', at('2026-12-31T23:00:00Z')],
      ['bronze', at('2027-12-31T23:00:00Z')],
    ]);
  });

  test('does not change by what goes up and down at one moment', () => {
    const never = { ...newMember(PROGRAM, enrolledAt), tier: { id: 'none', since: 0 } };
    const flash = [
      entry(bonus('a', 1200), '2026-02-01T00:00:00Z', PROGRAM),
      entry({ id: 'b', type: 'adjustment', points: -1200 }, '2026-02-01T00:00:00Z', PROGRAM),
    ];
    expect(replayTo(NOW, never, historyOf(flash), PROGRAM)!.view.tier).toMatchObject({
      tier: { id: 'bronze' },
      since: enrolledAt,
    });
  });

  test('was there before the enrollment where the ledger has something from then', () => {
    const early = newMember(PROGRAM, NOW);
    expect(replayTo(at('2026-02-01T10:00:00Z') - 1, early, historyOf(ledger), PROGRAM)).toBeUndefined();
    expect(replayTo(at('2026-02-01T10:00:00Z'), early, historyOf(ledger), PROGRAM)?.view).toMatchObject({
      points: { current: 800 },
      tier: { since: at('2026-02-01T10:00:00Z') },
    });
  });

  test('never has less than nothing to show, but may owe points to spend', () => {
    const owing = [
      entry({ id: 'a', type: 'adjustment', points: -70 }, '2026-02-01T10:00:00Z', PROGRAM),
      entry({ id: 'r', type: 'redemption', points: 30 }, '2026-02-01T10:00:00Z', PROGRAM),
    ];
    expect(replayTo(NOW, member, historyOf(owing), PROGRAM)?.view.points).toEqual({
      current: 0,
      carry: 0,
      lifetime: 0,
      balance: -100,
    });
  });

  test('has no bounds of a cycle where there are no cycles', () => {
    const program = exampleProgram({ cycle: { type: 'none' } });
    expect(viewNow(newMember(program), program, NOW)?.cycle).toEqual({ type: 'none', start: null, end: null });
  });
});

describe('R13: a member to whom tiers were given, at any moment of the past', () => {
  const enrolledAt = at('2026-01-10T09:00:00Z');
  const order = entry(bonus('a', 1200), '2026-02-01T10:00:00Z', PROGRAM);

  function tierAt(when: string, grants: Grant[]) {
    const neverRecorded = { ...newMember(PROGRAM, enrolledAt), tier: { id: 'none', since: 0 } };
    const history = { entries: [order], actions: grants.map((grant) => actionThatGave(grant)) };
    const { tier } = replayTo(at(when), neverRecorded, history, PROGRAM)!.view;
    return { id: tier.tier.id, since: tier.since, source: tier.source };
  }

  const long = floor('long', 'gold', { from: '2026-03-01T00:00:00Z', until: '2026-06-01T00:00:00Z' });
  const short = floor('short', 'platinum', { from: '2026-04-01T00:00:00Z', until: '2026-05-01T00:00:00Z' });

  test.each([
    ['before the first grant', '2026-02-15T00:00:00Z', 'silver', '2026-02-01T10:00:00Z', 'earned'],
    ['under the first', '2026-03-15T00:00:00Z', 'gold', '2026-03-01T00:00:00Z', 'floor'],
    ['under a higher one within it', '2026-04-15T00:00:00Z', 'platinum', '2026-04-01T00:00:00Z', 'floor'],
    ['under the first again', '2026-05-15T00:00:00Z', 'gold', '2026-05-01T00:00:00Z', 'floor'],
    ['after both', '2026-06-15T00:00:00Z', 'silver', '2026-06-01T00:00:00Z', 'earned'],
  ])('%s', (_, when, id, since, source) => {
    expect(tierAt(when, [long, short])).toEqual({ id, since: at(since), source });
    expect(tierAt(when, [short, long])).toEqual({ id, since: at(since), source });
  });

  test('held down, it has the lower tier since the downgrade, and its own again since that ended', () => {
    const penalty = cap('penalty', 'bronze', { from: '2026-03-01T00:00:00Z', until: '2026-04-01T00:00:00Z' });
    expect(tierAt('2026-03-15T00:00:00Z', [penalty])).toMatchObject({
      id: 'bronze',
      since: at('2026-03-01T00:00:00Z'),
    });
    expect(tierAt('2026-04-15T00:00:00Z', [penalty])).toMatchObject({
      id: 'silver',
      since: at('2026-04-01T00:00:00Z'),
    });
  });

  test('goes to what the points give when a grant ends after the cycle in which they were earned', () => {
    const later = floor('later', 'gold', { from: '2027-11-01T00:00:00Z', until: '2028-03-01T00:00:00Z' });
    expect(tierAt('2028-02-01T00:00:00Z', [later])).toMatchObject({ id: 'gold', since: at('2027-11-01T00:00:00Z') });
    expect(tierAt('2028-04-01T00:00:00Z', [later])).toMatchObject({ id: 'bronze', since: at('2028-03-01T00:00:00Z') });
  });
});

describe('a member now, from the item alone', () => {
  const member = newMember(PROGRAM);
  const NOW = at('2026-06-01T00:00:00Z');

  test('is not told where the item was never made up', () => {
    expect(viewNow({ ...member, rebuildDue: true }, PROGRAM, NOW)).toBeUndefined();
  });

  test('is not told where the program counts otherwise now', () => {
    expect(viewNow(member, exampleProgram({ basis: 'spend' }), NOW)).toBeUndefined();
  });

  test('keeps its tier until something happens, though the thresholds were moved (R10)', () => {
    const silver = memberWith([entry(bonus('a', 1200), '2026-05-02T00:00:00Z', PROGRAM)], PROGRAM, NOW);
    const stricter = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 1201 },
      ],
    });
    expect(viewNow(silver, stricter, NOW)).toMatchObject({
      tier: { tier: { id: 'silver' } },
      earnedTier: { id: 'bronze' },
    });
  });

  test('has a tier that is kept since the thresholds were moved by no grant, and no grant ends it (R10)', () => {
    const until = '2026-07-31T22:00:00Z';
    const order = entry(bonus('a', 5500), '2026-05-02T00:00:00Z', PROGRAM);
    const gold = memberGiven([floor('small', 'silver', { until })], [order], PROGRAM, NOW);
    const stricter = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'silver', name: 'Silver', threshold: 5600 },
        { id: 'gold', name: 'Gold', threshold: 6000 },
      ],
    });
    expect(viewNow(gold, stricter, NOW)).toMatchObject({
      tier: { tier: { id: 'gold' }, source: 'earned', expiresAt: null, after: null },
      earnedTier: { id: 'bronze' },
    });
  });

  test('is in the cycle of the moment, however long nothing happens and however late a grant ends', () => {
    const vip = floor('vip', 'gold', { until: '2035-05-31T22:00:00Z' });
    const view = viewNow(memberGiven([vip], [], PROGRAM, NOW), PROGRAM, at('2031-03-01T00:00:00Z'));
    expect(view).toMatchObject({
      tier: { tier: { id: 'gold' }, expiresAt: at('2035-05-31T22:00:00Z') },
      cycle: { start: at('2030-12-31T23:00:00Z'), end: at('2031-12-31T23:00:00Z') },
    });
  });

  test('is judged anew where its tier was taken out of the program', () => {
    const silver = memberWith([entry(bonus('a', 1200), '2026-05-02T00:00:00Z', PROGRAM)], PROGRAM, NOW);
    const flat = exampleProgram({ tiers: [{ id: 'bronze', name: 'Bronze', threshold: 0 }] });
    expect(viewNow(silver, flat, NOW)?.tier.tier.id).toBe('bronze');
  });
});

test('now and at any moment to come, the item says what the ledger says', async () => {
  await fc.assert(
    fc.asyncProperty(
      lives,
      fc.integer({ min: 0, max: 1500 }),
      async ({ program, happening, batch, backwards }, daysAhead) => {
        const life = lifeOf(program);
        for (const event of [ENROLLMENT, ...happening]) await life.live(event);
        await life.settle(batch, backwards);
        const member = await life.member();
        fc.pre(!member.rebuildDue);
        // Clocks that ran ahead by seconds have been caught up with.
        for (const moment of [life.now() + 5_000, life.now() + 5_000 + daysAhead * 86_400_000]) {
          expect(viewNow(member, program, moment)).toEqual(
            replayTo(moment, member, historyOf(life.recorded), program)?.view,
          );
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('the past is told as it was: what a reader saw at a moment, a replay of that moment says again', async () => {
  const happening = programs.chain((program) =>
    fc.record({
      program: fc.constant(program),
      events: fc.array(
        fc.record({
          transaction: transactions(program, 'few'),
          // Since the one before.
          pause: fc.oneof(
            fc.constantFrom(1, 1000),
            fc.integer({ min: 1, max: 300 }).map((days) => days * 86_400_000),
          ),
        }),
        { maxLength: 12, size: 'max' },
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(happening, async ({ program, events }) => {
      const [ledger, members, timers] = [new MemoryLedger(), new MemoryMemberStore(), new MemoryWakeUpTimers()];
      await members.save(newMember(program, ENROLLED_AT), 0, []);
      const seen = new Map<number, MemberView>();
      let now = ENROLLED_AT;
      for (const { transaction, pause } of events) {
        now += pause;
        const taken = entryOf({ ...transaction, occurredAt: now }, program, now);
        if ((await ledger.record(taken)).status === 'exists') continue;
        await countTransactions(
          { ledger, members, timers },
          { program, announcementPolicy: SILENT },
          MEMBER_ID,
          [taken],
          now,
        );
        seen.set(now, viewNow((await members.load(MEMBER_ID))!, program, now)!);
      }
      const member = (await members.load(MEMBER_ID))!;
      for (const [moment, view] of seen) {
        expect(replayTo(moment, member, historyOf(await ledger.entriesOf(MEMBER_ID)), program)!.view).toEqual(view);
      }
    }),
    { numRuns: 150 },
  );
});

test.each(PROGRAMS.map((program, place) => [FILES[place]!.basis, FILES[place]!.cycle.type, place, program] as const))(
  'at any moment, only what had happened by then counts: basis %s, cycle %s (%#)',
  (_basis, _cycle, place, program) => {
    fc.assert(
      fc.property(ledgers(program), moments(program), (ledger, moment) => {
        const member = newMember(program, ENROLLED_AT);
        const file = FILES[place]!;
        const happened = ledger.filter(({ occurredAt }) => occurredAt <= moment);
        const first = Math.min(ENROLLED_AT, ...happened.map(({ occurredAt }) => occurredAt));
        const replayed = replayTo(moment, member, historyOf(ledger), program);
        if (moment < first) {
          expect(replayed).toBeUndefined();
          return;
        }
        const figures = referenceFigures(happened, file, ENROLLED_AT, moment);
        const units = file.basis === 'spend' ? 100 : 1;
        const shown = (figure: number) => Math.max(0, figure) / units;
        expect(replayed!.view.tier.tier.id).toBe(referenceEarned(happened, file, ENROLLED_AT, moment));
        expect(replayed!.view.points).toEqual({
          current: shown(figures.both),
          carry: shown(figures.carry),
          lifetime: Math.max(0, figures.lifetimePoints),
          balance: figures.balance,
        });
        expect(replayTo(moment, member, historyOf(happened), program)!.view).toEqual(replayed!.view);
        expect(replayed!.happened.map(({ occurredAt }) => occurredAt)).toEqual(
          happened.map(({ occurredAt }) => occurredAt).sort((a, b) => a - b),
        );
      }),
      { numRuns: 100 },
    );
  },
);

test('the tier has been there since the moment that is told, and was another just before', () => {
  fc.assert(
    fc.property(
      programs.chain((program) =>
        fc.record({ program: fc.constant(program), ledger: ledgers(program), moment: moments(program) }),
      ),
      ({ program, ledger, moment }) => {
        const member = { ...newMember(program, ENROLLED_AT), tier: { id: 'none', since: LATER } };
        const tierAt = (when: number) => replayTo(when, member, historyOf(ledger), program)?.view.tier;
        const tier = tierAt(moment);
        fc.pre(tier !== undefined);
        expect(tier!.since).toBeLessThanOrEqual(moment);
        expect(tierAt(tier!.since)?.tier.id).toBe(tier!.tier.id);
        const before = tierAt(tier!.since - 1);
        // The end of a cycle is judged before what happens on its very millisecond.
        const { start } = cycleAt(program.cycle, program.timeZone, ENROLLED_AT, tier!.since);
        if (before && tier!.since !== start) expect(before.tier.id).not.toBe(tier!.tier.id);
      },
    ),
    { numRuns: 150 },
  );
});
