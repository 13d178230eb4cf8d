import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A pass as somebody else reads it: the `unzip` and the `openssl` of the machine, and JSON. */
export interface ReadPass {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the file says
  pass: any;
  files: Record<string, Buffer>;
  manifest: Record<string, string>;
}

/** @throws what `unzip` says of an archive that is not whole */
export function readPass(pkpass: Uint8Array): ReadPass {
  return inFolder((folder) => {
    const archive = path.join(folder, 'a.pkpass');
    writeFileSync(archive, pkpass);
    execFileSync('unzip', ['-q', archive, '-d', path.join(folder, 'pass')], { stdio: 'pipe' });
    const root = path.join(folder, 'pass');
    const files = Object.fromEntries(
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => {
          const file = path.join(parentPath, name);
          return [path.relative(root, file), readFileSync(file)] as const;
        }),
    );
    return {
      files,
      pass: JSON.parse(files['pass.json']!.toString('utf8')),
      manifest: JSON.parse(files['manifest.json']!.toString('utf8')),
    };
  });
}

/** What the manifest should say of the files. */
export function digestsOf({ files }: ReadPass): Record<string, string> {
  const sealed = Object.entries(files).filter(([name]) => name !== 'manifest.json' && name !== 'signature');
  return Object.fromEntries(sealed.map(([name, bytes]) => [name, createHash('sha1').update(bytes).digest('hex')]));
}

/**
 * Lets openssl judge a pass's signature against a root. A pass certificate is made for signing in to a server, not for mail: hence
 * any purpose.
 * @returns the content that was signed. @throws what openssl says
 */
export function verifySignature(
  { files }: Pick<ReadPass, 'files'>,
  root: string,
  command: 'smime' | 'cms' = 'smime',
): string {
  return inFolder((folder) => {
    const put = (name: string, content: string | Uint8Array) => {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    };
    return execFileSync(
      'openssl',
      [
        ...[command, '-verify', '-binary', '-purpose', 'any', '-inform', 'DER'],
        ...['-in', put('signature', files.signature!), '-content', put('manifest', files['manifest.json']!)],
        ...['-CAfile', put('root.pem', root)],
      ],
      { stdio: 'pipe' },
    ).toString('utf8');
  });
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-pass-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
