/** What a brand's file says that is allowed, and most likely is not meant. */
import * as z from 'zod';
import { readable } from './brand-schema.ts';
import { type Problem, show, valueAt } from './problem.ts';
import { promotionWarnings } from './promotion-problems.ts';

/** What a file has that nobody changed yet. No AWS account has this number. */
export const PLACEHOLDER_ACCOUNT = '000000000000';

/** Domains that nobody can own. https://www.rfc-editor.org/rfc/rfc2606 */
const RESERVED_DOMAIN = /[@.](?:example(?:\.(?:com|net|org))?|test|invalid|localhost)>?$/;

/** @param json the whole file */
export function brandWarnings(json: unknown): Problem[] {
  return [...placeholderWarnings(json), ...promotionWarnings(json)];
}

function placeholderWarnings(json: unknown): Problem[] {
  const warnings: Problem[] = [];
  if (valueAt(json, ['account']) === PLACEHOLDER_ACCOUNT) {
    warnings.push({
      place: 'account',
      given: show(PLACEHOLDER_ACCOUNT),
      allowed: 'the 12 digits of your AWS account',
      remedy: 'This is a placeholder: change it before you deploy.',
    });
  }
  const sender = readable(z.string(), valueAt(json, ['notifications', 'email', 'from']));
  const isOn = valueAt(json, ['notifications', 'email', 'enabled']) === true;
  if (isOn && sender !== undefined && RESERVED_DOMAIN.test(sender)) {
    warnings.push({
      place: 'notifications.email.from',
      given: show(sender),
      allowed: 'an address that Amazon SES may send from',
      remedy: 'Its domain is reserved for examples: change it before you deploy.',
    });
  }
  return warnings;
}
