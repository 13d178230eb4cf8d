import { type ApiKey, parseApiKeys } from '../runtime/api-keys.ts';
import { SecretDocument } from './secret-document.ts';

export function apiKeys(secret: string): SecretDocument<ApiKey[]> {
  return new SecretDocument(secret, parseApiKeys);
}
