import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DeleteScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restoredName } from '../../bin/operator/restore-plan.ts';
import { CDK, deploy, environmentFor, synthesize } from '../../local/cdk.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import { depthOf, mailsTo } from '../../local/observations.ts';
import { makeRunFolder, PROJECT_ROOT } from '../../local/run-folder.ts';
import { waitFor } from '../../local/wait-for.ts';

/**
 * The local cloud's `RestoreTableToPointInTime` ignores the moment and the indexes. So the test creates the tables that
 * AWS would create, under the command's names. The command finds them and continues, as after an interruption.
 */
const WITHIN = { withinMs: 60_000 };
const NEXT_YEAR = `${new Date().getUTCFullYear() + 1}-06-01`;

let cloud: LocalCloud;
let project: string;
let dynamo: DynamoDBClient;
let outputs: Record<string, string>;

beforeAll(async () => {
  const { AWS_ENDPOINT_URL: _, ...env } = process.env;
  cloud = await startLocalCloud({ brand: 'demo', env });
  ({ outputs } = cloud.address);
  dynamo = new DynamoDBClient(structuredClone(cloud.address.client));
  // The command writes a file beside the brand's file, which other deployments of the demo must not find.
  project = mkdtempSync(join(tmpdir(), 'laurel-restore-'));
  cpSync(join(PROJECT_ROOT, 'brands'), join(project, 'brands'), { recursive: true });
  const cdk = JSON.parse(readFileSync(join(PROJECT_ROOT, 'cdk.json'), 'utf8'));
  const app = `node ${join(PROJECT_ROOT, 'bin', 'laurel.ts')}`;
  writeFileSync(join(project, 'cdk.json'), JSON.stringify({ ...cdk, app }));
}, 240_000);

afterAll(async () => {
  dynamo?.destroy();
  await cloud?.stop();
  if (project) rmSync(project, { recursive: true, force: true });
});

async function call(method: string, path: string, role: 'intake' | 'read' | 'admin', body?: unknown) {
  const answer = await fetch(`${cloud.address.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.address.keys[role]}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function enrol(memberId: string): Promise<void> {
  const answer = await call('PUT', `/v1/members/${memberId}`, 'intake', { name: memberId, email: mailOf(memberId) });
  expect(answer.status).toBe(201);
}

function mailOf(memberId: string): string {
  return `${memberId}@example.com`;
}

function anOrder(id: string, amount: string): Record<string, unknown> {
  return { id, type: 'purchase', amount, currency: 'EUR', occurredAt: new Date().toISOString() };
}

function post(memberId: string, order: unknown) {
  return call('POST', `/v1/members/${memberId}/transactions`, 'intake', order);
}

async function buy(memberId: string, id: string, amount: string): Promise<void> {
  expect(await post(memberId, anOrder(id, amount))).toMatchObject({ status: 202, body: { status: 'accepted' } });
}

async function member(memberId: string) {
  return (await call('GET', `/v1/members/${memberId}`, 'read')).body;
}

async function untilPoints(memberId: string, points: number): Promise<void> {
  let seen: unknown;
  const look = async () => {
    seen = (await member(memberId)).points;
    return (seen as { current?: number })?.current === points || undefined;
  };
  await waitFor(`${points} points of ${memberId}`, look, { ...WITHIN, seen: () => seen });
}

/** Waits for the mails. A message is marked as sent only after its mail, so the table may still hold a claim. */
async function untilMailed(memberId: string, count: number): Promise<void> {
  const mails = async () => (await mailsTo(mailOf(memberId), cloud.address)).length;
  await waitFor(`${count} mails to ${memberId}`, async () => (await mails()) >= count || undefined, WITHIN);
}

async function mailsOf(memberIds: readonly string[]) {
  const counts = memberIds.map(async (id) => [id, (await mailsTo(mailOf(id), cloud.address)).length] as const);
  return Object.fromEntries(await Promise.all(counts));
}

async function isScheduled(moment: string): Promise<boolean> {
  const scheduler = new SchedulerClient(structuredClone(cloud.address.client));
  const schedule = { GroupName: outputs.ScheduleGroup, Name: `due-${moment.replaceAll(':', '.')}` };
  return scheduler.send(new GetScheduleCommand(schedule)).then(
    () => true,
    (error: Error) => {
      if (error.name === 'ResourceNotFoundException') return false;
      throw error;
    },
  );
}

/** Copies a table as DynamoDB restores it: keys, indexes and items, without the other settings. */
async function copyAsRestored(from: string, to: string): Promise<void> {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: from }));
  const indexes = Table!.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
    ...{ IndexName, KeySchema, Projection },
  }));
  await dynamo.send(
    new CreateTableCommand({
      TableName: to,
      KeySchema: Table!.KeySchema,
      AttributeDefinitions: Table!.AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST',
      ...(indexes?.length && { GlobalSecondaryIndexes: indexes }),
    }),
  );
  for await (const { Items = [] } of paginateScan({ client: dynamo }, { TableName: from })) {
    for (const Item of Items) await dynamo.send(new PutItemCommand({ TableName: to, Item }));
  }
}

async function isThere(table: string): Promise<boolean> {
  return dynamo.send(new DescribeTableCommand({ TableName: table })).then(
    () => true,
    (error: Error) => {
      if (error.name === 'ResourceNotFoundException') return false;
      throw error;
    },
  );
}

async function settingsOf(table: string) {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
  const [backups, tags] = await Promise.all([
    dynamo.send(new DescribeContinuousBackupsCommand({ TableName: table })),
    dynamo.send(new ListTagsOfResourceCommand({ ResourceArn: Table!.TableArn })),
  ]);
  return {
    stream: Table!.StreamSpecification?.StreamViewType,
    isProtected: Table!.DeletionProtectionEnabled,
    recovery: backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
    isMarked: tags.Tags?.some(({ Key, Value }) => Key === 'laurel:stateful' && Value === 'true'),
  };
}

async function restore(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { endpoint, region, credentials } = cloud.address.client;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const script = join(PROJECT_ROOT, 'bin', 'restore.ts');
  return promisify(execFile)(process.execPath, [script, '--brand', 'demo', ...args], { cwd: project, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

/** Runs `npx cdk deploy -c brand=demo` in the project's folder. */
async function deployAgain(): Promise<Record<string, string>> {
  const folder = await makeRunFolder(new Date());
  const job = { folder, signal: new AbortController().signal, project, proxyUrl: cloud.address.url };
  const { endpoint, region, credentials } = cloud.address.client;
  try {
    await synthesize('demo', job);
    return await deploy('laurel-demo', { endpoint, region, account: credentials.accessKeyId }, job);
  } finally {
    await folder.tidy();
  }
}

/** Runs the import command that `restore` prints, up to the call of CloudFormation. */
async function whatWouldBeImported(told: string, file: string): Promise<unknown> {
  rmSync(file);
  const [, args] = /npx cdk (import .*)/.exec(told)!;
  const { endpoint, region, credentials } = cloud.address.client;
  const env = environmentFor({ endpoint, region, account: credentials.accessKeyId });
  const recorded = join(project, 'imported.json');
  const line = `"$NODE" "$CDK" ${args} --record-resource-mapping "$RECORDED" --output "$PROJECT/cdk.out" --no-notices`;
  await promisify(execFile)('sh', ['-c', line], {
    cwd: project,
    env: { ...env, NODE: process.execPath, CDK, RECORDED: recorded, PROJECT: project },
  });
  return JSON.parse(readFileSync(recorded, 'utf8'));
}

describe('a stack whose tables were damaged', () => {
  test('is restored with all later data, and no message is sent twice', {
    timeout: 600_000,
  }, async () => {
    // Before the restore's moment: ana and bea with points, bea Silver by mail, cleo with Gold until next year, fay
    // with Gold that ends soon, and eve, who will be erased.
    for (const id of ['ana', 'bea', 'cleo', 'eve', 'fay']) await enrol(id);
    await Promise.all([buy('ana', 'o-1', '50.00'), buy('bea', 'o-1', '120.00')]);
    await Promise.all([untilPoints('ana', 500), untilPoints('bea', 1200), untilMailed('bea', 1)]);
    const gold = { id: 'gift', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } };
    const given = await call('POST', '/v1/members/cleo/tier-actions', 'admin', {
      ...{ ...gold, expiry: { type: 'date', date: NEXT_YEAR } },
    });
    expect(given.body.outcome).toBe('APPLIED');
    const soon = new Date(Math.ceil(Date.now() / 1000 + 30) * 1000).toISOString();
    const lent = await call('POST', '/v1/members/fay/tier-actions', 'admin', {
      ...{ ...gold, expiry: { type: 'instant', at: soon }, notify: { channels: ['email'], atEnd: true } },
    });
    expect(lent.body.outcome).toBe('APPLIED');
    await untilMailed('fay', 1);

    const at = Math.floor(Date.now() / 1000) * 1000;
    const moment = new Date(at).toISOString().replace('.000', '');
    const names = { points: restoredName('demo', 'points', at), members: restoredName('demo', 'members', at) };
    await copyAsRestored(outputs.PointsTable!, names.points);
    await copyAsRestored(outputs.MembersTable!, names.members);

    expect((await member('fay')).tier.id).toBe('gold');

    // After the moment: a purchase that gives Silver by mail, a new member, a grant, an erasure and an announced end.
    await enrol('dan');
    await Promise.all([buy('ana', 'o-2', '70.00'), buy('dan', 'o-1', '100.00')]);
    await Promise.all([
      untilPoints('ana', 1200),
      untilPoints('dan', 1000),
      untilMailed('ana', 1),
      untilMailed('dan', 1),
    ]);
    const later = await call('POST', '/v1/members/eve/tier-actions', 'admin', { ...gold, id: 'later' });
    expect(later.body.outcome).toBe('APPLIED');
    expect((await call('DELETE', '/v1/members/eve/profile', 'admin')).status).toBe(204);
    await untilMailed('fay', 2);

    // The damage: orders, a member and a schedule are deleted.
    const remove = (TableName: string, pk: string, sk: string) =>
      dynamo.send(new DeleteItemCommand({ TableName, Key: { pk: { S: pk }, sk: { S: sk } } }));
    for (const id of ['ana', 'bea']) await remove(outputs.PointsTable!, id, 'TX#api#o-1');
    for (const sk of ['MEMBER', 'PROFILE', 'CHANGE#0000000001']) await remove(outputs.MembersTable!, 'bea', sk);
    const { nextDueAt } = (
      await dynamo.send(
        new GetItemCommand({
          TableName: outputs.MembersTable,
          Key: { pk: { S: 'cleo' }, sk: { S: 'MEMBER' } },
          ProjectionExpression: 'nextDueAt',
        }),
      )
    ).Item!;
    const due = new Date(Number(nextDueAt!.N)).toISOString().replace('.000', '');
    expect(await isScheduled(due)).toBe(true);
    await new SchedulerClient(structuredClone(cloud.address.client)).send(
      new DeleteScheduleCommand({ GroupName: outputs.ScheduleGroup, Name: `due-${due.replaceAll(':', '.')}` }),
    );
    expect((await call('GET', '/v1/members/bea', 'read')).status).toBe(404);

    const file = join(project, 'brands', 'demo', 'restored-tables.json');
    const dry = await restore('--at', moment);
    expect(dry).toMatchObject({ code: 2, stdout: expect.stringContaining('Nothing was done') });
    expect(dry.stdout).toContain(`restore ${outputs.PointsTable} as of ${moment}`);
    expect(existsSync(file)).toBe(false);
    expect((await settingsOf(names.members)).stream).toBeUndefined();

    const prepared = await restore('--at', moment, '--write');
    expect(prepared).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('npx cdk deploy -c brand=demo'),
    });
    expect(prepared.stdout).toContain('erased 1 member again');
    const own = { stream: 'NEW_IMAGE', isProtected: true, recovery: 'ENABLED', isMarked: true };
    for (const name of Object.values(names)) expect(await settingsOf(name)).toEqual(own);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      points: { table: names.points, from: outputs.PointsTable, at: moment },
      members: { table: names.members, from: outputs.MembersTable, at: moment },
    });

    // Purchases while the stack still uses the old tables: one before the command's last copy, and one after it.
    await buy('dan', 'o-2', '30.00');
    await untilPoints('dan', 1375);
    expect(await restore('--at', moment, '--write')).toMatchObject({ code: 2 });
    await buy('ana', 'o-3', '400.00');
    await untilMailed('ana', 2);

    const old = [outputs.PointsTable!, outputs.MembersTable!];
    outputs = await deployAgain();
    for (const table of old) expect(await isThere(table)).toBe(true);
    expect(outputs).toMatchObject({ PointsTable: names.points, MembersTable: names.members });
    const finished = await restore('--at', moment, '--write');
    expect(finished).toMatchObject({ code: 0, stdout: expect.stringContaining('is back') });
    expect(finished.stdout).toContain(`"MembersTableC2CB1611":{"TableName":"${names.members}"}`);

    // All members have their data, and so do new ones. They were rebuilt, so no stream is needed.
    const seen = await Promise.all(
      ['ana', 'bea', 'cleo', 'dan', 'eve', 'fay'].map(async (id) => {
        const { tier, points } = await member(id);
        return [id, [tier.id, points.current]];
      }),
    );
    expect(Object.fromEntries(seen)).toEqual({
      ...{ ana: ['gold', 6200], bea: ['silver', 1200], cleo: ['gold', 0], dan: ['silver', 1375], eve: ['gold', 0] },
      fay: ['bronze', 0],
    });
    const profile = new GetItemCommand({ TableName: names.members, Key: { pk: { S: 'eve' }, sk: { S: 'PROFILE' } } });
    expect((await dynamo.send(profile)).Item).toBeUndefined();
    expect(await isScheduled(due)).toBe(true);

    // The sweep finds nothing left to announce.
    const sqs = new SQSClient(structuredClone(cloud.address.client));
    await sqs.send(new SendMessageCommand({ QueueUrl: outputs.DueQueue, MessageBody: '{"sweep":true}' }));
    const swept = async () => (await depthOf(outputs.DueQueue!, cloud.address)) === 0 || undefined;
    await waitFor('the sweep', swept, WITHIN);

    // The streams work again: a purchase moves a tier, with a mail, after all records that the restore caused.
    const order = anOrder('o-9', '400.00');
    expect(await post('bea', order)).toMatchObject({ status: 202 });
    await waitFor('Gold', async () => (await member('bea')).tier.id === 'gold' || undefined, WITHIN);
    await untilMailed('bea', 2);
    expect(await mailsOf(['ana', 'bea', 'dan', 'fay'])).toEqual({ ana: 2, bea: 2, dan: 1, fay: 2 });
    // The same order posted again counts once, whichever table recorded it.
    expect(await post('bea', order)).toMatchObject({ status: 200, body: { status: 'duplicate' } });

    const again = await restore('--at', moment, '--write');
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('6 members: 6 equal to the ledger.'),
    });

    // CloudFormation imports the tables into the stack. This test can only check that the printed command finds both.
    expect(await whatWouldBeImported(finished.stdout, file)).toEqual({
      PointsLedgerTable308CFA33: { TableName: names.points },
      MembersTableC2CB1611: { TableName: names.members },
    });
  });
});
