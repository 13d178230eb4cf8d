import Table from 'cli-table3';
import { currencyDigits } from '../../core/money.ts';
import { type Program, rankOf, tierById } from '../../core/program/program.ts';
import { formatNumber } from '../../core/quantity.ts';
import type { RunCounts, RunOutcome } from '../../core/runs/run.ts';

/**
 * How many go up, down and stay, with their share of all.
 * @param all what those who were judged are called together
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

/** From which tier, line by line, to which, column by column. */
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

/** Without it, Excel reads a list in UTF-8 as one in the encoding of its country, and a "£" as two other signs. */
const BYTE_ORDER_MARK = '\ufeff';

/** The heads of the columns: for whoever writes to the members, in a spreadsheet or a mailing. */
export function csvHead({ basis, currency }: Program): string {
  const points = basis === 'spend' ? `Spend (${currency})` : 'Points';
  const missing = basis === 'spend' ? `Missing (${currency})` : 'Points missing';
  const heads = ['Member', 'Moves', 'Tier before', 'Tier after', points, missing, 'Missing for', 'Why', 'Cause'];
  return `${BYTE_ORDER_MARK}${heads.join(',')}\r\n`;
}

/** A line of the list (RFC 4180). Figures are raw numbers, so that a spreadsheet can sort by them and add them up. */
export function csvLine(outcome: RunOutcome, program: Program): string {
  const { memberId, direction, from, to, points, missing, missingFor, why, cause } = outcome;
  const tier = (id: string | null | undefined) => (id === null || id === undefined ? undefined : nameOf(id, program));
  const moves = outcome.outcome === 'FAILED' ? 'cannot be judged' : direction;
  const figures = [points, missing].map((figure) => figureText(figure, program));
  const fields = [memberId, moves, tier(from), tier(to), ...figures, tier(missingFor), why, cause];
  return `${fields.map(csvField).join(',')}\r\n`;
}

/** "690.00" where tiers count what is spent, else "1550"; nothing where there is no figure. */
function figureText(figure: number | null | undefined, { basis, currency }: Program): string | undefined {
  if (figure === null || figure === undefined) return undefined;
  return basis === 'spend' ? figure.toFixed(currencyDigits(currency)) : String(figure);
}

function nameOf(id: string, program: Program): string {
  return tierById(program, id)?.name ?? id;
}

/** What a spreadsheet would take for a formula is text: whoever enrols members chooses their ids. */
function csvField(value: string | undefined): string {
  if (value === undefined) return '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
