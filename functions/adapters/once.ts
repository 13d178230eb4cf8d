import { OutcomeUnknown } from '../../core/failures.ts';

/** What a provider certainly did not act on: it was never reached, or it answered with a refusal of the request. */
function certainlyNotDone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  if (code !== undefined && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) return true;
  if (error.name === 'CredentialsProviderError') return true;
  const status = $metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}

/**
 * Runs a call that must not happen twice. The client must not retry by itself: make it with `maxAttempts: 1`.
 * @throws OutcomeUnknown where it may have happened; the provider's own error where it certainly did not
 */
export async function once<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (certainlyNotDone(error)) throw error;
    throw new OutcomeUnknown('The provider did not say whether it took the message.', { cause: error });
  }
}
