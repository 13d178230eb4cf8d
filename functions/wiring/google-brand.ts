import { type GoogleBrand, hasGoogleWallet } from '../../core/wallet/google-class.ts';
import { hasWallet } from '../../core/wallet/pass-content.ts';
import { brand } from './brand.ts';

/** The brand, which has Google's wallet: functions that need it are deployed only then. */
export const googleBrand: GoogleBrand = (() => {
  if (hasWallet(brand) && hasGoogleWallet(brand)) return brand;
  throw new Error(`The brand ${brand.brand} has no wallet.google: this function is deployed only with it.`);
})();
