import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseFigures, InvocationFigures } from './database.ts';
import type { FunctionFigures } from './deployed-functions.ts';

export interface CostFigures {
  region: string;
  asOf: string;
  assumptions: Record<string, { value: number; why: string }>;
  purchase: CostLine[];
  change: CostLine[];
  keeping: CostLine[];
  /** US dollars. */
  millionPurchases: number;
  millionPurchasesWithChanges: number;
  thousandChanges: number;
}

export interface CostLine {
  what: string;
  /** How the quantity comes about. */
  arithmetic: string;
  quantity: number;
  price: { usd: number; per: number };
  usd: number;
}

export const PURCHASES = 1_000_000;

export const HOW_COST = [
  'Units, processor time, memory, import and log are those measured above; what cannot be measured here is assumed, in bench/prices.json, with',
  'the reason. The purchase is one whose points depend on the tier, which is the dearer kind. Without free tiers. Processor time is of this',
  'machine, at the share of a processor that the function’s memory buys; the import is that of a cold start, at a full processor.',
  'Not in it: what a stack costs that nobody buys from (alarms, dashboard, custom metrics, secrets, idle queues), text messages (by country).',
];

interface PriceFile {
  region: string;
  asOf: string;
  prices: Record<PriceName, { what: string; usd: number; per: number }>;
  assumptions: Record<AssumptionName, { value: number; why: string }>;
}

type PriceName =
  | 'writeUnits'
  | 'readUnits'
  | 'streamReads'
  | 'storage'
  | 'backup'
  | 'httpCalls'
  | 'invocations'
  | 'gbSeconds'
  | 'logs'
  | 'events'
  | 'publications'
  | 'queueRequests'
  | 'transitions'
  | 'emails';

type AssumptionName =
  | 'roundTripMs'
  | 'providerCallMs'
  | 'mibOfOneProcessor'
  | 'coldStarts'
  | 'recordsPerBatch'
  | 'lambdaLogBytes'
  | 'accessLogBytes'
  | 'movesPerPurchase'
  | 'changesPerMember'
  | 'messagesPerMember'
  | 'actionsPerMember'
  | 'actionBytes'
  | 'scanPageMs'
  | 'keysPageMs'
  | 'emailsPerSecond'
  | 'streamShards'
  | 'writeUnitsPerSecond';

export const GB = 1e9;

/** What lines of a bill are made of: the prices, what is assumed, and what was measured. */
export function openBill(database: DatabaseFigures, functions: FunctionFigures) {
  const file: PriceFile = JSON.parse(readFileSync(path.join(import.meta.dirname, 'prices.json'), 'utf8'));
  const assumed = (name: AssumptionName) => file.assumptions[name].value;
  const line = (price: PriceName, quantity: number, arithmetic: string, label = ''): CostLine => {
    const { what, usd, per } = file.prices[price];
    return {
      what: label ? `${what}: ${label}` : what,
      arithmetic,
      quantity,
      price: { usd, per },
      usd: (quantity / per) * usd,
    };
  };
  /** @returns its memory, and with that the share of a processor that it has */
  const sizeOf = (name: string) => {
    const { memoryMib, importMs } = functions.functions.find((one) => one.name === name)!;
    return { memoryMib, importMs, share: Math.min(1, memoryMib / assumed('mibOfOneProcessor')) };
  };

  /** What a function costs that runs `times`. */
  const running = (
    name: string,
    times: number,
    measured: Pick<InvocationFigures, 'cpuMs'>,
    roundTrips: number,
    providerCalls = 0,
  ): CostLine[] => {
    const { memoryMib, importMs, share } = sizeOf(name);
    const waitMs = roundTrips * assumed('roundTripMs') + providerCalls * assumed('providerCallMs');
    const billedMs = Math.ceil(measured.cpuMs / share + waitMs);
    const coldMs = assumed('coldStarts') * importMs;
    const calls = providerCalls > 0 ? ` + ${providerCalls} calls × ${assumed('providerCallMs')} ms` : '';
    const arithmetic =
      `${counted(times)} × (⌈${measured.cpuMs} ms ÷ ${share.toFixed(2)} + ${roundTrips} trips × ${assumed('roundTripMs')} ms${calls}⌉ = ${billedMs} ms` +
      ` + ${assumed('coldStarts') * 100} % × ${importMs} ms) × ${memoryMib / 1024} GB`;
    const gbSeconds = ((times * (billedMs + coldMs)) / 1000) * (memoryMib / 1024);
    return [line('invocations', times, counted(times), name), line('gbSeconds', gbSeconds, arithmetic, name)];
  };
  const logging = (name: string, times: number, logBytes: number, others: number, what: string): CostLine =>
    line('logs', (times * (logBytes + others)) / GB, `${counted(times)} × (${logBytes} + ${what}) bytes`, name);

  const lambdaLog = assumed('lambdaLogBytes');
  /** To tell so many changes, each by one email; but for their write units. */
  const telling = (moves: number): CostLine[] => {
    const { email } = database.invocations;
    return [
      line(
        'readUnits',
        moves * database.email.readUnits,
        `${counted(moves)} × ${database.email.readUnits} for the address`,
      ),
      // Its own work is like that of an email, without the tables.
      ...running('announce-tier-change', moves, email, 0, 2),
      line('events', moves, counted(moves)),
      line('publications', moves, counted(moves)),
      line('queueRequests', 2 * moves, `${counted(moves)} × (1 receive + 1 delete)`),
      ...running('send-email', moves, email, database.email.roundTrips, 1),
      line('emails', moves, counted(moves)),
      logging('announce-tier-change, send-email', 2 * moves, email.logBytes, lambdaLog, `${lambdaLog} of Lambda`),
    ];
  };
  return { file, assumed, line, sizeOf, running, logging, telling, lambdaLog };
}

export function computeCost(database: DatabaseFigures, functions: FunctionFigures): CostFigures {
  const { file, assumed, line, running, logging, telling, lambdaLog } = openBill(database, functions);
  const { intake, recalculation } = database.invocations;
  const kind = (name: string) => database.transactions.find((transaction) => transaction.kind === name)!;
  const plain = kind('purchase, points by tier');
  const moving = kind('purchase that moves the tier');

  const batches = PURCHASES / assumed('recordsPerBatch');
  const purchase = [
    line('httpCalls', PURCHASES, counted(PURCHASES)),
    ...running('record-transaction', PURCHASES, intake, plain.intake.roundTrips),
    ...running('recalculate-tier', batches, recalculation, plain.recalculation.roundTrips),
    line(
      'writeUnits',
      PURCHASES * (plain.intake.writeUnits + plain.recalculation.writeUnits),
      `${counted(PURCHASES)} × (${plain.intake.writeUnits} at intake + ${plain.recalculation.writeUnits} when counted)`,
    ),
    line(
      'readUnits',
      PURCHASES * (plain.intake.readUnits + plain.recalculation.readUnits),
      `${counted(PURCHASES)} × (${plain.intake.readUnits} at intake + ${plain.recalculation.readUnits} when counted)`,
    ),
    line('streamReads', PURCHASES, counted(PURCHASES)),
    logging(
      'record-transaction',
      PURCHASES,
      intake.logBytes,
      lambdaLog + assumed('accessLogBytes'),
      `${lambdaLog} of Lambda + ${assumed('accessLogBytes')} of the API`,
    ),
    logging('recalculate-tier', batches, recalculation.logBytes, lambdaLog, `${lambdaLog} of Lambda`),
  ];

  const moves = PURCHASES * assumed('movesPerPurchase');
  const moreUnits = moving.recalculation.writeUnits - plain.recalculation.writeUnits;
  const change = [
    line(
      'writeUnits',
      moves * (moreUnits + database.email.writeUnits),
      `${counted(moves)} × (${moreUnits} more for the change in one transaction + ${database.email.writeUnits} for the claim and the mark)`,
    ),
    ...telling(moves),
  ];

  const gigabytes = (PURCHASES * database.entryBytes) / GB;
  const stored = `${counted(PURCHASES)} × ${database.entryBytes} bytes`;
  const keeping = [line('storage', gigabytes, stored), line('backup', gigabytes, stored)];

  const millionPurchases = sum(purchase);
  return {
    region: file.region,
    asOf: file.asOf,
    assumptions: file.assumptions,
    purchase,
    change,
    keeping,
    millionPurchases,
    millionPurchasesWithChanges: millionPurchases + sum(change),
    thousandChanges: (sum(change) / moves) * 1000,
  };
}

export function sum(lines: readonly CostLine[]): number {
  return lines.reduce((total, { usd }) => total + usd, 0);
}

export function counted(quantity: number): string {
  return quantity.toLocaleString('en');
}
