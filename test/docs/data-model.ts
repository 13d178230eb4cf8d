/** The kinds of items that docs/data-model.md describes. */
import {
  codeOf,
  type Documented,
  documentedIn,
  factOf,
  patternOf,
  quotedIn,
  readDocument,
  type Section,
  sectionsOf,
} from './read-document.ts';

export type Item = Record<string, unknown>;
export type TableName = 'Points' | 'Members';

export interface ItemKind {
  title: string;
  table: TableName;
  pk: string;
  sk: string;
  adapter: string;
  /** The folders of functions, and commands as an operator types them. */
  writers: string[];
  readers: string[];
  attributes: Documented[];
  example: Item;
}

export const dataModel = readDocument('docs/data-model.md');

export const KINDS: ItemKind[] = sectionsOf(dataModel, 3)
  .filter(({ text }) => text.includes('- **Key**: '))
  .map(kindOf);

function kindOf(section: Section): ItemKind {
  const [, pk = '', , sk = ''] = quotedIn(factOf(section, 'Key'));
  return {
    title: section.title,
    table: factOf(section, 'Table') as TableName,
    ...{ pk, sk },
    adapter: quotedIn(factOf(section, 'Adapter'))[0]!,
    writers: quotedIn(factOf(section, 'Written by')),
    readers: quotedIn(factOf(section, 'Read by')),
    attributes: section.text.includes('\n| Attribute |') ? documentedIn(section, 'Attribute') : [],
    example: JSON.parse(codeOf(section, 'json')[0]!),
  };
}

/** Returns the kinds that an item of a table can be, by its key. */
export function kindsOf(table: TableName, { pk, sk }: Item): ItemKind[] {
  const fitting = KINDS.filter(
    (kind) => kind.table === table && patternOf(kind.pk).test(String(pk)) && patternOf(kind.sk).test(String(sk)),
  );
  // `<member>` matches every text, so a kind with its own key prefix takes precedence.
  const own = fitting.filter((kind) => !kind.pk.startsWith('<'));
  return own.length > 0 ? own : fitting;
}

const isMap = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);
const isInstant = (value: unknown) => Number.isSafeInteger(value);
const isTier = (value: unknown) => isMap(value) && Object.keys(value).sort().join() === 'id,name,rank';
const orNull = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value);
const isString = (value: unknown) => typeof value === 'string';

/** Checks a value against a type name of the page. */
const IS: Record<string, (value: unknown) => boolean> = {
  string: isString,
  'string or null': orNull(isString),
  integer: Number.isSafeInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  instant: isInstant,
  'instant or null': orNull(isInstant),
  tier: isTier,
  'tier or null': orNull(isTier),
  map: isMap,
  list: Array.isArray,
};

/** Returns a sentence for each attribute that differs from the item's documented kind, also within maps and lists. */
export function differences(item: Item, { attributes }: Pick<ItemKind, 'attributes'>): string[] {
  const { pk: _, sk: __, ...own } = item;
  return differencesWithin(own, '', attributes);
}

function differencesWithin(map: Item, within: string, attributes: readonly Documented[]): string[] {
  const here = directlyIn(within, attributes);
  const missing = here.filter(({ name, isAlways }) => isAlways && !(name.slice(within.length) in map));
  const found = Object.entries(map).flatMap(([name, value]) => {
    const documented = here.find((one) => patternOf(one.name).test(within + name));
    if (!documented) return [`${within}${name} is not documented`];
    if (!IS[documented.type]!(value)) return [`${within}${name} is no ${documented.type}: ${JSON.stringify(value)}`];
    const inMap = `${documented.name}.`;
    const inList = `${documented.name}[].`;
    if (isMap(value) && isDescribed(inMap, attributes)) return differencesWithin(value, inMap, attributes);
    if (Array.isArray(value) && isDescribed(inList, attributes)) {
      return value.flatMap((each) => differencesWithin(each, inList, attributes));
    }
    return [];
  });
  return [...missing.map(({ name }) => `${name} is missing`), ...found];
}

/** The attributes of one map, without those of nested maps. */
function directlyIn(within: string, attributes: readonly Documented[]): Documented[] {
  return attributes.filter(({ name }) => name.startsWith(within) && !/[.[]/.test(name.slice(within.length)));
}

/** Whether the page describes the contents of a map or a list. If not, any content is allowed. */
function isDescribed(within: string, attributes: readonly Documented[]): boolean {
  return attributes.some(({ name }) => name.startsWith(within));
}

/** How often items have an attribute, among those that could have it. */
export function presenceIn(items: readonly Item[], name: string): 'always' | 'at times' | 'never' {
  const places = name.split('.');
  const last = patternOf(places.pop()!);
  const parents = places.reduce<Item[]>(
    (maps, place) =>
      maps.flatMap((map) => {
        const value = map[place.replace('[]', '')];
        return value === undefined ? [] : ([value].flat() as Item[]);
      }),
    [...items],
  );
  const count = parents.filter((parent) => Object.keys(parent).some((key) => last.test(key))).length;
  return count === 0 ? 'never' : count === parents.length ? 'always' : 'at times';
}
