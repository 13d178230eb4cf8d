import type { GoogleWalletSettings } from '../program/brand.ts';
import { googleClassId, googleObjectId } from './google-ids.ts';
import { type GoogleTexts, googleTexts } from './google-texts.ts';
import type { PassContent } from './pass-content.ts';

/** One member's pass: https://developers.google.com/wallet/retail/loyalty-cards/rest/v1/loyaltyobject */
export interface GoogleLoyaltyObject {
  id: string;
  classId: string;
  state: 'ACTIVE' | 'INACTIVE';
  accountId: string;
  /** Null takes away what is there. */
  accountName: string | null;
  loyaltyPoints: GooglePoints;
  secondaryLoyaltyPoints: GooglePoints | null;
  barcode: { type: 'QR_CODE'; value: string; alternateText: string };
  textModulesData: { id: string; localizedHeader: GoogleTexts; localizedBody: GoogleTexts }[];
}

interface GooglePoints {
  localizedLabel: GoogleTexts;
  balance: { int: number } | { money: { micros: string; currencyCode: string } };
}

const MICROS = 1_000_000;

/**
 * The object that shows a member's pass.
 * @param content in the member's own language
 * @param translations the same in every other language, by language: a phone shows its own
 */
export function googleObject(
  content: PassContent,
  translations: Readonly<Record<string, PassContent>>,
  settings: GoogleWalletSettings,
): GoogleLoyaltyObject {
  const texts = (read: (content: PassContent) => string) =>
    googleTexts(content.locale, Object.keys(translations), (language) => read(translations[language] ?? content));
  const row = (id: 'next' | 'expires' | 'keep') => {
    if (content[id] === null) return [];
    const read = (part: 'label' | 'value') => texts((inLanguage) => inLanguage[id]?.[part] ?? '');
    return [{ id, localizedHeader: read('label'), localizedBody: read('value') }];
  };
  return {
    id: googleObjectId(settings, content.memberId),
    classId: googleClassId(settings, content.tier.id),
    state: 'ACTIVE',
    accountId: content.memberId,
    accountName: content.member?.value ?? null,
    loyaltyPoints: {
      localizedLabel: texts(({ points }) => points.label),
      balance: amountOf(content.points),
    },
    // Where tiers are earned by points, both figures may be the same: they still mean two things.
    secondaryLoyaltyPoints: {
      localizedLabel: texts(({ balance }) => balance.label),
      balance: { int: content.balance.value },
    },
    barcode: { type: 'QR_CODE', value: content.barcode, alternateText: content.memberId },
    textModulesData: [...row('next'), ...row('expires'), ...row('keep')],
  };
}

/**
 * What is left of a pass whose member was erased: nothing personal, and nothing to show. A list is emptied by another in its place, all else
 * by null: https://developers.google.com/wallet/retail/loyalty-cards/use-cases/updates
 */
export interface ClosedGoogleObject {
  id: string;
  state: 'INACTIVE';
  accountName: null;
  loyaltyPoints: null;
  secondaryLoyaltyPoints: null;
  textModulesData: [];
  /** Google keeps on the pass what it told, and the brand's words may hold the member's name. */
  messages: [];
}

export function closedGoogleObject(settings: GoogleWalletSettings, memberId: string): ClosedGoogleObject {
  return {
    id: googleObjectId(settings, memberId),
    state: 'INACTIVE',
    accountName: null,
    loyaltyPoints: null,
    secondaryLoyaltyPoints: null,
    textModulesData: [],
    messages: [],
  };
}

function amountOf({ value, currency }: PassContent['points']): GooglePoints['balance'] {
  if (currency === undefined) return { int: value };
  return { money: { micros: String(Math.round(value * MICROS)), currencyCode: currency } };
}
