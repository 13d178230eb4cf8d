import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MINUTE_MS } from '../../../core/time.ts';
import { SchedulerTierClock } from '../../../functions/adapters/scheduler-tier-clock.ts';

const scheduler = mockClient(SchedulerClient);
beforeEach(() => {
  scheduler.reset();
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => void vi.useRealTimers());

const settings = { group: 'laurel', targetArn: 'arn:function', roleArn: 'arn:role', deadLetterArn: 'arn:queue' };
const newClock = () => new SchedulerTierClock(settings, new SchedulerClient({ region: 'eu-west-1' }));
const at = (moment: string) => Date.parse(moment);
const END = at('2026-05-29T22:00:00Z');
const NOW = at('2026-03-01T10:00:00Z');

const inputs = () => scheduler.commandCalls(CreateScheduleCommand).map((call) => call.args[0].input);
const failure = (name: string) => Object.assign(new Error('said by AWS'), { name, $metadata: { httpStatusCode: 400 } });

describe('the tier clock', () => {
  test('makes a schedule of that moment in UTC, which deletes itself', async () => {
    await newClock().wakeAt(END);
    expect(inputs()).toEqual([
      {
        GroupName: 'laurel',
        Name: 'due-2026-05-29T22.00.00Z',
        ClientToken: 'due-2026-05-29T22-00-00Z',
        ScheduleExpression: 'at(2026-05-29T22:00:00)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: 'arn:function',
          RoleArn: 'arn:role',
          Input: '{"dueAt":"2026-05-29T22:00:00Z"}',
          DeadLetterConfig: { Arn: 'arn:queue' },
          RetryPolicy: { MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 3600 },
        },
      },
    ]);
  });

  test.each([
    [END - 999, 'due-2026-05-29T22.00.00Z'],
    [END - 1, 'due-2026-05-29T22.00.00Z'],
    [END, 'due-2026-05-29T22.00.00Z'],
    [END + 1, 'due-2026-05-29T22.00.01Z'],
    [at('2027-12-31T23:59:59.500Z'), 'due-2028-01-01T00.00.00Z'],
  ])('is never early: %d is %s', async (moment, name) => {
    await newClock().wakeAt(moment);
    const [input] = inputs();
    expect(input!.Name).toBe(name);
    expect(input!.Name).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
    expect(input!.ClientToken).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
    expect(at(JSON.parse(input!.Target!.Input!).dueAt)).toBeGreaterThanOrEqual(moment);
  });

  test('is content where somebody asked for that moment before', async () => {
    scheduler.on(CreateScheduleCommand).rejects(failure('ConflictException'));
    const clock = newClock();
    await clock.wakeAt(END);
    await clock.wakeAt(END);
    expect(inputs()).toHaveLength(1);
  });

  test('asks once for one moment, however many ask it one after the other or at once', async () => {
    const clock = newClock();
    await Promise.all(Array.from({ length: 20 }, () => clock.wakeAt(END)));
    await clock.wakeAt(END - 500);
    await clock.wakeAt(END + 1000);
    expect(inputs().map(({ Name }) => Name)).toEqual(['due-2026-05-29T22.00.00Z', 'due-2026-05-29T22.00.01Z']);
  });

  test.each(['ThrottlingException', 'ServiceQuotaExceededException', 'ValidationException', 'AccessDeniedException'])(
    'throws %s, and asks again the next time',
    async (name) => {
      const trouble = failure(name);
      scheduler.on(CreateScheduleCommand).rejectsOnce(trouble).resolves({});
      const clock = newClock();
      const answers = await Promise.allSettled([clock.wakeAt(END), clock.wakeAt(END)]);
      expect(answers.map((answer) => (answer as PromiseRejectedResult).reason)).toEqual([trouble, trouble]);
      await clock.wakeAt(END);
      expect(inputs()).toHaveLength(2);
    },
  );

  test.each([
    ['a minute less a second ahead', MINUTE_MS - 1000],
    ['a millisecond ahead', 1],
    ['now', 0],
    ['past for a second', -1000],
    ['past for a day', -24 * 60 * MINUTE_MS],
  ])('takes a moment that AWS refuses for done where it is %s: the sweep finds whoever is due', async (_, ahead) => {
    scheduler.on(CreateScheduleCommand).rejects(failure('ValidationException'));
    const clock = newClock();
    await clock.wakeAt(NOW + ahead);
    await clock.wakeAt(NOW + ahead);
    expect(inputs()).toHaveLength(1);
  });

  test.each([
    ['a minute ahead, rounded up to the second', MINUTE_MS - 999],
    ['a minute ahead', MINUTE_MS],
    ['years ahead', 3e11],
  ])('throws where AWS refuses a moment that is %s', async (_, ahead) => {
    const trouble = failure('ValidationException');
    scheduler.on(CreateScheduleCommand).rejects(trouble);
    await expect(newClock().wakeAt(NOW + ahead)).rejects.toBe(trouble);
  });

  test('looks at how far ahead a moment is when it is refused, and not when it was asked for', async () => {
    scheduler.on(CreateScheduleCommand).callsFake(() => {
      vi.setSystemTime(END - MINUTE_MS + 1);
      throw failure('ValidationException');
    });
    await newClock().wakeAt(END);
    expect(inputs()).toHaveLength(1);
  });

  test.each(['ThrottlingException', 'AccessDeniedException', 'ResourceNotFoundException'])(
    'throws %s for a moment that is about to come, too',
    async (name) => {
      const trouble = failure(name);
      scheduler.on(CreateScheduleCommand).rejects(trouble);
      await expect(newClock().wakeAt(NOW + 1)).rejects.toBe(trouble);
    },
  );

  test('forgets the oldest of very many moments, and may ask for that again', async () => {
    const clock = newClock();
    for (let n = 0; n <= 1000; n++) await clock.wakeAt(END + n * 1000);
    expect(inputs()).toHaveLength(1001);
    await clock.wakeAt(END + 1000 * 1000);
    expect(inputs()).toHaveLength(1001);
    await clock.wakeAt(END);
    expect(inputs()).toHaveLength(1002);
  });

  test.each(['9999-12-31T23:59:59Z', '+010000-01-01T05:00:00Z', '2100-01-01T00:00:00Z'])(
    'makes no schedule for %s, which nobody alive waits for',
    async (moment) => {
      await newClock().wakeAt(at(moment));
      expect(inputs()).toEqual([]);
    },
  );
});
