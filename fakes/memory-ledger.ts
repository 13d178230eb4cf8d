import { entryKey, type LedgerEntry } from '../core/ledger/transaction.ts';
import type { Ledger } from '../core/ports.ts';
import { frozen } from './frozen.ts';

/** The points table in memory. */
export class MemoryLedger implements Ledger {
  readonly #byMember = new Map<string, Map<string, LedgerEntry>>();
  readonly #onRecord: (entry: LedgerEntry) => void;

  /** @param onRecord receives the records of the table's stream */
  constructor(onRecord: (entry: LedgerEntry) => void = () => {}) {
    this.#onRecord = onRecord;
  }

  async record(entry: LedgerEntry): ReturnType<Ledger['record']> {
    const entries = this.#byMember.get(entry.memberId) ?? new Map<string, LedgerEntry>();
    this.#byMember.set(entry.memberId, entries);
    const existing = entries.get(entryKey(entry));
    if (existing) return { status: 'exists', entry: existing };
    const kept = frozen(entry);
    entries.set(entryKey(entry), kept);
    this.#onRecord(kept);
    return { status: 'recorded' };
  }

  async entriesOf(memberId: string): Promise<LedgerEntry[]> {
    return [...(this.#byMember.get(memberId)?.values() ?? [])];
  }
}
