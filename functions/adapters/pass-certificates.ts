import { CannotSign } from '../../core/failures.ts';
import type { Instant } from '../../core/time.ts';
import { certificateProblems, certificatesEnd, type SigningCertificates } from './certificate-checks.ts';
import { SecretDocument } from './secret-document.ts';

/** The certificates and key, in PEM, that sign passes and authenticate pushes. */
export interface PassCertificates extends SigningCertificates {
  /** In the local cloud only: where pushes go instead of Apple, and the certificate authority trusted there. */
  push?: { url: string; ca: string };
}

const MISSING =
  'There is no certificate for passes yet. `npm run wallet:certificates -- put` puts it into the secret; docs/wallet.md says how to get one.';

/** Requests for passes cannot cause more frequent reads of Secrets Manager than this. */
const MIN_REFRESH_MS = 5_000;

/** Reads the secret's document. Returns undefined until an operator has stored the certificates. */
export function parsePassCertificates(document: unknown): PassCertificates | undefined {
  const list = (document as { certificates?: unknown } | null)?.certificates;
  const [first] = Array.isArray(list) ? list : [];
  const isWhole = ['signerCert', 'signerKey', 'wwdr'].every((name) => typeof first?.[name] === 'string');
  return isWhole ? (first as PassCertificates) : undefined;
}

/** The brand's certificates, read once in a function's life and checked before the first use. They are never logged. */
export class CheckedCertificates {
  readonly #secret: SecretDocument<PassCertificates | undefined>;
  readonly #apple: { passTypeId: string; teamId: string };
  #checked: { certificates: PassCertificates; end: Instant } | undefined;

  constructor(
    secret: string | SecretDocument<PassCertificates | undefined>,
    apple: { passTypeId: string; teamId: string },
  ) {
    this.#secret = typeof secret === 'string' ? new SecretDocument(secret, parsePassCertificates) : secret;
    this.#apple = apple;
  }

  /** @throws CannotSign with each problem and its remedy */
  async current(now: Instant): Promise<PassCertificates> {
    if (!this.#checked || this.#checked.end <= now) {
      // An operator may have fixed the secret a moment ago, so only valid certificates are kept for long.
      const certificates = await this.#secret.read(now, now - MIN_REFRESH_MS);
      if (!certificates) throw new CannotSign(MISSING);
      const problems = certificateProblems(certificates, this.#apple, now);
      if (problems.length > 0) throw new CannotSign(problems.join(' '));
      this.#checked = { certificates, end: certificatesEnd(certificates) };
    }
    return this.#checked.certificates;
  }

  /** When the first certificate expires. @throws CannotSign */
  async end(now: Instant): Promise<Instant> {
    await this.current(now);
    return this.#checked!.end;
  }
}
