import type { TierAction } from '../actions/tier-action.ts';
import type { Announcing } from '../member/settle.ts';
import type { Groups, Ledger, MemberStore, Runs, TierClock } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { RunOutcome } from '../runs/run.ts';
import type { Instant } from '../time.ts';
import { type Managing, manageTier } from './manage-tier.ts';

export const PAGE_SIZE = 100;

/** How many members are worked on at the same time. */
const SIDE_BY_SIDE = 10;

/** How often a member is tried before it is left to the operator. */
const ATTEMPTS = 3;

interface Ports {
  ledger: Ledger;
  members: MemberStore;
  clock: TierClock;
  groups: Groups;
  runs: Runs;
}

export interface PageDone {
  outcomes: RunOutcome[];
  /** Where the next page begins; left out with the last. */
  next?: string;
}

/**
 * Does one page of a group's tier action. It can be done again at any time: each member is changed once (`actionId#memberId`, R19), and
 * the page is counted once. One member that cannot be changed stops nobody.
 * @param after the last member of the page before; empty for the first
 */
export async function changeGroupTiers(
  ports: Ports,
  program: Program,
  announcing: Announcing,
  runId: string,
  after: string,
  clock: () => Instant,
): Promise<PageDone> {
  const run = await ports.runs.load(runId);
  if (!run) throw new Error(`There is no run ${runId}.`);
  const { groupId, action, startedAt } = run;
  const page = { limit: PAGE_SIZE, ...(after !== '' && { after }) };
  const { memberIds, next } = await ports.groups.membersAt(groupId, startedAt, page);

  const outcomes: RunOutcome[] = [];
  for (let place = 0; place < memberIds.length; place += SIDE_BY_SIDE) {
    const some = memberIds.slice(place, place + SIDE_BY_SIDE);
    // The action takes effect for all at the same moment, whenever their turn comes.
    const change = (memberId: string) =>
      changeOne(ports, program, announcing, memberId, groupId, { effectiveAt: startedAt, ...action }, clock);
    outcomes.push(...(await Promise.all(some.map(change))));
  }
  await ports.runs.recordPage(runId, { after, outcomes });
  if (next === undefined) await ports.runs.finish(runId, clock());
  return next === undefined ? { outcomes } : { outcomes, next };
}

async function changeOne(
  ports: Ports,
  program: Program,
  announcing: Announcing,
  memberId: string,
  groupId: string,
  action: TierAction,
  clock: () => Instant,
): Promise<RunOutcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      const origin = { type: 'group' as const, groupId };
      return outcomeOf(memberId, await manageTier(ports, program, announcing, memberId, action, origin, clock()));
    } catch (error) {
      if (attempt < ATTEMPTS) continue;
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { memberId, outcome: 'FAILED', why, from: null, to: null, direction: 'none' };
    }
  }
}

/** What a page tells of a member: the same, however often the page is done. */
function outcomeOf(memberId: string, { record }: Managing): RunOutcome {
  const { outcome, from, to, why, until } = record;
  const outcomeAlone: RunOutcome = {
    memberId,
    outcome,
    from: from?.id ?? null,
    to: to?.id ?? null,
    direction: !from || !to || from.id === to.id ? 'none' : to.rank > from.rank ? 'up' : 'down',
  };
  if (outcomeAlone.direction !== 'none') outcomeAlone.cause = 'tierAction';
  if (why !== undefined) outcomeAlone.why = why;
  if (until !== undefined) outcomeAlone.until = until;
  return outcomeAlone;
}
