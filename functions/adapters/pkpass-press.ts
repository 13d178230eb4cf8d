import { createHash } from 'node:crypto';
import type { PassFiles, PassPackager, PassSigner } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { zipArchive } from './zip-archive.ts';

/** Caches digests, because every pass of a tier contains the same images. */
const digests = new WeakMap<Uint8Array, string>();

/** Makes a `.pkpass`: the files, a manifest of their digests, and the manifest's signature. */
export class PkpassPress implements PassPackager {
  readonly #signer: PassSigner;

  constructor(signer: PassSigner) {
    this.#signer = signer;
  }

  contentsOf(files: PassFiles): string {
    return createHash('sha256').update(manifestOf(files)).digest('base64url');
  }

  async pack(files: PassFiles, now: Instant): Promise<Uint8Array> {
    const manifest = manifestOf(files);
    const signature = await this.#signer.sign(manifest, now);
    return zipArchive([...Object.entries(files), ['manifest.json', manifest], ['signature', signature]]);
  }
}

function manifestOf(files: PassFiles): Buffer {
  const names = Object.entries(files).map(([name, bytes]) => [name, digestOf(bytes)]);
  return Buffer.from(JSON.stringify(Object.fromEntries(names)), 'utf8');
}

function digestOf(bytes: Uint8Array): string {
  let digest = digests.get(bytes);
  if (digest === undefined) {
    digest = createHash('sha1').update(bytes).digest('hex');
    digests.set(bytes, digest);
  }
  return digest;
}
