import * as z from 'zod';
import { brandSchema } from './brand-schema.ts';

/**
 * The shape of a brand's file as JSON Schema, for editors: they complete names, show what a property is, and mark slips. What needs more
 * than a shape, such as a tier's name in a text, `readBrand` alone judges. Draft 7 is what all of them read.
 */
export function brandJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(brandSchema, { target: 'draft-7' });
  return { $schema, title: 'A brand of Laurel', ...schema };
}
