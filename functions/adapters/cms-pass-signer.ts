import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { PassSigner } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { der, partsOf } from './der.ts';
import type { PassCertificates } from './pass-certificates.ts';

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsa: '1.2.840.113549.1.1.1',
};

const SHA256 = der.sequence(der.oid(OID.sha256), der.null());
const RSA = der.sequence(der.oid(OID.rsa), der.null());
const CONTENT_TYPE = attribute(OID.contentType, der.oid(OID.data));

/** The parts of a signature that are the same for all passes of a certificate. */
interface Prepared {
  key: KeyObject;
  certificates: Buffer;
  issuerAndSerial: Buffer;
}

/**
 * Makes a detached PKCS #7 signature with its time, the pass certificate and Apple's intermediate, as Wallet requires
 * (https://developer.apple.com/documentation/walletpasses/building-a-pass). Building the structure takes microseconds;
 * the RSA signature by node:crypto takes most of the time. RFC 5652, section 5.
 */
export class CmsPassSigner implements PassSigner {
  readonly #certificates: { current(now: Instant): Promise<PassCertificates> };
  #prepared: { of: PassCertificates; prepared: Prepared } | undefined;

  constructor(certificates: { current(now: Instant): Promise<PassCertificates> }) {
    this.#certificates = certificates;
  }

  async sign(manifest: Uint8Array, now: Instant): Promise<Uint8Array> {
    const certificates = await this.#certificates.current(now);
    if (this.#prepared?.of !== certificates) this.#prepared = { of: certificates, prepared: prepare(certificates) };
    return signedData(manifest, this.#prepared.prepared, now);
  }
}

function prepare({ signerCert, signerKey, wwdr }: PassCertificates): Prepared {
  const signer = new X509Certificate(signerCert);
  // TBSCertificate: an optional tagged version, then serial number, algorithm, issuer.
  const [toBeSigned] = partsOf(signer.raw);
  const parts = partsOf(toBeSigned!.encoded).filter(({ tag }) => tag !== 0xa0);
  const [serial, , issuer] = parts;
  return {
    key: createPrivateKey(signerKey),
    certificates: der.tagged(0, signer.raw, new X509Certificate(wwdr).raw),
    issuerAndSerial: der.sequence(issuer!.encoded, serial!.encoded),
  };
}

function signedData(content: Uint8Array, { key, certificates, issuerAndSerial }: Prepared, now: Instant): Buffer {
  const attributes = der.set(
    CONTENT_TYPE,
    attribute(OID.signingTime, der.utcTime(now)),
    attribute(OID.messageDigest, der.octetString(createHash('sha256').update(content).digest())),
  );
  const signerInfo = der.sequence(
    der.integer(1),
    issuerAndSerial,
    SHA256,
    // RFC 5652: the signature covers the attributes tagged as a set; the structure holds them under tag 0.
    Buffer.concat([Buffer.from([0xa0]), attributes.subarray(1)]),
    RSA,
    der.octetString(sign('sha256', attributes, key)),
  );
  const signed = der.sequence(
    der.integer(1),
    der.set(SHA256),
    der.sequence(der.oid(OID.data)),
    certificates,
    der.set(signerInfo),
  );
  return der.sequence(der.oid(OID.signedData), der.tagged(0, signed));
}

function attribute(type: string, value: Uint8Array): Buffer {
  return der.sequence(der.oid(type), der.set(value));
}
