import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from 'vitest';
import type { PassTokens } from '../../core/ports.ts';
import { HmacPassTokens } from '../../functions/adapters/hmac-pass-tokens.ts';
import { SecretDocument } from '../../functions/adapters/secret-document.ts';
import { freshId, ODD_TEXTS } from './setup/examples.ts';
import { realOnly } from './setup/fake-and-real.ts';
import { localAws } from './setup/local-aws.ts';

const client = new SecretsManagerClient(localAws());

/** The pass tokens of a brand, with its secret stored as the stack stores it. */
async function tokensOf(passTypeId: string, secret: string): Promise<HmacPassTokens> {
  const Name = `tokens-${randomUUID()}`;
  await client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify({ secret }) }));
  const document = new SecretDocument(Name, (held) => (held as { secret: string }).secret, client);
  return new HmacPassTokens(() => document.read(0, 0), passTypeId);
}

const tokens = await tokensOf('pass.example', 'a secret of the brand’s');
const others = {
  'with another secret': await tokensOf('pass.example', 'a secret of somebody else’s'),
  'of another pass type': await tokensOf('pass.another', 'a secret of the brand’s'),
};

describe.each(realOnly<PassTokens>(['of a secret in Secrets Manager', tokens]))('pass tokens %s', (_, port) => {
  test('fit only the pass that they were made for, and are the same each time', async () => {
    const [ana, bea] = [freshId(), freshId()];
    const token = await port.tokenOf(ana);
    expect(await port.tokenOf(ana)).toBe(token);
    expect(await port.fits(ana, token)).toBe(true);
    expect(await port.fits(bea, token)).toBe(false);
    for (const other of ['', token.slice(1), `${token}A`, token.toLowerCase()]) {
      expect(await port.fits(ana, other), other).toBe(false);
    }
  });

  test.each(Object.entries(others))('do not fit for a brand %s', async (_, brand) => {
    const ana = freshId();
    expect(await brand.fits(ana, await port.tokenOf(ana))).toBe(false);
  });

  test('open a member’s pass until they expire', async () => {
    const ana = freshId();
    expect(await port.readLink(await port.linkTo(ana, 7000))).toEqual({ memberId: ana, expiresAt: 7000 });
  });

  test('open nothing if they were changed, or made with another brand’s secret', async () => {
    const ana = freshId();
    const [said, mac] = (await port.linkTo(ana, 7000)).split('.');
    const later = Buffer.from(`${ana} 9000`).toString('base64url');
    const theirs = await others['with another secret'].linkTo(ana, 7000);
    for (const token of [`${later}.${mac}`, `${said}.`, `${said}`, '', '.', theirs, await port.tokenOf(ana)]) {
      expect(await port.readLink(token), token).toBeUndefined();
    }
  });

  test.each(Object.entries(ODD_TEXTS))('accept %s as a serial number', async (_, text) => {
    expect(await port.fits(text, await port.tokenOf(text))).toBe(true);
    expect(await port.fits(`${text}1`, await port.tokenOf(text))).toBe(false);
  });
});
