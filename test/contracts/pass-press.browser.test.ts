import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from 'vitest';
import { CannotSign } from '../../core/failures.ts';
import type { PassImages, PassPackager, PassSigner } from '../../core/ports.ts';
import { CmsPassSigner } from '../../functions/adapters/cms-pass-signer.ts';
import { FolderPassImages } from '../../functions/adapters/folder-pass-images.ts';
import { CheckedCertificates, parsePassCertificates } from '../../functions/adapters/pass-certificates.ts';
import { PkpassPress } from '../../functions/adapters/pkpass-press.ts';
import { SecretDocument } from '../../functions/adapters/secret-document.ts';
import { EXAMPLE_APPLE, exampleCertificates, exampleChain } from '../support/certificates.ts';
import { verifySignature } from '../support/judged-by-programs.ts';
import { readPass } from '../support/read-pass.ts';
import { realOnly } from './setup/fake-and-real.ts';
import { localAws } from './setup/local-aws.ts';

const client = new SecretsManagerClient(localAws());

/** A signer that reads its certificates from a secret, as an operator stores them. */
async function signerWith(certificates: object[], apple = EXAMPLE_APPLE): Promise<CmsPassSigner> {
  const Name = `certificates-${randomUUID()}`;
  await client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify({ certificates }) }));
  return new CmsPassSigner(new CheckedCertificates(new SecretDocument(Name, parsePassCertificates, client), apple));
}

const NOW = Date.UTC(2026, 4, 2, 12);
const signer = await signerWith([exampleCertificates()]);
const unfit: [string, CmsPassSigner, number][] = [
  ['missing', await signerWith([]), NOW],
  ['of another pass type', await signerWith([exampleCertificates()], { ...EXAMPLE_APPLE, passTypeId: 'x' }), NOW],
  ['expired', await signerWith([exampleCertificates()]), Date.UTC(2099, 0, 1)],
];
const files = { 'pass.json': Buffer.from('{"description":"Größe"}'), 'icon.png': Buffer.from([1, 2, 3]) };

describe.each(realOnly<PassSigner>(['with certificates in Secrets Manager', signer]))('a signer %s', (_, port) => {
  test('signs a manifest; the signature fits this manifest and no other', async () => {
    const manifest = Buffer.from('{"pass.json":"1"}');
    const signature = Buffer.from(await port.sign(manifest, NOW));
    const judged = (signed: Buffer) =>
      verifySignature({ files: { 'manifest.json': signed, signature } }, exampleChain().root.certificate);
    expect(judged(manifest)).toBe(manifest.toString());
    expect(() => judged(Buffer.from('{"pass.json":"2"}'))).toThrow('digest failure');
  });

  test.each(unfit)('says the remedy if its certificates are %s', async (_, unfitting, now) => {
    await expect(unfitting.sign(Buffer.from('{}'), now)).rejects.toBeInstanceOf(CannotSign);
  });
});

describe.each(realOnly<PassPackager>(['of .pkpass files', new PkpassPress(signer)]))('a packager %s', (_, port) => {
  test('makes one file of all files, each as it was', async () => {
    const read = readPass(await port.pack(files, NOW));
    for (const [name, bytes] of Object.entries(files)) expect(read.files[name], name).toEqual(bytes);
  });

  test('names contents: the same for the same files, different for all others', () => {
    const contents = port.contentsOf(files);
    expect(port.contentsOf({ ...files })).toBe(contents);
    const others = [
      { ...files, 'icon.png': Buffer.from([1, 2, 4]) },
      { ...files, 'logo.png': Buffer.from([1, 2, 3]) },
      { 'pass.json': files['pass.json'] },
    ];
    expect(new Set([contents, ...others.map((other) => port.contentsOf(other))]).size).toBe(others.length + 1);
  });

  test('fails if it cannot sign', async () => {
    for (const [, unfitting, now] of unfit) {
      await expect(new PkpassPress(unfitting).pack(files, now)).rejects.toBeInstanceOf(CannotSign);
    }
  });
});

const folders = new FolderPassImages(path.resolve('brands/demo/wallet'));

describe.each(realOnly<PassImages>(['in folders', folders]))('images of passes %s', (_, port) => {
  test('are a design’s own, and the same object every time', async () => {
    const gold = await port.of('gold');
    expect(Object.keys(gold)).toContain('icon@2x.png');
    expect(await port.of('gold')).toBe(gold);
    expect(await port.of('silver')).not.toEqual(gold);
  });

  test('that are missing cause an error with the remedy', async () => {
    await expect(port.of('nothing')).rejects.toBeInstanceOf(CannotSign);
    await expect(port.of('nothing')).rejects.toThrow('Then deploy again.');
  });
});
