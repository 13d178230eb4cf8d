import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../local/wait-for.ts';
import { aMemberWhoIsWrong } from './setup/member-who-is-wrong.ts';
import { run } from './setup/run-script.ts';
import {
  allThatWasTold,
  aNewMember,
  aPurchase,
  call,
  cloud,
  post,
  read,
  untilMail,
  untilPoints,
} from './setup/shop.ts';

describe("Operators' commands, on the deployed stack", () => {
  test('rebuild reports differences from the ledger without a write, and corrects them on request', async () => {
    const member = await aMemberWhoIsWrong('current');
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

  test('replay counts parked records once their cause is fixed, and empties the queue', async () => {
    const member = await aMemberWhoIsWrong('current');
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

  test('a poison record delays no other member, and is parked until its cause is fixed', async () => {
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

  test('replay drops a sent message’s dead letter, and resends a message that may have been sent only with --resend', async () => {
    const member = await aNewMember();
    await post(member, aPurchase('o-1', '100.00'));
    await untilMail(member);

    const dynamo = new DynamoDBClient(structuredClone(cloud.client));
    const sqs = new SQSClient(structuredClone(cloud.client));
    const keyOf = (sk: string) => ({ pk: { S: member.memberId }, sk: { S: sk } });
    const { Item } = await dynamo.send(
      new GetItemCommand({ TableName: cloud.outputs.MembersTable, Key: keyOf('CHANGE#0000000001') }),
    );
    const { pk: _, sk: __, ...change } = unmarshall(Item!);
    const dies = () =>
      sqs.send(
        new SendMessageCommand({ QueueUrl: cloud.outputs.EmailDeadLetters, MessageBody: JSON.stringify(change) }),
      );
    const replay = (...more: string[]) => run('replay', '--brand', 'demo', '--queue', 'email', ...more);

    const message = keyOf('MESSAGE#0000000001#email');
    await waitFor('the message to be marked as sent', async () => {
      const found = await dynamo.send(new GetItemCommand({ TableName: cloud.outputs.MembersTable, Key: message }));
      return found.Item?.sentAt;
    });
    await dies();
    expect(await replay('--write')).toMatchObject({ code: 0, stdout: expect.stringContaining('was sent already') });

    const claim = { ...message, claimedAt: { S: new Date().toISOString() } };
    await dynamo.send(new PutItemCommand({ TableName: cloud.outputs.MembersTable, Item: claim }));
    await dies();
    const unsure = { code: 1, stdout: expect.stringContaining('it may have left: ask the member, then --resend') };
    expect(await replay('--write')).toMatchObject(unsure);
    expect(await replay('--write')).toMatchObject(unsure);
    expect((await allThatWasTold(member)).mails).toHaveLength(1);

    expect(await replay('--write', '--resend')).toMatchObject({ code: 0 });
    await waitFor('the second mail', async () =>
      (await allThatWasTold(member)).mails.length === 2 ? true : undefined,
    );
    expect(await replay()).toMatchObject({ stdout: 'Nothing waits in email.\n' });
  });

  test('keys creates a key beside the old one, lists it without its text, and revokes it', async () => {
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

  test('an unknown brand is reported with the existing brands', async () => {
    const { code, stderr } = await run('rebuild', '--brand', 'nobody', '--all');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no brand "nobody"');
    expect(stderr).toContain('demo');
  });
});
