import type { Instant } from '../time.ts';
import type { History, Member } from './member.ts';

/**
 * The moment of a decision, by a clock that may run a little behind others. No entry, action, grant, tier change or enrollment lies after
 * it, and a cycle that has begun for the member does not end again (R9).
 */
export function decisionMoment(
  now: Instant,
  member: Member,
  entries: History['entries'] = [],
  actions: History['actions'] = [],
): Instant {
  let moment = Math.max(now, member.tally.cycle.start, member.tier.since, member.welcome?.at ?? now);
  for (const { recordedAt } of entries) if (recordedAt > moment) moment = recordedAt;
  for (const { recordedAt } of actions) if (recordedAt > moment) moment = recordedAt;
  for (const { from } of member.grants ?? []) if (from > moment) moment = from;
  return moment;
}
