import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../local/wait-for.ts';
import { aNewMember, aPurchase, call, cloud, type NewMember, post, read, untilPoints } from './setup/shop.ts';

const PROJECT_ROOT = resolve(import.meta.dirname, '../..');

/** Runs an operator's command against the deployed stack, as the README says it. */
async function run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { accessKeyId, secretAccessKey } = cloud.client.credentials;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: cloud.client.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const command = promisify(execFile)('npm', ['run', '--silent', script, '--', ...args], { cwd: PROJECT_ROOT, env });
  return command.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

/** Somebody with 500 points, of whom the stored item says 7. */
async function aMemberWhoIsWrong(): Promise<NewMember> {
  const member = await aNewMember();
  await post(member, aPurchase('o-1', '50.00'));
  await untilPoints(member, 500);
  await new DynamoDBClient(structuredClone(cloud.client)).send(
    new UpdateItemCommand({
      TableName: cloud.outputs.MembersTable,
      Key: { pk: { S: member.memberId }, sk: { S: 'MEMBER' } },
      UpdateExpression: 'SET tally.#current.tier = :wrong',
      ExpressionAttributeNames: { '#current': 'current' },
      ExpressionAttributeValues: { ':wrong': { N: '7' } },
    }),
  );
  expect((await read(member)).body.points.current).toBe(7);
  return member;
}

describe("Operators' commands, on the deployed stack", () => {
  test('rebuild tells what differs from the ledger without writing, and puts it right when told to', async () => {
    const member = await aMemberWhoIsWrong();
    const of = ['--brand', 'demo', '--member', member.memberId];

    const dry = await run('rebuild', ...of);
    expect(dry).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/current: stored \{"tier":7.* by the ledger \{"tier":500/),
    });
    expect((await read(member)).body.points.current).toBe(7);

    expect(await run('rebuild', ...of, '--write')).toMatchObject({ code: 0 });
    expect((await read(member)).body.points.current).toBe(500);
    expect(await run('rebuild', ...of)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 equal to the ledger'),
    });
  });

  test('replay counts what was parked, once its cause is gone, and empties the queue', async () => {
    const member = await aMemberWhoIsWrong();
    const parked = { kind: 'transaction', memberId: member.memberId, key: 'TX#api#o-1', reason: 'Error: of this test' };
    await new SQSClient(structuredClone(cloud.client)).send(
      new SendMessageCommand({ QueueUrl: cloud.outputs.ParkedTransactionsQueue, MessageBody: JSON.stringify(parked) }),
    );
    const queue = ['--brand', 'demo', '--queue', 'transactions'];

    expect(await run('replay', ...queue)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('waits: TX#api#o-1'),
    });
    expect((await read(member)).body.points.current).toBe(7);

    expect(await run('replay', ...queue, '--write')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 replayed'),
    });
    expect((await read(member)).body.points.current).toBe(500);
    expect(await run('replay', ...queue)).toMatchObject({ stdout: 'Nothing waits in transactions.\n' });
  });

  test('a poison record delays no other member, and waits until its cause is gone', async () => {
    const [poisoned, other] = [await aNewMember(), await aNewMember()];
    const dynamo = new DynamoDBClient(structuredClone(cloud.client));
    const poison = { pk: { S: poisoned.memberId }, sk: { S: 'TX#api#poison' } };
    await dynamo.send(
      new PutItemCommand({ TableName: cloud.outputs.PointsTable, Item: { ...poison, type: { S: 'nonsense' } } }),
    );
    await post(other, aPurchase('o-1', '50.00'));
    await untilPoints(other, 500);

    const queue = ['--brand', 'demo', '--queue', 'transactions'];
    const waits = await waitFor(
      'the poison record to be parked',
      async () => {
        const { stdout } = await run('replay', ...queue);
        return stdout.includes(poisoned.memberId) ? stdout : undefined;
      },
      { withinMs: 60_000 },
    );
    expect(waits).toContain('is not a ledger entry');
    expect(await run('replay', ...queue, '--write')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('still fails'),
    });

    await dynamo.send(new DeleteItemCommand({ TableName: cloud.outputs.PointsTable, Key: poison }));
    expect(await run('replay', ...queue, '--write')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 replayed'),
    });
    expect((await read(poisoned)).status).toBe(200);
  });

  test('keys makes a key that opens at once beside the old one, lists it without its text, and revokes it', async () => {
    const { stdout } = await run('keys', 'create', '--brand', 'demo', '--role', 'read');
    const key = stdout.trim();
    const ask = () => call('GET', '/v1/program', { headers: { authorization: `Bearer ${key}` } });
    expect((await ask()).status).toBe(200);
    expect((await call('GET', '/v1/program', { role: 'read' })).status).toBe(200);

    const list = await run('keys', 'list', '--brand', 'demo');
    expect(list.stdout).not.toContain(key);
    const newest = [...list.stdout.matchAll(/([0-9a-f]{8}) │ read/g)].at(-1)![1]!;
    expect(await run('keys', 'revoke', newest, '--brand', 'demo')).toMatchObject({ code: 0 });
    expect((await run('keys', 'list', '--brand', 'demo')).stdout).not.toContain(newest);
  });

  test('a brand that is not there is told with those that are', async () => {
    const { code, stderr } = await run('rebuild', '--brand', 'nobody', '--all');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no brand "nobody"');
    expect(stderr).toContain('demo');
  });
});
