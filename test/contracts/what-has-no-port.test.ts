import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { SecretDocument } from '../../functions/adapters/secret-document.ts';
import { type ParkedRecord, SqsParking } from '../../functions/adapters/sqs-parking.ts';
import { findApiKey, parseApiKeys, ROLES } from '../../functions/runtime/api-keys.ts';
import { isTransient } from '../../functions/runtime/transient.ts';
import { writeApiKeys } from '../../local/secrets.ts';
import { localAws, newInbox } from './setup/local-aws.ts';

/** Resources that functions use without a port and a fake: secrets, and the queue of parked records. */

const client = new SecretsManagerClient(localAws());
const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 4, 2, 12);

async function aSecret(text: string): Promise<string> {
  const Name = `secret-${randomUUID()}`;
  await client.send(new CreateSecretCommand({ Name, SecretString: text }));
  return Name;
}

test('API keys written by an operator are found by role, and stored only as hashes', async () => {
  const secret = await aSecret('{"keys":[]}');
  const texts = await writeApiKeys(client, secret, new Date(NOW));
  const keys = await new SecretDocument(secret, parseApiKeys, client).read(NOW);
  for (const role of ROLES) expect(findApiKey(keys, texts[role])).toMatchObject({ role });
  expect(findApiKey(keys, `${texts.admin}x`)).toBeUndefined();
  for (const text of Object.values(texts)) expect(JSON.stringify(keys)).not.toContain(text);
});

test('a revoked key stops working within a minute, and at once for a caller that asks for a fresh read', async () => {
  const secret = await aSecret('{"keys":[]}');
  const { intake } = await writeApiKeys(client, secret, new Date(NOW));
  const [keys, others] = [1, 2].map(() => new SecretDocument(secret, parseApiKeys, client)) as [
    SecretDocument<ReturnType<typeof parseApiKeys>>,
    SecretDocument<ReturnType<typeof parseApiKeys>>,
  ];
  for (const document of [keys, others]) expect(findApiKey(await document.read(NOW), intake)).toBeDefined();
  await client.send(new PutSecretValueCommand({ SecretId: secret, SecretString: '{"keys":[]}' }));
  expect(findApiKey(await others.read(NOW + 1, NOW + 1), intake)).toBeUndefined();
  expect(findApiKey(await keys.read(NOW + MINUTE_MS), intake)).toBeDefined();
  expect(findApiKey(await keys.read(NOW + MINUTE_MS + 1), intake)).toBeUndefined();
});

test('a missing secret is a temporary failure', async () => {
  const reading = new SecretDocument('not-there', parseApiKeys, client).read(NOW);
  const failure = await reading.catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'ResourceNotFoundException' });
  expect(isTransient(failure)).toBe(true);
});

test('parked records wait in their queue unchanged', async () => {
  const inbox = await newInbox();
  const parking = new SqsParking(inbox.url, new SQSClient(localAws()));
  const records: ParkedRecord[] = [
    { kind: 'transaction', memberId: 'm-1', key: 'TX#api#1', reason: 'Error: poison "☕️"' },
    { kind: 'tierChange', memberId: 'm-2', key: 'CHANGE#0000000001', reason: '' },
  ];
  for (const record of records) await parking.park(record);
  const waiting = (await inbox.take(2)).map((message) => JSON.parse(message));
  expect(waiting).toHaveLength(2);
  expect(waiting).toEqual(expect.arrayContaining(records));
});
