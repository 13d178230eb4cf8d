import { describe, expect, test } from 'vitest';
import { forget } from '../support/heard.ts';

import { makeWorld, type World } from '../support/world.ts';

const NIGHT_2026 = '2026-12-31T23:05:00Z';

const runOf = async (world: World, runId: string) => (await world.call('GET run', { params: { runId } })).body;

async function withPoints(points: number, options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'first', points });
  await world.deliver();
  forget(world);
  return world;
}

describe('the matrix', () => {
  test('tells of a member whom a purchase on its way keeps as of the tier that it has', async () => {
    const world = await withPoints(1300);
    world.at('2026-12-31T22:59:59Z');
    await world.post('m-1', { id: 'on-time', points: 1000 });
    world.at(NIGHT_2026);
    const [runId] = await world.night();
    await world.deliver();
    expect((await world.read('m-1')).tier.id).toBe('silver');
    expect((await runOf(world, runId!)).matrix).toEqual({ silver: { silver: 1 } });
  });
});
