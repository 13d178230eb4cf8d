import type { Program } from '../../core/program/program.ts';
import { type Instant, parseInstant } from '../../core/time.ts';
import { type RecalculationRequest, recalculationProblems } from '../../core/use-cases/start-recalculation.ts';
import { recalculationRequestSchema } from '../contract/recalculation-schema.ts';
import { examine } from '../contract/validate.ts';
import { requestProblem } from '../runtime/problem.ts';

/** @throws Problem 422 with every problem */
export function readRequest(body: unknown, program: Program, now: Instant): RecalculationRequest {
  const { value, errors } = examine({ schema: recalculationRequestSchema, value: body });
  if (!value) throw requestProblem(errors);
  const { at, dryRun = false, notify, abortWhenDown } = value;
  const request: RecalculationRequest = {
    dryRun,
    ...(at !== undefined && { at: parseInstant(at)! }),
    ...(notify !== undefined && { notify }),
    ...(abortWhenDown !== undefined && { abortWhenDown }),
  };
  const problems = recalculationProblems(request, program, now);
  if (dryRun && notify)
    problems.push({ path: 'notify', message: 'must not be true in a dry run, of which nobody is told' });
  if (problems.length > 0) throw requestProblem(problems);
  return request;
}
