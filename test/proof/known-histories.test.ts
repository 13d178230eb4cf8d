/** Histories of the same seeds in each run, so a failure comes from the last change. */
import { expect, test } from 'vitest';
import { outcomeOf } from '../../proof/simulation/outcome.ts';
import { historyOf } from '../../proof/simulation/random-history.ts';
import { liveThrough } from './live-through.ts';

test('histories of the seeds from 1 on keep every promise', { timeout: 900_000 }, async () => {
  await liveThrough(1, 5000);
});

test('everything that can happen does, and every way in which the world misbehaves', { timeout: 900_000 }, async () => {
  const done = new Set<string>();
  const strikes = new Set<string>();
  for (let seed = 1; seed <= 300; seed++) {
    const history = historyOf(seed);
    for (const step of history.steps) {
      done.add(step.does);
      if (step.does === 'together') for (const one of step.steps) done.add(`together: ${one.does}`);
    }
    const { log } = await outcomeOf(history, { isLogging: true });
    for (const line of log) {
      const strike = /^ {4}[a-z]+\.[a-zA-Z]+: (.+)$/i.exec(line)?.[1];
      if (strike) strikes.add(strike);
    }
  }
  expect([...strikes].sort()).toEqual(
    ['answer lost', 'conflict', 'killed after', 'killed before', 'refused', 'unsure'].sort(),
  );
  expect([...done].filter((does) => !does.startsWith('together: ')).sort()).toEqual(
    [
      ...['act', 'act again', 'act on group', 'edit', 'enrol', 'insist', 'join', 'ledger stream', 'leave', 'look'],
      ...['members stream', 'night', 'poison', 'post', 'post again', 'queue', 'rebuild', 'recalculate', 'replay'],
      ...['rewind', 'run', 'run twice', 'sweep', 'timer', 'together', 'wait', 'wait for'],
    ].sort(),
  );
});
