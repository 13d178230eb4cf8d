import { describe, expect, test } from 'vitest';
import { DUE_SHARDS } from '../../core/actions/due-moments.ts';
import type { PassVersion } from '../../core/wallet/pass-version.ts';
import { MemoryDeliveryLog } from '../../fakes/memory-delivery-log.ts';
import { MemoryGooglePasses } from '../../fakes/memory-google-passes.ts';
import { MemoryGroups } from '../../fakes/memory-groups.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { MemoryOrderFiles } from '../../fakes/memory-order-files.ts';
import { MemoryPassRegistrations } from '../../fakes/memory-pass-registrations.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { MemoryRuns } from '../../fakes/memory-runs.ts';
import { type Fault, UNRELIABLE_CALLS, type UnreliablePorts } from '../../fakes/unreliable.ts';
import { dynamoClient } from '../../functions/adapters/dynamo-client.ts';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { DynamoGooglePasses } from '../../functions/adapters/dynamo-google-passes.ts';
import { DynamoGroups } from '../../functions/adapters/dynamo-groups.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoOrderFiles } from '../../functions/adapters/dynamo-order-files.ts';
import { DynamoPassRegistrations } from '../../functions/adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { DynamoRuns } from '../../functions/adapters/dynamo-runs.ts';
import { clientConfigOf } from '../../local/dynamodb-local.ts';
import { type Befallen, befallenFakes, STORES, type StoreName, seen } from './setup/befallen.ts';
import { freshTables, sharedDynamoDb } from './setup/dynamodb.ts';
import { aChange, aMember, anAction, anEntry, anOutcome, aRun, freshId } from './setup/examples.ts';
import { unreliableWire } from './setup/unreliable-wire.ts';

/**
 * The fakes fail as the adapters do. Each call of each storing port meets each fault twice: over the fake, and over the
 * adapter with DynamoDB Local behind a wire that produces AWS's failures. The outcome and the data must agree.
 */

const { tables } = await freshTables();

type Stores = Pick<UnreliablePorts, StoreName>;

function fakeStores(): Stores {
  return {
    ledger: new MemoryLedger(),
    members: new MemoryMemberStore(),
    groups: new MemoryGroups(),
    runs: new MemoryRuns(),
    profiles: new MemoryProfileStore(),
    registrations: new MemoryPassRegistrations(),
    deliveries: new MemoryDeliveryLog(),
    orderFiles: new MemoryOrderFiles(),
    googlePasses: new MemoryGooglePasses(),
  };
}

/** Each test has its own client, because a client stops retrying after many failures. */
function inDynamoDb() {
  const client = dynamoClient(clientConfigOf(sharedDynamoDb()));
  const { points, members } = tables;
  const stores: Stores = {
    ledger: new DynamoLedger(client, points),
    members: new DynamoMemberStore(client, members),
    groups: new DynamoGroups(client, members),
    runs: new DynamoRuns(client, members),
    profiles: new DynamoProfileStore(client, members),
    registrations: new DynamoPassRegistrations(client, members),
    deliveries: new DynamoDeliveryLog(client, members),
    orderFiles: new DynamoOrderFiles(client, points),
    googlePasses: new DynamoGooglePasses(client, members),
  };
  return { ports: stores, befall: unreliableWire(client), end: () => client.destroy() };
}

interface Scenario {
  /** The port and its method, as "port.method". */
  of: `${keyof Stores}.${string}`;
  /** Prepares data without a fault. */
  before?: (stores: Stores, id: string) => Promise<unknown>;
  call: (stores: Stores, id: string) => Promise<unknown>;
  /** Reads the data left after the call. */
  left?: (stores: Stores, id: string) => Promise<unknown>;
}

const phone = (id: string) => ({ deviceId: `phone-of-${id}`, pushToken: 'aa'.repeat(32) });
const delivery = (memberId: string) => ({ memberId, sequence: 1, channel: 'email' as const });
const order = (orderId: string) => ({ source: 'shopify', orderId, version: 1, parts: [], refunds: [] });
const version: PassVersion = { contents: 'one', updatedAt: 1_000, modifiedAt: 1_000 };
const page = (id: string) => ({ name: 'p', outcomes: [anOutcome(id)] });
const counts = { ...aRun('').counts, processed: 1 };
const all = async <Item>(pages: AsyncIterable<Item>) => {
  const items: Item[] = [];
  for await (const item of pages) items.push(item);
  return items;
};

const SCENARIOS: Scenario[] = [
  {
    of: 'ledger.record',
    call: ({ ledger }, id) => ledger.record(anEntry(id)),
    left: ({ ledger }, id) => ledger.entriesOf(id),
  },
  { of: 'ledger.entriesOf', call: ({ ledger }, id) => ledger.entriesOf(id) },
  { of: 'members.load', call: ({ members }, id) => members.load(id) },
  {
    of: 'members.save',
    call: ({ members }, id) => members.save(aMember(id), 0, []),
    left: ({ members }, id) => members.load(id),
  },
  {
    of: 'members.save',
    before: ({ members }, id) => members.save(aMember(id), 0, []),
    call: ({ members }, id) => members.save(aMember(id, { version: 2 }), 1, []),
    left: ({ members }, id) => members.load(id),
  },
  {
    of: 'members.save',
    call: ({ members }, id) => members.save(aMember(id), 0, [aChange(id, 1), anAction(id, 'action-1')]),
    left: async ({ members }, id) => [await members.load(id), await members.change(id, 1), await members.actionsOf(id)],
  },
  { of: 'members.changesOf', call: ({ members }, id) => members.changesOf(id, { limit: 1 }) },
  { of: 'members.change', call: ({ members }, id) => members.change(id, 1) },
  { of: 'members.notice', call: ({ members }, id) => members.notice(id, 1) },
  {
    of: 'members.recordAction',
    call: ({ members }, id) => members.recordAction(anAction(id, 'action-1')),
    left: ({ members }, id) => members.actionsOf(id),
  },
  { of: 'members.action', call: ({ members }, id) => members.action(id, 'action-1') },
  { of: 'members.actionsOf', call: ({ members }, id) => members.actionsOf(id) },
  { of: 'members.recordsOf', call: ({ members }, id) => members.recordsOf(id) },
  { of: 'members.due', call: ({ members }) => all(members.due(DUE_SHARDS - 1, 1)) },
  {
    of: 'members.inSegment',
    call: ({ members }) => members.inSegment({ kind: 'everyone', part: 0, of: 1 }, { limit: 1 }),
  },
  {
    of: 'members.inSegment',
    call: ({ members }) => members.inSegment({ kind: 'anniversary', day: '06-10', part: 0 }, { limit: 1 }),
  },
  { of: 'members.everyId', call: ({ members }) => all(members.everyId()) },
  {
    of: 'groups.join',
    call: ({ groups }, id) => groups.join(id, 'm', 1),
    left: ({ groups }, id) => groups.membersAt(id, 1, { limit: 5 }),
  },
  {
    of: 'groups.leave',
    before: ({ groups }, id) => groups.join(id, 'm', 1),
    call: ({ groups }, id) => groups.leave(id, 'm', 2),
    left: ({ groups }, id) => groups.membersAt(id, 2, { limit: 5 }),
  },
  { of: 'groups.exists', call: ({ groups }, id) => groups.exists(id) },
  { of: 'groups.membersAt', call: ({ groups }, id) => groups.membersAt(id, 1, { limit: 1 }) },
  {
    of: 'runs.create',
    call: ({ runs }, id) => runs.create(aRun(id)),
    left: ({ runs }, id) => runs.load(id),
  },
  { of: 'runs.load', call: ({ runs }, id) => runs.load(id) },
  {
    of: 'runs.recordPage',
    before: ({ runs }, id) => runs.create(aRun(id)),
    call: ({ runs }, id) => runs.recordPage(id, page(id), counts),
    left: async ({ runs }, id) => [await runs.load(id), await runs.page(id, 'p')],
  },
  { of: 'runs.page', call: ({ runs }, id) => runs.page(id, 'p') },
  {
    of: 'runs.finish',
    before: ({ runs }, id) => runs.create(aRun(id)),
    call: ({ runs }, id) => runs.finish(id, 7),
    left: ({ runs }, id) => runs.load(id),
  },
  {
    of: 'runs.amend',
    before: ({ runs }, id) => runs.create(aRun(id)),
    call: ({ runs }, id) => runs.amend(id, { total: 3 }),
    left: ({ runs }, id) => runs.load(id),
  },
  { of: 'runs.pages', call: ({ runs }, id) => runs.pages(id, { limit: 1, from: '' }) },
  { of: 'profiles.load', call: ({ profiles }, id) => profiles.load(id) },
  {
    of: 'profiles.merge',
    call: ({ profiles }, id) => profiles.merge(id, { name: 'Ana' }),
    left: ({ profiles }, id) => profiles.load(id),
  },
  {
    of: 'profiles.erase',
    before: ({ profiles }, id) => profiles.merge(id, { name: 'Ana' }),
    call: ({ profiles }, id) => profiles.erase(id),
    left: ({ profiles }, id) => profiles.load(id),
  },
  { of: 'registrations.version', call: ({ registrations }, id) => registrations.version(id) },
  {
    of: 'registrations.saveVersion',
    call: ({ registrations }, id) => registrations.saveVersion(id, version, undefined),
    left: ({ registrations }, id) => registrations.version(id),
  },
  {
    of: 'registrations.register',
    call: ({ registrations }, id) => registrations.register(id, phone(id), 1),
    left: async ({ registrations }, id) => [
      await registrations.devicesOf(id),
      await registrations.passesOf(phone(id).deviceId),
    ],
  },
  {
    of: 'registrations.unregister',
    before: ({ registrations }, id) => registrations.register(id, phone(id), 1),
    call: ({ registrations }, id) => registrations.unregister(id, phone(id).deviceId, phone(id).pushToken),
    left: ({ registrations }, id) => registrations.devicesOf(id),
  },
  { of: 'registrations.devicesOf', call: ({ registrations }, id) => registrations.devicesOf(id) },
  { of: 'registrations.passesOf', call: ({ registrations }, id) => registrations.passesOf(phone(id).deviceId) },
  {
    of: 'registrations.forget',
    before: ({ registrations }, id) => registrations.register(id, phone(id), 1),
    call: ({ registrations }, id) => registrations.forget(id),
    left: ({ registrations }, id) => registrations.devicesOf(id),
  },
  {
    of: 'deliveries.claim',
    call: ({ deliveries }, id) => deliveries.claim(delivery(id), 1),
    left: ({ deliveries }, id) => deliveries.claim(delivery(id), 2),
  },
  {
    of: 'deliveries.markSent',
    before: ({ deliveries }, id) => deliveries.claim(delivery(id), 1),
    call: ({ deliveries }, id) => deliveries.markSent(delivery(id), 1),
    left: ({ deliveries }, id) => deliveries.claim(delivery(id), 2),
  },
  {
    of: 'deliveries.release',
    before: ({ deliveries }, id) => deliveries.claim(delivery(id), 1),
    call: ({ deliveries }, id) => deliveries.release(delivery(id)),
    left: ({ deliveries }, id) => deliveries.claim(delivery(id), 2),
  },
  { of: 'orderFiles.load', call: ({ orderFiles }, id) => orderFiles.load('shopify', id) },
  {
    of: 'orderFiles.save',
    call: ({ orderFiles }, id) => orderFiles.save(order(id), 0),
    left: ({ orderFiles }, id) => orderFiles.load('shopify', id),
  },
  { of: 'googlePasses.load', call: ({ googlePasses }, id) => googlePasses.load(id) },
  {
    of: 'googlePasses.move',
    call: ({ googlePasses }, id) => googlePasses.move(id, undefined, 'open'),
    left: ({ googlePasses }, id) => googlePasses.load(id),
  },
  {
    of: 'googlePasses.takeNotice',
    before: ({ googlePasses }, id) => googlePasses.move(id, undefined, 'open'),
    call: ({ googlePasses }, id) => googlePasses.takeNotice(id, 1, 1),
    left: ({ googlePasses }, id) => googlePasses.load(id),
  },
];

async function played(scenario: Scenario, fault: Fault, { ports: stores, befall }: Befallen<Stores>, id: string) {
  await scenario.before?.(stores, id);
  befall(fault);
  const saw = await seen(() => scenario.call(stores, id));
  befall(undefined);
  return { saw, left: await scenario.left?.(stores, id) };
}

const CASES = UNRELIABLE_CALLS.filter(({ port }) => (STORES as readonly string[]).includes(port)).flatMap(
  ({ port, method, faults }) => faults.map((fault) => ({ of: `${port}.${method}`, fault })),
);

describe('a store that fails like DynamoDB', () => {
  test.concurrent.each(CASES)('$of: $fault', async ({ of, fault }) => {
    const scenarios = SCENARIOS.filter((scenario) => scenario.of === of);
    expect(scenarios.length).toBeGreaterThan(0);
    await Promise.all(
      scenarios.map(async (scenario) => {
        const id = freshId();
        const real = inDynamoDb();
        const expected = await played(scenario, fault, real, id);
        real.end();
        expect(await played(scenario, fault, befallenFakes(fakeStores()), id)).toEqual(expected);
      }),
    );
  });
});
