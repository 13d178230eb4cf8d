import { describe, expect, test } from 'vitest';
import type { Brand } from '../../core/program/brand.ts';
import { compileProgram } from '../../core/program/program.ts';
import { HOUR_MS } from '../../core/time.ts';
import { MAX_AGE_MS } from '../../functions/runtime/stream.ts';
import { functionsOf, nameOf, type Properties, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const queues = Object.entries(resourcesOf(template, 'AWS::SQS::Queue'));
const policies = Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy'));
const sources = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));

function sourceOf(eventSource: string): Properties {
  const found = sources.filter(({ Properties }) => nameOf(Properties.EventSourceArn) === eventSource);
  expect(found, eventSource).toHaveLength(1);
  return found[0]!.Properties;
}

describe.each([
  ['PointsLedgerTable.stream', ['TX#'], 'TierRecalculationRecalculateTier'],
  ['MembersTable.stream', ['CHANGE#', 'NOTICE#'], 'TierAnnouncementsAnnounceTierChange'],
])('%s', (stream, prefixes, reader) => {
  const source = sourceOf(stream);

  test('wakes its function for new items of its kinds only, and misses none from the first on', () => {
    expect(nameOf(source.FunctionName)).toBe(`${reader}Function`);
    expect(source.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toEqual([
      { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: prefixes.map((prefix) => ({ prefix })) } } } },
    ]);
    expect(source.StartingPosition).toBe('TRIM_HORIZON');
  });

  test('reports a bad record alone, tries it so many times, and parks it', () => {
    expect(source).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 2000,
    });
    expect(nameOf(source.DestinationConfig.OnFailure.Destination)).toBe(`${reader}Parked`);
  });

  test('parks what makes it crash while the stream still holds it, and later than the function parks by itself', () => {
    const age = source.MaximumRecordAgeInSeconds * 1000;
    expect(age).toBeGreaterThan(MAX_AGE_MS);
    expect(age).toBeLessThan(24 * HOUR_MS);
  });
});

describe.each([
  ['Email', 'email', 'send-email'],
  ['Sms', 'sms', 'send-sms'],
])('the channel %s', (id, channel, folder) => {
  const queue = () =>
    queues.find(([logicalId]) => logicalId.startsWith(`MemberNotifications${id}Queue`))![1].Properties;
  const deadLetters = `MemberNotifications${id}DeadLetters`;

  test('takes the announcements that are meant for it, as they were published', () => {
    const subscriptions = Object.values(resourcesOf(template, 'AWS::SNS::Subscription'))
      .map(({ Properties }) => Properties)
      .filter(({ Endpoint }) => nameOf(Endpoint) === `MemberNotifications${id}Queue`);
    expect(subscriptions).toMatchObject([
      { Protocol: 'sqs', RawMessageDelivery: true, FilterPolicy: { channels: [channel] } },
    ]);
    expect(nameOf(subscriptions[0]!.TopicArn)).toBe('TierAnnouncementsTopic');
    expect(nameOf(subscriptions[0]!.RedrivePolicy.deadLetterTargetArn)).toBe(deadLetters);
  });

  test('sends no faster than a new account may, and gives what is put off half an hour', () => {
    expect(sourceOf(`MemberNotifications${id}Queue`).ScalingConfig).toEqual({ MaximumConcurrency: 2 });
    const { VisibilityTimeout, RedrivePolicy } = queue();
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(30 * 60);
  });

  test('gives up a message after ten attempts, and keeps it', () => {
    expect(queue().RedrivePolicy.maxReceiveCount).toBe(10);
    expect(nameOf(queue().RedrivePolicy.deadLetterTargetArn)).toBe(deadLetters);
    expect(sourceOf(`MemberNotifications${id}Queue`).FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  test('shows a message to nobody else while it may still be sent', () => {
    expect(queue().VisibilityTimeout).toBeGreaterThanOrEqual(6 * functionsOf(template)[folder]!.Timeout);
  });

  test('is not there where the brand’s file does not configure it', () => {
    const { template } = synthesized(({ notifications }) => {
      delete notifications[channel as 'email' | 'sms'];
    });
    expect(Object.keys(functionsOf(template))).not.toContain(folder);
    expect(Object.keys(resourcesOf(template)).filter((logicalId) => logicalId.includes(`Notifications${id}`))).toEqual(
      [],
    );
    expect(Object.keys(template.toJSON().Outputs)).not.toContain(`${id}Queue`);
  });

  test('stays where it is configured and switched off', () => {
    const { template } = synthesized(({ notifications }) => {
      notifications[channel as 'email' | 'sms']!.enabled = false;
    });
    expect(Object.keys(functionsOf(template))).toContain(folder);
  });
});

describe.each(queues)('the queue %s', (id, { Properties }) => {
  test('is encrypted, and keeps a message for two weeks', () => {
    expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 60 * 60 });
  });

  test('takes nothing over plain HTTP', () => {
    const policy = policies.find(({ Properties }) => Properties.Queues.some(({ Ref }: { Ref: string }) => Ref === id));
    expect(policy?.Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'sqs:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });
});

test('announcements are encrypted, and taken over TLS only', () => {
  const [topic] = Object.values(resourcesOf(template, 'AWS::SNS::Topic'));
  expect(topic?.Properties.KmsMasterKeyId).toBe('arn:aws:kms:eu-west-1:000000000000:alias/aws/sns');
  const [policy] = Object.values(resourcesOf(template, 'AWS::SNS::TopicPolicy'));
  expect(policy?.Properties.PolicyDocument.Statement).toMatchObject([
    { Effect: 'Deny', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  ]);
});

test('tier changes go to a bus of the stack’s own', () => {
  expect(Object.keys(resourcesOf(template, 'AWS::Events::EventBus'))).toHaveLength(1);
});

test('the outputs name what operators’ commands look for', () => {
  expect(Object.keys(template.toJSON().Outputs).sort()).toEqual([
    'AnnouncementsTopic',
    'ApiId',
    'ApiKeysSecret',
    'ApiUrl',
    'AuditDeadLetters',
    'AuditsQueue',
    'AuditsStateMachine',
    'DueDeadLetters',
    'DueQueue',
    'EmailDeadLetters',
    'EmailQueue',
    'EventBus',
    'GoogleKeySecret',
    'GooglePassDeadLetters',
    'GooglePassQueue',
    'GroupActionsStateMachine',
    'MembersStream',
    'MembersTable',
    'NightDeadLetters',
    'ParkedTierChangesQueue',
    'ParkedTransactionsQueue',
    'PassCertificatesSecret',
    'PointsStream',
    'PointsTable',
    'ProgramVersion',
    'PushDeadLetters',
    'PushQueue',
    'RecalculationsStateMachine',
    'ScheduleGroup',
    'ScheduleRole',
    'ShopifySecret',
    'SmsDeadLetters',
    'SmsQueue',
  ]);
});

test('the program’s version is told, so that no command counts by another file than the functions do', () => {
  const versionOf = ({ template }: ReturnType<typeof synthesized>) => template.toJSON().Outputs.ProgramVersion.Value;
  let settings: Brand | undefined;
  const demo = synthesized((brand) => {
    settings = brand;
  });
  expect(versionOf(demo)).toBe(compileProgram(settings!).version);
  const stricter = synthesized((brand) => {
    brand.program.tiers[1]!.threshold = 1_234;
  });
  expect(versionOf(stricter)).not.toBe(versionOf(demo));
});
