import { isNotice, type TierChange, type TierNotice } from '../member/tier-change.ts';
import { chooseText, fillIn, occasionOf, variablesOf } from '../notifications/message.ts';
import type { Brand, Channel } from '../program/brand.ts';
import type { Program } from '../program/program.ts';
import { DAY_MS, type Instant } from '../time.ts';
import type { PassHolder } from './pass-face.ts';

/** Whether a member is told of a change on the phone, beside seeing it on the pass (docs/rules.md, section 7). Read at the moment of sending. */
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

/**
 * The brand's words for a change, for a phone's screen.
 * @param tierStatus stands for the tier's name where a wallet puts it in by itself; the name where it is left out
 */
export function pushText(
  news: TierChange | TierNotice,
  holder: PassHolder | undefined,
  brand: Brand,
  program: Program,
  tierStatus?: string,
): string {
  const locale = holder?.locale ?? brand.notifications.defaultLocale;
  const { text, language } = chooseText(brand.notifications, occasionOf(news), locale);
  const variables = variablesOf(news, program, brand, { name: holder?.name, locale: language });
  const onOneLine = (value: string) => value.replace(/\p{Cc}+/gu, ' ');
  if (tierStatus === undefined) return fillIn(text, variables, onOneLine);
  // Whoever is called like the place of the tier's name does not get the tier's name.
  const memberName = without(tierStatus, variables.memberName);
  return fillIn(text, { ...variables, memberName, tierStatus }, onOneLine);
}

/** Also where taking it out once would leave it behind: `%%@@` holds `%@` once more. */
function without(part: string, text: string): string {
  let left = text;
  while (left.includes(part)) left = left.replaceAll(part, '');
  return left;
}

/**
 * How long a pass carries the text of a change. A phone shows it whenever the tier's name is another than before, which it also is in another
 * language, or once the brand has renamed the tier: by then nobody is to hear of the change again.
 */
export const FRESH_MS = 7 * DAY_MS;

/** What a change of tier tells on the phone; undefined where it is silent, is no change of tier, or was written down long ago. */
export function changeText(
  change: TierChange | TierNotice | undefined,
  tier: string,
  holder: (PassHolder & { optOut?: readonly Channel[] }) | undefined,
  brand: Brand,
  program: Program,
  now: Instant,
  tierStatus?: string,
): string | undefined {
  // A tier that moved on by itself since then has no change that tells of it yet.
  if (!change || isNotice(change) || change.to.id !== tier) return undefined;
  if (change.recordedAt <= now - FRESH_MS) return undefined;
  return isToldByPush(change, brand, holder) ? pushText(change, holder, brand, program, tierStatus) : undefined;
}
