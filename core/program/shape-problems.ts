/** What is wrong with the shape of a brand's file, as zod finds it, told to people who do not program. */
import type * as z from 'zod';
import { type Problem, placeOf, recordAt, show, valueAt } from './problem.ts';
import {
  allProperties,
  choiceAt,
  descriptionAt,
  type Home,
  homesOf,
  isMarkedAs,
  marksOf,
  neededIn,
  objectsAt,
} from './schema-places.ts';
import { didYouMean, isSameWord, nearestName, slipsIn } from './spelling.ts';

type Path = readonly PropertyKey[];

export interface ShapeProblems {
  problems: Problem[];
  /** Places that are empty because what belongs there has another name, or stands elsewhere: the problems say so. */
  misplaced: string[];
}

/** @param json the whole file, in which zod found these issues */
export function shapeProblems(issues: readonly z.core.$ZodIssue[], json: unknown): ShapeProblems {
  const misplaced: string[] = [];
  const problems = issues.flatMap((issue) => problemsOf(issue, { json, misplaced }));
  return {
    problems: problems.filter(({ given, place }) => given !== 'nothing' || !misplaced.includes(place)),
    misplaced,
  };
}

interface Reading {
  json: unknown;
  /** Filled while the issues are read. */
  misplaced: string[];
}

/** What zod calls the types of JSON, in the words of somebody who writes it. */
const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text in quotation marks',
  boolean: 'true or false',
  array: 'a list in [ ]',
  record: 'an object in { }',
};

/** What may stand at a place: an object is told by all its shapes, such as `{type: "none"} or {type: "calendar", startsOn}`. */
function kindAt(path: Path, expected: string): string {
  if (expected !== 'object') return KINDS[expected] ?? expected;
  const shapes = objectsAt(path).map((object) => {
    const marks = new Map(marksOf(object));
    const names = Object.keys(object.shape).filter((name) => name !== '$schema');
    return `{${names.map((name) => (marks.has(name) ? `${name}: ${show(marks.get(name))}` : name)).join(', ')}}`;
  });
  return `an object ${shapes.join(' or ')}`;
}

function problemsOf(issue: z.core.$ZodIssue, reading: Reading): Problem[] {
  const value = valueAt(reading.json, issue.path);
  const add = addition(descriptionAt(issue.path));
  const one = (allowed: string, remedy: string): Problem[] => [
    { place: placeOf(issue.path), given: show(value), allowed, remedy: value === undefined ? add : remedy },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownProperties(issue.path, issue.keys, reading);
    case 'invalid_union':
      return problemsOfWhatWasMeant(issue, reading) ?? one(issue.message, hintOr(rewrite(value), value, issue));
    case 'invalid_type':
      return one(kindAt(issue.path, issue.expected), quoting(issue.expected, value) ?? 'Change the value.');
    case 'invalid_value':
      return one(issue.values.map(show).join(' or '), hintOr('Take one of these.', value, issue));
    case 'too_small':
      return one(...bound(issue.inclusive ? 'at least' : 'more than', issue.minimum, issue.origin));
    case 'too_big':
      return one(...bound('at most', issue.maximum, issue.origin));
    case 'invalid_key': {
      const allowed = issue.issues[0]?.message ?? 'another name';
      return [{ place: placeOf(issue.path), given: show(issue.path.at(-1)), allowed, remedy: 'Rename it.' }];
    }
    default:
      return one(issue.message, hintOr('Change the value.', value, issue));
  }
}

/** What is missing is told by what it is for. */
function addition(description: string | undefined): string {
  return description === undefined ? 'Add it.' : `Add it: ${description[0]!.toLowerCase()}${description.slice(1)}`;
}

function rewrite(value: unknown): string {
  return isObject(value) ? 'Write it as one of these.' : 'Change the value.';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The commonest slip in JSON. */
function quoting(expected: string, value: unknown): string | undefined {
  if (expected === 'string' && typeof value === 'number') return 'Put it in quotation marks.';
  const isBare = ['number', 'int', 'boolean'].includes(expected);
  const isQuoted = typeof value === 'string' && /^(?:\d+(?:\.\d+)?|true|false)$/.test(value);
  return isBare && isQuoted ? 'Write it without quotation marks.' : undefined;
}

function bound(how: 'at least' | 'more than' | 'at most', limit: number | bigint, of: string): [string, string] {
  const isTooMuch = how === 'at most';
  const plural = limit === 1 ? '' : 's';
  if (of === 'string') return [`${how} ${limit} character${plural}`, `Make it ${isTooMuch ? 'shorter' : 'longer'}.`];
  if (of === 'array') return [`a list of ${how} ${limit}`, isTooMuch ? 'Take some out.' : 'Add one.'];
  return [`${how} ${limit}`, isTooMuch ? 'Lower it.' : 'Raise it.'];
}

/** Which of the values that an issue allows was meant, if one is near. */
function hintOr(remedy: string, value: unknown, issue: z.core.$ZodIssue): string {
  return didYouMean(value, valuesAllowedBy(issue)).trim() || remedy;
}

function valuesAllowedBy(issue: z.core.$ZodIssue): string[] {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.filter((value) => typeof value === 'string');
    case 'invalid_union':
      return 'options' in issue && issue.options
        ? issue.options.filter((value) => typeof value === 'string')
        : issue.errors
            .flat()
            .filter(({ path }) => path.length === 0)
            .flatMap(valuesAllowedBy);
    case 'custom':
      return (issue.params?.among as (() => string[]) | undefined)?.() ?? [];
    default:
      return [];
  }
}

/** One of several shapes, compared with what is there. */
interface Option {
  issues: readonly z.core.$ZodIssue[];
  /** Its properties, as far as they are there or have to be. */
  properties: string[];
  /** What is there and is none of its properties. */
  strange: string[];
  /** How many properties are there, some of them misspelled. */
  known: number;
  /** How many have to be there and are not, and by how many letters others are misspelled. */
  missing: number;
  slips: number;
}

function readOption(issues: readonly z.core.$ZodIssue[], value: unknown): Option | undefined {
  const ofItself = issues.filter(({ path }) => path.length === 0);
  if (!isObject(value) || ofItself.some(({ code }) => code !== 'unrecognized_keys')) {
    return undefined;
  }
  const strange = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const there = Object.keys(value).filter((key) => !strange.includes(key));
  const absent = issues
    .filter(({ path }) => path.length === 1 && valueAt(value, path) === undefined)
    .map(({ path }) => String(path[0]));
  const misspelled = strange.flatMap((key) => {
    const name = nearestName(key, absent);
    return name === undefined ? [] : [slipsIn(key, name)];
  });
  return {
    issues,
    properties: [...there, ...absent],
    strange,
    known: there.length + misspelled.length,
    missing: absent.length - misspelled.length,
    slips: misspelled.reduce((sum, slips) => sum + slips, 0),
  };
}

/** The one that was most likely meant first. */
function byFit(a: Option, b: Option): number {
  return b.known - a.known || a.missing - b.missing || a.slips - b.slips;
}

/** The problems of the one of several shapes that knows more of what is there than the others; undefined where none does. */
function problemsOfWhatWasMeant(issue: z.core.$ZodIssueInvalidUnion, reading: Reading): Problem[] | undefined {
  const value = valueAt(reading.json, issue.path);
  const options = issue.errors.flatMap((issues) => readOption(issues, value) ?? []).sort(byFit);
  const [meant, next] = options;
  if (!meant || meant.known === 0 || (next && byFit(meant, next) === 0)) return undefined;
  // What another shape knows is no slip: the two do not go together, and all shapes have to be told.
  if (meant.strange.some((key) => options.some(({ strange }) => !strange.includes(key)))) return undefined;
  return meant.issues.flatMap((inside) => {
    const path = [...issue.path, ...inside.path];
    if (inside.code !== 'unrecognized_keys') return problemsOf({ ...inside, path }, reading);
    return inside.keys.map((key) => unknownProperty(path, key, { names: meant.properties, shapes: [] }, reading));
  });
}

function unknownProperties(path: Path, keys: readonly string[], reading: Reading): Problem[] {
  const object = recordAt(reading.json, ...path);
  const shapes = objectsAt(path);
  const marked = shapes.filter((shape) => isMarkedAs(shape, object));
  const candidates = marked.length > 0 ? marked : shapes;
  const present = Object.keys(object).filter((key) => !keys.includes(key));
  const complete = candidates.filter(
    (candidate) =>
      present.every((key) => Object.hasOwn(candidate.shape, key)) &&
      neededIn(candidate).every((name) => present.includes(name)),
  );
  const isMixed = marked.length > 1 && marked.some(({ shape }) => keys.some((key) => Object.hasOwn(shape, key)));
  if (isMixed) {
    const allowed = choiceAt(path) ?? 'one of several shapes';
    return [{ place: placeOf(path), given: show(object), allowed, remedy: rewrite(object) }];
  }
  const here = (complete.length > 0 ? complete : candidates).flatMap(({ shape }) => Object.keys(shape));
  const names = [...new Set(here)];
  return keys.map((key) => unknownProperty(path, key, { names, shapes }, reading));
}

/** What an object may have. */
interface Known {
  names: string[];
  /** All the shapes that may stand in its place. */
  shapes: z.ZodObject[];
}

function unknownProperty(path: Path, key: string, { names, shapes }: Known, reading: Reading): Problem {
  const object = recordAt(reading.json, ...path);
  // Editors write that one by themselves.
  const shown = names.filter((name) => name !== '$schema');
  const near = nearestName(
    key,
    names.filter((name) => !Object.hasOwn(object, name)),
  );
  const rename = (name: string) => {
    reading.misplaced.push(placeOf([...path, name]));
    return `Did you mean ${show(name)}?`;
  };
  const remedy =
    (near !== undefined && isSameWord(near, key) ? rename(near) : undefined) ??
    markThatGoesWith(key, shapes) ??
    belongingTo(homesOf(key, path), key, reading) ??
    (near === undefined ? undefined : rename(near)) ??
    nearlyElsewhere(path, key, reading) ??
    'Remove it, or correct its spelling.';
  return {
    place: placeOf([...path, key]),
    given: show(object[key]),
    allowed: names.length === 1 ? `only the property ${names[0]}` : `one of the properties ${shown.join(', ')}`,
    remedy,
  };
}

/** Another shape at the same place, such as a cycle of another type, has the property. */
function markThatGoesWith(key: string, shapes: readonly z.ZodObject[]): string | undefined {
  const marks = shapes.filter(({ shape }) => Object.hasOwn(shape, key)).flatMap(marksOf);
  if (marks.length === 0) return undefined;
  return `${show(key)} goes with ${marks.map(([name, value]) => `"${name}": ${show(value)}`).join(' or ')}.`;
}

function belongingTo(homes: readonly Home[], key: string, { json, misplaced }: Reading): string | undefined {
  const [home] = homes;
  if (!home || homes.length > 3) return undefined;
  const where = homes.map(({ place }) => (place === '' ? 'at the top of the file' : `in ${place}`)).join(' or ');
  const path = homes.length === 1 && home.path ? [...home.path, key] : undefined;
  if (path && valueAt(json, path) !== undefined) {
    return `${show(key)} belongs ${where}, where there is one already: remove this one.`;
  }
  if (path) misplaced.push(placeOf(path));
  return `${show(key)} belongs ${where}: move it there.`;
}

/** A name that is neither right nor in its place. */
function nearlyElsewhere(path: Path, key: string, reading: Reading): string | undefined {
  const name = nearestName(key, allProperties());
  const homes = name === undefined ? [] : homesOf(name, path);
  const isThere = homes.some((home) => home.path && valueAt(reading.json, [...home.path, name!]) !== undefined);
  const where = name === undefined || isThere ? undefined : belongingTo(homes, name, reading);
  return where && `Did you mean ${show(name)}? ${where}`;
}
