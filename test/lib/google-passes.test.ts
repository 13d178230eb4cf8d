import { describe, expect, test } from 'vitest';
import { functionsOf, nameOf, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const functions = functionsOf(template);
const [queue] = Object.entries(resourcesOf(template, 'AWS::SQS::Queue'))
  .filter(([id]) => id.startsWith('GooglePassesQueue'))
  .map(([, { Properties }]) => Properties);
const [source] = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'))
  .map(({ Properties }) => Properties)
  .filter(({ EventSourceArn }) => nameOf(EventSourceArn) === 'GooglePassesQueue');

test('the queue takes every change and notice, told or not, as it was published', () => {
  const subscriptions = Object.values(resourcesOf(template, 'AWS::SNS::Subscription'))
    .map(({ Properties }) => Properties)
    .filter(({ Endpoint }) => nameOf(Endpoint) === 'GooglePassesQueue');
  expect(subscriptions).toMatchObject([{ Protocol: 'sqs', RawMessageDelivery: true }]);
  expect(subscriptions[0]).not.toHaveProperty('FilterPolicy');
  expect(nameOf(subscriptions[0]!.TopicArn)).toBe('TierAnnouncementsTopic');
  expect(nameOf(subscriptions[0]!.RedrivePolicy.deadLetterTargetArn)).toBe('GooglePassesDeadLetters');
});

test('two functions at most write to Google, so that its 20 requests a second are enough', () => {
  expect(source?.ScalingConfig).toEqual({ MaximumConcurrency: 2 });
  expect(source?.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
});

test('what Google puts off is tried for an hour, and then kept', () => {
  const { VisibilityTimeout, RedrivePolicy } = queue!;
  expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * functions['update-google-pass']!.Timeout);
  expect(RedrivePolicy.maxReceiveCount).toBe(10);
  expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(60 * 60);
  expect(nameOf(RedrivePolicy.deadLetterTargetArn)).toBe('GooglePassesDeadLetters');
});

test('the key is in no function’s environment', () => {
  for (const name of ['update-google-pass', 'link-google-pass']) {
    expect(nameOf(functions[name]!.Environment.Variables.GOOGLE_KEY_SECRET)).toBe('GooglePassesKey');
  }
});

describe('a brand without Google’s wallet', () => {
  test.each<[string, Parameters<typeof synthesized>[0]]>([
    ['but with another', (brand) => delete brand.wallet!.google],
    ['or any', (brand) => delete brand.wallet],
  ])('%s has nothing of it', (_, change) => {
    const { template } = synthesized(change);
    expect(Object.keys(resourcesOf(template)).filter((id) => id.includes('Google'))).toEqual([]);
    expect(functionsOf(template)['erase-profile']!.Environment.Variables).not.toHaveProperty('GOOGLE_PASS_QUEUE_URL');
    expect(JSON.stringify(template.toJSON().Outputs)).not.toContain('Google');
  });
});
