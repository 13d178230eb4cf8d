import { describe, expect, test } from 'vitest';
import { acceptedCertificates, describeCertificates } from '../../../bin/operator/wallet-certificates.ts';
import { makeDevCertificates } from '../../../local/dev-certificates.ts';
import { EXAMPLE_APPLE, exampleCertificates } from '../../support/certificates.ts';

const NOW = Date.UTC(2026, 4, 2, 10);

describe('certificates that are put', () => {
  test('are refused where they are wrong, with every reason and without the private key', () => {
    const other = makeDevCertificates(EXAMPLE_APPLE, new Date('2025-01-01T00:00:00Z'));
    const wrong = { ...exampleCertificates(), signerKey: other.pass.key };
    const put = () => acceptedCertificates(wrong, { passTypeId: 'pass.other', teamId: 'OTHER12345' }, true, NOW);
    expect(put).toThrow(/Nothing was put\.\n.*pass type.*\n.*team.*\n.*key does not fit/);
    expect(put).not.toThrow(/BEGIN/);
  });

  test('are refused where no phone would accept their passes, unless --self-signed allows it', () => {
    const put = (mayBeSelfSigned: boolean) =>
      acceptedCertificates(exampleCertificates(), EXAMPLE_APPLE, mayBeSelfSigned, NOW);
    expect(() => put(false)).toThrow('The WWDR certificate is not Apple’s');
    expect(put(true)).toEqual(exampleCertificates());
  });

  test('are described with their ends', () => {
    expect(describeCertificates(exampleCertificates(), NOW)).toEqual([
      'The pass certificate ends at 2034-12-29T00:00:00Z, in 3,162 days.',
      'The WWDR certificate ends at 2034-12-29T00:00:00Z, in 3,162 days.',
      'The chain is not Apple’s: no phone takes these passes.',
    ]);
  });
});
