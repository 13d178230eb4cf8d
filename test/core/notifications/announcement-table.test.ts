import { describe, expect, test } from 'vitest';
import type { ChangeCause } from '../../../core/member/member.ts';
import { ANNOUNCEMENT_TABLE, decideAnnouncement } from '../../../core/notifications/announcement-table.ts';

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

  test('no cause but these: another one would need its row here', () => {
    expect(Object.keys(ANNOUNCEMENT_TABLE)).toEqual([
      'transaction',
      'recalculation',
      'enrolment',
      'programEdit',
      'rebuild',
    ]);
  });
});
