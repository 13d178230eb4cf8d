/** Compares a stored member with what its history gives: figure by figure, with the cause of each difference as far as it can be told. */

import type { ActionRecord } from '../../actions/action-record.ts';
import { nextDueAfter } from '../../actions/due-moments.ts';
import { endOf, type Grant } from '../../actions/grant.ts';
import { grantHistory, grantsAt } from '../../actions/grant-history.ts';
import { decidePromotions } from '../../actions/promotions.ts';
import type { LedgerEntry } from '../../ledger/transaction.ts';
import { hasSameContent } from '../../program/fingerprint.ts';
import { type Program, rankOf, tierById } from '../../program/program.ts';
import { cycleAt } from '../../rules/cycle.ts';
import { anniversaryOf } from '../../rules/cycle-ends.ts';
import { earnedTier } from '../../rules/qualification.ts';
import type { Tally } from '../../rules/tally.ts';
import { tierWithSourceAt } from '../../rules/visible-tier.ts';
import { DAY_MS, END_OF_TIME, earlierByDays, type Instant } from '../../time.ts';
import { nextMoment } from '../advance-member.ts';
import { hasValidFigures, hasValidSums, type Member } from '../member.ts';
import type { TierChange, TierNotice } from '../tier-change.ts';
import { type AuditedLedger, CLOCKS_APART_MS, figuresOf, readLedger } from './audited-ledger.ts';
import { type AuditCause, type Difference, type Finding, Findings, isDrift } from './findings.ts';
import { recordedHistory } from './recorded-history.ts';

/** All that is stored of a member and its tier: the item, and the records beside it. */
export interface MemberRecords {
  member: Member;
  actions: readonly ActionRecord[];
  /** Changes and notices, in the order of their sequence. */
  news: readonly (TierChange | TierNotice)[];
  /** Index keys of the item that do not follow from the member. */
  staleIndexKeys: readonly Difference[];
}

export interface Auditing {
  now: Instant;
  /** Since when the present rules are known to have been in force. */
  inForceSince?: Instant | undefined;
}

/** The result of an audit: what is wrong, and the item as its history says that it should be. */
export interface Audit {
  findings: Finding[];
  expected: Member;
  /** Whether an edit of the rules may explain another tier than the sums give. An edit lowers nobody before the cycle ends (R10). */
  isOfEdit: boolean;
}

/** The subject of one audit. */
interface Subject extends MemberRecords {
  entries: readonly LedgerEntry[];
  program: Program;
  now: Instant;
}

/** What the history says that the member should have. */
interface Given {
  tally: Tally;
  grants: readonly Grant[];
  at: Instant;
}

/** Whether the rules changed since the last change of tier, and whether the member was judged by the present rules. */
interface Edit {
  wasEdited: boolean;
  judgedSince: boolean;
}

/** The longest time between a reminder and the end that it is about. */
const LONGEST_WARNING_DAYS = 365;

/**
 * Compares a member with its history. The member is judged as of its own last moment, not as of now. So an end of a cycle or of a grant that
 * nobody wrote yet is no difference, nor are entries that the stream has yet to deliver.
 * @param entries every entry of the member, read after the records were
 */
export function auditMember(
  records: MemberRecords,
  entries: readonly LedgerEntry[],
  program: Program,
  { now, inForceSince }: Auditing,
): Audit {
  // Nothing about a corrupted item is certain.
  const member: Member = { ...records.member, countedUnder: String(records.member.countedUnder) };
  const subject: Subject = { ...records, member, entries, program, now };
  const findings = new Findings();

  const history = recordedHistory(member, records.news, program);
  const { anniversary } = anniversaryOf(member.enrolledAt, program);
  findings.add('historyBroken', history.differences);
  findings.compare('timer', 'anniversary', member.anniversary, anniversary);
  findings.add('timer', records.staleIndexKeys);
  const expected: Member = {
    ...withoutTraces(member),
    ...(anniversary !== undefined && { anniversary }),
    ...history.facts,
  };

  const isCounted = auditCounting(member, program, findings);
  if (!isCounted) {
    const rebuildDue = member.rebuildDue && { rebuildDue: true };
    const uncounted = { ...expected, ...welcomeOf(member), ...rebuildDue };
    return { findings: findings.all, expected: uncounted, isOfEdit: !member.rebuildDue };
  }
  const { lastChange } = history;
  const judgedAt = Math.max(lastChange?.recordedAt ?? 0, newestOf(member));
  const edit: Edit = {
    wasEdited: lastChange?.programVersion !== program.version,
    judgedSince: (inForceSince ?? END_OF_TIME) < judgedAt,
  };
  const { ledger, tally } = auditSums(subject, findings);
  const given = auditGrants(subject, { ...ledger, tally }, edit, findings);
  const isOfEdit = auditTier(subject, given, edit, findings);

  const { nextDueAt: _, grants: __, ...rest } = expected;
  const { grants, at } = given;
  const nextDueAt = nextDueAfter(at, grants, program);
  return {
    findings: findings.all,
    expected: {
      ...rest,
      ...(member.undecided && { undecided: true, ...welcomeOf(member) }),
      tally,
      counted: ledger.counted,
      ...(grants.length > 0 && { grants }),
      ...(nextDueAt !== undefined && { nextDueAt }),
    },
    isOfEdit,
  };
}

/** Whether the member has figures that can be compared: sums of other rules cannot be recomputed. */
function auditCounting(member: Member, program: Program, findings: Findings): boolean {
  if (member.rebuildDue) {
    findings.compare('enrolmentUnfinished', 'rebuildDue', true, null);
    return false;
  }
  if (member.undecided) findings.compare('promotionUndecided', 'undecided', true, null);
  else findings.compare('historyBroken', 'welcome', member.welcome, null);
  if (hasValidSums(member, program)) return true;
  findings.compare('rulebookEdited', 'countedUnder', member.countedUnder, program.countingRule);
  return hasValidFigures(member, program);
}

/** Compares the sums with the ledger. */
function auditSums(
  { member, entries, actions, program, now }: Subject,
  findings: Findings,
): { ledger: AuditedLedger; tally: Tally } {
  const cycle = cycleOf(member, program, now);
  for (const edge of ['previousStart', 'start', 'end'] as const) {
    findings.compare('figure', `tally.cycle.${edge}`, member.tally.cycle[edge], cycle[edge]);
  }
  const ledger = readLedger(member, { entries, actions }, program, { cycle, now });
  findings.add('windowBroken', ledger.ofWindow);
  const { held: _, ...stored } = figuresOf(member.tally);
  const { held: __, ...given } = figuresOf(ledger.tally);
  for (const figure of Object.keys(given)) {
    const isOfPath = figure === 'latestAt' && !hasValidSums(member, program);
    findings.compare(isOfPath ? 'rulebookEdited' : ledger.cause, `tally.${figure}`, stored[figure], given[figure]);
  }
  findings.add('entriesNotCounted', ledger.missed);
  return { ledger, tally: { ...ledger.tally, cycle } };
}

/** Compares the grants, the tier at which a fall left the member, the next due moment, and the promotions. */
function auditGrants(
  subject: Subject,
  { known, certain, tally }: Pick<AuditedLedger, 'known' | 'certain' | 'tally'>,
  { wasEdited }: Edit,
  findings: Findings,
): Given {
  const { member, actions, program } = subject;
  const everGiven = grantHistory(actions, known, program);
  const at = lastMomentOf(subject, everGiven, known, tally.cycle);
  const grants = grantsAt(everGiven, at);
  // R8: what was held before an edit of thresholds stays held.
  const isOfEdit = (wasEdited && isHeldAsShown(member, program, grants, at)) || !hasValidSums(member, program);
  findings.compare(isOfEdit ? 'rulebookEdited' : 'figure', 'tally.held', member.tally.held, tally.held);
  findings.add('grants', differencesOfGrants(member.grants ?? [], grants));
  const causeOfDue = causeOfTimer(member.nextDueAt, grants, program);
  findings.compare(causeOfDue, 'nextDueAt', member.nextDueAt, nextDueAfter(at, grants, program));
  if (!member.undecided) {
    const { taken } = decidePromotions(member, { entries: certain, actions }, program);
    for (const { key } of taken) findings.compare('promotionUndecided', 'actions', null, key);
  }
  return { tally, grants, at };
}

/**
 * Compares the tier with what the sums and the grants give. An edit may explain a difference: higher thresholds lower nobody before the
 * cycle ends, and lower ones raise with the next transaction (R10, decision 10).
 * @returns whether an edit may explain it
 */
function auditTier(
  { member, program }: Subject,
  { tally, grants, at }: Given,
  { wasEdited, judgedSince }: Edit,
  findings: Findings,
): boolean {
  const shown = member.tier.id;
  const given = tierWithSourceAt(earnedTier(program, tally), grants, at, program).tier.id;
  if (given === shown || findings.all.some(({ figure }) => figure === 'tier.id')) return wasEdited;
  if (!tierById(program, shown)) {
    findings.compare('rulebookEdited', 'tier.id', shown, given);
    return true;
  }
  const rises = rankOf(program, given) > rankOf(program, shown);
  // Wrong sums gave a wrong tier: the sums are what has to be examined.
  const wrongFigure = findings.all.find(
    ({ figure, cause }) => isDrift({ cause }) && (figure.startsWith('tally.') || cause === 'grants'),
  );
  const { held } = figuresOf(member.tally);
  const { held: _, ...sums } = tally;
  const isHeldOfEdit = findings.all.some(({ figure, cause }) => figure === 'tally.held' && cause === 'rulebookEdited');
  const asStored = earnedTier(program, { ...sums, ...(held !== null && { held: String(held) }) });
  const isShownAsStored = tierWithSourceAt(asStored, grants, at, program).tier.id === shown;
  const isOfEdit = wasEdited && (!rises || !judgedSince || (isHeldOfEdit && isShownAsStored));
  findings.compare(wrongFigure?.cause ?? (isOfEdit ? 'rulebookEdited' : 'tierStale'), 'tier.id', shown, given);
  return isOfEdit;
}

/** The member without what it says of unfinished work, and without what its history says. */
function withoutTraces({
  rebuildDue: _,
  undecided: __,
  welcome: ___,
  movedBy: ____,
  anniversary: _____,
  ...rest
}: Member): Member {
  return rest;
}

function welcomeOf({ welcome }: Member): Pick<Member, 'welcome'> {
  return welcome ? { welcome } : {};
}

/** When the newest entry that the item lists was recorded. */
function newestOf({ counted }: Member): Instant {
  return Math.max(0, ...counted.entries.map(([, recordedAt]) => recordedAt));
}

/** The cycle of the sums: the one that most of the stored edges fit, or the present one if no cycle fits them. */
function cycleOf({ tally, enrolledAt }: Member, program: Program, now: Instant): Tally['cycle'] {
  const { cycle } = tally;
  const isPast = (at: Instant) => Number.isSafeInteger(at) && at <= now + CLOCKS_APART_MS;
  const at = (moment: Instant) => cycleAt(program.cycle, program.timeZone, enrolledAt, moment);
  const fits = (one: Tally['cycle']) =>
    Number(one.previousStart === cycle.previousStart) +
    Number(one.start === cycle.start) +
    Number(one.end === cycle.end);
  const candidates = [cycle.start, cycle.end - 1].filter((moment) => Number.isSafeInteger(moment)).map(at);
  return candidates.find((one) => isPast(one.start) && fits(one) >= 2) ?? at(now);
}

/**
 * The member's own last moment: after everything that was recorded, and before the next moment at which something happens by itself.
 * @param everGiven every grant that the actions ever gave
 */
function lastMomentOf(
  { member, actions, news, program, now }: Subject,
  everGiven: readonly Grant[],
  known: readonly LedgerEntry[],
  cycle: Tally['cycle'],
): Instant {
  let written = cycle.start;
  for (const records of [known, actions, news]) {
    for (const { recordedAt } of records) if (recordedAt > written) written = recordedAt;
  }
  const latest = Math.max(now, written);
  const { nextDueAt = END_OF_TIME, grants = [] } = member;
  // The item stood still at `nextDueAt` only if a grant ends then, or a reminder is due then. Otherwise it was before the first end of its
  // grants, and before the first reminder after everything that was recorded.
  const isMoment = nextDueAfter(nextDueAt - 1, everGiven, program) === nextDueAt;
  const listed = everGiven.filter(({ key }) => grants.some((grant) => grant.key === key));
  const next = Math.min(nextDueAfter(written, listed, program) ?? END_OF_TIME, ...listed.map(endOf));
  const dueAt = isMoment ? nextDueAt : next;
  const end = nextMoment({ ...member, tally: { ...member.tally, cycle }, nextDueAt: dueAt });
  // The clock may run a little behind the one that began the cycle.
  return Math.min(latest, end - 1);
}

/** Grant by grant, in any order. */
function differencesOfGrants(stored: readonly Grant[], given: readonly Grant[]): Difference[] {
  const keys = [...new Set([...stored, ...given].map(({ key }) => key))].sort();
  const ofKey = (grants: readonly Grant[], key: string) => grants.filter((grant) => grant.key === key);
  return keys.flatMap((key) => {
    const [ours, theirs] = [ofKey(stored, key), ofKey(given, key)];
    return hasSameContent(ours, theirs)
      ? []
      : [{ figure: `grants.${key}`, stored: ours[0] ?? null, ledger: theirs[0] ?? null }];
  });
}

/** An edit of the reminders' days moves the moments of reminders, and of no end. */
function causeOfTimer(nextDueAt: Instant | undefined, grants: readonly Grant[], program: Program): AuditCause {
  const ends = grants.map(endOf).filter((end) => end !== END_OF_TIME);
  if (nextDueAt === undefined || nextDueAt > Math.min(...ends)) return 'timer';
  const floors = grants.filter(({ kind }) => kind === 'floor').map(endOf);
  const isWarning = floors.some((end) => {
    if (end === END_OF_TIME) return false;
    const days = Math.round((end - nextDueAt) / DAY_MS);
    return days <= LONGEST_WARNING_DAYS && earlierByDays(end, days, program.timeZone) === nextDueAt;
  });
  return isWarning || ends.includes(nextDueAt) ? 'rulebookEdited' : 'timer';
}

/** Whether the item is consistent: the member is held at the tier that it shows. */
function isHeldAsShown({ tally, tier }: Member, program: Program, grants: readonly Grant[], at: Instant): boolean {
  const held = tally.held === undefined ? undefined : tierById(program, tally.held);
  return !held || tierWithSourceAt(held, grants, at, program).tier.id === tier.id;
}
