import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import { recordTransaction } from '../../../core/use-cases/record-transaction.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { EXAMPLE_PROGRAM, exampleProgram } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, bonus, entry, euros, type Facts, memberWith, newMember } from '../members.ts';

const NOW = at('2026-06-01T10:00:00Z');
const ONE_SECOND = 1000;

const taken = (facts: Facts, occurredAt = NOW): Transaction => ({ source: 'api', ...facts, occurredAt });
const order: Facts = { id: 'o-1', type: 'purchase', ...euros(10_000) };

/** The example's tiers; with the multipliers, those from the base up. */
const programWith = (multipliers: readonly number[], more: Partial<ProgramFile> = {}) =>
  exampleProgram({
    tiers: EXAMPLE_PROGRAM.tiers.map((tier, rank) => ({
      ...tier,
      multiplier: multipliers[rank] ?? multipliers.at(-1)!,
    })),
    ...more,
  });

async function portsWith(member?: Member) {
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore() };
  if (member) await ports.members.save(member, 0, []);
  return ports;
}

describe('what the ledger keeps', () => {
  const PROGRAM = exampleProgram();

  test.each<[string, Transaction, object]>([
    ['a purchase: what it awards, and what was spent', taken(order), { awardedPoints: 100, spendMinor: 10_000 }],
    [
      'a refund: what is given back',
      taken({ id: 'r-1', type: 'refund', orderId: 'o-1', ...euros(50) }),
      { spendMinor: 50 },
    ],
    ['a bonus: nothing but what was said', taken(bonus('b-1', 50)), {}],
    [
      'by a clock that runs ahead: it happens now, and what the clock said is kept beside it',
      taken(bonus('b-1', 50), NOW + ONE_SECOND),
      { occurredAt: NOW, saidOccurredAt: NOW + ONE_SECOND },
    ],
  ])('of %s', async (_, transaction, settled) => {
    const ports = await portsWith();
    const kept = { ...transaction, memberId: MEMBER_ID, recordedAt: NOW, ...settled };
    const record = () => recordTransaction(ports, PROGRAM, MEMBER_ID, transaction, NOW);
    expect(await record()).toStrictEqual({ status: 'accepted', entry: kept });
    expect(await record()).toStrictEqual({ status: 'duplicate', entry: kept });
    expect(await ports.ledger.entriesOf(MEMBER_ID)).toStrictEqual([kept]);
  });
});

describe('an order awards by the multiplier of the tier that the member had before it (R1)', () => {
  const awarded = async (multipliers: readonly number[], member?: Member) => {
    const ports = await portsWith(member);
    const recording = await recordTransaction(ports, programWith(multipliers), MEMBER_ID, taken(order), NOW);
    return recording.entry.awardedPoints;
  };

  test.each([
    [[1, 2], 200],
    [[1, 1.5], 150],
    [[2, 1], 100],
    // The same digits: what differs is where the point is.
    [[1.5, 15], 1500],
    [[1, 0.1], 10],
  ])('with %j, a Silver member gets %i points for 100.00', async (multipliers, points) => {
    const program = programWith(multipliers);
    const silver = memberWith([entry(bonus('b', 1200), '2026-05-20T10:00:00Z', program)], program, NOW);
    expect(await awarded(multipliers, silver)).toBe(points);
  });

  test('of whoever is not enrolled yet, by that of the base tier', async () => {
    expect(await awarded([3, 5])).toBe(300);
  });

  test('by that of the tier which is shown, while the points are yet to be counted anew', async () => {
    const silver = { ...newMember(programWith([1])), tier: { id: 'silver', since: NOW }, rebuildDue: true };
    expect(await awarded([1, 2], silver)).toBe(200);
  });
});

test.each([
  ['all tiers award the same', programWith([1.5])],
  ['the program awards nothing', programWith([1, 2], { basis: 'spend', pointsPerUnit: undefined })],
])('where %s, an order is taken though no member can be read', async (_, program) => {
  class Away extends MemoryMemberStore {
    override async load(): Promise<Member | undefined> {
      throw new Error('The table of members is away.');
    }
  }
  const ports = { ledger: new MemoryLedger(), members: new Away() };
  expect(await recordTransaction(ports, program, MEMBER_ID, taken(order), NOW)).toMatchObject({ status: 'accepted' });
});
