import { expect, test } from 'vitest';
import type { TierAction } from '../../../core/actions/tier-action.ts';
import { type GroupActionRun, NO_COUNTS, type Run } from '../../../core/runs/run.ts';
import { startGroupAction } from '../../../core/use-cases/start-group-action.ts';
import { MemoryGroups } from '../../../fakes/memory-groups.ts';
import { MemoryRunEngine } from '../../../fakes/memory-run-engine.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';
import { at } from '../members.ts';

const NOW = at('2026-06-01T10:00:00Z');
const ACTION: TierAction = { id: 'g-1', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } };

async function portsWithGroup() {
  const groups = new MemoryGroups();
  await groups.join('vip', 'ana', NOW - 1);
  return { groups, runs: new MemoryRuns(), engine: new MemoryRunEngine() };
}

async function startedRun(): Promise<GroupActionRun> {
  const starting = await startGroupAction(await portsWithGroup(), 'vip', ACTION, NOW);
  if (starting.status !== 'started') throw new Error('The run is started.');
  return starting.run;
}

test('a run whose start was cut short is started when it is asked for again; one that has ended is not', async () => {
  const run = await startedRun();
  const ports = await portsWithGroup();
  await ports.runs.create(run);
  expect(await startGroupAction(ports, 'vip', ACTION, NOW + 1)).toEqual({ status: 'started', run });
  expect(ports.engine.started).toEqual([run.runId]);

  await ports.runs.finish(run.runId, NOW + 2);
  // After a while, what carries runs has forgotten which it carried, and would begin anew.
  const forgetful = { ...ports, engine: new MemoryRunEngine() };
  expect(await startGroupAction(forgetful, 'vip', ACTION, NOW + 3)).toEqual({
    status: 'started',
    run: { ...run, finishedAt: NOW + 2 },
  });
  expect(forgetful.engine.started).toEqual([]);
});

test.each<[string, (run: GroupActionRun) => Run]>([
  ['the run of another group', (run) => ({ ...run, groupId: 'staff' })],
  [
    'a run of another kind',
    ({ runId }) => ({
      runId,
      kind: 'audit',
      heal: false,
      programVersion: 'v',
      segments: [],
      startedAt: NOW,
      counts: NO_COUNTS,
    }),
  ],
])('where its id stands for %s, the action is refused, and nobody is told that it was taken', async (_, other) => {
  const there = other(await startedRun());
  const ports = await portsWithGroup();
  await ports.runs.create(there);
  expect(await startGroupAction(ports, 'vip', ACTION, NOW)).toEqual({ status: 'conflict', run: there });
  expect(ports.engine.started).toEqual([]);
});
