import { changeId, type TierChange } from '../member/member.ts';
import type { Announcements, BusEvent, EventBus } from '../ports.ts';
import type { Channel, NotificationSettings } from '../program/brand.ts';
import { formatInstant } from '../time.ts';

/**
 * Tells the brand's systems, on the bus, and the channels, on the topic. Both are told of every change: passes are refreshed in
 * silence. The event's id stays the same when it has to be published again.
 */
export async function announceTierChange(
  ports: { bus: EventBus; announcements: Announcements },
  settings: NotificationSettings,
  change: TierChange,
): Promise<void> {
  await ports.bus.publish(tierEvent(change));
  await ports.announcements.publish(change, change.announced ? enabledChannels(settings) : []);
}

export function tierEvent(change: TierChange): BusEvent {
  const detail: Record<string, unknown> = {
    eventId: changeId(change),
    memberId: change.memberId,
    sequence: change.sequence,
    from: change.from,
    to: change.to,
    cause: change.cause,
    occurredAt: formatInstant(change.occurredAt),
    expiresAt: change.expiresAt === null ? null : formatInstant(change.expiresAt),
    programVersion: change.programVersion,
  };
  if (change.transactionId !== undefined) detail.transactionId = change.transactionId;
  return {
    type: change.direction === 'up' ? 'tier.upgraded' : 'tier.downgraded',
    occurredAt: change.occurredAt,
    detail,
  };
}

export function enabledChannels(settings: NotificationSettings): Channel[] {
  return (['push', 'email', 'sms'] as const).filter((channel) => settings[channel]?.enabled);
}
