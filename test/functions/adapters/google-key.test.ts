import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readGoogleKey } from '../../../bin/operator/google-key-file.ts';
import { OperatorError } from '../../../bin/operator/operator-error.ts';
import { parseGoogleKey, parseGoogleKeys } from '../../../functions/adapters/google-key.ts';
import { type KeyFile, makeKeyFile } from '../../support/google.ts';

const { file } = makeKeyFile();
const pem = (type: 'rsa' | 'ec', options: object) =>
  // biome-ignore lint/suspicious/noExplicitAny: the overloads tell one kind of key from another
  (generateKeyPairSync as any)(type, options).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() as string;

test('a key file of Google’s leads to Google', () => {
  expect(parseGoogleKey(file)).toMatchObject({
    clientEmail: 'laurel@example.iam.gserviceaccount.example',
    keyId: '0123456789abcdef',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    apiUrl: 'https://walletobjects.googleapis.com',
  });
  expect(parseGoogleKeys({ keys: [file] }).clientEmail).toBe(file.client_email);
});

test('a stand-in on this machine may take Google’s place, and nothing else may', () => {
  const here = { token_uri: 'http://127.0.0.1:4567/token', wallet_uri: 'http://127.0.0.1:4567' };
  expect(parseGoogleKey({ ...file, ...here })).toMatchObject({ tokenUrl: here.token_uri, apiUrl: here.wallet_uri });
});

const BAD: [what: string, change: (file: KeyFile) => unknown, sentence: string][] = [
  ['nothing', () => null, "Google's key is without a type"],
  ['a list', () => [], "Google's key is without a type"],
  [
    'a person’s credentials',
    (f) => ({ ...f, type: 'authorized_user' }),
    'of type "authorized_user"; it must be one of type "service_account"',
  ],
  ['no address of the account', ({ client_email: _, ...f }) => f, 'has no "client_email"'],
  ['no private key', ({ private_key: _, ...f }) => f, 'is no private key in PEM'],
  ['half of a private key', (f) => ({ ...f, private_key: f.private_key.slice(0, 400) }), 'is no private key in PEM'],
  [
    'a short private key',
    (f) => ({ ...f, private_key: pem('rsa', { modulusLength: 1024 }) }),
    'rsa of 1024 bits; it must be RSA of 2048',
  ],
  [
    'a key of another kind',
    (f) => ({ ...f, private_key: pem('ec', { namedCurve: 'P-256' }) }),
    'is ec; it must be RSA',
  ],
  [
    'tokens from elsewhere',
    (f) => ({ ...f, token_uri: 'https://evil.example/token' }),
    'The "token_uri" of Google\'s key is not https://oauth2.googleapis.com/token',
  ],
  [
    'an API elsewhere',
    (f) => ({ ...f, wallet_uri: 'http://127.0.0.1.evil.example:80' }),
    'The "wallet_uri" of Google\'s key is not',
  ],
  [
    'an address that hides its host',
    (f) => ({ ...f, wallet_uri: 'http://127.0.0.1:1@evil.example' }),
    'The "wallet_uri" of Google\'s key is not',
  ],
];

describe.each(BAD)('a key with %s', (_, change, sentence) => {
  test('is refused with a sentence that says what to do', () => {
    expect(() => parseGoogleKey(change(structuredClone(file)))).toThrow(sentence);
    expect(() => parseGoogleKey(change(structuredClone(file)))).toThrow(
      '`npm run keys -- google --brand <brand> < key.json`',
    );
  });

  test('is not quoted', () => {
    const given = change(structuredClone(file)) as KeyFile | null;
    try {
      parseGoogleKey(given);
    } catch (error) {
      const told = `${(error as Error).message} ${(error as Error).stack} ${(error as Error).cause}`;
      for (const line of given?.private_key?.split('\n').filter((text) => /^[A-Za-z0-9+/=]{20,}$/.test(text)) ?? []) {
        expect(told).not.toContain(line);
      }
    }
  });
});

test.each([
  ['no list', { secrets: [] }, 'must hold {"keys": […]}'],
  ['nothing', null, 'must hold {"keys": […]}'],
  ['no key yet', { keys: [] }, "No key of Google's was put in yet."],
])('a secret with %s says so', (_, document, sentence) => {
  expect(() => parseGoogleKeys(document)).toThrow(sentence);
});

describe('what an operator hands over', () => {
  test('is taken as it is', () => {
    expect(readGoogleKey(JSON.stringify(file))).toEqual({ file, clientEmail: file.client_email });
  });

  test.each([
    ['no JSON', 'type: service_account', 'What was given is not JSON.'],
    ['nothing', '', 'What was given is not JSON.'],
    ['another file', '{"installed":{}}', 'it must be one of type "service_account"'],
  ])('is refused where it is %s', (_, text, sentence) => {
    expect(() => readGoogleKey(text)).toThrow(OperatorError);
    expect(() => readGoogleKey(text)).toThrow(sentence);
  });
});
