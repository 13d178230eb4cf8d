import * as z from 'zod';
import { TRANSACTION_TYPES } from '../ledger/transaction.ts';
import { isCurrency, parseAmount, parseDecimal } from '../money.ts';
import { VARIABLES, variablesIn } from '../notifications/message.ts';
import { isTimeZone } from '../time.ts';
import type { Brand, ConditionFile, QualificationFile, TierFile, TransactionFilter } from './brand.ts';
import { MAX_MEASURED, TRACKER_UNIT } from './program.ts';

/** One thing that is wrong with a brand's file, told so that it can be put right without reading code. */
export interface Problem {
  /** Where: `program.tiers[2].threshold`. */
  place: string;
  given: string;
  allowed: string;
  remedy: string;
}

export type BrandReading = { ok: true; brand: Brand } | { ok: false; problems: Problem[] };

/**
 * Reads a brand's file, and lists every problem it has, of shape and of meaning: what can be judged is judged, whatever is wrong
 * elsewhere in the file.
 * @param json as parsed from the file
 * @param fileName without `.json`: the brand's id has to be the same
 */
export function readBrand(json: unknown, fileName?: string): BrandReading {
  const whole = brandSchema.safeParse(json);
  const shape = whole.success ? [] : whole.error.issues.flatMap((issue) => problemsOf(issue, json));
  // What has no shape is judged no further: one problem at a place is enough.
  const meaning = meaningProblems(json, fileName).filter(
    ({ place }) => !shape.some((other) => isWithin(place, other.place)),
  );
  const problems = [...shape, ...meaning];
  return whole.success && problems.length === 0 ? { ok: true, brand: whole.data as Brand } : { ok: false, problems };
}

/** Each check of meaning sees every part that has the right shape, down to the single condition, whatever is wrong beside it. */
function meaningProblems(json: unknown, fileName: string | undefined): Problem[] {
  const program = brandShape.program.shape;
  const tiers = listAt(json, 'program', 'tiers').map(readableTier);
  const tierIds = listAt(json, 'program', 'tiers').flatMap((tier) => readable(z.string(), valueAt(tier, ['id'])) ?? []);
  const trackers = recordAt(json, 'program', 'trackers');
  const currency = readable(program.currency, valueAt(json, ['program', 'currency']));
  return [
    ...namingProblems(readable(brandShape.brand, valueAt(json, ['brand'])), fileName),
    ...ladderProblems(tiers, trackers, currency),
    ...(valueAt(json, ['program', 'cycle', 'type']) === 'none' ? trackerProblems(trackers) : []),
    ...textProblems(listAt(json, 'notifications', 'texts'), tierIds),
    ...shopifyProblems(json),
  ];
}

/** A line for each problem, for a terminal. */
export function describeProblems(problems: readonly Problem[]): string[] {
  return problems.map(
    ({ place, given, allowed, remedy }) => `${place || 'the file'}: given ${given}; allowed: ${allowed}. ${remedy}`,
  );
}

// ---- shape -------------------------------------------------------------------------------------------------------------------

/** Numbers below are written with an exponent. */
const SMALLEST_FACTOR = 0.000001;

const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, a letter first, 31 at most');
/** A line break would start another header of an email. */
const line = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^\P{Cc}*$/u, 'one line, without control characters');
const label = line(100);
const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'a language such as "es", or one with a country such as "es-MX"');
const count = z.int().min(1);
/** Taken by its decimal digits, so it must have no more of them than can be read. */
const factor = (highest: number) =>
  z
    .number()
    .min(SMALLEST_FACTOR)
    .max(highest)
    .refine((value) => value < SMALLEST_FACTOR || parseDecimal(String(value)) !== undefined, {
      error: 'a number with at most 12 digits after the point',
    });
const fieldValue = z.union([z.string(), z.number(), z.boolean()]);

const filterSchema: z.ZodType<TransactionFilter> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ all: z.array(filterSchema).min(1) }),
      z.strictObject({ any: z.array(filterSchema).min(1) }),
      z.strictObject({ field: z.string().min(1), equals: fieldValue }),
      z.strictObject({ field: z.string().min(1), oneOf: z.array(fieldValue).min(1) }),
      z.strictObject({ field: z.string().min(1), atLeast: z.number() }),
      z.strictObject({ field: z.string().min(1), atMost: z.number() }),
      z.strictObject({ field: z.string().min(1), exists: z.boolean() }),
      z.strictObject({ type: z.enum(TRANSACTION_TYPES) }),
    ],
    { error: 'a filter: {type}, {field, equals | oneOf | atLeast | atMost | exists}, {all: […]} or {any: […]}' },
  ),
);

const conditionSchema = z.union(
  [
    z.strictObject({ lifetimePoints: count }),
    z.strictObject({ lifetimeSpend: z.string() }),
    z.strictObject({ orders: count }),
    z.strictObject({
      tracker: z.string(),
      atLeast: z
        .number()
        .min(1 / TRACKER_UNIT)
        .max(MAX_MEASURED),
    }),
  ],
  { error: 'a condition: {lifetimePoints}, {lifetimeSpend}, {orders} or {tracker, atLeast}' },
);

const cycleSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('calendar'),
      startsOn: z.string().refine(isMonthAndDay, 'a month and a day that exist, such as "01-01" or "02-29"').optional(),
    }),
    z.strictObject({ type: z.literal('enrollment') }),
  ],
  { error: 'a type of "none", "calendar" or "enrollment"' },
);

const tierSchema = z.strictObject({
  id,
  name: label,
  names: z.record(locale, label).optional(),
  threshold: z.int().min(0).max(1_000_000_000).optional(),
  multiplier: factor(1000).optional(),
  qualification: z
    .union(
      [
        z.strictObject({ all: z.array(conditionSchema).min(1) }),
        z.strictObject({ any: count, of: z.array(conditionSchema).min(1) }),
      ],
      { error: '{all: […conditions]} or {any: k, of: […conditions]}' },
    )
    .optional(),
});

const brandShape = {
  $schema: z.string().optional(),
  brand: id,
  name: label,
  account: z.string().regex(/^\d{12}$/, 'the 12 digits of an AWS account, as text'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as "eu-west-1"'),
  program: z.strictObject({
    timeZone: z.string().refine(isTimeZone, 'an IANA time zone such as "Europe/Madrid"'),
    currency: z.string().refine(isCurrency, 'an ISO 4217 currency such as "EUR"'),
    basis: z.enum(['points', 'spend']),
    pointsPerUnit: factor(1_000_000).optional(),
    cycle: cycleSchema,
    upgradeBasis: z.enum(['current', 'carry']).optional(),
    tiers: z.array(tierSchema).min(1).max(20),
    trackers: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,30}$/, 'a name of letters and digits'),
        z.strictObject({
          measure: z.union([z.literal('count'), z.strictObject({ sum: z.string().min(1) })], {
            error: '"count" or {sum: "aField"}',
          }),
          of: filterSchema,
          over: z.enum(['lifetime', 'cycle']),
        }),
      )
      .optional(),
  }),
  notifications: z.strictObject({
    notifyOnRealtimeDowngrade: z.boolean().optional(),
    push: z.strictObject({ enabled: z.boolean() }).optional(),
    email: z
      .strictObject({ enabled: z.boolean(), from: z.string().refine(isSender, '"Name <address@domain>"') })
      .optional(),
    sms: z
      .strictObject({
        enabled: z.boolean(),
        senderId: z
          .string()
          .regex(/^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/, '1 to 11 letters and digits, one letter at least')
          .optional(),
      })
      .optional(),
    defaultLocale: locale.optional(),
    texts: z
      .array(
        z.strictObject({
          cause: z.enum(['transaction', 'recalculation']).optional(),
          direction: z.enum(['up', 'down']).optional(),
          tier: z.string().optional(),
          locale: locale.optional(),
          subject: line(200).optional(),
          text: z.string().min(1).max(1000),
        }),
      )
      .optional(),
  }),
  shopify: z.strictObject({ countTax: z.boolean(), countShipping: z.boolean() }).optional(),
  operations: z
    .strictObject({
      alarmEmail: z.email('an email address').optional(),
      logRetentionDays: z
        .union(
          [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365].map((days) => z.literal(days)),
          {
            error: 'one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365',
          },
        )
        .optional(),
      throttle: z.strictObject({ ratePerSecond: count, burst: count }).optional(),
    })
    .optional(),
};

const brandSchema = z.strictObject(brandShape);

function isMonthAndDay(text: string): boolean {
  const match = /^(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [month, day] = [Number(match[1]), Number(match[2])];
  const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= longest;
}

/** One address, with or without a name before it; a line break would start another header. */
function isSender(text: string): boolean {
  return /^(?:[^<>\r\n"]{1,70} <[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+)$/.test(text);
}

function problemsOf(issue: z.core.$ZodIssue, json: unknown): Problem[] {
  if (issue.code === 'invalid_union') {
    // Of the shapes that a value may have, it is clear which one was meant where only one lacks nothing and knows every property.
    const meant = issue.errors.filter((issues) =>
      issues.every(({ path }) => path.length > 0 && valueAt(json, [...issue.path, ...path]) !== undefined),
    );
    if (meant.length === 1) {
      return meant[0]!.flatMap((inside) => problemsOf({ ...inside, path: [...issue.path, ...inside.path] }, json));
    }
  }
  const given = show(valueAt(json, issue.path));
  const place = placeOf(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        place: placeOf([...issue.path, key]),
        given: show(valueAt(json, [...issue.path, key])),
        allowed: 'only properties that Laurel knows',
        remedy: 'Remove it, or correct its spelling.',
      }));
    case 'invalid_type':
      return [
        valueAt(json, issue.path) === undefined
          ? { place, given: 'nothing', allowed: `${article(issue.expected)}`, remedy: 'Add it.' }
          : { place, given, allowed: article(issue.expected), remedy: 'Change the value.' },
      ];
    case 'invalid_value':
      return [
        { place, given, allowed: issue.values.map((value) => show(value)).join(' or '), remedy: 'Take one of these.' },
      ];
    case 'too_small':
      return [
        {
          place,
          given,
          allowed: `${bound(issue.origin)}${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`,
          remedy: 'Raise it.',
        },
      ];
    case 'too_big':
      return [{ place, given, allowed: `${bound(issue.origin)}at most ${issue.maximum}`, remedy: 'Lower it.' }];
    case 'invalid_key':
      return [
        {
          place,
          given: show(issue.path.at(-1)),
          allowed: issue.issues[0]?.message ?? 'another name',
          remedy: 'Rename it.',
        },
      ];
    default:
      return [{ place, given, allowed: issue.message, remedy: given === 'nothing' ? 'Add it.' : 'Change the value.' }];
  }
}

function bound(origin: string): string {
  if (origin === 'array') return 'a number of entries of ';
  return origin === 'string' ? 'a length of ' : '';
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], json);
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, key) =>
      typeof key === 'number' ? `${place}[${key}]` : place === '' ? String(key) : `${place}.${String(key)}`,
    '',
  );
}

/** Whether a place is the other, or a part of it. */
function isWithin(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}.`) || place.startsWith(`${other}[`);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

// ---- meaning -----------------------------------------------------------------------------------------------------------------

function readable<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  return schema.safeParse(value).data;
}

function listAt(json: unknown, ...path: string[]): unknown[] {
  const value = valueAt(json, path);
  return Array.isArray(value) ? value : [];
}

function recordAt(json: unknown, ...path: string[]): Record<string, unknown> {
  const value = valueAt(json, path);
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

function readableTier(tier: unknown): TierFile {
  const { shape } = tierSchema;
  const qualification = valueAt(tier, ['qualification']);
  const threshold = readable(shape.threshold, valueAt(tier, ['threshold']));
  return {
    id: readable(shape.id, valueAt(tier, ['id'])) ?? '',
    name: readable(shape.name, valueAt(tier, ['name'])) ?? '',
    ...(threshold === undefined ? {} : { threshold }),
    ...(qualification === undefined ? {} : { qualification: readableQualification(qualification) }),
  };
}

/** A condition that cannot be read keeps its place, and is none of those that are judged. */
function readableQualification(qualification: unknown): QualificationFile {
  const conditionsAt = (name: string) =>
    listAt(qualification, name).map((condition) => readable(conditionSchema, condition) ?? ({} as ConditionFile));
  const any = readable(count, valueAt(qualification, ['any']));
  return any === undefined ? { all: conditionsAt('all') } : { any, of: conditionsAt('of') };
}

/** Known by their names; each may have a shape of its own. */
type Trackers = Readonly<Record<string, unknown>>;

function namingProblems(brand: string | undefined, fileName: string | undefined): Problem[] {
  if (fileName === undefined || brand === undefined || brand === fileName) return [];
  return [{ place: 'brand', given: show(brand), allowed: show(fileName), remedy: 'Name the brand as its file.' }];
}

/** Shopify's orders bring no points of their own: without a rate each would be worth nothing, for good (R1). */
function shopifyProblems(json: unknown): Problem[] {
  const program = (name: string) => valueAt(json, ['program', name]);
  const worthless = program('basis') === 'points' && program('pointsPerUnit') === undefined;
  if (!worthless || valueAt(json, ['shopify']) === undefined) return [];
  const allowed = 'the points that one unit of a Shopify order gives, above 0';
  return [{ place: 'program.pointsPerUnit', given: 'nothing', allowed, remedy: 'Add it, or leave "shopify" out.' }];
}

function ladderProblems(tiers: TierFile[], trackers: Trackers, currency: string | undefined): Problem[] {
  const problems: Problem[] = [];
  const [base, ...higher] = tiers;
  if (base && (base.threshold !== 0 || base.qualification)) {
    problems.push({
      place: `program.tiers[0].${base.qualification ? 'qualification' : 'threshold'}`,
      given: base.qualification ? 'a qualification' : show(base.threshold),
      allowed: 'threshold 0 and no qualification: the first tier is the base tier, which everybody has',
      remedy: 'Put the base tier first, with "threshold": 0.',
    });
  }
  let last = 0;
  higher.forEach((tier, place) => {
    const at = `program.tiers[${place + 1}]`;
    if (tier.threshold === undefined && !tier.qualification) {
      problems.push({
        place: `${at}.threshold`,
        given: 'nothing',
        allowed: 'a threshold, a qualification, or both',
        remedy: 'Say what it takes to reach the tier.',
      });
    }
    if (tier.threshold !== undefined) {
      if (tier.threshold <= last) {
        problems.push({
          place: `${at}.threshold`,
          given: show(tier.threshold),
          allowed: `more than ${last}, the threshold below`,
          remedy: 'Order the tiers from the base tier up.',
        });
      }
      last = Math.max(last, tier.threshold);
    }
    problems.push(...qualificationProblems(at, tier.threshold !== undefined, tier.qualification, trackers, currency));
  });
  problems.push(
    ...repeated(
      tiers.map((tier) => tier.id),
      'id',
    ),
    ...repeated(
      tiers.map((tier) => tier.name),
      'name',
    ),
  );
  return problems;
}

function qualificationProblems(
  tierPlace: string,
  hasThreshold: boolean,
  qualification: TierFile['qualification'],
  trackers: Trackers,
  currency: string | undefined,
): Problem[] {
  if (!qualification) return [];
  const problems: Problem[] = [];
  const conditions: ConditionFile[] = 'all' in qualification ? qualification.all : qualification.of;
  const total = conditions.length + (hasThreshold ? 1 : 0);
  if ('any' in qualification && qualification.any > total) {
    problems.push({
      place: `${tierPlace}.qualification.any`,
      given: show(qualification.any),
      allowed: `at most ${total}, the number of conditions, the threshold among them`,
      remedy: 'Ask for fewer, or add conditions.',
    });
  }
  conditions.forEach((condition, place) => {
    const at = `${tierPlace}.qualification.${'all' in qualification ? 'all' : 'of'}[${place}]`;
    if ('tracker' in condition && !Object.hasOwn(trackers, condition.tracker)) {
      problems.push({
        place: `${at}.tracker`,
        given: show(condition.tracker),
        allowed: oneOf(Object.keys(trackers)),
        remedy: 'Name a tracker of program.trackers.',
      });
    }
    if ('lifetimeSpend' in condition && currency !== undefined) {
      const amount = parseAmount(condition.lifetimeSpend, currency);
      if (typeof amount !== 'number' || amount <= 0) {
        problems.push({
          place: `${at}.lifetimeSpend`,
          given: show(condition.lifetimeSpend),
          allowed: `an amount of ${currency} above 0, such as "1000.00"`,
          remedy: 'Change the amount.',
        });
      }
    }
  });
  return problems;
}

function repeated(values: string[], property: string): Problem[] {
  return values.flatMap((value, place) =>
    value === '' || values.indexOf(value) === place
      ? []
      : [
          {
            place: `program.tiers[${place}].${property}`,
            given: show(value),
            allowed: `a ${property} that no other tier has`,
            remedy: 'Rename one of the two.',
          },
        ],
  );
}

function trackerProblems(trackers: Trackers): Problem[] {
  return Object.entries(trackers)
    .filter(([, tracker]) => valueAt(tracker, ['over']) === 'cycle')
    .map(([name]) => ({
      place: `program.trackers.${name}.over`,
      given: '"cycle"',
      allowed: '"lifetime", as the program has no cycles',
      remedy: 'Count over the lifetime, or give the program a cycle.',
    }));
}

function textProblems(texts: unknown[], tiers: string[]): Problem[] {
  return texts.flatMap((text, place) => {
    const at = `notifications.texts[${place}]`;
    const words = (part: string) => readable(z.string(), valueAt(text, [part]));
    const unknown = ['subject', 'text'].flatMap((part) =>
      variablesIn(words(part) ?? '')
        .filter((name) => !(VARIABLES as readonly string[]).includes(name))
        .map((name) => ({
          place: `${at}.${part}`,
          given: `{{${name}}}`,
          allowed: oneOf([...VARIABLES]),
          remedy: 'Correct the variable, or remove it.',
        })),
    );
    const tier = words('tier');
    if (tier === undefined || tiers.length === 0 || tiers.includes(tier)) return unknown;
    return [
      ...unknown,
      { place: `${at}.tier`, given: show(tier), allowed: oneOf(tiers), remedy: 'Name a tier of program.tiers.' },
    ];
  });
}

function oneOf(names: string[]): string {
  return names.join(', ') || 'nothing, as there is none';
}
