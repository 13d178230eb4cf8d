import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { certificateProblems, certificatesEnd, isApples } from '../../../functions/adapters/certificate-checks.ts';
import { makeDevCertificates } from '../../../local/dev-certificates.ts';
import { EXAMPLE_APPLE, exampleCertificates, exampleChain } from '../../support/certificates.ts';

const NOW = Date.UTC(2026, 4, 2, 10);
const right = exampleCertificates();
const other = makeDevCertificates(EXAMPLE_APPLE, new Date('2025-01-01T00:00:00Z'), {
  pass: { days: 400 },
  wwdr: { days: 410 },
});

describe('certificates for passes', () => {
  test('that fit each other, the brand and the day have no problem', () => {
    expect(certificateProblems(right, EXAMPLE_APPLE, NOW)).toEqual([]);
  });

  test.each<[string, Partial<typeof right>, string]>([
    ['a certificate in another format', { signerCert: 'MIIF…' }, 'The pass certificate is no certificate in PEM.'],
    ['a WWDR certificate in another format', { wwdr: '' }, 'The WWDR certificate is no certificate in PEM.'],
    [
      'a key with a passphrase, or none',
      { signerKey: 'no key' },
      'The key is no private key in PEM without a passphrase.',
    ],
    [
      'a key that does not fit',
      { signerKey: other.pass.key },
      'The key does not fit the pass certificate: they are two different pairs.',
    ],
    [
      'a key of another kind',
      { signerKey: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      'The key is of the type ed25519, and passes are signed with RSA.',
    ],
    [
      'a wrong chain',
      { wwdr: exampleChain().root.certificate },
      'The pass certificate was issued by Laurel Local Pass Certification Authority, not by the WWDR certificate that was given, Laurel Local Root.',
    ],
    [
      'an issuer of the same name with another key',
      { wwdr: makeDevCertificates(EXAMPLE_APPLE, new Date('2025-01-01T00:00:00Z')).wwdr.certificate },
      'The pass certificate was issued by Laurel Local Pass Certification Authority, not by',
    ],
  ])('are refused with %s', (_, change, sentence) => {
    const problems = certificateProblems({ ...right, ...change }, EXAMPLE_APPLE, NOW);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  test('of another pass type, or another team, are refused with both names', () => {
    expect(certificateProblems(right, { ...EXAMPLE_APPLE, passTypeId: 'pass.example.new' }, NOW)).toEqual([
      "The pass certificate is for the pass type pass.example.shop, and the brand's file says pass.example.new. " +
        'Take the certificate of that pass type, or correct wallet.apple.passTypeId.',
    ]);
    expect(certificateProblems(right, { ...EXAMPLE_APPLE, teamId: 'OTHER12345' }, NOW)).toEqual([
      "The pass certificate belongs to the team TEAM123456, and the brand's file says OTHER12345. " +
        'Take a certificate of that team, or correct wallet.apple.teamId.',
    ]);
  });

  test('that have ended, or are not valid yet, say since when', () => {
    const certificates = {
      signerCert: other.pass.certificate,
      signerKey: other.pass.key,
      wwdr: other.wwdr.certificate,
    };
    expect(certificateProblems(certificates, EXAMPLE_APPLE, Date.UTC(2026, 1, 3))).toEqual([]);
    expect(certificateProblems(certificates, EXAMPLE_APPLE, Date.UTC(2026, 1, 4))).toEqual([
      expect.stringContaining('The pass certificate ended at 2026-02-04T00:00:00Z.'),
    ]);
    expect(certificateProblems(certificates, EXAMPLE_APPLE, NOW)).toEqual([
      expect.stringContaining('The pass certificate ended at 2026-02-04T00:00:00Z.'),
      expect.stringContaining('The WWDR certificate ended at 2026-02-14T00:00:00Z.'),
    ]);
    expect(certificateProblems(certificates, EXAMPLE_APPLE, Date.UTC(2020, 0, 1))).toEqual([
      expect.stringContaining('is valid from 2024-12-31T00:00:00Z on only'),
      expect.stringContaining('is valid from 2024-12-31T00:00:00Z on only'),
    ]);
    expect(certificatesEnd(certificates)).toBe(Date.UTC(2026, 1, 4));
  });

  test('are known for Apple’s, or not', () => {
    expect(isApples(right)).toBe(false);
  });

  test('never show anything of a key in a sentence', () => {
    const all = certificateProblems(
      { signerCert: right.signerKey, signerKey: right.wwdr, wwdr: right.signerKey },
      EXAMPLE_APPLE,
      NOW,
    );
    expect(all).toHaveLength(3);
    expect(all.join()).not.toMatch(/BEGIN|MII/);
  });
});
