import type { ActionRecord } from '../../core/actions/action-record.ts';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { Member } from '../../core/member/member.ts';
import { changeId, isNotice, type TierChange } from '../../core/member/tier-change.ts';
import type { Channel, ProgramFile } from '../../core/program/brand.ts';
import { END_OF_TIME, formatInstant, MINUTE_MS } from '../../core/time.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { referenceUntil } from '../reference/reference-expiry.ts';
import { referenceVisible } from '../reference/reference-grants.ts';
import { referenceFigures } from '../reference/reference-member.ts';
import { enrolmentOf, GROUP, messageKey, type News, type World } from './world.ts';

/** Laurel did not do what it promises. */
export class Refuted extends Error {
  override name = 'Refuted';
}

export function demand(holds: boolean, otherwise: () => string): void {
  if (!holds) throw new Refuted(otherwise());
}

function same(what: string, expected: unknown, actual: unknown): void {
  if (expected === actual) return;
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(actual)];
  demand(wanted === got, () => `${what}: expected ${wanted}, and it is ${got}`);
}

/** By clocks that run ahead, what was written may lie a little in the future; nobody looks within these moments. */
const CLOCKS_AGREE_MS = 3000;

/** The end of everything: what is under way arrives, and each promise is held against what came of it. */
export async function verdictOn(world: World, letEverythingArrive: () => Promise<void>): Promise<void> {
  world.now += CLOCKS_AGREE_MS;
  for (const setup of world.setups) {
    if (!(await world.members.load(setup.memberId))) await world.call(0, enrolmentOf(setup));
  }
  await letEverythingArrive();
  await nothingIsUnderWay(world);
  for (const { memberId } of world.setups) {
    await lookAt(world, memberId);
    await toldAsItShould(world, memberId);
    await actionsAreRight(world, memberId);
    await storedIsTheFold(world, memberId);
  }
  const looks = new Set(world.history.looks);
  if (looks.has('repeats')) await repeatsChangeNothing(world, letEverythingArrive);
  if (looks.has('without timers')) await isRightWithoutAnyTimer(world);
  if (!looks.has('next cycle')) return;
  await toTheNextCycle(world, letEverythingArrive);
  await nothingIsUnderWay(world);
  for (const { memberId } of world.setups) {
    await lookAt(world, memberId);
    await toldAsItShould(world, memberId);
  }
}

async function nothingIsUnderWay(world: World): Promise<void> {
  same('requests without an answer', 0, world.unanswered.length);
  same('records that wait in streams', 0, world.ledgerStream.waiting.length + world.membersStream.waiting.length);
  same('records parked that somebody can read', 0, world.parked.filter(({ key }) => key !== 'TX#poison').length);
  for (const { memberId } of world.setups) {
    const { nextDueAt = END_OF_TIME } = (await world.members.load(memberId))!;
    demand(nextDueAt > world.now, () => `What was due for ${memberId} at ${formatInstant(nextDueAt)} was not written`);
  }
  for (const { run, state } of world.engine.executions) {
    same(`the execution of ${run.runId}`, 'done', state);
    const stored = await world.runs.load(run.runId);
    demand(stored?.finishedAt !== undefined, () => `The run ${run.runId} is done and not finished.`);
    const { processed, up, down, unchanged, failed } = stored!.counts;
    same(`the counts of ${run.runId}`, processed, up + down + unchanged + failed);
    same(`who failed in ${run.runId}`, 0, failed);
  }
}

/** The member as the API shows it is what the reference makes of its ledger and its actions. */
export async function lookAt(world: World, memberId: string): Promise<void> {
  world.now += CLOCKS_AGREE_MS;
  world.processes[0].begin(undefined);
  const member = await world.members.load(memberId);
  const answer = await world.call(0, { route: 'GET member', params: { memberId } });
  if (!member) return same(`GET of ${memberId}, who is not enrolled`, 404, answer?.status);
  same(`GET of ${memberId}`, 200, answer?.status);
  const isUnderWay =
    member.rebuildDue ||
    member.undecided ||
    world.ledgerStream.waiting.some(({ value }) => value.memberId === memberId) ||
    world.parked.some((parked) => parked.memberId === memberId);
  if (isUnderWay) return;

  const { file } = world.rulebook;
  const [entries, actions] = await Promise.all([world.ledger.entriesOf(memberId), world.members.actionsOf(memberId)]);
  const body = answer!.body() as { tier: { id: string }; points: Record<string, number> };
  const figures = referenceFigures(entries, file, member.enrolledAt, world.now);
  const units = file.basis === 'spend' ? 100 : 1;
  const { points } = body;
  const at = formatInstant(world.now);
  same(`the current points of ${memberId} at ${at}`, Math.max(0, figures.both) / units, points.current);
  same(`the points of this cycle of ${memberId} at ${at}`, Math.max(0, figures.carry) / units, points.carry);
  same(`the lifetime points of ${memberId} at ${at}`, Math.max(0, figures.lifetimePoints), points.lifetime);
  same(`the balance of ${memberId} at ${at}`, figures.balance, points.balance);
  const expected = referenceVisible(actions, entries, file, member.enrolledAt, world.now);
  // R10: an edit of thresholds applies at the next transaction or recalculation. Until then both tiers may be right.
  if (!world.hasEdits || world.wasJudgedAnew) same(`the tier of ${memberId} at ${at}`, expected, body.tier.id);
}

function rankOf({ tiers }: ProgramFile, id: string): number {
  return tiers.findIndex((tier) => tier.id === id);
}

/** Each visible change has one record and one event on the bus, and is announced once on each due channel. */
async function toldAsItShould(world: World, memberId: string): Promise<void> {
  const member = (await world.members.load(memberId))!;
  const news = world.news.filter((one) => one.memberId === memberId).sort((a, b) => a.sequence - b.sequence);
  same(
    `the sequence of changes and notices of ${memberId}`,
    news.map((_, place) => place + 1),
    news.map(sequenceOf),
  );
  same(`how many changes ${memberId} counts`, news.length, member.changes);
  const changes = news.filter((one): one is TierChange => !isNotice(one));
  const tiers = [world.rulebook.file.tiers[0]!.id, ...changes.map(({ to }) => to.id)];
  same(
    `where the changes of ${memberId} begin`,
    tiers.slice(0, -1),
    changes.map(({ from }) => from.id),
  );
  same(`where the changes of ${memberId} lead`, member.tier.id, tiers.at(-1));
  const kept = await world.members.changesOf(memberId, { limit: 10_000 });
  same(`the history of ${memberId}`, changes.map(sequenceOf), kept.map(sequenceOf).reverse());
  const ends = changes.filter(({ cause }) => cause === 'recalculation').map(({ occurredAt }) => occurredAt);
  same(`R9: the ends at which ${memberId} was recalculated`, [...new Set(ends)], ends);
  const actions = await world.members.actionsOf(memberId);
  for (const change of changes) {
    const { file } = world.rulebook;
    same(`the direction of ${changeId(change)}`, change.to.rank > change.from.rank ? 'up' : 'down', change.direction);
    demand(
      change.occurredAt <= change.recordedAt,
      () => `${changeId(change)} was recorded before it happened ${JSON.stringify(change)}`,
    );
    demand(rankOf(file, change.to.id) >= 0, () => `${changeId(change)} leads to a tier that is not there`);
    await isAnnouncedAsItShould(world, change, actions);
  }
  for (const one of news) {
    isOnTheBus(world, one);
    isToldOnce(world, one);
  }
  const setup = world.setups.find((one) => one.memberId === memberId)!;
  if (setup.pass && news.length > 0) {
    same(
      `the newest change for which the pass of ${memberId} was pushed`,
      member.changes,
      world.pushedUpTo.get(memberId),
    );
  }
}

function sequenceOf({ sequence }: { sequence: number }): number {
  return sequence;
}

/** Section 7 of docs/rules.md: the recipients of each cause. */
async function isAnnouncedAsItShould(
  world: World,
  change: TierChange,
  actions: readonly ActionRecord[],
): Promise<void> {
  const { cause, direction, announced } = change;
  const says = (expected: boolean) =>
    same(`whether ${changeId(change)} (${cause}, ${direction}) is told`, expected, announced);
  switch (cause) {
    case 'transaction':
      return says(direction === 'up' || world.rulebook.rules.announcementPolicy.notifyOnRealtimeDowngrade);
    case 'recalculation':
      return says(true);
    case 'bulkRecalculation': {
      const run = change.runId === undefined ? undefined : await world.runs.load(change.runId);
      return says(run?.kind === 'recalculation' && run.notify);
    }
    case 'tierAction':
    case 'grantEnd': {
      const [action] = actions.filter(({ action: { id } }) => id === change.actionId);
      if (!action) return demand(false, () => `${changeId(change)} comes from an action that nobody took`);
      const { channels = [], atEnd = false } = action.action.notify ?? {};
      const wants = channels.length > 0 && (cause === 'tierAction' || atEnd);
      // What points would have raised without the action is told like any rise.
      if (wants || !(cause === 'tierAction' && direction === 'up' && announced)) says(wants);
      if (announced && change.channels) same(`the channels of ${changeId(change)}`, channels, change.channels);
      return;
    }
    default:
      return says(false);
  }
}

function isOnTheBus({ bus }: World, news: News): void {
  const id = changeId(news);
  const events = bus.events.filter(({ detail }) => detail.eventId === id);
  demand(events.length > 0, () => `${id} is not on the bus`);
  const [first, ...others] = events.map(({ type, detail }) => JSON.stringify([type, detail]));
  for (const other of others) same(`a repeat of ${id} on the bus`, first, other);
}

/** R21: at most one message, and exactly one where nothing was lost for good. */
function isToldOnce(world: World, news: News): void {
  const setup = world.setups.find(({ memberId }) => memberId === news.memberId)!;
  const { notifications } = world.rulebook.brand;
  const reaches = { email: setup.email, sms: setup.phone, push: false };
  for (const channel of ['email', 'sms'] as const) {
    const key = messageKey(channel, news);
    const wanted =
      news.announced &&
      (news.channels?.includes(channel) ?? true) &&
      notifications[channel]?.enabled === true &&
      reaches[channel] &&
      !setup.optOut.includes(channel);
    const sent = world.sent.get(key) ?? 0;
    const waits = world.struck.has(key) && isDeadLetter(world, channel, news);
    if (sent === 0 && wanted && waits) continue;
    same(`how often the message ${key} was sent ${JSON.stringify(news)}`, wanted ? 1 : 0, sent);
  }
}

function isDeadLetter({ deadLetters }: World, channel: Channel, news: News): boolean {
  return deadLetters.some((letter) => letter.channel === channel && changeId(letter.news) === changeId(news));
}

/** Each action was taken once, ends when the calendar says, and moves nobody the wrong way. */
async function actionsAreRight(world: World, memberId: string): Promise<void> {
  const [records, entries] = await Promise.all([world.members.actionsOf(memberId), world.ledger.entriesOf(memberId)]);
  for (const record of records) {
    const { action, outcome, from, to } = record;
    if (from && to) {
      demand(action.action === 'downgrade' ? to.rank <= from.rank : to.rank >= from.rank, () => {
        return `R15: the ${action.action} ${record.key} of ${memberId} led from ${from.id} to ${to.id}`;
      });
    }
    if (action.expiry && record.grant) endsWhenItShould(world, record, entries);
    if (action.expiry && outcome === 'FIELD_INVALID' && isKnownBefore(record, entries)) {
      const until = referenceUntil(action.expiry, record.recordedAt, fieldsOf(record, entries), world.rulebook.file);
      same(`R16: what the fields of ${record.key} of ${memberId} tell`, undefined, until);
    }
  }
  for (const { id, answer } of world.acted.filter((one) => one.memberId === memberId)) {
    const [record, ...more] = records.filter(({ key }) => key === id);
    same(`R20: how often the action ${id} of ${memberId} was taken`, 0, more.length);
    same(`R20: what came of the action ${id} of ${memberId}`, record?.outcome, answer.outcome);
  }
  for (const { id, members } of world.groupActions) {
    const taken = records.filter(({ key }) => key === `group#${GROUP}#${id}`).length;
    same(`R19: how often ${memberId} took the action ${id} of its group`, members.includes(memberId) ? 1 : 0, taken);
  }
}

function endsWhenItShould({ rulebook }: World, record: ActionRecord, entries: readonly LedgerEntry[]): void {
  const { action, grant } = record;
  const until = referenceUntil(action.expiry!, grant!.from, fieldsOf(record, entries), rulebook.file);
  // R18: a renewal never shortens what the member has.
  const ends = action.action === 'renew' && until !== undefined ? Math.max(until, grant!.until ?? END_OF_TIME) : until;
  same(`when what ${record.key} of ${record.memberId} gave ends`, ends, grant!.until ?? END_OF_TIME);
}

/** Whether the transaction that an action names was there for certain when it was decided. */
function isKnownBefore(record: ActionRecord, entries: readonly LedgerEntry[]): boolean {
  const entry = transactionOf(record, entries);
  // One clock may have been ahead and the other behind.
  return entry !== undefined && entry.recordedAt <= record.recordedAt - 2 * CLOCKS_AGREE_MS;
}

function fieldsOf(record: ActionRecord, entries: readonly LedgerEntry[]): LedgerEntry['fields'] {
  return transactionOf(record, entries)?.fields;
}

function transactionOf({ action, origin }: ActionRecord, entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  // What a promotion's action comes from stands in its id: `promotion#source#id`.
  const named = origin.type === 'promotion' ? action.id.split('#').slice(1).join('#') : (action.transactionId ?? '');
  return entries.find(({ source, id }) => `${source}#${id}` === named || id === named);
}

/** Every stored figure is the fold of the ledger. */
async function storedIsTheFold(world: World, memberId: string): Promise<void> {
  // Where an edit left a tier above what the rules give (R10), the fold knows nothing of it.
  if (world.hasEdits) return;
  const { rules } = world.rulebook;
  const options = { write: false, cause: 'rebuild' } as const;
  const { status, ...rest } = await rebuildStoredMember(world, rules, memberId, options, world.now);
  demand(status === 'equal', () => `What is stored of ${memberId} differs from its ledger: ${JSON.stringify(rest)}`);
}

/** Everything once more: the same answers, and nothing is another than before. */
async function repeatsChangeNothing(world: World, letEverythingArrive: () => Promise<void>): Promise<void> {
  const shown = () => Promise.all(world.setups.map(({ memberId }) => shownOf(world, memberId)));
  // Whoever writes first after a cycle has ended writes that down; that is no repeat yet.
  world.ledgerStream.rewind(6);
  await letEverythingArrive();
  const before = await shown();
  const newest = world.news.length;
  for (const { request, status, id } of world.posted.slice(-4)) {
    if (status === 422) continue;
    const answer = await world.call(0, request);
    same(`R2: the answer to ${id}, posted again`, 200, answer?.status);
  }
  for (const { request, id, answer } of world.acted.slice(-2)) {
    const again = await world.call(0, request);
    same(`R20: the answer to ${id}, posted again`, answer, again?.body());
  }
  for (const { memberId } of world.setups) {
    const ids = world.posted.filter((one) => one.memberId === memberId && one.status !== 422).map(keyOf);
    const entries = await world.ledger.entriesOf(memberId);
    same(`R2: how many transactions of ${memberId} there are`, new Set(ids).size, entries.length);
  }
  world.ledgerStream.rewind(6);
  await world.deliverLedger(0, 'all');
  same('R2: how many changes there are after repeats', newest, world.news.length);
  same('R2: the members after repeats', before, await shown());
}

async function shownOf(world: World, memberId: string): Promise<unknown> {
  const { tier, tally, changes } = (await world.members.load(memberId))!;
  return { tier, tally, changes };
}

function keyOf({ request, id }: World['posted'][number]): string {
  return `${(request.body as { source?: string }).source ?? 'api'}#${id}`;
}

/** Nobody writes and no timer fires: at the next moments at which something ends, and right before, readers see what the reference says. */
async function isRightWithoutAnyTimer(world: World): Promise<void> {
  if (world.hasEdits) return;
  const members = await Promise.all(world.setups.map(async ({ memberId }) => (await world.members.load(memberId))!));
  const turns = members.flatMap(({ nextDueAt, tally }) => [nextDueAt ?? END_OF_TIME, tally.cycle.end]);
  const next = [...new Set(turns)].filter((turn) => turn > world.now + CLOCKS_AGREE_MS && turn < END_OF_TIME);
  for (const turn of next.sort((a, b) => a - b).slice(0, 2)) {
    for (const moment of [turn - 1, turn]) {
      if (moment < world.now) continue;
      // `lookAt` lets some seconds pass first.
      world.now = moment - CLOCKS_AGREE_MS;
      for (const { memberId } of members) {
        await lookAt(world, memberId);
        world.now -= CLOCKS_AGREE_MS;
      }
      world.now = moment;
    }
  }
}

/** The end of the cycle that runs, with its night: from then on the rules of today hold for everyone. */
async function toTheNextCycle(world: World, letEverythingArrive: () => Promise<void>): Promise<void> {
  const members = await Promise.all(world.setups.map(async ({ memberId }) => (await world.members.load(memberId))!));
  const ends = new Set(members.map((member) => nextEnd(world, member)).filter((end) => end < END_OF_TIME));
  for (const end of [...ends].sort((a, b) => a - b)) {
    world.now = Math.max(world.now, end + 10 * MINUTE_MS);
    await world.functions(0)('endCycle')({ Records: [{ messageId: 'night', body: '{"night":true}' }] } as never);
    await letEverythingArrive();
  }
  if (world.hasEdits && ends.size === 0) await world.call(0, { route: 'POST recalculations', body: {} });
  await letEverythingArrive();
  world.wasJudgedAnew = true;
}

function nextEnd({ now }: World, { tally }: Member): number {
  return tally.cycle.end > now ? tally.cycle.end : END_OF_TIME;
}
