import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, test } from 'vitest';
import type { LaurelAlarmProps } from '../../lib/parts/laurel-alarm.ts';
import { nameOf, type Properties, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const alarms = Object.entries(resourcesOf(template, 'AWS::CloudWatch::Alarm'));

/** What an alarm looks at: `IteratorAge of TierRecalculationRecalculateTierFunction`. */
function watched({ MetricName, Dimensions }: Properties): string {
  return `${MetricName} of ${Dimensions.map(({ Value }: { Value: unknown }) => nameOf(Value)).join(' ')}`;
}

/** Nobody calls it: a failure of its is seen only where the whole day is looked at. */
function isOfCertificates(id: string): boolean {
  return id.startsWith('WatchCheckCertificates');
}

function isOfExpiry(id: string): boolean {
  return id.startsWith('WatchExpireTiers') && !id.includes('FieldInvalid');
}

test('an alarm watches each thing that can keep members from their points, their tier or the news of it', () => {
  expect(alarms.map(([, { Properties }]) => watched(Properties)).sort()).toEqual(
    [
      '5xx of FrontDoorApi',
      ...['TierRecalculationRecalculateTier', 'TierAnnouncementsAnnounceTierChange'].flatMap((reader) => [
        `IteratorAge of ${reader}Function`,
        `ApproximateNumberOfMessagesVisible of ${reader}Parked.QueueName`,
      ]),
      ...['Email', 'Sms'].map(
        (id) => `ApproximateNumberOfMessagesVisible of MemberNotifications${id}DeadLetters.QueueName`,
      ),
      'ApproximateNumberOfMessagesVisible of GooglePassesDeadLetters.QueueName',
      'ApproximateAgeOfOldestMessage of GooglePassesQueue.QueueName',
      'ApproximateNumberOfMessagesVisible of TierClockDeadLetters.QueueName',
      'ApproximateNumberOfMessagesVisible of WalletPassesDeadLetters.QueueName',
      ...[60, 30, 7].map(() => 'CertificateDaysLeft of check-certificates'),
      'Errors of WalletPassesCheckCertificatesFunction',
      ...['hand-out-passes', 'serve-wallet'].map((folder) => `PassNotPossible of ${folder}`),
      'CallFailed of serve-wallet',
      'MessageFailed of send-push',
      'ApproximateAgeOfOldestMessage of TierClockDue.QueueName',
      'ApproximateNumberOfMessagesVisible of CycleRecalculationNightDeadLetters.QueueName',
      'ApproximateNumberOfMessagesVisible of DriftAuditAuditDeadLetters.QueueName',
      ...['TierActionsRunsMachine', 'CycleRecalculationRunsMachine', 'DriftAuditRunsMachine'].flatMap((machine) => [
        `ExecutionsFailed of ${machine}`,
        `ExecutionsTimedOut of ${machine}`,
      ]),
      'RecalculationAborted of weigh-preview',
      'MemberFailed of recalculate-cycle',
      ...['MemberDiffers', 'MemberHealed', 'MemberFailed'].map((name) => `${name} of audit-members`),
      'FieldInvalid of recalculate-cycle',
      'Errors of TierExpiryExpireTiersFunction',
      ...[
        'TransactionIntakeRecordTransaction',
        'TransactionIntakeReceiveShopifyOrder',
        'TierRecalculationRecalculateTier',
        'TierActionsTakeTierActions',
        'TierActionsChangeGroupTiers',
        'TierAnnouncementsAnnounceTierChange',
        'MemberNotificationsEmailSendEmail',
        'MemberNotificationsSmsSendSms',
        'GooglePassesLinkGooglePass',
        'GooglePassesUpdateGooglePass',
        'WalletPassesSendPush',
        'WalletPassesServeWallet',
      ].flatMap((id) => [`Errors of ${id}Function`, `Throttles of ${id}Function`]),
      'CallFailed of record-transaction',
      'CallFailed of receive-shopify-order',
      'CallFailed of take-tier-actions',
      'CallFailed of link-google-pass',
      'MessageFailed of update-google-pass',
      'MemberFailed of change-group-tiers',
      'MemberFailed of expire-tiers',
      'MessageFailed of expire-tiers',
      'DueLeftOver of expire-tiers',
      'FieldInvalid of recalculate-tier',
      'FieldInvalid of take-tier-actions',
      'FieldInvalid of put-member',
      'FieldInvalid of expire-tiers',
      'FieldInvalid of change-group-tiers',
      'WebhookRefused of receive-shopify-order',
      'RecordFailed of recalculate-tier',
      'RecordFailed of announce-tier-change',
      'MessageFailed of send-email',
      'MessageFailed of send-sms',
      ...['PointsLedgerTable', 'MembersTable'].flatMap((id) => [
        `ReadThrottleEvents of ${id}`,
        `WriteThrottleEvents of ${id}`,
      ]),
    ]
      .map((line) => line.replace('.QueueName', ''))
      .sort(),
  );
});

test('an alarm that does not say what it costs members does not compile', () => {
  // @ts-expect-error its impact is missing
  const silent: LaurelAlarmProps = {
    metric: new Metric({ namespace: 'Laurel', metricName: 'MessageUnsure' }),
    from: 1,
  };
  expect(silent.impact).toBeUndefined();
});

test.each([
  ['ApproximateNumberOfMessagesVisible', 'the first message on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['ApproximateAgeOfOldestMessage', 'a quarter of an hour on', { Threshold: 900, Period: 300, EvaluationPeriods: 1 }],
  ['IteratorAge', 'five minutes on, for three', { Threshold: 300_000, Period: 60, EvaluationPeriods: 3 }],
  ['Errors', 'five in five minutes on', { Threshold: 5, Period: 300, EvaluationPeriods: 1 }],
  ['CallFailed', 'five in five minutes on', { Threshold: 5, Period: 300, EvaluationPeriods: 1 }],
  ['RecordFailed', 'five in five minutes on', { Threshold: 5, Period: 300, EvaluationPeriods: 1 }],
  ['MessageFailed', 'twenty in five minutes on', { Threshold: 20, Period: 300, EvaluationPeriods: 1 }],
  ['FieldInvalid', 'the first on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['MemberDiffers', 'the first member on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['MemberHealed', 'the first member on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['MemberFailed', 'the first member on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['ExecutionsFailed', 'the first on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['ExecutionsTimedOut', 'the first on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['PassNotPossible', 'the first on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['WebhookRefused', 'the first on', { Threshold: 1, Period: 300, EvaluationPeriods: 1 }],
  ['5xx', 'five in five minutes on', { Threshold: 5, Period: 300, EvaluationPeriods: 1 }],
  ['Throttles', 'ten in five minutes on', { Threshold: 10, Period: 300, EvaluationPeriods: 1 }],
  ['ReadThrottleEvents', 'ten in five minutes on', { Threshold: 10, Period: 300, EvaluationPeriods: 1 }],
  ['WriteThrottleEvents', 'ten in five minutes on', { Threshold: 10, Period: 300, EvaluationPeriods: 1 }],
])('alarms on %s ring from %s', (metric, _, expected) => {
  const isOther = (id: string) => isOfExpiry(id) || isOfCertificates(id);
  const ofMetric = alarms.filter(([id, { Properties }]) => Properties.MetricName === metric && !isOther(id));
  expect(ofMetric).not.toEqual([]);
  const comparison = { ComparisonOperator: 'GreaterThanOrEqualToThreshold' };
  for (const [, { Properties }] of ofMetric) expect(Properties).toMatchObject({ ...expected, ...comparison });
});

test('what fails at the end of a tier rings when sweep after sweep did not mend it: two times ten minutes', () => {
  const ofExpiry = alarms.filter(([id]) => isOfExpiry(id));
  expect(ofExpiry.map(([, { Properties }]) => Properties.MetricName).sort()).toEqual([
    'DueLeftOver',
    'Errors',
    'MemberFailed',
    'MessageFailed',
  ]);
  for (const [, { Properties }] of ofExpiry) {
    expect(Properties).toMatchObject({
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      ...{ Threshold: 1, Period: 600, EvaluationPeriods: 2 },
    });
  }
});

describe.each(alarms)('the alarm %s', (_, { Properties }) => {
  test('says what it costs members, in sentences of 25 words at most', () => {
    expect(Properties.AlarmDescription).toMatch(/^[A-Z].{30,}\.$/);
    expect(Properties.AlarmDescription).toMatch(/member|purchase|order|tier|points|shop|explanation/i);
    for (const sentence of Properties.AlarmDescription.split('. ')) {
      expect(sentence.split(' ').length).toBeLessThanOrEqual(25);
    }
  });

  test('adds up what happens, and takes the worst of what waits', () => {
    const waiting = ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage', 'IteratorAge'];
    const waits = waiting.includes(Properties.MetricName);
    const isLeft = Properties.MetricName === 'CertificateDaysLeft';
    expect(Properties.Statistic).toBe(isLeft ? 'Minimum' : waits ? 'Maximum' : 'Sum');
  });

  test('takes no data for good news', () => {
    expect(Properties.TreatMissingData).toBe('notBreaching');
  });

  test('looks at one metric, as the local cloud knows no others', () => {
    expect(Properties.Metrics).toBeUndefined();
  });
});

describe('where the brand’s file names somebody to tell', () => {
  const { template } = synthesized((brand) => {
    brand.operations = { alarmEmail: 'on-call@aurora.example' };
  });
  const [[topic] = []] = Object.entries(resourcesOf(template, 'AWS::SNS::Topic')).filter(([id]) =>
    id.startsWith('Watch'),
  );

  test('each alarm mails when it starts and when it is over', () => {
    expect(
      Object.values(resourcesOf(template, 'AWS::SNS::Subscription')).map(({ Properties }) => Properties),
    ).toContainEqual({ Protocol: 'email', Endpoint: 'on-call@aurora.example', TopicArn: { Ref: topic } });
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm'))) {
      expect(Properties).toMatchObject({ AlarmActions: [{ Ref: topic }], OKActions: [{ Ref: topic }] });
    }
  });

  test('CloudWatch may publish to the topic, for this account only', () => {
    const [policy] = Object.values(resourcesOf(template, 'AWS::SNS::TopicPolicy')).filter(({ Properties }) =>
      Properties.Topics.some(({ Ref }: { Ref: string }) => Ref === topic),
    );
    expect(policy?.Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
      }),
    );
  });
});

test('where it names nobody, there is nobody to tell', () => {
  for (const [, { Properties }] of alarms) expect(Properties.AlarmActions).toBeUndefined();
});

describe('the dashboard', () => {
  const dashboards = Object.values(resourcesOf(template, 'AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(dashboards[0]?.Properties.DashboardBody);
  const readable: string = dashboards[0]?.Properties.DashboardBody['Fn::Join'][1]
    .map((part: unknown) => (typeof part === 'string' ? part : 'a reference'))
    .join('');

  test('is one', () => {
    expect(dashboards).toHaveLength(1);
  });

  test('adds up what tables held back', () => {
    const widget = (JSON.parse(readable) as { widgets: Properties[] }).widgets.find(
      ({ properties }) => properties.title === 'Requests that tables held back',
    );
    expect(widget?.properties.metrics).toHaveLength(4);
    for (const metric of widget!.properties.metrics) expect(metric.at(-1)).toMatchObject({ stat: 'Sum' });
  });

  test('begins with what members feel', () => {
    const places = ['what members feel', 'Purchases taken', 'alarms', 'Errors'].map((text) => body.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test.each([
    'TransactionAccepted',
    'TransactionDuplicate',
    'TransactionConflict',
    'TransactionCounted',
    'TransactionWithoutMember',
    'MemberRebuilt',
    'TierUpgraded',
    'TierDowngraded',
    'ActionApplied',
    'ActionRefused',
    'FieldInvalid',
    'PromotionFired',
    'ReminderGiven',
    'DueLeftOver',
    'MemberFailed',
    'RecordParked',
    'MessageSent',
    'MessageUnsure',
    'MessageTooOften',
    'PassUpdated',
    'WebhookRefused',
    'CallFailed',
    'RecordFailed',
    'MessageFailed',
  ])('shows what functions count: %s', (metric) => {
    expect(body).toContain(metric);
  });
});
