import { describe, expect, test } from 'vitest';
import { PAGE_SIZE } from '../../core/use-cases/recalculate-page.ts';
import { WORK_MS } from '../../functions/recalculate-cycle/make-handler.ts';
import { forget, heard } from '../support/heard.ts';
import { intercept } from '../support/trouble.ts';
import { makeWorld, type Reach, type World } from '../support/world.ts';

const END = '2026-12-31T23:00:00Z';

/** The given number of Silver members of 2025, who are all downgraded at the end of 2026. */
async function silverMembers(count: number, reach?: Reach): Promise<World> {
  const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...(reach && { reach }) });
  for (let n = 0; n < count; n++) {
    await world.enrol(`m-${n}`);
    await world.post(`m-${n}`, { points: 1300 });
  }
  await world.deliver();
  forget(world);
  world.at('2026-12-31T23:05:00Z');
  return world;
}

async function started(world: World): Promise<string> {
  return (await world.call('POST recalculations', { body: { at: END } })).body.runId;
}

function segmentsOf(world: World, runId: string) {
  const run = world.ports.engine.runs.get(runId);
  return run?.kind === 'recalculation' ? run.segments : [];
}

const runOf = async (world: World, runId: string) => (await world.call('GET run', { params: { runId } })).body;

/** `outage` is temporary, as the SDK marks it; `poison` fails the same way each time. */
const outage = () => Object.assign(new Error('the table is not to be reached'), { $metadata: {} });
const poison = () => new Error('this member cannot be understood');

/** Makes calls about some members fail, while `state.fails` is true. */
function failing(memberIds: string[], error: () => Error) {
  const state = { fails: false };
  const reach = intercept('members', 'actionsOf', async (call, memberId) => {
    if (!state.fails || !memberIds.includes(String(memberId))) return call();
    throw error();
  });
  return { state, reach };
}

describe('a member that cannot be judged', () => {
  test('stops no other member: it is reported with the reason, and the others are downgraded and told', async () => {
    const { state, reach } = failing(['m-3'], poison);
    const world = await silverMembers(12, reach);
    state.fails = true;
    const runId = await started(world);
    await world.carry(runId);
    await world.deliver();
    expect(await runOf(world, runId)).toMatchObject({ status: 'completed', processed: 12, down: 11, failed: 1 });
    const { body } = await world.call('GET run outcomes', { params: { runId } });
    expect(body.items).toContainEqual({
      ...{ memberId: 'm-3', outcome: 'FAILED', visibleTier: null },
      why: 'Error: this member cannot be understood',
    });
    expect(body.items).toHaveLength(12);
    expect((await world.call('GET run changes', { params: { runId } })).body.items).toHaveLength(11);
    expect(heard(world).mails).toHaveLength(11);

    // Once the cause is fixed, another run moves the member that failed.
    state.fails = false;
    const again = await world.recalculateEveryone({ at: END });
    await world.deliver();
    expect(again.body).toMatchObject({ down: 1, unchanged: 11, failed: 0 });
    expect(heard(world).mails).toHaveLength(12);
  });
});

describe('a page that meets an outage', () => {
  test('fails after all its other members are done, and does only the rest when it is retried', async () => {
    const { state, reach } = failing(['m-3', 'm-5'], outage);
    const world = await silverMembers(12, reach);
    state.fails = true;
    const runId = await started(world);
    const segments = segmentsOf(world, runId);
    const outcomes = await Promise.allSettled(
      segments.map((segment) => world.recalculateCycle({ runId, segment, page: 0 })),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    const down = async () => {
      const tiers = await Promise.all(
        Array.from({ length: 12 }, async (_, n) => (await world.ports.members.load(`m-${n}`))!.tier.id),
      );
      return tiers.filter((tier) => tier === 'bronze').length;
    };
    expect(await down()).toBe(10);
    state.fails = false;
    await world.carry(runId);
    await world.deliver();
    expect(await down()).toBe(12);
    expect(await runOf(world, runId)).toMatchObject({ processed: 12, down: 12, failed: 0 });
    expect(heard(world).mails).toHaveLength(12);
  });

  test('is given up in the end: it reports why each member failed, and the others are done', async () => {
    const { state: trouble, reach } = failing(['m-1', 'm-2'], outage);
    const world = await silverMembers(6, reach);
    trouble.fails = true;
    const runId = await started(world);
    const segments = segmentsOf(world, runId);
    for (const segment of segments) {
      const state = { runId, segment, page: 0 };
      const done = await world.recalculateCycle(state).catch(() => world.recalculateCycle({ ...state, givesUp: true }));
      expect(done).toMatchObject({ done: true });
      expect(done).not.toHaveProperty('givesUp');
    }
    await world.finishRecalculation({ runId });
    expect(await runOf(world, runId)).toMatchObject({ status: 'completed', processed: 6, down: 4, failed: 2 });
    const { body } = await world.call('GET run outcomes', { params: { runId } });
    const failed = body.items.filter(({ outcome }: { outcome: string }) => outcome === 'FAILED');
    expect(failed.map(({ memberId }: { memberId: string }) => memberId).sort()).toEqual(['m-1', 'm-2']);
  });
});

describe('page after page', () => {
  test('a call works for a minute, and hands over to the next call', async () => {
    const world = await silverMembers(0);
    for (let n = 0; n < 3 * PAGE_SIZE; n++) {
      // All ids are in one segment of the fake, which divides by the sum of an id's letters.
      await world.ports.members.save(bronze(`m-${String(n).padStart(4, '0')}`, world), 0, []);
    }
    const runId = await started(world);
    const everyone = { kind: 'everyone' as const, part: 0, of: 1 };
    const first = await world.recalculateCycle({ runId, segment: everyone, page: 0 });
    expect(first).toMatchObject({ page: 2, done: true });

    const slow = await silverMembers(
      0,
      intercept('members', 'inSegment', async (call) => {
        slow.pass(WORK_MS);
        return call();
      }),
    );
    for (let n = 0; n < 2 * PAGE_SIZE; n++) {
      await slow.ports.members.save(bronze(`m-${String(n).padStart(4, '0')}`, slow), 0, []);
    }
    const slowRun = await started(slow);
    const handedOn = await slow.recalculateCycle({ runId: slowRun, segment: everyone, page: 0 });
    expect(handedOn).toEqual({
      runId: slowRun,
      segment: everyone,
      page: 1,
      after: `m-${String(PAGE_SIZE - 1).padStart(4, '0')}`,
      done: false,
    });
    expect(await slow.recalculateCycle(handedOn)).toMatchObject({ page: 1, done: true });
    expect(await runOf(slow, slowRun)).toMatchObject({ processed: 2 * PAGE_SIZE });
  });

  test('members who enroll during the run do not change the division of its pages', async () => {
    const world = await silverMembers(20);
    const runId = await started(world);
    const everyone = { kind: 'everyone' as const, part: 0, of: 1 };
    await world.recalculateCycle({ runId, segment: everyone, page: 0 });
    const before = await runOf(world, runId);
    await world.enrol('m-00');
    await world.recalculateCycle({ runId, segment: everyone, page: 0 });
    expect(await runOf(world, runId)).toEqual(before);
  });
});

function bronze(memberId: string, world: World) {
  const now = world.now();
  return {
    memberId,
    enrolledAt: now - 1,
    blocked: false,
    version: 1,
    tier: { id: 'bronze', since: now - 1 },
    changes: 0,
    tally: {
      cycle: { previousStart: now - 3, start: now - 2, end: now + 1_000_000_000 },
      previous: { tier: 0, trackers: [] },
      current: { tier: 0, trackers: [] },
      ...{ lifetimePoints: 0, lifetimeSpendMinor: 0, orders: 0, lifetimeTrackers: [], balance: 0 },
      ...{ awaited: [], awaitsMany: false },
    },
    countedUnder: world.program.countingRule,
    counted: { since: 0, entries: [] },
  };
}
