import type { GoogleWalletSettings } from '../program/brand.ts';
import { googleClassId, googleObjectId } from './google-ids.ts';
import { type GoogleTexts, googleTexts } from './google-texts.ts';
import type { PassFace } from './pass-content.ts';

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
 * @param face in the member's own language
 * @param translations the same in every other language, by language: a phone shows its own
 */
export function googleObject(
  face: PassFace,
  translations: Readonly<Record<string, PassFace>>,
  settings: GoogleWalletSettings,
): GoogleLoyaltyObject {
  const texts = (read: (face: PassFace) => string) =>
    googleTexts(face.locale, Object.keys(translations), (language) => read(translations[language] ?? face));
  const row = (id: 'next' | 'expires' | 'keep') => {
    if (face[id] === null) return [];
    const read = (part: 'label' | 'value') => texts((inLanguage) => inLanguage[id]?.[part] ?? '');
    return [{ id, localizedHeader: read('label'), localizedBody: read('value') }];
  };
  return {
    id: googleObjectId(settings, face.memberId),
    classId: googleClassId(settings, face.tier.id),
    state: 'ACTIVE',
    accountId: face.memberId,
    accountName: face.member?.value ?? null,
    loyaltyPoints: {
      localizedLabel: texts(({ points }) => points.label),
      balance: amountOf(face.points),
    },
    // Where tiers are earned by points, both figures may be the same: they still mean two things.
    secondaryLoyaltyPoints: {
      localizedLabel: texts(({ balance }) => balance.label),
      balance: { int: face.balance.value },
    },
    barcode: { type: 'QR_CODE', value: face.barcode, alternateText: face.memberId },
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

function amountOf({ value, currency }: PassFace['points']): GooglePoints['balance'] {
  if (currency === undefined) return { int: value };
  return { money: { micros: String(Math.round(value * MICROS)), currencyCode: currency } };
}
