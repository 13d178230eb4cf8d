/** Compares docs/data-model.md with what two shops leave in DynamoDB: each version of each item, as the streams deliver it. */
import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { isActionRecord } from '../../core/member/tier-change.ts';
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
import { differences, type Item, KINDS, kindsOf, presenceIn, type TableName } from '../docs/data-model.ts';
import {
  ANNIVERSARY_SHOP,
  CALENDAR_SHOP,
  liveInAnniversaryShop,
  liveInCalendarShop,
} from '../support/eventful-years.ts';
import { makeWorld, type World } from '../support/world.ts';
import { freshTables, sharedDynamoDb } from './setup/dynamodb.ts';
import { imagesOf } from './setup/stream-images.ts';

// Turns off the functions' logs, which would hide the tests' output.
vi.hoisted(() => {
  Object.assign(process.env, { LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' });
});

type Life = (world: World, members: DynamoMemberStore) => Promise<void>;

const { client } = await freshTables();

/** Runs a life in a world whose handlers write to their own tables in DynamoDB Local, and returns every image written. */
async function imagesOfLife(
  options: Parameters<typeof makeWorld>[0],
  live: Life,
): Promise<{ table: TableName; item: Item }[]> {
  const tables = await makeTables(sharedDynamoDb(), randomUUID());
  const streams: Pick<World, 'ledgerStream' | 'changeStream'> = { ledgerStream: [], changeStream: [] };
  const ports: Record<string, object> = {
    ledger: new StreamingLedger(client, tables.points, streams),
    members: new StreamingMemberStore(client, tables.members, streams),
    orderFiles: new DynamoOrderFiles(client, tables.points),
    profiles: new DynamoProfileStore(client, tables.members),
    groups: new DynamoGroups(client, tables.members),
    runs: new DynamoRuns(client, tables.members),
    registrations: new DynamoPassRegistrations(client, tables.members),
    googlePasses: new DynamoGooglePasses(client, tables.members),
    deliveries: new DynamoDeliveryLog(client, tables.members),
  };
  const world = makeWorld({ ...options, reach: (name, port) => (ports[name] as typeof port | undefined) ?? port });
  Object.assign(streams, { ledgerStream: world.ledgerStream, changeStream: world.changeStream });
  await live(world, ports.members as DynamoMemberStore);
  const ofTable = async (table: TableName, name: string) => (await imagesOf(name)).map((item) => ({ table, item }));
  return [...(await ofTable('Points', tables.points)), ...(await ofTable('Members', tables.members))];
}

/** Delivers each recorded entry to the world, as the table's stream would. */
class StreamingLedger extends DynamoLedger {
  readonly #streams: Pick<World, 'ledgerStream'>;

  constructor(client: DynamoDBDocumentClient, table: string, streams: Pick<World, 'ledgerStream'>) {
    super(client, table);
    this.#streams = streams;
  }

  override async record(...[entry]: Parameters<DynamoLedger['record']>) {
    const answer = await super.record(entry);
    if (answer.status === 'recorded') this.#streams.ledgerStream.push(entry);
    return answer;
  }
}

class StreamingMemberStore extends DynamoMemberStore {
  readonly #streams: Pick<World, 'changeStream'>;

  constructor(client: DynamoDBDocumentClient, table: string, streams: Pick<World, 'changeStream'>) {
    super(client, table);
    this.#streams = streams;
  }

  override async save(...[member, readVersion, records]: Parameters<DynamoMemberStore['save']>) {
    const answer = await super.save(member, readVersion, records);
    if (answer === 'saved') {
      for (const record of records) if (!isActionRecord(record)) this.#streams.changeStream.push(record);
    }
    return answer;
  }
}

/** Attributes that differ in each run or with each edit of the shops' rules and passes. Examples need not match them. */
const VOLATILE = ['claimId', 'contents', 'programVersion', 'countedUnder'];

const titles = KINDS.map((kind) => [kind.title, kind] as const);

describe('the items that two shops leave in DynamoDB', () => {
  let images: { table: TableName; item: Item }[] = [];
  const ofKind = (title: string) =>
    images.filter(({ table, item }) => kindsOf(table, item)[0]?.title === title).map(({ item }) => item);

  beforeAll(async () => {
    images = [
      ...(await imagesOfLife(CALENDAR_SHOP, liveInCalendarShop)),
      ...(await imagesOfLife(ANNIVERSARY_SHOP, liveInAnniversaryShop)),
    ];
  }, 120_000);

  test('are each of exactly one documented kind, by table and key', () => {
    const unclear = images.filter(({ table, item }) => kindsOf(table, item).length !== 1);
    expect(unclear.map(({ table, item }) => `${table}: ${item.pk} / ${item.sk}`)).toEqual([]);
  });

  test.each(titles)('have, for each %s, the documented attributes and no others', (title, kind) => {
    const items = ofKind(title);
    expect(items.length).toBeGreaterThan(0);
    expect([...new Set(items.flatMap((item) => differences(item, kind)))]).toEqual([]);
  });

  test.each(titles)('have every attribute of a %s as often as documented', (title, { attributes }) => {
    const items = ofKind(title);
    expect(attributes.map(({ name }) => [name, presenceIn(items, name)])).toEqual(
      attributes.map(({ name, isAlways }) => [name, isAlways ? 'always' : 'at times']),
    );
  });

  test.each(titles)('contain the example of a %s', (title, { example }) => {
    const there = VOLATILE.filter((name) => name in example);
    const anyText = Object.fromEntries(there.map((name) => [name, expect.any(String)]));
    expect(ofKind(title)).toContainEqual({ ...example, ...anyText });
  });
});

test('every adapter that writes to a table is in docs/data-model.md', () => {
  const adapters = globSync('functions/adapters/dynamo-*.ts').filter((file) => !file.endsWith('/dynamo-client.ts'));
  expect([...new Set(KINDS.map(({ adapter }) => adapter))].sort()).toEqual(adapters.sort());
});

describe('the comparison reports', () => {
  const kind = {
    attributes: [
      { name: 'n', type: 'integer', isAlways: true },
      { name: 'list', type: 'list', isAlways: false },
      { name: 'list[].k', type: 'string', isAlways: true },
      { name: 'count#<name>', type: 'integer', isAlways: false },
    ],
  };

  test.each<[string, Item, string[]]>([
    ['nothing', { n: 1, list: [{ k: 'x' }], 'count#a': 1 }, []],
    ['an attribute too few', {}, ['n is missing']],
    ['an attribute too many', { n: 1, m: 1 }, ['m is not documented']],
    ['another type', { n: 'x' }, ['n is no integer: "x"']],
    ['an attribute too many within a list', { n: 1, list: [{ k: 'x', l: 1 }] }, ['list[].l is not documented']],
    ['an attribute too few within a list', { n: 1, list: [{}] }, ['list[].k is missing']],
  ])('%s', (_, item, found) => {
    expect(differences({ pk: 'p', sk: 's', ...item }, kind)).toEqual(found);
  });
});
