import { en } from 'zod/locales';
import * as z from 'zod/mini';
import { anyOf, counted, formatNumber } from '../../core/quantity.ts';
import { requestProblem } from '../runtime/problem.ts';

/** One part of a request and the shape that it must have. */
export interface Part<T> {
  schema: z.core.$ZodType<T>;
  value: unknown;
  /** Where problems are told to be: `memberId`, or the body itself. */
  at?: string;
}

export type Errors = { path: string; message: string; code?: string }[];

/** Texts, as zod/mini brings none of its own; and the input, which tells what is missing from what is of a wrong type. */
const REPORT = { error: en().localeError, reportInput: true };

/** The problems of every part, and each part's value where it has none. */
export function examine<T>(part: Part<T>): { value?: T; errors: Errors } {
  const parsed = z.safeParse(part.schema, part.value, REPORT);
  if (parsed.success) return { value: parsed.data, errors: [] };
  return { errors: parsed.error.issues.flatMap((issue) => errorsOf(issue, part.at)) };
}

/** An id that a path holds, and what it must look like. */
export function validateIds<Name extends string>(
  params: Record<string, string>,
  schemas: Record<Name, z.core.$ZodType<string>>,
): Record<Name, string> {
  const names = Object.keys(schemas) as Name[];
  const parts = names.map((name) => examine({ schema: schemas[name], value: params[name], at: name }));
  const errors = parts.flatMap((part) => part.errors);
  if (errors.length > 0) throw requestProblem(errors);
  return Object.fromEntries(names.map((name) => [name, params[name]!])) as Record<Name, string>;
}

/** The properties of an object that have the right shape, whatever is wrong with the others. */
export function soundParts<T extends z.ZodMiniObject>(schema: T, value: unknown): Partial<z.output<T>> {
  if (value === null || typeof value !== 'object') return {};
  const sound = Object.entries(schema.shape).flatMap(([name, part]) => {
    const given = (value as Record<string, unknown>)[name];
    const parsed = given === undefined ? undefined : z.safeParse(part, given);
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
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    return [{ path: path.join('.'), message: mustBe(issue.options) }];
  }
  if (issue.code === 'invalid_union')
    return [{ path: path.join('.'), message: 'must be a string, a number or a boolean' }];
  if (issue.code === 'invalid_type') {
    const missing = issue.input === undefined;
    return [{ path: path.join('.'), message: missing ? 'is required' : `must be of the type ${issue.expected}` }];
  }
  if (issue.code === 'invalid_value') {
    return [{ path: path.join('.'), message: mustBe(issue.values) }];
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    return [{ path: path.join('.'), message: boundOf(issue) }];
  }
  return [{ path: path.join('.'), message: issue.message }];
}

function mustBe(alternatives: readonly unknown[]): string {
  return `must be ${anyOf(alternatives.map(String))}`;
}

/** zod's own texts say "at least 1 characters". */
function boundOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [side, bound] =
    issue.code === 'too_small' ? ['at least', Number(issue.minimum)] : ['at most', Number(issue.maximum)];
  if (issue.origin === 'string') return `must have ${side} ${counted(bound, 'character')}`;
  if (issue.origin === 'array') return `must have ${side} ${counted(bound, 'entry', 'entries')}`;
  const exclusive = issue.inclusive === false ? { 'at least': 'more than', 'at most': 'less than' }[side] : undefined;
  return `must be ${exclusive ?? side} ${formatNumber(bound)}`;
}
