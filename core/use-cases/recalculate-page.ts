import type { ActionRecord } from '../actions/action-record.ts';
import type { Runs } from '../ports.ts';
import { directionOf, type Program } from '../program/program.ts';
import { NO_COUNTS, nextOf, type RunCounts, type RunOutcome } from '../runs/run.ts';
import { pageName, type Segment } from '../runs/segment.ts';
import type { Instant } from '../time.ts';
import { eachMember, type FailedMember, type FailureHandling, outcomesWithFailures } from './each-member.ts';
import { type Judged, MemberRecalculation } from './recalculate-member.ts';
import type { Rules } from './rules.ts';
import type { MemberPorts } from './write-member.ts';

/** The most members of a page: its outcomes fit into an item of 400 KB, even if every member fails with a reason. */
export const PAGE_SIZE = 800;

/** A page of a run's segment. The first is 0, and has no `after`. */
export interface PagePlace {
  runId: string;
  segment: Segment;
  page: number;
  after?: string;
}

export interface RecalculatedPage {
  /** The page was done before, and nothing was done now. */
  wasKept: boolean;
  /** The number of members of the page; 0 if it was done before. */
  processed: number;
  /** The members that moved, and those that could not be judged. */
  outcomes: RunOutcome[];
  /** The actions of promotions that were found on the way. */
  promotions: ActionRecord[];
  /** Where the next page begins; left out with the last. */
  next?: string;
}

/**
 * Judges a page of members, and writes the members whose tier moves; none in a dry run. Idempotent: a member is judged once for each end
 * of a cycle (R9), and the page is counted once. One member that cannot be judged stops no other.
 * @throws a transient failure, after all others of the page are done. The page has to be retried
 */
export async function recalculatePage(
  ports: MemberPorts & { runs: Runs },
  rules: Rules,
  { runId, segment, page, after }: PagePlace,
  clock: () => Instant,
  failing: FailureHandling,
): Promise<RecalculatedPage> {
  const name = pageName(segment, page);
  const [run, kept] = await Promise.all([ports.runs.load(runId), ports.runs.page(runId, name)]);
  if (run?.kind !== 'recalculation') throw new Error(`There is no recalculation ${runId}.`);
  // The run goes on where the stored page ended: new items would divide the members differently.
  if (kept) return { wasKept: true, processed: 0, outcomes: [], promotions: [], ...nextOf(kept) };

  const found = await ports.members.inSegment(segment, { limit: PAGE_SIZE, ...(after !== undefined && { after }) });
  const recalculation = new MemberRecalculation(ports, rules, run, segment);
  const judged: Judged[] = [];
  const failed: FailedMember[] = [];
  const now = clock();
  const open = found.members.filter((member) => {
    try {
      const result = recalculation.byItsItem(member, now);
      if (result.status === 'judged') judged.push(result.judged);
      return result.status === 'open';
    } catch (error) {
      failed.push({ memberId: member.memberId, error });
      return false;
    }
  });
  await eachMember(open, failed, async (member) => {
    const result = await recalculation.byTheLedger(member, clock());
    if (result) judged.push(result);
  });
  const moved = judged.filter(({ from, to }) => from !== to).map((one) => movedOutcome(one, rules.program));
  const outcomes = outcomesWithFailures(moved, failed, failing);
  const counts = countsOfRecalculated(judged, moved, failed.length);
  const recorded = await ports.runs.recordPage(runId, { name, outcomes, ...nextOf(found) }, counts);
  return {
    wasKept: false,
    processed: counts.processed,
    outcomes,
    promotions: recalculation.promotions,
    ...nextOf(recorded),
  };
}

function movedOutcome(moved: Judged, program: Program): RunOutcome {
  return { ...moved, outcome: 'MOVED', direction: directionOf(program, moved.from, moved.to) };
}

/** Most members keep their tier: they are counted, but not listed. */
function countsOfRecalculated(judged: readonly Judged[], moved: readonly RunOutcome[], failed: number): RunCounts {
  const up = moved.filter(({ direction }) => direction === 'up').length;
  const pairs = new Map<string, Map<string, number>>();
  for (const { from, to } of judged) {
    const row = pairs.get(from) ?? new Map<string, number>();
    pairs.set(from, row.set(to, (row.get(to) ?? 0) + 1));
  }
  return {
    ...NO_COUNTS,
    processed: judged.length + failed,
    up,
    down: moved.length - up,
    unchanged: judged.length - moved.length,
    failed,
    matrix: Object.fromEntries([...pairs].map(([from, row]) => [from, Object.fromEntries(row)])),
  };
}
