import Table from 'cli-table3';
import { currencyDigits } from '../../core/money.ts';
import { type Program, rankOf, tierById } from '../../core/program/program.ts';
import { formatNumber } from '../../core/quantity.ts';
import type { RunCounts, RunOutcome } from '../../core/runs/run.ts';

/**
 * Counts the members who go up, go down and stay, with their share of all members.
 * @param all the label of the last line, the total
 */
export function summaryTable({ processed, up, down, unchanged, failed }: RunCounts, all: string): string {
  const share = (count: number) => (processed === 0 ? '' : `${((100 * count) / processed).toFixed(1)} %`);
  const table = new Table({
    head: ['Members', 'Number', 'Share'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [] },
  });
  table.push(
    ['go up', formatNumber(up), share(up)],
    ['go down', formatNumber(down), share(down)],
    ['stay', formatNumber(unchanged), share(unchanged)],
    ...(failed > 0 ? [['cannot be judged', formatNumber(failed), share(failed)]] : []),
    [all, formatNumber(processed), ''],
  );
  return table.toString();
}

/** Counts moves between tiers: a line for each tier before, a column for each tier after. */
export function matrixTable({ matrix }: RunCounts, program: Program): string {
  const ids = new Set([...Object.keys(matrix), ...Object.values(matrix).flatMap((row) => Object.keys(row))]);
  const tiers = [...ids].sort((a, b) => rankOf(program, a) - rankOf(program, b));
  const table = new Table({
    head: ['from \\ to', ...tiers.map((id) => nameOf(id, program))],
    colAligns: ['left', ...tiers.map(() => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const from of tiers) {
    table.push([
      nameOf(from, program),
      ...tiers.map((to) => (matrix[from]?.[to] ? formatNumber(matrix[from][to]) : '·')),
    ]);
  }
  return table.toString();
}

/** Without this mark, Excel reads UTF-8 in its country's encoding, and shows "£" as two other signs. */
const BYTE_ORDER_MARK = '\ufeff';

/** The heads of the columns, in words for people who write to the members. */
export function csvHead({ basis, currency }: Program): string {
  const points = basis === 'spend' ? `Spend (${currency})` : 'Points';
  const missing = basis === 'spend' ? `Missing (${currency})` : 'Points missing';
  const heads = ['Member', 'Moves', 'Tier before', 'Tier after', points, missing, 'Missing for', 'Why', 'Cause'];
  return `${BYTE_ORDER_MARK}${heads.join(',')}\r\n`;
}

/** A line of the list (RFC 4180). Figures are raw numbers, so that a spreadsheet can sort and add them. */
export function csvLine(outcome: RunOutcome, program: Program): string {
  const { memberId, direction, from, to, points, missing, missingFor, why, cause } = outcome;
  const tier = (id: string | null | undefined) => (id === null || id === undefined ? undefined : nameOf(id, program));
  const moves = outcome.outcome === 'FAILED' ? 'cannot be judged' : direction;
  const figures = [points, missing].map((figure) => figureText(figure, program));
  const fields = [memberId, moves, tier(from), tier(to), ...figures, tier(missingFor), why, cause];
  return `${fields.map(csvField).join(',')}\r\n`;
}

/** "690.00" where tiers count spend, else "1550"; undefined where there is no figure. */
function figureText(figure: number | null | undefined, { basis, currency }: Program): string | undefined {
  if (figure === null || figure === undefined) return undefined;
  return basis === 'spend' ? figure.toFixed(currencyDigits(currency)) : String(figure);
}

function nameOf(id: string, program: Program): string {
  return tierById(program, id)?.name ?? id;
}

/** Quotes text that a spreadsheet would run as a formula, because shops choose the members' ids. */
function csvField(value: string | undefined): string {
  if (value === undefined) return '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
