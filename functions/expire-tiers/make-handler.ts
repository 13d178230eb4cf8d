import { setTimeout } from 'node:timers/promises';
import { DUE_SHARDS } from '../../core/actions/due-moments.ts';
import type { Ledger, MemberStore, WakeUpTimers } from '../../core/ports.ts';
import { type Instant, MINUTE_MS, parseInstant } from '../../core/time.ts';
import { expireTier } from '../../core/use-cases/expire-tier.ts';
import type { Rules } from '../../core/use-cases/rules.ts';
import { count, countMove, countPromotion } from '../metrics.ts';
import { inTime } from '../runtime/in-time.ts';
import { log } from '../runtime/log.ts';
import { queueHandler } from '../runtime/queue.ts';

/** Whoever is still due after this long is found by the next sweep. */
export const WORK_MS = 4 * MINUTE_MS;

/** EventBridge promises the minute, not the second: what wakes early waits this long at most, and else is left to the sweep. */
const EARLY_MS = MINUTE_MS;

/** How many members are written at the same time. */
const SIDE_BY_SIDE = 10;

/**
 * A moment has come, or the sweep has: whoever is due is brought up to now, page after page. What the message says does not matter, for
 * a moment that was missed is due as well. A member that fails stays due, delays nobody, and is tried again by the next sweep.
 */
export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; timers: WakeUpTimers },
  rules: Rules,
  clock: () => Instant = Date.now,
  pause: (ms: number) => Promise<unknown> = setTimeout,
  random: () => number = Math.random,
) {
  const expire = async (memberId: string): Promise<boolean> => {
    try {
      const { changes, notices, actions } = await inTime(expireTier(ports, rules, memberId, clock()));
      for (const change of changes) countMove(change);
      for (const record of actions) countPromotion(memberId, record);
      const reminders = notices.filter(({ kind }) => kind === 'expiring').length;
      if (reminders > 0) count('ReminderGiven', reminders);
      return true;
    } catch (error) {
      count('MemberFailed');
      log.error('A member that is due could not be written; the next sweep tries again.', {
        memberId,
        error: error as Error,
      });
      return false;
    }
  };

  return queueHandler({
    read: (message) => message,
    clock,
    async handle(message, wokenAt) {
      const early = (parseInstant(String(message.dueAt)) ?? wokenAt) - wokenAt;
      // Timers may be a little early by the clock.
      if (early > 0 && early <= EARLY_MS) await pause(early + 50);
      const startedAt = clock();
      let [done, failed] = [0, 0];
      // Two at once begin at different places, and where one had to stop another does not begin.
      const first = Math.floor(random() * DUE_SHARDS);
      for (let shards = 0; shards < DUE_SHARDS; shards++) {
        for await (const page of ports.members.due((first + shards) % DUE_SHARDS, startedAt)) {
          for (let place = 0; place < page.length; place += SIDE_BY_SIDE) {
            const outcomes = await Promise.all(page.slice(place, place + SIDE_BY_SIDE).map(expire));
            done += outcomes.filter(Boolean).length;
            failed += outcomes.filter((isDone) => !isDone).length;
          }
          if (clock() - startedAt > WORK_MS) {
            count('DueLeftOver');
            return { ...message, done, failed, more: true };
          }
        }
      }
      return { ...message, done, failed };
    },
  });
}
