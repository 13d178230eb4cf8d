/** The drift audit: whether each member equals what its ledger gives, why not if not, and whether it is healed. */
import { describe, expect, test } from 'vitest';
import type { Member } from '../../core/member/member.ts';
import type { AuditRun } from '../../core/runs/run.ts';
import { formatInstant, HOUR_MS } from '../../core/time.ts';
import type { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { redeployed } from '../support/redeployed.ts';
import { storesOf } from '../support/same-stores.ts';
import { makeWorld, type World } from '../support/world.ts';

const NOW = '2026-05-02T10:00:00Z';
const DAY = 24 * HOUR_MS;

/** Members with points, one purchase for each number. */
async function shop(points: Record<string, number[]>, options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = makeWorld({ now: NOW, ...options });
  for (const [memberId, each] of Object.entries(points)) {
    await world.enrol(memberId);
    for (const [place, some] of each.entries()) await world.post(memberId, { id: `o-${place}`, points: some });
  }
  await world.deliver();
  forget(world);
  return world;
}

async function spoil(world: World, memberId: string, change: (member: Member) => void): Promise<void> {
  const member = structuredClone((await world.ports.members.load(memberId))!);
  const { version } = member;
  change(member);
  expect(await world.ports.members.save({ ...member, version: version + 1 }, version, [])).toBe('saved');
}

async function outcomesOf(world: World, runId: string) {
  const { items } = (await world.call('GET run outcomes', { params: { runId } })).body;
  return items.sort((a: { memberId: string }, b: { memberId: string }) => (a.memberId < b.memberId ? -1 : 1));
}

const auditEvents = (world: World) => world.ports.bus.events.filter(({ type }) => type === 'audit.completed');

test('members equal to their ledgers are proved, and an event tells the brand’s systems how many', async () => {
  const world = await shop({ 'm-1': [300, 900], 'm-2': [40], 'm-3': [5000], 'm-4': [] });
  await world.act('m-2', { id: 'gift', expiry: { type: 'duration', amount: 30, unit: 'days' } });
  await world.deliver();
  const run = await world.audit();
  expect(run).toMatchObject({
    ...{ runId: 'audit-2026-05-02', kind: 'audit', status: 'completed', heal: false, dryRun: true },
    ...{ total: 4, processed: 4, unchanged: 4, up: 0, down: 0, failed: 0 },
    audit: { provedEqual: 4, differing: 0, healed: 0, waiting: 0, causes: {} },
  });
  expect(await outcomesOf(world, run.runId)).toEqual([]);
  expect(auditEvents(world)).toEqual([
    {
      type: 'audit.completed',
      occurredAt: world.now(),
      detail: {
        ...{
          eventId: run.runId,
          runId: run.runId,
          startedAt: formatInstant(world.now()),
          occurredAt: formatInstant(world.now()),
        },
        ...{ heal: false, members: 4, provedEqual: 4, differing: 0, healed: 0, waiting: 0, failed: 0, causes: {} },
      },
    },
  ]);
});

const SPOILT: [string, (member: Member) => void, { figure: string; cause: string }][] = [
  ['a sum', (m) => Object.assign(m.tally.current, { tier: 7 }), { figure: 'tally.current.tier', cause: 'figure' }],
  ['the balance', (m) => Object.assign(m.tally, { balance: -3 }), { figure: 'tally.balance', cause: 'figure' }],
  ['the tier', (m) => Object.assign(m.tier, { id: 'platinum' }), { figure: 'tier.id', cause: 'historyBroken' }],
  ['the tier’s start', (m) => Object.assign(m.tier, { since: 1 }), { figure: 'tier.since', cause: 'historyBroken' }],
  [
    'how many changes there are',
    (m) => Object.assign(m, { changes: 0 }),
    { figure: 'changes', cause: 'historyBroken' },
  ],
  [
    'a purchase that is counted twice',
    ({ tally }) => {
      tally.current = { ...tally.current, tier: tally.current.tier + 900 };
      Object.assign(tally, { lifetimePoints: tally.lifetimePoints + 900, orders: 3, balance: tally.balance + 900 });
    },
    { figure: 'tally.current.tier', cause: 'countedTwice' },
  ],
  [
    'a purchase that is listed and not counted',
    ({ tally }) => {
      tally.current = { ...tally.current, tier: tally.current.tier - 300 };
      Object.assign(tally, { lifetimePoints: tally.lifetimePoints - 300, orders: 1, balance: tally.balance - 300 });
    },
    { figure: 'tally.current.tier', cause: 'entriesNotCounted' },
  ],
  [
    'the list of counted entries',
    (m) => Object.assign(m, { counted: { ...m.counted, entries: m.counted.entries.slice(1) } }),
    { figure: expect.stringMatching(/^counted\.api#o-/) as unknown as string, cause: 'windowBroken' },
  ],
  [
    'a grant',
    (m) => Object.assign(m, { grants: [{ ...m.grants![0]!, tier: 'platinum' }] }),
    { figure: 'grants.gift', cause: 'grants' },
  ],
  ['the timer', ({ ...m }) => m, { figure: 'nextDueAt', cause: 'timer' }],
];
SPOILT.at(-1)![1] = (m) => {
  delete m.nextDueAt;
};

describe('a member whose stored data was damaged', () => {
  const lives = { 'm-0': [10], 'm-1': [300, 900], 'm-2': [5000] };
  const gift = {
    id: 'gift',
    strategy: { type: 'specific', tier: 'gold' },
    expiry: { type: 'duration', amount: 30, unit: 'days' },
  };

  test.each(SPOILT)('is found with the cause, without a write: %s', async (_, change, difference) => {
    const world = await shop(lives);
    await world.act('m-1', gift);
    await world.deliver();
    forget(world);
    await spoil(world, 'm-1', change);
    const before = await world.ports.members.load('m-1');
    const run = await world.audit();
    expect(run).toMatchObject({ processed: 3, failed: 0, audit: { provedEqual: 2, differing: 1, healed: 0 } });
    expect(run.audit.causes).toHaveProperty(difference.cause, 1);
    const [outcome, ...others] = await outcomesOf(world, run.runId);
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({ memberId: 'm-1', outcome: 'DIFFERS' });
    expect(outcome.differences).toContainEqual(expect.objectContaining(difference));
    expect(await world.ports.members.load('m-1')).toEqual(before);
    expect(heard(world)).toEqual({ ...NOTHING, events: ['audit.completed'] });
  });

  test.each(SPOILT)('is healed silently if the brand says so: %s', async (_, change) => {
    const world = await shop(lives, { audit: { heal: true } });
    await world.act('m-1', gift);
    await world.deliver();
    forget(world);
    const before = await world.read('m-1');
    await spoil(world, 'm-1', change);
    const run = await world.audit();
    expect(run).toMatchObject({ heal: true, dryRun: false, audit: { provedEqual: 2, differing: 0, healed: 1 } });
    expect(await outcomesOf(world, run.runId)).toMatchObject([{ memberId: 'm-1', outcome: 'HEALED' }]);
    expect(await world.read('m-1')).toEqual(before);
    await world.deliver();
    expect(heard(world)).toEqual({ ...NOTHING, events: ['audit.completed'] });
    world.pass(7 * DAY);
    expect(await world.audit()).toMatchObject({ audit: { provedEqual: 3, differing: 0 } });
  });

  test('gets the right tier by a silent change with the cause rebuild if the wrong tier was recorded', async () => {
    const world = await shop(lives, { audit: { heal: true } });
    // A damaged sum and a purchase after it: the wrong tier is recorded as an ordinary change.
    await spoil(world, 'm-0', ({ tally }) => Object.assign(tally, { current: { ...tally.current, tier: 9_990 } }));
    await world.post('m-0', { id: 'next', points: 20 });
    await world.deliver();
    forget(world);
    expect((await world.read('m-0')).tier.id).toBe('platinum');
    const run = await world.audit();
    expect(run).toMatchObject({ down: 1, audit: { healed: 1, causes: { figure: 1 } } });
    expect((await world.call('GET run changes', { params: { runId: run.runId } })).body.items).toEqual([
      { memberId: 'm-0', from: 'platinum', to: 'bronze', cause: 'rebuild' },
    ]);
    await world.deliver();
    expect(await world.read('m-0')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 30 } });
    const [newest] = await world.changes('m-0');
    expect(newest).toMatchObject({ cause: 'rebuild', direction: 'down', announced: false });
    expect(heard(world).mails).toEqual([]);
  });

  test('cannot be healed if a change is missing, and is reported by each audit', async () => {
    const world = await shop(lives, { audit: { heal: true } });
    await spoil(world, 'm-1', (member) => Object.assign(member, { changes: 3 }));
    await world.post('m-1', { id: 'up', points: 5000 });
    await world.deliver();
    const writes = world.ports.members.writes;
    for (const _ of [1, 2]) {
      const run = await world.audit();
      expect(run).toMatchObject({ audit: { provedEqual: 2, differing: 1, healed: 0, causes: { historyBroken: 1 } } });
      const [outcome] = await outcomesOf(world, run.runId);
      expect(outcome).toMatchObject({ outcome: 'DIFFERS', why: 'Not put right: change 2, change 3' });
      world.pass(7 * DAY);
    }
    expect(world.ports.members.writes).toBe(writes);
  });
});

describe('an entry that the stream has not delivered', () => {
  test('is no difference, whatever it is', async () => {
    const world = await shop({ 'm-1': [900, 300] });
    await world.post('m-1', { id: 'late', points: 5000 });
    await world.post('m-1', { id: 'back', type: 'refund', orderId: 'o-0', points: 100 });
    expect(await world.audit()).toMatchObject({ audit: { provedEqual: 1, differing: 0 } });
  });

  test('is a difference once the stream no longer holds it, and is counted if the brand heals', async () => {
    const world = await shop({ 'm-1': [900] }, { audit: { heal: true } });
    await world.post('m-1', { id: 'lost', points: 300 });
    world.pass(26 * HOUR_MS);
    const run = await world.audit();
    expect(run).toMatchObject({ up: 1, audit: { healed: 1, causes: { entriesNotCounted: 1 } } });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 1200 } });
    // The parked record is replayed at last, and its entry still counts once.
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(1200);
  });
});

describe('an edit of the rules is no drift (R10)', () => {
  const tiers = (silver: number, gold: number) => [
    { id: 'bronze', name: 'Bronze', threshold: 0 },
    { id: 'silver', name: 'Silver', threshold: silver },
    { id: 'gold', name: 'Gold', threshold: gold },
  ];

  test('a tier kept after a raise, and a tier given by a lower threshold, wait', async () => {
    const world = await shop({ gold: [5500], silver: [1200], never: [800] }, { program: { tiers: tiers(1000, 5000) } });
    const next = redeployed(world, { tiers: tiers(700, 6000) });
    const run = await next.audit();
    expect(run).toMatchObject({
      audit: { provedEqual: 1, differing: 0, waiting: 2, causes: { rulebookEdited: 2 } },
    });
    expect(await outcomesOf(next, run.runId)).toMatchObject([
      {
        memberId: 'gold',
        outcome: 'WAITS',
        differences: [{ figure: 'tier.id', stored: '"gold"', ledger: '"silver"' }],
      },
      {
        memberId: 'never',
        outcome: 'WAITS',
        differences: [{ figure: 'tier.id', stored: '"bronze"', ledger: '"silver"' }],
      },
    ]);
  });

  test('sums under another counting rule wait until a purchase', async () => {
    const world = await shop({ 'm-1': [900] });
    const next = redeployed(world, { timeZone: 'America/Santiago' });
    expect(await next.audit()).toMatchObject({ audit: { waiting: 1, differing: 0, causes: { rulebookEdited: 1 } } });
    await next.post('m-1', { id: 'next', points: 10 });
    await next.deliver();
    next.pass(DAY);
    expect(await next.audit()).toMatchObject({ audit: { provedEqual: 1 } });
  });

  test('a tier that the last purchase missed under rules already in force is drift', async () => {
    const world = await shop({ 'm-1': [800] }, { program: { tiers: tiers(1000, 5000) } });
    await world.audit();
    world.pass(DAY);
    await world.post('m-1', { id: 'up', points: 300 });
    await world.deliver();
    const entries = await world.ports.ledger.entriesOf('m-1');
    const member = (await world.ports.members.load('m-1'))!;
    // Simulates a fault: everything is counted, but the tier was not moved.
    const forgetful = async (audited: boolean) => {
      const other = makeWorld({ now: formatInstant(world.now()), program: { tiers: tiers(1000, 5000) } });
      for (const entry of entries) await other.ports.ledger.record(entry);
      await other.ports.members.save(
        { ...member, changes: 0, tier: { id: 'bronze', since: member.enrolledAt } },
        0,
        [],
      );
      if (audited) await other.ports.runs.create((await world.ports.runs.load('audit-2026-05-02'))!);
      return (await other.audit()).audit;
    };
    expect(await forgetful(true)).toMatchObject({ differing: 1, causes: { tierStale: 1 } });
    // Without an earlier audit, nobody knows since when the rules are in force.
    expect(await forgetful(false)).toMatchObject({ waiting: 1, causes: { rulebookEdited: 1 } });
  });

  test('a member with another difference is healed, and keeps the tier that only the edit would take', async () => {
    const world = await shop({ 'm-1': [5500] }, { program: { tiers: tiers(1000, 5000) } });
    const next = redeployed(world, { tiers: tiers(1000, 6000) });
    await spoil(next, 'm-1', ({ tally }) => Object.assign(tally, { balance: 1 }));
    const stores = storesOf(next);
    const healer = makeWorld({ now: NOW, program: { tiers: tiers(1000, 6000) }, audit: { heal: true }, reach: stores });
    const run = await healer.audit();
    expect(run).toMatchObject({ down: 0, audit: { differing: 0, healed: 1 } });
    expect(await healer.read('m-1')).toMatchObject({ tier: { id: 'gold' }, points: { balance: 5500 } });
  });

  describe('also with tiers that are kept until the cycle ends', () => {
    const downgrade = { timing: 'recalculation' } as const;
    const ladder = (gold: number, platinum: number) => ({
      downgrade,
      tiers: [...tiers(1000, gold), { id: 'platinum', name: 'Platinum', threshold: platinum }],
    });

    /** A member with 5500 points, of which 2000 were taken away again. */
    async function upAndDown(gold: number): Promise<World> {
      const world = await shop({ 'm-1': [5500] }, { program: ladder(gold, 10_000) });
      world.pass(HOUR_MS);
      await world.post('m-1', { id: 'down', type: 'adjustment', points: -2000 });
      await world.deliver();
      world.pass(DAY);
      return world;
    }

    test('healing does not give a tier that the lower threshold would have given earlier: it waits', async () => {
      const world = await upAndDown(6000);
      const next = redeployed(world, ladder(5000, 10_000));
      expect(await next.audit()).toMatchObject({ audit: { differing: 0, waiting: 1 } });
      next.pass(7 * DAY);
      await next.post('m-1', { id: 'since', points: 1 });
      await next.deliver();
      next.pass(DAY);
      const stores = storesOf(next);
      const now = formatInstant(next.now());
      const healer = makeWorld({ now, program: ladder(5000, 10_000), audit: { heal: true }, reach: stores });
      expect(await healer.audit()).toMatchObject({ audit: { differing: 0, healed: 0, waiting: 1 } });
      expect((await healer.read('m-1')).tier.id).toBe('silver');
    });

    test.each([
      ['above the kept tier', 'upgrade', 'platinum'],
      ['below the kept tier', 'downgrade', 'silver'],
    ])('a staff action %s does not make the kept tier look wrong', async (_, action, tier) => {
      const world = await upAndDown(5000);
      const expiry = { type: 'duration', amount: 30, unit: 'days' };
      await world.act('m-1', { id: 'staff', action, strategy: { type: 'specific', tier }, expiry });
      await world.deliver();
      world.pass(DAY);
      expect(await world.audit()).toMatchObject({ audit: { provedEqual: 1 } });
      world.pass(7 * DAY);
      const next = redeployed(world, ladder(5000, 5400));
      expect(await next.audit()).toMatchObject({ audit: { differing: 0, waiting: 1 } });
    });
  });
});

describe('an audit run', () => {
  const ids = Array.from({ length: 450 }, (_, place) => `m-${place}`);

  test('does each page once, however often the page is called', async () => {
    const world = await shop(Object.fromEntries(ids.map((memberId) => [memberId, []])));
    await spoil(world, 'm-7', ({ tally }) => Object.assign(tally, { balance: 1 }));
    await world.startAudit({ Records: [] });
    const run = await world.audit();
    expect(run).toMatchObject({ processed: 450, audit: { provedEqual: 449, differing: 1 } });
    const { segments } = world.ports.engine.runs.get(run.runId) as AuditRun;
    for (const segment of segments) {
      let state = await world.auditMembers({ runId: run.runId, segment, page: 0 });
      while (!state.done) state = await world.auditMembers(state);
    }
    await world.finishAudit({ runId: run.runId });
    // The schedule fires twice, but each day has one audit.
    const again = await world.audit();
    expect(again).toEqual(run);
    expect(auditEvents(world)).toHaveLength(1);
  });

  test('reports a member that cannot be read, and goes on with the others', async () => {
    const world = await shop({ 'm-1': [10], 'm-2': [10], 'm-3': [10] });
    await spoil(world, 'm-2', (member) => Object.assign(member, { counted: null }));
    const run = await world.audit();
    expect(run).toMatchObject({ processed: 3, failed: 1, audit: { provedEqual: 2 } });
    expect(await outcomesOf(world, run.runId)).toMatchObject([
      { memberId: 'm-2', outcome: 'FAILED', why: expect.stringContaining('TypeError') },
    ]);
  });

  test('does not report a member that is written while it is read', async () => {
    let races = 2;
    const isRaced = () => racing.ports.members.writes > 2 && races-- > 0;
    function halfSeen(members: MemoryMemberStore) {
      return new Proxy(members, {
        get(target, property) {
          const method = Reflect.get(target, property, target);
          if (property !== 'recordsOf') return typeof method === 'function' ? method.bind(target) : method;
          return async (memberId: string) => {
            const records = await target.recordsOf(memberId);
            if (!isRaced()) return records;
            // The audit sees a purchase's change, and not yet the member written with it.
            await racing.post(memberId, { id: `race-${races}`, points: 4000 });
            await racing.deliver();
            return { ...records!, news: (await target.recordsOf(memberId))!.news };
          };
        },
      });
    }
    const racing: World = makeWorld({
      now: NOW,
      reach: (name, port) => (name === 'members' ? (halfSeen(port as MemoryMemberStore) as never) : port),
    });
    await racing.enrol('m-1');
    await racing.post('m-1', { id: 'first', points: 100 });
    await racing.deliver();
    expect(await racing.audit()).toMatchObject({ audit: { provedEqual: 1, differing: 0 } });
    expect(races).toBeLessThan(0);
  });
});
