import type { Instant } from '../time.ts';

/**
 * What a link claims that saves a pass to Google Wallet. The object is named only, for it is there already: all of it would make the
 * link longer than the 1800 characters that every browser takes. https://developers.google.com/wallet/retail/loyalty-cards/use-cases/jwt
 */
export interface GoogleSaveClaims {
  /** The service account that signs it. */
  iss: string;
  aud: 'google';
  typ: 'savetowallet';
  /** In seconds. */
  iat: number;
  origins: string[];
  payload: { loyaltyObjects: { id: string; classId: string }[] };
}

export function googleSaveClaims(
  serviceAccount: string,
  object: { id: string; classId: string },
  now: Instant,
): GoogleSaveClaims {
  return {
    iss: serviceAccount,
    aud: 'google',
    typ: 'savetowallet',
    iat: Math.floor(now / 1000),
    origins: [],
    payload: { loyaltyObjects: [{ id: object.id, classId: object.classId }] },
  };
}

export function googleSaveUrl(jwt: string): string {
  return `https://pay.google.com/gp/v/save/${jwt}`;
}
