import type { ChangeCause } from '../member/member.ts';

type Announcement = 'yes' | 'no' | 'ifBrandWants' | 'ifActionSays' | 'ifAsked';

/**
 * Which visible changes the member hears of (docs/rules.md, section 7). Announced or not, every one of them is recorded, put on the bus
 * and shown on the pass.
 */
export const ANNOUNCEMENT_TABLE: Readonly<Record<ChangeCause, Readonly<Record<'up' | 'down', Announcement>>>> = {
  // A refund, an expiry of points or a negative adjustment: nobody likes to be told, so the brand has to want it.
  transaction: { up: 'yes', down: 'ifBrandWants' },
  recalculation: { up: 'yes', down: 'yes' },
  // Staff recalculate everyone to let an edit of the program take effect: no news, unless they say so.
  bulkRecalculation: { up: 'ifAsked', down: 'ifAsked' },
  tierAction: { up: 'ifActionSays', down: 'ifActionSays' },
  grantEnd: { up: 'ifActionSays', down: 'ifActionSays' },
  enrolment: { up: 'no', down: 'no' },
  programEdit: { up: 'no', down: 'no' },
  // Putting right what was wrong is no news to the member.
  rebuild: { up: 'no', down: 'no' },
};

/** @param action the channels that the action behind the change names, if one is behind it */
export function decideAnnouncement(
  cause: ChangeCause,
  direction: 'up' | 'down',
  brand: { notifyOnRealtimeDowngrade: boolean; notifyOnBulkRecalculation?: boolean },
  action: readonly unknown[] = [],
): boolean {
  switch (ANNOUNCEMENT_TABLE[cause][direction]) {
    case 'yes':
      return true;
    case 'no':
      return false;
    case 'ifBrandWants':
      return brand.notifyOnRealtimeDowngrade;
    case 'ifAsked':
      return brand.notifyOnBulkRecalculation ?? false;
    case 'ifActionSays':
      return action.length > 0;
  }
}
