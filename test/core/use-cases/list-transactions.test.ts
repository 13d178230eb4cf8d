import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrderOfOccurrence } from '../../../core/ledger/chronological-replay.ts';
import { entryKey, type LedgerEntry } from '../../../core/ledger/transaction.ts';
import { listTransactions } from '../../../core/use-cases/list-transactions.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { entryOf, ledgers, MEMBER_ID, PROGRAMS, transactions } from '../histories.ts';
import { bonus, entry, newMember } from '../members.ts';

const [PROGRAM] = PROGRAMS;

async function portsWith(entries: readonly LedgerEntry[]) {
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore() };
  await ports.members.save(newMember(PROGRAM!), 0, []);
  for (const entry of entries) await ports.ledger.record(entry);
  return ports;
}

test('page after page, every transaction is listed once, the newest first, even while others come in', async () => {
  const newcomers = transactions(PROGRAM!, 'few').map((one) =>
    entryOf({ ...one, id: `new-${one.id}` }, PROGRAM!, one.occurredAt),
  );
  await fc.assert(
    fc.asyncProperty(
      ledgers(PROGRAM!, 'many'),
      fc.integer({ min: 1, max: 7 }),
      newcomers,
      async (ledger, limit, newcomer) => {
        const ports = await portsWith(ledger);
        const listed: LedgerEntry[] = [];
        let after: string | undefined;
        do {
          const page = await listTransactions(ports, MEMBER_ID, after === undefined ? { limit } : { limit, after });
          if (page === undefined || page === 'noSuchCursor') throw new Error('the page is there');
          expect(page.items.length).toBeLessThanOrEqual(limit);
          listed.push(...page.items);
          after = page.next;
          await ports.ledger.record(newcomer);
        } while (after !== undefined);
        const old = listed.filter((entry) => entryKey(entry) !== entryKey(newcomer));
        expect(old).toEqual(inOrderOfOccurrence(ledger).reverse());
      },
    ),
    { numRuns: 100 },
  );
});

test('a page begins after what is there, or not at all; and there is none of nobody', async () => {
  const ports = await portsWith([]);
  expect(await listTransactions(ports, MEMBER_ID, { limit: 5 })).toEqual({ items: [] });
  expect(await listTransactions(ports, MEMBER_ID, { limit: 5, after: 'api#gone' })).toBe('noSuchCursor');
  expect(await listTransactions(ports, 'nobody', { limit: 5 })).toBeUndefined();
});

test.each([
  [4, [2, 2]],
  [5, [2, 2, 1]],
])('%i transactions in pages of 2: the last page says that it is the last, full or not', async (count, sizes) => {
  const ports = await portsWith(
    Array.from({ length: count }, (_, place) =>
      entry(bonus(`b-${place}`, 1), `2026-06-0${place + 1}T10:00:00Z`, PROGRAM!),
    ),
  );
  const pages: number[] = [];
  for (let page: { limit: number; after?: string } | undefined = { limit: 2 }; page; ) {
    const listed = await listTransactions(ports, MEMBER_ID, page);
    if (listed === undefined || listed === 'noSuchCursor') throw new Error('the page is there');
    pages.push(listed.items.length);
    page = listed.next === undefined ? undefined : { limit: 2, after: listed.next };
  }
  expect(pages).toEqual(sizes);
});
