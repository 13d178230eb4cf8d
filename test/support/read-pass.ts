import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';

/** A pass as another program reads it. */
export interface ReadPass {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the file says
  pass: any;
  files: Record<string, Buffer>;
  manifest: Record<string, string>;
}

/** Reads a pass with a library that had no part in making it. */
export function readPass(pkpass: Uint8Array): ReadPass {
  return asPass(
    Object.fromEntries(Object.entries(unzipSync(pkpass)).map(([name, bytes]) => [name, Buffer.from(bytes)])),
  );
}

export function asPass(files: Record<string, Buffer>): ReadPass {
  return {
    files,
    pass: JSON.parse(files['pass.json']!.toString('utf8')),
    manifest: JSON.parse(files['manifest.json']!.toString('utf8')),
  };
}

/** The expected manifest of the files. */
export function digestsOf({ files }: ReadPass): Record<string, string> {
  const sealed = Object.entries(files).filter(([name]) => name !== 'manifest.json' && name !== 'signature');
  return Object.fromEntries(sealed.map(([name, bytes]) => [name, createHash('sha1').update(bytes).digest('hex')]));
}
