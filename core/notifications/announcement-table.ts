import type { ChangeCause } from '../member/change-cause.ts';
import type { NotificationSettings } from '../program/brand.ts';

type Announcement = 'yes' | 'no' | 'ifBrandWants' | 'ifActionSays' | 'ifAsked';

/**
 * The visible changes that the member hears of (docs/rules.md, section 7). Every change is recorded, published on the bus and shown on the
 * pass, announced or not.
 */
export const ANNOUNCEMENT_TABLE: Readonly<Record<ChangeCause, Readonly<Record<'up' | 'down', Announcement>>>> = {
  // A refund, an expiry of points or a negative adjustment: unwelcome news, so the brand has to ask for the message.
  transaction: { up: 'yes', down: 'ifBrandWants' },
  recalculation: { up: 'yes', down: 'yes' },
  // Staff recalculate everyone to apply an edit of the program. Members hear of it only if staff say so.
  bulkRecalculation: { up: 'ifAsked', down: 'ifAsked' },
  tierAction: { up: 'ifActionSays', down: 'ifActionSays' },
  grantEnd: { up: 'ifActionSays', down: 'ifActionSays' },
  enrolment: { up: 'no', down: 'no' },
  programEdit: { up: 'no', down: 'no' },
  // A repair is no news to the member.
  rebuild: { up: 'no', down: 'no' },
};

/** The wishes that decide about some announcements. */
export interface AnnouncementPolicy {
  /** The brand's switch: announces a downgrade between two cycle ends. */
  notifyOnRealtimeDowngrade: boolean;
  /** Announces what a recalculation of everyone changes. Asked for together with the recalculation. */
  notifyOnBulkRecalculation?: boolean;
}

export function announcementPolicyOf({ notifyOnRealtimeDowngrade = false }: NotificationSettings): AnnouncementPolicy {
  return { notifyOnRealtimeDowngrade };
}

/** @param action the channels that the action behind the change names, if one is behind it */
export function decideAnnouncement(
  cause: ChangeCause,
  direction: 'up' | 'down',
  policy: AnnouncementPolicy,
  action: readonly unknown[] = [],
): boolean {
  switch (ANNOUNCEMENT_TABLE[cause][direction]) {
    case 'yes':
      return true;
    case 'no':
      return false;
    case 'ifBrandWants':
      return policy.notifyOnRealtimeDowngrade;
    case 'ifAsked':
      return policy.notifyOnBulkRecalculation ?? false;
    case 'ifActionSays':
      return action.length > 0;
  }
}
