import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Brand } from '../../core/program/brand.ts';
import { functionsOf, nameOf, type Properties, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const subscriptions = Object.values(resourcesOf(template, 'AWS::SNS::Subscription')).map(
  ({ Properties }) => Properties,
);
const queue = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).find(([id]) =>
  id.startsWith('WalletPassesQueue'),
)![1].Properties;
const source = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping')).find(
  ({ Properties }) => nameOf(Properties.EventSourceArn) === 'WalletPassesQueue',
)!.Properties;

describe('pushes', () => {
  test('are sent for every change, announced or not: the queue takes all that is published, as it was published', () => {
    const ours = subscriptions.filter(({ Endpoint }) => nameOf(Endpoint) === 'WalletPassesQueue');
    expect(ours).toMatchObject([{ Protocol: 'sqs', RawMessageDelivery: true }]);
    expect(ours[0]!.FilterPolicy).toBeUndefined();
    expect(nameOf(ours[0]!.TopicArn)).toBe('TierAnnouncementsTopic');
    expect(nameOf(ours[0]!.RedrivePolicy.deadLetterTargetArn)).toBe('WalletPassesDeadLetters');
  });

  test('that fail are tried for an hour, and then kept for the operator', () => {
    const { VisibilityTimeout, RedrivePolicy } = queue;
    expect(nameOf(RedrivePolicy.deadLetterTargetArn)).toBe('WalletPassesDeadLetters');
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(60 * 60);
    expect(source.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  test('are shown to nobody else while they may still be sent', () => {
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * functionsOf(template)['send-push']!.Timeout);
  });

  test('go out a hundred members at a time, at most', () => {
    expect(source.BatchSize * source.ScalingConfig.MaximumConcurrency).toBe(100);
  });
});

describe('the certificates', () => {
  const schedules = Object.entries(resourcesOf(template, 'AWS::Scheduler::Schedule'));
  const [, look] = schedules.find(([id]) => id.startsWith('WalletPasses'))!;
  const alarms = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

  test('are looked at twice a day', () => {
    expect(look.Properties).toMatchObject({
      ScheduleExpression: 'rate(12 hours)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(nameOf(look.Properties.Target.Arn)).toBe('WalletPassesCheckCertificatesFunction');
    expect(nameOf(look.Properties.Target.RoleArn)).toBe('WalletPassesRole');
  });

  test('ring 60, 30 and 7 days before the first of them ends', () => {
    const days = alarms.filter(({ MetricName }) => MetricName === 'CertificateDaysLeft');
    expect(days.map(({ Threshold }) => Threshold).sort((a, b) => b - a)).toEqual([60, 30, 7]);
    for (const alarm of days) {
      expect(alarm).toMatchObject({
        ComparisonOperator: 'LessThanOrEqualToThreshold',
        Statistic: 'Minimum',
        Period: 24 * 60 * 60,
      });
      expect(alarm.AlarmDescription).toContain(`In ${alarm.Threshold} days or less, members get no new passes`);
    }
  });
});

test('a look at the certificates that failed rings within the day', () => {
  const alarm = Object.entries(resourcesOf(template, 'AWS::CloudWatch::Alarm')).find(([id]) =>
    id.startsWith('WatchCheckCertificatesErrors'),
  );
  expect(alarm?.[1].Properties).toMatchObject({ Threshold: 1, Period: 24 * 60 * 60, EvaluationPeriods: 1 });
});

test('whoever draws passes carries the images of every design, and nobody else does', () => {
  const source = readFileSync(new URL('../../lib/wallet-passes.ts', import.meta.url), 'utf8');
  expect(source.match(/folders,/g)).toHaveLength(1);
  const drawers = Object.entries(functionsOf(template)).filter(([, { Environment }]) => {
    const { PASS_TOKENS_SECRET, PASS_CERTIFICATES_SECRET }: Properties = Environment.Variables;
    return PASS_TOKENS_SECRET && PASS_CERTIFICATES_SECRET;
  });
  expect(drawers.map(([folder]) => folder).sort()).toEqual(['hand-out-passes', 'send-push', 'serve-wallet']);
});

test.each([
  ['without a wallet', (brand: { wallet?: unknown }) => delete brand.wallet],
  ['with Google’s only', (brand: { wallet?: { apple?: unknown } }) => delete brand.wallet!.apple],
])('a brand %s has none of it', (_, change) => {
  const { template } = synthesized(change as never);
  expect(Object.keys(resourcesOf(template)).filter((id) => id.includes('WalletPasses'))).toEqual([]);
  expect(Object.keys(functionsOf(template))).not.toContain('serve-wallet');
  expect(Object.keys(template.toJSON().Outputs)).not.toContain('PassCertificatesSecret');
});

describe('the address in passes and links', () => {
  const own = 'https://loyalty.shop.example';
  const withDomain = (brand: Brand) => void Object.assign(brand.wallet!, { url: own });
  const addressIn = ({ template }: ReturnType<typeof synthesized>) =>
    functionsOf(template)['hand-out-passes']!.Environment.Variables.API_URL;

  test('is the API’s own, unless the brand has a domain', () => {
    expect(nameOf(addressIn(synthesized()))).toBe('FrontDoorApi');
    expect(addressIn(synthesized(withDomain))).toBe(own);
  });

  test('is the local proxy’s, whatever the brand has, and the stack’s output names it too', () => {
    const proxyUrl = 'http://127.0.0.1:8787';
    const local = synthesized(withDomain, {}, proxyUrl);
    expect(addressIn(local)).toBe(proxyUrl);
    expect(local.template.toJSON().Outputs.ApiUrl.Value).toBe(proxyUrl);
  });
});
