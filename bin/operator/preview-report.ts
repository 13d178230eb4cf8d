import Table from 'cli-table3';
import { type Program, rankOf, tierById } from '../../core/program/program.ts';
import type { RunCounts, RunOutcome } from '../../core/runs/run.ts';

const number = new Intl.NumberFormat('en');

/** How many go up, down and stay, with their share of all. */
export function summaryTable({ processed, up, down, unchanged, failed }: RunCounts): string {
  const share = (count: number) => (processed === 0 ? '' : `${((100 * count) / processed).toFixed(1)} %`);
  const table = new Table({
    head: ['Members', 'Number', 'Share'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [] },
  });
  table.push(
    ['go up', number.format(up), share(up)],
    ['go down', number.format(down), share(down)],
    ['stay', number.format(unchanged), share(unchanged)],
    ...(failed > 0 ? [['cannot be judged', number.format(failed), share(failed)]] : []),
    ['all', number.format(processed), ''],
  );
  return table.toString();
}

/** From which tier, line by line, to which, column by column. */
export function matrixTable({ matrix }: RunCounts, program: Program): string {
  const ids = new Set([...Object.keys(matrix), ...Object.values(matrix).flatMap((row) => Object.keys(row))]);
  const tiers = [...ids].sort((a, b) => rankOf(program, a) - rankOf(program, b));
  const nameOf = (id: string) => tierById(program, id)?.name ?? id;
  const table = new Table({
    head: ['from \\ to', ...tiers.map(nameOf)],
    colAligns: ['left', ...tiers.map(() => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const from of tiers) {
    table.push([nameOf(from), ...tiers.map((to) => (matrix[from]?.[to] ? number.format(matrix[from][to]) : '·'))]);
  }
  return table.toString();
}

export const CSV_HEAD = 'memberId,from,to,direction,cause,why\r\n';

/** A line of the list (RFC 4180). */
export function csvLine({ memberId, from, to, direction, cause, why }: RunOutcome): string {
  return `${[memberId, from, to, direction, cause, why].map(csvField).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula is text: whoever enrols members chooses their ids. */
function csvField(value: string | null | undefined): string {
  if (value === null || value === undefined) return '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
