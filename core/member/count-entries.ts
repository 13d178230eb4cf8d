import type { Grant } from '../actions/grant.ts';
import { grantHistory, grantsAt, reassesses } from '../actions/grant-history.ts';
import { decidePromotions } from '../actions/promotions.ts';
import type { ActionRecord } from '../actions/tier-action.ts';
import { anniversaryOf } from '../cycles/cycle-ends.ts';
import { type Effect, effectOf, tierPointsOf } from '../ledger/effect.ts';
import { inOrderOfOccurrence, Replay, tallyOf } from '../ledger/replay.ts';
import { entryKey, isPartOfGroup, type LedgerEntry } from '../ledger/transaction.ts';
import type { Program, Tier } from '../program/program.ts';
import { afterFacts } from '../tiers/earned-path.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import { visibleTier } from '../tiers/visible-tier.ts';
import type { Instant } from '../time.ts';
import { standingOf, withCounted } from './counted-window.ts';
import { type ChangeCause, hasValidFigures, hasValidSums, type Member, type TierNotice } from './member.ts';
import { renewalOf } from './notices.ts';
import {
  type Announcing,
  andThen,
  type Because,
  bringUpTo,
  nextMoment,
  type Settled,
  settle,
  unchanged,
  withGrants,
  withNotice,
} from './settle.ts';
import { type CycleSums, haveSameSums, type Tally } from './tally.ts';

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
  | 'out of order'
  | 'fires a promotion'
  | 'something ended meanwhile'
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

  if (member.undecided) return { kind: 'rebuildNeeded', because: 'fires a promotion' };

  const newEntries: LedgerEntry[] = [];
  for (const entry of entries) {
    const standing = standingOf(member.counted, entry);
    if (standing === 'counted' || newEntries.some((other) => entryKey(other) === entryKey(entry))) continue;
    if (standing === 'unknown') return { kind: 'rebuildNeeded', because: 'older than the window' };
    if (entry.promotions) return { kind: 'rebuildNeeded', because: 'fires a promotion' };
    if (isPartOfGroup(entry)) return { kind: 'rebuildNeeded', because: 'part of an order' };
    if (member.tally.awaitsMany || member.tally.awaited.includes(entryKey(entry))) {
      return { kind: 'rebuildNeeded', because: 'awaited by another entry' };
    }
    newEntries.push(entry);
  }
  if (newEntries.length === 0) return { kind: 'alreadyCounted' };
  if (program.earnedByPath && !newEntries.every((entry) => comesAfterAll(entry, member.tally))) {
    return { kind: 'rebuildNeeded', because: 'out of order' };
  }

  const moment = momentOf(now, member, newEntries);
  // What was taken before that moment counts before it, and only the ledger holds it all.
  if (nextMoment(member) <= moment) return { kind: 'rebuildNeeded', because: 'something ended meanwhile' };
  const settled = countTogether(member, newEntries, program, announcing, moment);
  return {
    kind: 'counted',
    newEntries,
    ...settled,
    member: {
      ...settled.member,
      counted: withCounted(member.counted, newEntries, moment, settled.member.grants),
    },
  };
}

/** R8: whether an entry happened after all that was counted, and after the last end of a cycle: only then can it be taken next. */
function comesAfterAll({ occurredAt }: LedgerEntry, { latestAt, cycle }: Tally): boolean {
  return latestAt !== undefined && occurredAt > latestAt && occurredAt >= cycle.start;
}

/** Counts entries between two moments at which something ends: one change at most, put down to the entry that tipped it. */
function countTogether(
  member: Member,
  entries: readonly LedgerEntry[],
  program: Program,
  announcing: Announcing,
  at: Instant,
): Settled {
  let tally = member.tally;
  let before = tally;
  let { grants } = member;
  let tierBefore = member.tier.id;
  let tipping: LedgerEntry | undefined;
  const ordered = program.earnedByPath ? inOrderOfOccurrence(entries) : entries;
  for (let place = 0; place < ordered.length; place++) {
    const entry = ordered[place]!;
    tally = withEffect(tally, effectOf(entry, program), entry.occurredAt, program);
    grants = withoutReassessed(grants, entry, program);
    if (program.earnedByPath) {
      // What happens at one moment goes up or down once.
      if (ordered[place + 1]?.occurredAt === entry.occurredAt) continue;
      tally = { ...afterFacts(before, tally, program), latestAt: entry.occurredAt };
      before = tally;
    }
    const tierAfter = visibleTier(earnedTier(program, tally), grants, at, program).id;
    if (tierAfter !== tierBefore) tipping = entry;
    tierBefore = tierAfter;
  }
  const transactionId = (tipping ?? entries.at(-1)!).id;
  const because: Because = {
    cause: 'transaction',
    at,
    transactionId,
    tallyBefore: member.tally,
    grantsBefore: member.grants,
  };
  const counted = { ...member, tally };
  return settle(
    grants === member.grants ? counted : withGrants(counted, grants ?? [], at, program),
    program,
    announcing,
    because,
    at,
  );
}

/** R17: without the caps that a transaction lifts; the same list where it lifts none. */
function withoutReassessed(
  grants: readonly Grant[] | undefined,
  entry: LedgerEntry,
  program: Program,
): readonly Grant[] | undefined {
  const isLifted = ({ reassessFrom }: Grant) => reassessFrom !== undefined && reassesses(entry, reassessFrom, program);
  return grants?.some(isLifted) ? grants.filter((grant) => !isLifted(grant)) : grants;
}

/** All that is known of a member: what happened, and what was decided. */
export interface History {
  entries: readonly LedgerEntry[];
  actions: readonly ActionRecord[];
}

/**
 * Makes a member anew from its whole history. Exact whatever happened before, and whoever runs it: entries that the stream has yet
 * to bring are counted here and listed as counted, and the promotions that they fire are decided.
 * @param history every entry and every action of the member, read consistently after the member was
 * @param because.cause what a change of tier is put down to
 * @param because.brought the entries that ask for the rebuild: what the others change, without them, was no news of today
 * @param because.keepsEdited a tier that only an edit of the thresholds would lower is kept, as by a transaction (R10)
 */
export function rebuildMember(
  member: Member,
  history: History,
  program: Program,
  announcing: Announcing,
  because: { cause: ChangeCause; brought?: readonly LedgerEntry[]; keepsEdited?: boolean },
  now: Instant,
): Settled {
  const { cause, brought = [], keepsEdited = cause === 'transaction' } = because;
  const { entries } = history;
  const moment = momentOf(now, member, entries, history.actions);
  const { taken, unfinished } = decidePromotions(member, history, program);
  const actions = [...history.actions, ...taken];
  const { untilNow, known } = settleUntilNow(member, { entries, actions }, taken, program, announcing, because, moment);
  const grants = grantsAt(grantHistory(actions, entries, program), moment);
  const { rebuildDue: _, undecided: __, anniversary: ___, welcome, ...rest } = untilNow.member;
  const counted: Member = {
    ...rest,
    ...anniversaryOf(member.enrolledAt, program),
    tally: tallyOf(entries, program, member.enrolledAt, moment),
    countedUnder: program.countingRule,
    counted: withCounted({ since: member.counted.since, entries: [] }, entries, moment, grants),
    ...(unfinished && { undecided: true, ...(welcome && { welcome }) }),
  };
  const settled = andThen({ ...untilNow, actions: taken }, () =>
    settle(
      withGrants(counted, grants, moment, program),
      program,
      announcing,
      {
        cause,
        at: moment,
        // An operator's rebuild puts right whatever is wrong; a transaction's leaves a tier that only a change of thresholds took (R10).
        ...(keepsEdited && { tallyBefore: tallyBefore(untilNow.member, known, program, moment) }),
        grantsBefore: grantsWithout(taken, untilNow.member, { entries, actions }, program, moment),
        taken,
      },
      moment,
    ),
  );
  for (const change of settled.changes.slice(untilNow.changes.length)) {
    const tipping = change.cause === 'transaction' && tippingEntry(member, entries, program, brought, moment);
    if (tipping) change.transactionId = tipping.id;
  }
  return unfinished
    ? settled
    : andThen(settled, (current) => withNotice(current, lastRenewal(current, taken, program, moment)));
}

/** The grants that a member would have without what was decided just now: those that a transaction lifts (R17) are lifted all the same. */
function grantsWithout(
  taken: readonly ActionRecord[],
  { grants }: Member,
  { entries, actions }: History,
  program: Program,
  at: Instant,
): readonly Grant[] | undefined {
  if (taken.length === 0) return grants;
  return grantsAt(
    grantHistory(
      actions.filter((action) => !taken.includes(action)),
      entries,
      program,
    ),
    at,
  );
}

/**
 * The sums without what a rebuild is about: those that the member has. But where the way there decides the tier (R8), it is judged by
 * the rules of today, as what comes next is: or a change of thresholds would look like a fall of points (R10).
 * @param known the entries that the member's sums hold
 */
function tallyBefore({ tally, enrolledAt }: Member, known: Known, program: Program, at: Instant): Tally {
  const entries = program.earnedByPath ? known() : undefined;
  return entries ? tallyOf(entries, program, enrolledAt, at) : tally;
}

/** The entries that a member's sums hold; found only where they are asked for, and undefined where nobody can tell. */
type Known = () => readonly LedgerEntry[] | undefined;

/** Those of a ledger's entries that the member did not count before. */
function newsOfLedger(
  member: Member,
  ledger: readonly LedgerEntry[],
  brought: readonly LedgerEntry[],
): Set<LedgerEntry> {
  const asked = new Set(brought.map(entryKey));
  const isNews = (entry: LedgerEntry) => {
    const standing = standingOf(member.counted, entry);
    return standing === 'new' || (standing === 'unknown' && asked.has(entryKey(entry)));
  };
  return new Set(ledger.filter(isNews));
}

/**
 * Those of a ledger's entries that the member did count before: what the item does not remember, be it brought again now or not, may be
 * among them or not, and the sums tell.
 * @returns undefined where they tell of neither: of several that nobody remembers, some were counted and others were not
 */
function countedOf(
  member: Member,
  ledger: readonly LedgerEntry[],
  brought: readonly LedgerEntry[],
  program: Program,
): readonly LedgerEntry[] | undefined {
  const news = newsOfLedger(member, ledger, brought);
  const perhaps = ledger.filter((entry) => standingOf(member.counted, entry) !== 'new');
  const known = ledger.filter((entry) => !news.has(entry));
  const choices = known.length === perhaps.length ? [known] : [perhaps, known];
  return choices.find((entries) => {
    const replay = new Replay(program, member.enrolledAt);
    for (const entry of entries) replay.add(entry);
    return haveSameSums(replay.sumsAt(member.tally.cycle.start), member.tally);
  });
}

function withoutKeysOf(entries: readonly LedgerEntry[], ledger: readonly LedgerEntry[]): LedgerEntry[] {
  const keys = new Set(entries.map(entryKey));
  return ledger.filter((entry) => !keys.has(entryKey(entry)));
}

/** However many orders of a day renewed the tier: the last says until when. A change of tier since then has said it already. */
function lastRenewal(
  member: Member,
  taken: readonly ActionRecord[],
  program: Program,
  now: Instant,
): TierNotice | undefined {
  const untold = taken.filter(({ recordedAt }) => recordedAt > member.tier.since);
  return untold.map((record) => renewalOf(member, record, program, now)).findLast((notice) => notice !== undefined);
}

/** Which entry moved the tier, of those not counted before: they are read after all others, in the order in which they were recorded. */
function tippingEntry(
  member: Member,
  ledger: readonly LedgerEntry[],
  program: Program,
  brought: readonly LedgerEntry[],
  moment: Instant,
): LedgerEntry | undefined {
  const news = newsOfLedger(member, ledger, brought);
  const known = ledger.filter((entry) => !news.has(entry));
  const earnedWith = tierOfGrowing(known, member, program, moment);
  let { grants } = member;
  const tierWith = (entry?: LedgerEntry) => {
    if (entry) grants = withoutReassessed(grants, entry, program);
    return visibleTier(earnedWith(entry), grants, moment, program).id;
  };
  let tier = tierWith();
  let tipping = brought.at(-1);
  for (const entry of [...news].sort((a, b) => a.recordedAt - b.recordedAt)) {
    const tierAfter = tierWith(entry);
    if (tierAfter !== tier) tipping = entry;
    tier = tierAfter;
  }
  return tipping;
}

/** The tier that a ledger gives, to which one entry after the other is added. */
function tierOfGrowing(
  ledger: LedgerEntry[],
  { enrolledAt }: Member,
  program: Program,
  at: Instant,
): (added?: LedgerEntry) => Tier {
  if (program.earnedByPath) {
    // Where the way decides (R8), an entry may change what comes after it: each reading goes from the start.
    return (added) => {
      if (added) ledger.push(added);
      return earnedTier(program, tallyOf(ledger, program, enrolledAt, at));
    };
  }
  const replay = new Replay(program, enrolledAt);
  for (const entry of ledger) replay.add(entry);
  return (added) => {
    if (added) replay.add(added);
    return earnedTier(program, replay.tallyAt(at));
  };
}

/**
 * What was due before the rebuild's own reason: ends of cycles and of grants that passed, each judged by what was taken before it; or,
 * where the old sums are of another rule or were never made, what the ledger gives without the entries just brought.
 * @returns the entries that its sums hold, too
 */
function settleUntilNow(
  member: Member,
  { entries, actions }: History,
  taken: readonly ActionRecord[],
  program: Program,
  announcing: Announcing,
  { cause, brought = [] }: { cause: ChangeCause; brought?: readonly LedgerEntry[] },
  moment: Instant,
): { untilNow: Settled; known: Known } {
  // What nobody counted yet is news, unless nothing was ever counted.
  const uncounted = member.rebuildDue ? [] : entries.filter((entry) => standingOf(member.counted, entry) === 'new');
  const isValid = hasValidSums(member, program);
  const withoutNews = () => withoutKeysOf([...brought, ...uncounted], entries);
  let known: Known = () =>
    isValid || hasValidFigures(member, program) ? countedOf(member, entries, brought, program) : withoutNews();
  let untilNow = isValid
    ? unchanged(member)
    : underTheProgram(member, known() ?? withoutNews(), program, announcing, moment);
  if (uncounted.length === 0) {
    untilNow = andThen(untilNow, (current) => bringUpTo(moment, current, program, announcing));
    return { untilNow, known };
  }
  for (;;) {
    const end = nextMoment(untilNow.member);
    if (end > moment) return { untilNow, known };
    const newest = uncounted
      .filter((entry) => entry.recordedAt < end)
      .sort((a, b) => a.recordedAt - b.recordedAt)
      .at(-1);
    if (newest) {
      const isBefore = ({ recordedAt }: { recordedAt: Instant }) => recordedAt < end;
      const knownBefore = known;
      const taking = entries.filter(isBefore);
      known = () => taking;
      const tally = tallyOf(taking, program, member.enrolledAt, end - 1);
      const grants = grantsAt(grantHistory(actions.filter(isBefore), taking, program), end - 1);
      untilNow = andThen(untilNow, (current) => {
        const because: Because = {
          cause,
          at: momentOf(newest.recordedAt, current),
          judgedAt: end - 1,
          transactionId: newest.id,
          tallyBefore: tallyBefore(current, knownBefore, program, end - 1),
          grantsBefore: grantsWithout(
            taken,
            current,
            { entries: taking, actions: actions.filter(isBefore) },
            program,
            end - 1,
          ),
          taken: taken.filter(isBefore),
        };
        return settle(
          withGrants({ ...current, tally }, grants, end - 1, program),
          program,
          announcing,
          because,
          moment,
        );
      });
    }
    untilNow = andThen(untilNow, (current) => bringUpTo(end, current, program, announcing, moment));
  }
}

/** The member by the sums of the program in force, which nobody made yet: that alone is no news, and comes before what is due. */
function underTheProgram(
  member: Member,
  known: readonly LedgerEntry[],
  program: Program,
  announcing: Announcing,
  moment: Instant,
): Settled {
  const at = Math.max(member.tier.since, Math.min(moment, nextMoment(member) - 1));
  const tally = tallyOf(known, program, member.enrolledAt, at);
  const cause = member.rebuildDue ? 'enrolment' : 'programEdit';
  // Where only falls are judged otherwise now, nobody falls by that before the cycle ends (R10).
  const tallyBefore = hasValidFigures(member, program) ? { tallyBefore: tally } : {};
  return settle({ ...member, tally }, program, announcing, { cause, at, ...tallyBefore }, moment);
}

/**
 * The moment of a decision, by a clock that may be a little behind those of others: no entry, action, grant, change of tier or welcome
 * lies in its future, and a cycle that has begun for the member does not end again (R9).
 */
export function momentOf(
  now: Instant,
  member: Member,
  entries: readonly LedgerEntry[] = [],
  actions: readonly ActionRecord[] = [],
): Instant {
  let moment = Math.max(now, member.tally.cycle.start, member.tier.since, member.welcome?.at ?? now);
  for (const { recordedAt } of entries) if (recordedAt > moment) moment = recordedAt;
  for (const { recordedAt } of actions) if (recordedAt > moment) moment = recordedAt;
  for (const { from } of member.grants ?? []) if (from > moment) moment = from;
  return moment;
}

export function withEffect(tally: Tally, effect: Effect, at: Instant, program: Program): Tally {
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
