import { describe, expect, test } from 'vitest';
import { forget } from '../support/heard.ts';

import { makeWorld, type World } from '../support/world.ts';

const END_2026 = '2026-12-31T23:00:00Z';
const NIGHT_2026 = '2026-12-31T23:05:00Z';

async function withPoints(points: number, options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'first', points });
  await world.deliver();
  forget(world);
  return world;
}

describe('two posts at one instant', () => {
  test('two posts at one instant: the second does not hear that its own was started', async () => {
    const world = await withPoints(1300);
    world.at(NIGHT_2026);
    const answers = await Promise.all([
      world.call('POST recalculations', { body: { at: END_2026 } }),
      world.call('POST recalculations', { body: { at: END_2026, notify: false } }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
  });
});
