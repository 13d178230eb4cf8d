import { describe, expect, test } from 'vitest';
import { CapacityMeter } from '../../bench/capacity-meter.ts';
import type { Grant } from '../../core/actions/grant.ts';
import { MAX_FIGURE } from '../../core/ledger/transaction-rules.ts';
import { NOTHING_COUNTED, withCounted } from '../../core/member/counted-window.ts';
import { NO_COUNTS } from '../../core/runs/run.ts';
import { DynamoGroups } from '../../functions/adapters/dynamo-groups.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoRuns } from '../../functions/adapters/dynamo-runs.ts';
import { freshTables } from './setup/dynamodb.ts';
import { aChange, aGrant, aMember, anAction, anEntry, anOutcome, aRun, freshId } from './setup/examples.ts';

const { client, tables } = await freshTables();
const meter = new CapacityMeter(client);

const UUID_LENGTH = 36;
const LONGEST_ID = 128;
const ID_LENGTHS = [1, 13, UUID_LENGTH, 64, LONGEST_ID];

/** A member in its busiest hour, with the largest figures. */
function aBusyMember(idLength: number, trackers: number, grants: readonly Grant[] = []) {
  const memberId = freshId().padEnd(UUID_LENGTH, '-');
  const now = Date.now();
  const entries = Array.from({ length: 40 }, (_, n) =>
    anEntry(memberId, { id: `${n}`.padEnd(idLength, '-'), recordedAt: now - n * 1001 }),
  );
  const sums = { tier: MAX_FIGURE - 1, trackers: Array.from({ length: trackers }, (_, n) => 123_000 + n) };
  const member = aMember(memberId, {
    version: 9_999,
    tally: {
      cycle: { previousStart: now - 3e10, start: now - 1e10, end: now + 1e10 },
      previous: sums,
      current: sums,
      lifetimePoints: MAX_FIGURE - 1,
      lifetimeSpendMinor: MAX_FIGURE - 1,
      orders: 9_999,
      lifetimeTrackers: sums.trackers,
      balance: MAX_FIGURE - 1,
      awaited: [],
      awaitsMany: false,
    },
    countedUnder: '3w5e11264sgsf',
    counted: withCounted(NOTHING_COUNTED, entries, now, grants),
    ...(grants.length > 0 && { grants, nextDueAt: now + 1e9 }),
  });
  return { member, entries };
}

async function costOfAPurchase({ member, entries }: ReturnType<typeof aBusyMember>) {
  const members = new DynamoMemberStore(client, tables.members);
  await members.save(member, 0, []);
  meter.take();
  await new DynamoLedger(client, tables.points).record(entries[0]!);
  await members.save({ ...member, version: member.version + 1 }, member.version, []);
  return meter.take();
}

test.each(ID_LENGTHS)(
  'a purchase costs two write units, one for its entry and one for its member, on the busiest day with ids of %d characters',
  async (idLength) => {
    expect(await costOfAPurchase(aBusyMember(idLength, 3))).toMatchObject({ writeUnits: 2, roundTrips: 2 });
  },
);

/** A member whose tier is kept, in a program where the path of the points decides (R8). */
function aHeldMember(busy: ReturnType<typeof aBusyMember>): ReturnType<typeof aBusyMember> {
  const { member, entries } = busy;
  const tally = { ...member.tally, held: 'platinum', latestAt: Date.now() };
  const countedUnder = `${member.countedUnder}.recalculation.qualified`;
  return { entries, member: { ...member, tally, countedUnder } };
}

test.each(ID_LENGTHS)(
  'a purchase costs no more if the member’s tier is kept, with ids of %d characters',
  async (idLength) => {
    expect(await costOfAPurchase(aHeldMember(aBusyMember(idLength, 3)))).toMatchObject({
      writeUnits: 2,
      roundTrips: 2,
    });
  },
);

/** One grant of each origin. Each id in a grant has the given length. */
const GRANTS = {
  staff: (id: string) => aGrant({ key: id }),
  'staff, with an announced end': (id: string) => aGrant({ key: id, tellEnd: ['push', 'email', 'sms'] }),
  'staff, as a cap with reassess': (id: string) => aGrant({ key: id, kind: 'cap', reassessFrom: Date.now() }),
  'a group': (id: string) => aGrant({ key: `group#${id}#${id}`, tellEnd: ['push', 'email', 'sms'] }),
  'a promotion': (id: string) => ({
    ...aGrant({ key: `promotion#hotel-stay#api#${id}`, tellEnd: ['push', 'email', 'sms'] }),
    ...{ promotion: 'hotel-stay', transactionId: id },
  }),
};
type Giver = keyof typeof GRANTS;
const GIVERS = Object.keys(GRANTS) as Giver[];

function grantsOf(giver: Giver, idLength: number, count: number): Grant[] {
  return Array.from({ length: count }, (_, n) => ({
    ...GRANTS[giver](`${n}`.padEnd(idLength, '-')),
    ...{ tier: n === 0 ? 'platinum' : 'gold', from: Date.now() - n, until: Date.now() + 1e9 + n },
  }));
}

describe.each(GIVERS)('a member with a grant by %s', (giver) => {
  test.each(ID_LENGTHS)('pays no more for a purchase on a busy day, with ids of %d characters', async (idLength) => {
    const busy = aBusyMember(idLength, 3, grantsOf(giver, idLength, 1));
    expect(await costOfAPurchase(busy)).toMatchObject({ writeUnits: 2, roundTrips: 2 });
    const held = aHeldMember(aBusyMember(idLength, 3, grantsOf(giver, idLength, 1)));
    expect(await costOfAPurchase(held)).toMatchObject({ writeUnits: 2, roundTrips: 2 });
  });
});

describe.each(GIVERS)('a member with two grants by %s', (giver) => {
  test.each(ID_LENGTHS)('pays at most one unit more for a purchase, with ids of %d characters', async (idLength) => {
    const busy = aBusyMember(idLength, 3, grantsOf(giver, idLength, 2));
    // Two grants with the longest ids do not fit into one unit if they also name a group or an order.
    const isLong = idLength === LONGEST_ID && (giver === 'a group' || giver === 'a promotion');
    expect(await costOfAPurchase(busy)).toMatchObject({ writeUnits: isLong ? 3 : 2, roundTrips: 2 });
  });
});

test('the index costs nothing unless the next due moment changes', async () => {
  const members = new DynamoMemberStore(client, tables.members);
  const member = aMember(freshId());
  const costs = [];
  for (const [version, nextDueAt] of [undefined, 1, 1, 2, undefined].entries()) {
    await members.save({ ...member, version: version + 1, ...(nextDueAt && { nextDueAt }) }, version, []);
    costs.push(meter.take().writeUnits);
  }
  expect(costs).toEqual([1, 2, 1, 3, 2]);
});

test('an action without a change, a group membership and a run cost one unit each, and a page of a run four', async () => {
  const memberId = freshId();
  await new DynamoMemberStore(client, tables.members).recordAction(anAction(memberId, 'action-1'));
  expect(meter.take()).toMatchObject({ writeUnits: 1, roundTrips: 1 });
  await new DynamoGroups(client, tables.members).join('vips', memberId, 1);
  expect(meter.take()).toMatchObject({ writeUnits: 1, roundTrips: 1 });
  const runs = new DynamoRuns(client, tables.members);
  await runs.create(aRun('run-1'));
  expect(meter.take()).toMatchObject({ writeUnits: 1, roundTrips: 1 });
  await runs.recordPage('run-1', { name: '', outcomes: [anOutcome(memberId)] }, NO_COUNTS);
  expect(meter.take()).toMatchObject({ writeUnits: 4, roundTrips: 1 });
});

describe('the meter charges for a transaction like AWS', () => {
  const members = new DynamoMemberStore(client, tables.members);
  const padding = (bytes: number) => 'x'.repeat(bytes);

  test.each([
    [1, 4],
    [2, 6],
    [3, 8],
    [7, 16],
  ])('for a member and %d records beside it: %d units', async (records, writeUnits) => {
    const memberId = freshId();
    await members.save(aMember(memberId), 0, []);
    meter.take();
    const actions = Array.from({ length: records }, (_, n) => anAction(memberId, `action-${n}`));
    await members.save(aMember(memberId, { version: 2 }), 1, actions);
    expect(meter.take()).toMatchObject({ writeUnits, roundTrips: 1 });
  });

  test('for each item by its own size', async () => {
    const memberId = freshId();
    const large = anAction(memberId, 'action-1', { why: padding(1500) });
    await members.save(aMember(memberId), 0, [large, aChange(memberId, 1), anAction(memberId, 'action-2')]);
    expect(meter.take()).toMatchObject({ writeUnits: 2 + 4 + 2 + 2 });
  });

  test('for an item by its earlier size if that was larger', async () => {
    const memberId = freshId();
    await members.save(aMember(memberId, { countedUnder: padding(2500) }), 0, []);
    meter.take();
    await members.save(aMember(memberId, { version: 2 }), 1, [anAction(memberId, 'action-1')]);
    expect(meter.take()).toMatchObject({ writeUnits: 6 + 2 });
  });

  test('for an index once: one unit to enter, two to move, one to leave', async () => {
    const memberId = freshId();
    const costs = [];
    for (const [version, nextDueAt] of [1, 1, 2, undefined].entries()) {
      const member = aMember(memberId, { version: version + 1, ...(nextDueAt && { nextDueAt }) });
      await members.save(member, version, [anAction(memberId, `action-${version}`)]);
      costs.push(meter.take().writeUnits);
    }
    expect(costs).toEqual([4 + 1, 4, 4 + 2, 4 + 1]);
  });
});
