import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { GoogleLoyaltyClass } from '../../core/wallet/google-class.ts';
import type { GoogleMessage } from '../../core/wallet/google-message.ts';
import {
  type ClosedGoogleObject,
  closedGoogleObject,
  type GoogleLoyaltyObject,
} from '../../core/wallet/google-object.ts';
import { parseGoogleKey } from '../../functions/adapters/google-key.ts';
import { EXAMPLE_GOOGLE } from './program.ts';

/** A key file in Google's format, with a made-up key. */
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

const texts = (value: string) => ({ defaultValue: { language: 'en', value } });

export function aGoogleClass(id: string): GoogleLoyaltyClass {
  return {
    id,
    issuerName: 'Example Shop',
    programName: 'Example Shop',
    programLogo: { sourceUri: { uri: 'https://shop.example/logo.png' }, contentDescription: texts('Example Shop') },
    hexBackgroundColor: '#c0c0c0',
    reviewStatus: 'UNDER_REVIEW',
    localizedRewardsTierLabel: texts('Status'),
    localizedRewardsTier: texts('Silver'),
    localizedAccountNameLabel: texts('Member'),
    textModulesData: [],
    multipleDevicesAndHoldersAllowedStatus: 'ONE_USER_ALL_DEVICES',
  };
}

export function aGoogleObject(id: string, classId: string): GoogleLoyaltyObject {
  return {
    id,
    classId,
    state: 'ACTIVE',
    accountId: 'm-1',
    accountName: 'Ana García',
    loyaltyPoints: { localizedLabel: texts('Points'), balance: { int: 1300 } },
    secondaryLoyaltyPoints: null,
    barcode: { type: 'QR_CODE', value: 'm-1', alternateText: 'm-1' },
    textModulesData: [],
  };
}

export function aClosedGoogleObject(id: string): ClosedGoogleObject {
  return { ...closedGoogleObject(EXAMPLE_GOOGLE, 'm-1'), id };
}

export function aGoogleMessage(id = 'change-1'): GoogleMessage {
  return { id, header: 'Example Shop', body: "you're now Silver", messageType: 'TEXT_AND_NOTIFY' };
}
