import { describe, expect, test } from 'vitest';
import type { GooglePasses } from '../../core/ports.ts';
import { MemoryGooglePasses } from '../../fakes/memory-google-passes.ts';
import { DynamoGooglePasses } from '../../functions/adapters/dynamo-google-passes.ts';
import { freshTables } from './setup/dynamodb.ts';
import { freshId } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';

const { client, tables } = await freshTables();

const stores = fakeAndReal<GooglePasses>(
  ['in memory', new MemoryGooglePasses()],
  ['in DynamoDB', new DynamoGooglePasses(client, tables.members)],
);

const NOW = Date.UTC(2026, 4, 2, 12);
const DAY_MS = 24 * 60 * 60 * 1000;

describe.each(stores)('the records of Google passes, %s', (_, passes) => {
  async function opened() {
    const memberId = freshId();
    expect(await passes.move(memberId, undefined, 'open')).toBe('moved');
    return memberId;
  }

  test('have nothing for a member who never requested a pass', async () => {
    expect(await passes.load(freshId())).toBeUndefined();
  });

  test('move a pass only from the state that was read', async () => {
    const memberId = freshId();
    expect(await passes.move(memberId, 'open', 'withdrawn')).toBe('conflict');
    expect(await passes.move(memberId, undefined, 'opening')).toBe('moved');
    expect(await passes.move(memberId, undefined, 'opening')).toBe('conflict');
    expect(await passes.move(memberId, 'opening', 'open')).toBe('moved');
    expect(await passes.move(memberId, 'opening', 'open')).toBe('conflict');
    expect(await passes.load(memberId)).toEqual({ state: 'open', notices: [] });
  });

  test('let one of many concurrent calls move a pass', async () => {
    const memberId = freshId();
    const moves = await Promise.all(Array.from({ length: 10 }, () => passes.move(memberId, undefined, 'opening')));
    expect(moves.filter((moved) => moved === 'moved')).toHaveLength(1);
  });

  test('allow three messages a day, each once, and keep them while the pass moves', async () => {
    const memberId = await opened();
    for (const sequence of [1, 2, 2, 3]) expect(await passes.takeNotice(memberId, sequence, NOW + sequence)).toBe(true);
    expect(await passes.takeNotice(memberId, 4, NOW + 4)).toBe(false);
    expect(await passes.move(memberId, 'open', 'withdrawn')).toBe('moved');
    expect(await passes.load(memberId)).toEqual({
      state: 'withdrawn',
      notices: [1, 2, 3].map((sequence) => ({ sequence, at: NOW + sequence })),
    });
    expect(await passes.takeNotice(memberId, 5, NOW + 1 + DAY_MS)).toBe(true);
  });

  test('allow three messages among many concurrent ones', async () => {
    const memberId = await opened();
    const taken = await Promise.allSettled(
      Array.from({ length: 6 }, (_, sequence) => passes.takeNotice(memberId, sequence, NOW)),
    );
    // A call that loses too often fails and is retried, so the limit is never exceeded.
    expect(taken.filter((one) => one.status === 'fulfilled' && one.value).length).toBeLessThanOrEqual(3);
    expect((await passes.load(memberId))!.notices.length).toBe(3);
  });

  test('fail for a message on a missing pass', async () => {
    await expect(passes.takeNotice(freshId(), 1, NOW)).rejects.toThrow('has no Google pass');
  });
});
