import { describe, expect, test } from 'vitest';
import { pngSize } from '../../../core/wallet/design-images.ts';
import { CmsPassSigner } from '../../../functions/adapters/cms-pass-signer.ts';
import { PkpassPress } from '../../../functions/adapters/pkpass-press.ts';
import { currentCertificates, exampleChain } from '../../support/certificates.ts';
import { exampleImages } from '../../support/images.ts';
import { unzipPass, verifySignature } from '../../support/judged-by-programs.ts';
import { digestsOf } from '../../support/read-pass.ts';

const NOW = Date.UTC(2026, 4, 2, 10);
const packager = new PkpassPress(new CmsPassSigner(currentCertificates));
const files: Record<string, Uint8Array> = {
  'pass.json': Buffer.from(JSON.stringify({ description: 'Größe ☕️' })),
  'es.lproj/pass.strings': Buffer.from('"Points" = "Puntos";\n'),
  ...exampleImages(),
};

describe('a pass that was pressed', () => {
  test('opens with unzip, and holds every file as it was', async () => {
    const read = unzipPass(await packager.pack(files, NOW));
    expect(Object.keys(read.files).sort()).toEqual([...Object.keys(files), 'manifest.json', 'signature'].sort());
    for (const [name, bytes] of Object.entries(files)) expect(read.files[name], name).toEqual(Buffer.from(bytes));
    expect(read.pass.description).toBe('Größe ☕️');
  });

  test('has a manifest with the digest of each file', async () => {
    const read = unzipPass(await packager.pack(files, NOW));
    expect(read.manifest).toEqual(digestsOf(read));
  });

  test.each(['smime', 'cms'] as const)('is signed so that openssl %s accepts it against the chain', async (command) => {
    const read = unzipPass(await packager.pack(files, NOW));
    expect(verifySignature(read, exampleChain().root.certificate, command)).toBe(
      read.files['manifest.json']!.toString('utf8'),
    );
  });

  test('is not accepted once a byte of its manifest is another, nor against another root', async () => {
    const read = unzipPass(await packager.pack(files, NOW));
    const manifest = Buffer.from(read.files['manifest.json']!);
    manifest[10]! ^= 1;
    const { root, wwdr } = exampleChain();
    expect(() => verifySignature({ files: { ...read.files, 'manifest.json': manifest } }, root.certificate)).toThrow(
      'digest failure',
    );
    expect(() => verifySignature(read, wwdr.certificate)).toThrow(/verif/i);
  });

  test('keeps images in the sizes that they have', async () => {
    const read = unzipPass(await packager.pack(files, NOW));
    const sizes = ['icon.png', 'icon@2x.png', 'logo@2x.png', 'strip@2x.png'].map((name) => pngSize(read.files[name]!));
    expect(sizes).toEqual([
      { width: 29, height: 29 },
      { width: 58, height: 58 },
      { width: 100, height: 100 },
      { width: 750, height: 246 },
    ]);
  });

  test('has the same contents as long as its files are the same', () => {
    const contents = packager.contentsOf(files);
    expect(packager.contentsOf({ ...files })).toBe(contents);
    expect(packager.contentsOf({ ...files, 'pass.json': Buffer.from('{}') })).not.toBe(contents);
    expect(packager.contentsOf({ ...files, 'icon.png': Buffer.from(files['logo.png']!) })).not.toBe(contents);
  });
});
