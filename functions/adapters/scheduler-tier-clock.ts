import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { WakeUpTimers } from '../../core/ports.ts';
import { formatInstant, type Instant, MINUTE_MS } from '../../core/time.ts';

const SECOND_MS = 1000;
const REMEMBERED = 1000;
/** People write 9999-12-31 for "forever", and AWS documents no latest date for a schedule. After this date, only the sweep wakes a member. */
const LATEST: Instant = Date.UTC(2100, 0, 1);

export interface ClockSettings {
  /** The schedule group that holds Laurel's schedules. */
  group: string;
  /** The queue that a schedule sends to, and the role that may send. */
  targetArn: string;
  roleArn: string;
  /** The dead-letter queue for failed wake-ups. */
  deadLetterArn: string;
}

/** Creates one EventBridge Scheduler schedule for each second that has a wake-up. A schedule deletes itself after it fires. */
export class SchedulerTierClock implements WakeUpTimers {
  readonly #client: SchedulerClient;
  readonly #settings: ClockSettings;
  /** Recent requests, so that a thousand members whose grants end together cause one call. */
  readonly #asked = new Map<Instant, Promise<void>>();

  constructor(settings: ClockSettings, client: SchedulerClient = new SchedulerClient()) {
    this.#client = client;
    this.#settings = settings;
  }

  async wakeAt(at: Instant): Promise<void> {
    if (at >= LATEST) return;
    // Rounded up: an early wake-up would find nothing due.
    const second = Math.ceil(at / SECOND_MS) * SECOND_MS;
    const asked = this.#asked.get(second);
    if (asked !== undefined) return asked;
    const asking = this.#create(second).catch((error: unknown) => {
      this.#asked.delete(second);
      throw error;
    });
    this.#asked.set(second, asking);
    if (this.#asked.size > REMEMBERED) this.#asked.delete(this.#asked.keys().next().value!);
    return asking;
  }

  async #create(at: Instant): Promise<void> {
    const { group, targetArn, roleArn, deadLetterArn } = this.#settings;
    const dueAt = formatInstant(at);
    // Schedule names and client tokens must not contain a colon.
    const scheduleName = `due-${dueAt.replaceAll(':', '.')}`;
    try {
      await this.#client.send(
        new CreateScheduleCommand({
          GroupName: group,
          Name: scheduleName,
          ClientToken: scheduleName.replaceAll('.', '-'),
          ScheduleExpression: `at(${dueAt.slice(0, -1)})`,
          ScheduleExpressionTimezone: 'UTC',
          FlexibleTimeWindow: { Mode: 'OFF' },
          ActionAfterCompletion: 'DELETE',
          Target: {
            Arn: targetArn,
            RoleArn: roleArn,
            Input: JSON.stringify({ dueAt }),
            DeadLetterConfig: { Arn: deadLetterArn },
            RetryPolicy: { MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 3600 },
          },
        }),
      );
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      // The schedule exists already, or its time has just passed; the sweep then finds the due members.
      const isFine = name === 'ConflictException' || (name === 'ValidationException' && at - Date.now() < MINUTE_MS);
      if (!isFine) throw error;
    }
  }
}
