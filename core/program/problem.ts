/** One thing that is wrong with a brand's file, told so that it can be put right without reading code. */
export interface Problem {
  /** Where: `program.tiers[2].threshold`. */
  place: string;
  given: string;
  allowed: string;
  remedy: string;
}

export function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, key) =>
      typeof key === 'number' ? `${place}[${key}]` : place === '' ? String(key) : `${place}.${String(key)}`,
    '',
  );
}

/** Whether a place is the other, or a part of it. */
export function isWithin(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}.`) || place.startsWith(`${other}[`);
}

export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

export function article(name: string): string {
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

export function oneOf(names: readonly string[]): string {
  return names.join(', ') || 'nothing, as there is none';
}

/** What a file holds at a path, whatever its shape. */
export function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], json);
}

export function listAt(json: unknown, ...path: string[]): unknown[] {
  const value = valueAt(json, path);
  return Array.isArray(value) ? value : [];
}

export function recordAt(json: unknown, ...path: PropertyKey[]): Record<string, unknown> {
  const value = valueAt(json, path);
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

/** What an earlier entry of the list has already. Empty texts stand for what could not be read. */
export function repeated(list: string, property: string, values: readonly string[], others: string): Problem[] {
  return values.flatMap((value, place) =>
    value === '' || values.indexOf(value) === place
      ? []
      : [
          {
            place: `${list}[${place}].${property}`,
            given: show(value),
            allowed: `${article(property)} that no other ${others} has`,
            remedy: 'Rename one of the two.',
          },
        ],
  );
}
