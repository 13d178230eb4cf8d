/** The shapes of a brand's file. What they cannot say of it, `readBrand` judges. */
import * as z from 'zod';
import { LONGEST } from '../actions/expiry.ts';
import type { Unit } from '../actions/tier-action.ts';
import { TRANSACTION_TYPES } from '../ledger/transaction.ts';
import { CHANGE_CAUSES } from '../member/member.ts';
import { isCurrency, parseDecimal } from '../money.ts';
import { isTimeZone, momentIn, parseDate, parseInstant } from '../time.ts';
import { AUDIT_INTERVALS, type Channel, PASS_LABELS, type TextCause, type TransactionFilter } from './brand.ts';
import { MAX_MEASURED, TRACKER_UNIT } from './program.ts';

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
export const count = z.int().min(1);
export const CHANNELS = ['push', 'email', 'sms'] as const satisfies Channel[];
const TEXT_CAUSES = [...CHANGE_CAUSES, 'renewal', 'reminder'] as const satisfies TextCause[];
/** Taken by its decimal digits, so it must have no more of them than can be read. */
const factor = (highest: number) =>
  z
    .number()
    .min(SMALLEST_FACTOR)
    .max(highest)
    .refine((value) => value < SMALLEST_FACTOR || parseDecimal(String(value)) !== undefined, {
      error: 'a number with at most 12 digits after the point',
    });
const date = z.string().refine((text) => parseDate(text) !== undefined, 'a date that exists, such as "2026-12-31"');
const instant = z
  .string()
  .refine(
    (text) => parseInstant(text) !== undefined,
    'an instant with its offset, such as "2026-12-31T22:00:00+01:00"',
  );
/** The zone says when a date begins, not whether it is one. */
const moment = z
  .string()
  .refine(
    (text) => momentIn(text, 'UTC') !== undefined,
    'a date such as "2026-12-31", or an instant with its offset, such as "2026-12-31T22:00:00+01:00"',
  );
const isWithoutRepeats = (values: readonly unknown[]) => new Set(values).size === values.length;
const fieldName = z.string().min(1);
const fieldValue = z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' });

const filterSchema: z.ZodType<TransactionFilter> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ all: z.array(filterSchema).min(1) }),
      z.strictObject({ any: z.array(filterSchema).min(1) }),
      z.strictObject({ field: fieldName, equals: fieldValue }),
      z.strictObject({ field: fieldName, oneOf: z.array(fieldValue).min(1) }),
      z.strictObject({ field: fieldName, atLeast: z.number() }),
      z.strictObject({ field: fieldName, atMost: z.number() }),
      z.strictObject({ field: fieldName, exists: z.boolean() }),
      z.strictObject({ field: fieldName, before: moment }),
      z.strictObject({ field: fieldName, after: moment }),
      z.strictObject({ type: z.enum(TRANSACTION_TYPES) }),
    ],
    {
      error:
        'a filter: {type}, {field, equals | oneOf | atLeast | atMost | exists | before | after}, {all: […]} or {any: […]}',
    },
  ),
);

const amount = (error: string) =>
  z.union([z.int().min(0).max(999_999_999_999), z.string().regex(/^\d{1,12}(\.\d{1,4})?$/, error)], { error });

export const conditionSchema = z.union(
  [
    z.strictObject({ lifetimePoints: count }),
    z.strictObject({ lifetimeSpend: amount('an amount above 0, such as 1000 or "999.50"') }),
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

export const tierSchema = z.strictObject({
  id,
  name: label,
  names: z.record(locale, label).optional(),
  threshold: amount(
    'a whole number of at most 12 digits; with basis "spend" also an amount as text, such as "499.50"',
  ).optional(),
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

const unit = z.enum(['days', 'months']);

/** A period, as two properties of an object: `amount` and `unit`. */
const period = (least: number) => ({ amount: z.int().min(least), unit });

const isNotTooLong = ({ value: { amount, unit }, issues }: z.core.ParsePayload<{ amount: number; unit: Unit }>) => {
  const maximum = LONGEST[unit];
  if (amount > maximum) {
    issues.push({ code: 'too_big', origin: 'number', maximum, inclusive: true, input: amount, path: ['amount'] });
  }
};

const expirySchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('date'), date }),
    z.strictObject({ type: z.literal('duration'), ...period(1) }).check(isNotTooLong),
    z.strictObject({
      type: z.literal('fieldDate'),
      field: fieldName,
      plus: z.strictObject(period(0)).check(isNotTooLong),
    }),
    z.strictObject({ type: z.literal('fieldNumber'), field: fieldName, unit }),
    z.strictObject({ type: z.literal('instant'), at: instant }),
  ],
  { error: 'a type of "date", "duration", "fieldDate", "fieldNumber" or "instant"' },
);

export const promotionSchema = z.strictObject({
  id,
  trigger: z.discriminatedUnion(
    'on',
    [
      z.strictObject({ on: z.literal('transaction'), where: filterSchema }),
      z.strictObject({ on: z.literal('enrolment') }),
    ],
    { error: '"transaction" or "enrolment"' },
  ),
  action: z.enum(['upgrade', 'downgrade', 'renew']),
  strategy: z.discriminatedUnion(
    'type',
    [z.strictObject({ type: z.literal('specific'), tier: z.string() }), z.strictObject({ type: z.literal('program') })],
    { error: 'a type of "specific" or "program"' },
  ),
  expiry: expirySchema.optional(),
  reassess: z.boolean().optional(),
  reason: line(500).optional(),
  notify: z
    .strictObject({
      channels: z.array(z.enum(CHANNELS)).min(1).refine(isWithoutRepeats, 'each channel once'),
      atEnd: z.boolean().optional(),
    })
    .optional(),
});

const localText = (longest: number) => {
  const text = z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}]*(?:\n[^\p{Cc}]*)*$/u, 'text whose only control characters are line breaks');
  return z.union([text, z.record(locale, text).refine((texts) => Object.keys(texts).length > 0, 'a text at least')], {
    error: `a text of 1 to ${longest} characters, or {"<language>": "<text>"}`,
  });
};
const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as "#1a2b3c"');

/** Google fetches the pictures itself, from anywhere. */
const pictureAddress = z
  .string()
  .max(1000)
  .regex(
    /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[!-~]+$/,
    'the address of a picture, such as "https://brand.example/logo.png"',
  );

/** What a pass of one tier looks like. */
export const designSchema = z.strictObject({
  background: colour,
  foreground: colour,
  label: colour,
  images: z
    .string()
    .max(200)
    .regex(
      /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
      'a folder below that of the brand’s file, such as "demo/wallet/silver"',
    ),
  labels: z.strictObject(Object.fromEntries(PASS_LABELS.map((name) => [name, localText(40).optional()]))).optional(),
});

export const walletSchema = z.strictObject({
  organizationName: line(64).optional(),
  terms: localText(10_000),
  url: z
    .string()
    .regex(
      /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+$/,
      'an address without a path, such as "https://loyalty.brand.example"',
    )
    .optional(),
  apple: z
    .strictObject({
      passTypeId: z
        .string()
        .regex(/^pass(?:\.[A-Za-z0-9-]+)+$/, 'a pass type identifier such as "pass.com.example.loyalty"'),
      teamId: z.string().regex(/^[A-Z0-9]{10}$/, 'the 10 letters and digits of an Apple developer team'),
    })
    .optional(),
  google: z
    .strictObject({
      issuerId: z.string().regex(/^\d{10,25}$/, 'the digits of a Google Wallet issuer, as text'),
      classSuffix: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits and . _ -'),
      logo: pictureAddress,
      heroImages: z.record(id, pictureAddress).optional(),
      homepage: z
        .string()
        .max(1000)
        .regex(
          /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/[!-~]*)?$/,
          'an address such as "https://brand.example/rewards"',
        )
        .optional(),
    })
    .optional(),
  designs: z.record(id, designSchema),
});

export const textSchema = z.strictObject({
  cause: z.enum(TEXT_CAUSES).optional(),
  direction: z.enum(['up', 'down']).optional(),
  tier: z.string().optional(),
  locale: locale.optional(),
  subject: line(200).optional(),
  text: z.string().min(1).max(1000),
});

export const brandShape = {
  $schema: z.string().optional(),
  brand: id,
  name: label,
  account: z.string().regex(/^\d{12}$/, 'the 12 digits of an AWS account, as text'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as "eu-west-1"'),
  program: z.strictObject({
    launchedOn: date.optional(),
    timeZone: z.string().refine(isTimeZone, {
      error: 'an IANA time zone such as "Europe/Madrid"',
      params: { among: () => Intl.supportedValuesOf('timeZone') },
    }),
    currency: z.string().refine(isCurrency, {
      error: 'an ISO 4217 currency such as "EUR"',
      params: { among: () => Intl.supportedValuesOf('currency') },
    }),
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
    promotions: z.array(promotionSchema).optional(),
    expiryBoundary: z.enum(['startOfDay', 'endOfDay']).optional(),
    downgrade: z
      .strictObject({
        timing: z.enum(['realtime', 'recalculation']).optional(),
        target: z.enum(['qualified', 'oneBelow', 'base']).optional(),
      })
      .optional(),
    reminders: z
      .strictObject({
        daysBefore: z
          .array(z.int().min(1).max(365))
          .max(5)
          .refine(isWithoutRepeats, 'each number of days once')
          .optional(),
        notify: z.boolean().optional(),
      })
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
    texts: z.array(textSchema).optional(),
  }),
  recalculation: z
    .strictObject({
      abortWhenDown: z
        .number()
        .refine((share) => share > 0 && share < 1, 'a share between 0 and 1, such as 0.3')
        .optional(),
    })
    .optional(),
  audit: z.strictObject({ every: z.enum(AUDIT_INTERVALS).optional(), heal: z.boolean().optional() }).optional(),
  shopify: z.strictObject({ countTax: z.boolean(), countShipping: z.boolean() }).optional(),
  wallet: walletSchema.optional(),
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

export const brandSchema = z.strictObject(brandShape);

/** What of a file can be judged because it has the right shape, whatever is wrong beside it. */
export function readable<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  return schema.safeParse(value).data;
}

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
