import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  bringEntriesForward,
  bringMembersForward,
  type Forwarded,
  since,
  withEntries,
} from '../../bin/operator/bring-forward.ts';
import { dueMoments } from '../../bin/operator/due-moments.ts';
import type { OrderFile } from '../../core/ledger/order-file.ts';
import { entryKey, type LedgerEntry } from '../../core/ledger/transaction.ts';
import { NO_COUNTS } from '../../core/runs/run.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { eraseProfile } from '../../core/use-cases/erase-profile.ts';
import { nextVersion } from '../../core/wallet/pass-version.ts';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { DynamoGooglePasses } from '../../functions/adapters/dynamo-google-passes.ts';
import { DynamoGroups } from '../../functions/adapters/dynamo-groups.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoOrderFiles } from '../../functions/adapters/dynamo-order-files.ts';
import { DynamoPassRegistrations } from '../../functions/adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { DynamoRuns } from '../../functions/adapters/dynamo-runs.ts';
import { makeTables } from '../../local/dynamodb-local.ts';
import { freshTables, sharedDynamoDb } from './setup/dynamodb.ts';
import { aChange, aMember, aNotice, anAction, anEntry, aRecalculation } from './setup/examples.ts';

const { client } = await freshTables();

/** The moment of the restore. Data written until then is in both tables; later data is in the old table only. */
const AT = Date.UTC(2026, 10, 20, 10);
const BEFORE = AT - 60 * MINUTE_MS;
const LATER = AT + 60 * MINUTE_MS;

function storesOn({ points, members }: { points: string; members: string }) {
  return {
    points,
    membersTable: members,
    ledger: new DynamoLedger(client, points),
    files: new DynamoOrderFiles(client, points),
    members: new DynamoMemberStore(client, members),
    profiles: new DynamoProfileStore(client, members),
    deliveries: new DynamoDeliveryLog(client, members),
    groups: new DynamoGroups(client, members),
    runs: new DynamoRuns(client, members),
    registrations: new DynamoPassRegistrations(client, members),
    googlePasses: new DynamoGooglePasses(client, members),
  };
}
type Stores = ReturnType<typeof storesOn>;

let old: Stores;
let restored: Stores;
beforeEach(async () => {
  const dynamoDb = sharedDynamoDb();
  [old, restored] = [
    storesOn(await makeTables(dynamoDb, randomUUID())),
    storesOn(await makeTables(dynamoDb, randomUUID())),
  ];
});

/** Writes the same data into both tables, as data from before the restore. */
async function before(write: (stores: Stores) => Promise<unknown>): Promise<void> {
  for (const stores of [old, restored]) await write(stores);
}

async function bringEntries(): Promise<Forwarded> {
  return added(bringEntriesForward({ client, from: old.points, to: restored.points, since: since(AT) }));
}

async function bringMembers(kinds?: 'erasures') {
  const forwarding = { client, from: old.membersTable, to: restored.membersTable, since: since(AT) };
  return added(bringMembersForward(forwarding, (memberId) => eraseProfile(restored, memberId, LATER), kinds));
}

async function added<T extends Forwarded & { erased?: number }>(batches: AsyncIterable<T>) {
  const sum = { items: 0, memberIds: [] as string[], erased: 0 };
  for await (const { items, memberIds, erased = 0 } of batches) {
    sum.items += items;
    sum.memberIds.push(...memberIds);
    sum.erased += erased;
  }
  return { ...sum, memberIds: sum.memberIds.sort() };
}

async function itemsIn(table: string): Promise<unknown[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  return Items.map(({ pk, sk }) => `${pk} ${sk}`).sort();
}

function anOrderFile(version: number): OrderFile {
  const parts = Array.from({ length: version }, () => ({ amountMinor: 100, occurredAt: BEFORE }));
  return { source: 'shopify', orderId: '7', version, memberId: 'ana', currency: 'EUR', parts, refunds: [] };
}

describe('the entries of the ledger', () => {
  test('written since the restore’s moment are copied once, and name their members', async () => {
    await before(({ ledger }) => ledger.record(anEntry('ana', { id: 'o-1', recordedAt: BEFORE })));
    await old.ledger.record(anEntry('ana', { id: 'o-2', recordedAt: LATER, fields: { till: 4 } }));
    await old.ledger.record(anEntry('bea', { id: 'o-3', recordedAt: LATER }));
    expect(await bringEntries()).toMatchObject({ items: 2, memberIds: ['ana', 'bea'] });
    expect(await bringEntries()).toMatchObject({ items: 0, memberIds: [] });
    const inOrder = (stores: Stores) => stores.ledger.entriesOf('ana').then((all) => all.map(entryKey).sort());
    expect(await inOrder(restored)).toEqual(await inOrder(old));
    expect((await restored.ledger.entriesOf('ana')).find(({ id }) => id === 'o-2')).toMatchObject({
      fields: { till: 4 },
    });
  });

  test('are announced before the new table’s stream can deliver them', async () => {
    await before(({ ledger }) => ledger.record(anEntry('ana', { id: 'o-1', recordedAt: LATER })));
    await old.ledger.record(anEntry('ana', { id: 'o-2', recordedAt: LATER }));
    const seen: { announced: string[]; there: string[]; asItWillBe: string[] }[] = [];
    const ids = (entries: readonly LedgerEntry[]) => entries.map(({ id }) => id).sort();
    const forwarding = { client, from: old.points, to: restored.points, since: since(AT) };
    const batches = bringEntriesForward(forwarding, async (entries) => {
      const there = await restored.ledger.entriesOf('ana');
      const asItWillBe = await withEntries(restored.ledger, entries).entriesOf('ana');
      seen.push({ announced: ids(entries), there: ids(there), asItWillBe: ids(asItWillBe) });
    });
    expect(await added(batches)).toMatchObject({ items: 1, memberIds: ['ana'] });
    expect(seen).toEqual([{ announced: ['o-2'], there: ['o-1'], asItWillBe: ['o-1', 'o-2'] }]);
  });

  test('already in the new table stay, even if the old table lost or changed them', async () => {
    const entry = anEntry('ana', { id: 'o-1', recordedAt: AT, points: 100 });
    await restored.ledger.record(entry);
    await old.ledger.record({ ...entry, points: 999 });
    await restored.ledger.record(anEntry('ana', { id: 'o-2', recordedAt: BEFORE }));
    expect(await bringEntries()).toMatchObject({ items: 0 });
    const entries = await restored.ledger.entriesOf('ana');
    expect(entries.map(({ id, points }) => [id, points]).sort()).toEqual([
      ['o-1', 100],
      ['o-2', undefined],
    ]);
  });

  test('with an old date that were written since are not copied, as they may be damage', async () => {
    await old.ledger.record(anEntry('ana', { id: 'o-1', recordedAt: BEFORE }));
    expect(await bringEntries()).toMatchObject({ items: 0 });
  });

  test('leave the longer of an order’s two files', async () => {
    await before(({ files }) => files.save(anOrderFile(1), 0));
    await old.files.save(anOrderFile(2), 1);
    expect(await bringEntries()).toMatchObject({ items: 1, memberIds: [] });
    expect(await restored.files.load('shopify', '7')).toStrictEqual(anOrderFile(2));
    await restored.files.save(anOrderFile(3), 2);
    expect(await bringEntries()).toMatchObject({ items: 0 });
    expect(await restored.files.load('shopify', '7')).toStrictEqual(anOrderFile(3));
  });
});

describe('the items of the members', () => {
  test('enrolled since are all copied', async () => {
    const change = aChange('ana', 1);
    await old.members.save(aMember('ana', { changes: 1 }), 0, [change, anAction('ana', 'gift')]);
    await old.profiles.merge('ana', { name: 'Ana' });
    await old.deliveries.markSent({ memberId: 'ana', sequence: 1, channel: 'email' }, LATER);
    await old.registrations.register('ana', { deviceId: 'phone', pushToken: 'aa' }, LATER);
    expect(await bringMembers()).toMatchObject({ memberIds: ['ana'], erased: 0 });
    expect(await itemsIn(restored.membersTable)).toEqual(await itemsIn(old.membersTable));
    expect(await restored.registrations.passesOf('phone')).toEqual(['ana']);
    expect(await bringMembers()).toMatchObject({ items: 0, memberIds: [] });
  });

  test('include changes, which become silent because the old stack announces them', async () => {
    const change = aChange('ana', 1, { channels: ['email'] });
    await old.members.save(aMember('ana', { changes: 2 }), 0, [change, aNotice('ana', 2)]);
    await bringMembers();
    const { channels: _, ...silent } = { ...change, announced: false };
    expect(await restored.members.changesOf('ana', { limit: 9 })).toStrictEqual([silent]);
    expect(await restored.members.notice('ana', 2)).toStrictEqual({ ...aNotice('ana', 2), announced: false });
  });

  test('that were there before stay as restored, apart from later actions', async () => {
    await before(({ members }) => members.save(aMember('ana'), 0, [anAction('ana', 'first', { recordedAt: BEFORE })]));
    await before(({ profiles }) => profiles.merge('ana', { name: 'Ana' }));
    const ruined = aMember('ana', { version: 2, changes: 1, tier: { id: 'gold', since: LATER } });
    await old.members.save(ruined, 1, [aChange('ana', 1), anAction('ana', 'second', { recordedAt: LATER })]);
    await old.profiles.merge('ana', { name: 'Ruined' });
    await old.deliveries.markSent({ memberId: 'ana', sequence: 1, channel: 'email' }, LATER);

    expect(await bringMembers()).toMatchObject({ items: 1, memberIds: ['ana'] });
    expect(await restored.members.load('ana')).toStrictEqual(aMember('ana'));
    expect(await restored.members.changesOf('ana', { limit: 9 })).toEqual([]);
    expect((await restored.members.actionsOf('ana')).map(({ key }) => key).sort()).toEqual(['first', 'second']);
    expect(await restored.profiles.load('ana')).toMatchObject({ name: 'Ana' });
    // The number of the lost change will belong to another change, which nobody was told of yet.
    expect(await restored.deliveries.claim({ memberId: 'ana', sequence: 1, channel: 'email' }, LATER)).toBe('claimed');
  });

  test('that the old table has lost stay', async () => {
    await restored.members.save(aMember('ana'), 0, [aChange('ana', 1)]);
    await restored.profiles.merge('ana', { name: 'Ana' });
    expect(await bringMembers()).toMatchObject({ items: 0, erased: 0 });
    expect(await restored.profiles.load('ana')).toMatchObject({ name: 'Ana' });
  });

  test.each([undefined, 'erasures'] as const)('erased since are erased again (brings: %s)', async (kinds) => {
    await before(({ members }) => members.save(aMember('ana'), 0, []));
    await before(({ profiles }) => profiles.merge('ana', { name: 'Ana' }));
    await before(({ registrations }) => registrations.register('ana', { deviceId: 'phone', pushToken: 'aa' }, BEFORE));
    await before(({ googlePasses }) => googlePasses.move('ana', undefined, 'open'));
    await eraseProfile(old, 'ana', LATER);
    await old.googlePasses.move('ana', 'open', 'withdrawn');

    expect(await bringMembers(kinds)).toMatchObject({ erased: 1 });
    expect(await restored.profiles.load('ana')).toBeUndefined();
    expect(await restored.registrations.devicesOf('ana')).toEqual([]);
    expect(await restored.registrations.register('ana', { deviceId: 'phone', pushToken: 'aa' }, LATER)).toBe(
      'withdrawn',
    );
    expect(await restored.googlePasses.load('ana')).toMatchObject({ state: 'withdrawn' });
    expect(await bringMembers(kinds)).toMatchObject({ items: 0, erased: 0 });
  });

  test('whose profile was lost, or is back again, are not erased', async () => {
    for (const memberId of ['ana', 'bea']) {
      await before(({ members }) => members.save(aMember(memberId), 0, []));
      await before(({ profiles }) => profiles.merge(memberId, { name: memberId }));
    }
    await old.profiles.erase('ana');
    await eraseProfile(old, 'bea', LATER);
    await old.profiles.merge('bea', { name: 'Bea' });
    expect(await bringMembers()).toMatchObject({ erased: 0 });
    expect(await restored.profiles.load('ana')).toMatchObject({ name: 'ana' });
    expect(await restored.profiles.load('bea')).toMatchObject({ name: 'bea' });
  });

  test('keep the newest pass version, and include phones that registered since', async () => {
    const first = nextVersion(undefined, 'one', BEFORE);
    const second = nextVersion(first, 'two', LATER);
    await before(({ members }) => members.save(aMember('ana'), 0, []));
    await before(({ registrations }) => registrations.saveVersion('ana', first, undefined));
    await old.registrations.saveVersion('ana', second, first);
    await old.registrations.register('ana', { deviceId: 'phone', pushToken: 'aa' }, LATER);
    expect(await bringMembers()).toMatchObject({ items: 3, memberIds: [] });
    expect(await restored.registrations.version('ana')).toStrictEqual(second);
    expect(await restored.registrations.devicesOf('ana')).toEqual([{ deviceId: 'phone', pushToken: 'aa' }]);
    expect(await restored.registrations.passesOf('phone')).toEqual(['ana']);
    const third = nextVersion(second, 'three', LATER + 1);
    await restored.registrations.saveVersion('ana', third, second);
    expect(await bringMembers()).toMatchObject({ items: 0 });
    expect(await restored.registrations.version('ana')).toStrictEqual(third);
  });

  test('include the later joins and leaves of groups', async () => {
    await before(({ groups }) => groups.join('vips', 'ana', BEFORE));
    await old.groups.join('vips', 'bea', LATER);
    await old.groups.leave('vips', 'ana', LATER);
    await bringMembers();
    expect(await restored.groups.membersAt('vips', LATER, { limit: 9 })).toEqual({ memberIds: ['bea'] });
    expect(await restored.groups.membersAt('vips', AT, { limit: 9 })).toEqual({ memberIds: ['ana'] });
  });

  test('include runs that ended since, with their pages, so that nothing restarts them', async () => {
    const page = { name: '0', outcomes: [] };
    await before(({ runs }) => runs.create(aRecalculation('cycle-1')));
    await old.runs.recordPage('cycle-1', page, { ...NO_COUNTS, processed: 5 });
    await old.runs.finish('cycle-1', LATER);
    await old.runs.create(aRecalculation('cycle-2', { startedAt: LATER }));
    await bringMembers();
    expect(await restored.runs.load('cycle-1')).toStrictEqual(await old.runs.load('cycle-1'));
    expect(await restored.runs.pages('cycle-1', { limit: 9, from: '' })).toEqual([page]);
    expect(await restored.runs.load('cycle-2')).toStrictEqual(await old.runs.load('cycle-2'));
  });

  test('are not copied if they are the damage', async () => {
    await old.members.save(aMember('ana'), 0, [anAction('ana', 'gift')]);
    await old.groups.join('vips', 'ana', LATER);
    expect(await bringMembers('erasures')).toMatchObject({ items: 0, erased: 0 });
    expect(await itemsIn(restored.membersTable)).toEqual([]);
  });
});

test('each due moment is found once, for any number of members and in any part of the index', async () => {
  for (let each = 0; each < 40; each++) {
    const nextDueAt = LATER + (each % 3);
    await restored.members.save(aMember(`m-${each}`, { nextDueAt }), 0, []);
  }
  await restored.members.save(aMember('past', { nextDueAt: BEFORE }), 0, []);
  await restored.members.save(aMember('never'), 0, []);
  const moments: number[] = [];
  for await (const moment of dueMoments(client, restored.membersTable, AT)) moments.push(moment);
  expect(moments.sort()).toEqual([LATER, LATER + 1, LATER + 2]);
});
