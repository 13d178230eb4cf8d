import './as-on-lambda.ts';

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { styleText } from 'node:util';
import { Argument, Command } from 'commander';
import { type DynamoDbLocal, JavaMissing, startDynamoDbLocal } from '../local/dynamodb-local.ts';
import { describeFailure, LocalCloudFailure } from '../local/local-cloud-failure.ts';
import { plainProgress, spinnerProgress } from '../local/progress.ts';
import { measureAudits } from './audits.ts';
import { computeCost } from './cost.ts';
import { measureDatabase } from './database.ts';
import { measureFunctions } from './deployed-functions.ts';
import { measureEngine } from './engine.ts';
import { measureHistories } from './histories.ts';
import { measureOrders } from './orders.ts';
import { computeRecalculationCosts } from './recalculation-cost.ts';
import { measureRecalculations } from './recalculations.ts';
import { isKept, limitLines, type OnProgress, type Report } from './report.ts';
import { measureWallet } from './wallet.ts';

/** The parts in their order. `cost` measures nothing: it computes from three others. */
const PARTS = [
  'engine',
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

const DESCRIPTION = `Measures, and prints each figure with its method and its limit or peer. All parts take about seven minutes.

  engine          decisions a second of the engine on one core
  audits          members a second that the drift audit compares with their ledgers on one core, against only reading both
  recalculations  members a second that a recalculation judges and writes, against only reading; memory, also of groups; write units
  database        the cost in DynamoDB of transactions and tier actions: write units, read units, round trips
  wallet          passes a second, against the floor of one signature
  orders          orders a second on the local AWS, and the time to the change of tier, against a function that does nothing
  histories       histories a second of the simulation on one core
  functions       the size of each function's deployed code, and the time of its import
  cost            of a million purchases and of recalculating ten million members, from three parts above and bench/prices.tsv

The figures are written to bench/results/latest.json. The exit code is 1 if a limit is missed. The engine's limits depend on the machine and
its load. The shares of a recalculation and of orders depend on them a little, the other limits do not.

Needs a JDK, version 17 or later, for DynamoDB Local (recalculations, database, cost), and Python 3.10 or later for the local AWS (orders).
Needs no AWS account, and no network once the local AWS is installed.`;

const LATEST = path.join(import.meta.dirname, 'results', 'latest.json');

const named = new Argument('[parts...]', 'the parts to run; all if none is named').choices(PARTS);
const command = new Command('npm run bench --')
  .configureHelp({ helpWidth: 160 })
  .description(DESCRIPTION)
  .addArgument(named)
  .parse();
const parts = new Set((command.args.length > 0 ? command.args : PARTS) as readonly Part[]);
if (parts.has('cost')) parts.add('recalculations').add('database').add('functions');
try {
  process.exitCode = (await bench()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof JavaMissing || error instanceof LocalCloudFailure)) throw error;
  console.error(`\n${error instanceof LocalCloudFailure ? await describeFailure(error) : error.message}`);
  process.exitCode = 1;
}

/** @returns whether every limit is kept */
async function bench(): Promise<boolean> {
  const startedAt = Date.now();
  const { report, stop } = process.stdout.isTTY
    ? spinnerProgress()
    : { report: plainProgress((line) => console.log(line)), stop: () => {} };
  const reports: Report[] = [];
  async function step<F>(title: Part, measure: (onProgress: OnProgress) => Promise<Report<F>>): Promise<F | undefined> {
    if (!parts.has(title)) return undefined;
    const start = Date.now();
    report({ kind: 'step', title });
    try {
      const measured = await measure((text) => report({ kind: 'detail', text }));
      report({ kind: 'done', title, ms: Date.now() - start });
      reports.push(measured);
      return measured.figures;
    } finally {
      stop();
    }
  }

  await step('engine', measureEngine);
  await step('audits', measureAudits);
  const recalculations = await step('recalculations', onDynamoDbLocal(measureRecalculations));
  const database = await step('database', onDynamoDbLocal(measureDatabase));
  await step('wallet', measureWallet);
  await step('orders', measureOrders);
  await step('histories', measureHistories);
  const functions = await step('functions', measureFunctions);
  if (parts.has('cost') && recalculations && database && functions) {
    reports.push(computeCost(database, functions));
    reports.push(...computeRecalculationCosts(recalculations, database, functions));
  }
  for (const { title, how, lines } of reports) {
    console.log(['', styleText('bold', title), ...how.map((line) => styleText('dim', line)), ...lines].join('\n'));
  }

  const limits = reports.flatMap((each) => each.limits);
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const results = {
    ...{ takenAt: new Date(startedAt).toISOString(), node: process.version, machine, seconds },
    figures: Object.fromEntries(reports.map(({ title, figures }) => [title, figures])),
    limits: limits.map((limit) => ({ ...limit, kept: isKept(limit) })),
  };
  await mkdir(path.dirname(LATEST), { recursive: true });
  await writeFile(LATEST, `${JSON.stringify(results, null, 2)}\n`);

  console.log(`\n${limitLines(limits).join('\n')}`);
  console.log(`${seconds} s, Node ${process.version}, ${machine.cores} cores of ${machine.processor}.`);
  console.log(`Written to ${path.relative(process.cwd(), LATEST)}.`);
  return limits.every(isKept);
}

function onDynamoDbLocal<T>(measure: (dynamoDb: DynamoDbLocal, onProgress: OnProgress) => Promise<T>) {
  return async (onProgress: OnProgress): Promise<T> => {
    onProgress('starting DynamoDB Local');
    const dynamoDb = await startDynamoDbLocal();
    try {
      return await measure(dynamoDb, onProgress);
    } finally {
      await dynamoDb.stop();
    }
  };
}
