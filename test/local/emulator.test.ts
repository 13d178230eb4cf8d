import { describe, expect, test } from 'vitest';
import { isLoopback, useRunningEmulator } from '../../local/emulator.ts';

describe('The emulator that AWS_ENDPOINT_URL names', () => {
  test.each(['localhost', '127.0.0.1', '127.9.9.9', '[::1]', '::1', 'laurel.localhost', 'LOCALHOST'])(
    '%s is this machine',
    (host) => expect(isLoopback(host)).toBe(true),
  );

  test.each([
    '10.0.0.7',
    '0.0.0.0',
    '128.0.0.1',
    '169.254.169.254',
    'localhost.example.com',
    '127.0.0.1.example.com',
    'dynamodb.eu-west-1.amazonaws.com',
    '[fe80::1]',
    '',
  ])('"%s" is not', (host) => expect(isLoopback(host)).toBe(false));

  test.each(['https://dynamodb.eu-west-1.amazonaws.com', 'http://10.0.0.7:4566', 'http://127.0.0.1@10.0.0.7:4566'])(
    '%s is refused before anything is asked of it, for keys are written there',
    (url) => expect(useRunningEmulator(url)).rejects.toThrow('is not this machine'),
  );

  test.each(['4566', 'ftp://127.0.0.1:4566', ''])('"%s" is refused as no URL, with a valid example', (url) =>
    expect(useRunningEmulator(url)).rejects.toThrow('http://127.0.0.1:4566'),
  );
});
