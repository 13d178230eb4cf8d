import { expect, test } from 'vitest';
import { functionsOf, nameOf, type Properties, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const schedules = Object.entries(resourcesOf(template, 'AWS::Scheduler::Schedule'));
const [sweep, ...otherSweeps] = schedules.filter(([id]) => id.includes('Sweep')).map(([, schedule]) => schedule);

function only(type: string, name: string): Properties {
  const found = Object.entries(resourcesOf(template, type)).filter(([id]) => nameOf({ Ref: id }) === name);
  expect(found, name).toHaveLength(1);
  return found[0]![1].Properties;
}

test('there is one group of schedules', () => {
  expect(Object.keys(resourcesOf(template, 'AWS::Scheduler::ScheduleGroup'))).toHaveLength(1);
});

test('whoever makes schedules makes them in that group only, and nobody reads, changes or deletes any', () => {
  const statements = Object.values(resourcesOf(template, 'AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: string; Resource: unknown }[])
    .filter(({ Action }) => JSON.stringify(Action).includes('scheduler:'));
  expect(statements).toHaveLength(7);
  for (const { Action, Resource } of statements) {
    expect(Action).toBe('scheduler:CreateSchedule');
    expect(nameOf(Resource)).toBe('arn:aws:scheduler:eu-west-1:000000000000:schedule/TierClockGroup/*');
  }
});

test('every five minutes, to the minute, a sweep finds whom a schedule missed', () => {
  expect(otherSweeps).toEqual([]);
  expect(sweep?.Properties).toMatchObject({
    ScheduleExpression: 'rate(5 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Input: '{"sweep":true}' },
  });
  expect(sweep?.Properties.State).toBeUndefined();
  expect(nameOf(sweep?.Properties.GroupName)).toBe('TierClockGroup');
});

test('the sweep goes the way of every moment: to the queue, by the clock’s role, or to the dead letters', () => {
  const { Arn, RoleArn, DeadLetterConfig } = sweep!.Properties.Target;
  expect([Arn, RoleArn, DeadLetterConfig.Arn].map(nameOf)).toEqual([
    'TierClockDue',
    'TierClockRole',
    'TierClockDeadLetters',
  ]);
});

test('the sweep starts when the role may send, so that the first one is not refused', () => {
  const dependsOn = (sweep as unknown as { DependsOn: string[] }).DependsOn.map((id) => nameOf({ Ref: id }));
  expect(dependsOn).toContain('TierClockRoleDefaultPolicy');
});

test('a moment is shown to nobody else while it is worked on', () => {
  const { VisibilityTimeout } = only('AWS::SQS::Queue', 'TierClockDue');
  expect(VisibilityTimeout).toBe(6 * functionsOf(template)['expire-tiers']!.Timeout);
});

test('a moment that nothing could be made of is given up after five attempts, and kept', () => {
  const { RedrivePolicy } = only('AWS::SQS::Queue', 'TierClockDue');
  expect(RedrivePolicy.maxReceiveCount).toBe(5);
  expect(nameOf(RedrivePolicy.deadLetterTargetArn)).toBe('TierClockDeadLetters');
});

test('moments come one by one, two at a time at most', () => {
  const sources = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'))
    .map(({ Properties }) => Properties)
    .filter(({ EventSourceArn }) => nameOf(EventSourceArn) === 'TierClockDue');
  expect(sources).toMatchObject([
    {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    },
  ]);
  expect(nameOf(sources[0]!.FunctionName)).toBe('TierExpiryExpireTiersFunction');
});
