/**
 * What requests must look like: they are validated by these, and the OpenAPI document is generated from them.
 * They are written in zod's small dialect, as each function that takes a request carries them in its bundle.
 */
import * as z from 'zod/mini';
import { TRANSACTION_TYPES } from '../../core/ledger/transaction.ts';
import { parseInstant } from '../../core/time.ts';

/** No `#`, which separates parts of keys, and no `@`: an address is personal, and ids stand in the ledger for good. */
export const memberIdSchema = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/,
      'must be 1 to 128 letters, digits and . _ : ~ -, a letter or digit first',
    ),
  );

export const transactionIdSchema = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters, without spaces'));

const sourceSchema = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 lower-case letters, digits and hyphens, a letter first'));

export const instantSchema = z.string().check(
  z.maxLength(40),
  z.refine(
    (text) => parseInstant(text) !== undefined,
    'must be an ISO 8601 instant with its offset, such as 2026-05-02T10:00:00Z',
  ),
  z.meta({ format: 'date-time', examples: ['2026-05-02T10:00:00Z'] }),
);

const decimalSchema = z
  .string()
  .check(
    z.regex(/^-?\d{1,15}(\.\d{1,12})?$/, 'must be a decimal string such as "150.00"'),
    z.meta({ examples: ['150.00'] }),
  );

const localeSchema = z
  .string()
  .check(z.regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'must be a language such as "es", or one with a country such as "es-MX"'));
const currencySchema = z.string().check(z.regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as "EUR"'));

export const lineSchema = (longest: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(longest),
    z.regex(/^[^\p{Cc}]*$/u, 'must not hold control characters or line breaks'),
    // Half of a pair is replaced where text is stored: what comes back would be another content (R2).
    z.refine((text) => text.isWellFormed(), 'must be text in Unicode, without half of a surrogate pair'),
  );

export const memberRequestSchema = z
  .strictObject({
    enrolledAt: z.optional(instantSchema),
    name: z.nullish(lineSchema(200)),
    email: z.nullish(
      lineSchema(254).check(
        // ASCII, as mail providers take it: a domain of other letters is written as punycode.
        z.regex(/^[^\s@<>,;:"()\u0080-\uffff]+@[a-zA-Z0-9.-]+\.[a-zA-Z0-9-]+$/, 'must be one email address, in ASCII'),
      ),
    ),
    phone: z.nullish(
      z.string().check(z.regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number in E.164, such as "+34600000000"')),
    ),
    locale: z.nullish(localeSchema),
    optOut: z.optional(z.array(z.enum(['email', 'push', 'sms'])).check(z.maxLength(3))),
    blocked: z.optional(z.boolean()),
  })
  .check(z.meta({ description: 'What is left out stays as it is; null removes.' }));

export const transactionRequestSchema = z.strictObject({
  id: transactionIdSchema,
  type: z.enum(TRANSACTION_TYPES),
  source: z
    .optional(sourceSchema)
    .check(z.meta({ description: 'Who says so; "api" when left out. The id is unique within it.' })),
  orderId: z.optional(transactionIdSchema),
  points: z.optional(z.int().check(z.minimum(-1_000_000_000), z.maximum(1_000_000_000))),
  amount: z.optional(decimalSchema),
  currency: z.optional(currencySchema).check(z.meta({ description: "The program's currency when left out." })),
  exchangeRate: z
    .optional(decimalSchema)
    .check(z.meta({ description: "Units of the program's currency for one unit of this one." })),
  occurredAt: instantSchema,
  fields: z.optional(
    z
      .record(
        z.string().check(z.minLength(1), z.maxLength(64)),
        z.union([z.string().check(z.maxLength(500)), z.number(), z.boolean()]),
      )
      .check(z.refine((fields) => Object.keys(fields).length <= 40, 'must have at most 40 names')),
  ),
  excludeFromTier: z.optional(z.boolean()),
  reason: z.optional(lineSchema(500)),
});

export type TransactionRequest = z.output<typeof transactionRequestSchema>;

export const groupIdSchema = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/,
      'must be 1 to 64 letters, digits and . _ ~ -, a letter or digit first',
    ),
  );

export const runIdSchema = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be the runId that the start of a run answered'));

export const pageQuerySchema = z.strictObject({
  limit: z.optional(z.string().check(z.regex(/^([1-9]|[1-9]\d|100)$/, 'must be a whole number from 1 to 100'))),
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(400))),
});

export const momentQuerySchema = z.strictObject({ at: z.optional(instantSchema) });

export const noQuerySchema = z.strictObject({});
