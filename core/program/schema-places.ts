/** Where a property may stand in a brand's file: read from the schema itself. */
import * as z from 'zod';
import { brandSchema } from './brand-schema.ts';
import { placeOf, valueAt } from './problem.ts';

type Schema = z.core.$ZodType;

/** From a part of the file into a part of that: by a property's name, to any entry of a list, or to any name of a record. */
type Step = { name: string } | 'entry' | 'anyName';

/** A schema without what only says that its value may be left out, or may hold itself. */
function beneath(schema: Schema): Schema {
  if (schema instanceof z.ZodOptional) return beneath(schema.unwrap());
  // Its `unwrap` would make another schema each time, and a filter in a filter would not be known again.
  return schema instanceof z.ZodLazy ? beneath(schema._zod.innerType) : schema;
}

/** The schemas that a value may have, each by itself. */
function variantsOf(schema: Schema): Schema[] {
  const plain = beneath(schema);
  return plain instanceof z.ZodUnion ? plain.options.flatMap(variantsOf) : [plain];
}

function partsOf(schema: Schema): [Step, Schema][] {
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape).map(([name, part]) => [{ name }, part]);
  if (schema instanceof z.ZodArray) return [['entry', schema.element]];
  return schema instanceof z.ZodRecord ? [['anyName', schema.valueType]] : [];
}

function leadsTo(step: Step, key: PropertyKey | undefined): boolean {
  if (step === 'entry') return typeof key === 'number';
  return step === 'anyName' ? typeof key === 'string' : step.name === key;
}

function schemasAt(path: readonly PropertyKey[]): Schema[] {
  return path.reduce<Schema[]>(
    (schemas, key) =>
      schemas
        .flatMap(variantsOf)
        .flatMap(partsOf)
        .flatMap(([step, part]) => (leadsTo(step, key) ? [part] : [])),
    [brandSchema],
  );
}

/** The objects that may stand at a path of the file. */
export function objectsAt(path: readonly PropertyKey[]): z.ZodObject[] {
  return schemasAt(path)
    .flatMap(variantsOf)
    .filter((schema) => schema instanceof z.ZodObject);
}

/** How the schema tells the shapes of which one may stand at a path of the file: `a filter: {type}, …`. */
export function choiceAt(path: readonly PropertyKey[]): string | undefined {
  const choice = schemasAt(path)
    .map(beneath)
    .find((schema) => schema instanceof z.ZodUnion);
  return choice?.safeParse(undefined).error?.issues[0]?.message;
}

/** What the schema says of a property; undefined where that depends on what else is there. */
export function descriptionAt(path: readonly PropertyKey[]): string | undefined {
  const descriptions = new Set(schemasAt(path).map((schema) => z.globalRegistry.get(schema)?.description));
  return descriptions.size === 1 ? [...descriptions][0] : undefined;
}

/** The properties that an object has to have. */
export function neededIn({ shape }: z.ZodObject): string[] {
  return Object.keys(shape).filter((name) => !(shape[name] instanceof z.ZodOptional));
}

/** The properties by which an object says which of several it is, as in `{"type": "calendar"}`. */
export function marksOf(object: z.ZodObject): [name: string, value: unknown][] {
  return Object.entries(object.shape).flatMap(([name, part]) =>
    part instanceof z.ZodLiteral ? [[name, part.value] as [string, unknown]] : [],
  );
}

/** Whether a value has the marks of an object. */
export function isMarkedAs(object: z.ZodObject, value: unknown): boolean {
  return marksOf(object).every(([name, mark]) => valueAt(value, [name]) === mark);
}

/** A part of the file in which a property may stand. */
export interface Home {
  /** As people write it: `program.tiers[…].qualification`. */
  place: string;
  /** Undefined where it leads through a list or a record, and nobody can tell to which entry. */
  path: PropertyKey[] | undefined;
}

/** More steps away, a property of the same name has nothing to do with the one that was written. A record counts as two. */
const FARTHEST = 5;

/** The nearest other parts of the file that may have a property, seen from one; all that are equally near. */
export function homesOf(property: string, from: readonly PropertyKey[]): Home[] {
  let nearest = FARTHEST;
  const homes = new Map<string, Home>();
  for (const { steps, object } of allObjects()) {
    if (!Object.hasOwn(object.shape, property)) continue;
    const common = steps.findIndex((step, place) => !leadsTo(step, from[place]));
    const shared = common < 0 ? steps.length : common;
    const down = steps.slice(shared);
    const distance = from.length - shared + down.length + down.filter((step) => step === 'anyName').length;
    if (distance > nearest || distance === 0) continue;
    if (distance < nearest) homes.clear();
    nearest = distance;
    const home = homeOf(from.slice(0, shared), down);
    homes.set(home.place, home);
  }
  return [...homes.values()];
}

/** Every property that the file may have anywhere. */
export function allProperties(): string[] {
  return [...new Set(allObjects().flatMap(({ object }) => Object.keys(object.shape)))];
}

interface Placed {
  steps: Step[];
  object: z.ZodObject;
}

let objects: Placed[] | undefined;

/** Looked for once, when a file has a property that is not known at its place. */
function allObjects(): readonly Placed[] {
  objects ??= [...objectsIn(brandSchema)];
  return objects;
}

/** @param above those that it lies in: a filter may hold filters, without end */
function* objectsIn(schema: Schema, steps: Step[] = [], above: readonly Schema[] = []): Generator<Placed> {
  for (const variant of variantsOf(schema)) {
    if (above.includes(variant)) continue;
    if (variant instanceof z.ZodObject) yield { steps, object: variant };
    for (const [step, part] of partsOf(variant)) yield* objectsIn(part, [...steps, step], [...above, variant]);
  }
}

function homeOf(from: readonly PropertyKey[], steps: readonly Step[]): Home {
  const keys = steps.map((step) => {
    if (step === 'entry') return '[…]';
    return step === 'anyName' ? '<name>' : step.name;
  });
  const path = [...from, ...keys];
  const isKnown = steps.every((step) => typeof step === 'object');
  return { place: placeOf(path).replaceAll('.[…]', '[…]'), path: isKnown ? path : undefined };
}
