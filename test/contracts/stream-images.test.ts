import { unmarshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from 'vitest';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { DynamoLedger, ENTRY_PREFIX, entryOf } from '../../functions/adapters/dynamo-ledger.ts';
import {
  CHANGE_PREFIX,
  DynamoMemberStore,
  NOTICE_PREFIX,
  newsOf,
} from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoOrderFiles } from '../../functions/adapters/dynamo-order-files.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { freshTables } from './setup/dynamodb.ts';
import { aChange, aMember, aNotice, anAction, anEntry, ODD_NUMBERS, ODD_TEXTS } from './setup/examples.ts';
import { streamRecordsOf } from './setup/stream-images.ts';

const { client, tables } = await freshTables();

/** Returns the new images of inserted items with this key prefix, in the order of the table's stream. */
async function inserted(table: string, prefix: string): Promise<Record<string, unknown>[]> {
  return (await streamRecordsOf(table))
    .filter(({ eventName, dynamodb }) => eventName === 'INSERT' && dynamodb?.Keys?.sk?.S?.startsWith(prefix))
    .map(({ dynamodb }) => unmarshall(dynamodb!.NewImage!));
}

test('the ledger’s stream delivers every entry once, as it was recorded, and no other item that looks like one', async () => {
  const ledger = new DynamoLedger(client, tables.points);
  const entries = [
    anEntry('m-1', { id: 'bare' }),
    anEntry('m-1', { id: 'full', amountMinor: 1, currency: 'EUR', spendMinor: 1, awardedPoints: 10, fields: {} }),
    ...Object.values(ODD_TEXTS).map((text) => anEntry('m-1', { id: text, reason: text, fields: { [text]: text } })),
    ...Object.values(ODD_NUMBERS).map((number) => anEntry('m-1', { id: `${number}`, fields: { number } })),
  ];
  for (const entry of entries) await ledger.record(entry);
  for (const entry of entries) await ledger.record({ ...entry, recordedAt: entry.recordedAt + 1 });
  await new DynamoOrderFiles(client, tables.points).save(
    { source: 'api', orderId: '1', version: 1, parts: [], refunds: [] },
    0,
  );

  expect((await inserted(tables.points, ENTRY_PREFIX)).map(entryOf)).toStrictEqual(entries);
  expect(await inserted(tables.points, '')).toHaveLength(entries.length + 1);
});

test('the members’ stream delivers every change and notice once, as it was decided, and no other item that looks like one', async () => {
  const members = new DynamoMemberStore(client, tables.members);
  const changes = [
    aChange('m-1', 1),
    aChange('m-1', 2, { direction: 'down', transactionId: 'order-1', points: 0.1 + 0.2, announced: false }),
    ...Object.values(ODD_TEXTS).map((text, place) =>
      aChange('m-1', place + 3, { from: { id: text, name: text, rank: 2 }, programVersion: text }),
    ),
  ];
  const notices = [
    aNotice('m-1', 30),
    aNotice('m-1', 31, { kind: 'expiring', after: changes[0]!.from, expiresAt: null }),
  ];
  await members.save(aMember('m-1'), 0, changes.slice(0, 1));
  await members.save(aMember('m-1', { version: 2 }), 1, [...changes.slice(1), ...notices, anAction('m-1', 'action-1')]);
  await members.save(aMember('m-1', { version: 2 }), 1, [aChange('m-1', 20)]);
  await new DynamoProfileStore(client, tables.members).merge('m-1', { name: 'Ana' });
  await new DynamoDeliveryLog(client, tables.members).claim({ memberId: 'm-1', sequence: 1, channel: 'sms' }, 0);

  for (const [prefix, news] of [
    [CHANGE_PREFIX, changes],
    [NOTICE_PREFIX, notices],
  ] as const) {
    const streamed = (await inserted(tables.members, prefix)).map(newsOf);
    expect(streamed.sort((a, b) => a.sequence - b.sequence)).toStrictEqual(news);
  }
});

test.each(['PROFILE', 'MESSAGE#', 'ACTION#', 'MEMBER'])(
  'refuses an image of another kind, %s, with its key',
  async (prefix) => {
    await new DynamoProfileStore(client, tables.members).merge('m-1', { name: 'Ana' });
    await new DynamoDeliveryLog(client, tables.members).claim({ memberId: 'm-1', sequence: 1, channel: 'sms' }, 0);
    const [image] = await inserted(tables.members, prefix);
    expect(() => newsOf(image!)).toThrow(`m-1 / ${image!.sk} is neither a tier change nor a notice`);
    expect(() => entryOf(image!)).toThrow(`m-1 / ${image!.sk} is not a ledger entry`);
  },
);

test.each([
  ['has neither a direction nor a kind', { direction: undefined }],
  ['has an unknown direction', { direction: 'sideways' }],
  ['has a direction and a kind', { kind: 'renewed' }],
  ['has an unknown kind', { direction: undefined, kind: 'forgotten' }],
  ['has no sequence', { sequence: '1' }],
  ['has no target tier', { to: undefined }],
])('an item that %s is refused as news', (_, facts) => {
  expect(() => newsOf({ pk: 'm-1', sk: 'CHANGE#0000000001', ...aChange('m-1', 1), ...facts })).toThrow(
    'm-1 / CHANGE#0000000001 is neither a tier change nor a notice',
  );
});
