/** What requests must look like: they are validated by these, and the OpenAPI document is generated from them. */
import * as z from 'zod';
import { TRANSACTION_TYPES } from '../../core/ledger/transaction.ts';
import { parseInstant } from '../../core/time.ts';

/** No `#`, which separates parts of keys, and no `@`: an address is personal, and ids stand in the ledger for good. */
export const memberIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/,
    'must be 1 to 128 letters, digits and . _ : ~ -, a letter or digit first',
  );

const transactionIdSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters, without spaces');

const sourceSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 lower-case letters, digits and hyphens, a letter first');

export const instantSchema = z
  .string()
  .max(40)
  .refine(
    (text) => parseInstant(text) !== undefined,
    'must be an ISO 8601 instant with its offset, such as 2026-05-02T10:00:00Z',
  )
  .meta({ format: 'date-time', examples: ['2026-05-02T10:00:00Z'] });

const decimalSchema = z
  .string()
  .regex(/^-?\d{1,15}(\.\d{1,12})?$/, 'must be a decimal string such as "150.00"')
  .meta({ examples: ['150.00'] });

const localeSchema = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'must be a language such as "es", or one with a country such as "es-MX"');
const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as "EUR"');

const lineSchema = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters or line breaks')
    // Half of a pair is replaced where text is stored: what comes back would be another content (R2).
    .refine((text) => text.isWellFormed(), 'must be text in Unicode, without half of a surrogate pair');

export const memberRequestSchema = z
  .strictObject({
    enrolledAt: instantSchema.optional(),
    name: lineSchema(200).nullable().optional(),
    email: lineSchema(254)
      // ASCII, as mail providers take it: a domain of other letters is written as punycode.
      .regex(/^[^\s@<>,;:"()\u0080-\uffff]+@[a-zA-Z0-9.-]+\.[a-zA-Z0-9-]+$/, 'must be one email address, in ASCII')
      .nullable()
      .optional(),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number in E.164, such as "+34600000000"')
      .nullable()
      .optional(),
    locale: localeSchema.nullable().optional(),
    optOut: z
      .array(z.enum(['email', 'push', 'sms']))
      .max(3)
      .optional(),
    blocked: z.boolean().optional(),
  })
  .meta({ description: 'What is left out stays as it is; null removes.' });

export const transactionRequestSchema = z.strictObject({
  id: transactionIdSchema,
  type: z.enum(TRANSACTION_TYPES),
  source: sourceSchema
    .optional()
    .meta({ description: 'Who says so; "api" when left out. The id is unique within it.' }),
  orderId: transactionIdSchema.optional(),
  points: z.int().min(-1_000_000_000).max(1_000_000_000).optional(),
  amount: decimalSchema.optional(),
  currency: currencySchema.optional().meta({ description: "The program's currency when left out." }),
  exchangeRate: decimalSchema
    .optional()
    .meta({ description: "Units of the program's currency for one unit of this one." }),
  occurredAt: instantSchema,
  fields: z
    .record(z.string().min(1).max(64), z.union([z.string().max(500), z.number(), z.boolean()]))
    .refine((fields) => Object.keys(fields).length <= 40, 'must have at most 40 names')
    .optional(),
  excludeFromTier: z.boolean().optional(),
  reason: lineSchema(500).optional(),
});

export type TransactionRequest = z.output<typeof transactionRequestSchema>;

export const pageQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]|[1-9]\d|100)$/, 'must be a whole number from 1 to 100')
    .optional(),
  cursor: z.string().min(1).max(400).optional(),
});

export const momentQuerySchema = z.strictObject({ at: instantSchema.optional() });

export const noQuerySchema = z.strictObject({});
