import { describe, expect, test } from 'vitest';

import { intercept } from '../support/trouble.ts';
import { makeWorld } from '../support/world.ts';

describe('the night', () => {
  test('an end whose run cannot be started keeps the newer ones from nothing', async () => {
    let refused = '';
    const world = makeWorld({
      now: '2026-06-11T22:05:00Z',
      program: { cycle: { type: 'enrollment' } },
      reach: intercept('engine', 'start', async (call, run) => {
        const { runId } = run as { runId: string };
        if (runId === refused) throw new Error('was given up 10 times');
        return call();
      }),
    });
    refused = 'cycle-20260609t220000z-1';
    await world.endCycle({ Records: [{ messageId: '1', body: '{}' } as never] }).catch(() => {});
    expect(world.ports.engine.started).toContain('cycle-20260611t220000z-1');
  });
});
