import type { TierChange } from '../member/member.ts';
import type { NotificationSettings, NotificationText } from '../program/brand.ts';
import { type Program, tierById, tierName } from '../program/program.ts';
import { formatInstant } from '../time.ts';

export const DEFAULT_TEXT = "Your status level has changed, you're now {{tierStatus}}";
export const DEFAULT_SUBJECT = "You're now {{tierStatus}}";

export const VARIABLES = [
  'tierStatus',
  'previousTierStatus',
  'memberName',
  'points',
  'pointsToNextTier',
  'nextTierStatus',
  'expiresOn',
  'brandName',
] as const;

export type Variable = (typeof VARIABLES)[number];

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The names between double braces, known or not. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1]!);
}

export type Variables = Readonly<Record<Variable, string>>;

/**
 * Fills a text in. Values come from people and are escaped for the channel; the text is the brand's own and is not.
 * @param text holds known variables only: `readBrand` saw to it
 */
export function fillIn(text: string, variables: Variables, escapeValue: (value: string) => string): string {
  return text.replace(PLACEHOLDER, (_, name: string) => escapeValue(variables[name as Variable]));
}

export function variablesOf(
  change: TierChange,
  program: Program,
  brandName: string,
  recipient: { name?: string; locale?: string },
): Variables {
  const named = (ref: { id: string; name: string } | undefined) => {
    if (!ref) return '';
    const tier = tierById(program, ref.id);
    return tier ? tierName(tier, recipient.locale) : ref.name;
  };
  const number = (value: number) => new Intl.NumberFormat(recipient.locale ?? 'en').format(value);
  return {
    tierStatus: named(change.to),
    previousTierStatus: named(change.from),
    memberName: recipient.name ?? '',
    points: number(change.points),
    pointsToNextTier: change.next && change.next.missing !== null ? number(change.next.missing) : '',
    nextTierStatus: named(change.next),
    expiresOn: change.expiresAt === null ? '' : formatInstant(change.expiresAt).slice(0, 10),
    brandName,
  };
}

/**
 * The brand's words for a change in a language: the most specific text that fits, and the first of equals. A member whose language
 * the brand has no words in reads those of its default language.
 */
export function chooseText(
  settings: NotificationSettings,
  change: Pick<TierChange, 'cause' | 'direction' | 'to'>,
  locale: string | undefined,
): { subject: string; text: string } {
  const best =
    bestText(settings, change, locale ?? settings.defaultLocale) ?? bestText(settings, change, settings.defaultLocale);
  return { subject: best?.subject ?? DEFAULT_SUBJECT, text: best?.text ?? DEFAULT_TEXT };
}

function bestText(
  settings: NotificationSettings,
  change: Pick<TierChange, 'cause' | 'direction' | 'to'>,
  language: string | undefined,
): NotificationText | undefined {
  let best: NotificationText | undefined;
  let bestScore = -1;
  for (const text of settings.texts ?? []) {
    const score = fitOf(text, change, language);
    if (score > bestScore) [best, bestScore] = [text, score];
  }
  return best;
}

/** -1 where the text does not fit. The language weighs most: better a general text that the member can read. */
function fitOf(
  text: NotificationText,
  change: Pick<TierChange, 'cause' | 'direction' | 'to'>,
  language: string | undefined,
): number {
  let score = 0;
  if (text.locale !== undefined) {
    if (text.locale === language) score += 16;
    else if (text.locale === language?.split('-')[0]) score += 8;
    else return -1;
  }
  if (text.tier !== undefined && text.tier !== change.to.id) return -1;
  if (text.cause !== undefined && text.cause !== change.cause) return -1;
  if (text.direction !== undefined && text.direction !== change.direction) return -1;
  return (
    score +
    (text.tier === undefined ? 0 : 4) +
    (text.cause === undefined ? 0 : 2) +
    (text.direction === undefined ? 0 : 1)
  );
}
