import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether one of the app's secrets signed these bytes. Several are alive while a secret is rotated.
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https#step-2-validate-the-origin-of-your-webhook
 */
export function isSignedBy(secrets: readonly string[], rawBody: Buffer, signature: string | undefined): boolean {
  const given = Buffer.from(signature ?? '', 'base64');
  let signed = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    if (expected.length === given.length && timingSafeEqual(expected, given)) signed = true;
  }
  return signed;
}

/** Reads the secret's document. */
export function parseShopifySecrets(document: unknown): string[] {
  const secrets = (document as { secrets?: unknown } | null)?.secrets;
  if (!Array.isArray(secrets))
    throw new Error('The secret of Shopify must hold {"secrets": ["…"]}, the app\'s client secrets.');
  return secrets.filter((secret): secret is string => typeof secret === 'string' && secret.length > 0);
}
