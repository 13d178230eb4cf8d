import { isNotice, type TierChange, type TierNotice } from '../member/tier-change.ts';
import { chooseText, fillIn, occasionOf, variablesOf } from '../notifications/message.ts';
import type { Brand, Channel } from '../program/brand.ts';
import type { Program } from '../program/program.ts';
import { DAY_MS, type Instant } from '../time.ts';
import type { PassHolder } from './pass-content.ts';

/** Whether a push tells the member of a change that the pass shows (docs/rules.md, section 7). Decided when the push is sent. */
export function isToldByPush(
  news: TierChange | TierNotice,
  brand: Brand,
  holder: { optOut?: readonly Channel[] } | undefined,
): boolean {
  return (
    news.announced &&
    (news.channels?.includes('push') ?? true) &&
    brand.notifications.push?.enabled === true &&
    !holder?.optOut?.includes('push')
  );
}

/** Who reads a text, and whose words it is in. */
export interface Reader {
  holder: (PassHolder & { optOut?: readonly Channel[] }) | undefined;
  brand: Brand;
  program: Program;
}

/**
 * The brand's words for a change, for a phone's screen.
 * @param tierStatus a placeholder that the wallet replaces with the tier's name; left out for the name itself
 */
export function pushText(
  news: TierChange | TierNotice,
  { holder, brand, program }: Reader,
  tierStatus?: string,
): string {
  const locale = holder?.locale ?? brand.notifications.defaultLocale;
  const { text, language } = chooseText(brand.notifications, occasionOf(news), locale);
  const variables = variablesOf(news, program, brand, { name: holder?.name, locale: language });
  const onOneLine = (value: string) => value.replace(/\p{Cc}+/gu, ' ');
  if (tierStatus === undefined) return fillIn(text, variables, onOneLine);
  // A member whose name holds the placeholder must not get the tier's name in it.
  const memberName = without(tierStatus, variables.memberName);
  return fillIn(text, { ...variables, memberName, tierStatus }, onOneLine);
}

/** Repeated until nothing is left: `%%@@` without `%@` is `%@` again. */
function without(part: string, text: string): string {
  let left = text;
  while (left.includes(part)) left = left.replaceAll(part, '');
  return left;
}

/**
 * How long a pass carries the text of a change. A phone shows the text whenever the tier's name on the pass changes, also by another
 * language or by a renamed tier. After this time, such a change no longer announces an old move.
 */
export const FRESH_MS = 7 * DAY_MS;

/** The text of a tier change on the phone; undefined if the change is silent, is not of this tier, or was recorded long ago. */
export function changeText(
  change: TierChange | TierNotice | undefined,
  tier: string,
  reader: Reader,
  now: Instant,
  tierStatus?: string,
): string | undefined {
  // The tier may have changed since, by an end that nobody has recorded yet.
  if (!change || isNotice(change) || change.to.id !== tier) return undefined;
  if (change.recordedAt <= now - FRESH_MS) return undefined;
  return isToldByPush(change, reader.brand, reader.holder) ? pushText(change, reader, tierStatus) : undefined;
}
