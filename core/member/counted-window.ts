import type { Grant } from '../actions/grant.ts';
import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import { HOUR_MS, type Instant } from '../time.ts';

/**
 * The entries that a member's tally surely holds: each counted entry that was recorded after `since` is listed. Whether an older entry was
 * counted cannot be told from here; then the member is rebuilt from the ledger.
 */
export interface CountedWindow {
  since: Instant;
  /** The newest first. A list, because an object with unique keys would cost more than the rest of a decision. */
  entries: readonly CountedEntry[];
}

export type CountedEntry = readonly [key: string, recordedAt: Instant];

/** A stream keeps its records for 24 hours; 2 more hours allow for clocks that disagree. */
export const WINDOW_MS = 26 * HOUR_MS;

/**
 * Bounds that keep the item within the 1 KB of one write unit. Beyond them, the oldest entries are forgotten early, which costs a rebuild
 * at worst.
 */
export const MAX_COUNTED = 12;
export const MAX_COUNTED_BYTES = 480;
/** Bytes that DynamoDB needs for an entry beside its key: the moment, and the structure around both. */
const BYTES_BESIDE_KEY = 14;

export const NOTHING_COUNTED: CountedWindow = { since: 0, entries: [] };

export type CountStatus = 'counted' | 'new' | 'unknown';

export function countStatusOf(window: CountedWindow, entry: LedgerEntry): CountStatus {
  const key = entryKey(entry);
  for (const listed of window.entries) if (listed[0] === key) return 'counted';
  return entry.recordedAt > window.since ? 'new' : 'unknown';
}

/** Bytes that DynamoDB needs for a grant beside its ids, and for each channel. */
const BYTES_BESIDE_IDS = 53;
const BYTES_OF_A_CHANNEL = 7;

/**
 * The window after counting more entries. Its start never moves back, whatever the clocks of two functions say.
 * @param entries none of which it lists
 * @param grants those that share the item with it
 */
export function withCounted(
  window: CountedWindow,
  entries: readonly LedgerEntry[],
  now: Instant,
  grants: readonly Grant[] = [],
): CountedWindow {
  const newestFirst: CountedEntry[] = entries.map((entry) => [entryKey(entry), entry.recordedAt]);
  newestFirst.push(...window.entries);
  // The stream delivers the newest entries last, so there is mostly nothing to sort, and often nothing to forget.
  if (!isInOrder(newestFirst)) newestFirst.sort((a, b) => b[1] - a[1]);
  const room = MAX_COUNTED_BYTES - bytesOfGrants(grants);
  const since = Math.max(window.since, now - WINDOW_MS, firstWithoutRoom(newestFirst, room));
  const oldest = newestFirst.at(-1);
  if (!oldest || oldest[1] > since) return { since, entries: newestFirst };
  return { since, entries: newestFirst.filter((entry) => entry[1] > since) };
}

function isInOrder(newestFirst: readonly CountedEntry[]): boolean {
  for (let place = 1; place < newestFirst.length; place++) {
    if (newestFirst[place]![1] > newestFirst[place - 1]![1]) return false;
  }
  return true;
}

function bytesOfGrants(grants: readonly Grant[]): number {
  let bytes = 0;
  for (const { key, tier, promotion = '', transactionId = '', tellEnd } of grants) {
    bytes += BYTES_BESIDE_IDS + key.length + tier.length + promotion.length + transactionId.length;
    if (tellEnd) bytes += tellEnd.length * BYTES_OF_A_CHANNEL;
  }
  return bytes;
}

/** When the newest entry without a place in the item was recorded; 0 if all have a place. */
function firstWithoutRoom(newestFirst: readonly CountedEntry[], room: number): Instant {
  let bytes = 0;
  for (let place = 0; place < newestFirst.length; place++) {
    const entry = newestFirst[place]!;
    bytes += entry[0].length + BYTES_BESIDE_KEY;
    if (place === MAX_COUNTED || bytes > room) return entry[1];
  }
  return 0;
}
