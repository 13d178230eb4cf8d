import { describe, expect, test } from 'vitest';
import { MAX_DECIDED_AT_ONCE } from '../../../core/actions/promotions.ts';
import type { TierAction } from '../../../core/actions/tier-action.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import { manageTier } from '../../../core/use-cases/manage-tier.ts';
import { rebuildStoredMember } from '../../../core/use-cases/rebuild-member.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, bonus, entry, newMember, SILENT } from '../members.ts';

// With cycles from each member's enrollment, a member knows its anniversary too.
const PROGRAM = exampleProgram({ cycle: { type: 'enrollment' } });
const NOW = '2026-06-20T10:00:00Z';
const MEMBER: Member = { ...newMember(PROGRAM), anniversary: '05-01' };

async function portsWith(member: Member | undefined, entries: readonly LedgerEntry[] = []) {
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  if (member) await ports.members.save(member, 0, []);
  for (const one of entries) await ports.ledger.record(one);
  return ports;
}

type Ports = Awaited<ReturnType<typeof portsWith>>;
type Options = Partial<Parameters<typeof rebuildStoredMember>[3]>;

/** Writes nothing where the options do not say so. */
function rebuild(ports: Ports, options: Options = {}, when = NOW) {
  const whole = { write: false, cause: 'rebuild', ...options } as const;
  return rebuildStoredMember(ports, { program: PROGRAM, announcementPolicy: SILENT }, MEMBER_ID, whole, at(when));
}

async function withTwoFloors(): Promise<Ports> {
  const ports = await portsWith(MEMBER);
  const floor = (tier: string, until: string): TierAction => ({
    id: tier,
    action: 'upgrade',
    strategy: { type: 'specific', tier },
    expiry: { type: 'instant', at: at(until) },
  });
  for (const action of [floor('platinum', '2026-07-01T10:00:00Z'), floor('gold', '2026-07-15T10:00:00Z')]) {
    await manageTier(
      ports,
      { program: PROGRAM, announcementPolicy: SILENT },
      MEMBER_ID,
      { action, origin: { type: 'staff' } },
      at(NOW),
    );
  }
  return ports;
}

/** By a hand in the table. */
async function damage({ members }: Ports, hand: (member: Member) => Member) {
  const member = (await members.load(MEMBER_ID))!;
  await members.save({ ...hand(member), version: member.version + 1 }, member.version, []);
}

test('there is nothing to rebuild of nobody', async () => {
  expect(await rebuild(await portsWith(undefined))).toEqual({ status: 'noMember' });
});

test.each([
  ['rebuild', { announced: false }],
  ['transaction', { announced: true, transactionId: 'b' }],
] as const)('points that nobody counted move the tier, and are told as the cause says: %s', async (cause, told) => {
  const ports = await portsWith(MEMBER, [entry(bonus('b', 1200), '2026-06-19T10:00:00Z', PROGRAM)]);
  const rebuilding = await rebuild(ports, { cause, write: true });
  const news = (await ports.members.recordsOf(MEMBER_ID))!.news;
  expect(rebuilding).toEqual({
    status: 'differs',
    differences: [
      { figure: 'tier', stored: 'bronze', ledger: 'silver' },
      { figure: 'current', stored: { tier: 0, trackers: [] }, ledger: { tier: 1200, trackers: [] } },
      { figure: 'lifetimePoints', stored: 0, ledger: 1200 },
      { figure: 'balance', stored: 0, ledger: 1200 },
    ],
    changes: news,
  });
  expect(news).toMatchObject([{ to: { id: 'silver' }, cause, ...told }]);
  expect(await rebuild(ports, { cause, write: true })).toEqual({ status: 'equal' });
});

describe('a figure that a hand in the table made wrong is told, and put right:', () => {
  const gold = { key: 'gold', kind: 'floor', tier: 'gold', from: at(NOW), until: at('2026-07-15T10:00:00Z') };
  const platinum = { ...gold, key: 'platinum', tier: 'platinum', until: at('2026-07-01T10:00:00Z') };

  test.each<[string, (member: Member) => Member, unknown, unknown]>([
    ['grants', ({ grants: _, ...rest }) => rest, [], [gold, platinum]],
    ['nextDueAt', ({ nextDueAt: _, ...rest }) => rest, null, at('2026-06-24T10:00:00Z')],
    ['anniversary', ({ anniversary: _, ...rest }) => rest, null, '05-01'],
    ['awaited', (member) => ({ ...member, tally: { ...member.tally, awaitsMany: true } }), 'many', []],
    ['rebuildDue', (member) => ({ ...member, rebuildDue: true }), true, false],
  ])('%s', async (figure, hand, stored, ledger) => {
    const ports = await withTwoFloors();
    await damage(ports, hand);
    const differs = { status: 'differs', differences: [{ figure, stored, ledger }], changes: [] };
    expect(await rebuild(ports)).toEqual(differs);
    expect(await rebuild(ports, { write: true })).toEqual(differs);
    expect(await rebuild(ports)).toEqual({ status: 'equal' });
  });
});

describe('promotions that fired and that nobody decided', () => {
  const PROMOTING = exampleProgram({
    promotions: [
      {
        id: 'gift',
        trigger: { on: 'transaction', where: { type: 'bonus' } },
        action: 'upgrade',
        strategy: { type: 'specific', tier: 'gold' },
      },
    ],
  });
  const COUNT = 2 * MAX_DECIDED_AT_ONCE + 5;
  const fired = Array.from({ length: COUNT }, (_, place) => ({
    ...entry(bonus(`b-${place}`, 1), '2026-06-01T09:00:00Z', PROMOTING),
    promotions: ['gift'],
  }));
  const rebuildOf = (ports: Ports, write: boolean) =>
    rebuildStoredMember(
      ports,
      { program: PROMOTING, announcementPolicy: SILENT },
      MEMBER_ID,
      { write, cause: 'rebuild' },
      at(NOW),
    );

  test('are a difference, and all of them are decided, though more than one write holds', async () => {
    const ports = await portsWith(newMember(PROMOTING), fired);
    const rebuilding = await rebuildOf(ports, true);
    const { news, actions } = (await ports.members.recordsOf(MEMBER_ID))!;
    expect(actions).toHaveLength(COUNT);
    expect(rebuilding).toMatchObject({ status: 'differs', changes: news });
    // What the first write found, not what was left for the last.
    expect(rebuilding).toHaveProperty('differences[0]', { figure: 'tier', stored: 'bronze', ledger: 'gold' });
    expect(news).toMatchObject([{ to: { id: 'gold' } }]);
    expect(await ports.members.load(MEMBER_ID)).not.toHaveProperty('undecided');
    expect(await rebuildOf(ports, false)).toEqual({ status: 'equal' });
  });

  test('are a difference also where they come to nothing', async () => {
    const ports = await portsWith(newMember(PROMOTING), fired.slice(0, 1));
    await rebuildOf(ports, true);
    const { key } = (await ports.members.actionsOf(MEMBER_ID))[0]!;
    // As a restore without the table's last minute would leave it.
    const stored = (await ports.members.load(MEMBER_ID))!;
    const members = new MemoryMemberStore();
    await members.save({ ...stored, grants: stored.grants! }, 0, []);
    expect(await rebuildOf({ ...ports, members }, true)).toMatchObject({
      status: 'differs',
      differences: [{ figure: 'undecided', stored: [key], ledger: [] }],
    });
    expect(await members.action(MEMBER_ID, key)).toBeDefined();
    expect(await rebuildOf({ ...ports, members }, true)).toEqual({ status: 'equal' });
  });
});

test('the names of a grant in another order, as a store may bring them, are no difference', async () => {
  const ports = await withTwoFloors();
  const turned = (value: object) => Object.fromEntries(Object.entries(value).reverse());
  await damage(ports, (member) => ({
    ...member,
    grants: member.grants!.map((grant) => turned(grant) as typeof grant),
  }));
  expect(await rebuild(ports)).toEqual({ status: 'equal' });
});

test('the same grants in another order are no difference', async () => {
  const ports = await withTwoFloors();
  await damage(ports, (member) => ({ ...member, grants: [...member.grants!].reverse() }));
  expect(await rebuild(ports)).toEqual({ status: 'equal' });
});

describe('what happened by itself since the member was written', () => {
  const LATER = '2026-07-10T10:00:00Z';

  test('is no difference, and stays for whoever writes it down in its time', async () => {
    const ports = await withTwoFloors();
    const before = await ports.members.load(MEMBER_ID);
    expect(await rebuild(ports, { write: true }, LATER)).toEqual({ status: 'equal' });
    expect(await ports.members.load(MEMBER_ID)).toEqual(before);
  });

  test('is written down where the operator wants all up to now, an end and a warning alike', async () => {
    const ports = await withTwoFloors();
    const upToNow = { write: true, upToNow: true };
    expect(await rebuild(ports, upToNow)).toEqual({ status: 'equal' });
    const rebuilding = await rebuild(ports, upToNow, LATER);
    const news = (await ports.members.recordsOf(MEMBER_ID))!.news;
    expect(news).toMatchObject([
      { to: { id: 'platinum' } },
      { from: { id: 'platinum' }, to: { id: 'gold' }, cause: 'grantEnd' },
      { kind: 'expiring', to: { id: 'gold' } },
    ]);
    expect(rebuilding).toEqual({ status: 'differs', differences: [], changes: [news[1]] });
    expect(await rebuild(ports, upToNow, LATER)).toEqual({ status: 'equal' });
  });
});
