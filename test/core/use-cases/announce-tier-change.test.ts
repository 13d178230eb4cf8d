import { expect, test } from 'vitest';
import type { TierChange } from '../../../core/member/tier-change.ts';
import type { NotificationSettings } from '../../../core/program/brand.ts';
import { announceTierChange } from '../../../core/use-cases/announce-tier-change.ts';
import { RecordingAnnouncements, RecordingBus } from '../../../fakes/recording-world.ts';
import { exampleBrand } from '../../support/program.ts';
import { at } from '../members.ts';
import { CHANGE } from './passes.ts';

async function announce(change: Partial<TierChange>, settings: NotificationSettings = exampleBrand().notifications) {
  const ports = { bus: new RecordingBus(), announcements: new RecordingAnnouncements() };
  await announceTierChange(ports, settings, { ...CHANGE, ...change });
  return { event: ports.bus.events[0]!, channels: ports.announcements.published[0]!.channels };
}

test.each([
  ['a tier that nothing ends has no end', null, null],
  ['a tier that ends has the moment at which it does', at('2026-12-31T23:00:00Z'), '2026-12-31T23:00:00Z'],
])('on the bus %s', async (_, expiresAt, written) => {
  const { event } = await announce({ expiresAt, transactionId: 'api#t-1' });
  expect(event).toEqual({
    type: 'tier.upgraded',
    occurredAt: CHANGE.occurredAt,
    detail: {
      eventId: 'm-1/1',
      memberId: 'm-1',
      sequence: 1,
      from: CHANGE.from,
      to: CHANGE.to,
      cause: 'transaction',
      occurredAt: '2026-05-02T10:00:00Z',
      expiresAt: written,
      programVersion: CHANGE.programVersion,
      transactionId: 'api#t-1',
    },
  });
});

test.each<[string, NotificationSettings, string[]]>([
  ['has all three', exampleBrand().notifications, ['push', 'email', 'sms']],
  ['has one of them off and leaves one out', { push: { enabled: false }, sms: { enabled: true } }, ['sms']],
  ['names none', {}, []],
])('a change goes to the channels of the brand: one that %s', async (_, settings, channels) => {
  expect((await announce({}, settings)).channels).toEqual(channels);
});
