import Table from 'cli-table3';

/** What one part of the bench measured. */
export interface Report<Figures = unknown> {
  title: string;
  /** How the figures were measured. */
  how: readonly string[];
  /** Tables, and lines below them. */
  lines: readonly string[];
  limits: readonly Limit[];
  figures: Figures;
}

/** A bound for one figure. */
export interface Limit {
  what: string;
  unit: string;
  measured: number;
  sense: 'at most' | 'at least';
  bound: number;
}

export type OnProgress = (what: string) => void;

export function atMost(bound: number, measured: number, unit: string, what: string): Limit {
  return { what, unit, measured, sense: 'at most', bound };
}

export function atLeast(bound: number, measured: number, unit: string, what: string): Limit {
  return { what, unit, measured, sense: 'at least', bound };
}

export function isKept({ measured, sense, bound }: Limit): boolean {
  return sense === 'at most' ? measured <= bound : measured >= bound;
}

export function limitLines(limits: readonly Limit[]): string[] {
  const missed = limits.filter((limit) => !isKept(limit));
  if (missed.length === 0) return [`All ${limits.length} limits are kept.`];
  const described = missed.map(
    ({ what, unit, measured, sense, bound }) =>
      `  ${what}: ${whole(measured)} ${unit}, ${sense} ${whole(bound)} allowed`,
  );
  return [`${missed.length} of ${limits.length} limits are missed:`, ...described];
}

/** One row of a table; a limit shows its bound. */
export type Row = readonly (string | number | Limit)[];

/** Every column but the first is aligned to the right. */
export function table(head: readonly string[], rows: readonly Row[], colWidths?: number[]): string {
  const style = { head: [], border: [], compact: true };
  const drawn = new Table({ head: [...head], style, ...(colWidths && { colWidths, wordWrap: true }) });
  for (const [first, ...others] of rows) {
    drawn.push([String(first), ...others.map((cell) => ({ hAlign: 'right' as const, content: textOf(cell) }))]);
  }
  return drawn.toString();
}

function textOf(cell: string | number | Limit): string {
  if (typeof cell !== 'object') return String(cell);
  const bound = cell.bound.toLocaleString('en', { maximumFractionDigits: 1 });
  return `${cell.sense === 'at most' ? '≤' : '≥'} ${bound}${cell.unit.startsWith('%') ? ' %' : ''}`;
}

export function limitsIn(rows: readonly Row[]): Limit[] {
  return rows.flat().filter((cell) => typeof cell === 'object');
}

export function whole(figure: number): string {
  return Math.round(figure).toLocaleString('en');
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function rounded(figure: number, digits: number): number {
  return Number(figure.toFixed(digits));
}

export function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}

export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]!;
}

/** Processor time of this process, garbage collection included: other work of the machine is not part of it. */
export async function processorMs(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Repeats a batch for so long. @returns how often its work was done in a second of processor time */
export async function ratePerSecond(batch: () => unknown, size: number, roundMs: number): Promise<number> {
  let [done, spentMs] = [0, 0];
  while (spentMs < roundMs) {
    spentMs += await processorMs(batch);
    done += size;
  }
  return done / (spentMs / 1000);
}
