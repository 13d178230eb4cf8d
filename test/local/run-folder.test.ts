import { expect, test } from 'vitest';
import { makeRunFolder } from '../../local/run-folder.ts';

test('two starts in one second, and of one process, have a folder each', async () => {
  const now = new Date();
  const [one, other] = [await makeRunFolder(now), await makeRunFolder(now)];
  try {
    expect(one.path).not.toBe(other.path);
  } finally {
    await one.tidy();
    await other.tidy();
  }
});
