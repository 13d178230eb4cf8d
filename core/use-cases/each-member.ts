import { failureOf } from '../runs/failure-of.ts';
import type { RunOutcome } from '../runs/run.ts';

/** How many members of a page are worked on at the same time. */
const SIDE_BY_SIDE = 10;

/** A member whose work failed. */
export interface FailedMember {
  memberId: string;
  error: unknown;
}

/** How failures of a page are handled. */
export interface FailureHandling {
  /** Whether a retry may succeed. */
  isTransient: (error: unknown) => boolean;
  /** The page was retried for long: whoever still fails is reported as failed, and the other members go on. */
  givesUp: boolean;
}

/** Works on each member of a page, some side by side. A failure stops no other member; failures are added to `failed`. */
export async function eachMember<Item extends { memberId: string }>(
  members: readonly Item[],
  failed: FailedMember[],
  work: (member: Item) => Promise<void>,
): Promise<void> {
  const tryOne = (member: Item) =>
    work(member).catch((error: unknown) => void failed.push({ memberId: member.memberId, error }));
  for (let place = 0; place < members.length; place += SIDE_BY_SIDE) {
    await Promise.all(members.slice(place, place + SIDE_BY_SIDE).map(tryOne));
  }
}

/**
 * The outcomes of a page, by member.
 * @throws the first transient failure, unless the page gives up: then the page has to be retried
 */
export function outcomesWithFailures(
  outcomes: readonly RunOutcome[],
  failed: readonly FailedMember[],
  { isTransient, givesUp }: FailureHandling,
): RunOutcome[] {
  const transient = failed.find(({ error }) => isTransient(error));
  if (transient && !givesUp) throw transient.error;
  const failures = failed.map(({ memberId, error }): RunOutcome => ({ memberId, ...failureOf(error) }));
  return [...outcomes, ...failures].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
}
