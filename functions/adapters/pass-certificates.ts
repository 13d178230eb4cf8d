import { CannotSign } from '../../core/failures.ts';
import type { Instant } from '../../core/time.ts';
import { certificateProblems, certificatesEnd, type SigningCertificates } from './certificate-checks.ts';
import { SecretDocument } from './secret-document.ts';

/** What passes are signed with and pushed by, in PEM. */
export interface PassCertificates extends SigningCertificates {
  /** Where pushes go instead of to Apple, and whose certificate is trusted there: for the local cloud. */
  push?: { url: string; ca: string };
}

const MISSING =
  'There is no certificate for passes yet. `npm run wallet:certificates -- put` puts it into the secret; docs/wallet.md says how to get one.';

/** Nobody who asks for passes can make Secrets Manager be asked more often than this. */
const MIN_REFRESH_MS = 5_000;

/** Reads the secret's document: a list of one, which is empty until an operator put the certificates there. */
export function parsePassCertificates(document: unknown): PassCertificates | undefined {
  const list = (document as { certificates?: unknown } | null)?.certificates;
  const [first] = Array.isArray(list) ? list : [];
  const isWhole = ['signerCert', 'signerKey', 'wwdr'].every((name) => typeof first?.[name] === 'string');
  return isWhole ? (first as PassCertificates) : undefined;
}

/** The brand's certificates, read once for a function's life and checked before the first use. They never go to a log. */
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

  /** @throws CannotSign with what is wrong with them, and what to do */
  async current(now: Instant): Promise<PassCertificates> {
    if (!this.#checked || this.#checked.end <= now) {
      // What was wrong may have been put right a moment ago; what is right is not read again.
      const certificates = await this.#secret.read(now, now - MIN_REFRESH_MS);
      if (!certificates) throw new CannotSign(MISSING);
      const problems = certificateProblems(certificates, this.#apple, now);
      if (problems.length > 0) throw new CannotSign(problems.join(' '));
      this.#checked = { certificates, end: certificatesEnd(certificates) };
    }
    return this.#checked.certificates;
  }

  /** When the first of them ends. @throws CannotSign */
  async end(now: Instant): Promise<Instant> {
    await this.current(now);
    return this.#checked!.end;
  }
}
