import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { TooManyConflicts } from '../../../core/failures.ts';
import { HOUR_MS } from '../../../core/time.ts';
import { entryOfImage, itemOf } from '../../../functions/adapters/dynamo-ledger.ts';
import { makeHandler as makeAnnounceTierChange } from '../../../functions/announce-tier-change/make-handler.ts';
import { makeHandler as makeRecalculateTier } from '../../../functions/recalculate-tier/make-handler.ts';
import { MAX_AGE_MS, PATIENCE_MS, type Parked } from '../../../functions/runtime/stream.ts';
import { captureLog } from '../../support/captured-log.ts';
import { intercept } from '../../support/trouble.ts';
import { makeWorld, streamRecord, type World } from '../../support/world.ts';

const MEMBERS = ['m-1', 'm-2', 'm-3'];

/** Three members, each with an order on its way. */
async function threeOrders(options: Parameters<typeof makeWorld>[0] = {}) {
  const world = makeWorld(options);
  for (const memberId of MEMBERS) {
    await world.enrol(memberId);
    await world.post(memberId, { id: `of-${memberId}`, points: 1300 });
  }
  const records = world.ledgerStream.splice(0).map((entry) => streamRecord(itemOf(entry), entry.recordedAt));
  return { world, records };
}

/** The recalculation as it runs, given records as they come. */
function recalculation(world: World, changed: Partial<World['ports']> = {}) {
  return makeRecalculateTier({ ...world.ports, ...changed }, world.rules, world.now);
}

const pointsOf = async (world: World) =>
  Promise.all(MEMBERS.map(async (memberId) => (await world.read(memberId)).points.current));

const sequenceOf = (record: DynamoDBRecord) => ({ itemIdentifier: record.dynamodb!.SequenceNumber });

const poisonous = (sk: string, item: Record<string, unknown>): DynamoDBRecord =>
  streamRecord({ pk: 'm-2', sk, ...item }, Date.parse('2026-05-02T10:00:00Z'));

describe('a record that cannot be read', () => {
  const POISON: [string, DynamoDBRecord][] = [
    ['of another kind', poisonous('TX#api#poison', { hello: 'world' })],
    ['without its moment', poisonous('TX#api#poison', { id: 'poison', source: 'api', type: 'purchase' })],
    [
      'with points that are text',
      poisonous('TX#api#poison', {
        id: 'poison',
        source: 'api',
        type: 'bonus',
        points: '5',
        occurredAt: 1,
        recordedAt: 1,
      }),
    ],
    [
      'with half a point',
      poisonous('TX#api#poison', {
        id: 'poison',
        source: 'api',
        type: 'bonus',
        points: 0.5,
        occurredAt: 1,
        recordedAt: 1,
      }),
    ],
    [
      'with fields that are no JSON',
      poisonous('TX#api#poison', {
        id: 'poison',
        source: 'api',
        type: 'bonus',
        points: 5,
        occurredAt: 1,
        recordedAt: 1,
        fields: '{',
      }),
    ],
    [
      'without an image',
      {
        ...poisonous('TX#api#poison', {}),
        dynamodb: { Keys: marshall({ pk: 'm-2', sk: 'TX#api#poison' }) as never, SequenceNumber: '9' },
      },
    ],
    [
      'with an attribute of no type',
      {
        ...poisonous('TX#api#poison', {}),
        dynamodb: {
          Keys: marshall({ pk: 'm-2', sk: 'TX#api#poison' }) as never,
          NewImage: { pk: {} } as never,
          SequenceNumber: '9',
        },
      },
    ],
  ];

  test.each(POISON)('%s: delays nobody, not even its own member, and waits with its keys', async (_, poison) => {
    const { world, records } = await threeOrders();
    const { result, text } = await captureLog(() => recalculation(world)({ Records: [poison, ...records, poison] }));
    expect(result).toEqual({ batchItemFailures: [] });
    expect(await pointsOf(world)).toEqual([1300, 1300, 1300]);
    expect(world.parked).toHaveLength(2);
    expect(world.parked[0]).toMatchObject({
      memberId: 'm-2',
      key: 'TX#api#poison',
      reason: expect.stringMatching(/\w+: ./),
    });
    // The line that an operator looks for, and that the alarm counts.
    expect(text).toContain('A record was parked');
    expect(text).toContain('TX#api#poison');
  });

  test('and that cannot be parked either, is reported alone', async () => {
    const { world, records } = await threeOrders();
    const poison = POISON[0]![1];
    const handler = recalculation(world, { park: async () => Promise.reject(new Error('The queue is away.')) });
    expect(await handler({ Records: [poison, ...records] })).toEqual({ batchItemFailures: [sequenceOf(poison)] });
    expect(await pointsOf(world)).toEqual([1300, 1300, 1300]);
  });

  test('without any keys, is parked as unknown', async () => {
    const { world, records } = await threeOrders();
    expect(await recalculation(world)({ Records: [{}, ...records] })).toEqual({ batchItemFailures: [] });
    expect(world.parked).toMatchObject([{ memberId: 'unknown', key: 'unknown' }]);
    expect(await pointsOf(world)).toEqual([1300, 1300, 1300]);
  });
});

/** As the SDK throws what the cloud answered. */
const cloudAway = (message: string) => Object.assign(new Error(message), { $metadata: { httpStatusCode: 500 } });

describe('a member that fails', () => {
  const failing = (failure: unknown = cloudAway('The table is away.')) => {
    const trouble = { member: 'm-2' as string | undefined };
    const reach = intercept('members', 'save', async (save, member) => {
      if ((member as { memberId: string; tally: { lifetimePoints: number } }).memberId === trouble.member)
        throw failure;
      return save();
    });
    return { trouble, reach };
  };

  async function failingWorld(failure?: unknown) {
    const { world, records } = await threeOrders();
    const { trouble, reach } = failing(failure);
    return {
      world,
      records,
      trouble,
      handler: recalculation(world, { members: reach('members', world.ports.members) }),
    };
  }

  test('is reported alone, with each of its records, and is counted when it comes again', async () => {
    const { world, records, trouble, handler } = await failingWorld();
    await world.post('m-2', { id: 'second', points: 7 });
    const second = streamRecord(itemOf(world.ledgerStream.splice(0)[0]!), world.now());
    const batch = { Records: [...records, second] };

    expect(await handler(batch)).toEqual({ batchItemFailures: [sequenceOf(records[1]!), sequenceOf(second)] });
    expect(await pointsOf(world)).toEqual([1300, 0, 1300]);
    expect(world.parked).toEqual([]);

    trouble.member = undefined;
    expect(await handler(batch)).toEqual({ batchItemFailures: [] });
    expect(await pointsOf(world)).toEqual([1300, 1307, 1300]);
  });

  const TRANSIENT: [string, unknown][] = [
    ['the cloud broke', cloudAway('InternalServerError')],
    ['the cloud broke, said by somebody in between', new Error('No luck.', { cause: cloudAway('Throttled') })],
    ['others wrote first', new TooManyConflicts('m-2', 8)],
    ['the connection broke', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
  ];
  test.each(TRANSIENT)('because %s, is reported, even after a backlog of hours', async (_, failure) => {
    const { world, records, trouble, handler } = await failingWorld(failure);
    world.pass(11 * HOUR_MS);
    expect((await handler({ Records: records })).batchItemFailures).toEqual([sequenceOf(records[1]!)]);
    expect(world.parked).toEqual([]);
    trouble.member = undefined;
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(await pointsOf(world)).toEqual([1300, 1300, 1300]);
  });

  const circle = new Error('A failure that is its own cause.');
  circle.cause = circle;
  const LASTING: [string, unknown][] = [
    ['an item cannot be read', new Error('The item m-2 / TX#x is not a ledger entry.')],
    ['of a mistake of ours', new TypeError('Cannot read properties of undefined')],
    ['Node was called wrongly', Object.assign(new TypeError('Wrong.'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['of something that is no error', 'boom'],
    [
      'of an item that DynamoDB never takes',
      Object.assign(new Error('Too large.'), { name: 'ValidationException', $metadata: {} }),
    ],
    ['of a failure in a circle', circle],
  ];
  test.each(LASTING)('because %s, is parked at once, and delays nobody', async (_, failure) => {
    const { world, records, handler } = await failingWorld(failure);
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(world.parked).toMatchObject([{ memberId: 'm-2', key: 'TX#api#of-m-2' }]);
    expect(await pointsOf(world)).toEqual([1300, 0, 1300]);
  });

  test('as an item of its ledger is unreadable, is parked at once', async () => {
    const { world, records } = await threeOrders();
    await world.post('m-2', { id: 'r-1', type: 'refund', orderId: 'of-m-2', amount: '1.00' });
    const refund = world.ledgerStream.splice(0).map((entry) => streamRecord(itemOf(entry), entry.recordedAt));
    expect(refund).toHaveLength(1);
    const ledger = intercept('ledger', 'entriesOf', async () => {
      throw new Error('The item m-2 / TX#api#poison is not a ledger entry.');
    })('ledger', world.ports.ledger);
    expect(await recalculation(world, { ledger })({ Records: [...records, ...refund] })).toEqual({
      batchItemFailures: [],
    });
    expect(world.parked.map(({ key }) => key)).toEqual(['TX#api#of-m-2', 'TX#api#r-1']);
    expect(await pointsOf(world)).toEqual([1300, 0, 1300]);
  });

  test('for as long as our patience is reported; a moment longer, and it is parked, so that the others go on', async () => {
    const { world, records, handler } = await failingWorld();
    expect((await handler({ Records: records })).batchItemFailures).toEqual([sequenceOf(records[1]!)]);
    world.pass(PATIENCE_MS);
    expect((await handler({ Records: records })).batchItemFailures).toEqual([sequenceOf(records[1]!)]);
    expect(world.parked).toEqual([]);
    world.pass(1);
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(world.parked).toEqual([{ memberId: 'm-2', key: 'TX#api#of-m-2', reason: 'Error: The table is away.' }]);
  });

  test('for the first time is reported, however long the record waited in a backlog; but parked when it grows too old', async () => {
    const backlog = await failingWorld();
    backlog.world.pass(MAX_AGE_MS);
    expect((await backlog.handler({ Records: backlog.records })).batchItemFailures).toHaveLength(1);
    const old = await failingWorld();
    old.world.pass(MAX_AGE_MS + 1000);
    expect(await old.handler({ Records: old.records })).toEqual({ batchItemFailures: [] });
    expect(old.world.parked).toHaveLength(1);
  });

  test('and that cannot be parked, is reported still', async () => {
    const { world, records } = await threeOrders();
    const { reach } = failing(new Error('It never works.'));
    const handler = recalculation(world, {
      members: reach('members', world.ports.members),
      park: async () => Promise.reject(new Error('The queue is away.')),
    });
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [sequenceOf(records[1]!)] });
    expect(await pointsOf(world)).toEqual([1300, 0, 1300]);
  });

  test('costs one read and one write, however many records it has', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    for (let n = 0; n < 9; n++) await world.post('m-1', { points: 1 });
    const calls: string[] = [];
    const counting = (name: 'load' | 'save') =>
      intercept('members', name, (call) => {
        calls.push(name);
        return call();
      });
    const members = counting('load')('members', counting('save')('members', world.ports.members));
    await recalculation(world, { members })({
      Records: world.ledgerStream.splice(0).map((entry) => streamRecord(itemOf(entry), entry.recordedAt)),
    });
    expect(calls).toEqual(['load', 'save']);
    expect((await world.read('m-1')).points.current).toBe(9);
  });
});

test('an entry comes off the stream as it went into the table: every figure, field and sign', async () => {
  const world = makeWorld();
  await world.post('m-1', {
    id: 'everything',
    source: 'pos',
    orderId: 'order-9',
    amount: '1234.56',
    currency: 'USD',
    exchangeRate: '0.912345678901',
    points: 0,
    reason: 'café ☕',
    fields: { n: 1e-7, big: 123_456_789_012_345, text: '1', yes: true, no: false, empty: '' },
    occurredAt: '2026-05-02T10:04:59.999Z',
  });
  await world.post('m-1', { id: 'less', type: 'adjustment', points: -5, excludeFromTier: true });
  const entries = world.ledgerStream.splice(0);
  expect(entries).toHaveLength(2);
  for (const entry of entries) {
    const { dynamodb } = streamRecord(itemOf(entry), entry.recordedAt);
    expect(entryOfImage(dynamodb?.NewImage)).toEqual(entry);
  }
});

describe('the stream of tier changes', () => {
  test('parks what is no change, and announces the rest, each member’s in the order in which they happened', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 1000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.post('m-1', { points: 4000 });
    await world.recalculate(world.ledgerStream.splice(0));
    const [first, second] = world.changeStream.splice(0);
    const poison = { ...first!, sequence: 'one' } as never;
    expect(await world.announce([second!, poison, first!])).toEqual({ batchItemFailures: [] });
    expect(world.parked).toMatchObject([{ memberId: 'm-1', key: expect.stringMatching(/^CHANGE#/) }]);
    expect(world.ports.bus.events.map(({ detail }) => detail.sequence)).toEqual([1, 2]);
  });

  test('when the bus is away, the topic waits for it, and the member is reported', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 1000 });
    await world.recalculate(world.ledgerStream.splice(0));
    const bus = { publish: async () => Promise.reject(cloudAway('The bus is away.')) };
    const parked: Parked[] = [];
    const handler = makeAnnounceTierChange(
      { ...world.ports, bus, park: async (record) => void parked.push(record) },
      world.brand.notifications,
      world.now,
    );
    const change = world.changeStream[0]!;
    const record = streamRecord({ pk: 'm-1', sk: 'CHANGE#0000000001', ...change }, change.recordedAt);
    expect(await handler({ Records: [record] })).toEqual({ batchItemFailures: [sequenceOf(record)] });
    expect(world.ports.announcements.published).toEqual([]);
    expect(parked).toEqual([]);
  });
});
