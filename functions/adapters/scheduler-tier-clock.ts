import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { WakeUpTimers } from '../../core/ports.ts';
import { formatInstant, type Instant, MINUTE_MS } from '../../core/time.ts';

const SECOND_MS = 1000;
const REMEMBERED = 1000;
/** People write 9999-12-31 for "for good", and nobody says how far ahead a schedule may lie. Beyond this the sweep alone finds a member. */
const LATEST: Instant = Date.UTC(2100, 0, 1);

export interface ClockSettings {
  /** The group of schedules that are Laurel's. */
  group: string;
  /** What is woken, and the role that may wake it. */
  targetArn: string;
  roleArn: string;
  /** Where it is said that waking failed. */
  deadLetterArn: string;
}

/** One schedule of EventBridge Scheduler for each moment, to the second; it deletes itself once it has fired. */
export class SchedulerTierClock implements WakeUpTimers {
  readonly #client: SchedulerClient;
  readonly #settings: ClockSettings;
  /** What was asked for lately, so that a thousand members whose grants end together make one call. */
  readonly #asked = new Map<Instant, Promise<void>>();

  constructor(settings: ClockSettings, client: SchedulerClient = new SchedulerClient()) {
    this.#client = client;
    this.#settings = settings;
  }

  async wakeAt(at: Instant): Promise<void> {
    if (at >= LATEST) return;
    // Never early: nothing would be due yet.
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
    // Neither a name nor a token may hold a colon.
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
      // Somebody else asked for that moment already; or it came while it was being asked for, and the sweep finds whoever is due.
      const isFine = name === 'ConflictException' || (name === 'ValidationException' && at - Date.now() < MINUTE_MS);
      if (!isFine) throw error;
    }
  }
}
