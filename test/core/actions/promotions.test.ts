/** R4 and R20 for promotions, as laws: what they give follows from the ledger, whatever the stream does on the way. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Transaction } from '../../../core/ledger/transaction.ts';
import { entryKey } from '../../../core/ledger/transaction.ts';
import { advanceMember } from '../../../core/member/advance-member.ts';
import { viewNow } from '../../../core/member/member-view.ts';
import { MEMBER_ID } from '../histories.ts';
import { ENROLLMENT, type Event, lifeOf } from '../lives.ts';
import { anyTransaction, RULEBOOKS } from './managed-lives.ts';

const HOUR_MS = 3_600_000;

const PROMOTING = RULEBOOKS.filter(({ program }) => program.promotions.length > 0);

interface Step {
  transaction: Transaction;
  /** Before the transaction is posted. */
  ms: number;
  /** What the stream brings after it, in one life and in another. */
  deliveries: [number[][], number[][]];
}

const stories = fc.nat({ max: PROMOTING.length - 1 }).chain((rulebook) => {
  const batch = fc.array(fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 12 })), { minLength: 1, maxLength: 4 });
  const deliveries = fc.array(batch, { maxLength: 2 });
  return fc.record({
    rulebook: fc.constant(rulebook),
    steps: fc.array(
      fc.record({
        // Points of their own: those that are computed depend on the tier of the moment, and so on what was delivered.
        transaction: anyTransaction(PROMOTING[rulebook]!.program).map((one) =>
          one.type === 'purchase' ? { points: 50, ...one } : one,
        ),
        ms: fc.constantFrom(0, 0, 1, 1, 1000, HOUR_MS, 30 * HOUR_MS, 20 * 24 * HOUR_MS, 300 * 24 * HOUR_MS),
        deliveries: fc.tuple(deliveries, deliveries),
      }),
      { minLength: 1, maxLength: 12, size: 'max' },
    ),
    batches: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
    ago: fc.constantFrom(0, 0, HOUR_MS, 400 * 24 * HOUR_MS),
  });
});

test('in whatever order and however often entries come, promotions decide the same, once for each transaction that fires them', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async ({ rulebook, steps, batches, ago }) => {
      const { program } = PROMOTING[rulebook]!;
      const lives = [lifeOf(program), lifeOf(program)];
      for (const [number, life] of lives.entries()) {
        await life.live(ENROLLMENT);
        for (const { transaction, ms, deliveries } of steps as Step[]) {
          await life.live({ does: 'pass', ms });
          await life.live({ does: 'post', transaction, ago, clock: 0, atOnce: false });
          const deliver: Event = { does: 'deliver', batches: deliveries[number]!, clock: 0 };
          await life.live(deliver);
        }
        await life.settle(batches[number]!, number === 1);
      }
      const [records, others] = await Promise.all(lives.map(recordsOf));
      expect(others).toEqual(records);
      const [member, other] = await Promise.all(lives.map((life) => life.member()));
      const now = lives[0]!.now();
      const [one, two] = [member!, other!].map((stored) => advanceMember(stored, program, now).member);
      expect(two!.tally).toEqual(one!.tally);
      expect(two!.tier.id).toBe(one!.tier.id);
      expect(two!.nextDueAt).toBe(one!.nextDueAt);
      const sorted = (grants = one!.grants) => [...(grants ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
      expect(sorted(two!.grants)).toEqual(sorted());
      expect(viewNow(two!, program, now)!.grants.length).toBe(viewNow(one!, program, now)!.grants.length);

      // The enrollment fires one, and each transaction those that its entry names.
      const fired = lives[0]!.recorded.flatMap((entry) =>
        (entry.promotions ?? []).map((promotion) => `promotion#${promotion}#${entryKey(entry)}`),
      );
      expect(records!.map(({ key }) => key)).toEqual(['promotion#welcome', ...fired].sort());
    }),
    { numRuns: 150 },
  );
});

async function recordsOf(life: ReturnType<typeof lifeOf>) {
  const records = await life.members.actionsOf(MEMBER_ID);
  return records.sort((a, b) => (a.key < b.key ? -1 : 1));
}
