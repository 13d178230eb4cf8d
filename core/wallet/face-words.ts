/** What Laurel itself writes on a pass, in the languages that it knows. A brand's own labels come before these. */
import type { LocalText, PassLabel } from '../program/brand.ts';

export interface FaceWords {
  labels: Readonly<Record<PassLabel, string>>;
  /** What a pass is, for who can't see it: VoiceOver reads it. */
  description: string;
  /** @param missing a number as people of the language write it */
  toNext(missing: string, tier: string): string;
  /** @param by a date as people of the language write it */
  toKeep(missing: string, by: string): string;
  kept(by: string): string;
}

const WORDS: Readonly<Record<string, FaceWords>> = {
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
    description: 'Loyalty card',
    toNext: (missing, tier) => `${missing} to ${tier}`,
    toKeep: (missing, by) => `${missing} more by ${by}`,
    kept: (by) => `Nothing: it is yours until ${by} and beyond`,
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
    description: 'Tarjeta de fidelidad',
    toNext: (missing, tier) => `${missing} para ${tier}`,
    toKeep: (missing, by) => `${missing} más hasta el ${by}`,
    kept: (by) => `Nada: es tuyo hasta el ${by} y después`,
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
    description: 'Treuekarte',
    toNext: (missing, tier) => `Noch ${missing} bis ${tier}`,
    toKeep: (missing, by) => `Noch ${missing} bis zum ${by}`,
    kept: (by) => `Nichts: er bleibt über den ${by} hinaus`,
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
    description: 'Carte de fidélité',
    toNext: (missing, tier) => `Encore ${missing} pour ${tier}`,
    toKeep: (missing, by) => `Encore ${missing} jusqu’au ${by}`,
    kept: (by) => `Rien : il est à vous au-delà du ${by}`,
  },
};

/** The languages that Laurel has words in. */
export const FACE_LANGUAGES: readonly string[] = Object.keys(WORDS);

/**
 * The words of the first language that Laurel knows; English where it knows none.
 * @returns with the locale in which numbers and dates among them are written
 */
export function faceWords(...locales: (string | undefined)[]): FaceWords & { locale: string } {
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
