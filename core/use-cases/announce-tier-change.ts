import { changeId, isNotice, type TierChange, type TierNotice } from '../member/tier-change.ts';
import { occasionOf } from '../notifications/message.ts';
import type { Announcements, BusEvent, EventBus } from '../ports.ts';
import type { Channel, NotificationSettings } from '../program/brand.ts';
import { formatInstant } from '../time.ts';

/**
 * Publishes a change or a notice: on the bus for the brand's systems, and on the topic for the channels. Silent ones are published, too,
 * because they refresh passes. A retry publishes the same event id.
 */
export async function announceTierChange(
  ports: { bus: EventBus; announcements: Announcements },
  settings: NotificationSettings,
  news: TierChange | TierNotice,
): Promise<void> {
  await ports.bus.publish(tierEvent(news));
  const channels = enabledChannels(settings).filter((channel) => news.channels?.includes(channel) ?? true);
  await ports.announcements.publish(news, news.announced ? channels : []);
}

export function tierEvent(news: TierChange | TierNotice): BusEvent {
  const detail: Record<string, unknown> = {
    eventId: changeId(news),
    memberId: news.memberId,
    sequence: news.sequence,
    from: news.from,
    to: news.to,
    cause: occasionOf(news).cause,
    occurredAt: formatInstant(news.occurredAt),
    expiresAt: news.expiresAt === null ? null : formatInstant(news.expiresAt),
    programVersion: news.programVersion,
  };
  const { actionId, promotion, transactionId } = news;
  const after = isNotice(news) ? news.after : undefined;
  // Undefined properties are left out of the event's JSON.
  return {
    type: eventType(news),
    occurredAt: news.occurredAt,
    detail: { ...detail, actionId, promotion, transactionId, after },
  };
}

function eventType(news: TierChange | TierNotice): BusEvent['type'] {
  if (isNotice(news)) return news.kind === 'renewed' ? 'tier.renewed' : 'tier.expiring';
  return news.direction === 'up' ? 'tier.upgraded' : 'tier.downgraded';
}

export function enabledChannels(settings: NotificationSettings): Channel[] {
  return (['push', 'email', 'sms'] as const).filter((channel) => settings[channel]?.enabled);
}
