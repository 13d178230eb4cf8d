/** E42, R17, R18, R20 as laws over random lives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ActionRecord } from '../../../core/actions/action-record.ts';
import { actionKey } from '../../../core/actions/tier-action.ts';
import type { Transaction } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import { viewNow } from '../../../core/member/member-view.ts';
import type { TierChange } from '../../../core/member/tier-change.ts';
import type { Program } from '../../../core/program/program.ts';
import { END_OF_TIME, type Instant } from '../../../core/time.ts';
import { givesTierPoints } from '../../../proof/reference/reference-grants.ts';
import { exampleProgram } from '../../support/program.ts';
import { MEMBER_ID, PROGRAM_FILES, transactions } from '../histories.ts';
import { type Decided, ENROLLMENT, type Event, lifeOf } from '../lives.ts';
import { managedLives, RULEBOOKS } from './managed-lives.ts';

const DAY_MS = 86_400_000;

type Life = ReturnType<typeof lifeOf>;

async function timePasses(life: Life, ms: number) {
  if (ms > 0) await life.live({ does: 'pass', ms });
}

/** Lets time pass with a timer that rings on the very moment of everything that becomes due. */
async function timePassesPunctually(life: Life, ms: number) {
  const now = life.now() + ms;
  for (;;) {
    const due = (await life.members.load(MEMBER_ID))?.nextDueAt;
    if (due === undefined || due > now) break;
    await timePasses(life, due - life.now());
    await life.live({ does: 'wake', clock: 0 });
  }
  await timePasses(life, now - life.now());
}

/** How long an event lets time pass; the others take none. */
async function timeOf(event: Event, life: Life): Promise<number | undefined> {
  if (event.does === 'pass') return event.ms;
  if (event.does !== 'wait for what is due') return undefined;
  const due = (await life.members.load(MEMBER_ID))?.nextDueAt;
  return due === undefined ? 0 : Math.max(0, due + event.ms - life.now());
}

/** What a change says of itself, but for its number and for when it was found. */
function moveOf({ sequence: _, recordedAt: __, ...move }: TierChange) {
  return move;
}

test('E42: timers may be punctual, late, early, doubled or missing: the tier is the same at every moment, and each move is told once', async () => {
  const patterns = fc.array(
    fc.constantFrom<('never' | 'late' | 'early' | 'twice')[]>('never', 'never', 'late', 'early', 'twice'),
    {
      minLength: 8,
      maxLength: 8,
    },
  );
  await fc.assert(
    fc.asyncProperty(managedLives, patterns, async ({ rulebook, happening }, pattern) => {
      const { program } = RULEBOOKS[rulebook]!;
      const [punctual, other] = [lifeOf(program), lifeOf(program)];
      const lives = [punctual, other];
      for (const life of lives) await life.live(ENROLLMENT);
      for (const [place, event] of happening.entries()) {
        // Another date of enrollment makes other cycles, and nobody can tell what was told in the old ones.
        if (event.does === 'enrol' || event.does === 'wake') continue;
        const ms = await timeOf(event, punctual);
        if (ms === undefined) {
          // The stream brings everything at once: what it brings late, a punctual timer could not know.
          const prompt: Event = {
            ...event,
            ...('clock' in event && { clock: 0 }),
            ...('atOnce' in event && { atOnce: true }),
          };
          for (const life of lives) await life.live(prompt);
        } else {
          await timePassesPunctually(punctual, ms);
          await timePasses(other, ms);
        }
        const rings = pattern[place % pattern.length];
        if (rings === 'early') await other.live({ does: 'wake', clock: -1000 });
        if (rings === 'late') await other.live({ does: 'wake', clock: 0 });
        if (rings === 'twice') for (const clock of [0, 0]) await other.live({ does: 'wake', clock });

        const [expected, view] = [await viewOf(punctual), await viewOf(other)];
        expect(view?.tier).toEqual(expected?.tier);
        expect(view?.earnedTier).toEqual(expected?.earnedTier);
      }
      for (const life of lives) await life.live({ does: 'wake', clock: 0 });
      // The end of a cycle has no timer: whoever comes by finds it.
      for (const life of lives) await life.live(LAST_WORD);
      expect(other.members.history.map(moveOf)).toEqual(punctual.members.history.map(moveOf));
    }),
    { numRuns: 200 },
  );
});

const LAST_WORD: Event = {
  does: 'post',
  transaction: { id: 'last', source: 'api', type: 'adjustment', points: 1, excludeFromTier: true, occurredAt: 0 },
  ago: 0,
  clock: 0,
  atOnce: true,
};

async function viewOf(life: Life, at = life.latest()) {
  const member = await life.members.load(MEMBER_ID);
  return member && viewNow(member, life.program(), at);
}

/** Now, and around every moment at which something of either member ends. */
function momentsOf(members: readonly Member[], now: Instant): Instant[] {
  const ends = members.flatMap(({ grants = [], tally }) => [
    tally.cycle.end,
    ...grants.map(({ until = END_OF_TIME }) => until),
  ]);
  const ahead = [...new Set(ends)].filter((end) => end > now && end < END_OF_TIME);
  return [now, ...ahead.flatMap((end) => [end - 1, end]), now + 1000 * DAY_MS];
}

test('R15, R18: no upgrade and no renewal lowers a member at any moment to come, and no downgrade raises one', async () => {
  await fc.assert(
    fc.asyncProperty(managedLives, async ({ rulebook, enrolledFirst, happening }) => {
      const { program } = RULEBOOKS[rulebook]!;
      const life = lifeOf(program);
      for (const event of [...(enrolledFirst ? [ENROLLMENT] : []), ...happening]) {
        // What the stream has yet to bring may be found on the way.
        if (event.does === 'act' && (await life.members.load(MEMBER_ID))) await life.settle(5, false);
        const before = await life.members.load(MEMBER_ID);
        const known = (await life.members.actionsOf(MEMBER_ID)).length;
        await life.live(event);
        const after = await life.members.load(MEMBER_ID);
        if (event.does !== 'act' || !before || !after || before.rebuildDue) continue;
        const records = await life.members.actionsOf(MEMBER_ID);
        if (records.length === known) expect(after).toEqual(before);
        const now = Math.max(life.latest(), ...records.map(({ recordedAt }) => recordedAt));
        for (const moment of momentsOf([before, after], now)) {
          const [old, young] = [before, after].map((member) => viewNow(member, program, moment)!.tier.tier.rank);
          if (event.action.action === 'downgrade') expect(young).toBeLessThanOrEqual(old!);
          else expect(young).toBeGreaterThanOrEqual(old!);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('R17: while a cap lasts the tier does not rise above it, whatever is bought and given', async () => {
  await fc.assert(
    fc.asyncProperty(managedLives, async ({ rulebook, enrolledFirst, happening }) => {
      const { program, file } = RULEBOOKS[rulebook]!;
      const life = lifeOf(program);
      for (const event of [...(enrolledFirst ? [ENROLLMENT] : []), ...happening]) {
        await life.live(event);
        const records = await life.members.actionsOf(MEMBER_ID);
        const now = Math.max(life.latest(), ...records.map(({ recordedAt }) => recordedAt));
        const shown = (await viewOf(life, now))?.tier.tier.rank ?? 0;
        const lifted = records.flatMap((record) => record.lifted ?? []);
        for (const { grant } of records) {
          if (grant?.kind !== 'cap' || lifted.includes(grant.key)) continue;
          const { reassessFrom = Infinity, until = Infinity } = grant;
          const reassessed = life.recorded.some((one) => one.recordedAt >= reassessFrom && givesTierPoints(one, file));
          if (now >= until || reassessed) continue;
          expect(shown).toBeLessThanOrEqual(program.tiers.findIndex(({ id }) => id === grant.tier));
        }
      }
    }),
    { numRuns: 200 },
  );
});

/** The same rulebooks with thresholds so low that almost everybody has earned the highest tier. */
const EASY: { program: Program; file: (typeof RULEBOOKS)[number]['file'] }[] = PROGRAM_FILES.map((more) => {
  const tiers = ['bronze', 'silver', 'gold'].map((id, place) => ({ id, name: id, threshold: place }));
  const file = {
    timeZone: 'Europe/Madrid',
    currency: 'EUR',
    ...more,
    tiers,
    trackers: {},
  } as (typeof RULEBOOKS)[number]['file'];
  return { file, program: exampleProgram(file) };
});

test('R17: a cap to be reassessed lifts with the first transaction with tier points that was recorded since, and with no other', async () => {
  const stories = fc.nat({ max: EASY.length - 1 }).chain((rulebook) => {
    const some = (maxLength: number) =>
      fc.array(transactions(EASY[rulebook]!.program, 'many'), { maxLength, size: 'max' });
    return fc.record({
      rulebook: fc.constant(rulebook),
      late: some(3),
      happening: some(8),
      delivers: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    });
  });
  await fc.assert(
    fc.asyncProperty(stories, async ({ rulebook, late, happening, delivers }) => {
      const { program, file } = EASY[rulebook]!;
      const life = lifeOf(program);
      const post = (transaction: Transaction, atOnce: boolean) =>
        life.live({ does: 'post', transaction, ago: 0, clock: 0, atOnce });
      const gift = { points: 1_000_000, ...(program.basis === 'spend' && { amountMinor: 1_000_000, currency: 'EUR' }) };
      await life.live(ENROLLMENT);
      await post({ id: 'gift', source: 'api', type: 'tierAdjustment', occurredAt: 0, ...gift }, true);
      // What was recorded before the decision does not lift it, whenever the stream brings it.
      for (const transaction of late) await post(transaction, false);
      await life.live({ does: 'pass', ms: 1 });
      const known = life.recorded.length;
      await life.live({
        does: 'act',
        action: {
          id: 'a',
          action: 'downgrade',
          strategy: { type: 'specific', tier: 'silver' },
          expiry: { type: 'duration', amount: 30, unit: 'days' },
          reassess: true,
        },
        origin: { type: 'staff' },
        clock: 0,
        sideBySide: 1,
      });
      expect((await viewOf(life))?.tier.tier.id).toBe('silver');
      for (const [place, transaction] of happening.entries()) {
        // The first may come in the very millisecond of the decision.
        if (place > 0) await life.live({ does: 'pass', ms: 1000 });
        await post(transaction, delivers[place]!);
        const lifts = life.recorded.slice(known).some((entry) => givesTierPoints(entry, file));
        if (delivers[place] && life.isUpToDate()) {
          const view = (await viewOf(life))!;
          expect(view.tier.tier.id).toBe(lifts ? view.earnedTier.id : 'silver');
        } else if (!lifts) {
          expect((await viewOf(life))?.tier.tier.id).toBe('silver');
        }
      }
      await life.settle(2, true);
      const lifts = life.recorded.slice(known).some((entry) => givesTierPoints(entry, file));
      const view = (await viewOf(life))!;
      expect(view.tier.tier.id).toBe(lifts ? view.earnedTier.id : 'silver');
    }),
    { numRuns: 100 },
  );
});

const decided = (action: Decided): Event => ({
  does: 'act',
  action,
  origin: { type: 'staff' },
  clock: 0,
  sideBySide: 1,
});
const forDays = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'days' } }) as const;
const specific = (tier: string) => ({ strategy: { type: 'specific', tier } }) as const;

test.each<[string, Decided[], Decided[], string]>([
  [
    'a floor that took the place of another shows, and is taken away',
    [{ id: 'trial', action: 'upgrade', ...specific('platinum'), ...forDays(10) }],
    [
      { id: 'for good', action: 'upgrade', ...specific('platinum') },
      { id: 'correction', action: 'downgrade', ...specific('bronze'), msBack: 2 * DAY_MS },
    ],
    'bronze',
  ],
  [
    'a cap that took the place of another holds',
    [
      { id: 'for good', action: 'upgrade', ...specific('platinum') },
      { id: 'cap', action: 'downgrade', ...specific('gold'), ...forDays(10) },
    ],
    [
      { id: 'longer', action: 'downgrade', ...specific('gold'), ...forDays(20) },
      { id: 'correction', action: 'renew', ...specific('gold'), ...forDays(40), msBack: 2 * DAY_MS },
    ],
    'gold',
  ],
])(
  'a correction that takes effect in the past is judged by what the member has now: %s',
  async (_, first, later, tier) => {
    const life = lifeOf(RULEBOOKS[0]!.program);
    await life.live(ENROLLMENT);
    for (const action of first) await life.live(decided(action));
    await life.live({ does: 'pass', ms: DAY_MS });
    for (const action of later) await life.live(decided(action));
    expect((await viewOf(life))?.tier.tier.id).toBe(tier);
    expect((await life.member()).tier.id).toBe(tier);
  },
);

test('R20: every action has one record, for good, and taking any of them again changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      managedLives,
      fc.nat(),
      async ({ rulebook, enrolledFirst, happening, batch, backwards }, later) => {
        const life = lifeOf(RULEBOOKS[rulebook]!.program);
        const first = new Map<string, ActionRecord>();
        for (const event of [...(enrolledFirst ? [ENROLLMENT] : []), ...happening]) {
          await life.live(event);
          for (const record of await life.members.actionsOf(MEMBER_ID)) {
            expect(record).toEqual(first.get(record.key) ?? record);
            first.set(record.key, record);
          }
        }
        await life.settle(batch, backwards);
        await life.live({ does: 'pass', ms: later % (800 * DAY_MS) });
        for (const { action, origin } of life.acted) expect(first.has(actionKey(action.id, origin))).toBe(true);
        const [member, records] = [await life.member(), await life.members.actionsOf(MEMBER_ID)];
        const news = life.members.news.length;
        for (const place of life.acted.keys()) await life.live({ does: 'act again', place, clock: 0 });
        expect(await life.member()).toEqual(member);
        expect(await life.members.actionsOf(MEMBER_ID)).toEqual(records);
        expect(life.members.news.length).toBe(news);
      },
    ),
    { numRuns: 100 },
  );
});
