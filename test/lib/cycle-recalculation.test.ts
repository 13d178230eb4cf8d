import { describe, expect, test } from 'vitest';
import type { CycleFile } from '../../core/program/brand.ts';
import { functionsOf, nameOf, type Properties, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();

function of(cycle: CycleFile, timeZone = 'Europe/Madrid') {
  return synthesized(({ program }) => {
    Object.assign(program, { cycle, timeZone });
  }).template;
}

function nightlyOf(from: typeof template): Properties[] {
  return Object.entries(resourcesOf(from, 'AWS::Scheduler::Schedule'))
    .filter(([id]) => id.includes('Nightly'))
    .map(([, { Properties }]) => Properties);
}

describe('every night', () => {
  test.each<[CycleFile]>([[{ type: 'calendar' }], [{ type: 'enrollment' }]])(
    'just after midnight in the brand’s zone, it is looked whether a cycle has ended: %j',
    (cycle) => {
      expect(nightlyOf(of(cycle, 'America/Santiago'))).toMatchObject([
        {
          ScheduleExpression: 'cron(5 0 * * ? *)',
          ScheduleExpressionTimezone: 'America/Santiago',
          FlexibleTimeWindow: { Mode: 'OFF' },
        },
      ]);
    },
  );

  test('nothing ever fires where cycles never end, nor is anything there that could', () => {
    const endless = of({ type: 'none' });
    expect(nightlyOf(endless)).toEqual([]);
    expect(Object.keys(functionsOf(endless))).not.toContain('end-cycle');
    expect(Object.keys(functionsOf(endless))).toContain('start-recalculation');
  });

  test('what the schedule says waits in a queue until a run was started, or in the dead letters', () => {
    const { Arn, RoleArn, DeadLetterConfig } = nightlyOf(template)[0]!.Target;
    expect([Arn, RoleArn, DeadLetterConfig.Arn].map(nameOf)).toEqual([
      'CycleRecalculationNights',
      'TierClockRole',
      'CycleRecalculationNightDeadLetters',
    ]);
    const [source] = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping')).filter(
      ({ Properties }) => nameOf(Properties.EventSourceArn) === 'CycleRecalculationNights',
    );
    expect(nameOf(source?.Properties.FunctionName)).toBe('CycleRecalculationEndCycleFunction');
    const [nights] = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).filter(
      ([id]) => nameOf({ Ref: id }) === 'CycleRecalculationNights',
    );
    expect(nights?.[1].Properties).toMatchObject({
      VisibilityTimeout: 6 * functionsOf(template)['end-cycle']!.Timeout,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
  });
});

describe('the machine of recalculations', () => {
  const [machine, ...others] = Object.entries(resourcesOf(template, 'AWS::StepFunctions::StateMachine'))
    .filter(([id]) => id.startsWith('CycleRecalculation'))
    .map(([, { Properties }]) => Properties);
  const { StartAt, States, TimeoutSeconds } = JSON.parse(nameOf(machine!.DefinitionString));
  const RETRIES = [
    { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 8, MaxDelaySeconds: 300 },
  ];

  test('there is one, whose executions can be redriven', () => {
    expect(others).toEqual([]);
    expect(machine).toMatchObject({ StateMachineType: 'STANDARD' });
    expect(TimeoutSeconds).toBe(24 * 60 * 60);
  });

  test('a run with a preview begins with it; a dry run has none before it', () => {
    expect(States[StartAt]).toEqual({
      Type: 'Choice',
      Choices: [{ Variable: '$.previewRunId', IsPresent: true, Next: 'PreviewSegments' }],
      Default: 'RecalculateSegments',
    });
  });

  test('the first write comes after the preview was weighed, and not where it was too heavy', () => {
    expect(States.PreviewSegments.Next).toBe('Weigh');
    expect(States.Weigh).toMatchObject({
      Parameters: { 'runId.$': '$.runId' },
      ResultPath: '$.weighed',
      Next: 'MayGoOn',
      Retry: RETRIES,
    });
    expect(nameOf(States.Weigh.Resource)).toBe('CycleRecalculationWeighPreviewFunction');
    expect(States.MayGoOn).toEqual({
      Type: 'Choice',
      Choices: [{ Variable: '$.weighed.goesOn', BooleanEquals: true, Next: 'RecalculateSegments' }],
      Default: 'Aborted',
    });
    expect(States.Aborted).toEqual({ Type: 'Succeed' });
  });

  test('it ends once every segment is done, which is told', () => {
    expect(States.RecalculateSegments.Next).toBe('Finish');
    expect(nameOf(States.Finish.Resource)).toBe('CycleRecalculationFinishRecalculationFunction');
    expect(States.Finish).toMatchObject({ Parameters: { 'runId.$': '$.runId' }, Next: 'Done', Retry: RETRIES });
  });

  describe.each([
    ['Preview', '$.previewRunId'],
    ['Recalculate', '$.runId'],
  ])('the segments of %s', (name, runId) => {
    const map = States[`${name}Segments`];
    const inner = map.ItemProcessor.States;
    const page = inner[`${name}Page`];

    test('are gone through side by side, each from its first page, and the run is what it was behind them', () => {
      expect(map).toMatchObject({
        ItemsPath: '$.segments',
        ItemSelector: { 'runId.$': runId, 'segment.$': '$$.Map.Item.Value', page: 0 },
        MaxConcurrency: 8,
        ResultPath: null,
      });
      expect(map.ItemProcessor.StartAt).toBe(`${name}Page`);
    });

    test('are done page after page, until one says that it was the last', () => {
      expect(nameOf(page.Resource)).toBe('CycleRecalculationRecalculateCycleFunction');
      for (const field of ['Parameters', 'ResultPath', 'ResultSelector', 'InputPath', 'OutputPath']) {
        expect(page).not.toHaveProperty(field);
      }
      expect(inner[page.Next]).toEqual({
        Type: 'Choice',
        Choices: [{ Variable: '$.done', BooleanEquals: true, Next: `${name}SegmentDone` }],
        Default: `${name}Page`,
      });
    });

    test('a page that fails for long is done once more with what can be done, and the pages behind it go on', () => {
      expect(page.Retry).toEqual(RETRIES);
      expect(page.Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: `GiveUp${name}Page` }]);
      expect(inner[`GiveUp${name}Page`]).toEqual({
        Type: 'Pass',
        Result: true,
        ResultPath: '$.givesUp',
        Next: `${name}PageGivenUp`,
      });
      const givenUp = inner[`${name}PageGivenUp`];
      expect(nameOf(givenUp.Resource)).toBe('CycleRecalculationRecalculateCycleFunction');
      expect(givenUp.Retry).toEqual(RETRIES);
      expect(givenUp.Next).toBe(page.Next);
    });

    test('and if not even that succeeds, the run stands still there, to be redriven', () => {
      expect(inner[`${name}PageGivenUp`]).not.toHaveProperty('Catch');
      expect(map).not.toHaveProperty('Catch');
    });
  });
});
