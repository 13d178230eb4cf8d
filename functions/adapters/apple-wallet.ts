import { fileURLToPath } from 'node:url';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AppleSettings } from '../../core/use-cases/draw-pass.ts';
import { hasWallet } from '../../core/wallet/pass-content.ts';
import { brand, program } from '../runtime/brand.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { CmsPassSigner } from './cms-pass-signer.ts';
import { DynamoLedger } from './dynamo-ledger.ts';
import { DynamoMemberStore } from './dynamo-member-store.ts';
import { DynamoPassRegistrations } from './dynamo-pass-registrations.ts';
import { DynamoProfileStore } from './dynamo-profile-store.ts';
import { FolderPassImages } from './folder-pass-images.ts';
import { HmacPassTokens } from './hmac-pass-tokens.ts';
import { CheckedCertificates } from './pass-certificates.ts';
import { PkpassPress } from './pkpass-press.ts';
import { SecretDocument } from './secret-document.ts';

/** Builds the ports, settings and certificates for Apple passes from the function's environment. */
export function appleWallet(client: DynamoDBDocumentClient) {
  const env = readEnvironment(
    'POINTS_TABLE',
    'MEMBERS_TABLE',
    'PASS_CERTIFICATES_SECRET',
    'PASS_TOKENS_SECRET',
    'API_URL',
  );
  const settings = appleSettings(env.API_URL);
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
