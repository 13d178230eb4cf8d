import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import { HOUR_MS, type Instant } from '../time.ts';

/**
 * Which entries a member's tally holds already. Every entry recorded after `since` that was counted is listed; whether an older
 * one was cannot be told from here, and is never guessed at: then the member is rebuilt from the ledger.
 */
export interface CountedWindow {
  since: Instant;
  /** Entry key → when it was recorded. */
  entries: Readonly<Record<string, Instant>>;
}

/** A stream keeps its records for 24 hours; two more are for clocks that disagree. */
export const WINDOW_MS = 26 * HOUR_MS;

/** A busy day must not make the item grow: past this, the oldest are forgotten early, which costs a rebuild at worst. */
export const MAX_COUNTED = 12;

export const NOTHING_COUNTED: CountedWindow = { since: 0, entries: {} };

export type Standing = 'counted' | 'new' | 'unknown';

export function standingOf(window: CountedWindow, entry: LedgerEntry): Standing {
  if (window.entries[entryKey(entry)] !== undefined) return 'counted';
  return entry.recordedAt > window.since ? 'new' : 'unknown';
}

/** The window after counting `entries` too. Its start only ever moves forward, whatever the clocks of two functions say. */
export function withCounted(window: CountedWindow, entries: readonly LedgerEntry[], now: Instant): CountedWindow {
  let since = Math.max(window.since, now - WINDOW_MS);
  const all: Record<string, Instant> = { ...window.entries };
  for (const entry of entries) all[entryKey(entry)] = entry.recordedAt;
  const moments = Object.values(all);
  if (moments.length > MAX_COUNTED) {
    moments.sort((a, b) => b - a);
    since = Math.max(since, moments[MAX_COUNTED]!);
  }
  const kept: Record<string, Instant> = {};
  for (const key in all) if (all[key]! > since) kept[key] = all[key]!;
  return { since, entries: kept };
}
