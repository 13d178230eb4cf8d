import { describe, expect, test } from 'vitest';
import { WaitedInVain, waitFor } from '../../local/wait-for.ts';

describe('Waiting', () => {
  test('ends as soon as the look returns any value', async () => {
    let looks = 0;
    const look = () => (++looks < 3 ? undefined : 0);
    expect(await waitFor('the third look', look, { everyMs: 1 })).toBe(0);
    expect(looks).toBe(3);
  });

  test('looks at least once, and at the deadline names the awaited and the seen value', async () => {
    const waiting = waitFor('Gold', () => undefined, { withinMs: 0, seen: () => ({ tier: 'silver' }) });
    await expect(waiting).rejects.toThrow(WaitedInVain);
    await expect(waiting).rejects.toThrow('Waited 0 s for Gold, in vain. Seen instead: {"tier":"silver"}.');
  });

  test('ends at once when it is aborted', async () => {
    const calledOff = new AbortController();
    const waiting = waitFor('for ever', () => undefined, { everyMs: 60_000, signal: calledOff.signal });
    calledOff.abort(new Error('called off'));
    await expect(waiting).rejects.toThrow();
  });
});
