/** The slow path: makes a member anew from its ledger and its tier actions. */

import type { ActionRecord } from '../actions/action-record.ts';
import type { Grant } from '../actions/grant.ts';
import { grantHistory, grantsAt } from '../actions/grant-history.ts';
import { decidePromotions } from '../actions/promotions.ts';
import { tallyOf } from '../ledger/ledger-tally.ts';
import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import { anniversaryOf } from '../rules/cycle-ends.ts';
import type { Tally } from '../rules/tally.ts';
import type { Instant } from '../time.ts';
import { advanceMember, nextMoment, withGrants } from './advance-member.ts';
import type { ChangeCause } from './change-cause.ts';
import { countedEntries } from './counted-entries.ts';
import { countStatusOf, withCounted } from './counted-window.ts';
import { decideTierChange } from './decide-tier-change.ts';
import { decisionMoment } from './decision-moment.ts';
import { decisiveEntryOf } from './decisive-entry.ts';
import { type History, hasValidFigures, hasValidSums, type Member } from './member.ts';
import { andThen, type MemberUpdate, unchanged, withNotice } from './member-update.ts';
import { renewalOf } from './notices.ts';
import type { TierNotice } from './tier-change.ts';

export interface RebuildContext {
  /** The cause of a tier change. */
  cause: ChangeCause;
  /** The entries that ask for the rebuild. The first judgement of a member leaves them out. */
  newEntries?: readonly LedgerEntry[];
  /** Keeps a tier that only an edit of thresholds would lower (R10). By default as for a transaction: yes. Otherwise: no. */
  keepsEdited?: boolean;
}

/** A rebuild under way: the stored member, all that is known of it, and the actions that promotions gave just now. */
interface Rebuild extends History {
  stored: Member;
  program: Program;
  cause: ChangeCause;
  newEntries: readonly LedgerEntry[];
  /** The promotions' actions that the rebuild decides; `actions` holds them, too. */
  taken: readonly ActionRecord[];
  moment: Instant;
}

/** The entries that a member's sums hold, found on demand; undefined if nobody can tell. */
type FindCounted = () => readonly LedgerEntry[] | undefined;

/**
 * Makes a member anew from its whole history. The result is exact, whatever happened before and whoever runs it. Entries that the stream
 * has yet to deliver are counted and listed as counted, and the promotions that they fire are decided.
 * @param history every entry and every action of the member, read consistently after the member was
 */
export function rebuildMember(
  stored: Member,
  history: History,
  program: Program,
  { cause, newEntries = [], keepsEdited = cause === 'transaction' }: RebuildContext,
  now: Instant,
): MemberUpdate {
  const moment = decisionMoment(now, stored, history.entries, history.actions);
  const { taken, unfinished } = decidePromotions(stored, history, program);
  const actions = [...history.actions, ...taken];
  const rebuild: Rebuild = { stored, entries: history.entries, actions, program, cause, newEntries, taken, moment };

  const { past, findCounted } = passDueMoments(rebuild);
  const present = andThen({ ...past, actions: [...taken] }, (member) =>
    decideTierChange(recounted(member, rebuild, unfinished), program, {
      cause,
      at: moment,
      recordedAt: moment,
      // An operator's rebuild puts right whatever is wrong. A transaction leaves a tier that only an edit of thresholds would take (R10).
      ...(keepsEdited && { tallyBefore: tallyBefore(member, findCounted, program, moment) }),
      grantsBefore: grantsWithoutTaken(member, rebuild, moment),
      taken,
    }),
  );
  nameDecisiveEntry(present.transitions.slice(past.transitions.length), rebuild);
  if (unfinished) return present;
  return andThen(present, (member) => withNotice(member, lastRenewal(member, rebuild)));
}

/** The member with the sums and the grants that its history gives at the moment of the rebuild. */
function recounted(past: Member, { entries, actions, program, moment }: Rebuild, unfinished: boolean): Member {
  const { rebuildDue: _, undecided: __, anniversary: ___, welcome, ...rest } = past;
  const grants = grantsAt(grantHistory(actions, entries, program), moment);
  const counted: Member = {
    ...rest,
    ...anniversaryOf(past.enrolledAt, program),
    tally: tallyOf(entries, program, past.enrolledAt, moment),
    countedUnder: program.countingRule,
    counted: withCounted({ since: past.counted.since, entries: [] }, entries, moment, grants),
    ...(unfinished && { undecided: true, ...(welcome && { welcome }) }),
  };
  return withGrants(counted, grants, moment, program);
}

/**
 * Passes the ends of cycles and of grants that came before the rebuild. Each is judged by the entries recorded before it.
 * @returns the member after them, and the entries that its sums hold then
 */
function passDueMoments(rebuild: Rebuild): { past: MemberUpdate; findCounted: FindCounted } {
  const { stored, entries, program, newEntries, moment } = rebuild;
  // In a member's first rebuild, no entry was ever counted: then none is news.
  const uncounted = stored.rebuildDue ? [] : entries.filter((entry) => countStatusOf(stored.counted, entry) === 'new');
  const withoutNews = () => withoutKeysOf([...newEntries, ...uncounted], entries);
  let findCounted: FindCounted = () =>
    hasValidFigures(stored, program) ? countedEntries(stored, entries, newEntries, program) : withoutNews();
  let past = hasValidSums(stored, program)
    ? unchanged(stored)
    : underTheProgram(findCounted() ?? withoutNews(), rebuild);
  if (uncounted.length === 0) {
    return { past: andThen(past, (member) => advanceMember(member, program, moment)), findCounted };
  }
  for (let end = nextMoment(past.member); end <= moment; end = nextMoment(past.member)) {
    const newest = newestBefore(end, uncounted);
    if (newest) {
      const judged = judgeBefore(end, newest, past.member, rebuild, findCounted);
      past = andThen(past, () => judged.update);
      findCounted = () => judged.entries;
    }
    past = andThen(past, (member) => advanceMember(member, program, end, moment));
  }
  return { past, findCounted };
}

/** Judges the member just before an end, by what was recorded before that end. */
function judgeBefore(
  end: Instant,
  newest: LedgerEntry,
  member: Member,
  rebuild: Rebuild,
  findCounted: FindCounted,
): { update: MemberUpdate; entries: readonly LedgerEntry[] } {
  const { program, taken, cause, moment } = rebuild;
  const isBefore = ({ recordedAt }: { recordedAt: Instant }) => recordedAt < end;
  const judgedAt = end - 1;
  const entries = rebuild.entries.filter(isBefore);
  const actions = rebuild.actions.filter(isBefore);
  const tally = tallyOf(entries, program, member.enrolledAt, judgedAt);
  const grants = grantsAt(grantHistory(actions, entries, program), judgedAt);
  const update = decideTierChange(withGrants({ ...member, tally }, grants, judgedAt, program), program, {
    cause,
    at: decisionMoment(newest.recordedAt, member),
    judgedAt,
    recordedAt: moment,
    transactionId: newest.id,
    tallyBefore: tallyBefore(member, findCounted, program, judgedAt),
    grantsBefore: grantsWithoutTaken(member, { ...rebuild, entries, actions }, judgedAt),
    taken: taken.filter(isBefore),
  });
  return { update, entries };
}

function newestBefore(end: Instant, entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  return entries
    .filter((entry) => entry.recordedAt < end)
    .sort((a, b) => a.recordedAt - b.recordedAt)
    .at(-1);
}

/** The member by the sums of the program in force, before anything that is due. The change of rules alone is no news to the member. */
function underTheProgram(counted: readonly LedgerEntry[], { stored, program, moment }: Rebuild): MemberUpdate {
  const at = Math.max(stored.tier.since, Math.min(moment, nextMoment(stored) - 1));
  const tally = tallyOf(counted, program, stored.enrolledAt, at);
  return decideTierChange({ ...stored, tally }, program, {
    cause: stored.rebuildDue ? 'enrolment' : 'programEdit',
    at,
    recordedAt: moment,
    // If only the rules of falls changed, nobody falls by them before the cycle ends (R10).
    ...(hasValidFigures(stored, program) && { tallyBefore: tally }),
  });
}

/**
 * The sums without the news that a rebuild is about: the member's own. If the path decides the tier (R8), they are computed by the rules of
 * today; otherwise an edit of thresholds would look like a fall of points (R10).
 */
function tallyBefore({ tally, enrolledAt }: Member, findCounted: FindCounted, program: Program, at: Instant): Tally {
  const entries = program.earnedByPath ? findCounted() : undefined;
  return entries ? tallyOf(entries, program, enrolledAt, at) : tally;
}

/** The grants that a member would have without the actions taken just now. Caps that a transaction lifts (R17) are lifted all the same. */
function grantsWithoutTaken(
  { grants }: Member,
  { taken, actions, entries, program }: Rebuild,
  at: Instant,
): readonly Grant[] | undefined {
  if (taken.length === 0) return grants;
  const others = actions.filter((action) => !taken.includes(action));
  return grantsAt(grantHistory(others, entries, program), at);
}

function withoutKeysOf(entries: readonly LedgerEntry[], ledger: readonly LedgerEntry[]): LedgerEntry[] {
  const keys = new Set(entries.map(entryKey));
  return ledger.filter((entry) => !keys.has(entryKey(entry)));
}

function nameDecisiveEntry(
  transitions: MemberUpdate['transitions'],
  { stored, entries, newEntries, program, moment }: Rebuild,
): void {
  for (const transition of transitions) {
    if (transition.cause !== 'transaction') continue;
    const decisiveEntry = decisiveEntryOf(stored, entries, newEntries, program, moment);
    if (decisiveEntry) transition.transactionId = decisiveEntry.id;
  }
}

/** The last renewal of the tier since its last change. A change of tier tells the end by itself, so earlier renewals are left out. */
function lastRenewal(member: Member, { taken, program, moment }: Rebuild): TierNotice | undefined {
  return taken
    .filter(({ recordedAt }) => recordedAt > member.tier.since)
    .map((record) => renewalOf(member, record, program, moment))
    .findLast((notice) => notice !== undefined);
}
