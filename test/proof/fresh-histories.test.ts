/** Histories of other seeds in each run. The first seed is printed, so that a failure can be repeated. */
import { test } from 'vitest';
import { liveThrough } from './live-through.ts';

test('histories of fresh seeds keep every promise', { timeout: 900_000 }, async () => {
  await liveThrough(1_000_000 + (Date.now() % 1_000_000_000), 5000);
});
