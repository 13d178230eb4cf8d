/** What a recalculation is asked for by. */
import * as z from 'zod/mini';
import { instantSchema } from './request-schemas.ts';

export const recalculationRequestSchema = z.strictObject({
  dryRun: z
    .optional(z.boolean())
    .check(z.meta({ description: 'Says what would happen, and writes nothing; for any moment.' })),
  at: z
    .optional(instantSchema)
    .check(
      z.meta({ description: 'The end of the cycle that is recalculated. Left out: everyone is judged as of now.' }),
    ),
  notify: z
    .optional(z.boolean())
    .check(z.meta({ description: 'Whether members are told. Left out: of the end of a cycle, and of nothing else.' })),
  abortWhenDown: z.optional(z.number().check(z.gt(0), z.lte(1))).check(
    z.meta({
      description:
        'The share of the members that may go down; beyond it nothing is written. Left out: as the brand says; 1: any.',
    }),
  ),
});
