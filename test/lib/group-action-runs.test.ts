import { expect, test } from 'vitest';
import { nameOf, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const machines = Object.entries(resourcesOf(template, 'AWS::StepFunctions::StateMachine'))
  .filter(([id]) => id.startsWith('TierActions'))
  .map(([, machine]) => machine);
const { StateMachineType, DefinitionString, RoleArn, ...rest } = machines[0]!.Properties;
const { StartAt, States, QueryLanguage, TimeoutSeconds } = JSON.parse(nameOf(DefinitionString));
const page = States[StartAt];

test('one machine carries the actions on all groups, and tells what became of each', () => {
  expect(machines).toHaveLength(1);
  expect(StateMachineType).toBe('STANDARD');
  expect(nameOf(RoleArn)).toBe('TierActionsRunsRole');
  expect(Object.keys(rest)).toEqual([]);
});

test('a page’s answer, whole, is what the next page is given', () => {
  expect(nameOf(page.Resource)).toBe('TierActionsChangeGroupTiersFunction');
  expect(page.Type).toBe('Task');
  expect(QueryLanguage ?? 'JSONPath').toBe('JSONPath');
  for (const field of ['Parameters', 'ResultPath', 'ResultSelector', 'InputPath', 'OutputPath']) {
    expect(page).not.toHaveProperty(field);
  }
});

test('page follows page until one says that the run is done', () => {
  expect(StartAt).toBe('ChangePage');
  const choice = States[page.Next];
  expect(choice).toEqual({
    Type: 'Choice',
    Choices: [{ Variable: '$.done', BooleanEquals: true, Next: 'Done' }],
    Default: StartAt,
  });
  expect(States.Done).toEqual({ Type: 'Succeed' });
  expect(Object.keys(States)).toHaveLength(3);
});

test('a page that fails is tried again for eight minutes, less and less often', () => {
  expect(page.Retry).toEqual([
    { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 8, MaxDelaySeconds: 300 },
  ]);
  const waits = Array.from({ length: 8 }, (_, attempt) => Math.min(2 * 2 ** attempt, 300));
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(8 * 60);
});

test('a run that can’t go on stays where it failed, for nothing catches it', () => {
  for (const state of Object.values(States)) expect(state).not.toHaveProperty('Catch');
});

test('a run that goes in circles ends after a day', () => {
  expect(TimeoutSeconds).toBe(24 * 60 * 60);
});
