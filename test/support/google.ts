import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { parseGoogleKey } from '../../functions/adapters/google-key.ts';

/** A key file as Google gives it out, made here: nobody's. */
export interface KeyFile {
  type: string;
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  token_uri: string;
  wallet_uri?: string;
}

export function makeKeyFile(addresses: Partial<KeyFile> = {}): { file: KeyFile; publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file: KeyFile = {
    type: 'service_account',
    project_id: 'example',
    private_key_id: '0123456789abcdef',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: 'laurel@example.iam.gserviceaccount.example',
    token_uri: 'https://oauth2.googleapis.com/token',
    ...addresses,
  };
  return { file, publicKey };
}

export const parsed = (file: KeyFile) => parseGoogleKey(file);
