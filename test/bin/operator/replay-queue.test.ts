import { DynamoDBStreamsClient, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeployedStack } from '../../../bin/operator/deployed-stack.ts';
import { type QueueName, type ReplayOptions, replayOf } from '../../../bin/operator/replay-message.ts';
import { replayQueue } from '../../../bin/operator/replay-queue.ts';
import { WaitingMessages } from '../../../bin/operator/waiting-messages.ts';
import { rulesOf } from '../../../core/use-cases/rules.ts';
import { exampleBrand } from '../../support/program.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const sqs = mockClient(SQSClient);
const streams = mockClient(DynamoDBStreamsClient);
const said: string[] = [];
for (const method of ['log', 'error'] as const) {
  vi.spyOn(console, method).mockImplementation((line: string) => void said.push(line));
}

const brand = exampleBrand();
const stack: DeployedStack = {
  brand,
  rules: rulesOf(brand),
  region: 'eu-west-1',
  output: (id) => `the ${id}`,
};

beforeEach(() => {
  said.length = 0;
  for (const client of [dynamo, sqs, streams]) client.reset();
});

/** Runs the command over a queue in which one message waits. */
async function replay(queue: QueueName, body: unknown, options: Partial<ReplayOptions> = {}) {
  sqs
    .on(ReceiveMessageCommand)
    .resolvesOnce({ Messages: [{ MessageId: '1', ReceiptHandle: 'receipt', Body: JSON.stringify(body) }] })
    .resolves({});
  const all = { write: false, resend: false, discard: false, ...options };
  const waiting = new WaitingMessages(new SQSClient({ region: 'eu-west-1' }), 'waiting');
  const { allDone } = await replayQueue(queue, waiting, replayOf(queue, stack, all), all.write);
  const [removed, shown] = [sqs.commandCalls(DeleteMessageCommand), sqs.commandCalls(ChangeMessageVisibilityCommand)];
  expect(removed.length + shown.length, 'either removed, or shown to the next who looks').toBe(1);
  return { allDone, stays: shown.length === 1, text: said.join('\n') };
}

describe('a batch that the stream no longer keeps', () => {
  const BATCH = {
    DDBStreamBatchInfo: {
      streamArn: 'arn:stream',
      shardId: 'shard-1',
      startSequenceNumber: '100',
      endSequenceNumber: '105',
      approximateArrivalOfFirstRecord: '2026-05-02T10:00:00Z',
      approximateArrivalOfLastRecord: '2026-05-02T10:05:00Z',
      batchSize: 3,
    },
  };
  const REMEDIES: ['transactions' | 'tier-changes', RegExp][] = [
    ['transactions', /npm run rebuild -- --all --write/],
    ['tier-changes', /tier-changes.* between 2026-05-02T10:00:00Z and 2026-05-02T10:05:00Z were not announced/],
  ];
  beforeEach(() => {
    const name = 'TrimmedDataAccessException';
    streams.on(GetShardIteratorCommand).rejects(Object.assign(new Error(name), { name }));
  });

  test.each(REMEDIES)('of %s stays in the queue, and the remedy is printed', async (queue, remedy) => {
    for (const write of [false, true]) {
      sqs.reset();
      const { allDone, stays, text } = await replay(queue, BATCH, { write });
      expect({ allDone, stays }).toEqual({ allDone: false, stays: true });
      expect(text).toMatch(remedy);
      expect(text).toContain('--discard --write');
    }
  });

  test.each(REMEDIES)('of %s is removed with --discard, after the remedy is printed', async (queue, remedy) => {
    const { allDone, stays, text } = await replay(queue, BATCH, { write: true, discard: true });
    expect({ allDone, stays }).toEqual({ allDone: true, stays: false });
    expect(text).toMatch(/^removed: a batch of 3 records/);
    expect(text).toMatch(remedy);
  });

  test('is the only kind that --discard removes: other failed messages stay', async () => {
    streams.on(GetShardIteratorCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    expect(await replay('transactions', BATCH, { write: true, discard: true })).toMatchObject({ stays: true });
  });
});

describe('a message of which an earlier attempt', () => {
  const CHANGE = {
    memberId: 'm-1',
    sequence: 2,
    from: { id: 'bronze', name: 'Bronze', rank: 0 },
    to: { id: 'silver', name: 'Silver', rank: 1 },
    direction: 'up',
    announced: true,
    occurredAt: 1,
  };

  function claimed(item: Record<string, unknown>) {
    const name = 'ConditionalCheckFailedException';
    dynamo.on(PutCommand).rejects(Object.assign(new Error(name), { name, Item: marshall(item) }));
  }
  const ledgerOf = () => ({
    sent: sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input.QueueUrl),
    released: dynamo.commandCalls(DeleteCommand).length,
  });

  test('certainly sent no message goes back to its queue, where its function can claim it', async () => {
    dynamo.on(PutCommand).resolves({});
    expect(await replay('email', CHANGE, { write: true })).toMatchObject({ allDone: true, stays: false });
    expect(ledgerOf()).toEqual({ sent: ['the EmailQueue'], released: 1 });
  });

  test('ended without a result stays, and the operator is asked to ask the member', async () => {
    claimed({ claimedAt: '2026-05-02T10:00:00Z' });
    const { allDone, stays, text } = await replay('sms', CHANGE, { write: true });
    expect({ allDone, stays }).toEqual({ allDone: false, stays: true });
    expect(text).toMatch(/^stays: the sms of change 2 of m-1.*may have left: ask the member, then --resend/);
    expect(ledgerOf()).toEqual({ sent: [], released: 0 });
  });

  test('ended without a result is sent again with --resend', async () => {
    claimed({ claimedAt: '2026-05-02T10:00:00Z' });
    expect(await replay('sms', CHANGE, { write: true, resend: true })).toMatchObject({ allDone: true, stays: false });
    expect(ledgerOf()).toEqual({ sent: ['the SmsQueue'], released: 1 });
  });

  test.each([false, true])('sent it is removed, and never sent again (--resend: %s)', async (resend) => {
    claimed({ sentAt: '2026-05-02T10:00:00Z' });
    const { allDone, stays, text } = await replay('email', CHANGE, { write: true, resend });
    expect({ allDone, stays }).toEqual({ allDone: true, stays: false });
    expect(text).toMatch(/^removed: .*was sent already/);
    expect(ledgerOf()).toEqual({ sent: [], released: 0 });
  });

  test('… is not claimed in a dry run', async () => {
    expect(await replay('email', CHANGE)).toMatchObject({ allDone: true, stays: true });
    expect(dynamo.calls()).toEqual([]);
    expect(ledgerOf()).toEqual({ sent: [], released: 0 });
  });

  test('was a push goes back to its queue at each replay, because a repeated push is harmless', async () => {
    expect(await replay('push', CHANGE)).toMatchObject({ allDone: true, stays: true });
    expect(ledgerOf()).toEqual({ sent: [], released: 0 });
    sqs.reset();
    expect(await replay('push', CHANGE, { write: true })).toMatchObject({ allDone: true, stays: false });
    expect(ledgerOf()).toEqual({ sent: ['the PushQueue'], released: 0 });
    expect(dynamo.calls()).toEqual([]);
  });
});
