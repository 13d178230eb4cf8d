/** Which entries of a ledger a stored member holds, found by its sums. */
import type { ActionRecord } from '../../actions/action-record.ts';
import { actionKey, promotionActionId } from '../../actions/tier-action.ts';
import { effectOf } from '../../ledger/effect.ts';
import { tallyOf } from '../../ledger/ledger-tally.ts';
import { entryKey, type LedgerEntry } from '../../ledger/transaction.ts';
import type { Program } from '../../program/program.ts';
import type { Cycle } from '../../rules/cycle.ts';
import { type Tally, withEffect } from '../../rules/tally.ts';
import { END_OF_TIME, type Instant, MINUTE_MS } from '../../time.ts';
import { type CountedWindow, countStatusOf, WINDOW_MS, withCounted } from '../counted-window.ts';
import { hasValidSums, type Member } from '../member.ts';
import type { AuditCause, Difference } from './findings.ts';

export interface AuditedLedger {
  /** The entries that the sums hold, or should. */
  known: readonly LedgerEntry[];
  /** Those of them that were surely counted. */
  certain: readonly LedgerEntry[];
  /** Their sums in the member's cycle. */
  tally: Tally;
  /** Why the stored sums differ, if they do. */
  cause: AuditCause;
  /** Entries that should have been counted long ago, and that the sums lack. */
  missed: readonly Difference[];
  /** What is wrong with the list of recently counted entries. */
  ofWindow: readonly Difference[];
  /** That list as it should be. */
  counted: CountedWindow;
}

/** Up to so many entries, every choice is tried; of more entries, the likely choices. */
const EVERY_CHOICE_OF = 8;
/** A longer ledger is not searched for one missing or doubled entry, because each candidate takes a replay. */
const SEARCHED_ENTRIES = 150;
/** By how much the clocks of two functions may disagree. */
export const CLOCKS_APART_MS = 5 * MINUTE_MS;

/**
 * Finds the entries that the sums hold. An entry of the last hours that the item does not list may not be delivered yet: it is no
 * difference, whether the sums hold it or not. Any other entry was delivered, or never will be.
 */
export function readLedger(
  member: Member,
  { entries, actions }: { entries: readonly LedgerEntry[]; actions: readonly ActionRecord[] },
  program: Program,
  { cycle, now }: { cycle: Cycle; now: Instant },
): AuditedLedger {
  const { must, perhaps, flying, missed } = sortedByCertainty(member.counted, entries, actions, now - WINDOW_MS);
  const unlistedOf = (some: Iterable<LedgerEntry>) =>
    [...some].map((entry) => ({ figure: `counted.${entryKey(entry)}`, stored: null, ledger: entry.recordedAt }));
  const at = cycle.end === END_OF_TIME ? Math.max(now, ...entries.map(({ recordedAt }) => recordedAt)) : cycle.end - 1;
  const fold = (some: readonly LedgerEntry[]) => tallyOf(some, program, member.enrolledAt, at);
  // After an edit of the downgrade rules, the sums are compared without what only one of the rules keeps.
  const text = hasValidSums(member, program) ? textOf : textOfEitherWay;
  const stored = text(member.tally);
  /** The first of some choices that adds up, with others, to what is stored. */
  const fitting = (others: readonly LedgerEntry[], choices: readonly LedgerEntry[][]) => {
    for (const choice of choices) {
      const known = [...others, ...choice];
      const tally = fold(known);
      if (text(tally) === stored) return { known, tally, choice };
    }
    return undefined;
  };
  const listed = entries.filter((entry) => countStatusOf(member.counted, entry) === 'counted');
  const lost = must.filter((entry) => countStatusOf(member.counted, entry) === 'new');
  const ofWindow = [...differencesOfWindow(member.counted, listed, now), ...unlistedOf(lost)];
  const answer = (
    { known, tally }: { known: readonly LedgerEntry[]; tally: Tally },
    cause: AuditCause,
    more: Partial<AuditedLedger> = {},
  ): AuditedLedger => {
    const since = Math.min(member.counted.since, now);
    const news = known.filter(({ recordedAt }) => recordedAt > since);
    const counted = withCounted({ since, entries: [] }, news, since);
    return { known, certain: must, tally, cause, missed: [], ofWindow, counted, ...more };
  };

  const right = fitting(must, choicesWithout(perhaps));
  if (right) {
    return answer(right, 'entriesNotCounted', { missed: uncounted(missed) });
  }
  // The sums hold an entry that the list lacks: a redelivery would count it again.
  const unlisted = [...missed, ...flying];
  const holdsUnlisted = fitting(
    [...must, ...perhaps],
    choicesWithout(unlisted).filter((some) => some.length > 0),
  );
  if (holdsUnlisted) {
    return answer(holdsUnlisted, 'windowBroken', { ofWindow: [...ofWindow, ...unlistedOf(holdsUnlisted.choice)] });
  }
  const known = [...must, ...perhaps];
  const whole = { known, tally: fold(known) };
  if (perhaps.length > EVERY_CHOICE_OF && ofWindow.length === 0) return answer(whole, 'inFlight');
  return answer(whole, causeOf(known, member, program, fold), {
    missed: uncounted(missed),
  });
}

/** Entries that must be in the sums, that may be, that may not be delivered yet, and that the item missed. */
type Sorted = Record<'must' | 'perhaps' | 'flying' | 'missed', LedgerEntry[]>;

function sortedByCertainty(
  window: CountedWindow,
  entries: readonly LedgerEntry[],
  actions: readonly ActionRecord[],
  recent: Instant,
): Sorted {
  const decided = withDecisions(entries, actions);
  const sorted: Sorted = { must: [], perhaps: [], flying: [], missed: [] };
  for (const entry of entries) {
    const isRecent = entry.recordedAt > recent;
    const status = decided.has(entry) ? 'counted' : countStatusOf(window, entry);
    if (status === 'counted') sorted.must.push(entry);
    else if (status === 'unknown') sorted[isRecent ? 'perhaps' : 'must'].push(entry);
    else sorted[isRecent ? 'flying' : 'missed'].push(entry);
  }
  return sorted;
}

function uncounted(entries: readonly LedgerEntry[]): Difference[] {
  return entries.map((entry) => ({ figure: `entry ${entryKey(entry)}`, stored: null, ledger: 'counted' }));
}

/** The entries whose promotions were decided. Deciding and counting them was one write. */
function withDecisions(entries: readonly LedgerEntry[], actions: readonly ActionRecord[]): Set<LedgerEntry> {
  const keys = new Set(actions.map(({ key }) => key));
  const isDecided = (entry: LedgerEntry) =>
    entry.promotions?.some((promotion) =>
      keys.has(actionKey(promotionActionId(promotion, entryKey(entry)), { type: 'promotion', promotion })),
    );
  return new Set(entries.filter(isDecided));
}

/** The cause of a difference that one missing or doubled entry explains completely; otherwise `figure`. */
function causeOf(
  known: readonly LedgerEntry[],
  member: Member,
  program: Program,
  fold: (some: readonly LedgerEntry[]) => Tally,
): AuditCause {
  if (known.length > SEARCHED_ENTRIES) return 'figure';
  const stored = sumsOf(member.tally);
  const whole = fold(known);
  for (const entry of known) {
    if (sumsOf(fold(known.filter((other) => other !== entry))) === stored) return 'entriesNotCounted';
    const twice = withEffect(
      { ...whole, cycle: member.tally.cycle },
      effectOf(entry, program),
      entry.occurredAt,
      program,
    );
    if (sumsOf(twice) === stored) return 'countedTwice';
  }
  return 'figure';
}

/** Each listed entry must be in the ledger, with the same moment of recording, after the start of the window, and once. */
function differencesOfWindow(
  { since, entries }: CountedWindow,
  listed: readonly LedgerEntry[],
  now: Instant,
): Difference[] {
  const recorded = new Map(listed.map((entry) => [entryKey(entry), entry.recordedAt]));
  const differences: Difference[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const [key, recordedAt] = entry;
    const told = recorded.get(key) ?? null;
    const isRight = told === recordedAt && recordedAt > since && !seen.has(key) && entry.length === 2;
    if (!isRight) differences.push({ figure: `counted.${key}`, stored: recordedAt, ledger: told });
    seen.add(key);
  }
  if (!Number.isSafeInteger(since) || since > now + CLOCKS_APART_MS) {
    differences.push({ figure: 'counted.since', stored: since, ledger: 'a moment of the past' });
  }
  return differences;
}

/**
 * Choices of entries that may be left when some are missing: all of them first; every choice if they are few, otherwise all without one,
 * and all without the newest.
 */
function choicesWithout(entries: readonly LedgerEntry[]): LedgerEntry[][] {
  const count = entries.length;
  if (count <= EVERY_CHOICE_OF) {
    const everyOne = 2 ** count - 1;
    return Array.from({ length: 2 ** count }, (_, choice) =>
      entries.filter((_, place) => ((everyOne - choice) >> place) % 2 === 1),
    );
  }
  const byRecording = [...entries].sort((a, b) => a.recordedAt - b.recordedAt);
  return [
    byRecording,
    ...byRecording.map((left) => byRecording.filter((entry) => entry !== left)),
    ...byRecording.map((_, place) => byRecording.slice(0, place)),
  ];
}

/** Every figure of a tally except its cycle, by name. */
export function figuresOf({
  cycle: _,
  previous,
  current,
  held = null!,
  latestAt = null!,
  ...sums
}: Tally): Record<string, unknown> {
  return {
    'previous.tier': previous.tier,
    'previous.trackers': previous.trackers,
    'current.tier': current.tier,
    'current.trackers': current.trackers,
    ...sums,
    held,
    latestAt,
  };
}

/** Without the held tier (R8), which an edit may explain. */
function textOf(tally: Tally): string {
  const { held: _, ...figures } = figuresOf(tally);
  return inOrder(figures);
}

function textOfEitherWay(tally: Tally): string {
  const { held: _, latestAt: __, ...figures } = figuresOf(tally);
  return inOrder(figures);
}

function sumsOf(tally: Tally): string {
  const { held: _, latestAt: __, awaited: ___, awaitsMany: ____, ...sums } = figuresOf(tally);
  return inOrder(sums);
}

function inOrder(figures: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)));
}
