import type { PassCertificates } from '../../functions/adapters/pass-certificates.ts';
import { type DevCertificates, makeDevCertificates } from '../../local/dev-certificates.ts';

/** The pass type and team of the example brand. */
export const EXAMPLE_APPLE = { passTypeId: 'pass.example.shop', teamId: 'TEAM123456' };

/** Tests live in May 2026; phones and openssl live now. */
const MADE_AT = new Date('2025-01-01T00:00:00Z');

let made: DevCertificates | undefined;

/** One chain for all tests of a file: keys take a while to make. */
export function exampleChain(): DevCertificates {
  made ??= makeDevCertificates(EXAMPLE_APPLE, MADE_AT, { pass: { days: 3650 } });
  return made;
}

export function exampleCertificates(): PassCertificates {
  const { pass, wwdr } = exampleChain();
  return { signerCert: pass.certificate, signerKey: pass.key, wwdr: wwdr.certificate };
}

/** The certificates in a handler's form. */
export const currentCertificates = { current: async () => held() };

let kept: PassCertificates | undefined;
function held(): PassCertificates {
  kept ??= exampleCertificates();
  return kept;
}
