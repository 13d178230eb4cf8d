import { type Effect, effectOf, tierPointsOf } from '../ledger/effect.ts';
import { Replay, tallyOf } from '../ledger/replay.ts';
import { entryKey, isPartOfGroup, type LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import type { Instant } from '../time.ts';
import { standingOf, withCounted } from './counted-window.ts';
import type { ChangeCause, Member } from './member.ts';
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
  if (member.rebuildDue) return { kind: 'rebuildNeeded', because: 'created' };
  if (member.countedUnder !== program.countingRule)
    return { kind: 'rebuildNeeded', because: 'program counts otherwise now' };

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
  const arrived = bringUpTo(moment, member, program, announcing);
  let tally = arrived.member.tally;
  let tierBefore = arrived.member.tier.id;
  let tipping: LedgerEntry | undefined;
  for (const entry of newEntries) {
    tally = withEffect(tally, effectOf(entry, program), entry.occurredAt, program);
    const tierAfter = earnedTier(program, tally).id;
    if (tierAfter !== tierBefore) tipping = entry;
    tierBefore = tierAfter;
  }
  const counted = { ...arrived.member, tally, counted: withCounted(member.counted, newEntries, moment) };
  const because = { cause: 'transaction' as const, at: moment, transactionId: (tipping ?? newEntries.at(-1)!).id };
  const settled = settle(counted, program, announcing, because, moment);
  return {
    kind: 'counted',
    newEntries,
    member: settled.member,
    changes: arrived.changes.length === 0 ? settled.changes : [...arrived.changes, ...settled.changes],
  };
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
  const untilNow = settleUntilNow(member, ledger, program, announcing, brought, moment);
  const { rebuildDue: _, ...rest } = untilNow.member;
  const rebuilt: Member = {
    ...rest,
    tally: tallyOf(ledger, program, member.enrolledAt, moment),
    countedUnder: program.countingRule,
    counted: withCounted({ since: member.counted.since, entries: [] }, ledger, moment),
  };
  const settled = settle(rebuilt, program, announcing, { cause, at: moment }, moment);
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
 * What was due before the rebuild's own reason: ends of cycles that passed, settled with the old sums as a punctual timer would
 * have; or, where the old sums are of another rule or were never made, what the ledger gives without the entries just brought.
 */
function settleUntilNow(
  member: Member,
  ledger: readonly LedgerEntry[],
  program: Program,
  announcing: Announcing,
  brought: readonly LedgerEntry[],
  moment: Instant,
): Settled {
  if (!member.rebuildDue && member.countedUnder === program.countingRule) {
    return bringUpTo(moment, member, program, announcing);
  }
  const news = new Set(brought.map(entryKey));
  const known = ledger.filter((entry) => !news.has(entryKey(entry)));
  const tally = tallyOf(known, program, member.enrolledAt, moment);
  const cause = member.rebuildDue ? 'enrolment' : 'programEdit';
  return settle({ ...member, tally }, program, announcing, { cause, at: moment }, moment);
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
