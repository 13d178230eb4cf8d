import { ConflictException, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SchedulerTierClock } from '../functions/adapters/scheduler-tier-clock.ts';

const SETTINGS = { group: 'bench', targetArn: 'arn:queue', roleArn: 'arn:role', deadLetterArn: 'arn:dead-letters' };

/** Stands for EventBridge Scheduler behind the real client: counts what is asked of it, and refuses a name that is taken. */
export class CountedScheduler {
  readonly #client = new SchedulerClient({ region: 'eu-west-1' });
  readonly #names = new Set<string>();
  calls = 0;

  constructor() {
    this.#client.middlewareStack.add(
      () => async (args) => {
        const { Name } = args.input as { Name: string };
        this.calls += 1;
        if (this.#names.has(Name)) throw new ConflictException({ message: Name, Message: Name, $metadata: {} });
        this.#names.add(Name);
        return { output: { $metadata: {} }, response: {} } as never;
      },
      { step: 'initialize', priority: 'high', name: 'answerInsteadOfAws' },
    );
  }

  get schedules(): number {
    return this.#names.size;
  }

  /** The clock of one more instance of a function: what another one asked for, it does not know. */
  newClock(): SchedulerTierClock {
    return new SchedulerTierClock(SETTINGS, this.#client);
  }
}
