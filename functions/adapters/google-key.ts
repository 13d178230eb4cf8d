import { createPrivateKey, type KeyObject } from 'node:crypto';
import { CannotSign } from '../../core/failures.ts';

/** A key of a Google service account, and the addresses where it is used. */
export interface GoogleKey {
  clientEmail: string;
  keyId: string | undefined;
  privateKey: KeyObject;
  /** The addresses for tokens and for the Wallet API: Google's, or a stand-in on this machine. */
  tokenUrl: string;
  apiUrl: string;
}

const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const API_URL = 'https://walletobjects.googleapis.com';
const LEAST_BITS = 2048;

/** The remedy in every error about the key. */
const REMEDY =
  'Make a key of type JSON for the service account in the Google Cloud console (IAM, Service accounts, Keys), and put the whole file in: ' +
  '`npm run keys -- google --brand <brand> < key.json`.';

/** Reads the secret's document, `{"keys": [<a Google key file>]}`. @throws CannotSign with the problem, without the document's contents */
export function parseGoogleKeys(document: unknown): GoogleKey {
  const keys = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new CannotSign(`The secret of Google's key must hold {"keys": […]}. ${REMEDY}`);
  if (keys.length === 0) throw new CannotSign(`No key of Google's was put in yet. ${REMEDY}`);
  return parseGoogleKey(keys[0]);
}

/** @param file as Google issues it: https://cloud.google.com/iam/docs/keys-create-delete */
export function parseGoogleKey(file: unknown): GoogleKey {
  const fields = file !== null && typeof file === 'object' ? (file as Record<string, unknown>) : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  if (fields.type !== 'service_account') {
    const given = text('type') ? `of type "${text('type').slice(0, 40)}"` : 'without a type';
    throw new CannotSign(`Google's key is ${given}; it must be one of type "service_account". ${REMEDY}`);
  }
  const clientEmail = text('client_email');
  if (!/^[^\s@]+@[^\s@]+$/.test(clientEmail)) throw new CannotSign(`Google's key has no "client_email". ${REMEDY}`);
  return {
    clientEmail,
    keyId: text('private_key_id') || undefined,
    privateKey: privateKeyOf(text('private_key')),
    tokenUrl: addressOf(text('token_uri'), 'token_uri', TOKEN_URL),
    apiUrl: addressOf(text('wallet_uri') || API_URL, 'wallet_uri', API_URL),
  };
}

function privateKeyOf(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The parser's error may quote the key, so it is dropped.
    throw new CannotSign(`The "private_key" of Google's key is no private key in PEM. ${REMEDY}`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < LEAST_BITS) {
    const given = `${key.asymmetricKeyType}${bits > 0 ? ` of ${bits} bits` : ''}`;
    throw new CannotSign(`Google's key is ${given}; it must be RSA of ${LEAST_BITS} bits at least. ${REMEDY}`);
  }
  return key;
}

/** Signatures made with the key are sent to this address, so only Google or a stand-in on loopback is allowed. */
function addressOf(given: string, name: string, google: string): string {
  if (given === google || /^http:\/\/127\.0\.0\.1:\d{1,5}(?:\/[a-z0-9/]*)?$/.test(given)) return given;
  throw new CannotSign(`The "${name}" of Google's key is not ${google}. ${REMEDY}`);
}
