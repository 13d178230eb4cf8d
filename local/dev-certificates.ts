import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { der } from '../functions/adapters/der.ts';

const OID = {
  sha256WithRsa: '1.2.840.113549.1.1.11',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectKeyId: '2.5.29.14',
  authorityKeyId: '2.5.29.35',
  alternativeName: '2.5.29.17',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  serverAuth: '1.3.6.1.5.5.7.3.1',
};
const NAMES = { UID: '0.9.2342.19200300.100.1.1', CN: '2.5.4.3', OU: '2.5.4.11', O: '2.5.4.10', C: '2.5.4.6' };
const SIGNED_WITH_RSA = der.sequence(der.oid(OID.sha256WithRsa), der.null());
const DAY_MS = 24 * 60 * 60 * 1000;

type Name = { [Part in keyof typeof NAMES]?: string };

/** A certificate and its key, in PEM. */
export interface Issued {
  certificate: string;
  key: string;
}

interface Authority extends Issued {
  name: Name;
}

export interface DevCertificates {
  root: Issued;
  /** In the place of Apple's intermediate certificate. */
  wwdr: Issued;
  pass: Issued;
  /** For a stand-in of APNs on this machine. */
  server: Issued;
}

interface Validity {
  from: Date;
  days: number;
}

/**
 * A chain like Apple's, of nobody's: a root, an intermediate, a pass certificate with the pass type and the team in its subject, and a
 * server's. Phones take no pass that it signs; openssl does.
 */
export function makeDevCertificates(
  { passTypeId, teamId }: { passTypeId: string; teamId: string },
  now: Date,
  validity: { pass?: Partial<Validity>; wwdr?: Partial<Validity> } = {},
): DevCertificates {
  const since = { from: new Date(now.getTime() - DAY_MS), days: 396 };
  const ofYears = { ...since, days: 3650 };
  const root = issue({ CN: 'Laurel Local Root', O: 'Laurel', C: 'ES' }, ofYears, { isAuthority: true });
  const wwdr = issue(
    { CN: 'Laurel Local Pass Certification Authority', OU: 'G4', O: 'Laurel', C: 'ES' },
    { ...ofYears, ...validity.wwdr },
    { isAuthority: true, issuer: root },
  );
  const pass = issue(
    { UID: passTypeId, CN: `Pass Type ID: ${passTypeId}`, OU: teamId, O: 'Laurel', C: 'ES' },
    { ...since, ...validity.pass },
    { issuer: wwdr, usage: OID.clientAuth },
  );
  const server = issue({ CN: 'localhost', O: 'Laurel', C: 'ES' }, ofYears, { issuer: root, usage: OID.serverAuth });
  return { root, wwdr, pass, server };
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function issue(
  subject: Name,
  { from, days }: Validity,
  how: { isAuthority?: boolean; issuer?: Authority; usage?: string },
): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const issuer = how.issuer ?? { name: subject, key, certificate: '' };
  const until = new Date(from.getTime() + days * DAY_MS);
  const toBeSigned = der.sequence(
    der.tagged(0, der.integer(2)),
    der.bigInteger(serialNumber()),
    SIGNED_WITH_RSA,
    nameOf(issuer.name),
    der.sequence(der.utcTime(from.getTime()), der.utcTime(until.getTime())),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.tagged(3, der.sequence(...extensions(publicKey, issuer.key, how))),
  );
  const signed = der.sequence(toBeSigned, SIGNED_WITH_RSA, der.bitString(sign('sha256', toBeSigned, issuer.key)));
  return { name: subject, certificate: pem(signed), key };
}

function extensions(
  publicKey: KeyObject,
  issuerKey: string,
  { isAuthority, usage }: { isAuthority?: boolean; usage?: string },
): Buffer[] {
  const critical = der.boolean(true);
  const extension = (id: string, value: Uint8Array, ...flags: Buffer[]) =>
    der.sequence(der.oid(id), ...flags, der.octetString(value));
  // Seven and six bits are left over: of the keys, authorities sign certificates and lists, the others sign.
  const keyUsage = isAuthority ? [0x03, 0x02, 0x01, 0x06] : [0x03, 0x02, 0x07, 0x80];
  return [
    extension(OID.basicConstraints, der.sequence(...(isAuthority ? [der.boolean(true)] : [])), critical),
    extension(OID.keyUsage, Buffer.from(keyUsage), critical),
    extension(OID.subjectKeyId, der.octetString(keyId(publicKey))),
    extension(OID.authorityKeyId, der.sequence(der.taggedPrimitive(0, keyId(createPublicKey(issuerKey))))),
    ...(usage === undefined ? [] : [extension(OID.extendedKeyUsage, der.sequence(der.oid(usage)))]),
    ...(usage === OID.serverAuth
      ? [
          extension(
            OID.alternativeName,
            der.sequence(
              der.taggedPrimitive(2, Buffer.from('localhost')),
              der.taggedPrimitive(7, Buffer.from([127, 0, 0, 1])),
            ),
          ),
        ]
      : []),
  ];
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function nameOf(name: Name): Buffer {
  const parts = Object.entries(name) as [keyof typeof NAMES, string][];
  return der.sequence(...parts.map(([part, text]) => der.set(der.sequence(der.oid(NAMES[part]), der.utf8(text)))));
}

/** Above 0, whatever the bytes, and without a zero in front. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function pem(encoded: Buffer): string {
  const lines = encoded.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
