/** R2 and R4, as a law over random lives of a member: whatever the stream and the clocks do, the member is what its ledger says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tallyOf } from '../../../core/ledger/replay.ts';
import type { Transaction } from '../../../core/ledger/transaction.ts';
import type { Member, TierChange } from '../../../core/member/member.ts';
import { bringUpTo } from '../../../core/member/settle.ts';
import type { Program } from '../../../core/program/program.ts';
import { earnedTier } from '../../../core/tiers/earned-tier.ts';
import { programs, transactions } from '../histories.ts';
import { ANNOUNCING, ENROLMENT, type Event, lifeOf, lives } from '../lives.ts';

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
  const { member } = bringUpTo(now, stored, program, ANNOUNCING);
  const truth = tallyOf(life.recorded, program, member.enrolledAt, now);
  expect(member.tally).toEqual(truth);
  expect(member.tier.id).toBe(earnedTier(program, truth).id);
}

test('R2, R4: however entries are delivered, the member is what the whole ledger adds up to, and every change is told once', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async ({ program, enrolledFirst, happening, batch, backwards }) => {
      const life = lifeOf(program);
      for (const event of [...(enrolledFirst ? [ENROLMENT] : []), ...happening]) await life.live(event);
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
      enrols: fc.boolean(),
      rebuilds: fc.boolean(),
      waits: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      meetings,
      fc.scheduler(),
      async ({ program, known, posts, enrols, rebuilds, waits }, scheduler) => {
        const life = lifeOf(program, (call) => scheduler.schedule(call));
        const post = (transaction: Transaction): Event => ({
          does: 'post',
          transaction,
          ago: 0,
          clock: 0,
          atOnce: true,
        });
        const before = enrols ? [] : [ENROLMENT];
        const meeting: Event[] = [
          ...posts.map(post),
          ...(enrols ? [ENROLMENT] : []),
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

test('a rulebook that counts otherwise is met at the next transaction, and from then on the member is what it says', async () => {
  await fc.assert(
    fc.asyncProperty(lives, programs, fc.nat(), async ({ program, happening, batch, backwards }, other, place) => {
      const life = lifeOf(program);
      const edit = happening.length === 0 ? 0 : place % happening.length;
      for (const event of [ENROLMENT, ...happening.slice(0, edit)]) await life.live(event);
      life.redeploy(other);
      for (const event of happening.slice(edit)) await life.live(event);
      await life.settle(batch, backwards);
      const last: Transaction = { id: 'last', source: 'api', type: 'bonus', points: 1, occurredAt: 0 };
      await life.live({ does: 'post', transaction: last, ago: 0, clock: 0, atOnce: true });
      await expectWhatTheLedgerSays(life);
    }),
    { numRuns: 200 },
  );
});
