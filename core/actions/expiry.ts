import type { LedgerEntry } from '../ledger/transaction.ts';
import { numberText } from '../locale-format.ts';
import type { Program } from '../program/program.ts';
import { dateIn, type Instant, localDate, parseDate, startOfDay } from '../time.ts';
import { LONGEST, type Period } from './period.ts';
import type { Expiry } from './tier-action.ts';

/** What of a program dates depend on. */
type Calendar = Pick<Program, 'timeZone' | 'expiryBoundary'>;

export type Ending =
  | { until: Instant }
  /** A field of the transaction does not tell an end (R16). */
  | { invalid: string };

/**
 * When a grant ends (the table in section 6 of docs/rules.md). Dates are days of the program's zone, and end where they begin (R11), or
 * with the program's `expiryBoundary` where they end; a daylight-saving change adds no hour. Months clamp to the month's end, counted from
 * the original day (R12).
 * @param from the moment of the change
 * @param entry the transaction whose field tells the end
 */
export function endingOf(expiry: Expiry, from: Instant, entry: LedgerEntry | undefined, program: Calendar): Ending {
  switch (expiry.type) {
    case 'instant':
      return { until: expiry.at };
    case 'date': {
      const date = parseDate(expiry.date);
      return date ? { until: endOfGrant(date, program) } : { invalid: `${expiry.date} is not a date.` };
    }
    case 'duration':
      return after(localDate(from, program.timeZone), expiry, program);
    case 'fieldDate': {
      const value = fieldOf(expiry.field, entry);
      const date = typeof value === 'string' ? dateIn(value, program.timeZone) : undefined;
      return date
        ? after(date, expiry.plus, program)
        : { invalid: `${whatIs(expiry.field, value)}. The action needs an ISO 8601 date.` };
    }
    case 'fieldNumber': {
      const value = fieldOf(expiry.field, entry);
      const amount = wholeNumber(value);
      const longest = LONGEST[expiry.unit];
      return amount !== undefined && amount >= 1 && amount <= longest
        ? after(localDate(from, program.timeZone), { amount, unit: expiry.unit }, program)
        : {
            invalid: `${whatIs(expiry.field, value)}. The action needs a whole number of ${expiry.unit} from 1 to ${numberText(longest)}.`,
          };
    }
  }
}

type Day = ReturnType<typeof localDate>;

function after(day: Day, { amount, unit }: Period, program: Calendar): Ending {
  try {
    return { until: endOfGrant(day.add({ [unit]: amount }), program) };
  } catch {
    return { invalid: `The calendar has no date ${numberText(amount)} ${unit} after ${day}.` };
  }
}

function endOfGrant(day: Day, { expiryBoundary, timeZone }: Calendar): Instant {
  return startOfDay(expiryBoundary === 'endOfDay' ? day.add({ days: 1 }) : day, timeZone);
}

function fieldOf(field: string, entry: LedgerEntry | undefined): unknown {
  return entry?.fields && Object.hasOwn(entry.fields, field) ? entry.fields[field] : undefined;
}

/** Some shops send numbers as text. */
function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/** A field's value may be anything, and ends in the action's record: its start is enough to find the mistake. */
function whatIs(field: string, value: unknown): string {
  return value === undefined
    ? `The transaction has no field ${field}`
    : `The field ${field} is ${JSON.stringify(value).slice(0, 40)}`;
}
