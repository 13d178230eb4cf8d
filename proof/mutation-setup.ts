import fc from 'fast-check';
import { beforeEach, expect } from 'vitest';

/** What each law may take of a mutant's time. It begins with the same cases each time, and says what it found unabridged. */
const LAW_MS = 30;

/** A law that counts the kinds of cases it saw needs all of them. */
const COUNTS_ITS_CASES = 'filter-contradictions.test.ts';

/** Tests that take seconds each, most of them one story again for each place where it can break. What only they find counts as not found. */
const LONG =
  /when the call |whatever goes wrong|the first call went wrong|at any await|a downgrade never raises one|more devices than there may be|in every zone of the world|markup is the one of the layout|(?:^|\s)(?:130|80|60) /;

const needsAll = expect.getState().testPath?.endsWith(COUNTS_ITS_CASES) ?? false;
fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: needsAll ? 10_000 : LAW_MS });

beforeEach(({ task, skip }) => {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  skip(LONG.test(names.join(' ')), 'too long to be done for each mutant');
});
