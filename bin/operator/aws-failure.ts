import { isLoopback } from '../../local/emulator.ts';

/** The fields of a failure of the network, of AWS or of the SDK. */
type Failure = Error & { code?: string; hostname?: string; address?: string; port?: number };

type Environment = Readonly<Record<string, string | undefined>>;

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'];
const UNKNOWN_TO_AWS = [
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
  'AuthFailure',
  'InvalidAccessKeyId',
];
const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'UnauthorizedAccess'];
const UNREACHABLE = ['ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'EPIPE', 'TimeoutError'];

/** The account of the demo, which only the local cloud has. */
export const LOCAL_ACCOUNT = '000000000000';

/** The local cloud's address: `AWS_ENDPOINT_URL`, where it names this machine. */
export function localEndpoint(env: Environment = process.env): string | undefined {
  const url = URL.parse(env.AWS_ENDPOINT_URL ?? '');
  return url && isLoopback(url.hostname) ? url.origin : undefined;
}

/**
 * Explains why a call to AWS failed, and what the operator can do about it.
 * @returns undefined where neither AWS nor the network failed
 */
export function explainAwsFailure(error: unknown, env: Environment = process.env): string | undefined {
  for (const failure of chainOf(error)) {
    const explained = explain(failure, env);
    if (explained !== undefined) return explained;
  }
  return undefined;
}

/** The failure and its causes: a name with several addresses fails once for each address. */
function chainOf(error: unknown): Failure[] {
  if (!(error instanceof Error)) return [];
  const behind = error instanceof AggregateError ? error.errors : [error.cause];
  return [error, ...behind.flatMap(chainOf)];
}

function explain(failure: Failure, env: Environment): string | undefined {
  const { name, message, code = name } = failure;
  const endpoint = env.AWS_ENDPOINT_URL;
  if (code === 'ECONNREFUSED') return explainRefused(failure, env);
  // `URL` reads a host without a scheme as a scheme.
  if (endpoint && !isWebAddress(endpoint) && (code === 'ERR_INVALID_URL' || '$metadata' in failure)) {
    return `AWS_ENDPOINT_URL is "${endpoint}", which is not an address. Set one such as http://127.0.0.1:4566, or unset it to reach AWS.`;
  }
  if (code === 'ENOTFOUND') {
    const remedy = endpoint
      ? 'Correct AWS_ENDPOINT_URL, or unset it to reach AWS.'
      : "Check the region in the brand's file and this machine's network.";
    return `The host ${failure.hostname ?? 'of AWS'} was not found. ${remedy}`;
  }
  if (UNREACHABLE.includes(code)) {
    return `${endpoint ?? 'AWS'} did not answer (${code}). Check this machine's network, then run the command again.`;
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    if (localEndpoint(env)) {
      return 'No AWS credentials were found. The local cloud takes any: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as npm start prints them.';
    }
    return `No AWS credentials were found: ${sentence(message)} Set AWS_PROFILE to a profile of the brand's account, or sign in again with aws sso login.`;
  }
  if (EXPIRED.includes(name)) {
    return 'The AWS credentials have expired. Sign in again, for example with aws sso login, then run the command again.';
  }
  if (name === 'RequestTimeTooSkewed' || /signature (expired|not yet current)/i.test(message)) {
    return "AWS refused the call because this machine's clock is wrong. Set the clock, then run the command again.";
  }
  if (UNKNOWN_TO_AWS.includes(name)) {
    return (
      `AWS does not accept these credentials (${name}). Check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. ` +
      'A region that the account has not enabled is answered the same way.'
    );
  }
  if (DENIED.includes(name)) {
    return `The AWS credentials lack a permission: ${sentence(message)} Use a role that has it.`;
  }
  return undefined;
}

function explainRefused({ address, port }: Failure, env: Environment): string {
  const local = localEndpoint(env);
  if (local) {
    return (
      `Nothing listens at ${local}, which AWS_ENDPOINT_URL names. Start the local cloud with npm start in another shell and use the ` +
      'address that it prints, or unset AWS_ENDPOINT_URL to reach AWS.'
    );
  }
  const place = env.AWS_ENDPOINT_URL ?? (address === undefined ? 'AWS' : `${address}:${port}`);
  const remedy = env.AWS_ENDPOINT_URL
    ? 'Correct AWS_ENDPOINT_URL, or unset it to reach AWS.'
    : "Check this machine's network and proxy, and any endpoint_url in the AWS configuration.";
  return `${place} refused the connection. ${remedy}`;
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/./.test(text) && URL.canParse(text);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
