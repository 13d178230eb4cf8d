import { fileURLToPath } from 'node:url';
import type { AppleSettings } from '../../core/use-cases/draw-pass.ts';
import { hasWallet } from '../../core/wallet/pass-content.ts';
import { CmsPassSigner } from '../adapters/cms-pass-signer.ts';
import { dynamoClient } from '../adapters/dynamo-client.ts';
import { DynamoLedger } from '../adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../adapters/dynamo-member-store.ts';
import { DynamoPassRegistrations } from '../adapters/dynamo-pass-registrations.ts';
import { DynamoProfileStore } from '../adapters/dynamo-profile-store.ts';
import { FolderPassImages } from '../adapters/folder-pass-images.ts';
import { HmacPassTokens } from '../adapters/hmac-pass-tokens.ts';
import { CheckedCertificates } from '../adapters/pass-certificates.ts';
import { PkpassPress } from '../adapters/pkpass-press.ts';
import { SecretDocument } from '../adapters/secret-document.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { brand, program } from './brand.ts';

/** Builds the ports, settings and certificates for Apple passes from the environment of the function. */
export function appleWallet() {
  const env = readEnvironment(
    'POINTS_TABLE',
    'MEMBERS_TABLE',
    'PASS_CERTIFICATES_SECRET',
    'PASS_TOKENS_SECRET',
    'API_URL',
  );
  const settings = appleSettings(env.API_URL);
  const client = dynamoClient();
  const certificates = new CheckedCertificates(env.PASS_CERTIFICATES_SECRET, settings.apple);
  const ports = {
    ledger: new DynamoLedger(client, env.POINTS_TABLE),
    members: new DynamoMemberStore(client, env.MEMBERS_TABLE),
    profiles: new DynamoProfileStore(client, env.MEMBERS_TABLE),
    registrations: new DynamoPassRegistrations(client, env.MEMBERS_TABLE),
    tokens: passTokens(env.PASS_TOKENS_SECRET, settings),
    // The deployment puts the designs' folders beside the code.
    images: new FolderPassImages(fileURLToPath(new URL('.', import.meta.url))),
    packager: new PkpassPress(new CmsPassSigner(certificates)),
  };
  return { ports, settings, certificates };
}

/** @param apiUrl the address at which phones reach this stack */
export function appleSettings(apiUrl: string): AppleSettings {
  if (!hasWallet(brand) || !brand.wallet.apple) {
    throw new Error(`The brand ${brand.brand} has no wallet.apple: this function is deployed only with it.`);
  }
  return { brand, program, apple: brand.wallet.apple, url: apiUrl.replace(/\/$/, '') };
}

/** Tokens made with the stack's secret. The secret never changes, so it is read once in a function's life. */
export function passTokens(secret: string, { apple }: AppleSettings): HmacPassTokens {
  const document = new SecretDocument(secret, parseTokenSecret);
  return new HmacPassTokens(() => document.read(0, 0), apple.passTypeId);
}

function parseTokenSecret(document: unknown): string {
  const secret = (document as { secret?: unknown } | null)?.secret;
  if (typeof secret !== 'string' || secret.length < 32) {
    throw new Error(
      'The secret of the passes must hold {"secret": "…"}, as the stack made it. Restore its first version.',
    );
  }
  return secret;
}
