import type { GoogleWalletSettings } from '../program/brand.ts';

/**
 * Of a tier: each has a class of its own, for a pass's colours are its class's.
 * https://developers.google.com/wallet/retail/loyalty-cards/rest/v1/loyaltyclass
 */
export function googleClassId({ issuerId, classSuffix }: GoogleWalletSettings, tierId: string): string {
  return `${issuerId}.${classSuffix}.${tierId}`;
}

/** Of a member. Google keeps an object's id for good, so nobody else may ever have it: no two members' ids come to the same. */
export function googleObjectId({ issuerId, classSuffix }: GoogleWalletSettings, memberId: string): string {
  // Google takes letters, digits and . _ - only; a member's id has : and ~ besides. The underscore says that one of them follows.
  const suffix = memberId.replace(
    /[^A-Za-z0-9.-]/g,
    (other) => `_${other.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `${issuerId}.${classSuffix}.member.${suffix}`;
}
