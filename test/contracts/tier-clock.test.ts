import { randomUUID } from 'node:crypto';
import {
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { describe, expect, test } from 'vitest';
import type { WakeUpTimers } from '../../core/ports.ts';
import { HOUR_MS, type Instant, parseInstant } from '../../core/time.ts';
import { MemoryWakeUpTimers } from '../../fakes/memory-wake-up-timers.ts';
import { SchedulerTierClock } from '../../functions/adapters/scheduler-tier-clock.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { localAws, newInbox } from './setup/local-aws.ts';

interface RungClock {
  /** The clock as one function uses it. */
  port: WakeUpTimers;
  /** The same clock as another function uses it. */
  another: WakeUpTimers;
  /** The scheduled moments, in no particular order. */
  timers(): Promise<Instant[]>;
  /** Waits until a moment has fired, and returns those fired since the last call. */
  rung(now: Instant): Promise<Instant[]>;
}

function inMemory(): RungClock {
  const port = new MemoryWakeUpTimers();
  return { port, another: port, timers: async () => [...port.moments], rung: async (now) => port.fired(now) };
}

async function inScheduler(): Promise<RungClock> {
  const client = new SchedulerClient(localAws());
  const group = `clock-${randomUUID()}`;
  await client.send(new CreateScheduleGroupCommand({ Name: group }));
  const [due, dead] = [await newInbox(), await newInbox()];
  const role = 'arn:aws:iam::000000000000:role/clock';
  const settings = { group, targetArn: due.arn, roleArn: role, deadLetterArn: dead.arn };
  return {
    port: new SchedulerTierClock(settings, client),
    another: new SchedulerTierClock(settings, client),
    async timers() {
      const { Schedules = [] } = await client.send(new ListSchedulesCommand({ GroupName: group, MaxResults: 100 }));
      const found = Schedules.map(({ Name }) => client.send(new GetScheduleCommand({ GroupName: group, Name })));
      return (await Promise.all(found)).map(({ ScheduleExpression, ScheduleExpressionTimezone }) => {
        expect(ScheduleExpressionTimezone).toBe('UTC');
        return parseInstant(`${/^at\((.*)\)$/.exec(ScheduleExpression!)![1]}Z`)!;
      });
    },
    rung: async () => (await due.take(1)).map((message) => parseInstant(JSON.parse(message).dueAt)!),
  };
}

const SECOND_MS = 1000;
/** Each test uses its own moments, because the whole stack shares one clock. */
let last = Date.UTC(2050, 0, 1);
const aMoment = () => {
  last += HOUR_MS;
  return last;
};

const clocks = fakeAndReal<WakeUpTimers, RungClock>(
  ['in memory', inMemory()],
  ['of EventBridge Scheduler', await inScheduler()],
);

describe.each(clocks)('a tier clock %s', (_, { port, another, timers, rung }) => {
  /** Returns the timers that the call added. */
  const fresh = async (ask: () => Promise<unknown>) => {
    const before = new Set(await timers());
    await ask();
    return (await timers()).filter((at) => !before.has(at)).sort((a, b) => a - b);
  };

  test('has a timer for each requested moment', async () => {
    const at = aMoment();
    expect(await fresh(() => port.wakeAt(at))).toEqual([at]);
  });

  test('has one timer for a moment, however often and by whichever function it is requested', async () => {
    const at = aMoment();
    const askOften = async () => {
      await Promise.all(Array.from({ length: 10 }, () => port.wakeAt(at)));
      await another.wakeAt(at);
      await port.wakeAt(at);
    };
    expect(await fresh(askOften)).toEqual([at]);
  });

  test('has a timer for each of several moments', async () => {
    const moments = [aMoment(), aMoment(), aMoment()];
    const askBackwards = async () => {
      for (const at of moments.toReversed()) await port.wakeAt(at);
    };
    expect(await fresh(askBackwards)).toEqual(moments);
  });

  test('has no timer before the moment, and none more than a second after it', async () => {
    const at = aMoment() + 1;
    const [timer, ...others] = await fresh(() => port.wakeAt(at));
    expect(others).toEqual([]);
    expect(timer).toBeGreaterThanOrEqual(at);
    expect(timer! - at).toBeLessThan(SECOND_MS);
  });

  test('fires once when a moment has come, names it, and forgets it', async () => {
    const at = Math.ceil(Date.now() / SECOND_MS) * SECOND_MS + SECOND_MS;
    await port.wakeAt(at);
    expect(await rung(at)).toEqual([at]);
    expect(await timers()).not.toContain(at);
  });

  test('accepts a moment that has already passed', async () => {
    await port.wakeAt(Date.now() - SECOND_MS);
  });
});
