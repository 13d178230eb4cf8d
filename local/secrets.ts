import { randomBytes } from 'node:crypto';
import { PutSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { newApiKey, ROLES, type Role } from '../functions/runtime/api-keys.ts';
import type { DevCertificates } from './dev-certificates.ts';

export type Keys = Record<Role, string>;

/** The secrets of a local stack that callers need to know. */
export interface LocalSecrets {
  keys: Keys;
  shopifySecret: string;
}

/** Gives the API one new key for each role; only their hashes are kept. */
export async function writeApiKeys(client: SecretsManagerClient, secretId: string, now: Date): Promise<Keys> {
  const made = ROLES.map((role) => ({ role, ...newApiKey(role, now.toISOString()) }));
  await write(client, secretId, { keys: made.map(({ kept }) => kept) });
  return Object.fromEntries(made.map(({ role, text }) => [role, text])) as Keys;
}

/** Gives the webhooks a secret, in place of the one that Shopify shows to a shop's owner. */
export async function writeShopifySecret(client: SecretsManagerClient, secretId: string): Promise<string> {
  const secret = randomBytes(32).toString('hex');
  await write(client, secretId, { secrets: [secret] });
  return secret;
}

/** Gives passes a chain of their own, and pushes a stand-in of Apple's to go to. */
export async function writePassCertificates(
  client: SecretsManagerClient,
  secretId: string,
  { pass, wwdr }: Pick<DevCertificates, 'pass' | 'wwdr'>,
  push: { url: string; ca: string },
): Promise<void> {
  const certificates = { signerCert: pass.certificate, signerKey: pass.key, wwdr: wwdr.certificate, push };
  await write(client, secretId, { certificates: [certificates] });
}

/** Gives Google's wallet a service account, of nobody's. */
export async function writeGoogleKey(client: SecretsManagerClient, secretId: string, key: object): Promise<void> {
  await write(client, secretId, { keys: [key] });
}

async function write(client: SecretsManagerClient, secretId: string, document: object): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(document) }));
}
