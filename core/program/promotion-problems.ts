/**
 * Promotions that can never work: each is refused with the program. Whether their time is over is not judged by a clock, as there is
 * none here: last year's may stay in the file. One that ended before the program began is warned of.
 */
import * as z from 'zod';
import { endingOf } from '../actions/expiry.ts';
import { type FieldValue, type LedgerEntry, TRANSACTION_TYPES } from '../ledger/transaction.ts';
import { formatInstant, type Instant, momentIn, parseInstant } from '../time.ts';
import type { ExpiryFile, PromotionFile } from './brand.ts';
import { brandShape, promotionSchema, readable } from './brand-schema.ts';
import { contradictionsIn, type Demand } from './filter-contradictions.ts';
import { type Channels, channelsOf, howToSwitchOn } from './notification-problems.ts';
import { listAt, oneOf, type Problem, placeOf, repeated, show, valueAt } from './problem.ts';
import type { Program } from './program.ts';
import { didYouMean } from './spelling.ts';
import { BUILT_IN_FIELDS, type TransactionFilter } from './transaction-filter.ts';

/** A promotion as far as it has the right shape: each part by itself. */
type Readable = Partial<PromotionFile>;

/** What a promotion is judged by. */
interface Surroundings {
  /** Undefined where not all of them can be read. */
  tiers: string[] | undefined;
  base: string | undefined;
  top: string | undefined;
  /** Only where it can be read. */
  timeZone: string | undefined;
  expiryBoundary: Program['expiryBoundary'];
  /** Undefined where they cannot be read. */
  channels: Channels | undefined;
}

/** @param json the whole file */
export function promotionProblems(json: unknown): Problem[] {
  const around = surroundingsIn(json);
  const promotions = promotionsIn(json);
  const ids = promotions.map(({ id }) => id ?? '');
  return [
    ...promotions.flatMap((promotion, place) => problemsOf(promotion, ['program', 'promotions', place], around)),
    ...repeated('program.promotions', 'id', ids, 'promotion'),
  ];
}

/** Promotions that were over before the program began. @param json the whole file */
export function promotionWarnings(json: unknown): Problem[] {
  const { timeZone, expiryBoundary } = surroundingsIn(json);
  const launchedOn = readable(brandShape.program.shape.launchedOn, valueAt(json, ['program', 'launchedOn']));
  if (timeZone === undefined || launchedOn === undefined) return [];
  const launch = momentIn(launchedOn, timeZone)!;
  const since: TransactionFilter = { field: 'occurredAt', after: formatInstant(launch - 1) };
  return promotionsIn(json).flatMap(({ trigger, expiry }, place): Problem[] => {
    const warn = (path: (string | number)[], given: unknown, allowed: string) => ({
      place: placeOf(['program', 'promotions', place, ...path]),
      given: show(given),
      allowed: `${allowed} ${launchedOn}, as program.launchedOn says`,
      remedy: 'The promotion was over before the program began: take it out, or correct the date.',
    });
    if (expiry?.type === 'date' || expiry?.type === 'instant') {
      const end = endOf(expiry, { timeZone, expiryBoundary });
      const [name, given] = expiry.type === 'date' ? ['date', expiry.date] : ['at', expiry.at];
      if (end !== undefined && end <= launch) return [warn(['expiry', name], given, 'an end after the start of')];
    }
    if (trigger?.on !== 'transaction' || contradictionsIn(trigger.where, timeZone).length > 0) return [];
    // The way into what is asked for begins with "all" and its place.
    const [contradiction] = contradictionsIn({ all: [since, trigger.where] }, timeZone);
    if (!contradiction) return [];
    const path = ['trigger', 'where', ...contradiction.path.slice(2)];
    return [warn(path, contradiction.condition, 'a condition that transactions can meet on or after')];
  });
}

function promotionsIn(json: unknown): Readable[] {
  return listAt(json, 'program', 'promotions').map(readablePromotion);
}

function surroundingsIn(json: unknown): Surroundings {
  const program = brandShape.program.shape;
  const tiers = listAt(json, 'program', 'tiers').map((tier) => readable(z.string(), valueAt(tier, ['id'])));
  return {
    tiers: tiers.length > 0 && tiers.every((id) => id !== undefined) ? tiers : undefined,
    base: tiers[0],
    top: tiers.at(-1),
    timeZone: readable(program.timeZone, valueAt(json, ['program', 'timeZone'])),
    expiryBoundary: readable(program.expiryBoundary, valueAt(json, ['program', 'expiryBoundary'])) ?? 'startOfDay',
    channels: channelsOf(json),
  };
}

function readablePromotion(promotion: unknown): Readable {
  const parts = Object.entries(promotionSchema.shape).map(([name, schema]) => [
    name,
    readable<unknown>(schema, valueAt(promotion, [name])),
  ]);
  return Object.fromEntries(parts) as Readable;
}

type Refuse = (path: (string | number)[], given: unknown, allowed: string, remedy: string) => void;

function problemsOf(promotion: Readable, path: (string | number)[], around: Surroundings): Problem[] {
  const problems: Problem[] = [];
  const refuse: Refuse = (inside, given, allowed, remedy) => {
    problems.push({ place: placeOf([...path, ...inside]), given: show(given), allowed, remedy });
  };
  judgeTier(promotion, around, refuse);
  judgeReassessment(promotion, refuse);
  judgeChannels(promotion, around, refuse);
  if (promotion.trigger?.on === 'enrolment') judgeEnrolment(promotion, refuse);
  if (promotion.trigger?.on === 'transaction') judgeTrigger(promotion.trigger.where, promotion.expiry, around, refuse);
  return problems;
}

function judgeTier({ action, strategy }: Readable, { tiers, base, top }: Surroundings, refuse: Refuse): void {
  if (strategy?.type !== 'specific') return;
  const { tier } = strategy;
  const place = ['strategy', 'tier'];
  if (tiers && !tiers.includes(tier)) {
    refuse(place, tier, oneOf(tiers), `${didYouMean(tier, tiers)}Name a tier of program.tiers.`);
  } else if (action === 'upgrade' && tier === base) {
    refuse(place, tier, 'a tier above the base tier, which everybody has', 'Name a higher tier.');
  } else if (action === 'downgrade' && tier === top) {
    refuse(place, tier, 'a tier below the top tier, above which nobody is', 'Name a lower tier.');
  } else if (action === 'renew' && tier === base) {
    refuse(place, tier, 'a tier above the base tier, which never ends', 'Name a higher tier.');
  }
}

function judgeReassessment({ action, reassess }: Readable, refuse: Refuse): void {
  if (!reassess || action === undefined || action === 'downgrade') return;
  const allowed = 'true only for a downgrade: nothing else is lifted by the next transaction';
  refuse(['reassess'], reassess, allowed, 'Leave it out.');
}

function judgeChannels({ notify }: Readable, { channels }: Surroundings, refuse: Refuse): void {
  if (channels === undefined) return;
  notify?.channels.forEach((channel, place) => {
    if (channels.on.includes(channel)) return;
    const allowed =
      channels.on.length > 0 ? `a channel that is on: ${oneOf(channels.on)}` : 'no channel, as none is on';
    const remedy = `${howToSwitchOn(channel, channels)}, or take the channel out.`;
    refuse(['notify', 'channels', place], channel, allowed, remedy);
  });
}

/** A new member has the base tier, no points, and no transaction. */
function judgeEnrolment({ action, strategy, expiry }: Readable, refuse: Refuse): void {
  if (action !== undefined && action !== 'upgrade') {
    const allowed = '"upgrade": a new member has the base tier, which cannot be lowered or renewed';
    refuse(['action'], action, allowed, 'Upgrade, or let a transaction trigger it.');
  }
  if (strategy?.type === 'program') {
    const allowed = '"specific": the rules give a new member no more than the base tier';
    refuse(['strategy', 'type'], strategy.type, allowed, 'Name the tier that new members get.');
  }
  if (expiry?.type === 'fieldDate' || expiry?.type === 'fieldNumber') {
    const allowed = '"date", "duration" or "instant": an enrolment has no transaction whose field could be read';
    refuse(['expiry', 'type'], expiry.type, allowed, 'Take another type, or let a transaction trigger it.');
  }
}

function judgeTrigger(
  where: TransactionFilter,
  expiry: ExpiryFile | undefined,
  around: Surroundings,
  refuse: Refuse,
): void {
  const contradictions = contradictionsIn(where, around.timeZone);
  for (const { path, condition, allowed } of contradictions) {
    const isOfType = 'equals' in condition && condition.field === 'type';
    const hint = isOfType ? didYouMean(condition.equals, TRANSACTION_TYPES) : '';
    const remedy = `${hint}No transaction can match the trigger: correct the condition, or take it out.`;
    refuse(['trigger', 'where', ...path], condition, allowed, remedy);
  }
  if (contradictions.length > 0) return;
  if (expiry?.type === 'fieldDate' || expiry?.type === 'fieldNumber') {
    judgeExpiryField(where, expiry, around, refuse);
  } else if (expiry?.type === 'date' || expiry?.type === 'instant') {
    judgeFixedEnd(where, expiry, around, refuse);
  }
}

type FieldExpiry = Extract<ExpiryFile, { field: string }>;

function judgeExpiryField(
  where: TransactionFilter,
  expiry: FieldExpiry,
  { timeZone, expiryBoundary }: Surroundings,
  refuse: Refuse,
): void {
  const { field } = expiry;
  const place = ['expiry', 'field'];
  if ((BUILT_IN_FIELDS as readonly string[]).includes(field)) {
    // In a trigger these names mean what every transaction has: one name would mean two things.
    const allowed = `a name of the transaction's own fields, which none of ${BUILT_IN_FIELDS.join(', ')} is`;
    refuse(place, field, allowed, 'Name another field, or take another type of expiry.');
    return;
  }
  if (contradictionsIn({ all: [where, { field, exists: true }] }, timeZone).length > 0) {
    const allowed = 'a field that the transaction has: the trigger asks for transactions without it';
    refuse(place, field, allowed, 'Name another field, or correct the trigger.');
    return;
  }
  if (timeZone === undefined) return;
  const demand: Demand = {
    field,
    holds: (value) => value !== undefined && endOf(expiry, { timeZone, expiryBoundary }, value) !== undefined,
    candidates: expiry.type === 'fieldDate' ? ['2000-01-01'] : [1],
  };
  if (contradictionsIn(where, timeZone, demand).length === 0) return;
  const needed = expiry.type === 'fieldDate' ? 'a date' : `a whole number of ${expiry.unit}, and not too large a one`;
  const allowed = `a field that can be ${needed}: the trigger asks for transactions in which it is not`;
  refuse(place, field, allowed, 'Name another field, or correct the trigger.');
}

function judgeFixedEnd(
  where: TransactionFilter,
  expiry: Extract<ExpiryFile, { type: 'date' | 'instant' }>,
  { timeZone, expiryBoundary }: Surroundings,
  refuse: Refuse,
): void {
  const until = timeZone === undefined ? undefined : endOf(expiry, { timeZone, expiryBoundary });
  if (until === undefined) return;
  const inTime: TransactionFilter = { field: 'occurredAt', before: formatInstant(until) };
  if (contradictionsIn({ all: [where, inTime] }, timeZone).length === 0) return;
  const [name, given] = expiry.type === 'date' ? ['date', expiry.date] : ['at', expiry.at];
  const allowed = 'an end after the transactions that trigger it: occurredAt is no earlier';
  refuse(['expiry', name], given, allowed, 'Let it end later, or correct the trigger.');
}

/** When a grant with this expiry ends, by the very rule that will decide it. @param value of the field that the expiry names */
function endOf(
  expiry: ExpiryFile,
  calendar: Pick<Program, 'timeZone' | 'expiryBoundary'>,
  value?: FieldValue,
): Instant | undefined {
  const parsed = expiry.type === 'instant' ? { ...expiry, at: parseInstant(expiry.at)! } : expiry;
  const fields = 'field' in expiry && value !== undefined ? { [expiry.field]: value } : {};
  const ending = endingOf(parsed, 0, { fields } as unknown as LedgerEntry, calendar as Program);
  return 'until' in ending ? ending.until : undefined;
}
