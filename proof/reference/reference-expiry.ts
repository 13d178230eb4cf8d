/** When what an action gives ends, once more from the rules' text alone (R11, R12, R16): dates as three numbers, no calendar library. */
import type { Expiry } from '../../core/actions/tier-action.ts';
import type { FieldValue } from '../../core/ledger/transaction.ts';
import type { ProgramFile } from '../../core/program/brand.ts';
import { dateIn } from './local-date.ts';

const DAY = 86_400_000;

/** @returns undefined where a field tells no end */
export function referenceUntil(
  expiry: Expiry,
  from: number,
  fields: Record<string, FieldValue> | undefined,
  { timeZone, expiryBoundary }: ProgramFile,
): number | undefined {
  const endOf = (date: string) => firstMomentOf(expiryBoundary === 'endOfDay' ? plus(date, 1, 'days') : date, timeZone);
  switch (expiry.type) {
    case 'instant':
      return expiry.at;
    case 'date':
      return endOf(expiry.date);
    case 'duration':
      return endOf(plus(dateIn(timeZone, from), expiry.amount, expiry.unit));
    case 'fieldDate': {
      const text = String(fields?.[expiry.field] ?? '');
      if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
      const date = text.length === 10 ? text : dateIn(timeZone, Date.parse(text));
      return endOf(plus(date, expiry.plus.amount, expiry.plus.unit));
    }
    case 'fieldNumber': {
      const number = Number(fields?.[expiry.field] ?? Number.NaN);
      const most = expiry.unit === 'days' ? 3650 : 120;
      if (!Number.isInteger(number) || number < 1 || number > most) return undefined;
      return endOf(plus(dateIn(timeZone, from), number, expiry.unit));
    }
  }
}

/** Months clamp to the month's end. */
function plus(date: string, amount: number, unit: 'days' | 'months'): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  if (unit === 'days') return new Date(Date.UTC(year, month - 1, day) + amount * DAY).toISOString().slice(0, 10);
  const months = year * 12 + month - 1 + amount;
  const [toYear, toMonth] = [Math.floor(months / 12), (months % 12) + 1];
  const longest = new Date(Date.UTC(toYear, toMonth, 0)).getUTCDate();
  return new Date(Date.UTC(toYear, toMonth - 1, Math.min(day, longest))).toISOString().slice(0, 10);
}

const known = new Map<string, number>();

/** The first millisecond that a wall calendar in the zone dates so, found by halving. */
function firstMomentOf(date: string, timeZone: string): number {
  const key = `${timeZone} ${date}`;
  let before = Date.parse(date) - DAY;
  let after = Date.parse(date) + DAY;
  const found = known.get(key);
  if (found !== undefined) return found;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dateIn(timeZone, middle) >= date) after = middle;
    else before = middle;
  }
  known.set(key, after);
  return after;
}
