import { X509Certificate } from 'node:crypto';
import { counted } from '../../core/quantity.ts';
import { formatInstant, HOUR_MS, type Instant } from '../../core/time.ts';
import { certificateProblems, isApples } from '../../functions/adapters/certificate-checks.ts';
import type { PassCertificates } from '../../functions/adapters/pass-certificates.ts';
import { OperatorError } from './operator-error.ts';

/**
 * Checks that phones accept passes signed with the certificates.
 * @param mayBeSelfSigned whether a chain that is not Apple's is accepted
 * @throws OperatorError with every problem
 */
export function acceptedCertificates(
  certificates: PassCertificates,
  apple: { passTypeId: string; teamId: string },
  mayBeSelfSigned: boolean,
  now: Instant,
): PassCertificates {
  const problems = certificateProblems(certificates, apple, now);
  if (problems.length === 0 && !mayBeSelfSigned) {
    if (!isApples(certificates)) {
      problems.push(
        'The WWDR certificate is not Apple’s: no phone takes a pass that it vouches for. Download it from ' +
          'https://www.apple.com/certificateauthority/, or add --self-signed for a stack that no phone uses.',
      );
    }
    if (certificates.push) problems.push('Pushes go to Apple, unless --self-signed says that no phone uses the stack.');
  }
  if (problems.length > 0) throw new OperatorError(['Nothing was put.', ...problems].join('\n  '));
  return certificates;
}

const DAY_MS = 24 * HOUR_MS;

/** Describes certificates, a line for each certificate. */
export function describeCertificates(certificates: PassCertificates, now: Instant): string[] {
  const { signerCert, wwdr, push } = certificates;
  const line = (what: string, pem: string) => {
    const end = new X509Certificate(pem).validToDate.getTime();
    return `${what} ends at ${formatInstant(end)}, in ${counted(Math.floor((end - now) / DAY_MS), 'day')}.`;
  };
  return [
    line('The pass certificate', signerCert),
    line('The WWDR certificate', wwdr),
    ...(isApples(certificates) ? [] : ['The chain is not Apple’s: no phone takes these passes.']),
    ...(push ? [`Pushes go to ${push.url}.`] : []),
  ];
}
