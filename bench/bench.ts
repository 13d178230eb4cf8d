import './as-on-lambda.ts';

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { type DynamoDbLocal, JavaMissing, startDynamoDbLocal } from '../local/dynamodb-local.ts';
import { describeFailure, LocalCloudFailure } from '../local/local-cloud-failure.ts';
import { plainProgress, spinnerProgress } from '../local/progress.ts';
import { HOW_ACTIONS, limitsOfActions, measureActions } from './actions.ts';
import { HOW_AUDITS, limitsOfAudits, measureAudits } from './audits.ts';
import { computeCost, HOW_COST } from './cost.ts';
import { HOW_DATABASE, limitsOfDatabase, measureDatabase } from './database.ts';
import { HOW_FUNCTIONS, limitsOfFunctions, measureFunctions } from './deployed-functions.ts';
import { HOW_ENGINE, limitsOfEngine, measureEngine } from './engine.ts';
import { HOW_HISTORIES, limitsOfHistories, measureHistories } from './histories.ts';
import { isKept, type Limit } from './limit.ts';
import { HOW_ORDERS, limitsOfOrders, measureOrders } from './orders.ts';
import { computeRecalculationCosts } from './recalculation-cost.ts';
import { HOW_RECALCULATIONS, limitsOfRecalculations, measureRecalculations } from './recalculations.ts';
import {
  actionTable,
  auditTable,
  correctionsOf,
  costTable,
  databaseTable,
  engineTable,
  functionTable,
  groupTable,
  historyTable,
  invocationTable,
  limitLines,
  orderTable,
  recalculationCostTable,
  recalculationOnDynamoDbTable,
  recalculationTable,
  scheduleTable,
  waitLines,
  walletTable,
} from './tables.ts';
import { HOW_WALLET, limitsOfWallet, measureWallet } from './wallet.ts';

const PARTS = [
  'engine',
  'actions',
  'audits',
  'recalculations',
  'database',
  'wallet',
  'orders',
  'histories',
  'functions',
  'cost',
] as const;
type Part = (typeof PARTS)[number];

const HELP = `
Usage: npm run bench [-- <part> …]

Measures, and prints each figure with how it was taken and what it is held to. All parts, in about seven minutes, unless some are named:

  engine          how many decisions a second the engine takes on one core
  actions         how many schedules the ends of tier actions take, and how fast and how large a group's action is
  audits          how many members a second the drift audit compares with their ledgers on one core, against merely reading both
  recalculations  how many members a second a recalculation judges and writes, against merely reading them; its memory, and its write units
  database        what each kind of transaction and of tier action costs in DynamoDB: write units, read units, round trips
  wallet          how many passes a second are made, against the floor of one signature, and how many pushes go out on one connection
  orders          how many orders a second are accepted by the stack on the local AWS, and how long after its answer an order has
                  changed the tier, against a function that does nothing
  histories       how many histories a second the simulation lives through on one core
  functions       how large the deployed code of each function is, and how long its import takes
  cost            what a million purchases cost on AWS, and the recalculation of ten million members, line by line, from the three
                  before and bench/prices.json

The figures are written to bench/results/latest.json. The exit code is 1 when a limit is missed: the engine's depend on the machine,
and on what else it does; the shares of a recalculation and of orders a little; the others do not.

Needs a JDK, version 17 or later, for DynamoDB Local (recalculations, database, cost), and Python 3.10 or later for the local AWS (orders).
No AWS account, and no network once the local AWS is installed.
`;

const LATEST = path.join(import.meta.dirname, 'results', 'latest.json');

process.exitCode = await main();

async function main(): Promise<number> {
  const wanted = readParts();
  if (wanted === undefined) return 2;
  if (wanted === 'help') {
    console.log(HELP.trim());
    return 0;
  }
  try {
    const kept = await bench(wanted);
    return kept ? 0 : 1;
  } catch (error) {
    if (!(error instanceof JavaMissing || error instanceof LocalCloudFailure)) throw error;
    console.error(`\n${error instanceof LocalCloudFailure ? await describeFailure(error) : error.message}`);
    return 1;
  }
}

function readParts(): Set<Part> | 'help' | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return 'help';
    const unknown = positionals.filter((name) => !PARTS.includes(name as Part));
    if (unknown.length > 0) throw new Error(`There is no part "${unknown[0]}", only ${PARTS.join(', ')}.`);
    const parts = new Set((positionals.length > 0 ? positionals : PARTS) as Part[]);
    return parts.has('cost') ? parts.add('recalculations').add('database').add('functions') : parts;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP.trim()}`);
    return undefined;
  }
}

/** @returns whether every limit is kept */
async function bench(parts: Set<Part>): Promise<boolean> {
  const startedAt = Date.now();
  const { report, stop } = process.stdout.isTTY
    ? spinnerProgress()
    : { report: plainProgress((line) => console.log(line)), stop: () => {} };

  async function step<T>(title: string, work: (onProgress: (text: string) => void) => Promise<T> | T): Promise<T> {
    const start = Date.now();
    report({ kind: 'step', title });
    try {
      const result = await work((text) => report({ kind: 'detail', text }));
      report({ kind: 'done', title, ms: Date.now() - start });
      return result;
    } finally {
      stop();
    }
  }

  const engine = parts.has('engine') ? await step('engine', measureEngine) : undefined;
  const actions = parts.has('actions') ? await step('actions', measureActions) : undefined;
  const audits = parts.has('audits') ? await step('audits', measureAudits) : undefined;
  const recalculations = parts.has('recalculations')
    ? await step('recalculations', onDynamoDbLocal(measureRecalculations))
    : undefined;
  const database = parts.has('database') ? await step('database', onDynamoDbLocal(measureDatabase)) : undefined;
  const wallet = parts.has('wallet') ? await step('wallet', measureWallet) : undefined;
  const orders = parts.has('orders') ? await step('orders', measureOrders) : undefined;
  const histories = parts.has('histories') ? await step('histories', measureHistories) : undefined;
  const functions = parts.has('functions') ? await step('functions', measureFunctions) : undefined;
  const cost = parts.has('cost') && database && functions ? computeCost(database, functions) : undefined;
  const recalculationCosts =
    cost && recalculations && database && functions
      ? computeRecalculationCosts(recalculations, database, functions)
      : undefined;

  if (engine) tell('Engine', HOW_ENGINE, engineTable(engine));
  if (actions) tell('Tier actions', HOW_ACTIONS, scheduleTable(actions), groupTable(actions));
  if (audits) tell('The drift audit', HOW_AUDITS, auditTable(audits));
  if (recalculations) {
    const tables = [recalculationTable(recalculations), recalculationOnDynamoDbTable(recalculations)];
    tell('Recalculations', HOW_RECALCULATIONS, ...tables);
  }
  if (database) {
    tell('Database', HOW_DATABASE, databaseTable(database), actionTable(database), ...correctionsOf(database));
    console.log(['', invocationTable(database)].join('\n'));
  }
  if (wallet) tell('Wallet', HOW_WALLET, walletTable(wallet));
  if (orders) tell('Orders', HOW_ORDERS, orderTable(orders), ...waitLines(orders));
  if (histories) tell('Histories', HOW_HISTORIES, historyTable(histories));
  if (functions) tell('Functions', HOW_FUNCTIONS, functionTable(functions));
  if (cost) tell('What a million purchases cost', HOW_COST, costTable(cost));
  for (const each of recalculationCosts ?? [])
    tell(`What a recalculation costs: ${each.what}`, [], recalculationCostTable(each));

  const limits: Limit[] = [
    ...(engine ? limitsOfEngine(engine) : []),
    ...(actions ? limitsOfActions(actions) : []),
    ...(audits ? limitsOfAudits(audits) : []),
    ...(recalculations ? limitsOfRecalculations(recalculations) : []),
    ...(database ? limitsOfDatabase(database) : []),
    ...(wallet ? limitsOfWallet(wallet) : []),
    ...(orders ? limitsOfOrders(orders) : []),
    ...(histories ? limitsOfHistories(histories) : []),
    ...(functions ? limitsOfFunctions(functions) : []),
  ];
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const results = {
    takenAt: new Date(startedAt).toISOString(),
    ...{
      node: process.version,
      machine,
      seconds,
      engine,
      actions,
      audits,
      recalculations,
      database,
      wallet,
      orders,
      histories,
      functions,
      cost,
    },
    recalculationCosts,
    limits: limits.map((limit) => ({ ...limit, kept: isKept(limit) })),
  };
  await mkdir(path.dirname(LATEST), { recursive: true });
  await writeFile(LATEST, `${JSON.stringify(results, null, 2)}\n`);

  console.log(`\n${limitLines(limits).join('\n')}`);
  console.log(`${seconds} s, Node ${process.version}, ${machine.cores} cores of ${machine.processor}.`);
  console.log(`Written to ${path.relative(process.cwd(), LATEST)}.`);
  return limits.every(isKept);
}

function onDynamoDbLocal<T>(measure: (dynamoDb: DynamoDbLocal, onProgress: (text: string) => void) => Promise<T>) {
  return async (onProgress: (text: string) => void): Promise<T> => {
    onProgress('starting DynamoDB Local');
    const dynamoDb = await startDynamoDbLocal();
    try {
      return await measure(dynamoDb, onProgress);
    } finally {
      await dynamoDb.stop();
    }
  };
}

function tell(title: string, how: readonly string[], ...lines: string[]): void {
  console.log(['', styleText('bold', title), ...how.map((line) => styleText('dim', line)), ...lines].join('\n'));
}
