import { type Instant, parseInstant } from '../../core/time.ts';
import { requestProblem } from '../runtime/problem.ts';
import { memberIdSchema, momentQuerySchema } from './request-schemas.ts';
import { examine } from './validate.ts';

/** A member, and the moment that is asked about, if the call names one. @throws Problem 422 with every problem */
export function readMoment(
  params: Record<string, string>,
  query: Record<string, string>,
): { memberId: string; at?: Instant } {
  const member = examine({ schema: memberIdSchema, value: params.memberId, at: 'memberId' });
  const moment = examine({ schema: momentQuerySchema, value: query });
  const errors = [...member.errors, ...moment.errors];
  if (errors.length > 0) throw requestProblem(errors);
  const text = moment.value?.at;
  return text === undefined ? { memberId: member.value! } : { memberId: member.value!, at: parseInstant(text)! };
}
