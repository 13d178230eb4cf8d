import { expect, test } from 'vitest';
import { CheckedCertificates, type PassCertificates } from '../../functions/adapters/pass-certificates.ts';
import type { SecretDocument } from '../../functions/adapters/secret-document.ts';
import { makeHandler } from '../../functions/check-certificates/make-handler.ts';
import { makeDevCertificates } from '../../local/dev-certificates.ts';
import { captureLog } from '../support/captured-log.ts';
import { EXAMPLE_APPLE } from '../support/certificates.ts';

type Secret = SecretDocument<PassCertificates | undefined>;
const checking = (secret: { read(): Promise<PassCertificates | undefined> }, now: number) =>
  makeHandler({ certificates: new CheckedCertificates(secret as unknown as Secret, EXAMPLE_APPLE) }, () => now);

const DAY = 86_400_000;
const START = Date.UTC(2025, 0, 1);
const chain = makeDevCertificates(EXAMPLE_APPLE, new Date(START), { pass: { days: 401 }, wwdr: { days: 300 } });
const held = { signerCert: chain.pass.certificate, signerKey: chain.pass.key, wwdr: chain.wwdr.certificate };

test('the certificate that ends first says how many days are left', async () => {
  // Both begin the day before.
  expect(await checking({ read: async () => held }, START)()).toEqual({ daysLeft: 299 });
  expect(await checking({ read: async () => held }, START + 239 * DAY + 1)()).toEqual({ daysLeft: 59 });
});

test('there are none left where they have ended, were never put, or do not fit; the log says which', async () => {
  const cases: [PassCertificates | undefined, number, string][] = [
    [held, START + 350 * DAY, 'The WWDR certificate ended at 2025-10-27T00:00:00Z.'],
    [undefined, START, 'There is no certificate for passes yet.'],
    [{ ...held, wwdr: chain.root.certificate }, START, 'The pass certificate was issued by'],
  ];
  for (const [certificates, now, reason] of cases) {
    const { result, text } = await captureLog(checking({ read: async () => certificates }, now));
    expect(result).toEqual({ daysLeft: 0 });
    expect(text).toContain(reason);
    expect(text).not.toContain('PRIVATE');
  }
});

test('a secret that cannot be read is a failure, and not taken for an end', async () => {
  const failing = checking({ read: () => Promise.reject(new Error('no answer')) }, START);
  await expect(failing()).rejects.toThrow('no answer');
});

test('certificates are read once for a function’s life, until they end', async () => {
  let reads = 0;
  const secret = {
    read: async () => {
      reads++;
      return held;
    },
  };
  const certificates = new CheckedCertificates(secret as unknown as Secret, EXAMPLE_APPLE);
  for (let n = 0; n < 5; n++) expect(await certificates.current(START + n * DAY)).toBe(held);
  expect(reads).toBe(1);
  await expect(certificates.current(START + 350 * DAY)).rejects.toThrow('ended at');
  expect(reads).toBe(2);
});
