import {
  type _Record,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, test } from 'vitest';
import { OperatorError } from '../../../bin/operator/operator-error.ts';
import { ForgottenBatch, keysOfBatch } from '../../../bin/operator/stream-batch.ts';

const streams = mockClient(DynamoDBStreamsClient);
afterEach(() => streams.reset());

const BATCH = {
  streamArn: 'arn:stream',
  shardId: 'shard-1',
  startSequenceNumber: '100',
  endSequenceNumber: '105',
  batchSize: 2,
};

const record = (place: number, sk: string, eventName: _Record['eventName'] = 'INSERT'): _Record => ({
  eventName,
  dynamodb: { SequenceNumber: String(place), Keys: { pk: { S: `m-${place}` }, sk: { S: sk } } },
});

/** A shard with these pages. With `open`, the last page has a next one. */
function shard(pages: _Record[][], open = false) {
  streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'page-0' });
  pages.forEach((Records, n) => {
    const more = n + 1 < pages.length || open;
    streams
      .on(GetRecordsCommand, { ShardIterator: `page-${n}` })
      .resolves({ Records, ...(more ? { NextShardIterator: `page-${Math.min(n + 1, pages.length - 1)}` } : {}) });
  });
}

const keys = (prefix = 'CHANGE#') => keysOfBatch(new DynamoDBStreamsClient({ region: 'eu-west-1' }), BATCH, [prefix]);

test('only new items with the function’s prefixes belong to the batch', async () => {
  shard([
    [
      record(100, 'CHANGE#0000000001'),
      record(101, 'MEMBER'),
      record(102, 'PROFILE'),
      record(103, 'CHANGE#0000000002', 'REMOVE'),
      record(103, 'CHANGE#0000000003', 'MODIFY'),
      record(104, 'MESSAGE#0000000001#email'),
      record(104, 'TX#api#o-1'),
      record(105, 'CHANGE#0000000004'),
      record(106, 'CHANGE#0000000005'),
    ],
  ]);
  expect(await keys()).toEqual([
    { memberId: 'm-100', key: 'CHANGE#0000000001' },
    { memberId: 'm-105', key: 'CHANGE#0000000004' },
  ]);
  expect(await keys('TX#')).toEqual([{ memberId: 'm-104', key: 'TX#api#o-1' }]);
});

test('empty pages do not end the search', async () => {
  shard([[], [record(100, 'TX#a')], [], [], [record(105, 'TX#b')]], true);
  expect((await keys('TX#')).map(({ key }) => key)).toEqual(['TX#a', 'TX#b']);
});

test('a record after the batch’s end ends the search', async () => {
  shard([[record(100, 'TX#a')], [record(106, 'TX#c')]], true);
  expect((await keys('TX#')).map(({ key }) => key)).toEqual(['TX#a']);
});

test.each([
  ['the shard ends before', false, 2],
  ['it does not come within bounds', true, 1000],
])('where %s, the batch is not handled in part', async (_, open, reads) => {
  shard([[record(100, 'TX#a')], []], open);
  const thrown = await keys('TX#').catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(OperatorError);
  expect(thrown).not.toBeInstanceOf(ForgottenBatch);
  expect(streams.commandCalls(GetRecordsCommand)).toHaveLength(reads);
});

const named = (name: string) => Object.assign(new Error(name), { name });

test.each(['TrimmedDataAccessException', 'ResourceNotFoundException'])('%s: the batch is gone', async (name) => {
  streams.on(GetShardIteratorCommand).rejects(named(name));
  await expect(keys()).rejects.toBeInstanceOf(ForgottenBatch);
  streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'page-0' });
  streams.on(GetRecordsCommand).rejects(named(name));
  await expect(keys()).rejects.toBeInstanceOf(ForgottenBatch);
});

test('any other failure is thrown unchanged', async () => {
  streams.on(GetShardIteratorCommand).rejects(named('AccessDeniedException'));
  await expect(keys()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  // An iterator lives for 15 minutes; the records live on.
  streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'page-0' });
  streams.on(GetRecordsCommand).rejects(named('ExpiredIteratorException'));
  await expect(keys()).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
});
