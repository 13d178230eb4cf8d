import { describe, expect, test } from 'vitest';
import type { ChangeCause } from '../../../core/member/change-cause.ts';
import { ANNOUNCEMENT_TABLE, decideAnnouncement } from '../../../core/notifications/announcement-table.ts';
import type { Channel } from '../../../core/program/brand.ts';

describe('a member hears of', () => {
  test.each<[ChangeCause, 'up' | 'down', { usually: boolean; whereTheBrandWantsIt: boolean }]>([
    ['transaction', 'up', { usually: true, whereTheBrandWantsIt: true }],
    ['transaction', 'down', { usually: false, whereTheBrandWantsIt: true }],
    ['recalculation', 'up', { usually: true, whereTheBrandWantsIt: true }],
    ['recalculation', 'down', { usually: true, whereTheBrandWantsIt: true }],
    ['enrolment', 'up', { usually: false, whereTheBrandWantsIt: false }],
    ['enrolment', 'down', { usually: false, whereTheBrandWantsIt: false }],
    ['programEdit', 'up', { usually: false, whereTheBrandWantsIt: false }],
    ['programEdit', 'down', { usually: false, whereTheBrandWantsIt: false }],
    ['rebuild', 'up', { usually: false, whereTheBrandWantsIt: false }],
    ['rebuild', 'down', { usually: false, whereTheBrandWantsIt: false }],
  ])('a change by %s, %s: %j', (cause, direction, { usually, whereTheBrandWantsIt }) => {
    expect(decideAnnouncement(cause, direction, { notifyOnRealtimeDowngrade: false })).toBe(usually);
    expect(decideAnnouncement(cause, direction, { notifyOnRealtimeDowngrade: true })).toBe(whereTheBrandWantsIt);
  });

  describe.each<[ChangeCause]>([['tierAction'], ['grantEnd']])('a change by %s', (cause) => {
    test.each(['up', 'down'] as const)('%s, where the action names a channel, and nowhere else', (direction) => {
      for (const notifyOnRealtimeDowngrade of [true, false]) {
        const isTold = (channels?: Channel[]) =>
          decideAnnouncement(cause, direction, { notifyOnRealtimeDowngrade }, channels);
        expect([isTold(['email']), isTold(['push', 'sms']), isTold([]), isTold()]).toEqual([true, true, false, false]);
      }
    });
  });

  test.each(['up', 'down'] as const)('a recalculation of everyone, %s, where somebody asked for it', (direction) => {
    for (const notifyOnRealtimeDowngrade of [true, false]) {
      const isTold = (notifyOnBulkRecalculation?: boolean) =>
        decideAnnouncement('bulkRecalculation', direction, {
          notifyOnRealtimeDowngrade,
          ...(notifyOnBulkRecalculation !== undefined && { notifyOnBulkRecalculation }),
        });
      expect([isTold(true), isTold(false), isTold()]).toEqual([true, false, false]);
    }
  });

  test('what others decide is not the action’s to say', () => {
    const quiet = { notifyOnRealtimeDowngrade: false };
    expect(decideAnnouncement('transaction', 'up', quiet, [])).toBe(true);
    expect(decideAnnouncement('transaction', 'down', quiet, ['email'])).toBe(false);
    expect(decideAnnouncement('recalculation', 'down', quiet, [])).toBe(true);
    expect(decideAnnouncement('programEdit', 'up', quiet, ['email'])).toBe(false);
  });

  test('no cause but these: another one would need its row here', () => {
    expect(Object.keys(ANNOUNCEMENT_TABLE)).toEqual([
      'transaction',
      'recalculation',
      'bulkRecalculation',
      'tierAction',
      'grantEnd',
      'enrolment',
      'programEdit',
      'rebuild',
    ]);
  });
});
