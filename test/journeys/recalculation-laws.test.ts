import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProgramFile } from '../../core/program/brand.ts';
import { HOUR_MS, type Instant, MINUTE_MS } from '../../core/time.ts';
import type { SegmentState } from '../../functions/recalculate-cycle/make-handler.ts';
import { redeployed } from '../support/redeployed.ts';
import { canMeet, TROUBLES, type Trouble, troubleAt } from '../support/trouble.ts';
import { makeWorld, queueRecord, type Reach, type World } from '../support/world.ts';

const LAW_TIMEOUT = { timeout: 120_000 };
const DAY_MS = 24 * HOUR_MS;
const END = Date.parse('2026-12-31T23:00:00Z');
const instantOf = (at: Instant) => new Date(at).toISOString();

interface Life {
  /** Days before the cycle's end: 0 is the last day. */
  enrolledDaysBefore: number;
  purchases: { daysBefore: number; points: number; refunded: number }[];
  /** A tier granted or capped by staff, from days before the end until days after it; 0 ends with the cycle. */
  grant?: { action: 'upgrade' | 'downgrade'; tier: string; daysBefore: number; untilDaysAfter: number };
  /** The event after the cycle's end. */
  afterwards: 'nothing' | 'purchase' | 'refund';
}

const lives: fc.Arbitrary<Life> = fc.record(
  {
    enrolledDaysBefore: fc.oneof(fc.constantFrom(0, 365, 366, 730), fc.integer({ min: 0, max: 900 })),
    purchases: fc.array(
      fc.record({
        daysBefore: fc.integer({ min: 0, max: 900 }),
        points: fc.constantFrom(10, 400, 999, 1000, 1300, 3700, 5000, 9999),
        refunded: fc.constantFrom(0, 0, 0, 300, 10_000),
      }),
      { maxLength: 4 },
    ),
    grant: fc.record({
      action: fc.constantFrom('upgrade' as const, 'downgrade' as const),
      tier: fc.constantFrom('bronze', 'silver', 'gold', 'platinum'),
      daysBefore: fc.integer({ min: 1, max: 200 }),
      untilDaysAfter: fc.constantFrom(-30, -1, 0, 0, 1, 100),
    }),
    afterwards: fc.constantFrom('nothing' as const, 'nothing' as const, 'purchase' as const, 'refund' as const),
  },
  { requiredKeys: ['enrolledDaysBefore', 'purchases', 'afterwards'] },
);

const programs: fc.Arbitrary<Partial<ProgramFile>> = fc.record({
  cycle: fc.constantFrom({ type: 'calendar' as const }, { type: 'enrollment' as const }),
  upgradeBasis: fc.constantFrom('current' as const, 'carry' as const),
  downgrade: fc.record({
    timing: fc.constantFrom('realtime' as const, 'realtime' as const, 'recalculation' as const),
    target: fc.constantFrom('qualified' as const, 'qualified' as const, 'oneBelow' as const, 'base' as const),
  }),
});

const populations = fc.record({ program: programs, lives: fc.array(lives, { minLength: 1, maxLength: 7 }) });
type Population = { program: Partial<ProgramFile>; lives: Life[] };

/** The world a few minutes after the end, after all events in their order. */
async function lived({ program, lives }: Population, reach?: Reach): Promise<World> {
  const world = makeWorld({ now: '2020-01-01T00:00:00Z', program, ...(reach && { reach }) });
  const events: { at: Instant; happens: () => Promise<unknown> }[] = [];
  lives.forEach(({ enrolledDaysBefore, purchases, grant }, n) => {
    const memberId = `m-${n}`;
    // Half a day, so that no event falls on the boundary by accident.
    const daysBefore = (days: number) => END - days * DAY_MS - 12 * HOUR_MS;
    const enrolledAt = daysBefore(enrolledDaysBefore);
    events.push({ at: enrolledAt, happens: () => world.enrol(memberId) });
    purchases.forEach(({ daysBefore: days, points, refunded }, place) => {
      const at = Math.max(daysBefore(days), enrolledAt) + place * MINUTE_MS;
      const id = `order-${place}`;
      events.push({ at, happens: () => world.post(memberId, { id, points }) });
      if (refunded > 0) {
        const refund = { id: `refund-${place}`, type: 'refund', orderId: id, points: Math.min(refunded, points) };
        events.push({ at: at + HOUR_MS, happens: () => world.post(memberId, refund) });
      }
    });
    if (grant) {
      const { action, tier, untilDaysAfter } = grant;
      const expiry = { type: 'instant', at: instantOf(END + untilDaysAfter * DAY_MS) };
      const at = Math.max(daysBefore(grant.daysBefore), enrolledAt + HOUR_MS);
      events.push({
        at,
        happens: () => world.act(memberId, { id: 'grant', action, strategy: { type: 'specific', tier }, expiry }),
      });
    }
  });
  for (const { at, happens } of events.sort((a, b) => a.at - b.at)) {
    world.at(instantOf(at));
    await happens();
    await world.deliver();
  }
  world.ports.mailer.sent.splice(0);
  world.at(instantOf(END + 5 * MINUTE_MS));
  return world;
}

/** Members' transactions after the end, before, during or after the run. */
async function happenAfterwards(world: World, { lives }: Population): Promise<void> {
  for (const [n, { afterwards, purchases }] of lives.entries()) {
    if (afterwards === 'purchase') await world.post(`m-${n}`, { id: 'afterwards', points: 700 });
    if (afterwards === 'refund' && purchases.length > 0) {
      await world.post(`m-${n}`, { id: 'afterwards', type: 'refund', orderId: 'order-0', points: 200 });
    }
  }
}

/** Everything that a client can see of the members, and every mail sent. */
async function seen(world: World, { lives }: Population) {
  const members = [];
  for (const n of lives.keys()) {
    const { tier, points, grants } = await world.read(`m-${n}`);
    const changes = (await world.changes(`m-${n}`)).map(({ runId: _, ...change }: Record<string, unknown>) => change);
    members.push({ tier, points, grants, changes });
  }
  return { members, mails: world.ports.mailer.sent.map(({ to, subject }) => `${to}: ${subject}`).sort() };
}

const runIdsOf = (world: World) => world.ports.engine.started;

async function comesTo(world: World, runIds: readonly string[]) {
  const runs = [];
  for (const runId of runIds) {
    const run = await world.ports.runs.load(runId);
    const moves = (await world.ports.runs.pages(runId, { limit: 1000, from: '' })).flatMap(({ outcomes }) => outcomes);
    runs.push({ counts: run!.counts, moves: moves.sort((a, b) => (a.memberId < b.memberId ? -1 : 1)) });
  }
  return runs;
}

/** The steps of a state machine, one at a time. A failed step is retried, and so is a step whose process died. */
async function* execution(world: World, runId: string, trouble?: Trouble): AsyncGenerator<void> {
  async function step<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await work();
        if (!trouble?.restart()) return result;
      } catch (error) {
        trouble?.restart();
        if (attempt === 5) throw error;
      }
    }
  }
  const run = world.ports.engine.runs.get(runId);
  if (run?.kind !== 'recalculation') throw new Error('It was not started.');
  for (const id of [run.previewRunId!, runId]) {
    for (const segment of run.segments) {
      let state: SegmentState = { runId: id, segment, page: 0 };
      do {
        const from = state;
        state = await step(() => world.recalculateCycle(from));
        yield;
      } while (!state.done);
    }
    if (id !== runId) await step(() => world.weighPreview({ runId }));
  }
  await step(() => world.finishRecalculation({ runId }));
}

async function carriedThrough(world: World, trouble?: Trouble): Promise<void> {
  // The queue redelivers the night's message until it succeeds.
  for (let attempt = 0; ; attempt++) {
    const { batchItemFailures } = await world.endCycle({ Records: [queueRecord({ night: true })] });
    const died = trouble?.restart() ?? false;
    if (!died && batchItemFailures.length === 0) break;
    if (attempt === 5) throw new Error('The night never went well.');
  }
  for (const runId of [...runIdsOf(world)]) for await (const _ of execution(world, runId, trouble));
}

describe('R9: a recalculation moves each member once for each cycle end', () => {
  const MANY: Population = {
    program: {},
    lives: [
      { enrolledDaysBefore: 700, purchases: [{ daysBefore: 500, points: 1300, refunded: 0 }], afterwards: 'nothing' },
      { enrolledDaysBefore: 700, purchases: [{ daysBefore: 600, points: 5000, refunded: 0 }], afterwards: 'purchase' },
      { enrolledDaysBefore: 100, purchases: [{ daysBefore: 50, points: 1300, refunded: 0 }], afterwards: 'refund' },
      {
        enrolledDaysBefore: 700,
        purchases: [],
        grant: { action: 'upgrade', tier: 'gold', daysBefore: 20, untilDaysAfter: 0 },
        afterwards: 'nothing',
      },
    ],
  };

  test.each(TROUBLES)(
    'after a run that is %s at any await and is redriven, as after an undisturbed run',
    LAW_TIMEOUT,
    async (kind) => {
      const undisturbed = await lived(MANY);
      await carriedThrough(undisturbed);
      await undisturbed.deliver();
      const expected = await seen(undisturbed, MANY);
      const cameTo = await comesTo(undisturbed, runIdsOf(undisturbed));
      expect(cameTo[0]?.counts).toMatchObject({ processed: 4, down: 3 });

      const struck = new Set<string>();
      for (let nth = 1; ; nth++) {
        let trouble: Trouble | undefined;
        const world = await lived(MANY, (name, port) => lazily(() => trouble, name, port));
        trouble = troubleAt(nth, kind);
        await carriedThrough(world, trouble);
        trouble.end();
        await world.deliver();
        const call = trouble.struck();
        expect(await seen(world, MANY), `struck at call ${nth}, ${call}`).toEqual(expected);
        expect(await comesTo(world, runIdsOf(world)), `struck at call ${nth}, ${call}`).toEqual(cameTo);
        if (call === undefined) break;
        struck.add(call);
      }
      expect([...struck].sort()).toEqual(
        [
          'bus.publish',
          'engine.start',
          'ledger.entriesOf',
          'members.actionsOf',
          'members.changesOf',
          'members.inSegment',
          'members.load',
          'members.save',
          'runs.amend',
          'runs.create',
          'runs.finish',
          'runs.load',
          'runs.page',
          'runs.recordPage',
        ]
          .filter(canMeet(kind))
          .filter((call) => call !== 'members.changesOf' || struck.has(call)),
      );
    },
  );

  test(
    'when it is doubled, interleaved with members’ transactions or restarted, and tells each member once',
    LAW_TIMEOUT,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          populations,
          fc.array(fc.constantFrom('first', 'second', 'stream', 'clock', 'members'), { maxLength: 60 }),
          async (population, order) => {
            const undisturbed = await lived(population);
            await carriedThrough(undisturbed);
            await undisturbed.deliver();
            await undisturbed.wake();
            await happenAfterwards(undisturbed, population);
            await undisturbed.deliver();

            const world = await lived(population);
            await world.endCycle({ Records: [queueRecord({ night: true })] });
            const executions = [0, 1].map(() => allOf(runIdsOf(world).map((runId) => execution(world, runId))));
            let haveActed = false;
            for (const turn of order) {
              if (turn === 'first') await executions[0]!.next();
              if (turn === 'second') await executions[1]!.next();
              if (turn === 'clock') await world.wake();
              if (turn === 'stream') await world.deliver();
              if (turn === 'members' && !haveActed) {
                haveActed = true;
                await happenAfterwards(world, population);
              }
            }
            for (const rest of [...executions, allOf(runIdsOf(world).map((runId) => execution(world, runId)))]) {
              for await (const _ of rest);
            }
            if (!haveActed) await happenAfterwards(world, population);
            await world.deliver();
            await world.wake();
            await world.deliver();

            const [expected, actual] = [await seen(undisturbed, population), await seen(world, population)];
            expect(actual.members.map(withoutOrder)).toEqual(expected.members.map(withoutOrder));
            expect(actual.mails).toEqual(expected.mails);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});

describe('a dry run', () => {
  test('shows for each member what the real run then does', LAW_TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(populations, fc.integer({ min: 0, max: 40 }), async (population, daysBefore) => {
        const world = await lived(population);
        // A dry run on an earlier day, if nothing happens after that day, and another in the night itself.
        const isEarly = population.lives.every(({ purchases, grant, enrolledDaysBefore }) =>
          [enrolledDaysBefore, ...purchases.map((one) => one.daysBefore), grant?.daysBefore ?? 900].every(
            (d) => d > daysBefore + 1,
          ),
        );
        const dryRuns = [];
        for (const now of [...(isEarly ? [END - daysBefore * DAY_MS] : []), END + 5 * MINUTE_MS]) {
          world.at(instantOf(now));
          const { body } = await world.recalculateEveryone({ dryRun: true, at: instantOf(END) });
          dryRuns.push(body.runId);
        }
        const before = runIdsOf(world).length;
        await carriedThroughNow(world);
        const runId = runIdsOf(world)
          .slice(before)
          .find((id) => id.startsWith('cycle-20261231t230000z'))!;
        const [real, preview, ...foretold] = await comesTo(world, [runId, `${runId}-preview`, ...dryRuns]);
        for (const one of [preview, ...foretold]) expect(one).toEqual(real);
      }),
      { numRuns: 150 },
    );
  });

  test('shows what recalculating everyone does after an edit of the program', LAW_TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(
        populations,
        fc.integer({ min: 1, max: 6000 }),
        fc.integer({ min: 1, max: 6000 }),
        async (population, silver, more) => {
          const before = await lived(population);
          await carriedThrough(before);
          await before.deliver();
          const tiers = [
            { id: 'bronze', name: 'Bronze', threshold: 0 },
            { id: 'silver', name: 'Silver', threshold: silver },
            { id: 'gold', name: 'Gold', threshold: silver + more },
          ];
          const world = redeployed(before, { ...population.program, tiers });
          const dry = (await world.recalculateEveryone({ dryRun: true })).body.runId;
          const real = (await world.recalculateEveryone()).body.runId;
          const again = (await world.recalculateEveryone()).body.runId;
          const [foretold, done, nothing] = await comesTo(world, [dry, real, again]);
          expect(foretold).toEqual(done);
          expect(nothing?.counts).toMatchObject({ processed: population.lives.length, up: 0, down: 0, failed: 0 });
        },
      ),
      { numRuns: 100 },
    );
  });
});

async function carriedThroughNow(world: World): Promise<void> {
  const before = runIdsOf(world).length;
  await world.endCycle({ Records: [queueRecord({ night: true })] });
  for (const runId of runIdsOf(world).slice(before)) for await (const _ of execution(world, runId));
}

/** Runs several generators, one after the other. */
async function* allOf(parts: AsyncGenerator<void>[]): AsyncGenerator<void> {
  for (const part of parts) yield* part;
}

/** Trouble that starts only when the test creates it, so that the calls before succeed. */
function lazily<Port extends object>(trouble: () => Trouble | undefined, name: string, port: Port): Port {
  return new Proxy(port, {
    get(target, property) {
      const current = trouble();
      const real = Reflect.get(current ? current.reach(name, target) : target, property, target);
      return typeof real === 'function' ? real.bind(target) : real;
    },
    apply: (target, _, args) => (target as unknown as (...given: unknown[]) => unknown)(...args),
  });
}

/** Two changes of one member within the same minutes may come in either order, so the order is ignored. */
function withoutOrder({ changes, ...member }: { changes: Record<string, unknown>[] } & Record<string, unknown>) {
  return { ...member, changes: changes.map((change) => JSON.stringify(change)).sort() };
}
