import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { acceptedCertificates } from '../../bin/operator/wallet-certificates.ts';
import { placeOf } from '../support/required-programs.ts';

describe('npm run wallet:dev-certificates', () => {
  const out = mkdtempSync(join(tmpdir(), 'laurel-dev-certificates-'));
  afterAll(() => rmSync(out, { recursive: true }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [resolve('bin/wallet-dev-certificates.ts'), ...args], { encoding: 'utf8' });

  test('makes a chain that openssl accepts, for the brand’s pass type and team, with a key that only its owner reads', () => {
    const { status, stdout } = run('--brand', 'demo', '--out', out);
    expect(status).toBe(0);
    expect(stdout).toContain('npm run wallet:certificates -- put --brand demo --cert');
    const file = (name: string) => join(out, name);
    const verified = execFileSync(
      placeOf('openssl'),
      ['verify', '-CAfile', file('root.pem'), '-untrusted', file('wwdr.pem'), file('pass.pem')],
      { encoding: 'utf8' },
    );
    expect(verified).toContain('OK');
    expect(statSync(file('pass-key.pem')).mode & 0o777).toBe(0o600);
    const { apple } = JSON.parse(readFileSync('brands/demo.json', 'utf8')).wallet;
    const text = (name: string) => readFileSync(file(name), 'utf8');
    const made = { signerCert: text('pass.pem'), signerKey: text('pass-key.pem'), wwdr: text('wwdr.pem') };
    expect(acceptedCertificates(made, apple, true, Date.now())).toEqual(made);
  });

  test('lists the existing brands where the given one does not exist', () => {
    const { status, stderr } = run('--brand', 'nobody', '--out', out);
    expect(status).toBe(1);
    expect(stderr).toContain('There is no brand "nobody".');
  });
});
