import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `intake` enrols members and posts transactions, `read` asks, `admin` may do everything. */
export const ROLES = ['intake', 'read', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A key as it is kept: its hash only. Who loses a key makes a new one. */
export interface ApiKey {
  id: string;
  role: Role;
  /** Of the whole key's text, in hex. The key is 256 random bits, so there is nothing to guess and no salt to add. */
  sha256: string;
  createdAt: string;
}

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Makes a key: the text to hand over once, and what is kept of it. */
export function newApiKey(role: Role, createdAt: string): { text: string; kept: ApiKey } {
  const text = `laurel_${role}_${randomBytes(32).toString('base64url')}`;
  return { text, kept: { id: randomBytes(4).toString('hex'), role, sha256: sha256(text), createdAt } };
}

/** Reads the secret's document; a key that is not whole is no key. */
export function parseApiKeys(document: unknown): ApiKey[] {
  const keys = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys))
    throw new Error('The secret of the API keys must hold {"keys": […]}. `npm run keys` writes it.');
  return keys.filter(
    (key): key is ApiKey =>
      ROLES.includes(key?.role) && typeof key?.sha256 === 'string' && /^[0-9a-f]{64}$/.test(key.sha256),
  );
}

/** The key that a text is, found in constant time: every key is compared, and hashes are compared whole. */
export function findApiKey(keys: readonly ApiKey[], text: string): ApiKey | undefined {
  const given = Buffer.from(sha256(text), 'hex');
  let found: ApiKey | undefined;
  for (const key of keys) if (timingSafeEqual(Buffer.from(key.sha256, 'hex'), given)) found = key;
  return found;
}

export function mayCall(role: Role, needed: Role): boolean {
  return role === 'admin' || role === needed;
}
