import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { DUE_SHARDS } from '../../core/actions/due-moments.ts';
import type { CountedWindow } from '../../core/member/counted-window.ts';
import type { Member } from '../../core/member/member.ts';
import type { MemberStore } from '../../core/ports.ts';
import { ANNIVERSARY_PARTS, type Segment } from '../../core/runs/segment.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { freshTables } from './setup/dynamodb.ts';
import { aChange, aGrant, aMember, aNotice, anAction, freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { meddle } from './setup/meddle.ts';

const { client, tables } = await freshTables();

const stores = fakeAndReal<MemberStore>(
  ['in memory', new MemoryMemberStore()],
  ['in DynamoDB', new DynamoMemberStore(client, tables.members)],
);

describe.each(stores)('a member store %s', (_, store) => {
  test('knows no member that was not saved', async () => {
    expect(await store.load(freshId())).toBeUndefined();
    expect(await store.change(freshId(), 1)).toBeUndefined();
    expect(await store.changesOf(freshId(), { limit: 10 })).toEqual([]);
    expect(await store.notice(freshId(), 1)).toBeUndefined();
    expect(await store.action(freshId(), 'action-1')).toBeUndefined();
    expect(await store.actionsOf(freshId())).toEqual([]);
    expect(await store.recordsOf(freshId())).toBeUndefined();
  });

  test('returns a member with all its records, in the order of events', async () => {
    const id = freshId();
    const member = aMember(id, {
      changes: 3,
      grants: [aGrant()],
      nextDueAt: 7,
      anniversary: '02-29',
      movedBy: 'run-1',
    });
    const news = [aChange(id, 1), aNotice(id, 2), aChange(id, 3)];
    const actions = [anAction(id, 'a'), anAction(id, 'promotion#p#api#1')];
    expect(await store.save(member, 0, [news[2]!, news[1]!, ...actions, news[0]!])).toBe('saved');
    const records = (await store.recordsOf(id))!;
    expect(records).toStrictEqual({ member, news, staleIndexKeys: [], actions: expect.anything() });
    expect([...records.actions].sort((a, b) => (a.key < b.key ? -1 : 1))).toStrictEqual(actions);
  });

  test('returns every field of a member unchanged', async () => {
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

  test('returns every field of a grant unchanged, without extra fields', async () => {
    const member = aMember(freshId(), {
      nextDueAt: Date.UTC(2026, 4, 29, 22),
      grants: [
        { key: 'a', kind: 'cap', tier: 'bronze', from: -1 },
        {
          key: 'promotion#trial#api#order-1',
          kind: 'floor',
          tier: 'gold',
          from: 0,
          until: 8_640_000_000_000_000,
          reassessFrom: 5,
          promotion: 'trial',
          transactionId: 'order-1',
          tellEnd: ['push', 'email', 'sms'],
        },
        aGrant({ tellEnd: [] }),
      ],
      welcome: { promotions: ['trial'], at: 7 },
    });
    await store.save(member, 0, []);
    expect(await store.load(member.memberId)).toStrictEqual(member);
  });

  test('drops undefined fields of a grant', async () => {
    const member = aMember(freshId(), { grants: [aGrant()] });
    await store.save({ ...member, grants: [{ ...aGrant(), reassessFrom: undefined } as never] }, 0, []);
    expect(await store.load(member.memberId)).toEqual(member);
  });

  test('returns empty lists and empty objects unchanged', async () => {
    const member = aMember(freshId());
    await store.save(member, 0, []);
    expect(await store.load(member.memberId)).toStrictEqual(member);
  });

  test('drops a field that the next version does not have', async () => {
    const id = freshId();
    await store.save(aMember(id, { rebuildDue: true, grants: [aGrant()], nextDueAt: 1 }), 0, []);
    await store.save(aMember(id, { version: 2 }), 1, []);
    expect(await store.load(id)).toStrictEqual(aMember(id, { version: 2 }));
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
  ])('writes nothing for a version that is %s', async (_, readVersion) => {
    const id = freshId();
    await store.save(aMember(id), 0, []);
    await store.save(aMember(id, { version: 2 }), 1, []);
    const late = aMember(id, { version: readVersion + 1, blocked: true, changes: 1 });
    expect(await store.save(late, readVersion, [])).toBe('conflict');
    expect(await store.save(late, readVersion, [aChange(id, 1)])).toBe('conflict');
    expect(await store.load(id)).toEqual(aMember(id, { version: 2 }));
    expect(await store.changesOf(id, { limit: 10 })).toEqual([]);
  });

  test('creates no member by a later version', async () => {
    const id = freshId();
    expect(await store.save(aMember(id, { version: 2 }), 1, [aChange(id, 1)])).toBe('conflict');
    expect(await store.load(id)).toBeUndefined();
    expect(await store.change(id, 1)).toBeUndefined();
  });

  test.each([0, 1])('lets one of many concurrent writers of a version win, with %d changes each', async (changes) => {
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

  test('writes a member and its changes together, with every field of a change unchanged', async () => {
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

  test.each(Object.entries(ODD_TEXTS))('keeps %s in the names of tiers and transactions', async (_, text) => {
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
  ])('writes nothing if %s of several changes has a used number', async (_, sequences) => {
    const id = freshId();
    await store.save(aMember(id), 0, [aChange(id, 2)]);
    const before = await store.load(id);
    const changes = sequences.map((sequence) => aChange(id, sequence, { programVersion: 'late' }));
    expect(await store.save(aMember(id, { version: 2, blocked: true }), 1, changes)).toBe('conflict');
    expect(await store.load(id)).toEqual(before);
    expect(await store.changesOf(id, { limit: 10 })).toEqual([aChange(id, 2)]);
  });

  test('writes a member with notices and actions, with every field unchanged', async () => {
    const id = freshId();
    const notices = [
      aNotice(id, 2, { kind: 'expiring', after: { id: 'silver', name: 'Silver ☕️', rank: 1 }, channels: ['sms'] }),
      aNotice(id, 3, { expiresAt: null, actionId: 'action-1', promotion: 'trial', announced: false }),
    ];
    const actions = [
      anAction(id, 'action-1'),
      anAction(id, 'promotion#trial#api#order-1', {
        action: {
          id: 'trial#api#order-1',
          action: 'upgrade',
          strategy: { type: 'program' },
          expiry: { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 30, unit: 'days' } },
          transactionId: 'order-1',
          effectiveAt: 0,
          reassess: false,
          reason: '',
          notify: { channels: [], atEnd: true },
        },
        origin: { type: 'promotion', promotion: 'trial' },
        outcome: 'APPLIED',
        from: null,
        to: null,
        until: null,
        grant: aGrant(),
        lifted: ['action-0'],
      }),
    ];
    expect(await store.save(aMember(id), 0, [aChange(id, 1), ...notices, ...actions])).toBe('saved');
    expect(await store.change(id, 1)).toStrictEqual(aChange(id, 1));
    expect([await store.notice(id, 2), await store.notice(id, 3)]).toStrictEqual(notices);
    for (const action of actions) expect(await store.action(id, action.key)).toStrictEqual(action);
    expect((await store.actionsOf(id)).sort((a, b) => (a.key < b.key ? -1 : 1))).toStrictEqual(actions);
  });

  test('distinguishes notices from changes', async () => {
    const id = freshId();
    await store.save(aMember(id), 0, [aChange(id, 1), aNotice(id, 2)]);
    expect(await store.changesOf(id, { limit: 10 })).toEqual([aChange(id, 1)]);
    expect(await store.change(id, 2)).toBeUndefined();
    expect(await store.notice(id, 1)).toBeUndefined();
  });

  test('writes nothing if one of the actions exists already', async () => {
    const id = freshId();
    await store.save(aMember(id), 0, [anAction(id, 'again')]);
    const records = [
      aChange(id, 1),
      aNotice(id, 2),
      anAction(id, 'new'),
      anAction(id, 'again', { outcome: 'APPLIED' }),
    ];
    expect(await store.save(aMember(id, { version: 2, blocked: true }), 1, records)).toBe('conflict');
    expect(await store.load(id)).toEqual(aMember(id));
    expect(await store.change(id, 1)).toBeUndefined();
    expect(await store.notice(id, 2)).toBeUndefined();
    expect(await store.actionsOf(id)).toEqual([anAction(id, 'again')]);
  });

  test('records an action alone and once, even for an id that is not a member', async () => {
    const id = freshId();
    const action = anAction(id, 'action-1', { outcome: 'MEMBER_NOT_FOUND', from: null, to: null });
    const rivals = Array.from({ length: 5 }, (_, place) => ({ ...action, recordedAt: place }));
    const answers = await Promise.all(rivals.map((rival) => store.recordAction(rival)));
    expect(answers.filter((answer) => answer === 'recorded')).toHaveLength(1);
    expect(await store.action(id, 'action-1')).toStrictEqual(rivals[answers.indexOf('recorded')]);
    expect(await store.load(id)).toBeUndefined();
    expect(await store.save(aMember(id), 0, [action])).toBe('conflict');
  });

  test('keeps actions recorded alone beside actions saved with a member', async () => {
    const id = freshId();
    await store.save(aMember(id), 0, [anAction(id, 'saved')]);
    expect(await store.recordAction(anAction(id, 'saved'))).toBe('exists');
    expect(await store.recordAction(anAction(id, 'recorded'))).toBe('recorded');
    expect((await store.actionsOf(id)).map(({ key }) => key).sort()).toEqual(['recorded', 'saved']);
  });

  test.each(Object.entries(ODD_TEXTS))('keeps %s in the keys and reasons of actions', async (_, text) => {
    const id = freshId();
    const action = anAction(id, `promotion#trial#api#${text}`, { why: text });
    await store.recordAction(action);
    expect(await store.action(id, action.key)).toStrictEqual(action);
    expect(await store.actionsOf(id)).toStrictEqual([action]);
  });

  test('lists changes newest first, page by page, also beyond the ninth', async () => {
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

  test('takes a change with a ten-digit sequence as the newest', async () => {
    const id = freshId();
    await store.save(aMember(id), 0, [aChange(id, 9_999_999_999), aChange(id, 2)]);
    expect((await store.changesOf(id, { limit: 1 })).map(({ sequence }) => sequence)).toEqual([9_999_999_999]);
  });

  test('lists nothing of another member whose id has the same beginning', async () => {
    const id = freshId();
    await store.save(aMember(`${id}-2`), 0, [aChange(`${id}-2`, 1)]);
    expect(await store.load(id)).toBeUndefined();
    expect(await store.changesOf(id, { limit: 10 })).toEqual([]);
  });

  test('keeps its data unchanged if a caller changes a returned object', async () => {
    const id = freshId();
    await store.save(aMember(id), 0, [aChange(id, 1)]);
    await store.recordAction(anAction(id, 'action-1'));
    const [member, change, action] = [
      await store.load(id),
      await store.change(id, 1),
      await store.action(id, 'action-1'),
    ];
    meddle(() => {
      member!.blocked = true;
    });
    meddle(() => {
      change!.points = -1;
    });
    meddle(() => {
      action!.outcome = 'APPLIED';
    });
    expect((await store.actionsOf(id))[0]?.outcome).toBe('TARGET_NOT_HIGHER');
    expect((await store.load(id))?.blocked).toBe(false);
    expect((await store.change(id, 1))?.points).toBe(aChange(id, 1).points);
  });
});

describe('the due members', () => {
  const NOW = Date.UTC(2026, 4, 29, 22);

  /** Each test has its own store, because the index has no filter by member. */
  const makers: [string, () => Promise<MemberStore>][] = [
    ['in memory', async () => new MemoryMemberStore()],
    ['in DynamoDB', async () => new DynamoMemberStore(client, (await freshTables()).tables.members)],
  ];

  async function pagesOf(store: MemberStore, shard: number, now = NOW): Promise<string[][]> {
    const pages: string[][] = [];
    for await (const page of store.due(shard, now)) pages.push(page);
    return pages;
  }

  async function everyPage(store: MemberStore, now = NOW): Promise<string[][]> {
    const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => pagesOf(store, shard, now));
    return (await Promise.all(shards)).flat();
  }

  async function everybodyDue(store: MemberStore, now = NOW): Promise<string[]> {
    return (await everyPage(store, now)).flat().sort();
  }

  test.each(makers)('are found %s from their due moment on, and no other member is', async (_, make) => {
    const store = await make();
    const due = { past: NOW - 1, now: NOW, soon: NOW + 1, longAgo: -1 };
    for (const [memberId, nextDueAt] of Object.entries(due)) await store.save(aMember(memberId, { nextDueAt }), 0, []);
    await store.save(aMember('never'), 0, [aChange('never', 1), anAction('never', 'action-1')]);
    expect(await everybodyDue(store)).toEqual(['longAgo', 'now', 'past']);
    expect(await everybodyDue(store, NOW + 1)).toEqual(['longAgo', 'now', 'past', 'soon']);
    expect(await everybodyDue(store, -2)).toEqual([]);
  });

  test.each(makers)('are not found %s after nothing is due, and are found at their new moment', async (_, make) => {
    const store = await make();
    await store.save(aMember('m-1', { nextDueAt: NOW }), 0, []);
    await store.save(aMember('m-2', { nextDueAt: NOW }), 0, []);
    await store.save(aMember('m-1', { version: 2 }), 1, []);
    await store.save(aMember('m-2', { version: 2, nextDueAt: NOW + 1 }), 1, []);
    expect(await everybodyDue(store)).toEqual([]);
    expect(await everybodyDue(store, NOW + 1)).toEqual(['m-2']);
  });

  test.each(makers)('are each in one shard %s, and use all shards', async (_, make) => {
    const store = await make();
    const memberIds = Array.from({ length: 80 }, (_, place) => `member-${place}`);
    await Promise.all(memberIds.map((memberId) => store.save(aMember(memberId, { nextDueAt: NOW }), 0, [])));
    expect(await everybodyDue(store)).toEqual([...memberIds].sort());
    expect(await everyPage(store)).toHaveLength(DUE_SHARDS);
  });

  /** More members than one page in each shard. */
  async function many(store: MemberStore, dueAt: (memberId: string) => number): Promise<string[]> {
    const memberIds = Array.from({ length: 130 * DUE_SHARDS }, (_, place) => `m-${place}`);
    for (let start = 0; start < memberIds.length; start += 50) {
      const some = memberIds.slice(start, start + 50);
      await Promise.all(some.map((id) => store.save(aMember(id, { nextDueAt: dueAt(id) }), 0, [])));
    }
    return memberIds;
  }

  test.each(makers)('come %s page by page, the earliest first', async (_, make) => {
    const store = await make();
    const dueAt = (memberId: string) => NOW - ((Number(memberId.slice(2)) * 7919) % 100_003);
    const memberIds = await many(store, dueAt);
    const shards = await Promise.all(Array.from({ length: DUE_SHARDS }, (_, shard) => pagesOf(store, shard)));
    expect(shards.flat(2).sort()).toEqual([...memberIds].sort());
    for (const pages of shards) {
      expect(pages.length).toBeGreaterThan(1);
      expect(Math.max(...pages.map(({ length }) => length))).toBe(100);
      const moments = pages.flat().map(dueAt);
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
    }
  });

  test.each(makers)('may be written %s while they are listed', async (_, make) => {
    const store = await make();
    await many(store, () => NOW);
    const [before, seen] = [(await pagesOf(store, 0)).flat(), [] as string[]];
    expect(before.length).toBeGreaterThan(100);
    for await (const page of store.due(0, NOW)) {
      await Promise.all(page.map((id) => store.save(aMember(id, { version: 2 }), 1, [])));
      seen.push(...page);
    }
    expect(seen.sort()).toEqual(before.sort());
    expect(await pagesOf(store, 0)).toEqual([]);
  });

  test('stay in the same shard of DynamoDB forever, because their items name it', async () => {
    const own = new DynamoMemberStore(client, tables.members);
    const shards = { 'm-1': '', '207119551': '', 'ana.pérez': '' };
    for (const memberId of Object.keys(shards)) {
      await own.save(aMember(memberId, { nextDueAt: NOW }), 0, []);
      const { Item } = await client.send(
        new GetCommand({ TableName: tables.members, Key: { pk: memberId, sk: 'MEMBER' } }),
      );
      shards[memberId as keyof typeof shards] = Item?.dueShard;
    }
    expect(shards).toEqual({ 'm-1': '2', '207119551': '0', 'ana.pérez': '7' });
  });

  test('are the only items in DynamoDB’s index', async () => {
    const own = await freshTables();
    const store = new DynamoMemberStore(client, own.tables.members);
    await store.save(aMember('m-1'), 0, [aChange('m-1', 1), aNotice('m-1', 2), anAction('m-1', 'action-1')]);
    await store.save(aMember('m-2', { nextDueAt: NOW, grants: [aGrant()] }), 0, [anAction('m-2', 'action-1')]);
    const { Items } = await client.send(new ScanCommand({ TableName: own.tables.members, IndexName: 'Due' }));
    expect(Items).toEqual([{ pk: 'm-2', sk: 'MEMBER', dueShard: expect.any(String), nextDueAt: NOW }]);
  });
});

describe('the members of a segment', () => {
  const makers: [string, () => Promise<MemberStore>][] = [
    ['in memory', async () => new MemoryMemberStore()],
    ['in DynamoDB', async () => new DynamoMemberStore(client, (await freshTables()).tables.members)],
  ];
  const everyone = (of: number): Segment[] => Array.from({ length: of }, (_, part) => ({ kind: 'everyone', part, of }));
  const anniversary = (day: string): Segment[] =>
    Array.from({ length: ANNIVERSARY_PARTS }, (_, part) => ({ kind: 'anniversary', day, part }));

  async function pagesOf(store: MemberStore, segment: Segment, limit = 20): Promise<Member[][]> {
    const pages: Member[][] = [];
    for (let after: string | undefined; ; ) {
      const page = await store.inSegment(segment, { limit, ...(after !== undefined && { after }) });
      pages.push(page.members);
      if (page.next === undefined) return pages;
      after = page.next;
    }
  }

  const idsOf = (pages: Member[][]) => pages.flat().map(({ memberId }) => memberId);

  test.each(makers)('are each returned in one segment %s, complete, in pages within the limit', async (_, make) => {
    const store = await make();
    const members = Array.from({ length: 90 }, (_, place) => aMember(`m-${place}`, { grants: [aGrant()] }));
    for (const member of members) await store.save(member, 0, [aChange(member.memberId, 1)]);
    const segments = await Promise.all(everyone(4).map((segment) => pagesOf(store, segment)));
    expect(segments.flatMap(idsOf).sort()).toEqual(members.map(({ memberId }) => memberId).sort());
    expect(segments.flat(2)).toEqual(expect.arrayContaining(members));
    for (const pages of segments) {
      expect(idsOf(pages).length).toBeGreaterThan(0);
      expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(20);
    }
  });

  test.each(makers)('are found %s under their current anniversary', async (_, make) => {
    const store = await make();
    for (let n = 0; n < 250; n++) await store.save(aMember(`m-${n}`, { anniversary: '06-10' }), 0, []);
    await store.save(aMember('leap', { anniversary: '02-29' }), 0, [aChange('leap', 1)]);
    await store.save(aMember('never'), 0, []);
    await store.save(aMember('m-0', { version: 2, anniversary: '06-11' }), 1, []);
    await store.save(aMember('m-1', { version: 2 }), 1, []);
    const of = async (day: string) =>
      (await Promise.all(anniversary(day).map((segment) => pagesOf(store, segment, 150)))).flatMap(idsOf).sort();
    expect(await of('06-10')).toEqual(Array.from({ length: 248 }, (_, n) => `m-${n + 2}`).sort());
    expect([await of('06-11'), await of('02-29'), await of('01-01')]).toEqual([['m-0'], ['leap'], []]);
  });

  test.each(makers)('are all found %s, even if they are written and others are added meanwhile', async (_, make) => {
    const store = await make();
    const memberIds = Array.from({ length: 60 }, (_, place) => `m-${place}`);
    for (const memberId of memberIds) await store.save(aMember(memberId), 0, []);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const { members, next } = await store.inSegment(everyone(1)[0]!, { limit: 7, ...(after && { after }) });
      for (const { memberId } of members.filter((member) => member.memberId.startsWith('m-'))) {
        seen.push(memberId);
        await store.save(aMember(memberId, { version: 2, changes: 1 }), 1, [aChange(memberId, 1)]);
        await store.save(aMember(`x-${memberId}`), 0, []);
      }
      if (next === undefined) break;
      after = next;
    }
    expect([...new Set(seen)].sort()).toEqual([...memberIds].sort());
    expect(seen).toHaveLength(memberIds.length);
  });

  test('stay in the same part of DynamoDB’s index forever, because their items name it', async () => {
    const own = new DynamoMemberStore(client, tables.members);
    await own.save(aMember('anniversary-1', { anniversary: '06-10' }), 0, []);
    const { Item } = await client.send(
      new GetCommand({ TableName: tables.members, Key: { pk: 'anniversary-1', sk: 'MEMBER' } }),
    );
    expect(Item).toMatchObject({ anniversary: '06-10', anniversaryPart: '06-10.3' });
    expect(await own.load('anniversary-1')).not.toHaveProperty('anniversaryPart');
  });
});

describe('all members', () => {
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
  ])('are listed once by a member store %s', async (_, make) => {
    const store = await make();
    for (const memberId of memberIds) await store.save(aMember(memberId), 0, [aChange(memberId, 1)]);
    const listed: string[] = [];
    for await (const memberId of store.everyId()) listed.push(memberId);
    expect(listed.sort()).toEqual([...memberIds].sort());
  });

  test('are none if no member was saved', async () => {
    for (const store of [
      new MemoryMemberStore(),
      new DynamoMemberStore(client, (await freshTables()).tables.members),
    ]) {
      for await (const memberId of store.everyId()) expect.fail(`${memberId} was never saved`);
    }
  });
});

test('index attributes that do not follow from the member are reported', async () => {
  const store = new DynamoMemberStore(client, tables.members);
  const id = freshId();
  await store.save(aMember(id, { nextDueAt: 7, anniversary: '02-28' }), 0, []);
  expect((await store.recordsOf(id))!.staleIndexKeys).toEqual([]);
  const { Item } = await client.send(new GetCommand({ TableName: tables.members, Key: { pk: id, sk: 'MEMBER' } }));
  const { anniversaryPart, ...rest } = Item!;
  await client.send(new PutCommand({ TableName: tables.members, Item: { ...rest, dueShard: 'x' } }));
  expect((await store.recordsOf(id))!.staleIndexKeys).toEqual([
    { figure: 'dueShard', stored: 'x', ledger: Item!.dueShard },
    { figure: 'anniversaryPart', stored: null, ledger: anniversaryPart },
  ]);
});
