import { SecretDocument } from '../adapters/secret-document.ts';
import { type ApiKey, parseApiKeys } from '../runtime/api-keys.ts';

export function apiKeys(secret: string): SecretDocument<ApiKey[]> {
  return new SecretDocument(secret, parseApiKeys);
}
