/** R11-R20 as laws over random lives: whatever staff, promotions, the stream, the timers and the clocks do. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advanceMember } from '../../../core/member/advance-member.ts';
import type { Member } from '../../../core/member/member.ts';
import { replayTo, viewNow } from '../../../core/member/member-view.ts';
import { END_OF_TIME, type Instant } from '../../../core/time.ts';
import { rebuildStoredMember } from '../../../core/use-cases/rebuild-member.ts';
import { referenceGrants, referenceTierOf, referenceVisible } from '../../../proof/reference/reference-grants.ts';
import { MEMBER_ID } from '../histories.ts';
import { ANNOUNCING, ENROLLMENT, lifeOf } from '../lives.ts';
import { written } from '../members.ts';
import { type ManagedLife, managedLives, RULEBOOKS } from './managed-lives.ts';

const DAY_MS = 86_400_000;

type Life = ReturnType<typeof lifeOf>;

async function lived({ rulebook, enrolledFirst, happening, batch, backwards }: ManagedLife): Promise<Life> {
  const life = lifeOf(RULEBOOKS[rulebook]!.program);
  for (const event of [...(enrolledFirst ? [ENROLLMENT] : []), ...happening]) await life.live(event);
  await life.settle(batch, backwards);
  return life;
}

/** By clocks that run ahead, a member may be later than the present; and an action is written down after what it followed. */
async function presentOf(life: Life): Promise<Instant> {
  const actions = await life.members.actionsOf(MEMBER_ID);
  return Math.max(life.latest(), ...actions.map(({ recordedAt }) => recordedAt));
}

/** Every moment at which something may happen by itself from now on, and those around it. */
function momentsFrom(now: Instant, member: Member, ends: readonly Instant[]): Instant[] {
  const turns = [...ends, member.tally.cycle.end].filter((end) => end > now && end < END_OF_TIME);
  const around = turns.flatMap((end) => [end - 1, end, end + 1]).filter((moment) => moment >= now);
  return [now, ...around, now + 90 * DAY_MS, now + 400 * DAY_MS, now + 800 * DAY_MS, now + 1200 * DAY_MS];
}

test('R13, R14: the member, now and at any later moment, is what the ledger and the actions say, by plain arithmetic', async () => {
  await fc.assert(
    fc.asyncProperty(managedLives, async (story) => {
      const life = await lived(story);
      const { program, file } = RULEBOOKS[story.rulebook]!;
      const member = await life.member();
      const now = await presentOf(life);
      if (member.rebuildDue) return;
      const records = await life.members.actionsOf(MEMBER_ID);
      const ends = referenceGrants(records, life.recorded, file).map(({ until }) => until);
      for (const moment of momentsFrom(now, member, ends)) {
        const expected = referenceVisible(records, life.recorded, file, member.enrolledAt, moment);
        expect(viewNow(member, program, moment)?.tier.tier.id, `at ${moment}, now being ${now}`).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});

test('what is stored is what a rebuild makes of the history', async () => {
  await fc.assert(
    fc.asyncProperty(managedLives, async (story) => {
      const life = await lived(story);
      if ((await life.member()).rebuildDue) return;
      const options = { write: false, cause: 'rebuild' } as const;
      const now = await presentOf(life);
      const rebuilding = await rebuildStoredMember(
        life.ports,
        { program: RULEBOOKS[story.rulebook]!.program, announcementPolicy: ANNOUNCING },
        MEMBER_ID,
        options,
        now,
      );
      expect(rebuilding).toEqual({ status: 'equal' });
    }),
    { numRuns: 200 },
  );
});

test('reading the member now and replaying its history to now give the same answer', async () => {
  await fc.assert(
    fc.asyncProperty(managedLives, async (story) => {
      const life = await lived(story);
      const { program } = RULEBOOKS[story.rulebook]!;
      const member = await life.member();
      const now = await presentOf(life);
      if (member.rebuildDue) return;
      const history = { entries: life.recorded, actions: await life.members.actionsOf(MEMBER_ID) };
      for (const moment of [now, now + DAY_MS, now + 400 * DAY_MS]) {
        const view = viewNow(member, program, moment)!;
        const replayed = replayTo(moment, member, history, program)!.view;
        expect(replayed.tier).toEqual(view.tier);
        expect(replayed.earnedTier).toEqual(view.earnedTier);
        expect(replayed.points).toEqual(view.points);
        expect(replayed.cycle).toEqual(view.cycle);
      }
    }),
    { numRuns: 200 },
  );
});

test('replaying to a moment of the past says what all that had happened by then, and all that was given, made of it', async () => {
  await fc.assert(
    fc.asyncProperty(managedLives, async (story) => {
      const life = await lived(story);
      const { program, file } = RULEBOOKS[story.rulebook]!;
      const member = await life.member();
      const now = await presentOf(life);
      const actions = await life.members.actionsOf(MEMBER_ID);
      const turns = referenceGrants(actions, life.recorded, file).flatMap(({ from, until }) => [
        from,
        until - 1,
        until,
      ]);
      const moments = [...turns, ...life.recorded.map(({ occurredAt }) => occurredAt), member.enrolledAt];
      for (const moment of moments.filter((one) => one < now)) {
        const replayed = replayTo(moment, member, { entries: life.recorded, actions }, program);
        const happened = life.recorded.filter(({ occurredAt }) => occurredAt <= moment);
        if (!replayed) {
          expect(moment).toBeLessThan(member.enrolledAt);
          expect(happened).toEqual([]);
          continue;
        }
        // What lifts a cap is a transaction of any time, by when it was recorded.
        const grants = referenceGrants(actions, life.recorded, file);
        const expected = referenceTierOf(grants, happened, file, member.enrolledAt, moment);
        // From the last change on it is what the member was told, whatever has become known of that time since.
        const told = moment >= member.tier.since ? [expected, member.tier.id] : [expected];
        expect(told, `at ${moment}`).toContain(replayed.view.tier.tier.id);
      }
    }),
    { numRuns: 150 },
  );
});

test('the item: one sequence without gaps, one chain of tiers, and a timer for the first moment that is due', async () => {
  await fc.assert(
    fc.asyncProperty(managedLives, async (story) => {
      const life = await lived(story);
      const { program } = RULEBOOKS[story.rulebook]!;
      const stored = await life.member();
      const { news, history } = life.members;
      const sequences = news.map(({ sequence }) => sequence).sort((a, b) => a - b);
      expect(sequences).toEqual(news.map((_, place) => place + 1));
      expect(stored.changes).toBe(news.length);
      const tiers = [program.tiers[0].id, ...history.map(({ to }) => to.id)];
      expect(history.map(({ from }) => from.id)).toEqual(tiers.slice(0, -1));
      expect(tiers.at(-1)).toBe(stored.tier.id);
      for (const one of news) expect(one.occurredAt).toBeLessThanOrEqual(one.recordedAt);

      if (stored.nextDueAt !== undefined) expect(life.ports.timers.moments).toContain(stored.nextDueAt);
      const now = await presentOf(life);
      const { member } = written(advanceMember(stored, program, now), ANNOUNCING);
      const { grants = [], nextDueAt = Infinity } = member;
      const ends = grants.map(({ until = Infinity }) => until);
      for (const end of ends) expect(end).toBeGreaterThan(now);
      const warnings = grants
        .filter(({ kind, until }) => kind === 'floor' && until !== undefined)
        .flatMap(({ from, until = 0 }) =>
          program.reminders.daysBefore.map((days) => ({ from, about: until - days * DAY_MS })),
        );
      expect(nextDueAt).toBeGreaterThan(now);
      expect(nextDueAt).toBeLessThanOrEqual(Math.min(...ends));
      // A change of clocks moves a warning by some hours.
      const HOURS = DAY_MS / 6;
      for (const { from, about } of warnings) {
        if (about > from + HOURS && about > now + HOURS) expect(nextDueAt).toBeLessThanOrEqual(about + HOURS);
      }
      const isDue = [...ends, ...warnings.map(({ about }) => about)].some((at) => Math.abs(at - nextDueAt) <= HOURS);
      expect(isDue || nextDueAt === Infinity).toBe(true);
    }),
    { numRuns: 200 },
  );
});
