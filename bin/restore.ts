import { DescribeContinuousBackupsCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { Command, Option } from 'commander';
import ora from 'ora';
import { formatInstant, type Instant, MINUTE_MS, momentIn } from '../core/time.ts';
import { eraseProfile } from '../core/use-cases/erase-profile.ts';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { DynamoLedger } from '../functions/adapters/dynamo-ledger.ts';
import { ANNIVERSARY_INDEX, DUE_INDEX } from '../functions/adapters/dynamo-member-store.ts';
import { DynamoPassRegistrations } from '../functions/adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../functions/adapters/dynamo-profile-store.ts';
import { SchedulerTierClock } from '../functions/adapters/scheduler-tier-clock.ts';
import { readBrandFile } from './operator/brand-file.ts';
import { bringEntriesForward, bringMembersForward, since } from './operator/bring-forward.ts';
import { type DeployedStack, findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { dueMoments } from './operator/due-moments.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { rebuildMembers } from './operator/rebuild-members.ts';
import { describePlan, type PlannedTable, restoredName } from './operator/restore-plan.ts';
import { describeTable, restoreTable } from './operator/restore-table.ts';
import {
  LOGICAL_IDS,
  readRestoredTables,
  restoredTablesFile,
  TABLE_KINDS,
  type TableKind,
  type TableRecord,
  writeRestoredTables,
} from './operator/restored-tables.ts';
import { SilentMemberStore } from './operator/silent-member-store.ts';

const command = new Command('npm run restore --')
  .description(
    [
      'Brings a stack back as it was at a moment of the last 35 days, and what has been taken since along with it.',
      '',
      'First see whether you need it. Members that are wrong, and a ledger that is right: npm run rebuild, which loses nothing. Transactions or',
      'members that are gone, or overwritten with something else: this. Restore only what was ruined (--only), as the other table is better.',
      '',
      'DynamoDB makes new tables beside the old ones, which stay as they are. What came after the moment is brought forward: transactions,',
      'enrolments, tier actions, groups. Members are rebuilt from the ledger, and nobody is told anything twice. Then you deploy the stack onto',
      'the new tables, and begin the same command again: it goes on from there. Every step looks whether it is done, so it may be ended and',
      'begun again at any time. Without --write nothing is done: it says what it would do, and what that costs.',
    ].join('\n'),
  )
  .requiredOption('--brand <brand>', 'the brand whose stack it is: the name of its file under brands/')
  .requiredOption('--at <instant>', 'the last second at which all was well, such as 2026-11-20T10:00:00Z')
  .addOption(new Option('--only <table>', 'restore one table, and keep the other as it is').choices(TABLE_KINDS))
  .option('--without-newer', 'bring nothing forward that came after the moment, for where that is what ruined it')
  .option('--write', 'do it; without it, only tell')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run restore -- --brand acme --at 2026-11-20T10:00:00Z                          what it would do',
      '  npm run restore -- --brand acme --at 2026-11-20T10:00:00Z --only members --write   do it, up to the deployment',
      '  npx cdk deploy -c brand=acme                                                       put the stack on the new tables',
      '  npm run restore -- --brand acme --at 2026-11-20T10:00:00Z --only members --write   the rest',
      '',
      'docs/operations.md, "Restoring a stack", goes through it. Exit code: 0 when all is done, 2 when you have to deploy or to give --write, 1 on',
      'failure.',
    ].join('\n'),
  );

const options = command
  .parse()
  .opts<{ brand: string; at: string; only?: TableKind; withoutNewer?: true; write?: true }>();

const OUTPUTS: Record<TableKind, string> = { points: 'PointsTable', members: 'MembersTable' };
const INDEXES: Record<TableKind, string[]> = { points: [], members: [DUE_INDEX, ANNIVERSARY_INDEX] };
/** More of them say the same. */
const FAILED_SHOWN = 10;

const progress = ora({ isSilent: !process.stderr.isTTY });

await runCommand(async () => {
  const stack = await findStack(options.brand);
  const write = options.write ?? false;
  holdToDeployedProgram(stack, write);
  const brandFile = readBrandFile(options.brand, '--brand <name>');
  const records = readRestoredTables(brandFile);
  const at = readMoment(stack);
  const kinds = options.only ? [options.only] : TABLE_KINDS;
  const dynamo = new DynamoDBClient({ region: stack.region });
  const tables = await Promise.all(kinds.map((kind) => lookAt(kind, stack, records[kind], at, dynamo)));
  const bringsForward = options.withoutNewer !== true;
  console.log(describePlan({ brand: options.brand, at, tables, bringsForward }));
  if (!write) {
    console.log('\nNothing was done. The same command with --write does it.');
    process.exitCode = 2;
    return;
  }
  try {
    await (tables.every(({ isInUse }) => isInUse) ? finish(stack, tables, at) : prepare());
  } finally {
    progress.stop();
  }

  async function prepare(): Promise<void> {
    for (const { kind, from, to } of tables) {
      if (from === undefined) continue;
      const table = await restoreTable(dynamo, { from, to, at, indexes: INDEXES[kind] }, tell);
      records[kind] = { ...table, from, at: formatInstant(at) };
      done(`${to} is there`);
    }
    const names = namesAfter(stack, tables);
    await bringForward(
      stack,
      tables,
      names,
      at,
      tables.some(({ kind }) => kind === 'members'),
    );
    if (tables.some(({ kind }) => kind === 'members')) await rebuildAll(stack, names);
    writeRestoredTables(brandFile, records);
    console.log(
      [
        '',
        `${restoredTablesFile(brandFile)} names the new tables. Put the stack on them, and begin this command again:`,
        `  npx cdk deploy -c brand=${options.brand}`,
        'Commit the file: without it, a deployment would give the stack new tables, with nothing in them.',
      ].join('\n'),
    );
    process.exitCode = 2;
  }
});

/** The names under which the stack finds its tables once it is put on the new ones. */
interface TableNames {
  points: string;
  members: string;
}

function namesAfter(stack: DeployedStack, tables: readonly PlannedTable[]): TableNames {
  const nameOf = (kind: TableKind) => tables.find((table) => table.kind === kind)?.to ?? stack.output(OUTPUTS[kind]);
  return { points: nameOf('points'), members: nameOf('members') };
}

/** What remains once the stack is on the new tables. */
async function finish(stack: DeployedStack, tables: readonly PlannedTable[], at: Instant): Promise<void> {
  const names = namesAfter(stack, tables);
  await bringForward(stack, tables, names, at, true);
  await rebuildAll(stack, names);
  await wakeAgain(stack, names);
  const ids = tables.map(({ kind, to }) => [LOGICAL_IDS[kind], { TableName: to }]);
  console.log(
    [
      '',
      `The stack laurel-${options.brand} is back. Prove it, and look at what it tells:`,
      `  npm run audit -- --brand ${options.brand}`,
      '',
      'Then give the new tables to the stack, so that deployments look after them as they did after the old ones. Remove',
      `brands/${options.brand}/restored-tables.json, and at once:`,
      `  npx cdk import -c brand=${options.brand} --force --resource-mapping-inline '${JSON.stringify(Object.fromEntries(ids))}'`,
      `  npx cdk deploy -c brand=${options.brand}`,
      'docs/operations.md says what to look at in between.',
    ].join('\n'),
  );
}

function readMoment({ program }: DeployedStack): Instant {
  const at = /T.*Z$/.test(options.at) ? momentIn(options.at, program.timeZone) : undefined;
  if (at === undefined || at % 1000 !== 0) {
    throw new OperatorError(`--at ${options.at} is no instant to the second. Give one such as 2026-11-20T10:00:00Z.`);
  }
  if (at > Date.now()) throw new OperatorError(`--at ${options.at} lies ahead.`);
  return at;
}

async function lookAt(
  kind: TableKind,
  stack: DeployedStack,
  record: TableRecord | undefined,
  at: Instant,
  dynamo: DynamoDBClient,
): Promise<PlannedTable> {
  const to = restoredName(options.brand, kind, at);
  const inUse = stack.output(OUTPUTS[kind]);
  const from = record?.table === to ? record.from : inUse === to ? undefined : inUse;
  const [source, target] = await Promise.all([from && describeTable(dynamo, from), describeTable(dynamo, to)]);
  if (source && !target) await holdToWindow(dynamo, from!, at);
  const size = source ? { bytes: source.TableSizeBytes ?? 0, items: source.ItemCount ?? 0 } : undefined;
  return { kind, from, to, size, isRestored: target !== undefined, isInUse: inUse === to };
}

/** What DynamoDB would refuse is refused before anything is begun. */
async function holdToWindow(dynamo: DynamoDBClient, table: string, at: Instant): Promise<void> {
  const { ContinuousBackupsDescription } = await dynamo.send(
    new DescribeContinuousBackupsCommand({ TableName: table }),
  );
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery ?? {};
  if (!earliest || !latest)
    throw new OperatorError(`${table} has no point-in-time recovery: nothing is kept of what it was.`);
  if (at >= earliest.getTime() && at <= latest.getTime()) return;
  throw new OperatorError(
    `${table} can be restored to any second from ${earliest.toISOString()} to ${latest.toISOString()}, and --at is ${options.at}.`,
  );
}

/**
 * Brings forward what came after the moment, and rebuilds whom it is about at once: what the old stack has told them is not told again by
 * the stream that brings it as well.
 */
async function bringForward(
  stack: DeployedStack,
  tables: readonly PlannedTable[],
  names: TableNames,
  at: Instant,
  rebuilds: boolean,
): Promise<void> {
  const client = dynamoClient({ region: stack.region });
  const erasing = {
    profiles: new DynamoProfileStore(client, names.members),
    registrations: new DynamoPassRegistrations(client, names.members),
  };
  const bringsAll = options.withoutNewer !== true;
  const counts = { items: 0, erased: 0 };
  for (const { kind, from, to, size } of tables) {
    if (from === undefined || !size) continue;
    const forwarding = { client, from, to, since: since(at) };
    const erase = (memberId: string) => eraseProfile(erasing, memberId, Date.now());
    if (kind === 'points' && !bringsAll) continue;
    const batches =
      kind === 'points'
        ? bringEntriesForward(forwarding)
        : bringMembersForward(forwarding, erase, bringsAll ? 'everything' : 'erasures');
    for await (const { items, memberIds, ...rest } of batches) {
      counts.items += items;
      counts.erased += 'erased' in rest ? Number(rest.erased) : 0;
      if (rebuilds && memberIds.length > 0)
        mustHaveRebuilt(await rebuildMembers(stack, storesIn(stack, names), memberIds));
      tell(`what came after ${formatInstant(at)}: ${counts.items} items so far`);
    }
  }
  done(`${counts.items} items that came after ${formatInstant(at)} are brought, ${counts.erased} members erased again`);
}

async function rebuildAll(stack: DeployedStack, names: TableNames): Promise<void> {
  const stores = storesIn(stack, names);
  const rebuilt = await rebuildMembers(stack, stores, stores.members.everyId(), (read) => tell(`${read} members read`));
  mustHaveRebuilt(rebuilt);
  done(`${rebuilt.read} members are what the ledger says; ${rebuilt.written} were not`);
}

function mustHaveRebuilt({ failed }: Awaited<ReturnType<typeof rebuildMembers>>): void {
  if (failed.length === 0) return;
  const shown = failed.slice(0, FAILED_SHOWN).map(({ memberId, why }) => `  ${memberId}: ${why}`);
  throw new OperatorError(
    [`${failed.length} members could not be rebuilt. Mend the cause, and begin again:`, ...shown].join('\n'),
  );
}

function storesIn(stack: DeployedStack, { points, members }: TableNames) {
  const client = dynamoClient({ region: stack.region });
  return {
    ledger: new DynamoLedger(client, points),
    members: new SilentMemberStore(client, members),
    // They are made for all at once, when the stack is on the tables.
    clock: { wakeAt: async () => {} },
  };
}

/** What fired in the meantime, or was never made for what is due by now. The sweep would find them all, some minutes late. */
async function wakeAgain(stack: DeployedStack, { members }: TableNames): Promise<void> {
  const queueArn = (output: string) =>
    `arn:aws:sqs:${stack.region}:${stack.brand.account}:${stack.output(output).split('/').at(-1)}`;
  const clock = new SchedulerTierClock(
    {
      group: stack.output('ScheduleGroup'),
      targetArn: queueArn('DueQueue'),
      roleArn: stack.output('ScheduleRole'),
      deadLetterArn: queueArn('DueDeadLetters'),
    },
    new SchedulerClient({ region: stack.region }),
  );
  let count = 0;
  // What is due within a minute is the sweep's.
  for await (const moment of dueMoments(dynamoClient({ region: stack.region }), members, Date.now() + MINUTE_MS)) {
    await clock.wakeAt(moment);
    tell(`${++count} moments have their schedule`);
  }
  done(`${count} moments have their schedule`);
}

function tell(text: string): void {
  if (progress.isSpinning) progress.text = text;
  else progress.start(text);
}

function done(text: string): void {
  progress.stop();
  console.log(`✔ ${text}`);
}
