/** As many histories that nobody has lived through before: their seeds are told, so that a failure can be had again. */
import { test } from 'vitest';
import { liveThrough } from './live-through.ts';

test('histories of fresh seeds keep every promise', { timeout: 900_000 }, async () => {
  await liveThrough(1_000_000 + (Date.now() % 1_000_000_000), 5000);
});
