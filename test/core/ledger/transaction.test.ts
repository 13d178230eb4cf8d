import { describe, expect, test } from 'vitest';
import {
  entryKey,
  isPartOfGroup,
  type LedgerEntry,
  orderKey,
  sameContent,
  type Transaction,
  type TransactionType,
} from '../../../core/ledger/transaction.ts';

const ORDER: Transaction = {
  id: 't-1',
  source: 'api',
  type: 'purchase',
  orderId: 'o-1',
  points: 100,
  amountMinor: 10_000,
  currency: 'USD',
  exchangeRate: '0.9',
  occurredAt: 1_000,
  fields: { room: 7, suite: true, name: 'Sea' },
  reason: 'at the desk',
};

const taken = (transaction: Transaction, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...transaction,
  memberId: 'm-1',
  recordedAt: 2_000,
  ...more,
});

describe('R2: a transaction that comes again is the same', () => {
  test.each<[string, Partial<Transaction>]>([
    ['word for word', {}],
    ['with its fields in another order', { fields: { name: 'Sea', suite: true, room: 7 } }],
    ['saying that it is not excluded, as it did not', { excludeFromTier: false }],
  ])('%s', (_, again) => {
    expect(sameContent(taken(ORDER), { ...ORDER, ...again })).toBe(true);
  });

  test('whatever Laurel settled of it meanwhile', () => {
    expect(sameContent(taken(ORDER, { awardedPoints: 100, spendMinor: 9_000, recordedAt: 9_999 }), ORDER)).toBe(true);
  });

  test('by the time that it named, where Laurel kept an earlier one', () => {
    const clamped = taken({ ...ORDER, occurredAt: 2_000 }, { saidOccurredAt: 3_000 });
    expect(sameContent(clamped, { ...ORDER, occurredAt: 3_000 })).toBe(true);
    expect(sameContent(clamped, { ...ORDER, occurredAt: 2_000 })).toBe(false);
  });

  test('with no fields, or with none named', () => {
    const { fields: _, ...plain } = ORDER;
    expect(sameContent(taken(plain), { ...plain, fields: {} })).toBe(true);
    expect(sameContent(taken({ ...plain, fields: {} }), plain)).toBe(true);
  });

  test.each<[string, Partial<Transaction>]>([
    ['type', { type: 'bonus' }],
    ['order', { orderId: 'o-2' }],
    ['order left out', { orderId: undefined }],
    ['points', { points: 101 }],
    ['points left out', { points: undefined }],
    ['amount', { amountMinor: 10_001 }],
    ['currency', { currency: 'EUR' }],
    ['exchange rate', { exchangeRate: '0.91' }],
    ['time', { occurredAt: 1_001 }],
    ['exclusion', { excludeFromTier: true }],
    ['reason', { reason: 'by post' }],
    ['value of a field', { fields: { room: 8, suite: true, name: 'Sea' } }],
    ['type of a field', { fields: { room: '7', suite: true, name: 'Sea' } }],
    ['name of a field', { fields: { rooms: 7, suite: true, name: 'Sea' } }],
    ['field more', { fields: { room: 7, suite: true, name: 'Sea', floor: 2 } }],
    ['field less', { fields: { room: 7, suite: true } }],
    ['field that every object has', { fields: { room: 7, suite: true, toString: 'Sea' } }],
  ])('but not with another %s', (_, again) => {
    expect(sameContent(taken(ORDER), { ...ORDER, ...again })).toBe(false);
  });
});

describe('identity', () => {
  test('is the source and the id', () => {
    expect(entryKey({ source: 'api', id: 'a' })).not.toBe(entryKey({ source: 'pos', id: 'a' }));
    expect(entryKey({ source: 'api', id: 'a#b' })).toBe('api#a#b');
  });

  test.each<[string, Partial<Transaction> & { type: TransactionType }, string | undefined]>([
    ['a purchase', { type: 'purchase' }, 'api#t'],
    ['a purchase that names its order', { type: 'purchase', orderId: 'o' }, 'api#o'],
    ['a refund', { type: 'refund', orderId: 'o' }, 'api#o'],
    ['an expiry', { type: 'expiry', orderId: 'o' }, 'api#o'],
    ['an expiry of nothing in particular', { type: 'expiry' }, undefined],
    ['a bonus', { type: 'bonus' }, undefined],
  ])('of the order that %s is about', (_, facts, key) => {
    expect(orderKey(taken({ id: 't', source: 'api', occurredAt: 0, ...facts }))).toBe(key);
  });
});

describe('what an entry means depends on others', () => {
  test.each<[TransactionType, string | undefined, boolean]>([
    ['purchase', undefined, false],
    ['purchase', 't', false],
    ['purchase', 'o', true],
    ['refund', 'o', true],
    ['refund', 't', true],
    ['expiry', undefined, false],
    ['expiry', 'o', true],
    ['bonus', 'o', false],
    ['adjustment', 'o', false],
    ['tierAdjustment', 'o', false],
    ['redemption', 'o', false],
    ['redemptionReversal', 'o', false],
  ])('%s t of order %s: %s', (type, orderId, depends) => {
    const transaction: Transaction = { id: 't', source: 'api', type, occurredAt: 0 };
    expect(isPartOfGroup(taken(orderId === undefined ? transaction : { ...transaction, orderId }))).toBe(depends);
  });
});
