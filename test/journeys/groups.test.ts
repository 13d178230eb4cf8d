import { beforeAll, describe, expect, test } from 'vitest';
import { PAGE_SIZE } from '../../core/use-cases/change-group-tiers.ts';
import { WORK_MS } from '../../functions/change-group-tiers/make-handler.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { storesOf } from '../support/same-stores.ts';
import { canMeet, intercept, TROUBLES, troubleAt } from '../support/trouble.ts';
import { makeWorld, type Reach, type Response, type World } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
const END = '2026-05-29T22:00:00Z';
const GROUP = 'vips';

const to = (tier: string) => ({ strategy: { type: 'specific', tier } });
const FOR_90_DAYS = { expiry: { type: 'duration', amount: 90, unit: 'days' } };

/** m-001, m-002 … */
const ids = (count: number) => Array.from({ length: count }, (_, n) => `m-${String(n + 1).padStart(3, '0')}`);

/** A world with the given number of members in a group. */
async function groupOf(count: number, reach?: Reach): Promise<World> {
  const world = makeWorld({ now: '2026-03-01T09:00:00Z', ...(reach && { reach }) });
  for (const memberId of ids(count)) {
    await world.enrol(memberId);
    await world.join(GROUP, memberId);
  }
  await world.deliver();
  forget(world);
  world.at(NOW);
  return world;
}

async function tiersOf(world: World, memberIds: readonly string[]): Promise<string[]> {
  const tiers = [];
  for (const memberId of memberIds) tiers.push((await world.read(memberId)).tier.id);
  return tiers;
}

const start = (world: World, action: Record<string, unknown> = {}): Promise<Response> =>
  world.call('POST group tier-actions', {
    params: { groupId: GROUP },
    body: { id: 'g-1', action: 'upgrade', ...to('gold'), ...FOR_90_DAYS, ...action },
  });

const readRun = async (world: World, runId: string) => (await world.call('GET run', { params: { runId } })).body;

/** Every page of a list, and the number of items in each. */
async function listed(world: World, name: 'GET run changes' | 'GET run outcomes', runId: string, limit?: number) {
  const items: Record<string, unknown>[] = [];
  const sizes: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { ...(limit && { limit: String(limit) }), ...(cursor && { cursor }) };
    const { status, body } = await world.call(name, { params: { runId }, query });
    expect(status).toBe(200);
    items.push(...body.items);
    sizes.push(body.items.length);
    cursor = body.nextCursor;
    if (!cursor) return { items, sizes };
  }
}

describe('joining and leaving a group', () => {
  test('answer 204 without a body, at each repetition', async () => {
    const world = makeWorld({ now: NOW });
    for (const call of [world.join, world.join, world.leave, world.leave, world.join]) {
      const { status, body } = await call(GROUP, 'm-001');
      expect([status, body]).toEqual([204, undefined]);
    }
  });

  test('succeed for a group that never existed', async () => {
    expect((await makeWorld().leave('nothing', 'm-001')).status).toBe(204);
  });

  test('count once when repeated: one change, one outcome', async () => {
    const world = await groupOf(2);
    await world.join(GROUP, 'm-001');
    expect((await world.actOnGroup(GROUP, FOR_90_DAYS)).body).toMatchObject({ processed: 2, up: 2 });
  });

  test('put a member back in who left and joined again', async () => {
    const world = await groupOf(2);
    await world.leave(GROUP, 'm-001');
    world.pass(1000);
    await world.join(GROUP, 'm-001');
    expect((await world.actOnGroup(GROUP, FOR_90_DAYS)).body).toMatchObject({ processed: 2, up: 2 });
  });
});

describe('a tier action on a group', () => {
  test('answers 202 with its run, and gives each member an outcome', async () => {
    const world = await groupOf(4);
    await world.enrol('m-002', { blocked: true });
    await world.post('m-003', { points: 6000 });
    await world.join(GROUP, 'm-404');
    await world.deliver();
    forget(world);
    const started = await start(world);
    expect(started).toMatchObject({ status: 202, body: { runId: expect.any(String) } });
    const { runId } = started.body;
    expect(Object.keys(started.body)).toEqual(['runId']);
    expect(await readRun(world, runId)).toMatchObject({ status: 'running', processed: 0, startedAt: NOW });
    expect(await tiersOf(world, ['m-001'])).toEqual(['bronze']);

    world.pass(5000);
    await world.run(runId);
    expect(await readRun(world, runId)).toEqual({
      runId,
      kind: 'groupAction',
      group: GROUP,
      actionId: 'g-1',
      status: 'completed',
      dryRun: false,
      startedAt: NOW,
      finishedAt: '2026-03-01T10:00:05Z',
      total: 5,
      processed: 5,
      up: 2,
      down: 0,
      unchanged: 3,
      failed: 0,
      matrix: { bronze: { gold: 2 } },
      outcomes: { APPLIED: 2, MEMBER_BLOCKED: 1, TARGET_NOT_HIGHER: 1, MEMBER_NOT_FOUND: 1 },
    });
    expect((await listed(world, 'GET run outcomes', runId)).items).toEqual([
      { memberId: 'm-001', outcome: 'APPLIED', visibleTier: 'gold', until: END },
      { memberId: 'm-002', outcome: 'MEMBER_BLOCKED', visibleTier: 'bronze' },
      { memberId: 'm-003', outcome: 'TARGET_NOT_HIGHER', visibleTier: 'gold' },
      { memberId: 'm-004', outcome: 'APPLIED', visibleTier: 'gold', until: END },
      { memberId: 'm-404', outcome: 'MEMBER_NOT_FOUND', visibleTier: null },
    ]);
    expect((await listed(world, 'GET run changes', runId)).items).toEqual([
      { memberId: 'm-001', from: 'bronze', to: 'gold', cause: 'tierAction' },
      { memberId: 'm-004', from: 'bronze', to: 'gold', cause: 'tierAction' },
    ]);
    await world.deliver();
    expect(heard(world)).toEqual({ events: ['tier.upgraded', 'tier.upgraded'], mails: [], texts: [] });
  });

  test('takes effect for all members at its start, whenever their turn comes', async () => {
    const world = await groupOf(3);
    const { runId } = (await start(world)).body;
    world.at('2026-03-02T23:30:00Z');
    await world.run(runId);
    for (const memberId of ids(3)) {
      expect((await world.read(memberId)).tier).toMatchObject({ id: 'gold', since: NOW, expiresAt: END });
      expect(await world.changes(memberId)).toMatchObject([{ occurredAt: NOW, recordedAt: '2026-03-02T23:30:00Z' }]);
    }
  });

  test('lowers too: counts, matrix and changes name both tiers', async () => {
    const world = await groupOf(3);
    await world.post('m-001', { points: 1200 });
    await world.post('m-002', { points: 12_000 });
    await world.deliver();
    world.pass(1000);
    const { body } = await world.actOnGroup(GROUP, { action: 'downgrade', ...to('bronze') });
    expect(body).toMatchObject({
      up: 0,
      down: 2,
      unchanged: 1,
      matrix: { silver: { bronze: 1 }, platinum: { bronze: 1 } },
      outcomes: { APPLIED: 2, ALREADY_BASE: 1 },
    });
  });

  test('makes one change for each member, one end for all, and one schedule', async () => {
    const world = await groupOf(30);
    await world.actOnGroup(GROUP, FOR_90_DAYS);
    // The first reminder comes next.
    expect(world.ports.timers.moments).toEqual([Date.parse('2026-04-29T22:00:00Z')]);
    world.at('2026-04-29T22:00:00Z');
    await world.wake();
    world.at('2026-05-22T22:00:00Z');
    await world.wake();
    expect(world.ports.timers.moments.at(-1)).toBe(Date.parse(END));
    expect(world.ports.timers.moments).toHaveLength(3);
    world.at(END);
    await world.wake();
    expect(new Set(await tiersOf(world, ids(30)))).toEqual(new Set(['bronze']));
  });

  test('tells the members as its notify says', async () => {
    const world = await groupOf(3);
    await world.actOnGroup(GROUP, { ...FOR_90_DAYS, notify: { channels: ['email'] } });
    await world.deliver();
    expect(heard(world)).toMatchObject({ mails: Array(3).fill("You're now Gold"), texts: [] });
  });

  test('is named in the changes and the explanation of each member', async () => {
    const world = await groupOf(1);
    await world.actOnGroup(GROUP, { ...FOR_90_DAYS, reason: 'a fair' });
    expect((await world.changes('m-001'))[0]).toMatchObject({ actionId: 'g-1', cause: 'tierAction' });
    expect((await world.explanation('m-001')).actions).toMatchObject([
      { id: 'g-1', by: 'group', group: GROUP, reason: 'a fair', outcome: 'APPLIED', until: END },
    ]);
    expect((await world.read('m-001')).grants).toMatchObject([{ id: 'g-1' }]);
  });

  test('with the same id as a member’s own action, or in another group, is another action', async () => {
    const world = await groupOf(1);
    await world.act('m-001', { id: 'g-1', ...to('silver') });
    await world.join('others', 'm-001');
    world.pass(1000);
    expect((await world.actOnGroup(GROUP, FOR_90_DAYS)).body).toMatchObject({ outcomes: { APPLIED: 1 } });
    expect((await world.actOnGroup('others', { ...to('platinum') })).body).toMatchObject({ outcomes: { APPLIED: 1 } });
    expect((await world.explanation('m-001')).actions).toHaveLength(3);
  });

  test('on a group that everybody left completes at once', async () => {
    const world = await groupOf(1);
    await world.leave(GROUP, 'm-001');
    expect((await world.actOnGroup(GROUP, FOR_90_DAYS)).body).toMatchObject({
      status: 'completed',
      processed: 0,
      total: 0,
      outcomes: {},
      matrix: {},
    });
  });

  test('with an end from a transaction’s field reads each member’s own transaction', async () => {
    const world = await groupOf(2);
    await world.post('m-001', { id: 'order-1', points: 1, fields: { Days: 30 } });
    await world.deliver();
    world.pass(1000);
    const expiry = { type: 'fieldNumber', field: 'Days', unit: 'days' };
    expect((await world.actOnGroup(GROUP, { expiry, transactionId: 'order-1' })).body).toMatchObject({
      outcomes: { APPLIED: 1, FIELD_INVALID: 1 },
    });
  });
});

describe('the members are those at the start of the action (R19)', () => {
  test('a member who joins later is not changed, even before the run starts', async () => {
    const world = await groupOf(2);
    const { runId } = (await start(world)).body;
    world.pass(1);
    await world.enrol('m-000');
    await world.join(GROUP, 'm-000');
    await world.enrol('m-999');
    await world.join(GROUP, 'm-999');
    await world.run(runId);
    expect(await readRun(world, runId)).toMatchObject({ processed: 2, up: 2 });
    expect(await tiersOf(world, ['m-000', 'm-999', 'm-001'])).toEqual(['bronze', 'bronze', 'gold']);
    expect(await world.ports.members.actionsOf('m-999')).toEqual([]);
  });

  test('a member who left before is not changed, and one who leaves later is', async () => {
    const world = await groupOf(3);
    await world.leave(GROUP, 'm-001');
    world.pass(1000);
    const { runId } = (await start(world)).body;
    world.pass(1000);
    await world.leave(GROUP, 'm-002');
    await world.run(runId);
    expect(await tiersOf(world, ids(3))).toEqual(['bronze', 'gold', 'gold']);
    expect(await readRun(world, runId)).toMatchObject({ processed: 2 });
  });

  test('a member who left and came back since is changed once', async () => {
    const world = await groupOf(1);
    const { runId } = (await start(world)).body;
    world.pass(1000);
    await world.leave(GROUP, 'm-001');
    world.pass(1000);
    await world.join(GROUP, 'm-001');
    await world.run(runId);
    expect(await world.changes('m-001')).toHaveLength(1);
  });
});

describe('the same group action again', () => {
  test('is the same run and does nothing, also for members who joined since', async () => {
    const world = await groupOf(2);
    const first = await world.actOnGroup(GROUP, FOR_90_DAYS);
    await world.enrol('m-003');
    await world.join(GROUP, 'm-003');
    await world.deliver();
    const { writes } = world.ports.members;
    forget(world);
    world.at('2026-07-01T10:00:00Z');
    const again = await start(world);
    expect(again).toMatchObject({ status: 202, body: { runId: first.body.runId } });
    await world.run(again.body.runId);
    await world.deliver();
    expect((await readRun(world, again.body.runId)).startedAt).toBe(NOW);
    expect(await readRun(world, again.body.runId)).toEqual(first.body);
    expect(world.ports.members.writes).toBe(writes);
    expect(heard(world)).toEqual(NOTHING);
  });

  test('five times at once is one run', async () => {
    const world = await groupOf(3);
    const answers = await Promise.all(Array.from({ length: 5 }, () => start(world)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.runId}`)).size).toBe(1);
    const { runId } = answers[0]!.body;
    expect(world.ports.engine.started).toEqual([runId]);
    await Promise.all([world.run(runId), world.run(runId), world.run(runId)]);
    expect(await readRun(world, runId)).toMatchObject({ processed: 3, up: 3 });
    for (const memberId of ids(3)) expect(await world.changes(memberId)).toHaveLength(1);
  });

  test.each([
    ['tier', to('silver')],
    ['end', { expiry: { type: 'duration', amount: 91, unit: 'days' } }],
    ['notify', { notify: { channels: ['email'] } }],
  ])('with another %s: 409, and nothing is started', async (_, difference) => {
    const world = await groupOf(2);
    const { body } = await start(world);
    const conflict = await start(world, difference);
    expect(conflict).toMatchObject({ status: 409, body: { status: 409, detail: expect.stringContaining('g-1') } });
    expect(world.ports.engine.started).toEqual([body.runId]);
  });
});

describe('an unknown id', () => {
  test('of a group gives an action 404 and no run', async () => {
    const world = makeWorld();
    const { status, body } = await start(world);
    expect([status, body.status]).toEqual([404, 404]);
    expect(body.detail).toContain(GROUP);
    expect(world.ports.engine.started).toEqual([]);
  });

  test.each(['GET run', 'GET run changes', 'GET run outcomes'] as const)('of a run gives %s 404', async (name) => {
    const { status, body } = await makeWorld().call(name, { params: { runId: 'group-0000000000000000' } });
    expect([status, body.status]).toEqual([404, 404]);
  });
});

describe('a run of 250 members', () => {
  const COUNT = 2 * PAGE_SIZE + 50;
  let world: World;
  let runId: string;
  let calls: number;

  beforeAll(async () => {
    // Each page takes as long as a call may work, so each call does one page.
    const reach = intercept('runs', 'recordPage', async (record) => {
      world.pass(WORK_MS);
      return record();
    });
    world = await groupOf(COUNT, reach);
    await world.enrol('m-100', { blocked: true });
    await world.enrol('m-101', { blocked: true });
    runId = (await start(world)).body.runId;
    let state = await world.changeGroupTiers({ runId, after: '' });
    const places = [state.after];
    while (!state.done) {
      state = await world.changeGroupTiers(state);
      places.push(state.after);
    }
    calls = places.length;
    expect(places).toEqual(['m-100', 'm-200', '']);
  });

  test('takes three pages, and counts each member once', async () => {
    expect(calls).toBe(3);
    expect(await readRun(world, runId)).toMatchObject({
      status: 'completed',
      processed: COUNT,
      total: COUNT,
      up: COUNT - 2,
      unchanged: 2,
      failed: 0,
      matrix: { bronze: { gold: COUNT - 2 } },
      outcomes: { APPLIED: COUNT - 2, MEMBER_BLOCKED: 2 },
    });
  });

  test('gives all the same end: one moment on the clock', () => {
    expect(world.ports.timers.moments).toHaveLength(1);
    expect(world.ports.timers.calls).toBeGreaterThanOrEqual(1);
  });

  test.each([
    ['GET run outcomes', undefined, COUNT],
    ['GET run outcomes', 100, COUNT],
    ['GET run outcomes', 7, COUNT],
    ['GET run changes', 100, COUNT - 2],
    ['GET run changes', 33, COUNT - 2],
    ['GET run changes', undefined, COUNT - 2],
  ] as const)('lists each member once and in order: %s by pages of %s', async (name, limit, count) => {
    const { items, sizes } = await listed(world, name, runId, limit);
    const memberIds = items.map(({ memberId }) => memberId);
    expect(memberIds).toEqual(
      ids(COUNT).filter((id) => name === 'GET run outcomes' || !['m-100', 'm-101'].includes(id)),
    );
    expect(items).toHaveLength(count);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(limit ?? 25);
    expect(sizes).toHaveLength(Math.ceil(count / (limit ?? 25)));
  });

  const cursor = (text: string) => Buffer.from(text).toString('base64url');

  test.each(['GET run changes', 'GET run outcomes'] as const)(
    'answers 422 for a cursor of something else: %s',
    async (name) => {
      for (const bad of ['$$$', cursor('7'), cursor('-1#m-100'), cursor('x#'), cursor('1e3#m-100'), 'x'.repeat(401)]) {
        const answer = await world.call(name, { params: { runId }, query: { cursor: bad } });
        expect(answer, bad).toMatchObject({ status: 422, body: { errors: [{ path: 'cursor' }] } });
      }
      for (const query of [{ limit: '0' }, { limit: '101' }, { page: '2' }] as Record<string, string>[]) {
        expect((await world.call(name, { params: { runId }, query })).status).toBe(422);
      }
    },
  );

  test('changes nothing when it is repeated from the start or from any page', async () => {
    const before = await readRun(world, runId);
    const { writes } = world.ports.members;
    for (const after of ['', 'm-100', 'm-200']) await world.changeGroupTiers({ runId, after });
    expect(await readRun(world, runId)).toEqual(before);
    expect(world.ports.members.writes).toBe(writes);
    expect((await listed(world, 'GET run outcomes', runId, 100)).items).toHaveLength(COUNT);
  });
});

describe('a run in progress', () => {
  test('shows its progress, and lists the outcomes so far', async () => {
    const reach = intercept('runs', 'recordPage', async (record) => {
      world.pass(WORK_MS);
      return record();
    });
    const world = await groupOf(PAGE_SIZE + 1, reach);
    const { runId } = (await start(world)).body;
    const state = await world.changeGroupTiers({ runId, after: '' });
    expect(await readRun(world, runId)).toMatchObject({ status: 'running', processed: PAGE_SIZE, up: PAGE_SIZE });
    expect(await readRun(world, runId)).not.toHaveProperty('total');
    expect((await listed(world, 'GET run outcomes', runId, 100)).items).toHaveLength(PAGE_SIZE);
    await world.changeGroupTiers(state);
    expect(await readRun(world, runId)).toMatchObject({ status: 'completed', processed: PAGE_SIZE + 1 });
  });

  test('is failed when its execution is given up, and goes on when it is started again', async () => {
    const world = await groupOf(2);
    const { runId } = (await start(world)).body;
    world.ports.engine.giveUp(runId);
    expect((await readRun(world, runId)).status).toBe('failed');
    await world.run(runId);
    expect(await readRun(world, runId)).toMatchObject({ status: 'completed', processed: 2 });
  });
});

describe('a member that cannot be changed', () => {
  test('is FAILED with a reason, and stops no other member', async () => {
    let broken = false;
    const world = await groupOf(
      30,
      intercept('members', 'load', async (load, memberId) => {
        if (broken && memberId === 'm-007') throw new Error('Its item cannot be read.');
        return load();
      }),
    );
    broken = true;
    const { body } = await world.actOnGroup(GROUP, FOR_90_DAYS);
    broken = false;
    expect(body).toMatchObject({
      status: 'completed',
      processed: 30,
      up: 29,
      unchanged: 0,
      failed: 1,
      outcomes: { APPLIED: 29, FAILED: 1 },
    });
    const { items } = await listed(world, 'GET run outcomes', body.runId, 100);
    expect(items.filter(({ outcome }) => outcome !== 'APPLIED')).toEqual([
      { memberId: 'm-007', outcome: 'FAILED', visibleTier: null, why: expect.stringContaining('cannot be read') },
    ]);
    expect(await tiersOf(world, ['m-006', 'm-007', 'm-008'])).toEqual(['gold', 'bronze', 'gold']);
    expect(await world.ports.members.actionsOf('m-007')).toEqual([]);
  });

  test('because of an outage is not FAILED: the others are done, and the page is retried', async () => {
    let broken = false;
    const world = await groupOf(
      3,
      intercept('members', 'load', async (load, memberId) => {
        if (broken && memberId === 'm-001') throw Object.assign(new Error('Not now.'), { $metadata: {} });
        return load();
      }),
    );
    broken = true;
    await expect(world.actOnGroup(GROUP, FOR_90_DAYS)).rejects.toThrow('Not now.');
    broken = false;
    expect(await tiersOf(world, ['m-001', 'm-002', 'm-003'])).toEqual(['bronze', 'gold', 'gold']);
    const again = await world.actOnGroup(GROUP, FOR_90_DAYS);
    expect(again.body).toMatchObject({ status: 'completed', processed: 3, up: 3, failed: 0 });
    expect(await tiersOf(world, ['m-001', 'm-002', 'm-003'])).toEqual(['gold', 'gold', 'gold']);
  });

  test('is not FAILED while no schedule can be created for any member', async () => {
    let broken = false;
    const world = await groupOf(
      150,
      intercept('timers', 'wakeAt', async (wake) => {
        if (broken) throw Object.assign(new Error('Too many requests.'), { $metadata: {} });
        return wake();
      }),
    );
    broken = true;
    await expect(world.actOnGroup(GROUP, FOR_90_DAYS)).rejects.toThrow('Too many requests.');
    broken = false;
    expect((await world.actOnGroup(GROUP, FOR_90_DAYS)).body).toMatchObject({
      status: 'completed',
      up: 150,
      failed: 0,
    });
  });

  test('because its schedule cannot be created is FAILED, and none of its data is written', async () => {
    let broken = false;
    const world = await groupOf(
      2,
      intercept('timers', 'wakeAt', async (wake) => {
        if (broken) throw new Error('Too many schedules.');
        return wake();
      }),
    );
    broken = true;
    const before = await world.ports.members.load('m-001');
    expect((await world.actOnGroup(GROUP, FOR_90_DAYS)).body).toMatchObject({ failed: 2, up: 0 });
    expect(await world.ports.members.load('m-001')).toEqual(before);
  });
});

describe('a run that is killed at any moment and retried ends the same', () => {
  const MEMBERS = ids(3);

  /** Everything that a client can see, and everything that is stored, except the version. */
  async function endOf(world: World, runId: string) {
    const members = [];
    for (const memberId of MEMBERS) {
      const { version: _, ...stored } = (await world.ports.members.load(memberId))!;
      members.push({
        stored,
        read: await world.read(memberId),
        changes: await world.changes(memberId),
        actions: await world.ports.members.actionsOf(memberId),
      });
    }
    return {
      members,
      run: await readRun(world, runId),
      outcomes: (await listed(world, 'GET run outcomes', runId)).items,
      moments: world.ports.timers.moments,
    };
  }

  /** Retries the request until it is answered, and the pages until they are done, as a shop and the state machine do. */
  async function tell(nth: number, kind: (typeof TROUBLES)[number]) {
    const world = await groupOf(3);
    await world.enrol('m-002', { blocked: true });
    await world.deliver();
    forget(world);
    const trouble = troubleAt(nth, kind);
    const stores = storesOf(world);
    const troubled = makeWorld({ now: NOW, reach: (name, port) => trouble.reach(name, stores(name, port)) });

    const notify = { channels: ['sms'] };
    let answer = await start(troubled, { notify });
    if (trouble.restart() || answer.status >= 500) answer = await start(troubled, { notify });
    const { runId } = answer.body;
    for (let attempt = 0, done = false; !done && attempt < 3; attempt++) {
      const finished = await troubled.run(runId).then(
        () => true,
        () => false,
      );
      done = !trouble.restart() && finished;
    }
    trouble.end();
    await world.deliver();
    return { struck: trouble.struck(), end: await endOf(world, runId), heard: heard(world) };
  }

  test.each(TROUBLES)('when the call %s', { timeout: 60_000 }, async (kind) => {
    const undisturbed = await tell(0, kind);
    expect(undisturbed.end.run).toMatchObject({ status: 'completed', up: 2, unchanged: 1, failed: 0 });
    expect(undisturbed.heard.texts).toHaveLength(2);
    const visited = [];
    for (let nth = 1; ; nth++) {
      const { struck, end, heard: told } = await tell(nth, kind);
      if (struck === undefined) break;
      visited.push(struck);
      const where = `call ${nth}, ${struck}, ${kind}`;
      expect(end, where).toEqual(undisturbed.end);
      expect(told, where).toEqual(undisturbed.heard);
    }
    expect(visited).toEqual(
      expect.arrayContaining(
        [
          'groups.exists',
          'runs.create',
          'engine.start',
          'runs.load',
          'groups.membersAt',
          'members.action',
          'members.recordAction',
          'timers.wakeAt',
          'members.save',
          'runs.recordPage',
          'runs.finish',
        ].filter(canMeet(kind)),
      ),
    );
  });
});
