import { formatInstant } from '../../core/time.ts';
import type { Reading } from '../../core/use-cases/read-member.ts';
import { Problem } from '../runtime/problem.ts';

/** @throws Problem 404 where there was nobody */
export function found<T>(reading: Reading<T>, memberId: string): T {
  switch (reading.status) {
    case 'found':
      return reading.found;
    case 'noMember':
      throw noMember(memberId);
    case 'notYet':
      throw new Problem(
        404,
        `The member ${memberId} was not there at that moment: enrolled at ${formatInstant(reading.enrolledAt)}, with nothing before.`,
      );
  }
}

export function noRun(runId: string): Problem {
  return new Problem(404, `There is no run ${runId}. Whatever starts a run answers with its id.`);
}

export function noPass(memberId: string): Problem {
  return new Problem(404, `There is no pass of a member ${memberId}: nobody is enrolled by that id, or it was erased.`);
}

export function noMember(memberId: string): Problem {
  return new Problem(404, `There is no member ${memberId}. PUT /v1/members/${memberId} enrols one.`);
}
