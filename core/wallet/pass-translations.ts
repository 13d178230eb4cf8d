/** What Laurel itself writes on a pass, in the languages that it knows. A brand's own labels come before these. */
import type { LocalText, PassLabel } from '../program/brand.ts';
import { neededFor } from '../rules/needed-text.ts';

export interface PassTranslation {
  labels: Readonly<Record<PassLabel, string>>;
  /** The label of the tier points where the program counts spend: they are money. */
  spent: string;
  /** What a pass is, for people who cannot see it: VoiceOver reads it. */
  description: string;
  toNext(missing: Missing, tier: string): string;
  /** In as few words as fit on the front of a card. It says of one way to the tier that it is one, not that it is needed. */
  shortToNext(missing: Missing, tier: string): string;
  /** Stands under the label `keep`. @param by the last day, as people of the language write it */
  toKeep(missing: Missing, by: string): string;
  /** Nothing is missing to keep the tier beyond a day. */
  kept(day: string): string;
  /** The tier that follows once a day is over. */
  after(day: string, tier: string): string;
}

/** What is missing to a tier, in tier points. */
export interface Missing {
  /** As people of the language write it: a number, or money with its currency. */
  amount: string;
  /** `none` where a brand's own label says what the points are called. */
  unit: 'money' | 'points' | 'none';
  isOne: boolean;
}

/** The amount with the language's word for points behind it, where it counts points. */
function withUnit({ amount, unit, isOne }: Missing, one: string, many: string): string {
  return unit === 'points' ? `${amount} ${isOne ? one : many}` : amount;
}

const inEnglish = (missing: Missing) => withUnit(missing, 'point', 'points');
const moreInEnglish = ({ amount, unit, isOne }: Missing) => ({
  what: inEnglish({ amount: `${amount} more`, unit, isOne }),
  isOne: isOne || unit === 'money',
});
const inSpanish = (missing: Missing) => withUnit(missing, 'punto', 'puntos');
const inGerman = (missing: Missing) => withUnit(missing, 'Punkt', 'Punkte');
const inFrench = (missing: Missing) => withUnit(missing, 'point', 'points');

const WORDS: Readonly<Record<string, PassTranslation>> = {
  en: {
    labels: {
      tier: 'Status',
      points: 'Points',
      next: 'Next status',
      expires: 'Status until',
      member: 'Member',
      balance: 'Points to spend',
      keep: 'To keep your status',
      terms: 'Terms',
    },
    spent: 'Spent',
    description: 'Loyalty card',
    toNext: (missing, tier) => neededFor(moreInEnglish(missing), `for ${tier}`),
    shortToNext: (missing, tier) => `${inEnglish(missing)} to ${tier}`,
    toKeep: (missing, by) => `${moreInEnglish(missing).what} by ${by}`,
    kept: (day) => `Nothing more is needed. Your status continues after ${day}.`,
    after: (day, tier) => `${tier} after ${day}`,
  },
  es: {
    labels: {
      tier: 'Nivel',
      points: 'Puntos',
      next: 'Próximo nivel',
      expires: 'Nivel hasta',
      member: 'Socio',
      balance: 'Puntos disponibles',
      keep: 'Para conservar tu nivel',
      terms: 'Condiciones',
    },
    spent: 'Gastado',
    description: 'Tarjeta de fidelidad',
    toNext: (missing, tier) => `Necesitas ${inSpanish(missing)} más para ${tier}`,
    shortToNext: (missing, tier) => `${inSpanish(missing)} para ${tier}`,
    toKeep: (missing, by) => `${inSpanish(missing)} más hasta el ${by}`,
    kept: (day) => `No necesitas nada más. Tu nivel continúa después del ${day}.`,
    after: (day, tier) => `${tier} después del ${day}`,
  },
  de: {
    labels: {
      tier: 'Status',
      points: 'Punkte',
      next: 'Nächster Status',
      expires: 'Status bis',
      member: 'Mitglied',
      balance: 'Verfügbare Punkte',
      keep: 'Um den Status zu behalten',
      terms: 'Bedingungen',
    },
    spent: 'Ausgegeben',
    description: 'Treuekarte',
    toNext: (missing, tier) => `Für ${tier} ${missing.isOne ? 'fehlt' : 'fehlen'} noch ${inGerman(missing)}`,
    shortToNext: (missing, tier) => `Noch ${inGerman(missing)} bis ${tier}`,
    toKeep: (missing, by) => `Noch ${inGerman(missing)} bis zum ${by}`,
    kept: (day) => `Dafür ist nichts mehr nötig. Der Status bleibt nach dem ${day} bestehen.`,
    after: (day, tier) => `${tier} nach dem ${day}`,
  },
  fr: {
    labels: {
      tier: 'Statut',
      points: 'Points',
      next: 'Statut suivant',
      expires: 'Statut jusqu’au',
      member: 'Membre',
      balance: 'Points à dépenser',
      keep: 'Pour garder votre statut',
      terms: 'Conditions',
    },
    spent: 'Dépensé',
    description: 'Carte de fidélité',
    toNext: (missing, tier) => `Il manque encore ${inFrench(missing)} pour ${tier}`,
    shortToNext: (missing, tier) => `Encore ${inFrench(missing)} pour ${tier}`,
    toKeep: (missing, by) => `Encore ${inFrench(missing)} jusqu’au ${by}`,
    kept: (day) => `Rien de plus n’est nécessaire. Votre statut continue après le ${day}.`,
    after: (day, tier) => `${tier} après le ${day}`,
  },
};

/** The languages that Laurel has words in. */
export const PASS_LANGUAGES: readonly string[] = Object.keys(WORDS);

/**
 * The words of the first language that Laurel knows; English where it knows none.
 * @returns with the locale in which numbers and dates among them are written
 */
export function passTranslation(...locales: (string | undefined)[]): PassTranslation & { locale: string } {
  const locale = locales.find((one) => WORDS[languageOf(one)] !== undefined) ?? 'en';
  return { ...WORDS[languageOf(locale)]!, locale };
}

/** A brand's text in the first of the languages that it has; in any, where it has none of them. */
export function inLanguage(text: LocalText, ...locales: (string | undefined)[]): string {
  if (typeof text === 'string') return text;
  const best = locales
    .flatMap((locale) => (locale ? [text[locale], text[languageOf(locale)]] : []))
    .find((found) => found !== undefined);
  return best ?? Object.values(text)[0] ?? '';
}

function languageOf(locale: string | undefined): string {
  return locale?.split('-')[0] ?? '';
}
