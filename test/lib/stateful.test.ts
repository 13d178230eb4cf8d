import { describe, expect, test } from 'vitest';
import { ANNIVERSARY_INDEX, DUE_INDEX } from '../../functions/adapters/dynamo-member-store.ts';
import { nameOf, type Resource, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const all = Object.entries(resourcesOf(template));
const types = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];
const stateful = all.filter(([, { Type }]) => types.includes(Type));
const tables = stateful.filter(([, { Type }]) => Type === 'AWS::DynamoDB::GlobalTable');

/** Another logical id is another resource: the deployment would go on with an empty one, and leave the brand's behind. */
const PINNED = {
  PointsLedgerTable308CFA33: 'AWS::DynamoDB::GlobalTable',
  MembersTableC2CB1611: 'AWS::DynamoDB::GlobalTable',
  FrontDoorApiKeysBE405E3C: 'AWS::SecretsManager::Secret',
  TransactionIntakeShopifySecret71EB092E: 'AWS::SecretsManager::Secret',
  GooglePassesKey95823CC1: 'AWS::SecretsManager::Secret',
  WalletPassesCertificatesCF2D3267: 'AWS::SecretsManager::Secret',
  WalletPassesTokens1C7CF4BE: 'AWS::SecretsManager::Secret',
};

function tagsOf({ Properties }: Resource): { Key: string; Value: string }[] {
  return Properties.Tags ?? Properties.Replicas?.[0].Tags ?? [];
}

describe('what a brand cannot get back', () => {
  test('keeps its logical id for ever', () => {
    expect(Object.fromEntries(stateful.map(([id, { Type }]) => [id, Type]))).toEqual(PINNED);
  });

  test.each(stateful)('outlives its stack, and is marked: %s', (_, resource) => {
    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(tagsOf(resource)).toContainEqual({ Key: 'laurel:stateful', Value: 'true' });
  });

  test('is all that is marked', () => {
    const marked = all.filter(([, resource]) => JSON.stringify(resource).includes('laurel:stateful'));
    expect(marked.map(([id]) => id).sort()).toEqual(Object.keys(PINNED).sort());
  });
});

describe.each(tables)('the table %s', (_, { Properties }) => {
  const [replica, ...others] = Properties.Replicas;

  test('can be restored to any second of the last 35 days', () => {
    expect(replica.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
  });

  test('cannot be deleted by a slip', () => {
    expect(replica.DeletionProtectionEnabled).toBe(true);
  });

  test('is encrypted with a key whose uses are recorded', () => {
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
  });

  test('is paid by the request, lies in the brand’s region only, and tells its stream what was written', () => {
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    expect([replica.Region, others]).toEqual(['eu-west-1', []]);
  });
});

test('whoever is due, or has an anniversary, is found by an index that holds nothing but keys, under the name that it is asked by', () => {
  const indexes = Object.fromEntries(tables.map(([id, { Properties }]) => [id, Properties.GlobalSecondaryIndexes]));
  expect(indexes).toEqual({
    PointsLedgerTable308CFA33: undefined,
    MembersTableC2CB1611: [
      {
        IndexName: DUE_INDEX,
        KeySchema: [
          { AttributeName: 'dueShard', KeyType: 'HASH' },
          { AttributeName: 'nextDueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: ANNIVERSARY_INDEX,
        KeySchema: [
          { AttributeName: 'anniversaryPart', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  expect([DUE_INDEX, ANNIVERSARY_INDEX]).toEqual(['Due', 'Anniversary']);
  const [, members] = tables.find(([id]) => id.startsWith('Members'))!;
  expect(members.Properties.AttributeDefinitions).toEqual([
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'dueShard', AttributeType: 'S' },
    { AttributeName: 'nextDueAt', AttributeType: 'N' },
    { AttributeName: 'anniversaryPart', AttributeType: 'S' },
  ]);
});

test('secrets start as lists that let nobody in', () => {
  const secrets = stateful.filter(([, { Type }]) => Type === 'AWS::SecretsManager::Secret');
  const values = secrets.map(([, { Properties }]) => Properties.SecretString);
  const made = secrets.filter(([, { Properties }]) => Properties.GenerateSecretString);
  expect(values.filter((value) => value !== undefined).sort()).toEqual([
    '{"certificates":[]}',
    '{"keys":[]}',
    '{"keys":[]}',
    '{"secrets":[]}',
  ]);
  expect(made.map(([id]) => nameOf({ Ref: id }))).toEqual(['WalletPassesTokens']);
});

test('the secret that passes’ tokens are computed from is made once, and long enough to be guessed by nobody', () => {
  const [, { Properties }] = stateful.find(([id]) => id.startsWith('WalletPassesTokens'))!;
  expect(Properties.GenerateSecretString).toEqual({
    SecretStringTemplate: '{}',
    GenerateStringKey: 'secret',
    ExcludePunctuation: true,
    PasswordLength: 64,
  });
  expect(Object.keys(resourcesOf(template, 'AWS::SecretsManager::RotationSchedule'))).toEqual([]);
});
