import { describe, expect, test } from 'vitest';
import type { TierAction } from '../../../core/actions/tier-action.ts';
import type { Member } from '../../../core/member/member.ts';
import type { Program } from '../../../core/program/program.ts';
import { type GroupActionRun, NO_COUNTS, type Run, type RunOutcome } from '../../../core/runs/run.ts';
import { changeGroupTiers, PAGE_SIZE } from '../../../core/use-cases/change-group-tiers.ts';
import { MemoryGroups } from '../../../fakes/memory-groups.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, memberWith, newMember, SILENT } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = at('2026-06-01T10:00:00Z');
const TO_GOLD: TierAction = { id: 'g-1', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } };
const RUN: GroupActionRun = {
  runId: 'r-1',
  kind: 'groupAction',
  groupId: 'vip',
  action: TO_GOLD,
  startedAt: NOW,
  counts: NO_COUNTS,
};

const NOTHING_FOUND = { changes: [], promotions: [] };

/** Remembers which pages of the group it was asked for. */
class AskedGroups extends MemoryGroups {
  readonly asked: object[] = [];

  override async membersAt(groupId: string, moment: number, page: { limit: number; after?: string }) {
    this.asked.push(page);
    return super.membersAt(groupId, moment, page);
  }
}

/** A run over a group with these members, or with an id of nobody. */
async function portsWith(run: Run, members: Record<string, Member | undefined> = {}) {
  const ports = {
    ledger: new MemoryLedger(),
    members: new MemoryMemberStore(),
    timers: new MemoryWakeUpTimers(),
    groups: new AskedGroups(),
    runs: new MemoryRuns(),
  };
  for (const [memberId, member] of Object.entries(members)) {
    await ports.groups.join('vip', memberId, NOW - 1);
    if (member) await ports.members.save({ ...member, memberId }, 0, []);
  }
  await ports.runs.create(run);
  return ports;
}

type Ports = Awaited<ReturnType<typeof portsWith>>;

/** Whatever fails is taken for a failure of the world, which is thrown. */
function changePage(ports: Ports, after = '', program: Program = PROGRAM) {
  return changeGroupTiers(
    ports,
    { program, announcementPolicy: SILENT },
    { runId: 'r-1', after },
    () => NOW + 1,
    () => true,
  );
}

describe('a page of a run that is no action on a group says so, and touches nobody:', () => {
  test.each<[string, Run]>([
    ['another run', { ...RUN, runId: 'r-2' }],
    [
      'an audit',
      {
        runId: 'r-1',
        kind: 'audit',
        heal: false,
        programVersion: PROGRAM.version,
        segments: [],
        startedAt: NOW,
        counts: NO_COUNTS,
      },
    ],
  ])('%s', async (_, run) => {
    const ports = await portsWith(run, { ana: newMember(PROGRAM) });
    await expect(changePage(ports)).rejects.toThrow('There is no action on a group r-1.');
    expect(ports.members.writes).toBe(1);
  });
});

test('each page says where the next begins, and keeps that; the last ends the run', async () => {
  const ids = Array.from({ length: PAGE_SIZE + 1 }, (_, place) => `m-${String(place).padStart(3, '0')}`);
  const ports = await portsWith(RUN, Object.fromEntries(ids.map((id) => [id, undefined])));
  const last = ids[PAGE_SIZE - 1]!;
  const first = await changePage(ports);
  const second = await changePage(ports, last);
  expect(ports.groups.asked).toStrictEqual([{ limit: PAGE_SIZE }, { limit: PAGE_SIZE, after: last }]);
  const outcomes = ids.map((memberId) => ({
    memberId,
    outcome: 'MEMBER_NOT_FOUND',
    from: null,
    to: null,
    direction: 'none',
  }));
  expect(first).toStrictEqual({ outcomes: outcomes.slice(0, PAGE_SIZE), ...NOTHING_FOUND, next: last });
  expect(second).toStrictEqual({ outcomes: outcomes.slice(PAGE_SIZE), ...NOTHING_FOUND });
  expect(await ports.runs.pages('r-1', { limit: 9, from: '' })).toStrictEqual([
    { name: '', outcomes: first.outcomes, next: last },
    { name: last, outcomes: second.outcomes },
  ]);
  expect(await ports.runs.load('r-1')).toMatchObject({ finishedAt: NOW + 1, counts: { processed: PAGE_SIZE + 1 } });
});

const REACHED = memberWith([entry(bonus('b', 5000), '2026-05-20T10:00:00Z', PROGRAM)], PROGRAM, NOW);

test.each<[string, Partial<TierAction>, Partial<RunOutcome>[]]>([
  [
    'an upgrade',
    { expiry: { type: 'instant', at: at('2026-07-01T10:00:00Z') } },
    [
      {
        memberId: 'ana',
        outcome: 'APPLIED',
        from: 'bronze',
        to: 'gold',
        direction: 'up',
        cause: 'tierAction',
        until: at('2026-07-01T10:00:00Z'),
      },
      { memberId: 'bea', outcome: 'TARGET_NOT_HIGHER', from: 'gold', to: 'gold', direction: 'none' },
    ],
  ],
  [
    'a renewal',
    { action: 'renew' },
    [
      {
        memberId: 'ana',
        outcome: 'TARGET_NOT_LOWER',
        from: 'bronze',
        to: 'bronze',
        direction: 'none',
        why: 'A renewal never raises a tier. Use an upgrade for that.',
      },
      {
        memberId: 'bea',
        outcome: 'APPLIED',
        from: 'gold',
        to: 'gold',
        direction: 'none',
        until: at('2027-12-31T23:00:00Z'),
      },
    ],
  ],
])('%s is told of each member as far as it came to something', async (_, action, outcomes) => {
  const run = { ...RUN, action: { ...TO_GOLD, ...action } };
  const ports = await portsWith(run, { ana: newMember(PROGRAM), bea: REACHED });
  const { changes, ...page } = await changePage(ports);
  expect(page).toStrictEqual({ outcomes, promotions: [] });
  const moves = outcomes.filter(({ from, to }) => from !== to);
  expect(changes).toMatchObject(moves.map(({ memberId, direction }) => ({ memberId, direction })));
});

test('what is found on the way is told, and not again when the page is done again', async () => {
  const program = exampleProgram({
    promotions: [
      {
        id: 'gift',
        trigger: { on: 'transaction', where: { type: 'bonus' } },
        action: 'upgrade',
        strategy: { type: 'specific', tier: 'silver' },
      },
    ],
  });
  const ports = await portsWith(RUN, { ana: { ...newMember(program), rebuildDue: true } });
  const fired = { ...entry(bonus('b', 1), '2026-05-20T10:00:00Z', program), memberId: 'ana', promotions: ['gift'] };
  await ports.ledger.record(fired);
  const done = await changePage(ports, '', program);
  const gift = await ports.members.action('ana', 'promotion#gift#api#b');
  expect(gift).toMatchObject({ outcome: 'APPLIED', to: { id: 'silver' } });
  expect(done).toMatchObject({ outcomes: [{ memberId: 'ana', from: 'silver', to: 'gold' }], promotions: [gift] });
  const silver = { from: { id: 'bronze' }, to: { id: 'silver' }, promotion: 'gift' };
  expect(done.changes).toMatchObject([silver, { from: { id: 'silver' }, to: { id: 'gold' }, cause: 'tierAction' }]);
  expect(await changePage(ports, '', program)).toEqual({ outcomes: done.outcomes, ...NOTHING_FOUND });
});
