import { CheckedCertificates } from '../adapters/pass-certificates.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { appleSettings } from '../wiring/apple-wallet.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('PASS_CERTIFICATES_SECRET');

const { apple } = appleSettings('');

export const handler = makeHandler({ certificates: new CheckedCertificates(env.PASS_CERTIFICATES_SECRET, apple) });
