import type { GoogleWalletSettings } from '../program/brand.ts';
import { type Program, type Tier, tierName } from '../program/program.ts';
import { googleClassId } from './google-ids.ts';
import { type GoogleTexts, googleTexts } from './google-texts.ts';
import type { WalletBrand } from './pass-content.ts';
import { inLanguage, PASS_LANGUAGES, passTranslation } from './pass-translations.ts';

export type GoogleBrand = WalletBrand & { wallet: { google: GoogleWalletSettings } };

export function hasGoogleWallet(brand: WalletBrand): brand is GoogleBrand {
  return brand.wallet.google !== undefined;
}

/** What all passes of a tier have in common: https://developers.google.com/wallet/retail/loyalty-cards/rest/v1/loyaltyclass */
export interface GoogleLoyaltyClass {
  id: string;
  issuerName: string;
  programName: string;
  programLogo: GoogleImage;
  heroImage?: GoogleImage;
  hexBackgroundColor: string;
  /** A change of a class that Google has approved is looked at again; drafts are for passes of nobody. */
  reviewStatus: 'UNDER_REVIEW';
  localizedRewardsTierLabel: GoogleTexts;
  localizedRewardsTier: GoogleTexts;
  localizedAccountNameLabel: GoogleTexts;
  textModulesData: { id: string; localizedHeader: GoogleTexts; localizedBody: GoogleTexts }[];
  linksModuleData?: { uris: { id: string; uri: string; description: string }[] };
  multipleDevicesAndHoldersAllowedStatus: 'ONE_USER_ALL_DEVICES';
}

interface GoogleImage {
  sourceUri: { uri: string };
  contentDescription: GoogleTexts;
}

/** The class of a tier's passes. */
export function googleClass(brand: GoogleBrand, program: Program, tier: Tier): GoogleLoyaltyClass {
  const { wallet } = brand;
  const { google } = wallet;
  const design = wallet.designs[tier.id] ?? wallet.designs[program.tiers[0].id]!;
  const own = brand.notifications.defaultLocale ?? 'en';
  const texts = (textIn: (language: string) => string) => googleTexts(own, languagesOf(brand, program), textIn);
  const label = (name: 'tier' | 'member' | 'terms') =>
    texts((language) =>
      inLanguage(design.labels?.[name] ?? passTranslation(language, own).labels[name], language, own),
    );
  const image = (uri: string): GoogleImage => ({ sourceUri: { uri }, contentDescription: texts(() => brand.name) });
  const heroes = new Map(Object.entries(google.heroImages ?? {}));
  const hero = heroes.get(tier.id);
  return {
    id: googleClassId(google, tier.id),
    issuerName: wallet.organizationName ?? brand.name,
    programName: brand.name,
    programLogo: image(google.logo),
    ...(hero !== undefined && { heroImage: image(hero) }),
    hexBackgroundColor: design.background,
    reviewStatus: 'UNDER_REVIEW',
    localizedRewardsTierLabel: label('tier'),
    localizedRewardsTier: texts((language) => tierName(tier, language, own)),
    localizedAccountNameLabel: label('member'),
    textModulesData: [
      {
        id: 'terms',
        localizedHeader: label('terms'),
        localizedBody: texts((language) => inLanguage(wallet.terms, language, own)),
      },
    ],
    ...(google.homepage !== undefined && {
      linksModuleData: { uris: [{ id: 'homepage', uri: google.homepage, description: brand.name }] },
    }),
    multipleDevicesAndHoldersAllowedStatus: 'ONE_USER_ALL_DEVICES',
  };
}

/** The languages in which somebody has words for a pass: Laurel, the brand's terms and labels, or the program's tiers. */
export function languagesOf(brand: WalletBrand, program: Program): string[] {
  const { terms, designs } = brand.wallet;
  const labels = Object.values(designs).flatMap((design) => Object.values(design.labels ?? {}));
  const ofTexts = [terms, ...labels].flatMap((text) => (typeof text === 'string' ? [] : Object.keys(text)));
  const ofTiers = program.tiers.flatMap(({ names }) => Object.keys(names));
  return [...new Set([...PASS_LANGUAGES, ...ofTexts, ...ofTiers])];
}
