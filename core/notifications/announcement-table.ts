import type { ChangeCause } from '../member/member.ts';

type Announcement = 'yes' | 'no' | 'ifBrandWants';

/**
 * Which visible changes the member hears of (semantics, section 7). Announced or not, every one of them is recorded, put on the bus
 * and shown on the pass. The rows of tier actions and of the ends of grants come with them.
 */
export const ANNOUNCEMENT_TABLE: Readonly<Record<ChangeCause, Readonly<Record<'up' | 'down', Announcement>>>> = {
  // A refund, an expiry of points or a negative adjustment: nobody likes to be told, so the brand has to want it.
  transaction: { up: 'yes', down: 'ifBrandWants' },
  recalculation: { up: 'yes', down: 'yes' },
  enrolment: { up: 'no', down: 'no' },
  programEdit: { up: 'no', down: 'no' },
  // Putting right what was wrong is no news to the member.
  rebuild: { up: 'no', down: 'no' },
};

export function decideAnnouncement(
  cause: ChangeCause,
  direction: 'up' | 'down',
  brand: { notifyOnRealtimeDowngrade: boolean },
): boolean {
  const announcement = ANNOUNCEMENT_TABLE[cause][direction];
  return announcement === 'yes' || (announcement === 'ifBrandWants' && brand.notifyOnRealtimeDowngrade);
}
