/** What a stored member says against what its history gives: figure by figure, and why where that can be told. */
import { nextDueAfter } from '../actions/due.ts';
import { endOf, type Grant } from '../actions/grant.ts';
import { grantHistory, grantsAt } from '../actions/grant-history.ts';
import { decidePromotions } from '../actions/promotions.ts';
import type { ActionRecord } from '../actions/tier-action.ts';
import { cycleAt } from '../cycles/cycle.ts';
import { anniversaryOf } from '../cycles/cycle-ends.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import { hasSameContent } from '../program/fingerprint.ts';
import { type Program, rankOf, tierById } from '../program/program.ts';
import { earnedTier } from '../tiers/earned-tier.ts';
import { standingAt } from '../tiers/visible-tier.ts';
import { DAY_MS, END_OF_TIME, earlierByDays, type Instant } from '../time.ts';
import { type AuditCause, type Difference, type Finding, isDrift } from './audit-causes.ts';
import { CLOCKS_APART_MS, figuresOf, readLedger } from './audited-ledger.ts';
import { hasValidFigures, hasValidSums, isNotice, type Member, type TierChange, type TierNotice } from './member.ts';
import { nextMoment } from './settle.ts';
import type { Tally } from './tally.ts';

/** All that is stored of a member and its tier: the item, and what was written down beside it. */
export interface MemberRecords {
  member: Member;
  actions: readonly ActionRecord[];
  /** Changes and notices, in the order of their sequence. */
  news: readonly (TierChange | TierNotice)[];
  /** What the item says beside the member, so that indexes find it, and does not follow from the member. */
  strays: readonly Difference[];
}

export interface Auditing {
  now: Instant;
  /** The present rules are known to have been in force since then. */
  inForceSince?: Instant | undefined;
}

/** What the audit makes of a member: what is wrong, and the item as its history says that it should be. */
export interface Audit {
  findings: Finding[];
  expected: Member;
  /** Whether an edit of the rules may be why the tier is another than the sums give: it lowers nobody before the cycle ends (R10). */
  isOfEdit: boolean;
}

/** A warning comes so many days before an end at most. */
const LONGEST_WARNING_DAYS = 365;

/**
 * Compares a member with its history. It is judged as of its own last moment, not as of now: an end of a cycle or of a grant that nobody
 * wrote down yet is no difference, and what the stream has yet to bring is none either.
 * @param entries every entry of the member, read after the records were
 */
export function auditMember(
  { member: stored, actions, news, strays }: MemberRecords,
  entries: readonly LedgerEntry[],
  program: Program,
  { now, inForceSince }: Auditing,
): Audit {
  // Of an item that somebody spoilt, nothing is certain.
  const member: Member = { ...stored, countedUnder: String(stored.countedUnder) };
  const findings: Finding[] = [];
  const found = (cause: AuditCause, differences: readonly Difference[]) =>
    findings.push(...differences.map((difference) => ({ ...difference, cause })));
  const compare = (cause: AuditCause, figure: string, stored: unknown, ledger: unknown) => {
    // Of nearly every member nearly every figure is right, and of most kinds it is a number.
    if ((stored ?? null) === (ledger ?? null)) return;
    if (!hasSameContent({ value: stored ?? null }, { value: ledger ?? null })) {
      found(cause, [{ figure, stored: stored ?? null, ledger: ledger ?? null }]);
    }
  };

  const changes = news.filter((one): one is TierChange => !isNotice(one));
  const written = historyOf(member, changes, news, program);
  found('historyBroken', written.differences);
  compare('timer', 'anniversary', member.anniversary, anniversaryOf(member.enrolledAt, program).anniversary);
  found('timer', strays);

  const last = changes.at(-1);
  const expected: Member = { ...withoutTraces(member), ...anniversaryOf(member.enrolledAt, program), ...written.facts };
  const judgedSince = (inForceSince ?? END_OF_TIME) < Math.max(last?.recordedAt ?? 0, newestOf(member));
  const wasEdited = last?.programVersion !== program.version;

  if (member.rebuildDue) {
    compare('enrolmentUnfinished', 'rebuildDue', true, null);
    return { findings, expected: { ...expected, ...welcomeOf(member), rebuildDue: true }, isOfEdit: false };
  }
  if (member.undecided) compare('promotionUndecided', 'undecided', true, null);
  else compare('historyBroken', 'welcome', member.welcome, null);
  // Sums of other rules cannot be made again: the next transaction, or a rebuild, makes those of today.
  const isOfTheseRules = hasValidSums(member, program);
  if (!isOfTheseRules) {
    compare('rulebookEdited', 'countedUnder', member.countedUnder, program.countingRule);
    if (!hasValidFigures(member, program))
      return { findings, expected: { ...expected, ...welcomeOf(member) }, isOfEdit: true };
  }

  const cycle = cycleOf(member, program, now);
  for (const edge of ['previousStart', 'start', 'end'] as const) {
    compare('figure', `tally.cycle.${edge}`, member.tally.cycle[edge], cycle[edge]);
  }
  const ledger = readLedger(member, { entries, actions }, program, { cycle, now });
  found('windowBroken', ledger.ofWindow);
  const [ours, theirs] = [figuresOf(member.tally), figuresOf(ledger.tally)];
  for (const figure of Object.keys(theirs)) {
    if (figure === 'held') continue;
    const isOfWay = figure === 'latestAt' && !isOfTheseRules;
    compare(isOfWay ? 'rulebookEdited' : ledger.cause, `tally.${figure}`, ours[figure], theirs[figure]);
  }
  found('entriesNotCounted', ledger.missed);

  const stories = grantHistory(actions, ledger.known, program);
  const at = momentOf(member, stories, [ledger.known, actions, news], program, now, cycle);
  const grants = grantsAt(stories, at);
  // R8: what was held before an edit of thresholds stays held.
  const heldOfEdit = wasEdited && isHeldAsShown(member, program, grants, at);
  compare(heldOfEdit || !isOfTheseRules ? 'rulebookEdited' : 'figure', 'tally.held', ours.held, theirs.held);
  found('grants', differencesOfGrants(member.grants ?? [], grants));
  const nextDueAt = nextDueAfter(at, grants, program);
  compare(causeOfTimer(member.nextDueAt, grants, program), 'nextDueAt', member.nextDueAt, nextDueAt);
  if (!member.undecided) {
    const { taken } = decidePromotions(
      { ...member, ...welcomeOf(member) },
      { entries: ledger.certain, actions },
      program,
    );
    for (const { key } of taken) compare('promotionUndecided', 'actions', null, key);
  }

  const { nextDueAt: _, grants: __, ...rest } = expected;
  const tally: Tally = { ...ledger.tally, cycle };
  const isOfEdit = judgeTier(
    member,
    { ...rest, tally, grants },
    program,
    { at, wasEdited, judgedSince },
    findings,
    compare,
  );
  return {
    findings,
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

type Compare = (cause: AuditCause, figure: string, stored: unknown, ledger: unknown) => void;

/**
 * Whether the tier is what the sums and the grants give. Another one may be an edit's: higher rules lower nobody before the cycle ends,
 * and lower ones raise with the next transaction (R10, decision 10).
 */
function judgeTier(
  member: Member,
  { tally, grants }: { tally: Tally; grants: readonly Grant[]; tier: Member['tier'] },
  program: Program,
  { at, wasEdited, judgedSince }: { at: Instant; wasEdited: boolean; judgedSince: boolean },
  findings: readonly Finding[],
  compare: Compare,
): boolean {
  const shown = member.tier.id;
  const given = standingAt(earnedTier(program, tally), grants, at, program).tier.id;
  if (given === shown || findings.some(({ figure }) => figure === 'tier.id')) return wasEdited;
  if (!tierById(program, shown)) {
    compare('rulebookEdited', 'tier.id', shown, given);
    return true;
  }
  const rises = rankOf(program, given) > rankOf(program, shown);
  // Sums that were put down wrong gave a wrong tier: that is what has to be looked into.
  const figures = findings.find(
    ({ figure, cause }) => isDrift({ cause }) && (figure.startsWith('tally.') || cause === 'grants'),
  );
  const held = figuresOf(member.tally).held;
  const { held: _, ...sums } = tally;
  const ofHeld = findings.some(({ figure, cause }) => figure === 'tally.held' && cause === 'rulebookEdited');
  const asStored = standingAt(
    earnedTier(program, { ...sums, ...(held !== null && { held: String(held) }) }),
    grants,
    at,
    program,
  );
  const isOfEdit = wasEdited && (!rises || !judgedSince || (ofHeld && asStored.tier.id === shown));
  compare(figures?.cause ?? (isOfEdit ? 'rulebookEdited' : 'tierStale'), 'tier.id', shown, given);
  return isOfEdit;
}

/** The changes as a chain from the first tier to the one that the member has, and what the member says of them. */
function historyOf(
  member: Member,
  changes: readonly TierChange[],
  news: readonly (TierChange | TierNotice)[],
  program: Program,
): { differences: Difference[]; facts: Pick<Member, 'tier' | 'changes' | 'movedBy'> } {
  const differences: Difference[] = [];
  const differ = (figure: string, stored: unknown, ledger: unknown) => differences.push({ figure, stored, ledger });
  const sequences = new Set(news.map(({ sequence }) => sequence));
  const highest = Math.max(0, ...sequences);
  for (let sequence = 1; sequence <= highest; sequence++) {
    if (!sequences.has(sequence)) differ(`change ${sequence}`, null, 'a change or a notice');
  }
  if (member.changes !== highest) differ('changes', member.changes, highest);
  for (let place = 1; place < changes.length; place++) {
    const [before, change] = [changes[place - 1]!, changes[place]!];
    // Where a change is missing, that was said.
    const isNext = news.filter(({ sequence }) => sequence > before.sequence && sequence < change.sequence).length;
    if (before.sequence + isNext + 1 !== change.sequence) continue;
    if (change.from.id !== before.to.id) differ(`change ${change.sequence}.from`, change.from.id, before.to.id);
  }
  const last = changes.at(-1);
  const isBase = member.tier.id === program.tiers[0].id || !tierById(program, member.tier.id);
  const id = last ? last.to.id : isBase ? member.tier.id : program.tiers[0].id;
  if (member.tier.id !== id) differ('tier.id', member.tier.id, id);
  const since = last?.occurredAt ?? member.enrolledAt;
  if (member.tier.since !== since) differ('tier.since', member.tier.since, since);
  const movedBy = changes.findLast(({ runId }) => runId !== undefined)?.runId;
  if (member.movedBy !== movedBy) differ('movedBy', member.movedBy, movedBy);
  if (!Number.isSafeInteger(member.version) || member.version < 1)
    differ('version', member.version, 'a count of writes');
  const facts = { tier: { id, since }, changes: highest, ...(movedBy !== undefined && { movedBy }) };
  return { differences, facts };
}

/** What a member says of work that is under way, and that a history does not. */
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

/** When the newest entry was recorded that the item is known to hold. */
function newestOf({ counted }: Member): Instant {
  return Math.max(0, ...counted.entries.map(([, recordedAt]) => recordedAt));
}

/** The cycle that the sums are of: the one that most of its edges tell, or the present one where they tell none. */
function cycleOf({ tally, enrolledAt }: Member, program: Program, now: Instant): Tally['cycle'] {
  const { cycle } = tally;
  const isPast = (at: Instant) => Number.isSafeInteger(at) && at <= now + CLOCKS_APART_MS;
  const at = (moment: Instant) => cycleAt(program.cycle, program.timeZone, enrolledAt, moment);
  const fits = (one: Tally['cycle']) =>
    Number(one.previousStart === cycle.previousStart) +
    Number(one.start === cycle.start) +
    Number(one.end === cycle.end);
  const told = [cycle.start, cycle.end - 1].filter((moment) => Number.isSafeInteger(moment)).map(at);
  return told.find((one) => isPast(one.start) && fits(one) >= 2) ?? at(now);
}

/** The member's own last moment: before the next at which something happens by itself, and after all that was written down. */
function momentOf(
  member: Member,
  stories: readonly Grant[],
  records: readonly (readonly { recordedAt: Instant }[])[],
  program: Program,
  now: Instant,
  cycle: Tally['cycle'],
): Instant {
  let written = cycle.start;
  for (const { recordedAt } of records.flat()) if (recordedAt > written) written = recordedAt;
  const latest = Math.max(now, written);
  const { nextDueAt = END_OF_TIME, grants = [] } = member;
  // Only an end that some grant has, or a warning of one, is a moment at which the item stood still; else it was before the first end of
  // those that it lists, and before the first warning that came after all that was written down.
  const isMoment = nextDueAfter(nextDueAt - 1, stories, program) === nextDueAt;
  const listed = stories.filter(({ key }) => grants.some((grant) => grant.key === key));
  const next = Math.min(nextDueAfter(written, listed, program) ?? END_OF_TIME, ...listed.map(endOf));
  const dueAt = isMoment ? nextDueAt : next;
  const end = nextMoment({ ...member, tally: { ...member.tally, cycle }, nextDueAt: dueAt });
  // By a clock a little behind that of whoever began its cycle, it may lie before that.
  return Math.min(latest, end - 1);
}

/** Grant by grant, in whatever order they are kept. */
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

/** A brand that warns by other days than before moves the moments of the warnings, and of no end. */
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

/** Whether the item by itself makes sense: it is held at the tier that it shows. */
function isHeldAsShown({ tally, tier }: Member, program: Program, grants: readonly Grant[], at: Instant): boolean {
  const held = tally.held === undefined ? undefined : tierById(program, tally.held);
  return !held || standingAt(held, grants, at, program).tier.id === tier.id;
}
