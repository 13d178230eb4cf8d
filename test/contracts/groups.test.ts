import { describe, expect, test } from 'vitest';
import type { Groups } from '../../core/ports.ts';
import { MemoryGroups } from '../../fakes/memory-groups.ts';
import { DynamoGroups } from '../../functions/adapters/dynamo-groups.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { freshTables } from './setup/dynamodb.ts';
import { freshId } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';

const { client, tables } = await freshTables();

const implementations = fakeAndReal<Groups>(
  ['in memory', new MemoryGroups()],
  ['in DynamoDB', new DynamoGroups(client, tables.members)],
);

describe.each(implementations)('groups %s', (_, groups) => {
  async function everybodyIn(groupId: string, at: number): Promise<string[]> {
    return (await groups.membersAt(groupId, at, { limit: 100 })).memberIds;
  }

  test('do not exist and have no members before anyone joins', async () => {
    const group = freshId();
    expect(await groups.exists(group)).toBe(false);
    expect(await groups.membersAt(group, 0, { limit: 10 })).toEqual({ memberIds: [] });
  });

  test('have a member from the moment of joining until the moment of leaving', async () => {
    const group = freshId();
    await groups.join(group, 'ana', 100);
    await groups.leave(group, 'ana', 200);
    expect(await everybodyIn(group, 99)).toEqual([]);
    expect(await everybodyIn(group, 100)).toEqual(['ana']);
    expect(await everybodyIn(group, 199)).toEqual(['ana']);
    expect(await everybodyIn(group, 200)).toEqual([]);
  });

  test('exist after all members have left', async () => {
    const group = freshId();
    await groups.join(group, 'ana', 100);
    await groups.leave(group, 'ana', 200);
    expect(await groups.exists(group)).toBe(true);
  });

  test('keep a member’s first moment when the member joins twice', async () => {
    const group = freshId();
    await groups.join(group, 'ana', 100);
    await groups.join(group, 'ana', 150);
    expect(await everybodyIn(group, 120)).toEqual(['ana']);
    await groups.leave(group, 'ana', 200);
    await groups.leave(group, 'ana', 250);
    expect(await everybodyIn(group, 220)).toEqual([]);
    expect(await everybodyIn(group, 250)).toEqual([]);
  });

  test('know the members at a past moment, even of members who left and came back since', async () => {
    const group = freshId();
    await groups.join(group, 'ana', 100);
    await groups.leave(group, 'ana', 200);
    await groups.join(group, 'ana', 300);
    await groups.leave(group, 'ana', 400);
    await groups.join(group, 'ana', 500);
    const moments = [99, 100, 200, 299, 300, 399, 400, 499, 500, 9_999];
    const there = await Promise.all(moments.map(async (at) => (await everybodyIn(group, at)).length));
    expect(there).toEqual([0, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
  });

  test('ignore a member who leaves without having joined', async () => {
    const group = freshId();
    await groups.leave(group, 'ana', 100);
    expect(await groups.exists(group)).toBe(false);
    await groups.join(group, 'ana', 200);
    expect(await everybodyIn(group, 200)).toEqual(['ana']);
  });

  test('record one of many concurrent joins of a member', async () => {
    const group = freshId();
    await Promise.all(Array.from({ length: 8 }, () => groups.join(group, 'ana', 100)));
    await Promise.all(Array.from({ length: 8 }, () => groups.leave(group, 'ana', 200)));
    expect(await everybodyIn(group, 150)).toEqual(['ana']);
    expect(await everybodyIn(group, 200)).toEqual([]);
  });

  test('are separate from each other', async () => {
    const group = freshId();
    await groups.join(group, 'ana', 100);
    await groups.join(`${group}-2`, 'ben', 100);
    expect(await everybodyIn(group, 100)).toEqual(['ana']);
    expect(await everybodyIn(`${group}-2`, 100)).toEqual(['ben']);
  });

  test.each([
    [25, 10, [10, 10, 5]],
    [20, 10, [10, 10]],
    [10, 10, [10]],
    [3, 1, [1, 1, 1]],
  ])('list %d members by id in pages of %d, and no page after the last', async (size, limit, lengths) => {
    const group = freshId();
    const memberIds = Array.from({ length: size }, (_, place) => `m-${String(place).padStart(3, '0')}`);
    for (const memberId of [...memberIds].reverse()) await groups.join(group, memberId, 100);
    const pages: string[][] = [];
    let after = '';
    for (;;) {
      const page = await groups.membersAt(group, 100, { limit, after });
      pages.push(page.memberIds);
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(pages.map(({ length }) => length)).toEqual(lengths);
    expect(pages.flat()).toEqual(memberIds);
  });

  test('fill their pages, however many members have left', async () => {
    const group = freshId();
    const memberIds = Array.from({ length: 40 }, (_, place) => `m-${String(place).padStart(3, '0')}`);
    for (const memberId of memberIds) await groups.join(group, memberId, 100);
    for (const memberId of memberIds.slice(2, 38)) await groups.leave(group, memberId, 150);
    expect(await groups.membersAt(group, 200, { limit: 3 })).toEqual({
      memberIds: ['m-000', 'm-001', 'm-038'],
      next: 'm-038',
    });
    expect(await groups.membersAt(group, 200, { limit: 4 })).toEqual({
      memberIds: ['m-000', 'm-001', 'm-038', 'm-039'],
    });
  });

  test('return the same pages after others joined and left', async () => {
    const group = freshId();
    for (const memberId of ['b', 'd', 'f', 'h']) await groups.join(group, memberId, 100);
    const before = await groups.membersAt(group, 200, { limit: 2 });
    for (const memberId of ['a', 'c', 'e']) await groups.join(group, memberId, 300);
    await groups.leave(group, 'd', 300);
    await groups.join(group, 'd', 400);
    expect(await groups.membersAt(group, 200, { limit: 2 })).toEqual(before);
    expect(before).toEqual({ memberIds: ['b', 'd'], next: 'd' });
  });
});

test('a group does not appear as a member, though both are in one table', async () => {
  const own = await freshTables();
  await new DynamoGroups(client, own.tables.members).join('vips', 'ana', 100);
  const members = new DynamoMemberStore(client, own.tables.members);
  expect(await members.load('ana')).toBeUndefined();
  for await (const memberId of members.everyId()) expect.fail(`${memberId} was never saved`);
});
