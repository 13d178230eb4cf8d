import type { TierAction } from '../../core/actions/tier-action.ts';
import type { Instant } from '../../core/time.ts';
import { memberIdSchema } from '../contract/request-schemas.ts';
import { readTierAction } from '../contract/tier-action.ts';
import { examine } from '../contract/validate.ts';
import { requestProblem } from '../runtime/problem.ts';

/** @throws Problem 422 with every problem */
export function readMemberAction(
  memberId: string | undefined,
  body: unknown,
  now: Instant,
): { memberId: string; action: TierAction } {
  const member = examine({ schema: memberIdSchema, value: memberId, at: 'memberId' });
  const { action, errors } = readTierAction(body, now);
  if (member.value === undefined || !action) throw requestProblem([...member.errors, ...errors]);
  return { memberId: member.value, action };
}
