import type { TierChange, TierNotice } from '../member/tier-change.ts';
import type { Instant } from '../time.ts';

/** A message on a pass, of which the phone tells by a notification: https://developers.google.com/wallet/reference/rest/v1/Message */
export interface GoogleMessage {
  id: string;
  header: string;
  body: string;
  messageType: 'TEXT_AND_NOTIFY';
}

export function googleMessage(news: TierChange | TierNotice, header: string, body: string): GoogleMessage {
  return { id: `change-${news.sequence}`, header, body, messageType: 'TEXT_AND_NOTIFY' };
}

/**
 * A pass holds ten messages, and may take no further one: https://developers.google.com/wallet/reference/rest/v1/loyaltyobject. Room is made
 * before there is none: where that fails, it is tried again with the next message.
 */
const MANY_MESSAGES = 8;
const KEPT_MESSAGES = 5;

/** The messages that are to stay on a pass, the newest; undefined where all may. The oldest comes first. */
export function keptMessages<T>(messages: readonly T[]): T[] | undefined {
  return messages.length < MANY_MESSAGES ? undefined : messages.slice(-KEPT_MESSAGES);
}

/** Google tells a pass's owner no more often than this: https://developers.google.com/wallet/retail/loyalty-cards/use-cases/trigger-push-notifications */
export const MOST_NOTIFICATIONS = 3;
export const NOTIFICATIONS_SPAN_MS = 24 * 60 * 60 * 1000;

/** When which change was told. */
export interface GoogleNotice {
  sequence: number;
  at: Instant;
}

/**
 * Counts a notification among those of the last day. The same change counts once, however often it is tried.
 * @returns undefined where there were enough
 */
export function withNotice(
  notices: readonly GoogleNotice[],
  sequence: number,
  now: Instant,
): GoogleNotice[] | undefined {
  const recent = notices.filter(({ at }) => at > now - NOTIFICATIONS_SPAN_MS);
  if (recent.some((notice) => notice.sequence === sequence)) return recent;
  return recent.length < MOST_NOTIFICATIONS ? [...recent, { sequence, at: now }] : undefined;
}
