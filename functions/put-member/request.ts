import { MAX_AHEAD_MS } from '../../core/ledger/transaction-rules.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/time.ts';
import type { MemberRequest } from '../../core/use-cases/put-member.ts';
import { memberIdSchema, memberRequestSchema } from '../contract/request-schemas.ts';
import { type Errors, examine } from '../contract/validate.ts';
import { requestProblem } from '../runtime/problem.ts';

/** @throws Problem 422 with every problem */
export function readMemberRequest(
  memberId: string | undefined,
  body: unknown,
  now: Instant,
): { memberId: string; request: MemberRequest } {
  const member = examine({ schema: memberIdSchema, value: memberId, at: 'memberId' });
  const parsed = examine({ schema: memberRequestSchema, value: body });
  const errors: Errors = [...member.errors, ...parsed.errors];
  const { enrolledAt: text, blocked, ...profile } = parsed.value ?? {};
  const enrolledAt = text === undefined ? undefined : parseInstant(text);
  if (enrolledAt !== undefined && enrolledAt > now + MAX_AHEAD_MS) {
    errors.push({
      path: 'enrolledAt',
      message: `must be at most 5 minutes ahead of now, which is ${formatInstant(now)}`,
    });
  }
  if (errors.length > 0) throw requestProblem(errors);
  const request: MemberRequest = { profile };
  if (enrolledAt !== undefined) request.enrolledAt = Math.min(enrolledAt, now);
  if (blocked !== undefined) request.blocked = blocked;
  return { memberId: member.value!, request };
}
