/**
 * Filters that no transaction can match. One that is called contradictory is so for certain; where the alternatives are too many to be
 * gone through, nothing is said.
 */
import { type FieldValue, TRANSACTION_TYPES } from '../ledger/transaction.ts';
import { formatInstant, momentIn, parseInstant } from '../time.ts';
import { show } from './problem.ts';
import type { TransactionFilter } from './transaction-filter.ts';
import { type BUILT_IN_FIELDS, type FieldCondition, testOf } from './transaction-filter.ts';

export interface Contradiction {
  /** From the filter to the condition that cannot be met beside those before it. */
  path: (string | number)[];
  condition: TransactionFilter;
  /** What could stand there. */
  allowed: string;
}

/** What somebody else asks of a field's value, beside the filter. */
export interface Demand {
  field: string;
  holds(value: FieldValue | undefined): boolean;
  /** Values that meet it: one at least within any bounds that leave one. */
  candidates: FieldValue[];
}

/**
 * Why no transaction can match a filter; nothing where one can.
 * @param timeZone in which a date begins; where it is not known, nothing is judged that depends on it
 * @param demand that the transaction has to meet as well
 */
export function contradictionsIn(
  filter: TransactionFilter,
  timeZone: string | undefined,
  demand?: Demand,
): Contradiction[] {
  const known: Condition[] = demand ? [{ ...demand, filter: undefined }] : [];
  return contradictionsAmong([{ filter, path: [] }], known, { timeZone, branches: MAX_BRANCHES });
}

/** Alternatives multiply: with this many, a file is still judged at once. */
const MAX_BRANCHES = 10_000;

interface Part {
  filter: TransactionFilter;
  path: (string | number)[];
}

interface Choice extends Part {
  filter: { any: TransactionFilter[] };
}

interface Condition extends Demand {
  /** As it is written; undefined for a demand from outside. */
  filter: TransactionFilter | undefined;
}

interface Search {
  timeZone: string | undefined;
  branches: number;
}

/** Parts and conditions that one transaction would have to meet together. */
function contradictionsAmong(parts: Part[], known: Condition[], search: Search): Contradiction[] {
  const found: Contradiction[] = [];
  const conditions = [...known];
  const choices: Choice[] = [];
  const open = [...parts];
  for (let part = open.shift(); part; part = open.shift()) {
    const { filter, path } = part;
    if ('all' in filter) {
      open.unshift(...filter.all.map((inside, place) => ({ filter: inside, path: [...path, 'all', place] })));
    } else if ('any' in filter) {
      choices.push({ filter, path });
    } else {
      const condition = conditionOf(filter, search.timeZone);
      const allowed = condition && whatGoesWith(conditions, condition);
      if (allowed) found.push({ path, condition: filter, allowed });
      else if (condition) conditions.push(condition);
    }
  }
  if (found.length > 0) return found;
  // Each choice by itself first: the one that leaves nothing is the one to be told of.
  const hopeless =
    choices.length > 1 ? choices.flatMap((choice) => contradictionsOf(choice, [], conditions, search)) : [];
  const [choice, ...others] = choices;
  return choice && hopeless.length === 0 ? contradictionsOf(choice, others, conditions, search) : hopeless;
}

/** Of a choice whose alternatives all contradict what has to be met beside it. */
function contradictionsOf(
  { filter, path }: Choice,
  others: Choice[],
  conditions: Condition[],
  search: Search,
): Contradiction[] {
  let first: Contradiction[] = [];
  for (const [place, inside] of filter.any.entries()) {
    if (search.branches-- <= 0) return [];
    const part = { filter: inside, path: [...path, 'any', place] };
    const found = contradictionsAmong([part, ...others], conditions, search);
    if (found.length === 0) return [];
    if (place === 0) first = found;
  }
  if (filter.any.length === 1) return first;
  const { condition, allowed } = first[0]!;
  return [
    {
      path,
      condition: filter,
      allowed: `an alternative that can be met; in the first, instead of ${show(condition)}, ${allowed}`,
    },
  ];
}

// ---- the values that a field can have ----------------------------------------------------------------------------------------

interface Domain {
  holds(value: FieldValue | undefined): boolean;
  candidates: readonly (FieldValue | undefined)[];
  allowed: string;
}

const MOMENT = '2000-01-01T00:00:00Z';

const BUILT_IN: Readonly<Record<(typeof BUILT_IN_FIELDS)[number], Domain>> = {
  source: {
    // It begins with a letter.
    holds: (value) => typeof value === 'string' && momentIn(value, 'UTC') === undefined,
    candidates: ['api'],
    allowed: 'a condition on text that is no date: every transaction has a source',
  },
  type: {
    holds: (value) => (TRANSACTION_TYPES as readonly unknown[]).includes(value),
    candidates: TRANSACTION_TYPES,
    allowed: `one of the types of transactions: ${TRANSACTION_TYPES.join(', ')}`,
  },
  points: {
    holds: (value) => value === undefined || Number.isInteger(value),
    candidates: [undefined, 0],
    allowed: 'a condition on a number: points are whole numbers',
  },
  amount: {
    holds: (value) => value === undefined || typeof value === 'number',
    candidates: [undefined, 0],
    allowed: 'a condition on a number: an amount is one, in units of the currency',
  },
  occurredAt: {
    holds: (value) => {
      const at = typeof value === 'string' ? parseInstant(value) : undefined;
      return at !== undefined && formatInstant(at) === value;
    },
    candidates: [MOMENT],
    allowed: '"before" or "after" a date or an instant: every transaction has a moment, to the millisecond',
  },
};

const ANY: Domain = { holds: () => true, candidates: [undefined, 0, MOMENT], allowed: 'a condition that can be met' };

function domainOf(field: string): Domain {
  return Object.hasOwn(BUILT_IN, field) ? BUILT_IN[field as keyof typeof BUILT_IN] : ANY;
}

function conditionOf(filter: FieldCondition | { type: string }, timeZone: string | undefined): Condition | undefined {
  const written: FieldCondition = 'field' in filter ? filter : { field: 'type', equals: filter.type };
  if (timeZone === undefined && ('before' in written || 'after' in written)) return undefined;
  const zone = timeZone ?? 'UTC';
  return {
    field: written.field,
    holds: testOf(written, zone),
    candidates: candidatesOf(written, zone),
    filter: filter as TransactionFilter,
  };
}

/** Values at the edge of what meets a condition: where several conditions leave anything at all, they leave one of these. */
function candidatesOf(condition: FieldCondition, timeZone: string): FieldValue[] {
  if ('equals' in condition) return [condition.equals];
  if ('oneOf' in condition) return condition.oneOf;
  if ('atLeast' in condition) return [condition.atLeast, Math.ceil(condition.atLeast)];
  if ('atMost' in condition) return [condition.atMost, Math.floor(condition.atMost)];
  if ('before' in condition) return [formatInstant(momentIn(condition.before, timeZone)! - 1)];
  if ('after' in condition) return [formatInstant(momentIn(condition.after, timeZone)! + 1)];
  return [];
}

/** What could stand in the place of a condition that cannot be met beside the others; undefined where it can. */
function whatGoesWith(others: readonly Condition[], condition: Condition): string | undefined {
  const beside = others.filter(({ field }) => field === condition.field);
  if (canBeMet([...beside, condition])) return undefined;
  if (!canBeMet([condition])) return domainOf(condition.field).allowed;
  const other = beside.find((one) => !canBeMet([one, condition]));
  if (!other?.filter) return `what the other conditions on ${condition.field} leave: no value meets them all`;
  return `what goes with ${show(other.filter)}: ${reasonOf(condition.filter!, other.filter)}`;
}

function canBeMet(conditions: readonly Condition[]): boolean {
  const domain = domainOf(conditions[0]!.field);
  const candidates = [...domain.candidates, ...conditions.flatMap((condition) => condition.candidates)];
  return candidates.some((value) => domain.holds(value) && conditions.every(({ holds }) => holds(value)));
}

function reasonOf(one: TransactionFilter, other: TransactionFilter): string {
  const isOf = (...names: string[]) => [one, other].map((filter) => names.some((name) => name in filter));
  const [isMoment, otherIsMoment] = isOf('before', 'after');
  const [isBound, otherIsBound] = isOf('atLeast', 'atMost');
  const [isValue, otherIsValue] = isOf('equals', 'oneOf');
  if ('type' in one || 'type' in other) return 'a transaction has one type';
  if ('exists' in one || 'exists' in other) return 'a field that is not there has no value';
  if (isMoment && otherIsMoment) return 'no moment lies between the two';
  if (isBound && otherIsBound) return 'no number lies between the two';
  if (isValue && otherIsValue) return 'a field has one value';
  return isValue || otherIsValue ? 'the value lies outside' : 'a value is a number or a date, and never both';
}
