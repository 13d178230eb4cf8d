import { describe, expect, test } from 'vitest';
import { explainAwsFailure, localEndpoint } from '../../../bin/operator/aws-failure.ts';

const LOCAL = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };

function failure(name: string, message: string, facts: object = {}): Error {
  return Object.assign(new Error(message), { name, ...facts });
}

/** Node's error for a name with two addresses, where neither answers. */
function refused(port: number): Error {
  const of = (address: string) =>
    failure('Error', `connect ECONNREFUSED ${address}:${port}`, { code: 'ECONNREFUSED', address, port });
  return Object.assign(new AggregateError([of('::1'), of('127.0.0.1')]), { code: 'ECONNREFUSED' });
}

const SIGN_IN = /aws sso login/;

describe('a failed call is explained with its remedy', () => {
  const cases: [string, Error, NodeJS.ProcessEnv, RegExp, RegExp?][] = [
    [
      'nothing listens locally',
      refused(4566),
      LOCAL,
      /^Nothing listens at http:\/\/127\.0\.0\.1:4566.*npm start.*unset AWS_ENDPOINT_URL/,
      /AWS_PROFILE/,
    ],
    [
      'an endpoint elsewhere refuses',
      refused(443),
      { AWS_ENDPOINT_URL: 'https://aws.proxy.example' },
      /^https:\/\/aws\.proxy\.example refused.*Correct AWS_ENDPOINT_URL/,
      /AWS_PROFILE|npm start/,
    ],
    [
      'AWS refuses',
      failure('Error', 'no', { code: 'ECONNREFUSED', address: '10.0.0.9', port: 3128 }),
      {},
      /^10\.0\.0\.9:3128 refused.*proxy/,
      /AWS_PROFILE/,
    ],
    [
      'the endpoint is no address',
      failure('TypeError', 'Invalid URL', { code: 'ERR_INVALID_URL' }),
      { AWS_ENDPOINT_URL: '4566' },
      /AWS_ENDPOINT_URL is "4566"/,
    ],
    [
      'the endpoint has no scheme',
      failure('NotFound', 'Unknown', { $metadata: {} }),
      { AWS_ENDPOINT_URL: 'localhost:4566' },
      /AWS_ENDPOINT_URL is "localhost:4566", which is not an address\. Set one such as http/,
    ],
    [
      'the region has no host',
      failure('Error', 'getaddrinfo', { code: 'ENOTFOUND', hostname: 'cloudformation.eu-west-9.amazonaws.com' }),
      {},
      /eu-west-9\.amazonaws\.com was not found\. Check the region/,
      /AWS_PROFILE/,
    ],
    [
      'the endpoint has no host',
      failure('Error', 'getaddrinfo', { code: 'ENOTFOUND', hostname: 'nowhere' }),
      { AWS_ENDPOINT_URL: 'http://nowhere' },
      /nowhere was not found\. Correct AWS_ENDPOINT_URL/,
    ],
    [
      'the network is down',
      failure('Error', 'read', { code: 'ETIMEDOUT' }),
      {},
      /did not answer \(ETIMEDOUT\).*network/,
      /AWS_PROFILE/,
    ],
    ['the SDK waits in vain', failure('TimeoutError', 'Connection timed out'), {}, /did not answer \(TimeoutError\)/],
    [
      'there are no credentials',
      failure('CredentialsProviderError', 'Could not load credentials from any providers'),
      {},
      /^No AWS credentials.*from any providers\. Set AWS_PROFILE/,
    ],
    [
      'the session of single sign-on is over',
      failure('CredentialsProviderError', 'The SSO session has expired.'),
      {},
      SIGN_IN,
    ],
    [
      'there are no credentials for the local cloud',
      failure('CredentialsProviderError', 'Could not load'),
      LOCAL,
      /takes any: set AWS_ACCESS_KEY_ID/,
      /AWS_PROFILE|sso/,
    ],
    [
      'the token expired',
      failure('ExpiredTokenException', 'The security token included in the request is expired'),
      {},
      /have expired.*aws sso login/,
      /AWS_PROFILE/,
    ],
    [
      'the key is of nobody',
      failure('InvalidClientTokenId', 'The security token is invalid'),
      {},
      /does not accept these credentials.*AWS_PROFILE/,
    ],
    [
      'the secret is wrong',
      failure('SignatureDoesNotMatch', 'The request signature we calculated does not match'),
      {},
      /does not accept/,
    ],
    [
      'the clock is wrong',
      failure('SignatureDoesNotMatch', 'Signature expired: 20260101T000000Z is now earlier than'),
      {},
      /clock is wrong/,
      /AWS_PROFILE/,
    ],
    [
      'a permission is missing',
      failure('AccessDeniedException', 'User: arn:x is not authorized to perform: dynamodb:Scan'),
      {},
      /lack a permission: .*dynamodb:Scan\. Use a role/,
      SIGN_IN,
    ],
  ];

  test.each(cases)('%s', (_, error, env, told, notTold) => {
    expect(explainAwsFailure(error, env)).toMatch(told);
    if (notTold) expect(explainAwsFailure(error, env)).not.toMatch(notTold);
    const wrapped = new Error('The page could not be read.', { cause: error });
    expect(explainAwsFailure(wrapped, env)).toMatch(told);
  });

  test('a fault of Laurel’s own is not explained as a failure of AWS', () => {
    expect(explainAwsFailure(new TypeError('x is not a function'), LOCAL)).toBeUndefined();
    expect(explainAwsFailure('no error at all', LOCAL)).toBeUndefined();
  });
});

test.each([
  ['http://127.0.0.1:4566', 'http://127.0.0.1:4566'],
  ['http://localhost:4566/', 'http://localhost:4566'],
  ['http://[::1]:4566', 'http://[::1]:4566'],
  ['https://dynamodb.eu-west-1.amazonaws.com', undefined],
  ['4566', undefined],
  [undefined, undefined],
])('this machine is told from others by the address: %s', (AWS_ENDPOINT_URL, local) => {
  expect(localEndpoint({ AWS_ENDPOINT_URL })).toBe(local);
});
