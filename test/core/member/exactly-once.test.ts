/** R2 and R4, as a law over random lives of a member: whatever the stream and the clocks do, the member is what its ledger says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tallyOf } from '../../../core/ledger/ledger-tally.ts';
import type { Transaction } from '../../../core/ledger/transaction.ts';
import { advanceMember } from '../../../core/member/advance-member.ts';
import type { Member } from '../../../core/member/member.ts';
import type { TierChange } from '../../../core/member/tier-change.ts';
import type { Program } from '../../../core/program/program.ts';
import { cycleAt } from '../../../core/rules/cycle.ts';
import { earnedTier } from '../../../core/rules/qualification.ts';
import { programs, transactions } from '../histories.ts';
import { ANNOUNCING, ENROLLMENT, type Event, lifeOf, lives } from '../lives.ts';
import { written } from '../members.ts';

/** Something new for whoever has nothing else to bring it up to now. */
const LAST_WORD: Event = {
  does: 'post',
  transaction: { id: 'last', source: 'api', type: 'bonus', points: 1, occurredAt: 0 },
  ago: 0,
  clock: 0,
  atOnce: true,
};

/** Every visible change was written down once: the chain leads from the base tier to the present one, without gaps. */
function expectOneChain(history: readonly TierChange[], member: Member, program: Program) {
  expect(history.map(({ sequence }) => sequence)).toEqual(history.map((_, place) => place + 1));
  const tiers = [program.tiers[0].id, ...history.map(({ to }) => to.id)];
  expect(history.map(({ from }) => from.id)).toEqual(tiers.slice(0, -1));
  expect(tiers.at(-1)).toBe(member.tier.id);
  for (const { from, to, direction } of history) expect(direction).toBe(to.rank > from.rank ? 'up' : 'down');
  expect(member.changes).toBe(history.length);
  // R9: the end of a cycle moves a member once.
  const ends = history.filter(({ cause }) => cause === 'recalculation').map(({ occurredAt }) => occurredAt);
  expect(new Set(ends).size).toBe(ends.length);
}

async function expectWhatTheLedgerSays(life: ReturnType<typeof lifeOf>) {
  const [program, stored] = [life.program(), await life.member()];
  expectOneChain(life.members.history, stored, program);
  if (life.recorded.length > 0) expect(stored.rebuildDue).toBeUndefined();
  expect(stored.tier.id).toBe(earnedTier(program, stored.tally).id);
  // A clock that ran ahead may have ended a cycle already.
  const now = Math.max(life.now(), stored.tally.cycle.start);
  const { member } = written(advanceMember(stored, program, now), ANNOUNCING);
  const truth = tallyOf(life.recorded, program, member.enrolledAt, now);
  expect(member.tally).toEqual(truth);
  expect(member.tier.id).toBe(earnedTier(program, truth).id);
}

test('R2, R4: however entries are delivered, the member is what the whole ledger adds up to, and every change is told once', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async ({ program, enrolledFirst, happening, batch, backwards }) => {
      const life = lifeOf(program);
      for (const event of [...(enrolledFirst ? [ENROLLMENT] : []), ...happening]) await life.live(event);
      await life.settle(batch, backwards);
      await expectWhatTheLedgerSays(life);
    }),
    { numRuns: 500 },
  );
});

test('writers of one member that meet: each reads and writes when it pleases, and none undoes what another did', async () => {
  const meetings = programs.chain((program) =>
    fc.record({
      program: fc.constant(program),
      known: fc.array(transactions(program, 'few'), { maxLength: 4 }),
      posts: fc.array(transactions(program, 'few'), { minLength: 1, maxLength: 4 }),
      enrolls: fc.boolean(),
      rebuilds: fc.boolean(),
      waits: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      meetings,
      fc.scheduler(),
      async ({ program, known, posts, enrolls, rebuilds, waits }, scheduler) => {
        const life = lifeOf(program, (call) => scheduler.schedule(call));
        const post = (transaction: Transaction): Event => ({
          does: 'post',
          transaction,
          ago: 0,
          clock: 0,
          atOnce: true,
        });
        const before = enrolls ? [] : [ENROLLMENT];
        const meeting: Event[] = [
          ...posts.map(post),
          ...(enrolls ? [ENROLLMENT] : []),
          ...(rebuilds ? [{ does: 'rebuild' } as const] : []),
        ];
        const story = (async () => {
          for (const event of [...before, ...known.map(post)]) await life.live(event);
          if (waits) await life.live({ does: 'wait for the cycle to end', ms: 1 });
          await Promise.all(meeting.map((event) => life.live(event)));
          await life.settle(2, false);
        })();
        await scheduler.waitFor(story);
        await expectWhatTheLedgerSays(life);
      },
    ),
    { numRuns: 300 },
  );
});

test('each end of a cycle is judged by what was taken before it, however late the stream brings that', async () => {
  const stories = programs.chain((program) =>
    fc.record({
      program: fc.constant(program),
      happening: fc.array(
        fc.record({
          // Points of their own: what is computed depends on the tier that the member has by then, and on nothing of this.
          transaction: transactions(program, 'few').map((one) =>
            one.type === 'purchase' ? { points: 50, ...one } : one,
          ),
          days: fc.integer({ min: 1, max: 200 }),
          ago: fc.constantFrom(0, 0, 300),
          delivers: fc.boolean(),
        }),
        { maxLength: 12, size: 'max' },
      ),
    }),
  );
  const DAY_MS = 86_400_000;
  await fc.assert(
    fc.asyncProperty(stories, async ({ program, happening }) => {
      const [punctual, late] = [lifeOf(program), lifeOf(program)];
      const start = punctual.now();
      let behind = 0;
      for (const life of [punctual, late]) await life.live(ENROLLMENT);
      for (const { transaction, days, ago, delivers } of happening) {
        for (const life of [punctual, late]) {
          await life.live({ does: 'pass', ms: days * DAY_MS });
          const atOnce = life === punctual;
          const known = life.recorded.length;
          await life.live({ does: 'post', transaction, ago: ago * DAY_MS, clock: 0, atOnce });
          if (life === late) behind += life.recorded.length - known;
        }
        if (!delivers || behind === 0) continue;
        const batch = Array.from({ length: behind }, (_, place) => place);
        await late.live({ does: 'deliver', batches: [batch], clock: 0 });
        behind = 0;
      }
      await late.settle(Number.POSITIVE_INFINITY, true);
      for (const life of [punctual, late]) await life.live(LAST_WORD);
      await expectWhatTheLedgerSays(late);

      for (let moment = start, end = 0; moment < punctual.now(); moment = end) {
        ({ end } = cycleAt(program.cycle, program.timeZone, start, moment));
        const [expected, tier] = [punctual, late].map((life) => tierAtEnd(life.members.history, program, end));
        expect(tier).toBe(expected);
      }
    }),
    { numRuns: 200 },
  );
});

/** The tier that the end of a cycle gave. */
function tierAtEnd(history: readonly TierChange[], program: Program, end: number): string {
  const until = history.filter(
    ({ occurredAt, cause }) => occurredAt < end || (occurredAt === end && cause === 'recalculation'),
  );
  return until.at(-1)?.to.id ?? program.tiers[0].id;
}

test('a rulebook that counts otherwise is met at the next transaction, and from then on the member is what it says', async () => {
  await fc.assert(
    fc.asyncProperty(lives, programs, fc.nat(), async ({ program, happening, batch, backwards }, other, place) => {
      const life = lifeOf(program);
      const edit = happening.length === 0 ? 0 : place % happening.length;
      for (const event of [ENROLLMENT, ...happening.slice(0, edit)]) await life.live(event);
      life.redeploy(other);
      for (const event of happening.slice(edit)) await life.live(event);
      await life.settle(batch, backwards);
      await life.live(LAST_WORD);
      await expectWhatTheLedgerSays(life);
    }),
    { numRuns: 200 },
  );
});
