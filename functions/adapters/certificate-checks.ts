import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { formatInstant, type Instant } from '../../core/time.ts';

const RENEW = 'Renew it as docs/wallet.md says, and put it with `npm run wallet:certificates -- put`.';

/** The certificates that sign passes, in PEM. */
export interface SigningCertificates {
  signerCert: string;
  signerKey: string;
  /** Apple's intermediate certificate, which issued the other one. */
  wwdr: string;
}

/**
 * Returns every problem that keeps certificates from signing a brand's passes. Each sentence says what is wrong, what
 * was expected and what to do. No sentence contains a secret.
 */
export function certificateProblems(
  { signerCert, signerKey, wwdr }: SigningCertificates,
  { passTypeId, teamId }: { passTypeId: string; teamId: string },
  now: Instant,
): string[] {
  const problems: string[] = [];
  const signer = read(() => new X509Certificate(signerCert));
  const issuer = read(() => new X509Certificate(wwdr));
  const key = read(() => createPrivateKey(signerKey));
  if (!signer)
    problems.push('The pass certificate is no certificate in PEM. Convert it: openssl x509 -inform der -in pass.cer.');
  if (!issuer) {
    problems.push(
      'The WWDR certificate is no certificate in PEM. Convert it: openssl x509 -inform der -in AppleWWDRCAG4.cer.',
    );
  }
  if (!key)
    problems.push('The key is no private key in PEM without a passphrase. Export it again: openssl pkey -in key.pem.');
  if (signer) {
    const subject = subjectOf(signer);
    if (subject.UID !== passTypeId) {
      problems.push(
        `The pass certificate is for the pass type ${subject.UID ?? 'of no name'}, and the brand's file says ${passTypeId}. ` +
          'Take the certificate of that pass type, or correct wallet.apple.passTypeId.',
      );
    }
    if (subject.OU !== teamId) {
      problems.push(
        `The pass certificate belongs to the team ${subject.OU ?? 'of no name'}, and the brand's file says ${teamId}. ` +
          'Take a certificate of that team, or correct wallet.apple.teamId.',
      );
    }
    problems.push(...timeProblems('pass certificate', signer, now));
  }
  if (issuer) problems.push(...timeProblems('WWDR certificate', issuer, now));
  if (signer && key) problems.push(...keyProblems(signer, key));
  if (signer && issuer && !isIssuedBy(signer, issuer)) {
    problems.push(
      `The pass certificate was issued by ${commonName(signer.issuer)}, not by the WWDR certificate that was given, ${commonName(issuer.subject)}. ` +
        'Take the WWDR certificate of the generation that the pass certificate names: G4 since 2022.',
    );
  }
  return problems;
}

/** When the first of the two certificates expires. */
export function certificatesEnd({ signerCert, wwdr }: Pick<SigningCertificates, 'signerCert' | 'wwdr'>): Instant {
  return Math.min(...[signerCert, wwdr].map((pem) => new X509Certificate(pem).validToDate.getTime()));
}

/** Whether the WWDR certificate names Apple as its issuer and subject. Phones accept only passes with Apple's certificate. */
export function isApples({ wwdr }: Pick<SigningCertificates, 'wwdr'>): boolean {
  const { issuer, subject } = new X509Certificate(wwdr);
  return [issuer, subject].every((name) => /(?:^|\n)O=Apple Inc\.(?:\n|$)/.test(name));
}

function read<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // The parser's error may quote the PEM, so it is dropped.
    return undefined;
  }
}

function timeProblems(what: string, certificate: X509Certificate, now: Instant): string[] {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  if (now >= to) return [`The ${what} ended at ${formatInstant(to)}. ${RENEW}`];
  if (now < from)
    return [`The ${what} is valid from ${formatInstant(from)} on only. Wait, or look at this machine's clock.`];
  return [];
}

function keyProblems(signer: X509Certificate, key: KeyObject): string[] {
  if (key.asymmetricKeyType !== 'rsa') {
    return [
      `The key is of the type ${key.asymmetricKeyType}, and passes are signed with RSA. Take the key that the certificate was asked for with.`,
    ];
  }
  if (signer.checkPrivateKey(key)) return [];
  return [
    'The key does not fit the pass certificate: they are two different pairs. Take the key that the certificate was asked for with.',
  ];
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function subjectOf({ subject }: X509Certificate): Record<string, string> {
  return Object.fromEntries(subject.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

function commonName(name: string): string {
  return /(?:^|\n)CN=(.*)/.exec(name)?.[1] ?? 'nobody named';
}
