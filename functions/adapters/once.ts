import { OutcomeUnknown } from '../../core/failures.ts';

interface ProviderDetails {
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Whether the provider certainly did not act on the call: it was never reached, or it refused the request. */
function certainlyNotDone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as Error & ProviderDetails;
  if (code !== undefined && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) return true;
  if (error.name === 'CredentialsProviderError') return true;
  const status = $metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}

/**
 * Runs a call that must not happen twice. The caller's client must not retry: create it with `maxAttempts: 1`.
 * The errors thrown here are logged, and providers quote addresses ("ana@mail.example is not verified"). So these
 * errors carry the name and status of the provider's error, never its message.
 * @throws OutcomeUnknown where the call may have happened; another error where it certainly did not
 */
export async function once<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const said = summaryOf(error);
    if (certainlyNotDone(error)) throw new Error(`The provider did not take the message: ${said}.`);
    throw new OutcomeUnknown(`The provider did not say whether it took the message: ${said}.`);
  }
}

function summaryOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown failure';
  const { code, $metadata } = error as Error & ProviderDetails;
  return [error.name, code, $metadata?.httpStatusCode && `HTTP ${$metadata.httpStatusCode}`].filter(Boolean).join(', ');
}
