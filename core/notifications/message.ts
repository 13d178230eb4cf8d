import { lastDayText } from '../locale-format.ts';
import { isNotice, type TierChange, type TierNotice } from '../member/tier-change.ts';
import type { Brand, NotificationSettings, NotificationText } from '../program/brand.ts';
import { type Program, tierById, tierName } from '../program/program.ts';
import { tierPointsText } from '../rules/progress.ts';

export const DEFAULT_TEXT = "Your status level has changed, you're now {{tierStatus}}";
export const DEFAULT_SUBJECT = "You're now {{tierStatus}}";

/** What a text is chosen by: a tier that moved, or one that stays and whose end is told of. */
export interface Occasion {
  cause: TierChange['cause'] | 'renewal' | 'reminder';
  direction?: 'up' | 'down';
  tier: string;
}

const DEFAULT_WORDS: Partial<Record<Occasion['cause'], { subject: string; text: string }>> = {
  renewal: {
    subject: 'You stay {{tierStatus}}',
    text: 'Your {{tierStatus}} status was renewed',
  },
  reminder: {
    subject: 'Your {{tierStatus}} status ends soon',
    text: 'The last day of your {{tierStatus}} status is {{expiresOn}}',
  },
};

export function occasionOf(news: TierChange | TierNotice): Occasion {
  if (!isNotice(news)) return { cause: news.cause, direction: news.direction, tier: news.to.id };
  return { cause: news.kind === 'renewed' ? 'renewal' : 'reminder', tier: news.to.id };
}

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

/** @param recipient.locale the language that the text is in, as its reader writes it */
export function variablesOf(
  change: TierChange | TierNotice,
  program: Program,
  brand: Pick<Brand, 'name' | 'notifications'>,
  recipient: { name?: string | undefined; locale?: string | undefined },
): Variables {
  const named = (ref: { id: string; name: string } | undefined) => {
    if (!ref) return '';
    const tier = tierById(program, ref.id);
    return tier ? tierName(tier, locale, brand.notifications.defaultLocale) : ref.name;
  };
  const { locale } = recipient;
  return {
    tierStatus: named(change.to),
    previousTierStatus: named(change.from),
    memberName: recipient.name ?? '',
    points: tierPointsText(change.points, program, locale),
    // No points are missing where they suffice, and another condition or a cap keeps the member from the tier.
    pointsToNextTier: change.next?.missing ? tierPointsText(change.next.missing, program, locale) : '',
    nextTierStatus: named(change.next),
    expiresOn: change.expiresAt === null ? '' : lastDayText(change.expiresAt, program.timeZone, locale),
    brandName: brand.name,
  };
}

/**
 * The brand's words for a change in a language: the most specific text that fits, and the first of equals. A member whose language
 * the brand has no words in reads those of its default language.
 * @returns with the language in which its numbers and dates are written: the member's own, unless the text is in another
 */
export function chooseText(
  settings: NotificationSettings,
  occasion: Occasion,
  locale: string | undefined,
): { subject: string; text: string; language: string | undefined } {
  const best =
    bestText(settings, occasion, locale ?? settings.defaultLocale) ??
    bestText(settings, occasion, settings.defaultLocale);
  const words = DEFAULT_WORDS[occasion.cause] ?? { subject: DEFAULT_SUBJECT, text: DEFAULT_TEXT };
  const isOwn = best?.locale === undefined || best.locale.split('-')[0] === locale?.split('-')[0];
  return {
    subject: best?.subject ?? words.subject,
    text: best?.text ?? words.text,
    language: isOwn ? locale : best.locale,
  };
}

function bestText(
  settings: NotificationSettings,
  occasion: Occasion,
  language: string | undefined,
): NotificationText | undefined {
  let best: NotificationText | undefined;
  let bestScore = -1;
  for (const text of settings.texts ?? []) {
    const score = fitOf(text, occasion, language);
    if (score > bestScore) [best, bestScore] = [text, score];
  }
  return best;
}

/** -1 where the text does not fit. The language weighs most: better a general text that the member can read. */
function fitOf(text: NotificationText, occasion: Occasion, language: string | undefined): number {
  let score = 0;
  if (text.locale !== undefined) {
    if (text.locale === language) score += 16;
    else if (text.locale === language?.split('-')[0]) score += 8;
    else return -1;
  }
  // Words about a move say nothing about a tier that stays.
  if (text.cause === undefined && occasion.direction === undefined) return -1;
  if (text.tier !== undefined && text.tier !== occasion.tier) return -1;
  if (text.cause !== undefined && text.cause !== occasion.cause) return -1;
  if (text.direction !== undefined && text.direction !== occasion.direction) return -1;
  return (
    score +
    (text.tier === undefined ? 0 : 4) +
    (text.cause === undefined ? 0 : 2) +
    (text.direction === undefined ? 0 : 1)
  );
}
