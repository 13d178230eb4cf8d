import Table from 'cli-table3';
import { type ActionFigures, liveMbAtMost } from './actions.ts';
import { type AuditRate, SHARE_AT_LEAST } from './audits.ts';
import type { Consumption } from './capacity-meter.ts';
import { type CostFigures, type CostLine, PURCHASES } from './cost.ts';
import { type DatabaseFigures, WRITE_UNITS_OF_A_PURCHASE } from './database.ts';
import { BUNDLE_KB, type FunctionFigures } from './deployed-functions.ts';
import { DECISIONS_PER_SECOND, type EngineFigures, type Rate } from './engine.ts';
import { HISTORIES_PER_SECOND, type HistoryRate } from './histories.ts';
import { isKept, type Limit } from './limit.ts';
import { BUCKETS_MS, type Distribution, type OrderFigures } from './orders.ts';
import type { RecalculationCost } from './recalculation-cost.ts';
import {
  costOfAChange,
  type RecalculationFigures,
  ROUND_TRIPS_OF_A_CHANGE,
  shareAtLeast,
  WRITE_UNITS_OF_A_CHANGE,
} from './recalculations.ts';
import { TIMES_FLOOR, type WalletFigures } from './wallet.ts';

const STYLE = { style: { head: [], border: [], compact: true } };
const right = (content: string | number) => ({ hAlign: 'right' as const, content: String(content) });
const whole = (figure: number) => Math.round(figure).toLocaleString('en');

export function engineTable({ decisions, peers }: EngineFigures): string {
  const table = plainTable(['', 'per second', 'lowest', 'highest', 'ns each', 'limit']);
  const add = ({ what, perSecond, lowest, highest }: Rate, limit: string) =>
    table.push([what, ...[whole(perSecond), whole(lowest), whole(highest), whole(1e9 / perSecond), limit].map(right)]);
  for (const rate of decisions) add(rate, `≥ ${whole(DECISIONS_PER_SECOND)}`);
  for (const rate of peers) add({ ...rate, what: `peer: ${rate.what}` }, '');
  return table.toString();
}

export function scheduleTable({ schedules }: ActionFigures): string {
  const table = plainTable(['', 'asked of the clock', 'calls', 'schedules', 'limit']);
  for (const { what, asked, calls, schedules: made, bound } of schedules) {
    table.push([what, ...[whole(asked), whole(calls), whole(made), `≤ ${bound}`].map(right)]);
  }
  return table.toString();
}

export function groupTable({ groups }: ActionFigures): string {
  const table = plainTable(['', 'members per second', 'MB alive', 'limit']);
  const [small, large] = groups;
  for (const group of groups) {
    const limit = group === large ? `≤ ${liveMbAtMost(small!).toFixed(1)}` : '';
    const what = group.isPeer ? `peer: ${group.what}` : group.what;
    table.push([what, ...[whole(group.perSecond), group.liveMb.toFixed(1), limit].map(right)]);
  }
  return table.toString();
}

export function walletTable({ passes, pushes }: WalletFigures): string {
  const table = plainTable(['', 'per second', 'floors', 'limit']);
  for (const { what, perSecond, timesFloor, kind } of passes) {
    const limit = what === 'a pass, sealed' ? `≤ ${TIMES_FLOOR}` : '';
    const label = kind === 'ours' ? what : `${kind}: ${what}`;
    table.push([label, ...[whole(perSecond), timesFloor.toFixed(2), limit].map(right)]);
  }
  const connections = pushes.connections === 1 ? 'one connection' : `${pushes.connections} connections`;
  table.push([`pushes on ${connections}`, ...[whole(pushes.perSecond), '', ''].map(right)]);
  return table.toString();
}

export function orderTable({
  atOnce,
  acceptedPerSecond,
  barePerSecond,
  answerMs,
  changeMs,
  bareMs,
}: OrderFigures): string {
  const table = plainTable(['', 'per second', 'p50 ms', 'p90 ms', 'p99 ms', 'highest', 'of']);
  const add = (what: string, perSecond: number | undefined, took: Distribution | undefined) => {
    const figures = took ? [took.p50, took.p90, took.p99, took.highest, took.count] : ['', '', '', '', ''];
    table.push([what, ...[perSecond === undefined ? '' : whole(perSecond), ...figures].map(right)]);
  };
  add(`orders accepted, ${atOnce} at once`, acceptedPerSecond, answerMs);
  add('peer: a function that does nothing', barePerSecond, undefined);
  add('from the answer to the tier change', undefined, changeMs);
  add('peer: from a write to a function told of it', undefined, bareMs);
  return table.toString();
}

/** How long changes took, a line for each span of time. */
export function waitLines({ changeMs, bareMs }: OrderFigures): string[] {
  const spans = ['0', ...BUCKETS_MS.map(String)].map((from, place) => {
    const to = BUCKETS_MS[place];
    return to === undefined ? `${from} ms or more` : `${from} to ${to} ms`;
  });
  const last = Math.max(...changeMs.buckets.flatMap((count, place) => (count > 0 ? [place] : [])));
  return [
    'From the answer to the tier change (in brackets the peer):',
    ...spans.slice(0, last + 1).map((span, place) => {
      const [count = 0, ofPeer = 0] = [changeMs.buckets[place], bareMs.buckets[place]];
      return `${span.padStart(16)}  ${'█'.repeat(count)} ${count} (${ofPeer})`;
    }),
  ];
}

export function recalculationTable({ inMemory }: RecalculationFigures): string {
  const table = plainTable([
    ...['in memory\n', 'members\nper second', 'decoded\nper second', 'share\n', '\nlimit', 'MB alive\n', '\nlimit'],
  ]);
  for (const rate of inMemory) {
    const { what, perSecond, decodedPerSecond, liveMb, liveMbAtMost, isPeer } = rate;
    const share = isPeer ? '' : `≥ ${percent(shareAtLeast(rate))}`;
    const cells = [
      ...[whole(perSecond), whole(decodedPerSecond), percent(perSecond / decodedPerSecond), share, liveMb.toFixed(1)],
      liveMbAtMost === undefined || isPeer ? '' : `≤ ${liveMbAtMost.toFixed(1)}`,
    ];
    table.push([isPeer ? `peer: ${what}` : what, ...cells.map(right)]);
  }
  return table.toString();
}

export function auditTable(rates: readonly AuditRate[]): string {
  const table = plainTable(['in memory\n', 'members\nper second', 'decoded\nper second', 'share\n', '\nlimit']);
  for (const { what, perSecond, decodedPerSecond } of rates) {
    const limit = `≥ ${percent(SHARE_AT_LEAST)}`;
    const cells = [whole(perSecond), whole(decodedPerSecond), percent(perSecond / decodedPerSecond), limit];
    table.push([what, ...cells.map(right)]);
  }
  return table.toString();
}

export function historyTable(rates: readonly HistoryRate[]): string {
  const table = plainTable(['', 'things that happen in one', 'histories per second', 'limit']);
  rates.forEach(({ what, happened, perSecond }, place) => {
    const limit = place === 0 ? `≥ ${HISTORIES_PER_SECOND}` : '';
    table.push([what, ...[whole(happened), whole(perSecond), limit].map(right)]);
  });
  return table.toString();
}

export function recalculationOnDynamoDbTable({ onDynamoDb: figures }: RecalculationFigures): string {
  const { scannedPerSecond, dryPerSecond, realPerSecond, members, changed, dry, again, pages, pageRecords } = figures;
  const rates = plainTable(['on DynamoDB Local', 'members per second', 'of scanning']);
  for (const [what, rate] of [
    ['peer: merely scanned and decoded', scannedPerSecond],
    ['dry run', dryPerSecond],
    ['run, 30 % go down', realPerSecond],
  ] as const) {
    rates.push([what, right(whole(rate)), right(percent(rate / scannedPerSecond))]);
  }
  const units = plainTable(['', 'write', 'limit', 'read', 'trips', 'limit']);
  const change = costOfAChange(figures);
  units.push([
    'a member that changes',
    ...[change.writeUnits, `≤ ${WRITE_UNITS_OF_A_CHANGE}`, change.readUnits.toFixed(2)].map(right),
    ...[change.roundTrips.toFixed(2), `≤ ${ROUND_TRIPS_OF_A_CHANGE}`].map(right),
  ]);
  const ofPages = pageRecords.writeUnits / pages;
  const pagesOfTheRun = `a page with its ${(changed / pages).toFixed(1)} changes, and the run's counts`;
  units.push([
    pagesOfTheRun,
    ...[ofPages.toFixed(2), '', (pageRecords.readUnits / pages).toFixed(2), '', ''].map(right),
  ]);
  units.push([`dry run of ${members}, its members`, ...unitsOfScan(dry).map(right)]);
  units.push([`a second run of ${members}, its members`, ...unitsOfScan(again).map(right)]);
  const bytes = Object.entries(figures.itemBytes).map(([what, size]) => `${what} ${size}`);
  return `${rates}\n${units}\nBytes of an item, and of an outcome in its page: ${bytes.join(', ')}.`;
}

function unitsOfScan({ writeUnits, readUnits, roundTrips }: Consumption): (number | string)[] {
  return [writeUnits, '≤ 0', readUnits, roundTrips, ''];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function databaseTable({ transactions, email }: DatabaseFigures): string {
  const table = plainTable([
    '',
    ...['intake\nwrite', '\nread', '\ntrips', 'recalculation\nwrite', '\nread', '\ntrips'],
    ...['all\nwrite', '\nlimit', 'member\nbytes'],
  ]);
  for (const { kind, intake, recalculation, memberBytes, peer } of transactions) {
    const limited = kind.startsWith('purchase') && kind !== 'purchase that moves the tier';
    const corrected = [...intake.corrections, ...recalculation.corrections].length > 0;
    table.push([
      corrected ? `${kind} †` : kind,
      ...[...unitsOf(intake), ...unitsOf(recalculation), intake.writeUnits + recalculation.writeUnits].map(right),
      right(limited ? `≤ ${WRITE_UNITS_OF_A_PURCHASE}` : ''),
      right(memberBytes),
    ]);
    if (peer) table.push([`  peer: ${peer.what}`, '', '', '', ...unitsOf(peer.consumption).map(right), '', '', '']);
  }
  table.push(['an email about a change', ...unitsOf(email).map(right), '', '', '', right(email.writeUnits), '', '']);
  return table.toString();
}

function unitsOf({ writeUnits, readUnits, roundTrips }: Consumption): number[] {
  return [writeUnits, readUnits, roundTrips];
}

export function actionTable({ actions }: DatabaseFigures): string {
  const table = plainTable([
    'tier actions\n',
    ...['write\n', 'read\n', '\nlimit', 'trips\n', '\nlimit', 'calls for\na schedule', '\nlimit', 'member\nbytes'],
  ]);
  for (const { what, consumption, scheduleCalls, memberBytes, atMost } of actions) {
    const { writeUnits, readUnits, roundTrips, corrections } = consumption;
    const limit = (bound: number | undefined) => (bound === undefined ? '' : `≤ ${bound}`);
    const cells = [
      ...[writeUnits, readUnits, limit(atMost?.readUnits), roundTrips, limit(atMost?.roundTrips)],
      ...[scheduleCalls, limit(atMost?.scheduleCalls), memberBytes ?? ''],
    ];
    table.push([corrections.length > 0 ? `${what} †` : what, ...cells.map(right)]);
  }
  return table.toString();
}

export function correctionsOf({ transactions, actions }: DatabaseFigures): string[] {
  const all = [
    ...transactions.map(({ kind, intake, recalculation }) => ({
      what: kind,
      corrections: [...intake.corrections, ...recalculation.corrections],
    })),
    ...actions.map(({ what, consumption }) => ({ what, corrections: consumption.corrections })),
  ];
  return all.flatMap(({ what, corrections }) => {
    const counts = new Map<string, number>();
    for (const correction of corrections) counts.set(correction, (counts.get(correction) ?? 0) + 1);
    return [...counts].map(([correction, times]) => `† ${what}: ${correction}${times > 1 ? `, ${times} times` : ''}`);
  });
}

export function invocationTable({ invocations, entryBytes }: DatabaseFigures): string {
  const table = plainTable(['one warm invocation', 'processor ms', 'log lines', 'log bytes']);
  for (const [what, { cpuMs, logLines, logBytes }] of Object.entries(invocations)) {
    table.push([what, ...[cpuMs.toFixed(2), logLines, logBytes].map(right)]);
  }
  return `${table}\nThe ledger's entry of a purchase takes ${entryBytes} bytes.`;
}

export function functionTable({ functions, emptyImportMs }: FunctionFigures): string {
  const table = plainTable(['', 'KB', 'limit', 'import ms', 'above empty']);
  for (const { name, bundleKb, importMs } of functions) {
    const cells = [
      bundleKb.toFixed(1),
      `≤ ${BUNDLE_KB}`,
      importMs.toFixed(1),
      `+${(importMs - emptyImportMs).toFixed(1)}`,
    ];
    table.push([name, ...cells.map(right)]);
  }
  table.push(['peer: an empty module', '', '', right(emptyImportMs.toFixed(1)), '']);
  return table.toString();
}

export function costTable(cost: CostFigures): string {
  const table = billTable();
  const total = (what: string, amount: string) => table.push([{ colSpan: 4, content: what }, right(amount)]);
  table.push(...rowsOf(cost.purchase));
  total(`= ${whole(PURCHASES)} purchases`, usd(cost.millionPurchases));
  table.push(...rowsOf(cost.change));
  total('= the same with their changes of tier, each told by email', usd(cost.millionPurchasesWithChanges));
  total('  of which a thousand such changes', usd(cost.thousandChanges));
  table.push(...rowsOf(cost.keeping));
  total('= to keep the purchases, each month', usd(cost.keeping.reduce((sum, line) => sum + line.usd, 0)));
  const assumptions = Object.entries(cost.assumptions).map(([name, { value, why }]) => `  ${name} = ${value}: ${why}`);
  return [`${table}`, `List prices of ${cost.region}, ${cost.asOf} (bench/prices.json). Assumed:`, ...assumptions].join(
    '\n',
  );
}

export function recalculationCostTable({ lines, usd: amount, keeping, times, writeUnitsPerSecond }: RecalculationCost) {
  const table = billTable();
  table.push(...rowsOf(lines));
  table.push([{ colSpan: 4, content: '= the recalculation, each change told by email' }, right(usd(amount))]);
  table.push(...rowsOf(keeping));
  const hours = new Table({ head: ['', 'how long', 'hours'], ...STYLE, colWidths: [34, 88, 12], wordWrap: true });
  for (const { what, arithmetic, hours: many } of times) hours.push([what, arithmetic, right(some(many))]);
  const { arithmetic, measured, quota } = writeUnitsPerSecond;
  return `${table}\n${hours}\nWrite units a second: ${arithmetic} = ${whole(measured)}, of ${whole(quota)} that a table may take.`;
}

function billTable() {
  const head = ['', 'how many', '', 'price', 'US dollars'];
  return new Table({ head, ...STYLE, colWidths: [38, 50, 13, 21, 12], wordWrap: true });
}

function rowsOf(lines: readonly CostLine[]) {
  return lines.map(({ what, arithmetic, quantity, price, usd: amount }) => {
    const plain = arithmetic === whole(quantity);
    const per = price.per === 1 ? `${price.usd}` : `${price.usd} per ${whole(price.per)}`;
    return [what, plain ? '' : arithmetic, right(some(quantity)), right(per), right(usd(amount, 4))];
  });
}

function usd(amount: number, digits = 2): string {
  return `$${amount.toFixed(digits)}`;
}

/** As many digits as say something. */
function some(quantity: number): string {
  return quantity.toLocaleString('en', { maximumFractionDigits: quantity < 100 ? 3 : 0 });
}

export function limitLines(limits: readonly Limit[]): string[] {
  const missed = limits.filter((limit) => !isKept(limit));
  if (missed.length === 0) return [`All ${limits.length} limits are kept.`];
  return [
    `${missed.length} of ${limits.length} limits are missed:`,
    ...missed.map(
      ({ what, unit, measured, sense, bound }) =>
        `  ${what}: ${whole(measured)} ${unit}, ${sense} ${whole(bound)} allowed`,
    ),
  ];
}

function plainTable(head: string[]) {
  return new Table({ head, ...STYLE });
}
