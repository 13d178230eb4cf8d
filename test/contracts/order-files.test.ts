import { describe, expect, test } from 'vitest';
import type { OrderFile } from '../../core/ledger/order-file.ts';
import type { OrderFiles } from '../../core/ports.ts';
import { MemoryOrderFiles } from '../../fakes/memory-order-files.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoOrderFiles } from '../../functions/adapters/dynamo-order-files.ts';
import { freshTables } from './setup/dynamodb.ts';
import { anEntry, freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { meddle } from './setup/meddle.ts';

const { client, tables } = await freshTables();

const stores = fakeAndReal<OrderFiles>(
  ['in memory', new MemoryOrderFiles()],
  ['in DynamoDB', new DynamoOrderFiles(client, tables.points)],
);

function aFile(facts: Partial<OrderFile> = {}): OrderFile {
  return { source: 'shopify', orderId: freshId(), version: 1, parts: [], refunds: [], ...facts };
}

describe.each(stores)('order files %s', (_, files) => {
  test('know no order that was not saved', async () => {
    expect(await files.load('shopify', freshId())).toBeUndefined();
  });

  test('return every field unchanged', async () => {
    const file = aFile({
      memberId: '207119551',
      currency: 'JPY',
      refundTax: 'as is',
      parts: [
        { amountMinor: 0, occurredAt: 0 },
        { amountMinor: Number.MAX_SAFE_INTEGER, occurredAt: Date.UTC(2026, 4, 2) },
      ],
      refunds: [{ id: '18446744073709551615', amountMinor: -5, taxMinor: 1, occurredAt: Date.UTC(2026, 4, 3) }],
    });
    expect(await files.save(file, 0)).toBe('saved');
    expect(await files.load(file.source, file.orderId)).toStrictEqual(file);
  });

  test('return a file with only its required fields', async () => {
    const file = aFile();
    await files.save(file, 0);
    expect(await files.load(file.source, file.orderId)).toStrictEqual(file);
  });

  test('drop undefined fields', async () => {
    const file = aFile();
    await files.save({ ...file, memberId: undefined, currency: undefined }, 0);
    expect(await files.load(file.source, file.orderId)).toEqual(file);
  });

  test.each(Object.entries(ODD_TEXTS))('keep %s in the ids of orders and refunds', async (_, text) => {
    const refunds = [{ id: text, amountMinor: 1, taxMinor: 0, occurredAt: 1 }];
    const file = aFile({ orderId: `${freshId()}${text}`, refunds });
    await files.save(file, 0);
    expect(await files.load('shopify', file.orderId)).toStrictEqual(file);
  });

  test('create a file once', async () => {
    const file = aFile();
    expect(await files.save(file, 0)).toBe('saved');
    expect(await files.save({ ...file, memberId: 'late' }, 0)).toBe('conflict');
    expect(await files.load(file.source, file.orderId)).toEqual(file);
  });

  test.each([1, 3])('write nothing for the read version %d if the stored version is 2', async (readVersion) => {
    const file = aFile();
    await files.save(file, 0);
    await files.save({ ...file, version: 2 }, 1);
    expect(await files.save({ ...file, version: readVersion + 1, memberId: 'late' }, readVersion)).toBe('conflict');
    expect(await files.load(file.source, file.orderId)).toEqual({ ...file, version: 2 });
  });

  test('write no later version of a missing file', async () => {
    const file = aFile({ version: 2 });
    expect(await files.save(file, 1)).toBe('conflict');
    expect(await files.load(file.source, file.orderId)).toBeUndefined();
  });

  test('let one of many concurrent writers of a version win', async () => {
    const file = aFile();
    await files.save(file, 0);
    const rivals = Array.from({ length: 15 }, (_, place) => ({ ...file, version: 2, memberId: `rival-${place}` }));
    const outcomes = await Promise.all(rivals.map((rival) => files.save(rival, 1)));
    expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(1);
    expect(await files.load(file.source, file.orderId)).toEqual(rivals[outcomes.indexOf('saved')]);
  });

  test('keep the same order id of two platforms apart', async () => {
    const file = aFile({ memberId: 'of shopify' });
    await files.save(file, 0);
    expect(await files.load('woocommerce', file.orderId)).toBeUndefined();
    expect(await files.save({ ...file, source: 'woocommerce', memberId: 'of woocommerce' }, 0)).toBe('saved');
    expect((await files.load('shopify', file.orderId))?.memberId).toBe('of shopify');
  });

  test('keep their data unchanged if a caller changes a returned object', async () => {
    const file = aFile();
    await files.save(file, 0);
    const read = await files.load(file.source, file.orderId);
    meddle(() => read!.parts.push({ amountMinor: 1, occurredAt: 1 }));
    expect((await files.load(file.source, file.orderId))?.parts).toEqual([]);
  });
});

test('an order file does not appear in a ledger, though both are in one table', async () => {
  const [memberId, ledger] = [freshId(), new DynamoLedger(client, tables.points)];
  const file = aFile({ memberId, orderId: 'order-1' });
  await new DynamoOrderFiles(client, tables.points).save(file, 0);
  await ledger.record(anEntry(memberId, { source: 'shopify', orderId: 'order-1' }));
  expect(await ledger.entriesOf(memberId)).toHaveLength(1);
});
