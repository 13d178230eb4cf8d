import type { TierChange, TierNotice } from '../../core/member/tier-change.ts';
import type { Announcements, EventBus } from '../../core/ports.ts';
import type { NotificationSettings } from '../../core/program/brand.ts';
import { announceTierChange } from '../../core/use-cases/announce-tier-change.ts';
import { newsOfImage } from '../adapters/dynamo-member-store.ts';
import { type Parked, streamHandler } from '../runtime/stream.ts';

export function makeHandler(
  ports: { bus: EventBus; announcements: Announcements; park(record: Parked): Promise<void> },
  settings: NotificationSettings,
  clock?: () => number,
) {
  return streamHandler<TierChange | TierNotice>({
    read: newsOfImage,
    park: ports.park,
    ...(clock ? { clock } : {}),
    async handle(_memberId, records) {
      // In the order in which they happened, whatever the order in which they came.
      const news = records.map(({ item }) => item).sort((a, b) => a.sequence - b.sequence);
      for (const one of news) await announceTierChange(ports, settings, one);
    },
  });
}
