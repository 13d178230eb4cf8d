/**
 * The shapes of a brand's file. What they cannot say of it, `readBrand` judges. What they say of each property is shown by editors, which
 * read it from `brands/brand.schema.json`, and by messages about a property that is missing.
 */
import * as z from 'zod';
import { LONGEST, type Period } from '../actions/period.ts';
import { TRANSACTION_TYPES } from '../ledger/transaction.ts';
import { CHANGE_CAUSES } from '../member/change-cause.ts';
import { isCurrency, parseDecimal } from '../money.ts';
import { MAX_MEASURED, TRACKER_UNIT } from '../rules/tracker-unit.ts';
import { isTimeZone, momentIn, parseDate, parseInstant } from '../time.ts';
import type { TransactionFilter } from './transaction-filter.ts';

/** Numbers below are written with an exponent. */
const SMALLEST_FACTOR = 0.000001;

const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, a letter first, 31 at most');
/** As a range, and not as \P{Cc}: not every editor reads the patterns of a JSON Schema as Unicode ones. */
const NO_CONTROL = '[^\\u0000-\\u001f\\u007f-\\u009f]';
/** A line break would start another header of an email. */
const line = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(new RegExp(`^${NO_CONTROL}*$`), 'one line, without control characters');
const label = line(100);
const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'a language such as "es", or one with a country such as "es-MX"');
export const count = z.int().min(1);
export const CHANNELS = ['push', 'email', 'sms'] as const;
export const TEXT_CAUSES = [...CHANGE_CAUSES, 'renewal', 'reminder'] as const;
const AUDIT_INTERVALS = ['day', 'week', 'month', 'never'] as const;
export const PASS_LABELS = ['tier', 'points', 'next', 'expires', 'member', 'balance', 'keep', 'terms'] as const;
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

const filterField = fieldName.describe(
  'A field of the transaction: source, type, points, amount (in units of its currency), occurredAt, or one of its own fields.',
);

const filterSchema: z.ZodType<TransactionFilter> = z
  .lazy(() =>
    z.union(
      [
        z.strictObject({ all: z.array(filterSchema).min(1).describe('All of these have to match.') }),
        z.strictObject({ any: z.array(filterSchema).min(1).describe('One of these has to match.') }),
        z.strictObject({ field: filterField, equals: fieldValue.describe('The very value of the field.') }),
        z.strictObject({
          field: filterField,
          oneOf: z.array(fieldValue).min(1).describe('The values that the field may have.'),
        }),
        z.strictObject({ field: filterField, atLeast: z.number().describe('The least number that the field may be.') }),
        z.strictObject({
          field: filterField,
          atMost: z.number().describe('The greatest number that the field may be.'),
        }),
        z.strictObject({ field: filterField, exists: z.boolean().describe('Whether the transaction has the field.') }),
        z.strictObject({
          field: filterField,
          before: moment.describe(
            'A date or an instant: the field is an earlier one. A date begins at midnight in the program’s time zone.',
          ),
        }),
        z.strictObject({
          field: filterField,
          after: moment.describe(
            'A date or an instant: the field is a later one. A date begins at midnight in the program’s time zone.',
          ),
        }),
        z.strictObject({ type: z.enum(TRANSACTION_TYPES).describe('The transaction’s type.') }),
      ],
      {
        error:
          'a filter: {type}, {field, equals | oneOf | atLeast | atMost | exists | before | after}, {all: […]} or {any: […]}',
      },
    ),
  )
  .meta({
    id: 'filter',
    description: 'Which transactions are meant, by one condition, or by several joined by "all" or "any".',
  });

export const amountSchema = (error: string) =>
  z.union([z.int().min(0).max(999_999_999_999), z.string().regex(/^\d{1,12}(\.\d{1,4})?$/, error)], { error });

export const conditionSchema = z
  .union(
    [
      z.strictObject({
        lifetimePoints: count.describe('Points ever earned, less those of refunds, are at least this.'),
      }),
      z.strictObject({
        lifetimeSpend: amountSchema('an amount above 0, such as 1000 or "999.50"').describe(
          'The money ever spent is at least this, in units of the currency: 1000 or "999.50".',
        ),
      }),
      z.strictObject({ orders: count.describe('The number of orders is at least this.') }),
      z.strictObject({
        tracker: z.string().describe('The name of a tracker of program.trackers.'),
        atLeast: z
          .number()
          .min(1 / TRACKER_UNIT)
          .max(MAX_MEASURED)
          .describe('What the tracker comes to at least.'),
      }),
    ],
    { error: 'a condition: {lifetimePoints}, {lifetimeSpend}, {orders} or {tracker, atLeast}' },
  )
  .meta({ id: 'condition', description: 'One thing that a tier asks for.' });

const cycleSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('none').describe('Points count for good, and no tier is ever reviewed.') }),
    z.strictObject({
      type: z.literal('calendar').describe('A cycle of a year ends for all members on the same day.'),
      startsOn: z
        .string()
        .refine(isMonthAndDay, 'a month and a day that exist, such as "01-01" or "02-29"')
        .optional()
        .describe('The first day of a cycle, as MM-DD. Left out: 01-01.'),
    }),
    z.strictObject({
      type: z.literal('enrollment').describe('A cycle of a year ends on each anniversary of the member’s enrollment.'),
    }),
  ],
  { error: 'a type of "none", "calendar" or "enrollment"' },
);

export const tierSchema = z.strictObject({
  id: id.describe('The tier’s id in the rest of this file and in the API, for good. Another id is another tier.'),
  name: label.describe('The tier’s name, as members read it.'),
  names: z.record(locale, label).optional().describe('The name in other languages: {"es": "Oro"}.'),
  threshold: amountSchema(
    'a whole number of at most 12 digits; with basis "spend" also an amount as text, such as "499.50"',
  )
    .optional()
    .describe(
      'What it takes to reach the tier: whole points, or with basis "spend" an amount such as 500 or "499.50". The first tier has 0.',
    ),
  multiplier: factor(1000)
    .optional()
    .describe('What the points of a purchase are multiplied by while a member has the tier. Left out: 1.'),
  qualification: z
    .union(
      [
        z.strictObject({
          all: z.array(conditionSchema).min(1).describe('All of these, and the threshold, have to be met.'),
        }),
        z.strictObject({
          any: count.describe('How many have to be met, of the conditions and the threshold together.'),
          of: z.array(conditionSchema).min(1).describe('The conditions beside the threshold.'),
        }),
      ],
      { error: '{all: […conditions]} or {any: k, of: […conditions]}' },
    )
    .optional()
    .describe('What a tier asks for beside the threshold, which counts as one of the conditions.'),
});

const unit = z
  .enum(['days', 'months'])
  .describe('Calendar days, or months. A month that is too short ends on its last day.');

/** A period, as two properties of an object: `amount` and `unit`. */
const period = (least: number) => ({
  amount: z.int().min(least).describe('How many days or months: at most 3650 days or 120 months.'),
  unit,
});

const isNotTooLong = ({ value: { amount, unit }, issues }: z.core.ParsePayload<Period>) => {
  const maximum = LONGEST[unit];
  if (amount > maximum) {
    issues.push({ code: 'too_big', origin: 'number', maximum, inclusive: true, input: amount, path: ['amount'] });
  }
};

const expirySchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('date').describe('On a date: the same for all.'),
      date: date.describe(
        'The end date, such as 2026-12-31. program.expiryBoundary says whether it is the last day with, or the first day without.',
      ),
    }),
    z
      .strictObject({
        type: z.literal('duration').describe('A number of days or months after the day of the change.'),
        ...period(1),
      })
      .check(isNotTooLong),
    z.strictObject({
      type: z.literal('fieldDate').describe('A period after a date that the transaction brings in a field.'),
      field: fieldName.describe('The name of the transaction’s own field that holds the date.'),
      plus: z.strictObject(period(0)).check(isNotTooLong).describe('The period after that date.'),
    }),
    z.strictObject({
      type: z.literal('fieldNumber').describe('As many days or months as the transaction says in a field.'),
      field: fieldName.describe('The name of the transaction’s own field that holds the number.'),
      unit,
    }),
    z.strictObject({
      type: z.literal('instant').describe('At an instant: the same for all.'),
      at: instant.describe('The instant with its offset, such as 2026-12-31T22:00:00+01:00.'),
    }),
  ],
  { error: 'a type of "date", "duration", "fieldDate", "fieldNumber" or "instant"' },
);

export const promotionSchema = z.strictObject({
  id: id.describe('The promotion’s id, for good, as a member’s history shows it.'),
  trigger: z
    .discriminatedUnion(
      'on',
      [
        z.strictObject({
          on: z.literal('transaction').describe('A transaction that the filter matches fires the promotion.'),
          where: filterSchema,
        }),
        z.strictObject({ on: z.literal('enrolment').describe('The enrollment of a new member fires the promotion.') }),
      ],
      { error: '"transaction" or "enrolment"' },
    )
    .describe('What fires the promotion.'),
  action: z.enum(['upgrade', 'downgrade', 'renew']).describe('What it does with the member’s tier.'),
  strategy: z
    .discriminatedUnion(
      'type',
      [
        z.strictObject({
          type: z.literal('specific').describe('To a tier that is named.'),
          tier: z.string().describe('The id of a tier of program.tiers.'),
        }),
        z.strictObject({ type: z.literal('program').describe('To the tier that the points and the rules give.') }),
      ],
      { error: 'a type of "specific" or "program"' },
    )
    .describe('Which tier it leads to.'),
  expiry: expirySchema
    .optional()
    .describe(
      'When what it gives ends. Left out: an upgrade never ends, a downgrade with the next recalculation, a renewal with the next cycle.',
    ),
  reassess: z
    .boolean()
    .optional()
    .describe('Of a downgrade: whether the member’s next transaction with tier points lifts it. Left out: false.'),
  reason: line(500).optional().describe('Why, as staff read it in the member’s history.'),
  notify: z
    .strictObject({
      channels: z
        .array(z.enum(CHANNELS))
        .min(1)
        .refine(isWithoutRepeats, 'each channel once')
        .describe('The channels that tell the member. Each has to be on in notifications.'),
      atEnd: z.boolean().optional().describe('Whether they tell of the end as well. Left out: false.'),
    })
    .optional()
    .describe('How the member hears of it. Left out: not at all.'),
});

const localText = (longest: number) => {
  const text = z
    .string()
    .min(1)
    .max(longest)
    .regex(new RegExp(`^${NO_CONTROL}*(?:\\n${NO_CONTROL}*)*$`), 'text whose only control characters are line breaks');
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

const passLabel = (name: string) => localText(40).optional().describe(`Your own word for the label "${name}".`);

/** What a pass of one tier looks like. */
export const designSchema = z.strictObject({
  background: colour.describe('The colour of the pass, as #rrggbb.'),
  foreground: colour.describe('The colour of its values, as #rrggbb.'),
  label: colour.describe('The colour of the labels above the values, as #rrggbb.'),
  images: z
    .string()
    .max(200)
    .regex(
      /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
      'a folder below that of the brand’s file, such as "demo/wallet/silver"',
    )
    .describe(
      'The folder of the images, from the folder of this file: demo/wallet/silver. docs/wallet.md lists the images and their sizes.',
    ),
  labels: z
    .strictObject(
      Object.fromEntries(PASS_LABELS.map((name) => [name, passLabel(name)])) as Record<
        (typeof PASS_LABELS)[number],
        ReturnType<typeof passLabel>
      >,
    )
    .optional()
    .describe('Your own words above the values. Left out: Laurel’s.'),
});

export const walletSchema = z.strictObject({
  organizationName: line(64)
    .optional()
    .describe('Who issues the pass, as a locked phone’s screen says it. Left out: the brand’s name.'),
  terms: localText(10_000).describe(
    'The program’s terms on the back of the pass, as one text or as one for each language.',
  ),
  url: z
    .string()
    .regex(
      /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+$/,
      'an address without a path, such as "https://loyalty.brand.example"',
    )
    .optional()
    .describe(
      'Your own domain before the API. Passes carry it for as long as they live. Left out: the API’s own address, which dies with the stack.',
    ),
  apple: z
    .strictObject({
      passTypeId: z
        .string()
        .regex(/^pass(?:\.[A-Za-z0-9-]+)+$/, 'a pass type identifier such as "pass.com.example.loyalty"')
        .describe('The pass type identifier that Apple gave you, such as pass.com.example.loyalty.'),
      teamId: z
        .string()
        .regex(/^[A-Z0-9]{10}$/, 'the 10 letters and digits of an Apple developer team')
        .describe('The id of your Apple developer team, as 10 letters and digits.'),
    })
    .optional()
    .describe('Passes in Apple Wallet. Left out: none.'),
  google: z
    .strictObject({
      issuerId: z
        .string()
        .regex(/^\d{10,25}$/, 'the digits of a Google Wallet issuer, as text')
        .describe('Your issuer id at Google Wallet, as digits in quotation marks.'),
      classSuffix: z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits and . _ -')
        .describe(
          'Tells this program from others of the same issuer. It must stay as it is: another one makes other passes.',
        ),
      logo: pictureAddress.describe(
        'The address of the logo, a square of at least 660 pixels, of which Google shows a circle.',
      ),
      heroImages: z
        .record(id, pictureAddress)
        .optional()
        .describe(
          'By the tier’s id, the address of a picture across the pass: 1032 pixels wide, three times as wide as high.',
        ),
      homepage: z
        .string()
        .max(1000)
        .regex(
          /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/[!-~]*)?$/,
          'an address such as "https://brand.example/rewards"',
        )
        .optional()
        .describe('The address of a link under the pass’s details.'),
    })
    .optional()
    .describe('Passes in Google Wallet. Left out: none.'),
  designs: z.record(id, designSchema).describe('What a pass looks like, for each tier, by the tier’s id.'),
});

const isOn = z.boolean().describe('Whether the channel is on.');

export const textSchema = z.strictObject({
  cause: z
    .enum(TEXT_CAUSES)
    .optional()
    .describe('What the text is for: a cause of a change, a renewal or a reminder. Left out: any change of tier.'),
  direction: z.enum(['up', 'down']).optional().describe('Whether the tier rose or fell. Left out: either.'),
  tier: z.string().optional().describe('The id of the tier that the member has now. Left out: any.'),
  locale: locale
    .optional()
    .describe('The language of the text, such as es or es-MX. Left out: for members of any language.'),
  subject: line(200).optional().describe('The subject of the email. It may hold variables, as the text.'),
  text: z
    .string()
    .min(1)
    .max(1000)
    .describe(
      'The words, with the variables {{tierStatus}}, {{previousTierStatus}}, {{memberName}}, {{points}}, {{pointsToNextTier}}, {{nextTierStatus}}, {{expiresOn}}, {{brandName}}.',
    ),
});

export const brandShape = {
  $schema: z.string().optional().describe('Where an editor finds what this file may hold: ./brand.schema.json.'),
  brand: id.describe('The brand’s id, which is also the name of this file and part of the stack’s name.'),
  name: label.describe('The brand’s name, as members read it.'),
  account: z
    .string()
    .regex(/^\d{12}$/, 'the 12 digits of an AWS account, as text')
    .describe('The AWS account that the stack is deployed to, as 12 digits in quotation marks.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as "eu-west-1"')
    .describe('The AWS region that the stack is deployed to, such as eu-west-1.'),
  program: z
    .strictObject({
      launchedOn: date
        .optional()
        .describe('The program’s first day, such as 2026-01-01: no recalculation looks back beyond it.'),
      timeZone: z
        .string()
        .refine(isTimeZone, {
          error: 'an IANA time zone such as "Europe/Madrid"',
          params: { among: () => Intl.supportedValuesOf('timeZone') },
        })
        .describe('The time zone in which days begin, such as Europe/Madrid.'),
      currency: z
        .string()
        .refine(isCurrency, {
          error: 'an ISO 4217 currency such as "EUR"',
          params: { among: () => Intl.supportedValuesOf('currency') },
        })
        .describe('The currency of the program, such as EUR.'),
      basis: z.enum(['points', 'spend']).describe('Whether the tier counts points, or the money that is spent.'),
      pointsPerUnit: factor(1_000_000)
        .optional()
        .describe(
          'Points for one unit of the currency (1 EUR, not 1 cent) of a purchase that brings no points of its own.',
        ),
      cycle: cycleSchema.describe('The year after which every member’s tier is reviewed, by the points of that year.'),
      upgradeBasis: z
        .enum(['current', 'carry'])
        .optional()
        .describe(
          'Which points count during a cycle. "current": this cycle’s and the last one’s. "carry": each cycle stands alone. Left out: current.',
        ),
      tiers: z
        .array(tierSchema)
        .min(1)
        .max(20)
        .describe(
          'The tiers from the base tier up, with rising thresholds. The base tier has threshold 0, and everybody has it.',
        ),
      trackers: z
        .record(
          z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,30}$/, 'a name of letters and digits'),
          z.strictObject({
            measure: z
              .union(
                [
                  z.literal('count'),
                  z.strictObject({ sum: z.string().min(1).describe('The name of a number field of the transaction.') }),
                ],
                {
                  error: '"count" or {sum: "aField"}',
                },
              )
              .describe('"count" counts the transactions. {"sum": "aField"} adds up a number field of theirs.'),
            of: filterSchema,
            over: z.enum(['lifetime', 'cycle']).describe('Whether it counts ever, or in cycles, as points do.'),
          }),
        )
        .optional()
        .describe(
          'Figures of your own, by a name of letters and digits: a count or a sum of the transactions that a filter matches.',
        ),
      promotions: z
        .array(promotionSchema)
        .optional()
        .describe('Rules that change a member’s tier when a transaction or an enrollment fires them.'),
      expiryBoundary: z
        .enum(['startOfDay', 'endOfDay'])
        .optional()
        .describe(
          'What an end date is. "startOfDay": the first day without. "endOfDay": the last day with. Left out: startOfDay.',
        ),
      downgrade: z
        .strictObject({
          timing: z
            .enum(['realtime', 'recalculation'])
            .optional()
            .describe(
              'When points that fall lower the tier. "realtime": at once. "recalculation": when the cycle ends. Left out: realtime.',
            ),
          target: z
            .enum(['qualified', 'oneBelow', 'base'])
            .optional()
            .describe(
              'Where a fall leads. "qualified": to what the points give. "oneBelow": one tier down, never below that. "base": to the base tier. Left out: qualified.',
            ),
        })
        .optional()
        .describe('When and how far a tier falls.'),
      reminders: z
        .strictObject({
          daysBefore: z
            .array(z.int().min(1).max(365))
            .max(5)
            .refine(isWithoutRepeats, 'each number of days once')
            .optional()
            .describe('How many days before the end. Left out: 30 and 7.'),
          notify: z
            .boolean()
            .optional()
            .describe('Whether members get a message. Left out: false, and only the event bus hears of it.'),
        })
        .optional()
        .describe('What happens before a tier ends that ends on a date.'),
    })
    .describe('The rules of tiers, points, cycles and promotions.'),
  notifications: z
    .strictObject({
      notifyOnRealtimeDowngrade: z
        .boolean()
        .optional()
        .describe(
          'Whether members are told when a refund, an expiry of points or a deduction lowers their tier. Left out: false.',
        ),
      push: z.strictObject({ enabled: isOn }).optional().describe('Messages on the wallet pass. Left out: none.'),
      email: z
        .strictObject({
          enabled: isOn,
          from: z
            .string()
            .refine(isSender, '"Name <address@domain>"')
            .describe(
              'Who sends, as Name <address@domain>, or the address alone. Amazon SES has to have verified the address or its domain.',
            ),
        })
        .optional()
        .describe('Emails, by Amazon SES. Left out: none.'),
      sms: z
        .strictObject({
          enabled: isOn,
          senderId: z
            .string()
            .regex(/^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/, '1 to 11 letters and digits, one letter at least')
            .optional()
            .describe('The sender that phones show: 1 to 11 letters and digits. Some countries want it registered.'),
        })
        .optional()
        .describe('Text messages, by Amazon SNS. Left out: none.'),
      defaultLocale: locale
        .optional()
        .describe('The language for members who have none, or one that there are no words in: en, or es-MX.'),
      texts: z
        .array(textSchema)
        .optional()
        .describe('Your own words. The most specific text that fits is taken, and Laurel’s own where none does.'),
    })
    .describe('How members hear of their tier.'),
  recalculation: z
    .strictObject({
      abortWhenDown: z
        .number()
        .refine((share) => share > 0 && share < 1, 'a share between 0 and 1, such as 0.3')
        .optional()
        .describe(
          'The brake, such as 0.3: where more than 30 of 100 members would go down, it ends before its first write. Left out: no brake.',
        ),
    })
    .optional()
    .describe('The review of all members when a cycle ends.'),
  audit: z
    .strictObject({
      every: z.enum(AUDIT_INTERVALS).optional().describe('How often. Left out: every week.'),
      heal: z
        .boolean()
        .optional()
        .describe('Whether it puts right what differs. Left out: false, and it only reports.'),
    })
    .optional()
    .describe('The audit that compares every member with the ledger.'),
  shopify: z
    .strictObject({
      countTax: z.boolean().describe('Whether the taxes of an order count.'),
      countShipping: z.boolean().describe('Whether the shipping of an order counts.'),
    })
    .optional()
    .describe('What of a Shopify order counts.'),
  wallet: walletSchema.optional().describe('The passes that members keep on their phones. Left out: none.'),
  operations: z
    .strictObject({
      alarmEmail: z
        .email('an email address')
        .optional()
        .describe('Who is written to when an alarm rings. Left out: nobody.'),
      logRetentionDays: z
        .union(
          [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365].map((days) => z.literal(days)),
          {
            error: 'one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365',
          },
        )
        .optional()
        .describe('How many days logs are kept. Left out: 90.'),
      throttle: z
        .strictObject({
          ratePerSecond: count.describe('Calls a second, in the long run.'),
          burst: count.describe('Calls that may come at once.'),
        })
        .optional()
        .describe('How many calls the API takes from all callers together. Left out: 100 a second, 200 at once.'),
    })
    .optional()
    .describe('How the stack is run.'),
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
