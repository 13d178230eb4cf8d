import { describe, expect, test } from 'vitest';
import { PAGE_SIZE } from '../../core/use-cases/recalculate-page.ts';

import { intercept } from '../support/trouble.ts';
import { makeWorld, type World } from '../support/world.ts';

const END_2026 = '2026-12-31T23:00:00Z';
const NIGHT_2026 = '2026-12-31T23:05:00Z';

const runOf = async (world: World, runId: string) => (await world.call('GET run', { params: { runId } })).body;
const outage = () => Object.assign(new Error('the table is not to be reached'), { $metadata: {} });

describe('a page that is not the first of its call', () => {
  test('is given up in the end as well', async () => {
    const trouble = { fails: false };
    const world = makeWorld({
      now: '2025-06-10T10:00:00Z',
      reach: intercept('members', 'actionsOf', async (call, memberId) => {
        if (!trouble.fails || memberId !== 'z-last') return call();
        throw outage();
      }),
    });
    await world.enrol('z-last');
    await world.post('z-last', { points: 1300 });
    await world.deliver();
    const { nextDueAt: _, ...model } = (await world.ports.members.load('z-last'))!;
    for (let n = 0; n < PAGE_SIZE; n++) {
      await world.ports.members.save(
        { ...model, memberId: `a-${String(n).padStart(4, '0')}`, tier: { ...model.tier, id: 'silver' } },
        0,
        [],
      );
    }
    world.at(NIGHT_2026);
    const { runId } = (await world.call('POST recalculations', { body: { at: END_2026 } })).body;
    trouble.fails = true;
    const state = { runId, segment: { kind: 'everyone' as const, part: 0, of: 1 }, page: 0 };
    await expect(world.recalculateCycle(state)).rejects.toThrow('not to be reached');
    // As the state machine does when its tries are used up: the same state, with `givesUp`.
    await expect(world.recalculateCycle({ ...state, givesUp: true })).resolves.toBeDefined();
    expect((await runOf(world, runId)).failed).toBe(1);
  });
});
