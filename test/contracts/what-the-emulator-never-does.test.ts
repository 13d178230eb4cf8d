import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { NO_COUNTS } from '../../core/runs/run.ts';
import { dynamoClient } from '../../functions/adapters/dynamo-client.ts';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { DynamoGroups } from '../../functions/adapters/dynamo-groups.ts';
import { DynamoLedger, itemOf } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoOrderFiles } from '../../functions/adapters/dynamo-order-files.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { DynamoRuns } from '../../functions/adapters/dynamo-runs.ts';
import { aChange, aMember, aNotice, anAction, anEntry, anOutcome, aRun } from './setup/examples.ts';

/** What AWS does and DynamoDB Local does not: transaction conflicts, throttling, failures and timeouts. */

const dynamoDb = mockClient(DynamoDBDocumentClient);
beforeEach(() => void dynamoDb.reset());

const client = dynamoClient({ region: 'eu-west-1' });
const ledger = new DynamoLedger(client, 'points');
const members = new DynamoMemberStore(client, 'members');
const profiles = new DynamoProfileStore(client, 'members');
const deliveries = new DynamoDeliveryLog(client, 'members');
const orderFiles = new DynamoOrderFiles(client, 'points');
const groups = new DynamoGroups(client, 'members');
const runs = new DynamoRuns(client, 'members');

const $metadata = { httpStatusCode: 400, attempts: 3 };
const message = 'said by AWS';

/** The cancellation reasons of a transaction, one for each of its items, as AWS lists them. */
function cancelled(...codes: (string | undefined)[]): TransactionCanceledException {
  const CancellationReasons = codes.map((Code) => ({ Code, Message: Code === 'None' ? undefined : 'why' }));
  return new TransactionCanceledException({ message, $metadata, CancellationReasons });
}

const TROUBLES: [string, Error][] = [
  ['throttled by the table', new ProvisionedThroughputExceededException({ message, $metadata })],
  ['throttled', new ThrottlingException({ message, $metadata })],
  ['over the account’s limit', new RequestLimitExceeded({ message, $metadata })],
  ['failed inside AWS', new InternalServerError({ message, $metadata: { httpStatusCode: 500 } })],
  ['not allowed', Object.assign(new Error(message), { name: 'AccessDeniedException', $metadata })],
  ['refused as invalid', Object.assign(new Error(message), { name: 'ValidationException', $metadata })],
  ['not answered in time', Object.assign(new Error('Connection timed out'), { name: 'TimeoutError' })],
  ['cut off', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
];

const order = { source: 'shopify', orderId: '1', version: 1, parts: [], refunds: [] };
const delivery = { memberId: 'm-1', sequence: 1, channel: 'email' as const };

async function everybody(): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of members.everyId()) ids.push(id);
  return ids;
}

async function everybodyDue(): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of members.due(0, 1)) ids.push(...page);
  return ids;
}

const page = { name: '', outcomes: [anOutcome('m-1')] };

const CALLS: [string, () => Promise<unknown>][] = [
  ['recording an entry', () => ledger.record(anEntry('m-1'))],
  ['reading a ledger', () => ledger.entriesOf('m-1')],
  ['loading a member', () => members.load('m-1')],
  ['saving a member', () => members.save(aMember('m-1'), 0, [])],
  ['saving a member with a change', () => members.save(aMember('m-1'), 0, [aChange('m-1', 1)])],
  ['listing changes', () => members.changesOf('m-1', { limit: 1 })],
  ['reading a change', () => members.change('m-1', 1)],
  ['reading a notice', () => members.notice('m-1', 1)],
  ['recording an action', () => members.recordAction(anAction('m-1', 'action-1'))],
  ['reading an action', () => members.action('m-1', 'action-1')],
  ['listing actions', () => members.actionsOf('m-1')],
  ['listing who is due', () => everybodyDue()],
  ['listing everybody', () => everybody()],
  ['loading a profile', () => profiles.load('m-1')],
  ['changing a profile', () => profiles.merge('m-1', { name: 'Ana' })],
  ['erasing a profile', () => profiles.erase('m-1')],
  ['claiming a message', () => deliveries.claim(delivery, 0)],
  ['marking a message', () => deliveries.markSent(delivery, 0)],
  ['releasing a message', () => deliveries.release(delivery)],
  ['loading an order file', () => orderFiles.load('shopify', '1')],
  ['saving an order file', () => orderFiles.save(order, 0)],
  ['joining a group', () => groups.join('vips', 'm-1', 0)],
  ['leaving a group', () => groups.leave('vips', 'm-1', 0)],
  ['looking for a group', () => groups.exists('vips')],
  ['listing a group', () => groups.membersAt('vips', 0, { limit: 1 })],
  ['creating a run', () => runs.create(aRun('run-1'))],
  ['loading a run', () => runs.load('run-1')],
  ['loading a page', () => runs.page('run-1', '')],
  ['amending a run', () => runs.amend('run-1', { total: 1 })],
  ['listing a segment', () => members.inSegment({ kind: 'everyone', part: 0, of: 1 }, { limit: 1 })],
  ['listing an anniversary', () => members.inSegment({ kind: 'anniversary', day: '06-10', part: 0 }, { limit: 1 })],
  ['recording a page', () => runs.recordPage('run-1', page, NO_COUNTS)],
  ['finishing a run', () => runs.finish('run-1', 0)],
  ['listing pages', () => runs.pages('run-1', { limit: 1, from: '' })],
];

describe.each(CALLS)('%s', (_, call) => {
  test.each(TROUBLES)('throws AWS’s error when the call is %s', async (_, trouble) => {
    dynamoDb.onAnyCommand().rejects(trouble);
    await expect(call()).rejects.toBe(trouble);
    expect(dynamoDb.calls().length).toBe(1);
  });
});

describe('a member that another transaction is writing', () => {
  test('is a conflict for a plain write', async () => {
    dynamoDb.on(PutCommand).rejects(new TransactionConflictException({ message, $metadata }));
    expect(await members.save(aMember('m-1'), 3, [])).toBe('conflict');
  });

  test.each([
    [['ConditionalCheckFailed', 'None']],
    [['None', 'ConditionalCheckFailed']],
    [['TransactionConflict', 'None']],
    [['None', 'TransactionConflict']],
    [['TransactionConflict', 'ConditionalCheckFailed']],
    [[undefined, 'TransactionConflict']],
  ])('is a conflict for a write with its change: %j', async (codes) => {
    dynamoDb.on(TransactWriteCommand).rejects(cancelled(...codes));
    expect(await members.save(aMember('m-1'), 3, [aChange('m-1', 1)])).toBe('conflict');
  });

  test.each([
    [['ConditionalCheckFailed', 'ThrottlingError']],
    [['ProvisionedThroughputExceeded', 'TransactionConflict']],
    [['ThrottlingError', 'None']],
    [['None', 'ValidationError']],
    [['ItemCollectionSizeLimitExceeded', 'None']],
    [['None', 'None']],
    [[]],
  ])('is an error, not a conflict, if a reason is another one: %j', async (codes) => {
    const trouble = cancelled(...codes);
    dynamoDb.on(TransactWriteCommand).rejects(trouble);
    await expect(members.save(aMember('m-1'), 3, [aChange('m-1', 1)])).rejects.toBe(trouble);
  });

  test('is an error if AWS gives no reasons, or the transaction is still in progress', async () => {
    for (const trouble of [
      new TransactionCanceledException({ message, $metadata }),
      new TransactionInProgressException({ message, $metadata }),
    ]) {
      dynamoDb.on(TransactWriteCommand).rejects(trouble);
      await expect(members.save(aMember('m-1'), 3, [aChange('m-1', 1)])).rejects.toBe(trouble);
    }
  });
});

test('an order file that another transaction is writing is a conflict', async () => {
  dynamoDb.on(PutCommand).rejects(new TransactionConflictException({ message, $metadata }));
  expect(await orderFiles.save(order, 3)).toBe('conflict');
});

describe('an action that another transaction is writing', () => {
  test('is not reported as existing, because the other transaction may fail', async () => {
    const conflict = new TransactionConflictException({ message, $metadata });
    dynamoDb.on(PutCommand).rejects(conflict);
    await expect(members.recordAction(anAction('m-1', 'action-1'))).rejects.toBe(conflict);
  });

  test('is a conflict for a member that is written with it', async () => {
    dynamoDb.on(TransactWriteCommand).rejects(cancelled('None', 'None', 'None', 'TransactionConflict'));
    const records = [aChange('m-1', 1), aNotice('m-1', 2), anAction('m-1', 'action-1')];
    expect(await members.save(aMember('m-1'), 3, records)).toBe('conflict');
  });
});

describe('members that DynamoDB leaves unprocessed in a batch', () => {
  const anniversary = { kind: 'anniversary', day: '06-10', part: 0 } as const;
  const one = (id: string) => ({ ...aMember(id), pk: id, sk: 'MEMBER', anniversary: '06-10' });

  test('are requested again, and the other members are kept', async () => {
    dynamoDb.on(QueryCommand).resolves({ Items: [{ pk: 'm-1' }, { pk: 'm-2' }] });
    dynamoDb
      .on(BatchGetCommand)
      .resolvesOnce({
        Responses: { members: [one('m-1')] },
        UnprocessedKeys: { members: { Keys: [{ pk: 'm-2', sk: 'MEMBER' }] } },
      })
      .resolves({ Responses: { members: [one('m-2')] }, UnprocessedKeys: {} });
    const { members: found } = await members.inSegment(anniversary, { limit: 10 });
    expect(found.map(({ memberId }) => memberId)).toEqual(['m-1', 'm-2']);
    expect(dynamoDb.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems)).toMatchObject([
      { members: { Keys: [{ pk: 'm-1' }, { pk: 'm-2' }], ConsistentRead: true } },
      { members: { Keys: [{ pk: 'm-2' }], ConsistentRead: true } },
    ]);
  });

  test('are requested again a limited number of times', async () => {
    const Keys = [{ pk: 'm-1', sk: 'MEMBER' }];
    dynamoDb.on(QueryCommand).resolves({ Items: [{ pk: 'm-1' }] });
    dynamoDb.on(BatchGetCommand).resolves({ Responses: {}, UnprocessedKeys: { members: { Keys } } });
    await expect(members.inSegment(anniversary, { limit: 10 })).rejects.toThrow('DynamoDB held back 1 member 5 times.');
  });
});

describe('a run’s counts that another page is updating', () => {
  test.each([[['None', 'TransactionConflict']], [['TransactionConflict', 'TransactionConflict']]])(
    'are updated by a retry: %j',
    async (codes) => {
      dynamoDb
        .on(TransactWriteCommand)
        .rejectsOnce(cancelled(...codes))
        .rejectsOnce(cancelled(...codes))
        .resolves({});
      await runs.recordPage('run-1', page, NO_COUNTS);
      expect(dynamoDb.commandCalls(TransactWriteCommand)).toHaveLength(3);
    },
  );

  test('are not updated twice if the same page was recorded meanwhile', async () => {
    dynamoDb
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled('TransactionConflict', 'TransactionConflict'))
      .rejects(cancelled('ConditionalCheckFailed', 'None'));
    dynamoDb.on(GetCommand).resolves({ Item: { pk: 'RUN#run-1', sk: 'PAGE#', outcomes: [], next: 'there' } });
    expect(await runs.recordPage('run-1', page, NO_COUNTS)).toEqual({ name: '', outcomes: [], next: 'there' });
    expect(dynamoDb.commandCalls(TransactWriteCommand)).toHaveLength(2);
  });

  test('are retried a limited number of times', async () => {
    const trouble = cancelled('None', 'TransactionConflict');
    dynamoDb.on(TransactWriteCommand).rejects(trouble);
    await expect(runs.recordPage('run-1', page, NO_COUNTS)).rejects.toBe(trouble);
    expect(dynamoDb.commandCalls(TransactWriteCommand)).toHaveLength(5);
  });

  test.each([[['None', 'ThrottlingError']], [['ProvisionedThroughputExceeded', 'None']], [[]]])(
    'cause an error, not a retry, if a reason is another one: %j',
    async (codes) => {
      const trouble = cancelled(...codes);
      dynamoDb.on(TransactWriteCommand).rejects(trouble);
      await expect(runs.recordPage('run-1', page, NO_COUNTS)).rejects.toBe(trouble);
      expect(dynamoDb.commandCalls(TransactWriteCommand)).toHaveLength(1);
    },
  );
});

describe('a failed condition', () => {
  const lost = (item?: Record<string, unknown>) =>
    new ConditionalCheckFailedException({ message, $metadata, ...(item ? { Item: marshall(item) } : {}) });

  test('is answered with the existing entry', async () => {
    const existing = anEntry('m-1', { points: 7, fields: { a: 0.1 } });
    dynamoDb.on(PutCommand).rejects(lost(itemOf(existing)));
    expect(await ledger.record(anEntry('m-1', { points: 8 }))).toStrictEqual({ status: 'exists', entry: existing });
  });

  test('is an error if AWS does not return the existing entry', async () => {
    const error = lost();
    dynamoDb.on(PutCommand).rejects(error);
    await expect(ledger.record(anEntry('m-1'))).rejects.toMatchObject({ cause: error });
  });

  test('is not a duplicate if another item has the entry’s key', async () => {
    dynamoDb.on(PutCommand).rejects(lost({ pk: 'm-1', sk: 'TX#api#order-1', hello: 'world' }));
    await expect(ledger.record(anEntry('m-1'))).rejects.toThrow('m-1 / TX#api#order-1 is not a ledger entry');
  });

  test('is an error if AWS does not return the existing run', async () => {
    const error = lost();
    dynamoDb.on(PutCommand).rejects(error);
    await expect(runs.create(aRun('run-1'))).rejects.toMatchObject({ cause: error });
  });

  test('is a successful claim if the client’s own lost call made it', async () => {
    dynamoDb.on(PutCommand).callsFake((input) => {
      throw lost(input.Item);
    });
    expect(await deliveries.claim(delivery, 0)).toBe('claimed');
  });

  test('is an earlier claim if another process made it', async () => {
    dynamoDb.on(PutCommand).rejects(lost({ pk: 'm-1', sk: 'MESSAGE#', claimId: 'another', claimedAt: 'then' }));
    expect(await deliveries.claim(delivery, 0)).toBe('claimedBefore');
  });

  test('is an earlier claim if the item is missing: nobody can say that the message was not sent', async () => {
    dynamoDb.on(PutCommand).rejects(lost());
    expect(await deliveries.claim(delivery, 0)).toBe('claimedBefore');
  });
});

describe('a list of several pages', () => {
  const next = { LastEvaluatedKey: { pk: 'm-1', sk: 'TX#api#1' } };
  const trouble = new ThrottlingException({ message, $metadata });

  test('fails for a ledger if a later page fails', async () => {
    dynamoDb
      .on(QueryCommand)
      .resolvesOnce({ Items: [itemOf(anEntry('m-1'))], ...next })
      .rejects(trouble);
    await expect(ledger.entriesOf('m-1')).rejects.toBe(trouble);
  });

  test('continues after an empty page', async () => {
    const entry = anEntry('m-1');
    dynamoDb
      .on(QueryCommand)
      .resolvesOnce({ Items: [], ...next })
      .resolves({ Items: [itemOf(entry)] });
    expect(await ledger.entriesOf('m-1')).toEqual([entry]);
    expect(dynamoDb.commandCalls(QueryCommand)[1]!.args[0].input.ExclusiveStartKey).toEqual(next.LastEvaluatedKey);
  });

  test('fails for actions, groups, runs and due members if a later page fails', async () => {
    dynamoDb.on(QueryCommand).callsFake(({ ExclusiveStartKey }) => {
      if (ExclusiveStartKey) throw trouble;
      return { Items: [], LastEvaluatedKey: { pk: 'm-1', sk: 'IN#m-1' } };
    });
    await expect(members.actionsOf('m-1')).rejects.toBe(trouble);
    await expect(groups.membersAt('vips', 0, { limit: 1 })).rejects.toBe(trouble);
    await expect(runs.pages('run-1', { limit: 1, from: '' })).rejects.toBe(trouble);
    await expect(everybodyDue()).rejects.toBe(trouble);
  });

  test('continues after an empty page of due members', async () => {
    dynamoDb
      .on(QueryCommand)
      .resolvesOnce({ Items: [], ...next })
      .resolves({ Items: [{ pk: 'm-1' }] });
    expect(await everybodyDue()).toEqual(['m-1']);
  });

  test('fails for all members if a later page fails', async () => {
    dynamoDb
      .on(ScanCommand)
      .resolvesOnce({ Items: [{ pk: 'm-1' }], ...next })
      .rejects(trouble);
    await expect(everybody()).rejects.toBe(trouble);
  });
});

describe('a consistent read, which the emulator always does, is requested for', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['the member that is decided on', () => members.load('m-1')],
    ['a change that is announced', () => members.change('m-1', 1)],
    ['the ledger that a member is rebuilt from', () => ledger.entriesOf('m-1')],
    ['an order file', () => orderFiles.load('shopify', '1')],
    ['opt-outs', () => profiles.load('m-1')],
    ['a notice that is announced', () => members.notice('m-1', 1)],
    ['the changes that an earlier attempt of a run may have made', () => members.changesOf('m-1', { limit: 20 })],
    ['an action that may have been taken', () => members.action('m-1', 'action-1')],
    ['the actions that a member is rebuilt from', () => members.actionsOf('m-1')],
    ['whether a group is there', () => groups.exists('vips')],
    ['the members of a group', () => groups.membersAt('vips', 0, { limit: 1 })],
    ['a run', () => runs.load('run-1')],
    ['the pages of a run', () => runs.pages('run-1', { limit: 1, from: '' })],
  ])('%s', async (_, read) => {
    dynamoDb.on(GetCommand).resolves({}).on(QueryCommand).resolves({});
    await read();
    expect(dynamoDb.calls()[0]!.args[0].input).toMatchObject({ ConsistentRead: true });
  });
});

describe('one call is enough for', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['an entry that is new', () => ledger.record(anEntry('m-1'))],
    ['a member', () => members.save(aMember('m-1'), 0, [])],
    ['a member with two changes', () => members.save(aMember('m-1'), 0, [aChange('m-1', 1), aChange('m-1', 2)])],
    ['a profile', () => profiles.merge('m-1', { name: 'Ana', email: null })],
    ['an erasure', () => profiles.erase('m-1')],
    ['a member with an action', () => members.save(aMember('m-1'), 0, [anAction('m-1', 'action-1')])],
    ['an action alone', () => members.recordAction(anAction('m-1', 'action-1'))],
    ['joining a group', () => groups.join('vips', 'm-1', 0)],
    ['leaving a group', () => groups.leave('vips', 'm-1', 0)],
    ['a run', () => runs.create(aRun('run-1'))],
    ['a page of a run', () => runs.recordPage('run-1', page, NO_COUNTS)],
    ['the end of a run', () => runs.finish('run-1', 0)],
  ])('%s', async (_, write) => {
    for (const command of [PutCommand, UpdateCommand, TransactWriteCommand, DeleteCommand] as never[]) {
      dynamoDb.on(command).resolves({});
    }
    await write();
    expect(dynamoDb.calls()).toHaveLength(1);
  });
});
