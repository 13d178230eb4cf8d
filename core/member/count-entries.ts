import { type Effect, effectOf, tierPointsOf } from '../ledger/effect.ts';
import { Replay, tallyOf } from '../ledger/replay.ts';
import { entryKey, isPartOfGroup, type LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import type { Instant } from '../time.ts';
import { standingOf, withCounted } from './counted-window.ts';
import { type ChangeCause, hasValidSums, type Member, type TierChange } from './member.ts';
import { type Announcing, bringUpTo, type Settled, settle } from './settle.ts';
import type { CycleSums, Tally } from './tally.ts';

export type Counting =
  | ({ kind: 'counted'; newEntries: LedgerEntry[] } & Settled)
  /** Every entry was counted before: nothing to write. */
  | { kind: 'alreadyCounted' }
  | { kind: 'rebuildNeeded'; because: RebuildReason };

export type RebuildReason =
  | 'created'
  | 'older than the window'
  | 'part of an order'
  | 'awaited by another entry'
  | 'program counts otherwise now';

/**
 * Counts entries into a member: all the points figures, the tier and the change in one step, so they never disagree.
 * An entry counts once however often it is brought, and in whatever order (R2, R4). Where that cannot be decided from the member
 * alone, it is not guessed: the answer is `rebuildNeeded`.
 * @param entries of this member, as the stream brought them
 */
export function countEntries(
  member: Member,
  entries: readonly LedgerEntry[],
  program: Program,
  announcing: Announcing,
  now: Instant,
): Counting {
  if (!hasValidSums(member, program)) {
    return { kind: 'rebuildNeeded', because: member.rebuildDue ? 'created' : 'program counts otherwise now' };
  }

  const newEntries: LedgerEntry[] = [];
  for (const entry of entries) {
    const standing = standingOf(member.counted, entry);
    if (standing === 'counted' || newEntries.some((other) => entryKey(other) === entryKey(entry))) continue;
    if (standing === 'unknown') return { kind: 'rebuildNeeded', because: 'older than the window' };
    if (isPartOfGroup(entry)) return { kind: 'rebuildNeeded', because: 'part of an order' };
    if (member.tally.awaitsMany || member.tally.awaited.includes(entryKey(entry))) {
      return { kind: 'rebuildNeeded', because: 'awaited by another entry' };
    }
    newEntries.push(entry);
  }
  if (newEntries.length === 0) return { kind: 'alreadyCounted' };

  const moment = momentOf(now, member, newEntries);
  const settled = countInOrder(member, newEntries, program, announcing, moment);
  return {
    kind: 'counted',
    newEntries,
    member: { ...settled.member, counted: withCounted(member.counted, newEntries, moment) },
    changes: settled.changes,
  };
}

/**
 * Counts entries, and takes the member over the ends of cycles between them. An entry that was taken before an end is counted before
 * it, also where the stream brings it after: the cycle is judged by what it held, as a punctual timer would have judged it.
 */
function countInOrder(
  member: Member,
  newEntries: LedgerEntry[],
  program: Program,
  announcing: Announcing,
  moment: Instant,
): Settled {
  if (member.tally.cycle.end > moment) return countTogether(member, newEntries, program, announcing, moment, moment);
  let current = member;
  let rest = [...newEntries].sort((a, b) => a.recordedAt - b.recordedAt);
  const changes: TierChange[] = [];
  const take = (settled: Settled) => {
    current = settled.member;
    changes.push(...settled.changes);
  };
  for (;;) {
    const { end } = current.tally.cycle;
    const due = rest.filter((entry) => entry.recordedAt < end);
    rest = rest.filter((entry) => entry.recordedAt >= end);
    const at = end > moment ? moment : due.at(-1)?.recordedAt;
    if (at !== undefined && due.length > 0) take(countTogether(current, due, program, announcing, at, moment));
    if (end > moment) return { member: current, changes };
    take(bringUpTo(rest[0]?.recordedAt ?? moment, current, program, announcing, moment));
  }
}

/** Counts entries of one cycle's time: one change at most, put down to the entry that tipped it. */
function countTogether(
  member: Member,
  entries: readonly LedgerEntry[],
  program: Program,
  announcing: Announcing,
  at: Instant,
  moment: Instant,
): Settled {
  let tally = member.tally;
  let tierBefore = member.tier.id;
  let tipping: LedgerEntry | undefined;
  for (const entry of entries) {
    tally = withEffect(tally, effectOf(entry, program), entry.occurredAt, program);
    const tierAfter = earnedTier(program, tally).id;
    if (tierAfter !== tierBefore) tipping = entry;
    tierBefore = tierAfter;
  }
  const transactionId = (tipping ?? entries.at(-1)!).id;
  const because = { cause: 'transaction' as const, at, transactionId, tallyBefore: member.tally };
  return settle({ ...member, tally }, program, announcing, because, moment);
}

/**
 * Makes a member anew from its whole ledger. Exact whatever happened before, and whoever runs it: entries that the stream has yet
 * to bring are counted here and listed as counted.
 * @param ledger every entry of the member, read consistently after the member was
 * @param cause what a change of tier is put down to
 * @param brought the entries that ask for the rebuild: what the others change, without them, was no news of today
 */
export function rebuildMember(
  member: Member,
  ledger: readonly LedgerEntry[],
  program: Program,
  announcing: Announcing,
  cause: ChangeCause,
  now: Instant,
  brought: readonly LedgerEntry[] = [],
): Settled {
  const moment = momentOf(now, member, ledger);
  const untilNow = settleUntilNow(member, ledger, program, announcing, cause, brought, moment);
  const { rebuildDue: _, ...rest } = untilNow.member;
  const rebuilt: Member = {
    ...rest,
    tally: tallyOf(ledger, program, member.enrolledAt, moment),
    countedUnder: program.countingRule,
    counted: withCounted({ since: member.counted.since, entries: [] }, ledger, moment),
  };
  // An operator's rebuild puts right whatever is wrong; a transaction's leaves a tier that only a change of thresholds took (R10).
  const because =
    cause === 'transaction' ? { cause, at: moment, tallyBefore: untilNow.member.tally } : { cause, at: moment };
  const settled = settle(rebuilt, program, announcing, because, moment);
  if (cause === 'transaction') {
    for (const change of settled.changes) {
      const tipping = tippingEntry(member, ledger, program, brought, moment);
      if (tipping) change.transactionId = tipping.id;
    }
  }
  return { member: settled.member, changes: [...untilNow.changes, ...settled.changes] };
}

/** Which entry moved the tier, of those not counted before: they are read after all others, in the order in which they were recorded. */
function tippingEntry(
  member: Member,
  ledger: readonly LedgerEntry[],
  program: Program,
  brought: readonly LedgerEntry[],
  moment: Instant,
): LedgerEntry | undefined {
  const asked = new Set(brought.map(entryKey));
  const isNews = (entry: LedgerEntry) => {
    const standing = standingOf(member.counted, entry);
    return standing === 'new' || (standing === 'unknown' && asked.has(entryKey(entry)));
  };
  const replay = new Replay(program, member.enrolledAt);
  for (const entry of ledger) if (!isNews(entry)) replay.add(entry);
  const news = ledger.filter(isNews).sort((a, b) => a.recordedAt - b.recordedAt);
  let tier = earnedTier(program, replay.tallyAt(moment)).id;
  let tipping = brought.at(-1);
  for (const entry of news) {
    replay.add(entry);
    const tierAfter = earnedTier(program, replay.tallyAt(moment)).id;
    if (tierAfter !== tier) tipping = entry;
    tier = tierAfter;
  }
  return tipping;
}

/**
 * What was due before the rebuild's own reason: ends of cycles that passed, each judged by what was taken before it; or, where the
 * old sums are of another rule or were never made, what the ledger gives without the entries just brought.
 */
function settleUntilNow(
  member: Member,
  ledger: readonly LedgerEntry[],
  program: Program,
  announcing: Announcing,
  cause: ChangeCause,
  brought: readonly LedgerEntry[],
  moment: Instant,
): Settled {
  if (!hasValidSums(member, program)) {
    const news = new Set(brought.map(entryKey));
    const known = ledger.filter((entry) => !news.has(entryKey(entry)));
    const tally = tallyOf(known, program, member.enrolledAt, moment);
    const silently = member.rebuildDue ? 'enrolment' : 'programEdit';
    return settle({ ...member, tally }, program, announcing, { cause: silently, at: moment }, moment);
  }
  const uncounted = ledger.filter((entry) => standingOf(member.counted, entry) === 'new');
  if (uncounted.length === 0) return bringUpTo(moment, member, program, announcing);
  let current = member;
  const changes: TierChange[] = [];
  while (current.tally.cycle.end <= moment) {
    const { end } = current.tally.cycle;
    const taken = ledger.filter((entry) => entry.recordedAt < end);
    const news = uncounted.filter((entry) => entry.recordedAt < end);
    const newest = news.sort((a, b) => a.recordedAt - b.recordedAt).at(-1);
    if (newest) {
      const tally = tallyOf(taken, program, member.enrolledAt, end - 1);
      const because = { cause, at: newest.recordedAt, transactionId: newest.id, tallyBefore: current.tally };
      const settled = settle({ ...current, tally }, program, announcing, because, moment);
      current = settled.member;
      changes.push(...settled.changes);
    }
    const over = bringUpTo(end, current, program, announcing, moment);
    current = over.member;
    changes.push(...over.changes);
  }
  return { member: current, changes };
}

/**
 * The moment of a decision, by a clock that may be a little behind those of others: no entry lies in its future, and a cycle that
 * has begun for the member does not end again (R9).
 */
function momentOf(now: Instant, member: Member, entries: readonly LedgerEntry[]): Instant {
  let moment = Math.max(now, member.tally.cycle.start);
  for (const entry of entries) if (entry.recordedAt > moment) moment = entry.recordedAt;
  return moment;
}

function withEffect(tally: Tally, effect: Effect, at: Instant, program: Program): Tally {
  const { cycle } = tally;
  const inCurrent = at >= cycle.start;
  const inPrevious = !inCurrent && at >= cycle.previousStart;
  return {
    ...tally,
    current: inCurrent ? plusSums(tally.current, effect, program) : tally.current,
    previous: inPrevious ? plusSums(tally.previous, effect, program) : tally.previous,
    lifetimePoints: tally.lifetimePoints + effect.points,
    lifetimeSpendMinor: tally.lifetimeSpendMinor + effect.spendMinor,
    orders: tally.orders + effect.orders,
    lifetimeTrackers: plusEach(tally.lifetimeTrackers, effect.trackers),
    balance: tally.balance + effect.balance,
  };
}

function plusSums(sums: CycleSums, effect: Effect, program: Program): CycleSums {
  return { tier: sums.tier + tierPointsOf(effect, program), trackers: plusEach(sums.trackers, effect.trackers) };
}

function plusEach(a: readonly number[], b: readonly number[]): readonly number[] {
  return b.length === 0 ? a : a.map((value, place) => value + b[place]!);
}
