import { SchedulerTierClock } from '../adapters/scheduler-tier-clock.ts';
import { readEnvironment } from '../runtime/environment.ts';

/** Returns the wake-up timers of the function's stack. */
export function tierClock(): SchedulerTierClock {
  const env = readEnvironment('SCHEDULE_GROUP', 'DUE_QUEUE_ARN', 'SCHEDULER_ROLE_ARN', 'DUE_DEAD_LETTERS_ARN');
  return new SchedulerTierClock({
    group: env.SCHEDULE_GROUP,
    targetArn: env.DUE_QUEUE_ARN,
    roleArn: env.SCHEDULER_ROLE_ARN,
    deadLetterArn: env.DUE_DEAD_LETTERS_ARN,
  });
}
