import { describe, expect, test } from 'vitest';
import { LOGICAL_IDS } from '../../bin/operator/restored-tables.ts';
import type { RestoredTables } from '../../lib/parts/deployed-brand.ts';
import { functionsOf, nameOf, type Properties, resourcesOf, synthesized } from './synthesized.ts';

const ARN = 'arn:aws:dynamodb:eu-west-1:000000000000:table';
const POINTS = { table: 'points-back', streamArn: `${ARN}/points-back/stream/2026-11-20T10:00:00.000` };
const MEMBERS = { table: 'members-back', streamArn: `${ARN}/members-back/stream/2026-11-20T10:00:00.000` };

const own = synthesized().template;
const onBoth = synthesized(() => {}, { points: POINTS, members: MEMBERS }).template;

function allOf(type: string, template = onBoth): [string, Properties][] {
  return Object.entries(resourcesOf(template, type)).map(([id, { Properties }]) => [id, Properties]);
}

/** Whatever of a stack's own tables a template still names. */
function leftOf(ownId: string, template = onBoth): string[] {
  return Object.entries(template.toJSON().Resources)
    .filter(([, resource]) => JSON.stringify(resource).includes(ownId))
    .map(([id]) => id);
}

describe('a stack on restored tables', () => {
  test('lets go of its own, which were kept for ever, and names them nowhere', () => {
    for (const id of Object.values(LOGICAL_IDS)) {
      expect(resourcesOf(own)[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(resourcesOf(onBoth)[id]).toBeUndefined();
      expect(leftOf(id)).toEqual([]);
    }
  });

  test('differs in nothing else: every other resource keeps its id', () => {
    const gone = Object.keys(resourcesOf(own)).filter((id) => !(id in resourcesOf(onBoth)));
    const come = Object.keys(resourcesOf(onBoth)).filter((id) => !(id in resourcesOf(own)));
    expect(gone.sort()).toEqual(Object.values(LOGICAL_IDS).sort());
    expect(come).toEqual([]);
  });

  test('is fed by their streams, from the first record on', () => {
    const sources = allOf('AWS::Lambda::EventSourceMapping').map(([, properties]) => properties);
    const sourceOf = (stream: string) => sources.filter(({ EventSourceArn }) => EventSourceArn === stream);
    const ofPoints = sourceOf(POINTS.streamArn);
    const ofMembers = sourceOf(MEMBERS.streamArn);
    expect(ofPoints.map(({ FunctionName }) => nameOf(FunctionName))).toEqual([
      'TierRecalculationRecalculateTierFunction',
    ]);
    expect(ofMembers.map(({ FunctionName }) => nameOf(FunctionName))).toEqual([
      'TierAnnouncementsAnnounceTierChangeFunction',
    ]);
    for (const source of [...ofPoints, ...ofMembers]) expect(source.StartingPosition).toBe('TRIM_HORIZON');
  });

  test('tells every function their names', () => {
    const before = functionsOf(own);
    for (const [folder, { Environment }] of Object.entries(functionsOf(onBoth))) {
      const { POINTS_TABLE, MEMBERS_TABLE } = Environment.Variables;
      const asked = before[folder]!.Environment.Variables;
      expect([folder, POINTS_TABLE]).toEqual([folder, asked.POINTS_TABLE && POINTS.table]);
      expect([folder, MEMBERS_TABLE]).toEqual([folder, asked.MEMBERS_TABLE && MEMBERS.table]);
    }
  });

  test('may do with them what it might do with its own, and no more', () => {
    const named = (template: typeof own) =>
      Object.fromEntries(
        allOf('AWS::IAM::Policy', template).map(([id, { PolicyDocument }]) => [
          id,
          PolicyDocument.Statement.map((statement: Properties) => [
            [statement.Action].flat().sort(),
            [statement.Resource ?? []].flat().map(asOwn).sort(),
          ]),
        ]),
      );
    expect(named(onBoth)).toEqual(named(own));
    expect(JSON.stringify(named(onBoth))).toContain('MembersTable/index/Due');
  });

  test('rings for what they hold back', () => {
    const watched = allOf('AWS::CloudWatch::Alarm').flatMap(([, { MetricName, Dimensions }]) =>
      (Dimensions as { Name: string; Value: unknown }[])
        .filter(({ Name }) => Name === 'TableName')
        .map(({ Value }) => `${MetricName} of ${Value}`),
    );
    expect(watched.sort()).toEqual(
      [POINTS, MEMBERS]
        .flatMap(({ table }) => [`ReadThrottleEvents of ${table}`, `WriteThrottleEvents of ${table}`])
        .sort(),
    );
  });

  test('tells operators’ commands of them', () => {
    const { Outputs } = onBoth.toJSON();
    expect(Outputs.PointsTable.Value).toBe(POINTS.table);
    expect(Outputs.MembersTable.Value).toBe(MEMBERS.table);
    expect(Outputs.PointsStream.Value).toBe(POINTS.streamArn);
    expect(Outputs.MembersStream.Value).toBe(MEMBERS.streamArn);
  });
});

test.each([
  ['points', { points: POINTS }, 'members'],
  ['members', { members: MEMBERS }, 'points'],
] as const)('where only %s was restored, the other table stays the stack’s own', (kind, restored, other) => {
  const { template } = synthesized(() => {}, restored satisfies RestoredTables);
  expect(Object.keys(resourcesOf(template, 'AWS::DynamoDB::GlobalTable'))).toEqual([LOGICAL_IDS[other]]);
  expect(leftOf(LOGICAL_IDS[kind], template)).toEqual([]);
});

/** What a restored table's ARN would be called if the table were the stack's own. */
function asOwn(resource: unknown): string {
  const text = nameOf(resource);
  for (const [{ table, streamArn }, name] of [
    [POINTS, 'PointsLedgerTable'],
    [MEMBERS, 'MembersTable'],
  ] as const) {
    if (text === streamArn) return `${name}.stream`;
    if (text.startsWith(`${ARN}/${table}`)) return name + text.slice(`${ARN}/${table}`.length);
  }
  return text;
}
