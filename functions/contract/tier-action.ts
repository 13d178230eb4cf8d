import type * as z from 'zod/mini';
import type { Expiry, TierAction } from '../../core/actions/tier-action.ts';
import { MAX_AHEAD_MS } from '../../core/ledger/transaction-rules.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/time.ts';
import { requestProblem } from '../runtime/problem.ts';
import { type TierActionRequest, tierActionRequestSchema } from './tier-action-schema.ts';
import { type Errors, examine } from './validate.ts';

/**
 * Reads a tier action off the wire, and on whom: a member, or a group.
 * @throws Problem 422 with every problem
 */
export function readActionOn(
  whom: { at: string; value: string | undefined; schema: z.core.$ZodType<string> },
  body: unknown,
  now: Instant,
): { id: string; action: TierAction } {
  const id = examine(whom);
  const { action, errors } = readTierAction(body, now);
  if (id.value === undefined || !action) throw requestProblem([...id.errors, ...errors]);
  return { id: id.value, action };
}

/** The action, or every problem that it has. */
function readTierAction(body: unknown, now: Instant): { action?: TierAction; errors: Errors } {
  const { value, errors } = examine({ schema: tierActionRequestSchema, value: body });
  if (!value) return { errors };
  const { expiry: _, effectiveAt: __, ...rest } = value;
  const action: TierAction = { ...rest };
  const expiry = expiryOf(value);
  if (expiry) action.expiry = expiry;
  const effectiveAt = value.effectiveAt === undefined ? undefined : parseInstant(value.effectiveAt)!;
  if (effectiveAt !== undefined) action.effectiveAt = effectiveAt;

  if (effectiveAt !== undefined && effectiveAt > now + MAX_AHEAD_MS) {
    errors.push({
      path: 'effectiveAt',
      message: `must be at most 5 minutes ahead of now, which is ${formatInstant(now)}`,
    });
  }
  const needsTransaction = expiry?.type === 'fieldDate' || expiry?.type === 'fieldNumber';
  if (needsTransaction && value.transactionId === undefined) {
    errors.push({ path: 'transactionId', message: `is required, as the expiry reads the field ${expiry.field}` });
  }
  if (value.reassess && value.action !== 'downgrade') {
    errors.push({ path: 'reassess', message: 'is for a downgrade only' });
  }
  return errors.length > 0 ? { errors } : { action, errors };
}

function expiryOf({ expiry }: TierActionRequest): Expiry | undefined {
  return expiry?.type === 'instant' ? { ...expiry, at: parseInstant(expiry.at)! } : expiry;
}
