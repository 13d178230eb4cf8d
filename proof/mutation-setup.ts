import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect } from 'vitest';

/** Limits each law's time for a mutant. Each run starts with the same cases, and reports failures unshortened. */
const LAW_MS = 30;

/** Laws that need longer: one that counts the kinds of cases it saw, and those of the audit, each of whose cases is a whole life. */
const LONGER_MS: Readonly<Record<string, number>> = { 'filter-contradictions.test.ts': 10_000, 'audit.test.ts': 500 };

/** Tests that take seconds each, most of them one story again for each place where it can break. What only they find counts as not found. */
const LONG =
  /when the call |whatever goes wrong|the first call went wrong|at any await|a downgrade never raises one|more devices than there may be|in every zone of the world|markup is the one of the layout|(?:^|\s)(?:130|80|60) /;

const file = path.basename(expect.getState().testPath ?? '');
fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: LONGER_MS[file] ?? LAW_MS });

beforeEach(({ task, skip }) => {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  skip(LONG.test(names.join(' ')), 'too long to be done for each mutant');
});
