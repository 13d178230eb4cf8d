import type * as z from 'zod';
import { requestProblem } from '../runtime/problem.ts';

/** One part of a request and the shape that it must have. */
export interface Part<T> {
  schema: z.ZodType<T>;
  value: unknown;
  /** Where problems are told to be: `memberId`, or the body itself. */
  at?: string;
}

export type Errors = { path: string; message: string; code?: string }[];

/** The problems of every part, and each part's value where it has none. */
export function examine<T>(part: Part<T>): { value?: T; errors: Errors } {
  const parsed = part.schema.safeParse(part.value);
  if (parsed.success) return { value: parsed.data, errors: [] };
  return { errors: parsed.error.issues.flatMap((issue) => errorsOf(issue, part.at)) };
}

/** The properties of an object that have the right shape, whatever is wrong with the others. */
export function soundParts<T extends z.ZodObject>(schema: T, value: unknown): Partial<z.output<T>> {
  if (value === null || typeof value !== 'object') return {};
  const sound = Object.entries(schema.shape).flatMap(([name, part]) => {
    const given = (value as Record<string, unknown>)[name];
    const parsed = given === undefined ? undefined : (part as z.ZodType).safeParse(given);
    return parsed?.success ? [[name, parsed.data]] : [];
  });
  return Object.fromEntries(sound) as Partial<z.output<T>>;
}

/** @throws Problem 422 with every problem */
export function validate<T>(part: Part<T>): T {
  const { value, errors } = examine(part);
  if (errors.length > 0) throw requestProblem(errors);
  return value as T;
}

function errorsOf(issue: z.core.$ZodIssue, at: string | undefined): Errors {
  const path = [...(at === undefined ? [] : [at]), ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not known here' }));
  }
  if (issue.code === 'invalid_union')
    return [{ path: path.join('.'), message: 'must be a string, a number or a boolean' }];
  if (issue.code === 'invalid_type') {
    const missing = /received undefined/.test(issue.message);
    return [{ path: path.join('.'), message: missing ? 'is required' : `must be of the type ${issue.expected}` }];
  }
  if (issue.code === 'invalid_value') {
    return [{ path: path.join('.'), message: `must be one of ${issue.values.map(String).join(', ')}` }];
  }
  return [{ path: path.join('.'), message: issue.message }];
}
