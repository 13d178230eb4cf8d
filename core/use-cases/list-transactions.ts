import { inOrderOfOccurrence } from '../ledger/chronological-replay.ts';
import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import type { Ledger, MemberStore } from '../ports.ts';

export interface TransactionPage {
  items: LedgerEntry[];
  /** The key of the last item, where there are more. */
  next?: string;
}

/**
 * A member's transactions, newest first. The ledger's key is the identity, not the time, so a page reads the member's whole ledger:
 * cheap for what members have, and an index would cost every purchase a write.
 * @returns undefined where nobody of that id is enrolled; `noSuchCursor` where the page is to begin after what is not there
 */
export async function listTransactions(
  ports: { members: MemberStore; ledger: Ledger },
  memberId: string,
  page: { limit: number; after?: string },
): Promise<TransactionPage | 'noSuchCursor' | undefined> {
  const [member, entries] = await Promise.all([ports.members.load(memberId), ports.ledger.entriesOf(memberId)]);
  if (!member) return undefined;
  const newestFirst = inOrderOfOccurrence(entries).reverse();
  const start = page.after === undefined ? 0 : newestFirst.findIndex((entry) => entryKey(entry) === page.after) + 1;
  if (page.after !== undefined && start === 0) return 'noSuchCursor';
  const items = newestFirst.slice(start, start + page.limit);
  const last = items.at(-1);
  return last && start + page.limit < newestFirst.length ? { items, next: entryKey(last) } : { items };
}
