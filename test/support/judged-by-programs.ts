import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asPass, type ReadPass } from './read-pass.ts';
import { placeOf } from './required-programs.ts';

/**
 * Reads a pass with the `unzip` of the machine.
 * @throws the message of `unzip`, where the archive is damaged
 */
export function unzipPass(pkpass: Uint8Array): ReadPass {
  return inFolder((folder) => {
    const archive = path.join(folder, 'a.pkpass');
    writeFileSync(archive, pkpass);
    execFileSync(placeOf('unzip'), ['-q', archive, '-d', path.join(folder, 'pass')], { stdio: 'pipe' });
    const root = path.join(folder, 'pass');
    const files = Object.fromEntries(
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => {
          const file = path.join(parentPath, name);
          return [path.relative(root, file), readFileSync(file)] as const;
        }),
    );
    return asPass(files);
  });
}

/**
 * Verifies a pass's signature against a root with openssl. A pass certificate is made for signing in to a server, not for mail: hence
 * any purpose.
 * @returns the signed content. @throws openssl's message
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
      placeOf('openssl'),
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
