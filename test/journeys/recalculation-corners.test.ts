import { describe, expect, test } from 'vitest';
import { PAGE_SIZE } from '../../core/use-cases/recalculate-page.ts';
import { forget, heard } from '../support/heard.ts';
import { exampleBrand } from '../support/program.ts';
import { redeployed } from '../support/redeployed.ts';
import { intercept } from '../support/trouble.ts';
import { makeWorld, type World } from '../support/world.ts';

const END_2025 = '2025-12-31T23:00:00Z';
const NIGHT_2025 = '2025-12-31T23:05:00Z';
const END_2026 = '2026-12-31T23:00:00Z';
const NIGHT_2026 = '2026-12-31T23:05:00Z';

const withGoldAt = (threshold: number) =>
  exampleBrand().program.tiers.map((tier) => (tier.id === 'gold' ? { ...tier, threshold } : tier));
const subjects = (world: World) => world.ports.mailer.sent.map(({ subject }) => subject);
const runOf = async (world: World, runId: string) => (await world.call('GET run', { params: { runId } })).body;
const outage = () => Object.assign(new Error('the table is not to be reached'), { $metadata: {} });

/** A member who earned the given points in 2025. */
async function withPoints(points: number, options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'first', points });
  await world.deliver();
  forget(world);
  return world;
}

describe('announcements', () => {
  test('a recalculation of everyone does not suppress the announcements of a cycle’s end', async () => {
    const world = await withPoints(1300);
    world.at('2026-12-31T23:01:00Z');
    await world.recalculateEveryone();
    world.at(NIGHT_2026);
    await world.night();
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('bronze');
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });
  test('a stopped run that is continued with notify false tells nobody', async () => {
    const world = await withPoints(1300);
    world.at(NIGHT_2026);
    await world.endCycle({ Records: [{ messageId: '1', body: '{}' } as never] });
    const [runId] = world.ports.engine.started;
    world.ports.engine.stop(runId!);
    const answer = await world.call('POST recalculations', { body: { at: END_2026, notify: false } });
    if (answer.status === 202) await world.carry(answer.body.runId);
    await world.deliver();
    expect(subjects(world)).toEqual([]);
  });
});

describe('R9: a run whose process died counts the same as an undisturbed run', () => {
  const killed = (page: { dies: boolean }) =>
    intercept('runs', 'recordPage', async (call) => {
      if (page.dies) throw outage();
      return call();
    });

  test('also for a member who fell at an earlier end that nobody recorded', async () => {
    const page = { dies: false };
    const world = await withPoints(5500, { reach: killed(page) });
    // The end of 2026 was not recalculated, for example because of the downgrade limit. This run is for 2027.
    world.at('2027-12-31T23:05:00Z');
    const { runId } = (await world.call('POST recalculations', { body: { at: '2027-12-31T23:00:00Z' } })).body;
    page.dies = true;
    const run = world.ports.engine.runs.get(runId)!;
    if (run.kind !== 'recalculation') throw new Error();
    for (const segment of run.segments) await world.recalculateCycle({ runId, segment, page: 0 }).catch(() => {});
    page.dies = false;
    await world.carry(runId);
    expect(await world.changes('m-1')).toHaveLength(2);
    expect(await runOf(world, runId)).toMatchObject({ down: 1, unchanged: 0 });
  });

  test('also for a member whom an edit of the program moved', async () => {
    const page = { dies: false };
    const before = await withPoints(1300);
    before.at('2025-07-01T10:00:00Z');
    const world = redeployedWith(before, page);
    world.at(NIGHT_2025);
    const { runId } = (await world.call('POST recalculations', { body: { at: END_2025 } })).body;
    page.dies = true;
    const run = world.ports.engine.runs.get(runId)!;
    if (run.kind !== 'recalculation') throw new Error();
    for (const segment of run.segments) await world.recalculateCycle({ runId, segment, page: 0 }).catch(() => {});
    page.dies = false;
    await world.carry(runId);
    const changes = await world.changes('m-1');
    expect(changes).toHaveLength(2);
    expect(changes[0]).toMatchObject({ runId });
    expect(await runOf(world, runId)).toMatchObject({ down: 1, unchanged: 0 });
  });

  function redeployedWith(before: World, page: { dies: boolean }): World {
    const next = redeployed(before, { basis: 'spend' });
    const real = before.ports.runs.recordPage.bind(before.ports.runs);
    before.ports.runs.recordPage = async (...args) => {
      if (page.dies) throw outage();
      return real(...args);
    };
    return next;
  }
});

describe('a dry run', () => {
  test('of the second cycle end from now shows that end’s result, not the first end’s', async () => {
    const world = await withPoints(5500);
    await world.post('m-1', { id: 'x', points: 1 });
    world.at('2026-03-01T10:00:00Z');
    await world.post('m-1', { id: 'second', points: 1200 });
    await world.deliver();
    const dry = (await world.recalculateEveryone({ dryRun: true, at: '2027-12-31T23:00:00Z' })).body;
    world.at(NIGHT_2026);
    await world.night();
    world.at('2027-12-31T23:05:00Z');
    const [runId] = await world.night();
    expect(dry.matrix).toEqual((await runOf(world, runId!)).matrix);
  });
});

describe('R10 and E23 for a member that no recalculation has written', () => {
  test('an edit in the second cycle lowers nobody before the cycle ends', async () => {
    const before = await withPoints(5500);
    before.at(NIGHT_2025);
    await before.night();
    before.at('2026-03-01T10:00:00Z');
    const world = redeployed(before, { tiers: withGoldAt(6000) });
    expect((await world.read('m-1')).tier.id).toBe('gold');
  });
  test('a purchase of 10 points leaves Gold, silently', async () => {
    const before = await withPoints(5500);
    before.at(NIGHT_2025);
    await before.night();
    before.at('2026-03-01T10:00:00Z');
    const world = redeployed(before, { tiers: withGoldAt(6000) });
    await world.post('m-1', { id: 'ten', points: 10 });
    await world.deliver();
    expect([(await world.read('m-1')).tier.id, heard(world).mails, (await world.changes('m-1')).length]).toEqual([
      'gold',
      [],
      1,
    ]);
  });
  test('a second run of the last end, on request, tells nobody of the edit', async () => {
    const before = await withPoints(5500);
    before.at(NIGHT_2025);
    await before.night();
    before.at('2026-03-01T10:00:00Z');
    const world = redeployed(before, { tiers: withGoldAt(6000) });
    const { body } = await world.recalculateEveryone({ at: END_2025 });
    await world.deliver();
    expect([body.down, heard(world).mails]).toEqual([0, []]);
  });
  test('the next night makes one change, with one mail', async () => {
    const before = await withPoints(5500);
    before.at(NIGHT_2025);
    await before.night();
    before.at('2026-03-01T10:00:00Z');
    const world = redeployed(before, { tiers: withGoldAt(6000) });
    world.at(NIGHT_2026);
    await world.night();
    await world.deliver();
    expect((await world.changes('m-1')).map(({ occurredAt }: { occurredAt: string }) => occurredAt)).toEqual([
      END_2026,
      '2025-06-10T10:00:00Z',
    ]);
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });
});

describe('R10 for a member with no further transaction', () => {
  test('a tier that an edit left is taken by the next night, though an earlier night was missed', async () => {
    const program = { upgradeBasis: 'carry' } as const;
    const before = makeWorld({ now: '2025-06-10T10:00:00Z', program });
    await before.enrol('m-1');
    await before.post('m-1', { id: 'late', points: 1300, occurredAt: '2024-12-01T10:00:00Z' });
    await before.deliver();
    forget(before);
    expect((await before.read('m-1')).tier.id).toBe('silver');
    const tiers = exampleBrand().program.tiers.map((tier) =>
      tier.id === 'silver' ? { ...tier, threshold: 2000 } : tier,
    );
    const world = redeployed(before, { ...program, tiers }, '2025-07-01T10:00:00Z');
    world.at(NIGHT_2026);
    const [runId] = await world.night();
    await world.deliver();
    expect(await runOf(world, runId!)).toMatchObject({ down: 1 });
    expect(await world.changes('m-1')).toMatchObject([
      { from: { id: 'silver' }, to: { id: 'bronze' }, cause: 'recalculation', occurredAt: END_2026 },
      { to: { id: 'silver' } },
    ]);
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });
});

describe('a silent run', () => {
  test('still tells of a grant that ends with the cycle, as its action says', async () => {
    const world = await withPoints(10);
    world.at('2026-06-01T10:00:00Z');
    await world.act('m-1', {
      expiry: { type: 'instant', at: END_2026 },
      notify: { channels: ['email'], atEnd: true },
    });
    await world.deliver();
    forget(world);
    world.at(NIGHT_2026);
    await world.recalculateEveryone({ at: END_2026, notify: false });
    await world.deliver();
    expect((await world.changes('m-1'))[0]).toMatchObject({ cause: 'grantEnd' });
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });
  test('of everyone, after an edit, is silent also for members that no night has written', async () => {
    const before = await withPoints(5500);
    before.at(NIGHT_2025);
    await before.night();
    before.at('2026-03-01T10:00:00Z');
    const world = redeployed(before, { tiers: withGoldAt(6000) });
    const { body } = await world.recalculateEveryone();
    await world.deliver();
    expect([body.down, heard(world).mails]).toEqual([1, []]);
    // The cause is the edit that staff applied, not the cycle's end two months ago.
    expect((await world.changes('m-1'))[0]).toMatchObject({ cause: 'bulkRecalculation' });
  });
});

describe('a member whose tier was removed from the program', () => {
  const withoutSilver = exampleBrand().program.tiers.filter(({ id }) => id !== 'silver');
  const withoutTheirTier = async () => {
    const world = redeployed(await withPoints(1300), { tiers: withoutSilver });
    world.at(NIGHT_2025);
    return world;
  };

  test('goes down to the base tier, in the change and in the run’s counts', async () => {
    const world = await withoutTheirTier();
    const [runId] = await world.night();
    const [newest] = await world.changes('m-1');
    expect(newest).toMatchObject({ from: { id: 'silver' }, to: { id: 'bronze' }, direction: 'down', runId });
    expect(await runOf(world, runId!)).toMatchObject({ up: 0, down: 1 });
  });

  test('counts for the downgrade limit', async () => {
    const world = await withoutTheirTier();
    const { body } = await world.recalculateEveryone({ at: END_2025, abortWhenDown: 0.5 });
    expect(body).toMatchObject({ status: 'aborted' });
  });
});

describe('special cases', () => {
  test('a tier removed from the program is taken silently by the night', async () => {
    const before = await withPoints(5500);
    const world = redeployed(before, { tiers: withGoldAt(6000).filter(({ id }) => id !== 'gold') });
    world.at(NIGHT_2025);
    const [runId] = await world.night();
    await world.deliver();
    expect([(await world.read('m-1')).tier.id, subjects(world)]).toEqual(['silver', []]);
    expect(await runOf(world, runId!)).toMatchObject({ failed: 0, processed: 1 });
  });
  test('the downgrade limit of an aborted run does not stop a later run that a person allows', async () => {
    const world = await withPoints(1300, { recalculation: { abortWhenDown: 0.1 } });
    world.at(NIGHT_2026);
    const [first] = await world.night();
    expect((await runOf(world, first!)).status).toBe('aborted');
    // A second execution of the aborted run writes nothing.
    await world.carry(first!);
    expect(await world.changes('m-1')).toHaveLength(1);
    const { body } = await world.recalculateEveryone({ at: END_2026, abortWhenDown: 1 });
    expect(body).toMatchObject({ status: 'completed', down: 1 });
  });
});

describe('the matrix of a run', () => {
  test('counts a member kept by an undelivered purchase under the member’s present tier', async () => {
    const world = await withPoints(1300);
    world.at('2026-12-31T22:59:59Z');
    await world.post('m-1', { id: 'on-time', points: 1000 });
    world.at(NIGHT_2026);
    const [runId] = await world.night();
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('silver');
    expect((await runOf(world, runId!)).matrix).toEqual({ silver: { silver: 1 } });
  });
});

describe('two requests at the same instant', () => {
  test('start one run, and the second answers 409', async () => {
    const world = await withPoints(1300);
    world.at(NIGHT_2026);
    const answers = await Promise.all([
      world.call('POST recalculations', { body: { at: END_2026 } }),
      world.call('POST recalculations', { body: { at: END_2026, notify: false } }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
  });
});

describe('a page that is not the first of its call', () => {
  test('is given up in the end too', async () => {
    const trouble = { fails: false };
    const world = makeWorld({
      now: '2025-06-10T10:00:00Z',
      reach: intercept('members', 'actionsOf', async (call, memberId) => {
        if (!trouble.fails || memberId !== 'z-last') return call();
        throw outage();
      }),
    });
    await world.enrol('z-last');
    await world.post('z-last', { points: 1300 });
    await world.deliver();
    const { nextDueAt: _, ...model } = (await world.ports.members.load('z-last'))!;
    for (let n = 0; n < PAGE_SIZE; n++) {
      await world.ports.members.save(
        { ...model, memberId: `a-${String(n).padStart(4, '0')}`, tier: { ...model.tier, id: 'silver' } },
        0,
        [],
      );
    }
    world.at(NIGHT_2026);
    const { runId } = (await world.call('POST recalculations', { body: { at: END_2026 } })).body;
    trouble.fails = true;
    const state = { runId, segment: { kind: 'everyone' as const, part: 0, of: 1 }, page: 0 };
    await expect(world.recalculateCycle(state)).rejects.toThrow('not to be reached');
    // As the state machine does after its last retry: the same state, with `givesUp`.
    await expect(world.recalculateCycle({ ...state, givesUp: true })).resolves.toBeDefined();
    expect((await runOf(world, runId)).failed).toBe(1);
  });
});

describe('the night', () => {
  test('starts newer cycle ends even if an older one cannot be started', async () => {
    let refused = '';
    const world = makeWorld({
      now: '2026-06-11T22:05:00Z',
      program: { cycle: { type: 'enrollment' } },
      reach: intercept('engine', 'start', async (call, run) => {
        const { runId } = run as { runId: string };
        if (runId === refused) throw new Error('was given up 10 times');
        return call();
      }),
    });
    refused = 'cycle-20260609t220000z-1';
    await world.endCycle({ Records: [{ messageId: '1', body: '{}' } as never] }).catch(() => {});
    expect(world.ports.engine.started).toContain('cycle-20260611t220000z-1');
  });
});

describe('the downgrade limit', () => {
  test('stops a run whose preview could judge nobody', async () => {
    const before = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await before.enrol('m-1');
    await before.post('m-1', { points: 1300 });
    await before.deliver();
    // After an edit of the time zone, each member is judged by the ledger.
    const world = redeployed(before, { timeZone: 'Europe/London' });
    world.at('2027-01-01T00:05:00Z');
    const body = { at: '2027-01-01T00:00:00Z', abortWhenDown: 0.3 };
    const { runId } = (await world.call('POST recalculations', { body })).body;
    const run = world.ports.engine.runs.get(runId)!;
    if (run.kind !== 'recalculation') throw new Error();
    const real = before.ports.ledger.entriesOf.bind(before.ports.ledger);
    before.ports.ledger.entriesOf = async () => {
      throw Object.assign(new Error('the ledger is not to be reached'), { $metadata: {} });
    };
    for (const segment of run.segments) {
      await world.recalculateCycle({ runId: run.previewRunId!, segment, page: 0, givesUp: true });
    }
    before.ports.ledger.entriesOf = real;
    expect((await world.call('GET run', { params: { runId: run.previewRunId! } })).body).toMatchObject({ failed: 1 });
    expect(await world.weighPreview({ runId })).toMatchObject({ goesOn: false });
  });
});

describe('a recalculation of everyone', () => {
  test('counts the same after a process died, even if a page’s clock is behind the request’s clock', async () => {
    const before = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await before.enrol('m-1');
    await before.post('m-1', { points: 5500 });
    await before.deliver();
    const tiers = exampleBrand().program.tiers.map((tier) =>
      tier.id === 'gold' ? { ...tier, threshold: 6000 } : tier,
    );
    const world = redeployed(before, { tiers });
    world.at('2025-07-01T10:00:00.500Z');
    const { runId } = (await world.call('POST recalculations', { body: {} })).body;
    world.at('2025-07-01T10:00:00.400Z');
    const run = world.ports.engine.runs.get(runId)!;
    if (run.kind !== 'recalculation') throw new Error();
    const real = before.ports.runs.recordPage.bind(before.ports.runs);
    before.ports.runs.recordPage = async () => {
      throw Object.assign(new Error('died'), { $metadata: {} });
    };
    for (const segment of run.segments) await world.recalculateCycle({ runId, segment, page: 0 }).catch(() => {});
    before.ports.runs.recordPage = real;
    await world.carry(runId);
    expect((await world.call('GET run', { params: { runId } })).body).toMatchObject({ down: 1, unchanged: 0 });
  });

  test.each([
    ['by a process whose clock is ahead', '2025-07-01T10:00:02Z', '2025-07-01T10:00:00Z', { notify: true }],
    ['after the dry run began', '2025-07-01T10:30:00Z', '2025-07-01T10:31:00Z', { dryRun: true }],
  ])('keeps a tier that was extended %s', async (_, given, judged, body) => {
    const world = await withPoints(0);
    world.at('2025-07-01T10:00:00Z');
    await world.act('m-1', { id: 'gift', expiry: { type: 'duration', amount: 2, unit: 'days' } });
    const { runId } = (await world.call('POST recalculations', { body })).body;
    world.at(given);
    expect(await world.act('m-1', { id: 'again' })).toMatchObject({ outcome: 'EXTENDED' });
    world.at(judged);
    await world.carry(runId);
    expect(await runOf(world, runId)).toMatchObject({ processed: 1, down: 0, unchanged: 1 });
    world.at('2025-07-01T11:00:00Z');
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold' } });
  });
});
