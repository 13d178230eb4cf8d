import { counted } from '../../core/quantity.ts';

/** An error as clients read it (RFC 9457). */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { path: string; message: string; code?: string }[];
  /** The run that is in the way. */
  runId?: string;
}

const TITLES = {
  400: 'The request cannot be read',
  401: 'The call is not authorised',
  403: 'The key may not do this',
  404: 'Not found',
  409: 'The same id with other content',
  413: 'The request is too large',
  422: 'The request has problems',
  500: 'Something failed',
  503: 'An operator has to put something right',
} as const;

export type ProblemStatus = keyof typeof TITLES;

/** Thrown by whatever answers a call; the client is answered with the document. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: ProblemStatus;
  readonly errors: ProblemDocument['errors'];
  readonly facts: { title?: string; runId?: string };

  /** @param facts another title than its status has, and what a program wants to read beside the detail */
  constructor(status: ProblemStatus, detail: string, errors?: ProblemDocument['errors'], facts: Problem['facts'] = {}) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.facts = facts;
  }

  document(): ProblemDocument {
    const { title = TITLES[this.status], ...facts } = this.facts;
    const type = `urn:laurel:problem:${title.toLowerCase().replaceAll(' ', '-')}`;
    const document: ProblemDocument = { type, title, status: this.status, detail: this.message, ...facts };
    return this.errors ? { ...document, errors: this.errors } : document;
  }
}

export function requestProblem(errors: { path: string; message: string; code?: string }[]): Problem {
  return new Problem(422, `${counted(errors.length, 'problem')} found. Nothing was written.`, errors);
}
