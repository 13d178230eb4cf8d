import { describe, expect, test } from 'vitest';
import type { Delivery, DeliveryLog } from '../../core/ports.ts';
import { MemoryDeliveryLog } from '../../fakes/memory-delivery-log.ts';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { freshTables } from './setup/dynamodb.ts';
import { freshId } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';

const { client, tables } = await freshTables();

const logs = fakeAndReal<DeliveryLog>(
  ['in memory', new MemoryDeliveryLog()],
  ['in DynamoDB', new DynamoDeliveryLog(client, tables.members)],
);

const NOW = Date.UTC(2026, 4, 2, 12);

describe.each(logs)('a delivery log %s', (_, log) => {
  const aDelivery = (facts: Partial<Delivery> = {}): Delivery => ({
    memberId: freshId(),
    sequence: 1,
    channel: 'email',
    ...facts,
  });

  test('lets the first caller claim a message, and answers the next that it was claimed before', async () => {
    const delivery = aDelivery();
    expect(await log.claim(delivery, NOW)).toBe('claimed');
    expect(await log.claim(delivery, NOW + 1)).toBe('claimedBefore');
    expect(await log.claim(delivery, NOW + 2)).toBe('claimedBefore');
  });

  test('lets one of many concurrent callers claim a message', async () => {
    const delivery = aDelivery();
    const claims = await Promise.all(Array.from({ length: 20 }, () => log.claim(delivery, NOW)));
    expect(claims.sort()).toEqual(['claimed', ...Array.from({ length: 19 }, () => 'claimedBefore')]);
  });

  test('remembers that a message was sent, also when it is marked again', async () => {
    const delivery = aDelivery();
    await log.claim(delivery, NOW);
    await log.markSent(delivery, NOW + 1);
    expect(await log.claim(delivery, NOW + 2)).toBe('alreadySent');
    await log.markSent(delivery, NOW + 3);
    expect(await log.claim(delivery, NOW + 4)).toBe('alreadySent');
  });

  test('takes an unclaimed message as sent when it is marked so', async () => {
    const delivery = aDelivery();
    await log.markSent(delivery, NOW);
    expect(await log.claim(delivery, NOW)).toBe('alreadySent');
  });

  test('lets one caller claim a released message again', async () => {
    const delivery = aDelivery();
    await log.claim(delivery, NOW);
    await log.release(delivery);
    const claims = await Promise.all(Array.from({ length: 5 }, () => log.claim(delivery, NOW)));
    expect(claims.filter((claim) => claim === 'claimed')).toHaveLength(1);
  });

  test('releases a message that was never claimed', async () => {
    const delivery = aDelivery();
    await log.release(delivery);
    expect(await log.claim(delivery, NOW)).toBe('claimed');
  });

  test('keeps channels, changes and members apart', async () => {
    const delivery = aDelivery();
    const others: Delivery[] = [
      { ...delivery, channel: 'sms' },
      { ...delivery, sequence: 2 },
      { ...delivery, sequence: 10 },
      { ...delivery, memberId: freshId() },
    ];
    await log.claim(delivery, NOW);
    await log.markSent(delivery, NOW);
    for (const other of others) expect(await log.claim(other, NOW)).toBe('claimed');
    await log.release(others[0]!);
    expect(await log.claim(delivery, NOW)).toBe('alreadySent');
    expect(await log.claim(others[1]!, NOW)).toBe('claimedBefore');
  });
});
