import type { ActionRecord } from '../actions/action-record.ts';
import type { TierChange } from '../member/tier-change.ts';
import type { Groups, Runs } from '../ports.ts';
import { countsOf, type RunOutcome } from '../runs/run.ts';
import type { Instant } from '../time.ts';
import { eachMember, type FailedMember, outcomesWithFailures } from './each-member.ts';
import { type Managing, manageTier } from './manage-tier.ts';
import type { Rules } from './rules.ts';
import type { MemberPorts } from './write-member.ts';

export const PAGE_SIZE = 100;

export interface PageDone {
  outcomes: RunOutcome[];
  /** What this call wrote, other due changes included. Members who were done before add nothing. */
  changes: TierChange[];
  promotions: ActionRecord[];
  /** Where the next page begins; left out with the last. */
  next?: string;
}

/** A page of a group's run. */
export interface GroupPagePlace {
  runId: string;
  /** The last member of the page before; empty for the first page. */
  after: string;
}

/**
 * Does one page of a group's tier action. Idempotent: each member is changed once (`actionId#memberId`, R19), and the page is counted once.
 * One member that cannot be changed stops no other.
 * @param isTransient whether a retry may succeed
 * @throws a transient failure, after all others of the page are done. The page has to be retried
 */
export async function changeGroupTiers(
  ports: MemberPorts & { groups: Groups; runs: Runs },
  rules: Rules,
  { runId, after }: GroupPagePlace,
  clock: () => Instant,
  isTransient: (error: unknown) => boolean,
): Promise<PageDone> {
  const run = await ports.runs.load(runId);
  if (run?.kind !== 'groupAction') throw new Error(`There is no action on a group ${runId}.`);
  const { groupId, action, startedAt } = run;
  const page = { limit: PAGE_SIZE, ...(after !== '' && { after }) };
  const { memberIds, next } = await ports.groups.membersAt(groupId, startedAt, page);

  // The action takes effect for all members at the same moment.
  const request = { action: { effectiveAt: startedAt, ...action }, origin: { type: 'group' as const, groupId } };
  const managed: Managed[] = [];
  const failed: FailedMember[] = [];
  const members = memberIds.map((memberId) => ({ memberId }));
  await eachMember(members, failed, async ({ memberId }) => {
    managed.push({ memberId, managing: await manageTier(ports, rules, memberId, request, clock()) });
  });
  const outcomes = outcomesWithFailures(managed.map(outcomeOf), failed, { isTransient, givesUp: false });
  await ports.runs.recordPage(
    runId,
    { name: after, outcomes, ...(next !== undefined && { next }) },
    countsOf(outcomes),
  );
  if (next === undefined) await ports.runs.finish(runId, clock());
  const decided = managed.flatMap(({ managing }) => (managing.status === 'decided' ? [managing] : []));
  return {
    outcomes,
    changes: decided.flatMap(({ changes }) => changes),
    promotions: decided.flatMap(({ promotions }) => promotions),
    ...(next !== undefined && { next }),
  };
}

interface Managed {
  memberId: string;
  managing: Managing;
}

/** The outcome of a member: the same, however often the page is done. */
function outcomeOf({ memberId, managing }: Managed): RunOutcome {
  const { outcome, from, to, why, until } = managing.record;
  const direction = !from || !to || from.id === to.id ? 'none' : to.rank > from.rank ? 'up' : 'down';
  return {
    memberId,
    outcome,
    from: from?.id ?? null,
    to: to?.id ?? null,
    direction,
    ...(direction !== 'none' && { cause: 'tierAction' as const }),
    ...(why !== undefined && { why }),
    ...(until !== undefined && { until }),
  };
}
