import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type DatabaseFigures, type InvocationFigures, MOVING_PURCHASE, PLAIN_PURCHASE } from './database.ts';
import type { FunctionFigure } from './deployed-functions.ts';
import { type Report, sum, table, whole } from './report.ts';

export interface CostLine {
  what: string;
  /** How the quantity is computed. */
  arithmetic: string;
  quantity: number;
  price: { usd: number; per: number };
  usd: number;
}

const PURCHASES = 1_000_000;
export const GB = 1e9;

const HOW = [
  'Units, processor time, memory, import and log are the figures above. Anything that cannot be measured here is assumed, in bench/prices.tsv, with',
  'the reason. The points of the purchase depend on the tier, which is the more expensive kind. Without free tiers. Processor time is of this',
  'machine, at the share of a processor that the function’s memory buys. The import is that of a cold start, at a full processor.',
  'Not included: the idle cost of a stack (alarms, dashboard, custom metrics, secrets, idle queues), and text messages (priced by country).',
];

/**
 * `prices.tsv` holds list prices of US East (N. Virginia) in US dollars, at AWS's first volume step, without free tiers, taxes and data transfer.
 * The source of a price is AWS's own page, which decides, and the page where the figure was seen. Edit the file for another date or region.
 */
const [REGION, AS_OF] = ['us-east-1', '2026-06'];
const ROWS = readFileSync(path.join(import.meta.dirname, 'prices.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((row) => row.split('\t'))
  .map(([kind, name, value, per, what, source]) => ({
    kind,
    name,
    value: Number(value),
    per: Number(per),
    what,
    source,
  }));

function rowOf(kind: 'price' | 'assumption', name: string) {
  const row = ROWS.find((each) => each.kind === kind && each.name === name);
  if (!row) throw new Error(`bench/prices.tsv has no ${kind} "${name}".`);
  return row;
}

export function assumed(name: string): number {
  return rowOf('assumption', name).value;
}

export function line(price: string, quantity: number, arithmetic: string, label = ''): CostLine {
  const { what, value: usd, per } = rowOf('price', price);
  const arithmeticOrNone = arithmetic === whole(quantity) ? '' : arithmetic;
  return {
    ...{ what: label ? `${what}: ${label}` : what!, arithmetic: arithmeticOrNone, quantity },
    ...{ price: { usd, per }, usd: (quantity / per) * usd },
  };
}

/** The lines of a bill that depend on the measured database and functions. */
export function openBill(database: DatabaseFigures, functions: readonly FunctionFigure[]) {
  /** @returns a function's memory, import time, and share of a processor */
  const sizeOf = (name: string) => {
    const { memoryMib, importMs } = functions.find((one) => one.name === name)!;
    return { memoryMib, importMs, share: Math.min(1, memoryMib / assumed('mibOfOneProcessor')) };
  };
  /** What a function costs that runs `times`, and waits for `trips` to DynamoDB and `calls` to a provider each time. */
  const running = (name: string, times: number, { cpuMs }: InvocationFigures, trips: number, calls = 0): CostLine[] => {
    const { memoryMib, importMs, share } = sizeOf(name);
    const [tripMs, callMs] = [assumed('roundTripMs'), assumed('providerCallMs')];
    const billedMs = Math.ceil(cpuMs / share + trips * tripMs + calls * callMs);
    const coldMs = assumed('coldStarts') * importMs;
    const ofCalls = calls > 0 ? ` + ${calls} calls × ${callMs} ms` : '';
    const arithmetic =
      `${whole(times)} × (⌈${cpuMs} ms ÷ ${share.toFixed(2)} + ${trips} trips × ${tripMs} ms${ofCalls}⌉ = ${billedMs} ms` +
      ` + ${assumed('coldStarts') * 100} % × ${importMs} ms) × ${memoryMib / 1024} GB`;
    const gbSeconds = ((times * (billedMs + coldMs)) / 1000) * (memoryMib / 1024);
    return [line('invocations', times, whole(times), name), line('gbSeconds', gbSeconds, arithmetic, name)];
  };
  /** The log of a function that runs `times`: its own lines, Lambda's, and perhaps the API's. */
  const logging = (name: string, times: number, { logBytes }: InvocationFigures, apiBytes = 0): CostLine => {
    const lambdaBytes = assumed('lambdaLogBytes');
    const ofApi = apiBytes > 0 ? ` + ${apiBytes} of the API` : '';
    const arithmetic = `${whole(times)} × (${logBytes} + ${lambdaBytes} of Lambda${ofApi}) bytes`;
    return line('logs', (times * (logBytes + lambdaBytes + apiBytes)) / GB, arithmetic, name);
  };
  /** The announcement of so many changes, each by one email, without the write units. */
  const announcing = (moves: number): CostLine[] => {
    const { email } = database.invocations;
    const { readUnits, roundTrips } = database.email;
    return [
      line('readUnits', moves * readUnits, `${whole(moves)} × ${readUnits} for the address`),
      // The function's own work is like that of an email, without the tables.
      ...running('announce-tier-change', moves, email, 0, 2),
      line('events', moves, whole(moves)),
      line('publications', moves, whole(moves)),
      line('queueRequests', 2 * moves, `${whole(moves)} × (1 receive + 1 delete)`),
      ...running('send-email', moves, email, roundTrips, 1),
      line('emails', moves, whole(moves)),
      logging('announce-tier-change, send-email', 2 * moves, email),
    ];
  };
  return { sizeOf, running, logging, announcing };
}

export function computeCost(database: DatabaseFigures, functions: readonly FunctionFigure[]): Report {
  const { running, logging, announcing } = openBill(database, functions);
  const { invocations, email, entryBytes } = database;
  const kind = (name: string) => database.transactions.find((transaction) => transaction.kind === name)!;
  const { intake, recalculation } = kind(PLAIN_PURCHASE);
  const batches = PURCHASES / assumed('recordsPerBatch');
  const units = (unit: 'readUnits' | 'writeUnits') =>
    line(
      unit,
      PURCHASES * (intake[unit] + recalculation[unit]),
      `${whole(PURCHASES)} × (${intake[unit]} at intake + ${recalculation[unit]} when counted)`,
    );
  const purchase = [
    line('httpCalls', PURCHASES, whole(PURCHASES)),
    ...running('record-transaction', PURCHASES, invocations.intake, intake.roundTrips),
    ...running('recalculate-tier', batches, invocations.recalculation, recalculation.roundTrips),
    units('writeUnits'),
    units('readUnits'),
    line('streamReads', PURCHASES, whole(PURCHASES)),
    logging('record-transaction', PURCHASES, invocations.intake, assumed('accessLogBytes')),
    logging('recalculate-tier', batches, invocations.recalculation),
  ];
  const moves = PURCHASES * assumed('movesPerPurchase');
  const moreUnits = kind(MOVING_PURCHASE).recalculation.writeUnits - recalculation.writeUnits;
  const unitsOfAMove = `${whole(moves)} × (${moreUnits} more for the change in one transaction + ${email.writeUnits} for the claim and the mark)`;
  const change = [line('writeUnits', moves * (moreUnits + email.writeUnits), unitsOfAMove), ...announcing(moves)];
  const stored = `${whole(PURCHASES)} × ${entryBytes} bytes`;
  const gigabytes = (PURCHASES * entryBytes) / GB;
  const keeping = [line('storage', gigabytes, stored), line('backup', gigabytes, stored)];

  const rows = [
    ...rowsOf(purchase),
    totalOf(`= ${whole(PURCHASES)} purchases`, usdOf(purchase)),
    ...rowsOf(change),
    totalOf('= the same with their changes of tier, each told by email', usdOf([...purchase, ...change])),
    totalOf('  of which a thousand such changes', (usdOf(change) / moves) * 1000),
    ...rowsOf(keeping),
    totalOf('= to keep the purchases, each month', usdOf(keeping)),
  ];
  const assumptions = ROWS.filter(({ kind }) => kind === 'assumption');
  return {
    title: 'What a million purchases cost',
    how: HOW,
    lines: [
      billOf(rows),
      `List prices of ${REGION}, ${AS_OF} (bench/prices.tsv). Assumed:`,
      ...assumptions.map(({ name, value, source }) => `  ${name} = ${value}: ${source}`),
    ],
    limits: [],
    figures: { purchase, change, keeping },
  };
}

export function usdOf(lines: readonly CostLine[]): number {
  return sum(lines.map(({ usd }) => usd));
}

export function billOf(rows: readonly string[][]): string {
  return table(['', 'how many', '', 'price', 'US dollars'], rows, [38, 50, 13, 21, 12]);
}

export function totalOf(what: string, usd: number): string[] {
  return [what, '', '', '', `$${usd.toFixed(2)}`];
}

export function rowsOf(lines: readonly CostLine[]): string[][] {
  return lines.map(({ what, arithmetic, quantity, price, usd }) => {
    const per = price.per === 1 ? `${price.usd}` : `${price.usd} per ${whole(price.per)}`;
    return [what, arithmetic, significant(quantity), per, `$${usd.toFixed(4)}`];
  });
}

/** Three decimals below 100, and none above. */
export function significant(quantity: number): string {
  return quantity.toLocaleString('en', { maximumFractionDigits: quantity < 100 ? 3 : 0 });
}
