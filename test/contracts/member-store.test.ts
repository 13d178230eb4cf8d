import { describe, expect, test } from 'vitest';
import type { CountedWindow } from '../../core/member/counted-window.ts';
import type { MemberStore } from '../../core/ports.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { freshTables } from './setup/dynamodb.ts';
import { aChange, aMember, freshId, ODD_TEXTS } from './setup/examples.ts';

const { client, tables } = await freshTables();

const stores: [string, MemberStore][] = [
  ['in memory', new MemoryMemberStore()],
  ['in DynamoDB', new DynamoMemberStore(client, tables.members)],
];

describe.each(stores)('a member store %s', (_, store) => {
  test('knows nobody who was not saved', async () => {
    expect(await store.load(freshId())).toBeUndefined();
    expect(await store.change(freshId(), 1)).toBeUndefined();
    expect(await store.changesOf(freshId(), { limit: 10 })).toEqual([]);
  });

  test('gives a member back with every field as it was', async () => {
    const id = freshId();
    const member = aMember(id, {
      blocked: true,
      rebuildDue: true,
      changes: 7,
      tier: { id: 'gold', since: Date.UTC(2026, 1, 28, 23, 59, 59, 999) },
      tally: {
        cycle: { previousStart: -8_640_000_000_000_000, start: -8_640_000_000_000_000, end: 8_640_000_000_000_000 },
        previous: { tier: -12, trackers: [0, -1500, Number.MAX_SAFE_INTEGER] },
        current: { tier: Number.MAX_SAFE_INTEGER, trackers: [1, 2, 3] },
        lifetimePoints: Number.MIN_SAFE_INTEGER,
        lifetimeSpendMinor: 99_999,
        orders: 3,
        lifetimeTrackers: [4, 5, 6],
        balance: -20,
        awaited: ['api#order-1', 'pos#a#b'],
        awaitsMany: true,
      },
      counted: {
        since: Date.UTC(2026, 4, 1),
        entries: [
          ['api#1', 3],
          ['pos#{"x"}.y[0]', 2],
          ['api#constructor', 1],
        ],
      },
    });
    expect(await store.save(member, 0, [])).toBe('saved');
    expect(await store.load(id)).toStrictEqual(member);
  });

  test('gives empty lists and empty objects back as such', async () => {
    const member = aMember(freshId());
    await store.save(member, 0, []);
    expect(await store.load(member.memberId)).toStrictEqual(member);
  });

  test('forgets a field that the next version does not have', async () => {
    const id = freshId();
    await store.save(aMember(id, { rebuildDue: true }), 0, []);
    await store.save(aMember(id, { version: 2 }), 1, []);
    expect(await store.load(id)).not.toHaveProperty('rebuildDue');
  });

  test('creates a member once', async () => {
    const id = freshId();
    expect(await store.save(aMember(id), 0, [])).toBe('saved');
    expect(await store.save(aMember(id, { blocked: true }), 0, [])).toBe('conflict');
    expect((await store.load(id))?.blocked).toBe(false);
  });

  test.each([
    ['older than the stored one', 1],
    ['newer than the stored one', 3],
  ])('writes nothing on a version that is %s', async (_, readVersion) => {
    const id = freshId();
    await store.save(aMember(id), 0, []);
    await store.save(aMember(id, { version: 2 }), 1, []);
    const late = aMember(id, { version: readVersion + 1, blocked: true, changes: 1 });
    expect(await store.save(late, readVersion, [])).toBe('conflict');
    expect(await store.save(late, readVersion, [aChange(id, 1)])).toBe('conflict');
    expect(await store.load(id)).toEqual(aMember(id, { version: 2 }));
    expect(await store.changesOf(id, { limit: 10 })).toEqual([]);
  });

  test('does not bring a member into being by a later version', async () => {
    const id = freshId();
    expect(await store.save(aMember(id, { version: 2 }), 1, [aChange(id, 1)])).toBe('conflict');
    expect(await store.load(id)).toBeUndefined();
    expect(await store.change(id, 1)).toBeUndefined();
  });

  test.each([0, 1])('lets one of many writers of a version win, with %d changes each', async (changes) => {
    const id = freshId();
    await store.save(aMember(id), 0, []);
    const rivals = Array.from({ length: 10 }, (_, place) => `tier-${place}`);
    const outcomes = await Promise.all(
      rivals.map((tier) =>
        store.save(
          aMember(id, { version: 2, tier: { id: tier, since: 1 }, changes }),
          1,
          changes === 0 ? [] : [aChange(id, 1, { programVersion: tier })],
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(1);
    const winner = rivals[outcomes.indexOf('saved')]!;
    expect((await store.load(id))?.tier.id).toBe(winner);
    expect((await store.changesOf(id, { limit: 10 })).map(({ programVersion }) => programVersion)).toEqual(
      changes === 0 ? [] : [winner],
    );
  });

  test('writes a member and its changes together, every field of a change as it was', async () => {
    const id = freshId();
    const changes = [
      aChange(id, 1, { transactionId: 'order#1', next: { id: 'gold', name: 'Gold ☕️', rank: 2, missing: 0.25 } }),
      aChange(id, 2, { direction: 'down', cause: 'recalculation', expiresAt: 1_700_000_000_000, announced: false }),
    ];
    expect(await store.save(aMember(id, { changes: 2 }), 0, changes)).toBe('saved');
    expect(await store.change(id, 1)).toStrictEqual(changes[0]);
    expect(await store.change(id, 2)).toStrictEqual(changes[1]);
    expect(await store.load(id)).toEqual(aMember(id, { changes: 2 }));
  });

  test.each(Object.entries(ODD_TEXTS))('keeps %s in the names of tiers and of transactions', async (_, text) => {
    const id = freshId();
    const change = aChange(id, 1, { to: { id: 'silver', name: text, rank: 1 }, transactionId: text });
    const counted: CountedWindow = { since: 0, entries: [[`api#${text}`, 1]] };
    await store.save(aMember(id, { counted }), 0, [change]);
    expect(await store.change(id, 1)).toStrictEqual(change);
    expect((await store.load(id))?.counted).toStrictEqual(counted);
  });

  test.each([
    ['the first', [2, 3]],
    ['the last', [1, 2]],
  ])('writes nothing at all when %s of several changes has a number that is taken', async (_, sequences) => {
    const id = freshId();
    await store.save(aMember(id), 0, [aChange(id, 2)]);
    const before = await store.load(id);
    const changes = sequences.map((sequence) => aChange(id, sequence, { programVersion: 'late' }));
    expect(await store.save(aMember(id, { version: 2, blocked: true }), 1, changes)).toBe('conflict');
    expect(await store.load(id)).toEqual(before);
    expect(await store.changesOf(id, { limit: 10 })).toEqual([aChange(id, 2)]);
  });

  test('lists changes newest first, page by page, also past the ninth', async () => {
    const id = freshId();
    const changes = Array.from({ length: 23 }, (_, place) => aChange(id, place + 1));
    await store.save(aMember(id, { changes: 23 }), 0, changes);
    const pages: number[][] = [];
    let before: number | undefined;
    do {
      const page = await store.changesOf(id, { limit: 10, ...(before === undefined ? {} : { before }) });
      pages.push(page.map(({ sequence }) => sequence));
      before = page.at(-1)?.sequence;
    } while (before !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 3, 0]);
    expect(pages.flat()).toEqual(changes.map(({ sequence }) => sequence).reverse());
  });

  test('takes a change of a sequence with ten digits for the newest', async () => {
    const id = freshId();
    await store.save(aMember(id), 0, [aChange(id, 9_999_999_999), aChange(id, 2)]);
    expect((await store.changesOf(id, { limit: 1 })).map(({ sequence }) => sequence)).toEqual([9_999_999_999]);
  });

  test('lists nothing of another member whose id begins the same', async () => {
    const id = freshId();
    await store.save(aMember(`${id}-2`), 0, [aChange(`${id}-2`, 1)]);
    expect(await store.load(id)).toBeUndefined();
    expect(await store.changesOf(id, { limit: 10 })).toEqual([]);
  });

  test('hands out copies', async () => {
    const id = freshId();
    await store.save(aMember(id), 0, [aChange(id, 1)]);
    (await store.load(id))!.blocked = true;
    (await store.change(id, 1))!.points = -1;
    expect((await store.load(id))?.blocked).toBe(false);
    expect((await store.change(id, 1))?.points).toBe(aChange(id, 1).points);
  });
});

describe('every member', () => {
  const memberIds = Array.from({ length: 30 }, (_, place) => `everybody-${place}`);

  test.each([
    ['in memory', async () => new MemoryMemberStore()],
    [
      'in DynamoDB, over pages of 1 MB that hold other things of the members too',
      async () => {
        const own = await freshTables();
        const profiles = new DynamoProfileStore(own.client, own.tables.members);
        const deliveries = new DynamoDeliveryLog(own.client, own.tables.members);
        for (const memberId of memberIds.slice(0, 10)) {
          await profiles.merge(memberId, { name: 'x'.repeat(300_000) });
          await deliveries.claim({ memberId, sequence: 1, channel: 'email' }, 0);
        }
        return new DynamoMemberStore(own.client, own.tables.members);
      },
    ],
  ])('is listed once by a member store %s', async (_, make) => {
    const store = await make();
    for (const memberId of memberIds) await store.save(aMember(memberId), 0, [aChange(memberId, 1)]);
    const listed: string[] = [];
    for await (const memberId of store.everyId()) listed.push(memberId);
    expect(listed.sort()).toEqual([...memberIds].sort());
  });

  test('is nobody where nobody was saved', async () => {
    for (const store of [
      new MemoryMemberStore(),
      new DynamoMemberStore(client, (await freshTables()).tables.members),
    ]) {
      for await (const memberId of store.everyId()) expect.fail(`${memberId} was never saved`);
    }
  });
});
