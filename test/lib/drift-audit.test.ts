import { describe, expect, test } from 'vitest';
import type { AuditSettings } from '../../core/program/brand.ts';
import { functionsOf, nameOf, type Properties, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();

function of(audit: AuditSettings, timeZone = 'Europe/Madrid') {
  return synthesized((brand) => {
    Object.assign(brand, { audit });
    Object.assign(brand.program, { timeZone });
  }).template;
}

function recurringOf(from: typeof template): Properties[] {
  return Object.entries(resourcesOf(from, 'AWS::Scheduler::Schedule'))
    .filter(([id]) => id.startsWith('DriftAuditRecurring'))
    .map(([, { Properties }]) => Properties);
}

describe('an audit is due', () => {
  test('every Sunday morning in the brand’s zone, where the brand says nothing', () => {
    expect(recurringOf(of({}, 'America/Santiago'))).toMatchObject([
      {
        ScheduleExpression: 'cron(30 4 ? * SUN *)',
        ScheduleExpressionTimezone: 'America/Santiago',
        FlexibleTimeWindow: { Mode: 'OFF' },
      },
    ]);
  });

  test('every day or every month where it does, and never where it wants none', () => {
    expect(recurringOf(of({ every: 'day' }))).toMatchObject([{ ScheduleExpression: 'cron(30 4 * * ? *)' }]);
    expect(recurringOf(of({ every: 'month' }))).toMatchObject([{ ScheduleExpression: 'cron(30 4 1 * ? *)' }]);
    const never = of({ every: 'never' });
    expect(recurringOf(never)).toEqual([]);
    expect(Object.keys(functionsOf(never))).not.toContain('start-audit');
    expect(Object.keys(functionsOf(never))).toContain('audit-members');
  });

  test('and that waits in a queue until it was started, or in the dead letters', () => {
    const { Arn, RoleArn, DeadLetterConfig } = recurringOf(template)[0]!.Target;
    expect([Arn, RoleArn, DeadLetterConfig.Arn].map(nameOf)).toEqual([
      'DriftAuditAudits',
      'TierClockRole',
      'DriftAuditAuditDeadLetters',
    ]);
    const [source] = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping')).filter(
      ({ Properties }) => nameOf(Properties.EventSourceArn) === 'DriftAuditAudits',
    );
    expect(nameOf(source?.Properties.FunctionName)).toBe('DriftAuditStartAuditFunction');
    const [audits] = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).filter(
      ([id]) => nameOf({ Ref: id }) === 'DriftAuditAudits',
    );
    expect(audits?.[1].Properties).toMatchObject({
      VisibilityTimeout: 6 * functionsOf(template)['start-audit']!.Timeout,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
  });
});

describe('the machine of audits', () => {
  const [machine, ...others] = Object.entries(resourcesOf(template, 'AWS::StepFunctions::StateMachine'))
    .filter(([id]) => id.startsWith('DriftAudit'))
    .map(([, { Properties }]) => Properties);
  const { StartAt, States } = JSON.parse(nameOf(machine!.DefinitionString));
  const pages = States.AuditSegments.ItemProcessor.States;

  test('there is one, whose executions can be redriven', () => {
    expect(others).toEqual([]);
    expect(machine).toMatchObject({ StateMachineType: 'STANDARD' });
  });

  test('goes through all segments side by side, page after page, and then tells what it came to', () => {
    expect(StartAt).toBe('AuditSegments');
    expect(States.AuditSegments).toMatchObject({
      ItemsPath: '$.segments',
      ItemSelector: { 'runId.$': '$.runId', 'segment.$': '$$.Map.Item.Value', page: 0 },
      MaxConcurrency: 8,
      Next: 'Finish',
    });
    expect(nameOf(pages.AuditPage.Resource)).toBe('DriftAuditAuditMembersFunction');
    expect(pages[pages.AuditPage.Next]).toEqual({
      Type: 'Choice',
      Choices: [{ Variable: '$.done', BooleanEquals: true, Next: 'AuditSegmentDone' }],
      Default: 'AuditPage',
    });
    expect(nameOf(States.Finish.Resource)).toBe('DriftAuditFinishAuditFunction');
    expect(States.Finish).toMatchObject({ Parameters: { 'runId.$': '$.runId' }, Next: 'Done' });
  });

  test('a page that fails for long is done once more with what can be done, and stands still if not even that succeeds', () => {
    expect(pages.AuditPage.Catch).toEqual([
      { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'GiveUpAuditPage' },
    ]);
    expect(pages.GiveUpAuditPage).toMatchObject({ Result: true, ResultPath: '$.givesUp', Next: 'AuditPageGivenUp' });
    expect(pages.AuditPageGivenUp).not.toHaveProperty('Catch');
    expect(pages.AuditPageGivenUp.Next).toBe(pages.AuditPage.Next);
  });
});
