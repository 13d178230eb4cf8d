import type { TierAction } from '../actions/tier-action.ts';
import type { Groups, RunEngine, Runs } from '../ports.ts';
import { fingerprint, hasSameContent } from '../program/fingerprint.ts';
import { type GroupActionRun, NO_COUNTS, type Run } from '../runs/run.ts';
import type { Instant } from '../time.ts';

export type Starting =
  | { status: 'started'; run: GroupActionRun }
  /** The id is taken by another content. */
  | { status: 'conflict'; run: Run }
  | { status: 'noGroup' };

/**
 * Starts a tier action on a group: a run over those who are its members now (R19). The same action again is the same run, and brings
 * a run whose start was cut short on its way.
 */
export async function startGroupAction(
  ports: { groups: Groups; runs: Runs; engine: RunEngine },
  groupId: string,
  action: TierAction,
  now: Instant,
): Promise<Starting> {
  if (!(await ports.groups.exists(groupId))) return { status: 'noGroup' };
  const runId = `group-${fingerprint([groupId, action.id])}`;
  const run: GroupActionRun = { runId, kind: 'groupAction', groupId, action, startedAt: now, counts: NO_COUNTS };
  const created = await ports.runs.create(run);
  const there = created.status === 'exists' ? created.run : run;
  if (there.kind !== 'groupAction' || there.groupId !== groupId || !hasSameContent(there.action, action))
    return { status: 'conflict', run: there };
  if (there.finishedAt === undefined) await ports.engine.start(there);
  return { status: 'started', run: there };
}
