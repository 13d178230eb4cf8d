import type { TierAction } from '../../core/actions/tier-action.ts';
import type { Instant } from '../../core/time.ts';
import { groupIdSchema } from '../contract/request-schemas.ts';
import { readTierAction } from '../contract/tier-action.ts';
import { examine } from '../contract/validate.ts';
import { requestProblem } from '../runtime/problem.ts';

/** @throws Problem 422 with every problem */
export function readGroupAction(
  groupId: string | undefined,
  body: unknown,
  now: Instant,
): { groupId: string; action: TierAction } {
  const group = examine({ schema: groupIdSchema, value: groupId, at: 'groupId' });
  const { action, errors } = readTierAction(body, now);
  if (group.value === undefined || !action) throw requestProblem([...group.errors, ...errors]);
  return { groupId: group.value, action };
}
