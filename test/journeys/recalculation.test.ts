import { describe, expect, test } from 'vitest';
import { forget } from '../support/heard.ts';
import { redeployed } from '../support/redeployed.ts';
import { makeWorld, type World } from '../support/world.ts';

const END_OF_2026 = '2026-12-31T23:00:00Z';
/** When the schedule of that night starts. */
const NIGHT_OF_2026 = '2026-12-31T23:05:00Z';

type Options = Parameters<typeof makeWorld>[0];

/** A member who earned 1300 points in the first cycle, 2025. */
async function silverOf2025(options: Options = {}): Promise<World> {
  const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'first', points: 1300 });
  await world.deliver();
  forget(world);
  return world;
}

const subjects = (world: World) => world.ports.mailer.sent.map(({ subject }) => subject);
const changesOf = async (world: World, memberId = 'm-1') => (await world.changes(memberId)).reverse();
const figures = async (world: World, memberId = 'm-1') => {
  const { tier, points } = await world.read(memberId);
  return [tier.id, points.current, points.carry];
};
const runOf = async (world: World, runId: string) => (await world.call('GET run', { params: { runId } })).body;
const movesOf = async (world: World, runId: string) =>
  (await world.call('GET run changes', { params: { runId } })).body.items;

describe('the night on which a calendar cycle ends', () => {
  test('E14: changes nothing the first time: current 1300, carry 0, Silver, no message, no write', async () => {
    const world = await silverOf2025();
    world.at('2025-12-31T23:05:00Z');
    const writes = world.ports.members.writes;
    const [runId] = await world.night();
    await world.deliver();

    expect(await runOf(world, runId!)).toMatchObject({
      status: 'completed',
      processed: 1,
      unchanged: 1,
      up: 0,
      down: 0,
    });
    expect(await figures(world)).toEqual(['silver', 1300, 0]);
    expect(world.ports.members.writes).toBe(writes);
    expect(subjects(world)).toEqual([]);
  });

  test('E15 and E16: gives Silver with 3700 points after Gold in the second cycle, and the member gets a message', async () => {
    const world = await silverOf2025();
    world.at('2025-12-31T23:05:00Z');
    await world.night();
    world.at('2026-03-01T10:00:00Z');
    await world.post('m-1', { points: 3700 });
    await world.deliver();
    expect(await figures(world)).toEqual(['gold', 5000, 3700]);
    expect(subjects(world)).toEqual(["You're now Gold"]);
    forget(world);

    world.at(NIGHT_OF_2026);
    const [runId] = await world.night();
    await world.deliver();
    expect(await figures(world)).toEqual(['silver', 3700, 0]);
    expect(subjects(world)).toEqual(["You're now Silver"]);
    expect((await changesOf(world)).at(-1)).toMatchObject({
      from: { id: 'gold' },
      to: { id: 'silver' },
      cause: 'recalculation',
      occurredAt: END_OF_2026,
      recordedAt: NIGHT_OF_2026,
      announced: true,
      runId,
    });
    expect(await movesOf(world, runId!)).toEqual([
      {
        ...{ memberId: 'm-1', from: 'gold', to: 'silver', cause: 'recalculation' },
        ...{ points: 3700, missing: 1300, missingFor: 'gold', why: 'For Gold the member has 3,700 of 5,000 points.' },
      },
    ]);
  });

  test('E17: changes nothing with upgradeBasis carry, which counts each year alone: 3700 more points stay Silver', async () => {
    const world = await silverOf2025({ program: { upgradeBasis: 'carry' } });
    world.at('2025-12-31T23:05:00Z');
    await world.night();
    world.at('2026-03-01T10:00:00Z');
    await world.post('m-1', { points: 3700 });
    await world.deliver();
    expect(await figures(world)).toEqual(['silver', 5000, 3700]);
    world.at(NIGHT_OF_2026);
    await world.night();
    expect(await figures(world)).toEqual(['silver', 3700, 0]);
    expect(subjects(world)).toEqual([]);
  });

  test('E19: starts a run once, for Madrid’s cycle 2026 from 2026-12-31T23:00:00Z on, and not before', async () => {
    const world = await silverOf2025();
    world.at('2026-12-31T22:59:59Z');
    expect(await world.night()).toEqual([]);
    world.at(END_OF_2026);
    expect(await world.night()).toEqual(['cycle-20261231t230000z-1']);
    expect(await world.night()).toEqual([]);
  });

  test('E21: is followed by a refund that lowers the tier at once and silently', async () => {
    const world = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await world.enrol('m-1');
    await world.post('m-1', { id: 'first', points: 1200 });
    await world.deliver();
    world.at('2025-12-31T23:05:00Z');
    await world.night();
    forget(world);
    await world.post('m-1', { id: 'r-1', type: 'refund', orderId: 'first', points: 300 });
    await world.deliver();
    expect(await figures(world)).toEqual(['bronze', 900, 0]);
    expect((await changesOf(world)).at(-1)).toMatchObject({ cause: 'transaction', announced: false });
    expect(subjects(world)).toEqual([]);
  });

  test('E22: changes nothing when it is run a second time', async () => {
    const world = await silverOf2025();
    world.at('2026-12-31T23:05:00Z');
    await world.night();
    await world.deliver();
    expect(subjects(world)).toEqual(["You're now Bronze"]);
    const writes = world.ports.members.writes;

    const { body } = await world.recalculateEveryone({ at: END_OF_2026 });
    await world.deliver();
    expect(body).toMatchObject({
      runId: 'cycle-20261231t230000z-2',
      status: 'completed',
      ...{ processed: 1, total: 1, up: 0, down: 0, unchanged: 1, failed: 0, matrix: { bronze: { bronze: 1 } } },
    });
    expect(world.ports.members.writes).toBe(writes);
    expect(subjects(world)).toEqual(["You're now Bronze"]);
    expect(await changesOf(world)).toHaveLength(2);
  });

  test('E23: lowers a member who kept Gold after its threshold was raised, and the member gets a message', async () => {
    const before = await silverOf2025();
    await before.post('m-1', { points: 4200 });
    await before.deliver();
    expect(await figures(before)).toEqual(['gold', 5500, 5500]);

    const world = redeployed(before, { tiers: withGoldAt(6000) });
    world.at('2025-09-01T10:00:00Z');
    await world.post('m-1', { points: 10 });
    await world.deliver();
    expect(await figures(world)).toEqual(['gold', 5510, 5510]);
    forget(world);

    world.at('2025-12-31T23:05:00Z');
    const [runId] = await world.night();
    await world.deliver();
    expect(await figures(world)).toEqual(['silver', 5510, 0]);
    expect(subjects(world)).toEqual(["You're now Silver"]);
    expect(await movesOf(world, runId!)).toHaveLength(1);
  });

  test('leaves out a member whose own purchase already recorded the end', async () => {
    const world = await silverOf2025();
    world.at('2026-12-31T23:01:00Z');
    await world.post('m-1', { id: 'next', points: 1 });
    await world.deliver();
    expect(subjects(world)).toEqual(["You're now Bronze"]);
    world.at(NIGHT_OF_2026);
    const [runId] = await world.night();
    await world.deliver();
    expect(await runOf(world, runId!)).toMatchObject({ processed: 1, unchanged: 1, down: 0 });
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });

  test('counts a purchase of the last second, though the stream delivers it after the run', async () => {
    const world = await silverOf2025();
    world.at('2026-12-31T22:59:59Z');
    await world.post('m-1', { id: 'on-time', points: 1000 });
    world.at(NIGHT_OF_2026);
    const [runId] = await world.night();
    expect(await runOf(world, runId!)).toMatchObject({ processed: 1, unchanged: 1 });
    await world.deliver();
    expect(await figures(world)).toEqual(['silver', 1000, 0]);
    expect(subjects(world)).toEqual([]);
    expect(await changesOf(world)).toHaveLength(1);
  });

  test('publishes one event with its result', async () => {
    const world = await silverOf2025();
    await world.enrol('m-2');
    world.at(NIGHT_OF_2026);
    const [runId] = await world.night();
    await world.finishRecalculation({ runId: runId! });
    const completed = world.ports.bus.events.filter(({ type }) => type === 'recalculation.completed');
    expect(completed).toEqual([
      {
        type: 'recalculation.completed',
        occurredAt: Date.parse(NIGHT_OF_2026),
        detail: {
          ...{ eventId: runId, runId, occasion: 'cycleEnd', at: END_OF_2026 },
          ...{ startedAt: NIGHT_OF_2026, occurredAt: NIGHT_OF_2026 },
          ...{ processed: 2, up: 0, down: 1, unchanged: 1, failed: 0 },
          matrix: { silver: { bronze: 1 }, bronze: { bronze: 1 } },
        },
      },
    ]);
  });

  test('is made up for within a week if it was missed, and not later', async () => {
    const late = await silverOf2025();
    late.at('2027-01-06T22:59:59Z');
    expect(await late.night()).toHaveLength(1);
    const tooLate = await silverOf2025();
    tooLate.at('2027-01-07T23:00:00Z');
    expect(await tooLate.night()).toEqual([]);
  });

  test('starts no run for an end before the program’s launch', async () => {
    const world = makeWorld({ now: '2026-01-02T10:00:00Z', program: { launchedOn: '2026-01-02' } });
    expect(await world.night()).toEqual([]);
  });
});

describe('E18: in a program whose cycles never end', () => {
  test('no night starts a run, not even after three years', async () => {
    const world = await silverOf2025({ program: { cycle: { type: 'none' } } });
    for (const at of ['2025-12-31T23:05:00Z', '2026-12-31T23:05:00Z', '2028-06-10T22:05:00Z']) {
      world.at(at);
      expect(await world.night()).toEqual([]);
    }
    expect(await figures(world)).toEqual(['silver', 1300, 1300]);
    expect(await changesOf(world)).toHaveLength(1);
  });
});

describe('E20: anniversaries', () => {
  const enrollment = { program: { cycle: { type: 'enrollment' as const } } };

  test('each day has a run for the members with this anniversary only', async () => {
    const world = await silverOf2025(enrollment);
    world.at('2025-07-01T10:00:00Z');
    await world.enrol('m-2');
    await world.post('m-2', { points: 1500 });
    await world.deliver();
    forget(world);

    world.at('2027-06-09T22:05:00Z');
    await world.night();
    await world.deliver();
    const ofThatDay = await runOf(world, 'cycle-20270609t220000z-1');
    expect(ofThatDay).toMatchObject({ processed: 1, down: 1, matrix: { silver: { bronze: 1 } } });
    expect((await changesOf(world)).at(-1)).toMatchObject({
      cause: 'recalculation',
      occurredAt: '2027-06-09T22:00:00Z',
      recordedAt: '2027-06-09T22:05:00Z',
    });
    expect(world.ports.mailer.sent.map(({ to }) => to)).toEqual(['m-1@mail.example']);
  });

  test('the first anniversary, 2026-06-10 at local 00:00, changes nothing and writes nothing', async () => {
    const world = await silverOf2025(enrollment);
    world.at('2026-06-09T22:05:00Z');
    const writes = world.ports.members.writes;
    await world.night();
    expect(await runOf(world, 'cycle-20260609t220000z-1')).toMatchObject({ processed: 1, unchanged: 1 });
    expect(world.ports.members.writes).toBe(writes);
    expect(await figures(world)).toEqual(['silver', 1300, 0]);
  });

  test('a member who joined on 29 February is in the run of the 28th in common years, and of the 29th in leap years', async () => {
    const world = makeWorld({ now: '2024-02-29T12:00:00Z', ...enrollment });
    await world.enrol('m-1');
    const processed = async (night: string, runId: string) => {
      world.at(night);
      await world.night();
      return (await runOf(world, runId)).processed;
    };
    expect(await processed('2025-02-27T23:05:00Z', 'cycle-20250227t230000z-1')).toBe(1);
    expect(await processed('2025-02-28T23:05:00Z', 'cycle-20250228t230000z-1')).toBe(0);
    expect(await processed('2028-02-27T23:05:00Z', 'cycle-20280227t230000z-1')).toBe(0);
    expect(await processed('2028-02-28T23:05:00Z', 'cycle-20280228t230000z-1')).toBe(1);
  });

  test('another enrollment date moves a member to another day’s run', async () => {
    const world = await silverOf2025(enrollment);
    await world.enrol('m-1', { enrolledAt: '2025-04-20T10:00:00Z' });
    world.at('2027-04-19T22:05:00Z');
    await world.night();
    expect(await runOf(world, 'cycle-20270419t220000z-1')).toMatchObject({ processed: 1, down: 1 });
  });

  test('after a change of the program’s time zone, members are found under their earlier day', async () => {
    // 00:30 in Madrid is still the previous day in the Canaries.
    const before = makeWorld({ now: '2025-06-09T22:30:00Z', ...enrollment });
    await before.enrol('m-1');
    await before.post('m-1', { points: 1300 });
    await before.deliver();
    const world = redeployed(before, { ...enrollment.program, timeZone: 'Atlantic/Canary' });
    forget(world);
    world.at('2027-06-08T23:05:00Z');
    await world.night();
    await world.deliver();
    expect(await runOf(world, 'cycle-20270608t230000z-1')).toMatchObject({ processed: 1, down: 1 });
    expect((await changesOf(world)).at(-1)).toMatchObject({
      cause: 'recalculation',
      occurredAt: '2027-06-08T23:00:00Z',
    });
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });
});

describe('late and early facts (R6)', () => {
  /** A member with 1300 points of 2025 and 3700 of 2026. The end of 2026 was recalculated, so the tier is Silver. */
  async function silverSince2027(): Promise<World> {
    const world = await silverOf2025();
    world.at('2026-03-01T10:00:00Z');
    await world.post('m-1', { id: 'second', points: 3700 });
    await world.deliver();
    world.at(NIGHT_OF_2026);
    await world.night();
    await world.deliver();
    forget(world);
    world.at('2027-01-03T10:00:00Z');
    return world;
  }

  test('an order dated before the end counts for the ended cycle when it arrives after it, and lifts the tier again', async () => {
    const world = await silverSince2027();
    await world.post('m-1', { id: 'late', points: 1300, occurredAt: '2026-12-30T10:00:00Z' });
    await world.deliver();
    expect(await figures(world)).toEqual(['gold', 5000, 0]);
    expect(subjects(world)).toEqual(["You're now Gold"]);
    expect((await changesOf(world)).at(-1)).toMatchObject({ cause: 'transaction', transactionId: 'late' });
    // A second run finds nothing to do.
    expect((await world.recalculateEveryone({ at: END_OF_2026 })).body).toMatchObject({ unchanged: 1 });
  });

  test('an order dated two cycles back counts for the lifetime points only', async () => {
    const world = await silverSince2027();
    await world.post('m-1', { id: 'very-late', points: 9000, occurredAt: '2025-12-30T10:00:00Z' });
    await world.deliver();
    expect(await figures(world)).toEqual(['silver', 3700, 0]);
    expect((await world.read('m-1')).points.lifetime).toBe(14_000);
  });

  test('a refund of the last cycle’s order lowers current only', async () => {
    const world = await silverSince2027();
    await world.post('m-1', { id: 'r-1', type: 'refund', orderId: 'second', points: 3000 });
    await world.deliver();
    expect(await figures(world)).toEqual(['bronze', 700, 0]);
    expect(subjects(world)).toEqual([]);
  });

  test('a refund of an older cycle’s order lowers neither', async () => {
    const world = await silverSince2027();
    await world.post('m-1', { id: 'r-1', type: 'refund', orderId: 'first', points: 1300 });
    await world.deliver();
    expect(await figures(world)).toEqual(['silver', 3700, 0]);
    expect((await world.read('m-1')).points.lifetime).toBe(3700);
  });

  test('a member who enrolls on the last day keeps that day’s points for the next cycle', async () => {
    const world = makeWorld({ now: '2026-12-31T22:00:00Z' });
    await world.enrol('m-1');
    await world.post('m-1', { points: 1000 });
    await world.deliver();
    forget(world);
    world.at(NIGHT_OF_2026);
    const [runId] = await world.night();
    expect(await runOf(world, runId!)).toMatchObject({ unchanged: 1 });
    expect(await figures(world)).toEqual(['silver', 1000, 0]);
    world.at('2027-12-31T23:05:00Z');
    await world.night();
    await world.deliver();
    expect(await figures(world)).toEqual(['bronze', 0, 0]);
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });

  test('after a time-zone change cycles end by the new zone, once, and each moved member gets one message', async () => {
    const before = await silverOf2025();
    // 1 January in Madrid, and still 2025 in London.
    await before.post('m-1', { id: 'at-new-year', points: 4000, occurredAt: '2025-06-10T09:00:00Z' });
    await before.deliver();
    forget(before);
    const world = redeployed(before, { timeZone: 'Europe/London' });
    world.at('2026-12-31T23:05:00Z');
    expect(await world.night()).toEqual([]);
    world.at('2027-01-01T00:05:00Z');
    const [runId] = await world.night();
    await world.deliver();
    expect(runId).toBe('cycle-20270101t000000z-1');
    expect(await runOf(world, runId!)).toMatchObject({ processed: 1, down: 1 });
    expect((await changesOf(world)).at(-1)).toMatchObject({
      cause: 'recalculation',
      occurredAt: '2027-01-01T00:00:00Z',
    });
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });

  test('a time zone changed after the night recalculates no member twice', async () => {
    const before = await silverOf2025();
    before.at('2026-12-31T23:05:00Z');
    await before.night();
    await before.deliver();
    expect(subjects(before)).toEqual(["You're now Bronze"]);
    const world = redeployed(before, { timeZone: 'Europe/London' });
    world.at('2027-01-02T00:05:00Z');
    const [runId] = await world.night();
    await world.deliver();
    expect(await runOf(world, runId!)).toMatchObject({ processed: 1, unchanged: 1 });
    expect(await changesOf(world)).toHaveLength(2);
    expect(subjects(world)).toEqual(["You're now Bronze"]);
  });
});

describe('a dry run', () => {
  test('shows who will be downgraded, long before the night, and writes nothing', async () => {
    const world = await silverOf2025();
    await world.enrol('m-2');
    world.at('2026-10-01T10:00:00Z');
    const writes = world.ports.members.writes;
    const { body } = await world.recalculateEveryone({ dryRun: true, at: END_OF_2026 });
    await world.deliver();
    expect(body).toEqual({
      runId: expect.stringMatching(/^dry-/),
      ...{ kind: 'recalculation', occasion: 'cycleEnd', status: 'completed', dryRun: true, notify: false },
      ...{ at: END_OF_2026, startedAt: '2026-10-01T10:00:00Z', finishedAt: '2026-10-01T10:00:00Z' },
      ...{ total: 2, processed: 2, up: 0, down: 1, unchanged: 1, failed: 0 },
      matrix: { silver: { bronze: 1 }, bronze: { bronze: 1 } },
    });
    const reason = {
      ...{ points: 0, missing: 1000, missingFor: 'silver', why: 'For Silver the member has 0 of 1,000 points.' },
    };
    expect(await movesOf(world, body.runId)).toEqual([
      { memberId: 'm-1', from: 'silver', to: 'bronze', cause: 'recalculation', ...reason },
    ]);
    const { body: outcomes } = await world.call('GET run outcomes', { params: { runId: body.runId } });
    expect(outcomes.items).toEqual([{ memberId: 'm-1', outcome: 'MOVED', visibleTier: 'bronze', ...reason }]);
    expect(world.ports.members.writes).toBe(writes);
    expect(subjects(world)).toEqual([]);
    expect(world.ports.bus.events).toEqual([]);
    expect(await world.changes('m-1')).toHaveLength(1);
  });

  test('at a moment within a cycle shows the effect of an edit of the program', async () => {
    const before = await silverOf2025();
    const world = redeployed(before, { tiers: withGoldAt(1200) });
    world.at('2025-08-01T10:00:00Z');
    const { body } = await world.recalculateEveryone({ dryRun: true });
    expect(body).toMatchObject({ occasion: 'request', up: 1, matrix: { silver: { gold: 1 } } });
    expect(await movesOf(world, body.runId)).toMatchObject([{ cause: 'bulkRecalculation' }]);
  });

  test('reads the ledger of a member whose item does not hold the needed sums', async () => {
    const before = await silverOf2025();
    const world = redeployed(before, { timeZone: 'Europe/London' });
    world.at('2026-10-01T10:00:00Z');
    const { body } = await world.recalculateEveryone({ dryRun: true, at: '2027-01-01T00:00:00Z' });
    expect(body).toMatchObject({ processed: 1, down: 1, failed: 0 });
  });
});

describe('recalculating every member on request (R10)', () => {
  test('applies an edit of the program both ways, and tells members only on request', async () => {
    for (const notify of [undefined, false, true]) {
      const before = makeWorld({ now: '2025-06-10T10:00:00Z' });
      for (const [memberId, points] of [
        ['m-1', 5500],
        ['m-2', 1500],
        ['m-3', 10],
      ] as const) {
        await before.enrol(memberId);
        await before.post(memberId, { points });
      }
      await before.deliver();
      const tiers = withGoldAt(6000).map((tier) => (tier.id === 'silver' ? { ...tier, threshold: 5 } : tier));
      const world = redeployed(before, { tiers });
      forget(world);
      const { body } = await world.recalculateEveryone(notify === undefined ? {} : { notify });
      await world.deliver();

      expect(body).toMatchObject({
        occasion: 'request',
        processed: 3,
        up: 1,
        down: 1,
        unchanged: 1,
        notify: notify ?? false,
      });
      expect((await changesOf(world, 'm-1')).at(-1)).toMatchObject({
        ...{ cause: 'bulkRecalculation', to: { id: 'silver' }, announced: notify ?? false, runId: body.runId },
      });
      expect(subjects(world)).toEqual(notify ? ["You're now Silver", "You're now Silver"] : []);
      expect(world.ports.bus.events.filter(({ type }) => type.startsWith('tier.'))).toHaveLength(2);
      const again = await world.recalculateEveryone({ notify: true });
      await world.deliver();
      expect(again.body).toMatchObject({ up: 0, down: 0, unchanged: 3 });
    }
  });

  test('tells of a purchase’s change as usual, though the run finds the purchase before the stream delivers it', async () => {
    const before = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await before.enrol('m-1');
    await before.post('m-1', { points: 5500 });
    await before.deliver();
    const world = redeployed(before, { tiers: withGoldAt(6000) });
    forget(world);
    await world.post('m-1', { id: 'on-its-way', points: 500 });
    await world.recalculateEveryone();
    await world.deliver();
    expect(await figures(world)).toEqual(['gold', 6000, 6000]);
    expect(await changesOf(world)).toHaveLength(1);
  });

  test('removes no grant', async () => {
    const before = await silverOf2025();
    await before.act('m-1', { expiry: { type: 'duration', amount: 6, unit: 'months' } });
    const world = redeployed(before, { tiers: withGoldAt(6000) });
    const { body } = await world.recalculateEveryone();
    expect(body).toMatchObject({ unchanged: 1 });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'gold', source: 'floor' });
  });
});

describe('the downgrade limit', () => {
  const careful = { recalculation: { abortWhenDown: 0.3 } };

  /** Ten members, the given number of them Silver in 2025, who are all downgraded at the end of 2026. */
  async function tenMembers(silver: number, options: Options = careful): Promise<World> {
    const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
    for (let n = 0; n < 10; n++) {
      await world.enrol(`m-${n}`);
      if (n < silver) await world.post(`m-${n}`, { points: 1300 });
    }
    await world.deliver();
    forget(world);
    world.at(NIGHT_OF_2026);
    return world;
  }

  test('stops a run before its first write if too many members would be downgraded, until a person decides', async () => {
    const world = await tenMembers(4);
    const writes = world.ports.members.writes;
    const [runId] = await world.night();
    await world.deliver();
    const run = await runOf(world, runId!);
    expect(run).toMatchObject({ status: 'aborted', abortWhenDown: 0.3, total: 10, processed: 0, down: 0 });
    expect(await runOf(world, run.previewRunId)).toMatchObject({
      ...{ status: 'completed', dryRun: true, previewOf: runId, processed: 10, down: 4 },
    });
    expect(world.ports.members.writes).toBe(writes);
    expect([subjects(world), world.ports.bus.events]).toEqual([[], []]);
    // The following nights do not start it again.
    world.at('2027-01-02T23:05:00Z');
    expect(await world.night()).toEqual([]);

    // A start on request obeys the limit too, unless the request raises it.
    expect((await world.recalculateEveryone({ at: END_OF_2026 })).body).toMatchObject({ status: 'aborted' });
    const byHand = await world.recalculateEveryone({ at: END_OF_2026, abortWhenDown: 1 });
    await world.deliver();
    expect(byHand.body).toMatchObject({ status: 'completed', down: 4, unchanged: 6 });
    expect(subjects(world)).toHaveLength(4);
  });

  test('lets a run through at exactly the limit', async () => {
    const world = await tenMembers(3);
    const [runId] = await world.night();
    expect(await runOf(world, runId!)).toMatchObject({ status: 'completed', down: 3, total: 10 });
  });

  test('is off if the brand sets none', async () => {
    const world = await tenMembers(10, {});
    const [runId] = await world.night();
    expect(await runOf(world, runId!)).toMatchObject({ status: 'completed', down: 10 });
  });

  test('lets a run without members through', async () => {
    const world = makeWorld({ now: NIGHT_OF_2026, ...careful });
    const [runId] = await world.night();
    expect(await runOf(world, runId!)).toMatchObject({ status: 'completed', processed: 0, total: 0 });
  });
});

function withGoldAt(threshold: number) {
  return [
    { id: 'bronze', name: 'Bronze', threshold: 0 },
    { id: 'silver', name: 'Silver', threshold: 1000 },
    { id: 'gold', name: 'Gold', threshold },
    { id: 'platinum', name: 'Platinum', threshold: 10000 },
  ];
}
