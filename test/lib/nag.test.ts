import { Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { makeApp, synthesized } from './synthesized.ts';

/** Every unacknowledged finding of both packs: the rule, and where. */
function findings(scope: IConstruct): string[] {
  return [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap((pack) =>
    pack
      .validateScope(scope)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
  );
}

function acknowledgements(scope: IConstruct): [string, string][] {
  return scope.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>));
}

describe('AWS’s Solutions and Serverless rules', () => {
  test.each([
    ['the demo’s stack', () => synthesized()],
    [
      'a brand with alarms by mail',
      () => synthesized((brand) => Object.assign(brand, { operations: { alarmEmail: 'a@b.example' } })),
    ],
    ['a brand that sends no messages', () => synthesized((brand) => Object.assign(brand, { notifications: {} }))],
  ])('find nothing in %s that is not acknowledged', { timeout: 120_000 }, (_, made) => {
    expect(findings(made().app)).toEqual([]);
  });

  test('do look: a bucket that anybody could read in transit is reported', () => {
    const stack = new Stack(makeApp(), 'Careless');
    new Bucket(stack, 'Bucket');
    expect(findings(stack)).toContain('AwsSolutions-S10 at Careless/Bucket/Resource');
  });

  test('are acknowledged with a reason each, and none for the whole stack', () => {
    const { stack } = synthesized((brand) => Object.assign(brand, { operations: { alarmEmail: 'a@b.example' } }));
    const acknowledged = acknowledgements(stack);
    const wildcards = (id: string) =>
      id.replace(/<(\w+?)[0-9A-F]{8}(\.\w+)?>/, (_, name: string, attribute = '') => `<${name}${attribute}>`);
    expect(new Set(acknowledged.map(([rule]) => wildcards(rule.replace(/^annotation::/i, ''))))).toEqual(
      new Set([
        'AwsSolutions-APIG4',
        'AwsSolutions-IAM5[Resource::arn:aws:scheduler:eu-west-1:000000000000:schedule/<TierClockGroup>/*]',
        'AwsSolutions-IAM5[Resource::arn:aws:states:eu-west-1:000000000000:execution:<TierActionsRunsMachine.Name>:*]',
        'AwsSolutions-IAM5[Resource::arn:aws:states:eu-west-1:000000000000:execution:<CycleRecalculationRunsMachine.Name>:*]',
        'AwsSolutions-IAM5[Resource::arn:aws:states:eu-west-1:000000000000:execution:<DriftAuditRunsMachine.Name>:*]',
        'AwsSolutions-IAM5[Resource::arn:aws:ses:eu-west-1:000000000000:configuration-set/*]',
        'AwsSolutions-SF1',
        'AwsSolutions-SF2',
        'AwsSolutions-SMG4',
        'AwsSolutions-SQS3',
        'Serverless-LambdaDLQ',
        'Serverless-LambdaEventSourceMappingDestination',
        'Serverless-LambdaTracing',
        'Serverless-SNSRedrivePolicy',
        'Serverless-SQSRedrivePolicy',
        'Serverless-StepFunctionStateMachineXray',
      ]),
    );
    for (const [rule, reason] of acknowledged) expect(reason.length, rule).toBeGreaterThan(40);
    expect(stack.node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)).toEqual([]);
  });
});
