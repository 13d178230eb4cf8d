import type { RunOutcome } from './run.ts';

/** What an error says of itself ends in the list: enough to find it by. */
const WHY_LENGTH = 300;

/** What a page tells of a member for whom nothing could be done. */
export function failureOf(error: unknown): Omit<RunOutcome, 'memberId'> {
  const why = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, WHY_LENGTH);
  return { outcome: 'FAILED', why, from: null, to: null, direction: 'none' };
}
