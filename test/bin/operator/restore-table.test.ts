import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  ListTagsOfResourceCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { OperatorError } from '../../../bin/operator/operator-error.ts';
import { restoreTable } from '../../../bin/operator/restore-table.ts';

const AT = Date.UTC(2026, 10, 20, 10);
const ARN = 'arn:aws:dynamodb:eu-west-1:000000000000:table';
const STREAM = `${ARN}/new/stream/2026-11-20T10:05:00.000`;
const TABLE = { from: 'old', to: 'new', at: AT, indexes: ['Due'] };
const AS_RESTORED: TableDescription = { GlobalSecondaryIndexes: [{ IndexName: 'Due', IndexStatus: 'ACTIVE' }] };
const WHOLE: TableDescription = {
  ...AS_RESTORED,
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  LatestStreamArn: STREAM,
  DeletionProtectionEnabled: true,
};

const dynamo = mockClient(DynamoDBClient);
const client = new DynamoDBClient({ region: 'eu-west-1' });

/** DynamoDB with these tables. A restore adds a table, and settings apply at once. */
let tables: Record<string, TableDescription>;
let recovery: 'ENABLED' | 'DISABLED';

beforeEach(() => {
  tables = { old: { TableName: 'old', TableArn: `${ARN}/old`, TableStatus: 'ACTIVE' } };
  recovery = 'DISABLED';
  dynamo.reset();
  dynamo.on(DescribeTableCommand).callsFake(({ TableName }) => {
    if (tables[TableName]) return { Table: tables[TableName] };
    throw Object.assign(new Error(`no ${TableName}`), { name: 'ResourceNotFoundException' });
  });
  for (const command of [RestoreTableToPointInTimeCommand, RestoreTableFromBackupCommand] as const) {
    dynamo.on(command as typeof RestoreTableToPointInTimeCommand).callsFake(({ TargetTableName }) => {
      is(TargetTableName, AS_RESTORED);
    });
  }
  dynamo.on(UpdateTableCommand).callsFake(({ TableName, ...settings }) => {
    is(TableName, {
      ...tables[TableName],
      ...settings,
      ...(settings.StreamSpecification && { LatestStreamArn: STREAM }),
    });
  });
  dynamo.on(DescribeContinuousBackupsCommand).callsFake(() => ({
    ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: recovery } },
  }));
  dynamo.on(UpdateContinuousBackupsCommand).callsFake(() => {
    recovery = 'ENABLED';
  });
  dynamo.on(ListTagsOfResourceCommand).resolves({
    Tags: [
      { Key: 'cost-centre', Value: '7' },
      { Key: 'aws:cloudformation:stack-name', Value: 'laurel-acme' },
      { Key: 'laurel:stateful', Value: 'true' },
    ],
  });
});

function is(TableName: string, facts: TableDescription): void {
  tables[TableName] = { TableName, TableArn: `${ARN}/${TableName}`, TableStatus: 'ACTIVE', ...facts };
}

const restore = (table = TABLE) => restoreTable(client, table, () => {}, 1);
const writes = () =>
  dynamo
    .calls()
    .map(({ args }) => args[0])
    .filter((command) => !/^(Describe|List)/.test(command.constructor.name))
    .map(({ input }) => input);

describe('a table that is restored', () => {
  test('is made beside the old one as of the moment, and gets the settings that a restore omits', async () => {
    expect(await restore()).toEqual({ table: 'new', streamArn: STREAM });
    expect(writes()).toEqual([
      {
        SourceTableName: 'old',
        TargetTableName: 'new',
        RestoreDateTime: new Date(AT),
        BillingModeOverride: 'PAY_PER_REQUEST',
        SSESpecificationOverride: { Enabled: true, SSEType: 'KMS' },
      },
      { TableName: 'new', StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } },
      { TableName: 'new', DeletionProtectionEnabled: true },
      { TableName: 'new', PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      {
        ResourceArn: `${ARN}/new`,
        Tags: [
          { Key: 'cost-centre', Value: '7' },
          { Key: 'laurel:stateful', Value: 'true' },
        ],
      },
    ]);
  });

  test('is not changed where it is complete, except that the same tags are set again', async () => {
    is('new', WHOLE);
    recovery = 'ENABLED';
    expect(await restore()).toEqual({ table: 'new', streamArn: STREAM });
    expect(writes()).toHaveLength(1);
    expect(dynamo.commandCalls(TagResourceCommand)).toHaveLength(1);
  });

  test('is completed from the step where the command stopped', async () => {
    is('new', { ...WHOLE, DeletionProtectionEnabled: false });
    await restore();
    expect(dynamo.commandCalls(RestoreTableToPointInTimeCommand)).toEqual([]);
    expect(dynamo.commandCalls(UpdateTableCommand).map(({ args }) => args[0].input)).toEqual([
      { TableName: 'new', DeletionProtectionEnabled: true },
    ]);
  });

  test('is awaited until it and its indexes are active', async () => {
    const GlobalSecondaryIndexes = [{ IndexName: 'Due', IndexStatus: 'CREATING' } as const];
    const states: TableDescription[] = [
      { ...WHOLE, TableStatus: 'CREATING' },
      { ...WHOLE, GlobalSecondaryIndexes, TableStatus: 'ACTIVE' },
    ];
    is('new', WHOLE);
    const there = tables.new;
    dynamo.on(DescribeTableCommand, { TableName: 'new' }).callsFake(() => ({ Table: states.shift() ?? there }));
    const told: string[] = [];
    await restoreTable(client, TABLE, (text) => told.push(text), 1);
    // The first look only checks whether the table exists.
    expect(told[0]).toMatch(/new is active, for 0 minutes now/);
    expect(states).toEqual([]);
  });

  test('waits for DynamoDB to take its settings', async () => {
    let early = 2;
    dynamo.on(UpdateContinuousBackupsCommand).callsFake(() => {
      if (early-- > 0) throw Object.assign(new Error('not yet'), { name: 'ContinuousBackupsUnavailableException' });
      recovery = 'ENABLED';
    });
    await restore();
    expect(recovery).toBe('ENABLED');
  });

  test('is made from DynamoDB’s own last backup, where the old one was deleted', async () => {
    tables = {};
    dynamo.on(ListBackupsCommand, { TableName: 'old', BackupType: 'SYSTEM' }).resolves({
      BackupSummaries: [
        { BackupArn: 'first', BackupCreationDateTime: new Date(AT) },
        { BackupArn: 'last', BackupCreationDateTime: new Date(AT + 5) },
      ],
    });
    expect(await restore()).toEqual({ table: 'new', streamArn: STREAM });
    expect(dynamo.commandCalls(RestoreTableFromBackupCommand).map(({ args }) => args[0].input)).toEqual([
      {
        BackupArn: 'last',
        TargetTableName: 'new',
        BillingModeOverride: 'PAY_PER_REQUEST',
        SSESpecificationOverride: { Enabled: true, SSEType: 'KMS' },
      },
    ]);
    expect(dynamo.commandCalls(TagResourceCommand)[0]!.args[0].input.Tags).toEqual([
      { Key: 'laurel:stateful', Value: 'true' },
    ]);
  });

  test('is refused where DynamoDB has no backup', async () => {
    tables = {};
    dynamo.on(ListBackupsCommand).resolves({ BackupSummaries: [] });
    await expect(restore()).rejects.toThrow(OperatorError);
  });

  test('is refused where it lacks an index of the stack, because it is another table of the same name', async () => {
    is('new', { ...WHOLE, GlobalSecondaryIndexes: [] });
    await expect(restore()).rejects.toThrow(/new has no index Due/);
    expect(writes()).toEqual([]);
  });

  test('never touches the old one', async () => {
    await restore();
    const names = writes().map((input) => JSON.stringify({ ...input, SourceTableName: undefined }));
    for (const name of names) expect(name).not.toContain('"old"');
  });
});
