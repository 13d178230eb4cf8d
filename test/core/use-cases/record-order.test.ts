import { expect, test } from 'vitest';
import { TooManyConflicts } from '../../../core/failures.ts';
import type { OrderFile, OrderReport } from '../../../core/ledger/order-file.ts';
import { recordOrder } from '../../../core/use-cases/record-order.ts';
import { MAX_ATTEMPTS } from '../../../core/use-cases/write-member.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryOrderFiles } from '../../../fakes/memory-order-files.ts';
import { exampleProgram } from '../../support/program.ts';
import { slippingIn } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import { at } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = at('2026-06-01T10:00:00Z');

const PAID: OrderReport = {
  source: 'shopify',
  orderId: '1001',
  memberId: MEMBER_ID,
  paid: { amountMinor: 10_000, currency: 'EUR', refundTax: 'as is', occurredAt: NOW - 2, changedAt: NOW - 2 },
  refunds: [],
};
const REFUND = { id: 'r-1', amountMinor: 2500, taxMinor: 0, occurredAt: NOW - 1 };
const REFUNDED: OrderReport = { source: 'shopify', orderId: '1001', refunds: [REFUND] };

const makePorts = () => ({
  orderFiles: new MemoryOrderFiles(),
  ledger: new MemoryLedger(),
  members: new MemoryMemberStore(),
});

test('an order and its refund that are told at the same time are both filed, and both recorded', async () => {
  const ports = makePorts();
  const race = slippingIn('orderFiles', 'load');
  race.happens(() => recordOrder(ports, PROGRAM, REFUNDED, NOW));
  const orderFiles = race.reach('orderFiles', ports.orderFiles);
  const { memberId, recordings } = await recordOrder({ ...ports, orderFiles }, PROGRAM, PAID, NOW);
  expect(memberId).toBe(MEMBER_ID);
  expect(recordings).toMatchObject([
    { status: 'accepted', entry: { id: '1001', type: 'purchase', awardedPoints: 100 } },
    { status: 'accepted', entry: { id: '1001/refund/r-1', type: 'refund', amountMinor: 2500 } },
  ]);
  expect(await ports.orderFiles.load('shopify', '1001')).toMatchObject({
    version: 2,
    memberId: MEMBER_ID,
    parts: [{ amountMinor: 10_000 }],
    refunds: [REFUND],
  });
});

test('an order whose file others write again and again is given up, and nothing of it is recorded', async () => {
  const tried: OrderFile[] = [];
  class Contested extends MemoryOrderFiles {
    override async save(file: OrderFile): Promise<'conflict'> {
      tried.push(file);
      return 'conflict';
    }
  }
  const ports = { ...makePorts(), orderFiles: new Contested() };
  const giving = recordOrder(ports, PROGRAM, PAID, NOW);
  await expect(giving).rejects.toThrow(TooManyConflicts);
  await expect(giving).rejects.toThrow(/^The file of order 1001 was written by others 10 times/);
  expect(tried).toHaveLength(MAX_ATTEMPTS);
  expect(await ports.ledger.entriesOf(MEMBER_ID)).toEqual([]);
});
