/** What a tier action must look like: apart from the other requests, as few functions take one. */
import * as z from 'zod/mini';
import { LONGEST, type Period } from '../../core/actions/period.ts';
import { parseDate } from '../../core/time.ts';
import { instantSchema, lineSchema, transactionIdSchema } from './request-schemas.ts';

const unitSchema = z.enum(['days', 'months']);

/** @param least 0 where the end may be the very date that is counted from */
const periodShape = (least: number) => ({
  amount: z.int().check(z.minimum(least), z.maximum(LONGEST.days)),
  unit: unitSchema,
});

const isNotTooLong = z.refine<Period>(({ amount, unit }) => amount <= LONGEST[unit], {
  message: `must be at most ${LONGEST.months} months`,
  path: ['amount'],
});

const dateSchema = z.string().check(
  z.refine((text) => parseDate(text) !== undefined, 'must be a calendar date such as "2026-05-30"'),
  z.meta({ format: 'date', examples: ['2026-05-30'] }),
);

const fieldNameSchema = z.string().check(z.minLength(1), z.maxLength(64));

const expirySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('date'), date: dateSchema }),
  z.strictObject({ type: z.literal('duration'), ...periodShape(1) }).check(isNotTooLong),
  z.strictObject({
    type: z.literal('fieldDate'),
    field: fieldNameSchema,
    plus: z.strictObject(periodShape(0)).check(isNotTooLong),
  }),
  z.strictObject({ type: z.literal('fieldNumber'), field: fieldNameSchema, unit: unitSchema }),
  z.strictObject({ type: z.literal('instant'), at: instantSchema }),
]);

const strategySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('specific'), tier: z.string().check(z.minLength(1), z.maxLength(100)) }),
  z.strictObject({ type: z.literal('program') }),
]);

const channelsSchema = z.array(z.enum(['push', 'email', 'sms'])).check(
  z.maxLength(3),
  z.refine((channels) => new Set(channels).size === channels.length, 'must name each channel once'),
);

export const tierActionRequestSchema = z.strictObject({
  // A `#` separates the parts of the ids that promotions give their actions.
  id: z
    .string()
    .check(z.regex(/^[\x21\x22\x24-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters, without spaces and #')),
  action: z.enum(['upgrade', 'downgrade', 'renew']),
  strategy: strategySchema,
  expiry: z
    .optional(expirySchema)
    .check(z.meta({ description: 'When it ends; the rules say when where it is left out.' })),
  transactionId: z
    .optional(transactionIdSchema)
    .check(z.meta({ description: 'The transaction whose field tells the end: its id, or "source#id".' })),
  effectiveAt: z
    .optional(instantSchema)
    .check(z.meta({ description: 'Now when left out; a correction may lie in the past.' })),
  reassess: z
    .optional(z.boolean())
    .check(z.meta({ description: 'A downgrade is lifted by the next transaction with tier points.' })),
  reason: z.optional(lineSchema(500)),
  notify: z.optional(z.strictObject({ channels: channelsSchema, atEnd: z.optional(z.boolean()) })),
});

export type TierActionRequest = z.output<typeof tierActionRequestSchema>;
