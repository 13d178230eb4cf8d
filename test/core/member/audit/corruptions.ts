/** Every way to spoil one figure of a stored item: each leaf is made another, or is taken away, and what may be there and is not is put there. */
type Node = Record<string | number, unknown>;

export interface Corruption<T> {
  /** Where, as `tally.current.tier`. */
  figure: string;
  how: string;
  item: T;
}

export function corruptionsOf<T extends object>(item: T, absent: Record<string, unknown> = {}): Corruption<T>[] {
  const corruptions: Corruption<T>[] = [];
  const spoil = (path: (string | number)[], how: string, change: (parent: Node, name: string | number) => void) => {
    const copy = structuredClone(item);
    const parent = path.slice(0, -1).reduce<unknown>((node, name) => (node as Node)[name], copy) as Node;
    change(parent, path.at(-1)!);
    corruptions.push({ figure: path.join('.'), how, item: copy });
  };
  const walk = (node: unknown, path: (string | number)[]) => {
    if (Array.isArray(node)) {
      node.forEach((one, place) => {
        spoil([...path, place], 'is left out', (list, at) => (list as unknown as unknown[]).splice(Number(at), 1));
        spoil([...path, place], 'is doubled', (list) => (list as unknown as unknown[]).push(structuredClone(one)));
        walk(one, [...path, place]);
      });
    } else if (node !== null && typeof node === 'object') {
      for (const [name, value] of Object.entries(node)) walk(value, [...path, name]);
    } else {
      for (const [how, other] of othersOf(node)) {
        spoil(path, how, (parent, name) => {
          parent[name] = other;
        });
      }
      if (!Array.isArray(parentOf(item, path))) spoil(path, 'is missing', (parent, name) => delete parent[name]);
    }
  };
  walk(item, []);
  for (const [place, value] of Object.entries(absent)) {
    const path = place.split('.');
    if (valueAt(item, path) !== undefined) continue;
    spoil(path, `is ${JSON.stringify(value)}, out of nothing`, (parent, name) => {
      parent[name] = structuredClone(value);
    });
  }
  return corruptions;
}

function parentOf(item: object, path: readonly (string | number)[]): unknown {
  return valueAt(item, path.slice(0, -1));
}

function valueAt(item: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((node, name) => (node as Node | undefined)?.[name], item);
}

function othersOf(value: unknown): [string, unknown][] {
  switch (typeof value) {
    case 'number':
      return [1, -1, 500, -86_400_000].map((by) => [`is off by ${by}`, value + by]);
    case 'boolean':
      return [[`is ${!value}`, !value]];
    default:
      return [['says something else', `${String(value)}x`]];
  }
}
