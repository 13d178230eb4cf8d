import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { WalletSettings } from '../core/program/brand.ts';
import { type ReceivedPush, startApnsStandIn } from './apns-stand-in.ts';
import { makeDevCertificates } from './dev-certificates.ts';
import { GoogleWalletStandIn } from './google-wallet-stand-in.ts';
import { writeGoogleKey, writePassCertificates } from './secrets.ts';

/** Where a stack keeps what it needs for them. */
export interface WalletSecrets {
  apple: string | undefined;
  google: string | undefined;
}

export interface LocalWallets {
  /** Whom a pass's signature leads to, in PEM. */
  passRoot?: string;
  /** Hears of every push that the stand-in of APNs takes. */
  onPush(listener: (push: ReceivedPush) => void): void;
  stop(): Promise<void>;
}

/**
 * Apple's and Google's clouds on this machine, as far as passes need them: certificates and keys of nobody's, which the stack is given, and
 * stand-ins to which they lead.
 * @param pushLog where each push is written down, one a line
 */
export async function startLocalWallets(
  client: SecretsManagerClient,
  { apple, google }: Pick<WalletSettings, 'apple' | 'google'>,
  secrets: WalletSecrets,
  pushLog: string,
): Promise<LocalWallets> {
  const listeners: ((push: ReceivedPush) => void)[] = [];
  const toStop: (() => Promise<void>)[] = [];
  let passRoot: string | undefined;
  if (apple && secrets.apple !== undefined) {
    const chain = makeDevCertificates(apple, new Date());
    const onPush = (push: ReceivedPush) => {
      appendFileSync(pushLog, `${JSON.stringify(push)}\n`);
      for (const hear of listeners) hear(push);
    };
    const apns = await startApnsStandIn(chain, { onPush });
    toStop.push(apns.stop);
    await writePassCertificates(client, secrets.apple, chain, apns.push);
    passRoot = chain.root.certificate;
  }
  if (google && secrets.google !== undefined) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const clientEmail = 'laurel@local.example';
    const standIn = await GoogleWalletStandIn.start({ serviceAccount: { clientEmail, publicKey } });
    toStop.push(() => standIn.stop());
    await writeGoogleKey(client, secrets.google, {
      type: 'service_account',
      client_email: clientEmail,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ...standIn.addresses,
    });
  }
  return {
    ...(passRoot !== undefined && { passRoot }),
    onPush: (listener) => listeners.push(listener),
    async stop() {
      for (const stop of toStop) await stop();
    },
  };
}
