/** Histories of the same seeds in each run: a failure is the fault of the last change. */
import { test } from 'vitest';
import { liveThrough } from './live-through.ts';

test('histories of the seeds from 1 on keep every promise', { timeout: 900_000 }, async () => {
  await liveThrough(1, 5000);
});
