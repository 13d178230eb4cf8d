import { TooManyConflicts } from '../../core/failures.ts';

/**
 * Whether a failure may be gone the next time: others wrote first, the cloud refused or broke (the SDK marks what it throws with
 * `$metadata`), or the network did. Node marks wrong arguments with codes too, but those begin with ERR_.
 */
export function isTransient(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 10; cause = cause.cause, depth++) {
    if (cause instanceof TooManyConflicts) return true;
    // Such as an item that outgrew what DynamoDB takes: it would be refused as often as it is tried.
    if (cause.name === 'ValidationException') return false;
    const { $metadata, code } = cause as Error & { $metadata?: unknown; code?: unknown };
    if ($metadata !== undefined || (typeof code === 'string' && /^E(?!RR_)/.test(code))) return true;
  }
  return false;
}
