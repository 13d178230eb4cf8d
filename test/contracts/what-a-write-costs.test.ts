import { expect, test } from 'vitest';
import { CapacityMeter } from '../../bench/capacity-meter.ts';
import { MAX_FIGURE } from '../../core/ledger/transaction-rules.ts';
import { NOTHING_COUNTED, withCounted } from '../../core/member/counted-window.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { freshTables } from './setup/dynamodb.ts';
import { aMember, anEntry, freshId } from './setup/examples.ts';

const { client, tables } = await freshTables();
const meter = new CapacityMeter(client);

const UUID_LENGTH = 36;
const LONGEST_ID = 128;

/** A member in its busiest hour, with figures as large as they get. */
function aBusyMember(idLength: number, trackers: number) {
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
    counted: withCounted(NOTHING_COUNTED, entries, now),
  });
  return { member, entries };
}

test.each([1, 13, UUID_LENGTH, 64, LONGEST_ID])(
  'a purchase is two write units, one for its entry and one for its member, on the busiest day with ids of %d characters',
  async (idLength) => {
    const { member, entries } = aBusyMember(idLength, 3);
    const members = new DynamoMemberStore(client, tables.members);
    await members.save(member, 0, []);
    meter.take();
    await new DynamoLedger(client, tables.points).record(entries[0]!);
    await members.save({ ...member, version: member.version + 1 }, member.version, []);
    expect(meter.take()).toMatchObject({ writeUnits: 2, roundTrips: 2 });
  },
);
