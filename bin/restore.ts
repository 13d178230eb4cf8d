import { DescribeContinuousBackupsCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { Option } from 'commander';
import type { LedgerEntry } from '../core/ledger/transaction.ts';
import type { Ledger } from '../core/ports.ts';
import { counted } from '../core/quantity.ts';
import { formatInstant, type Instant, MINUTE_MS, momentIn } from '../core/time.ts';
import { eraseProfile } from '../core/use-cases/erase-profile.ts';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { DynamoLedger } from '../functions/adapters/dynamo-ledger.ts';
import { ANNIVERSARY_INDEX, DUE_INDEX } from '../functions/adapters/dynamo-member-store.ts';
import { DynamoPassRegistrations } from '../functions/adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../functions/adapters/dynamo-profile-store.ts';
import { SchedulerTierClock } from '../functions/adapters/scheduler-tier-clock.ts';
import { localEndpoint } from './operator/aws-failure.ts';
import { readBrandFile } from './operator/brand-file.ts';
import { bringEntriesForward, bringMembersForward, since, withEntries } from './operator/bring-forward.ts';
import { brandOption, operatorCommand } from './operator/command.ts';
import { type DeployedStack, findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { dueMoments } from './operator/due-moments.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { type Progress, startProgress } from './operator/progress.ts';
import { describeRebuilt, rebuildMembers } from './operator/rebuild-members.ts';
import { describePlan, holdToCloudThatRestores, type PlannedTable, restoredName } from './operator/restore-plan.ts';
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

const command = operatorCommand('restore', {
  about: [
    'Brings a stack back as it was at a moment of the last 35 days, together with what came after that moment.',
    'First see whether you need it. If members are wrong and the ledger is right, use npm run rebuild, which loses nothing. Use this ' +
      'command if transactions or members are gone or overwritten. Restore only the table that was ruined (--only): the other one is newer.',
    'DynamoDB makes new tables beside the old ones, which stay as they are. The command copies what came after the moment: ' +
      'transactions, enrolments, tier actions and groups. It rebuilds the members from the ledger, and nobody is told anything twice. ' +
      'Then you deploy the stack onto the new tables and run the same command again, which does the rest.',
    'Each step is done once, so the command may be stopped and run again at any time. Without --write it changes nothing: it shows the ' +
      'steps and what they cost. It cannot be tried on the local cloud, which has no point-in-time restore.',
    'docs/operations.md, "Restoring a stack", explains each step.',
  ],
  examples: [
    ['Show the steps', 'npm run restore -- --brand acme --at 2026-11-20T10:00:00Z'],
    [
      'Restore the members, up to the deployment',
      'npm run restore -- --brand acme --at 2026-11-20T10:00:00Z --only members --write',
    ],
    ['Put the stack on the new tables', 'npx cdk deploy -c brand=acme'],
    ['Do the rest', 'npm run restore -- --brand acme --at 2026-11-20T10:00:00Z --only members --write'],
  ],
  exitCodes: [
    ['0', 'everything is done'],
    ['2', 'you have to deploy, or to add --write'],
    ['1', 'the command failed'],
  ],
})
  .addOption(brandOption())
  .requiredOption('--at <instant>', 'the last second at which all was well, such as 2026-11-20T10:00:00Z')
  .addOption(new Option('--only <table>', 'restore one table, and keep the other as it is').choices(TABLE_KINDS))
  .option('--without-newer', 'copy nothing that came after the moment: for cases where that is what ruined the table')
  .option('--write', 'do it; without it, only show the steps');

const options = command
  .parse()
  .opts<{ brand: string; at: string; only?: TableKind; withoutNewer?: true; write?: true }>();

const OUTPUTS: Record<TableKind, string> = { points: 'PointsTable', members: 'MembersTable' };
const INDEXES: Record<TableKind, string[]> = { points: [], members: [DUE_INDEX, ANNIVERSARY_INDEX] };
/** Records every end that has passed: nothing else would record it. */
const UP_TO_NOW = { write: true, upToNow: true };
/** Further failures usually have the same cause. */
const FAILED_SHOWN = 10;

let progress: Progress | undefined;

await runCommand(async () => {
  const stack = await findStack(options.brand);
  const write = options.write ?? false;
  holdToDeployedProgram(stack, write);
  const brandFile = readBrandFile(options.brand, '--brand <name>');
  const records = readRestoredTables(brandFile);
  const at = readMoment(stack);
  const kinds = options.only ? [options.only] : TABLE_KINDS;
  const dynamo = new DynamoDBClient({ region: stack.region });
  const tables = await Promise.all(
    kinds.map((kind) => lookAt(kind, restoredName(options.brand, kind, at), stack, records[kind], dynamo)),
  );
  holdToCloudThatRestores(tables, localEndpoint());
  await Promise.all(tables.map((table) => holdToWindow(dynamo, table, at)));
  const bringsForward = options.withoutNewer !== true;
  console.log(describePlan({ brand: options.brand, at, tables, bringsForward }));
  if (!write) {
    console.log('\nNothing was done. Add --write to do it.');
    process.exitCode = 2;
    return;
  }
  try {
    await (tables.every(({ isInUse }) => isInUse) ? finish(stack, tables, at) : prepare());
  } finally {
    progress?.stop();
  }

  async function prepare(): Promise<void> {
    for (const { kind, from, to } of tables) {
      if (from === undefined) continue;
      const table = await restoreTable(dynamo, { from, to, at, indexes: INDEXES[kind] }, tell);
      records[kind] = { ...table, from, at: formatInstant(at) };
      done(`${to} is ready`);
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
        `${restoredTablesFile(brandFile)} names the new tables. Put the stack on them, then run this command again:`,
        `  npx cdk deploy -c brand=${options.brand}`,
        'Commit the file: without it, a deployment would give the stack new tables, with nothing in them.',
      ].join('\n'),
    );
    process.exitCode = 2;
  }
});

/** The names of the stack's tables after the deployment on the restored tables. */
interface TableNames {
  points: string;
  members: string;
}

function namesAfter(stack: DeployedStack, tables: readonly PlannedTable[]): TableNames {
  const nameOf = (kind: TableKind) => tables.find((table) => table.kind === kind)?.to ?? stack.output(OUTPUTS[kind]);
  return { points: nameOf('points'), members: nameOf('members') };
}

/** The steps after the deployment on the restored tables. */
async function finish(stack: DeployedStack, tables: readonly PlannedTable[], at: Instant): Promise<void> {
  const names = namesAfter(stack, tables);
  await bringForward(stack, tables, names, at, true);
  await rebuildAll(stack, names);
  await wakeAgain(stack, names);
  const ids = tables.map(({ kind, to }) => [LOGICAL_IDS[kind], { TableName: to }]);
  console.log(
    [
      '',
      `The stack laurel-${options.brand} is back. Compare every member with its ledger:`,
      `  npm run audit -- --brand ${options.brand}`,
      '',
      'Then give the new tables to the stack, so that deployments manage them as they managed the old ones. Remove',
      `brands/${options.brand}/restored-tables.json, and right after that:`,
      `  npx cdk import -c brand=${options.brand} --force --resource-mapping-inline '${JSON.stringify(Object.fromEntries(ids))}'`,
      `  npx cdk deploy -c brand=${options.brand}`,
      'docs/operations.md says what to look at in between.',
    ].join('\n'),
  );
}

function readMoment({ rules: { program } }: DeployedStack): Instant {
  const at = /T.*Z$/.test(options.at) ? momentIn(options.at, program.timeZone) : undefined;
  if (at === undefined || at % 1000 !== 0) {
    throw new OperatorError(
      `--at ${options.at} is not an instant to the second. Give one such as 2026-11-20T10:00:00Z.`,
    );
  }
  if (at > Date.now())
    throw new OperatorError(`--at ${options.at} is in the future. Give a moment of the last 35 days.`);
  return at;
}

async function lookAt(
  kind: TableKind,
  to: string,
  stack: DeployedStack,
  record: TableRecord | undefined,
  dynamo: DynamoDBClient,
): Promise<PlannedTable> {
  const inUse = stack.output(OUTPUTS[kind]);
  const from = record?.table === to ? record.from : inUse === to ? undefined : inUse;
  const [source, target] = await Promise.all([from && describeTable(dynamo, from), describeTable(dynamo, to)]);
  const size = source ? { bytes: source.TableSizeBytes ?? 0, items: source.ItemCount ?? 0 } : undefined;
  return { kind, from, to, size, isRestored: target !== undefined, isInUse: inUse === to };
}

/** Refuses a moment that DynamoDB cannot restore, before the first step. */
async function holdToWindow(
  dynamo: DynamoDBClient,
  { from: table, size, isRestored }: PlannedTable,
  at: Instant,
): Promise<void> {
  if (!size || isRestored) return;
  const { ContinuousBackupsDescription } = await dynamo.send(
    new DescribeContinuousBackupsCommand({ TableName: table }),
  );
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery ?? {};
  if (!earliest || !latest)
    throw new OperatorError(`${table} has no point-in-time recovery: DynamoDB keeps no earlier state of it.`);
  if (at >= earliest.getTime() && at <= latest.getTime()) return;
  throw new OperatorError(
    `${table} can be restored to any second from ${earliest.toISOString()} to ${latest.toISOString()}. --at is ${options.at}.`,
  );
}

/**
 * Copies items newer than the moment. A member is rebuilt in silence before their entries are put into the ledger, so the stream of a
 * stack in use finds the entries counted, and does not announce again what the old stack announced.
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
  const stores = storesIn(stack, names);
  const rebuild = async (ledger: Ledger, memberIds: readonly string[]) => {
    if (!rebuilds || memberIds.length === 0) return;
    mustHaveRebuilt(await rebuildMembers(stack, { ...stores, ledger }, memberIds, UP_TO_NOW));
  };
  const beforeEntries = (entries: readonly LedgerEntry[]) =>
    rebuild(withEntries(stores.ledger, entries), [...new Set(entries.map(({ memberId }) => memberId))]);
  // Members first, so that an entry of a newly enrolled member finds the member.
  const membersFirst = [...tables].sort((a, b) => a.kind.localeCompare(b.kind));
  for (const { kind, from, to, size } of membersFirst) {
    if (from === undefined || !size) continue;
    const forwarding = { client, from, to, since: since(at) };
    const erase = (memberId: string) => eraseProfile(erasing, memberId, Date.now());
    if (kind === 'points' && !bringsAll) continue;
    const batches =
      kind === 'points'
        ? bringEntriesForward(forwarding, beforeEntries)
        : bringMembersForward(forwarding, erase, bringsAll ? 'everything' : 'erasures');
    for await (const { items, memberIds, ...rest } of batches) {
      counts.items += items;
      counts.erased += 'erased' in rest ? Number(rest.erased) : 0;
      if (kind === 'members') await rebuild(stores.ledger, memberIds);
      tell(`Copying what came after ${formatInstant(at)}: ${counted(counts.items, 'item')} so far`);
    }
  }
  done(
    `Copied ${counted(counts.items, 'item')} that came after ${formatInstant(at)}, and erased ${counted(counts.erased, 'member')} again`,
  );
}

async function rebuildAll(stack: DeployedStack, names: TableNames): Promise<void> {
  const stores = storesIn(stack, names);
  const rebuilt = await rebuildMembers(stack, stores, stores.members.everyId(), UP_TO_NOW, (_memberId, _one, soFar) =>
    tell(`Rebuilding members: ${counted(soFar.members, 'member')} so far`),
  );
  mustHaveRebuilt(rebuilt);
  done(describeRebuilt(rebuilt, true));
}

function mustHaveRebuilt({ failed }: Awaited<ReturnType<typeof rebuildMembers>>): void {
  if (failed.length === 0) return;
  const shown = failed.slice(0, FAILED_SHOWN).map(({ memberId, why }) => `  ${memberId}: ${why}`);
  throw new OperatorError(
    [
      `${counted(failed.length, 'member')} could not be rebuilt. Correct the cause, then run the command again:`,
      ...shown,
    ].join('\n'),
  );
}

function storesIn(stack: DeployedStack, { points, members }: TableNames) {
  const client = dynamoClient({ region: stack.region });
  return {
    ledger: new DynamoLedger(client, points),
    members: new SilentMemberStore(client, members),
    // Schedules are made for all members at once, after the deployment.
    timers: { wakeAt: async () => {} },
  };
}

/** Makes schedules again: those that fired in the meantime, or were never made. The sweep alone would be some minutes late. */
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
  // The sweep handles members due within a minute.
  for await (const moment of dueMoments(dynamoClient({ region: stack.region }), members, Date.now() + MINUTE_MS)) {
    await clock.wakeAt(moment);
    tell(`Making schedules: ${counted(++count, 'moment')} so far`);
  }
  done(`Made a schedule for ${counted(count, 'moment')} at which something is due`);
}

function tell(text: string): void {
  if (progress) progress.tell(text);
  else progress = startProgress(text);
}

function done(text: string): void {
  progress?.stop();
  progress = undefined;
  console.log(`✔ ${text}`);
}
