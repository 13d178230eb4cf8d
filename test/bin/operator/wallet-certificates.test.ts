import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { acceptedCertificates, describeCertificates } from '../../../bin/operator/wallet-certificates.ts';
import { makeDevCertificates } from '../../../local/dev-certificates.ts';
import { EXAMPLE_APPLE, exampleCertificates } from '../../support/certificates.ts';

const NOW = Date.UTC(2026, 4, 2, 10);

describe('certificates that are put', () => {
  test('are refused where they are wrong, with every reason, and none of what is secret', () => {
    const other = makeDevCertificates(EXAMPLE_APPLE, new Date('2025-01-01T00:00:00Z'));
    const wrong = { ...exampleCertificates(), signerKey: other.pass.key };
    const put = () => acceptedCertificates(wrong, { passTypeId: 'pass.other', teamId: 'OTHER12345' }, true, NOW);
    expect(put).toThrow(/Nothing was put\.\n.*pass type.*\n.*team.*\n.*key does not fit/);
    expect(put).not.toThrow(/BEGIN/);
  });

  test('are refused where no phone would take their passes, unless it is meant so', () => {
    const put = (mayBeSelfSigned: boolean) =>
      acceptedCertificates(exampleCertificates(), EXAMPLE_APPLE, mayBeSelfSigned, NOW);
    expect(() => put(false)).toThrow('The WWDR certificate is not Apple’s');
    expect(put(true)).toEqual(exampleCertificates());
  });

  test('say when they end', () => {
    expect(describeCertificates(exampleCertificates(), NOW)).toEqual([
      'The pass certificate ends at 2034-12-29T00:00:00Z, in 3162 days.',
      'The WWDR certificate ends at 2034-12-29T00:00:00Z, in 3162 days.',
      'The chain is not Apple’s: no phone takes these passes.',
    ]);
  });
});

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
      'openssl',
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

  test('says which brands there are where it is given another', () => {
    const { status, stderr } = run('--brand', 'nobody', '--out', out);
    expect(status).toBe(1);
    expect(stderr).toContain('There is no brand "nobody".');
  });
});
