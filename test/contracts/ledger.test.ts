import { describe, expect, test } from 'vitest';
import { entryKey, type LedgerEntry } from '../../core/ledger/transaction.ts';
import type { Ledger } from '../../core/ports.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { freshTables } from './setup/dynamodb.ts';
import { anEntry, freshId, ODD_NUMBERS, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { meddle } from './setup/meddle.ts';

const { client, tables } = await freshTables();

const ledgers = fakeAndReal<Ledger>(
  ['in memory', new MemoryLedger()],
  ['in DynamoDB', new DynamoLedger(client, tables.points)],
);

const WHOLE: Omit<LedgerEntry, 'memberId'> = {
  id: 'order-1/refund/7',
  source: 'shop-2',
  type: 'purchase',
  orderId: 'order-1',
  points: 150,
  amountMinor: 15_000,
  currency: 'USD',
  exchangeRate: '0.925000000001',
  occurredAt: Date.UTC(2026, 0, 31, 23, 59, 59, 999),
  recordedAt: Date.UTC(2026, 1, 1, 0, 0, 0, 1),
  fields: { CheckOutDate: '2026-06-15', TrialPeriodDays: 60, gift: false },
  excludeFromTier: false,
  reason: 'Said so at the counter',
  awardedPoints: 138,
  spendMinor: 13_875,
  saidOccurredAt: Date.UTC(2026, 1, 1, 0, 4),
};

describe.each(ledgers)('a ledger %s', (_, ledger) => {
  /** Returns the answer to a second recording of the same key, and the listed entry. */
  const readBack = async (entry: LedgerEntry) => {
    const again = await ledger.record(entry);
    const [listed] = (await ledger.entriesOf(entry.memberId)).filter((other) => entryKey(other) === entryKey(entry));
    return { told: again.status === 'exists' ? again.entry : again.status, listed };
  };

  test('records an entry once, and answers each later attempt with the stored entry', async () => {
    const memberId = freshId();
    const first = anEntry(memberId, { amountMinor: 100, currency: 'EUR' });
    expect(await ledger.record(first)).toEqual({ status: 'recorded' });
    const later = { ...first, amountMinor: 999, recordedAt: first.recordedAt + 1 };
    expect(await ledger.record(later)).toEqual({ status: 'exists', entry: first });
    expect(await ledger.entriesOf(memberId)).toEqual([first]);
  });

  test('returns every field of an entry unchanged', async () => {
    const entry = { ...WHOLE, memberId: freshId() };
    await ledger.record(entry);
    expect(await readBack(entry)).toStrictEqual({ told: entry, listed: entry });
  });

  test('returns an entry with only its required fields', async () => {
    const entry = anEntry(freshId());
    await ledger.record(entry);
    expect(await readBack(entry)).toStrictEqual({ told: entry, listed: entry });
  });

  test('drops undefined fields', async () => {
    const entry = anEntry(freshId());
    await ledger.record({ ...entry, points: undefined, fields: undefined });
    const { told, listed } = await readBack(entry);
    expect(told).toEqual(entry);
    expect(listed).toEqual(entry);
  });

  test('distinguishes empty fields from no fields', async () => {
    const entry = anEntry(freshId(), { fields: {} });
    await ledger.record(entry);
    expect((await readBack(entry)).listed).toStrictEqual(entry);
  });

  test.each(Object.entries(ODD_TEXTS))('keeps %s in texts, ids and the names of fields', async (_, text) => {
    const entry = anEntry(freshId(), { id: text, orderId: text, reason: text, fields: { [text]: text } });
    await ledger.record(entry);
    expect(await readBack(entry)).toStrictEqual({ told: entry, listed: entry });
  });

  test.each(Object.entries(ODD_NUMBERS))('keeps %s in fields', async (_, number) => {
    const entry = anEntry(freshId(), { fields: { number } });
    await ledger.record(entry);
    expect((await readBack(entry)).listed?.fields).toStrictEqual({ number });
  });

  test.each([0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])('keeps %d points and cents', async (whole) => {
    const entry = anEntry(freshId(), { points: whole, amountMinor: whole, spendMinor: whole, awardedPoints: whole });
    await ledger.record(entry);
    expect((await readBack(entry)).listed).toStrictEqual(entry);
  });

  test('keeps field names that have a meaning in JavaScript objects', async () => {
    const fields = JSON.parse('{"constructor": 1, "__proto__": "x", "toString": true, "pk": "other", "": ""}');
    const entry = anEntry(freshId(), { fields });
    await ledger.record(entry);
    expect(Object.entries((await readBack(entry)).listed!.fields!)).toEqual(Object.entries(fields));
  });

  test('takes the same id from another source or another member as another entry', async () => {
    const [one, other] = [freshId(), freshId()];
    const entries = [anEntry(one), anEntry(one, { source: 'pos' }), anEntry(other)];
    for (const entry of entries) expect(await ledger.record(entry)).toEqual({ status: 'recorded' });
    expect(await ledger.entriesOf(one)).toHaveLength(2);
    expect(await ledger.entriesOf(other)).toEqual([entries[2]]);
  });

  test('records one of many concurrent entries with the same id, and answers the others with it', async () => {
    const memberId = freshId();
    const rivals = Array.from({ length: 25 }, (_, place) => anEntry(memberId, { points: place }));
    const outcomes = await Promise.all(rivals.map((rival) => ledger.record(rival)));
    expect(outcomes.filter(({ status }) => status === 'recorded')).toHaveLength(1);
    const kept = rivals[outcomes.findIndex(({ status }) => status === 'recorded')];
    const told = outcomes.flatMap((outcome) => (outcome.status === 'exists' ? [outcome.entry] : []));
    expect(told).toEqual(Array.from({ length: 24 }, () => kept));
    expect(await ledger.entriesOf(memberId)).toEqual([kept]);
  });

  test('reads a ledger larger than one DynamoDB page of 1 MB', async () => {
    const memberId = freshId();
    const entries = Array.from({ length: 24 }, (_, place) =>
      anEntry(memberId, { id: `order-${place}`, points: place, fields: { note: 'é'.repeat(50_000) } }),
    );
    await Promise.all(entries.map((entry) => ledger.record(entry)));
    const read = await ledger.entriesOf(memberId);
    expect(read.map(({ points }) => points).sort((a, b) => a! - b!)).toEqual(entries.map(({ points }) => points));
    expect(new Set(read.map(({ fields }) => fields?.note))).toEqual(new Set(['é'.repeat(50_000)]));
  });

  test('has no entries for an unknown member', async () => {
    expect(await ledger.entriesOf(freshId())).toEqual([]);
  });

  test('keeps its entries unchanged if a caller changes the objects that it passed or received', async () => {
    const memberId = freshId();
    const entry = anEntry(memberId, { points: 5 });
    await ledger.record(entry);
    meddle(() => {
      entry.points = 6;
    });
    const [read] = await ledger.entriesOf(memberId);
    meddle(() => {
      read!.points = 7;
    });
    const again = await ledger.record(anEntry(memberId));
    meddle(() => {
      if (again.status === 'exists') again.entry.points = 8;
    });
    expect((await ledger.entriesOf(memberId))[0]!.points).toBe(5);
  });
});
