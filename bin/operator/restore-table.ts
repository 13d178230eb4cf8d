import { setTimeout } from 'node:timers/promises';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  ListTagsOfResourceCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { counted } from '../../core/quantity.ts';
import { formatInstant, type Instant } from '../../core/time.ts';
import type { RestoredTable } from '../../lib/parts/deployed-brand.ts';
import { OperatorError } from './operator-error.ts';

const POLL_MS = 5_000;
/** For some minutes after a restore DynamoDB refuses to set a table's backups. */
const ATTEMPTS = 60;

interface Job {
  client: DynamoDBClient;
  report: (text: string) => void;
  /** Milliseconds between two looks at the table. */
  pollMs: number;
}

export interface TableToRestore {
  /** The current table, or the name of the deleted one. It is only read. */
  from: string;
  to: string;
  at: Instant;
  /** The indexes that the stack queries. A table that lacks one of them is another table. */
  indexes: readonly string[];
}

/** The table, or undefined where no table has this name. */
export async function describeTable(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/**
 * Makes a table beside another that shows it as it was at a moment, and gives it what a restore leaves out: its stream, its protection
 * from deletion, its own recovery, its tags. Every step is idempotent, so the command can be repeated at any point.
 */
export async function restoreTable(
  client: DynamoDBClient,
  table: TableToRestore,
  report: (text: string) => void,
  pollMs = POLL_MS,
): Promise<RestoredTable> {
  const job = { client, report, pollMs };
  const { from, to, indexes } = table;
  if (!(await describeTable(client, to))) await startRestore(table, job);
  const restored = await untilActive(to, job);

  const found = (restored.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  const missing = indexes.filter((index) => !found.includes(index));
  if (missing.length > 0) {
    throw new OperatorError(
      `${to} has no index ${missing.join(', ')}: it is no restored ${from}. Look where it comes from, and remove it if nobody needs it.`,
    );
  }
  await giveSettings(from, restored, job);
  const { LatestStreamArn } = await untilActive(to, job);
  if (LatestStreamArn === undefined) throw new Error(`${to} has a stream, and does not say which.`);
  return { table: to, streamArn: LatestStreamArn };
}

async function startRestore({ from, to, at }: TableToRestore, { client, report }: Job): Promise<void> {
  // A restore does not copy these settings, so they are set explicitly.
  const settings = {
    TargetTableName: to,
    BillingModeOverride: 'PAY_PER_REQUEST',
    SSESpecificationOverride: { Enabled: true, SSEType: 'KMS' },
  } as const;
  if (await describeTable(client, from)) {
    report(`${from} as of ${formatInstant(at)} becomes ${to}`);
    const RestoreDateTime = new Date(at);
    await client.send(new RestoreTableToPointInTimeCommand({ ...settings, SourceTableName: from, RestoreDateTime }));
    return;
  }
  const BackupArn = await lastBackup(client, from);
  report(`${from} is gone: as it was when it was deleted, it becomes ${to}`);
  await client.send(new RestoreTableFromBackupCommand({ ...settings, BackupArn }));
}

/** The backup that DynamoDB keeps for 35 days of a deleted table with point-in-time recovery. */
async function lastBackup(client: DynamoDBClient, from: string): Promise<string> {
  const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({ TableName: from, BackupType: 'SYSTEM' }));
  const newest = BackupSummaries.toSorted(
    (a, b) => Number(b.BackupCreationDateTime) - Number(a.BackupCreationDateTime),
  )[0];
  if (newest?.BackupArn) return newest.BackupArn;
  throw new OperatorError(
    `There is no table ${from}, and DynamoDB keeps no backup of one that was deleted within the last 35 days.`,
  );
}

async function giveSettings(
  from: string,
  { TableName, TableArn, StreamSpecification, DeletionProtectionEnabled }: TableDescription,
  job: Job,
): Promise<void> {
  const { client, report } = job;
  const to = TableName!;
  if (!StreamSpecification?.StreamEnabled) {
    report(`${to}: its stream`);
    const stream = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } as const;
    await client.send(new UpdateTableCommand({ TableName, StreamSpecification: stream }));
    await untilActive(to, job);
  }
  if (!DeletionProtectionEnabled) {
    report(`${to}: its protection from deletion`);
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
    await untilActive(to, job);
  }
  report(`${to}: its own recovery, and its tags`);
  await switchRecoveryOn(to, job);
  await client.send(new TagResourceCommand({ ResourceArn: TableArn, Tags: await tagsFor(client, from) }));
}

async function switchRecoveryOn(TableName: string, { client, pollMs }: Job): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
      const status = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      if (status === 'ENABLED') return;
      await client.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      );
    } catch (error) {
      const isEarly = error instanceof Error && error.name === 'ContinuousBackupsUnavailableException';
      if (!isEarly || attempt === ATTEMPTS) throw error;
      await setTimeout(pollMs);
    }
  }
}

/** Those of the table as it was, but for CloudFormation's own, which nobody else may give. */
async function tagsFor(client: DynamoDBClient, from: string): Promise<{ Key: string; Value: string }[]> {
  const arn = (await describeTable(client, from))?.TableArn;
  const { Tags = [] } = arn ? await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn })) : {};
  const own = Tags.filter(({ Key = '' }) => !Key.startsWith('aws:') && Key !== 'laurel:stateful');
  return [...own.map(({ Key, Value }) => ({ Key: Key!, Value: Value! })), { Key: 'laurel:stateful', Value: 'true' }];
}

/** A restore takes minutes to hours, so the wait has no deadline. */
async function untilActive(name: string, { client, report, pollMs }: Job): Promise<TableDescription> {
  for (const startedAt = Date.now(); ; await setTimeout(pollMs)) {
    const table = await describeTable(client, name);
    if (!table) throw new OperatorError(`${name} was being restored, and is gone. Begin again.`);
    const indexes = table.GlobalSecondaryIndexes ?? [];
    if (table.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus = 'ACTIVE' }) => IndexStatus === 'ACTIVE')) {
      return table;
    }
    const minutes = Math.floor((Date.now() - startedAt) / 60_000);
    report(`${name} is ${(table.TableStatus ?? 'unknown').toLowerCase()}, for ${counted(minutes, 'minute')} now`);
  }
}
