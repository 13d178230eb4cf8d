import { describe, expect, test } from 'vitest';
import { functionsOf, nameOf, resourcesOf, synthesized } from './synthesized.ts';

const READ_STREAM = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];
const EMPTY_QUEUE = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const API_KEYS = { FrontDoorApiKeys: ['secretsmanager:GetSecretValue'] };

/** Each function, what it may touch, and what it may do there. Its own log, which every function may write, is left out. */
const MAY: Record<string, Record<string, string[]>> = {
  'record-transaction': {
    ...API_KEYS,
    PointsLedgerTable: ['dynamodb:PutItem'],
    MembersTable: ['dynamodb:GetItem'],
  },
  'receive-shopify-order': {
    TransactionIntakeShopifySecret: ['secretsmanager:GetSecretValue'],
    PointsLedgerTable: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    MembersTable: ['dynamodb:GetItem'],
  },
  'put-member': {
    ...API_KEYS,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  },
  'read-member': { ...API_KEYS, PointsLedgerTable: ['dynamodb:Query'], MembersTable: ['dynamodb:GetItem'] },
  'erase-profile': { ...API_KEYS, MembersTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem'] },
  'list-transactions': { ...API_KEYS, PointsLedgerTable: ['dynamodb:Query'], MembersTable: ['dynamodb:GetItem'] },
  'list-tier-changes': { ...API_KEYS, MembersTable: ['dynamodb:GetItem', 'dynamodb:Query'] },
  'explain-tier': { ...API_KEYS, PointsLedgerTable: ['dynamodb:Query'], MembersTable: ['dynamodb:GetItem'] },
  'read-program': API_KEYS,
  'read-openapi': {},
  'recalculate-tier': {
    'PointsLedgerTable.stream': READ_STREAM,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    TierRecalculationRecalculateTierParked: ['sqs:SendMessage'],
  },
  'announce-tier-change': {
    'MembersTable.stream': READ_STREAM,
    TierAnnouncementsBus: ['events:PutEvents'],
    TierAnnouncementsTopic: ['sns:Publish'],
    TierAnnouncementsAnnounceTierChangeParked: ['sqs:SendMessage'],
  },
  'send-email': {
    MemberNotificationsEmailQueue: EMPTY_QUEUE,
    MembersTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
    'arn:aws:ses:eu-west-1:000000000000:identity/hello@aurora.example': ['ses:SendEmail'],
    'arn:aws:ses:eu-west-1:000000000000:identity/aurora.example': ['ses:SendEmail'],
    'arn:aws:ses:eu-west-1:000000000000:configuration-set/*': ['ses:SendEmail'],
  },
  'send-sms': {
    MemberNotificationsSmsQueue: EMPTY_QUEUE,
    MembersTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
    'all but arn:aws:sns:*:*:*': ['sns:Publish'],
  },
};

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: unknown;
}

const { template } = synthesized();
const functions = functionsOf(template);

function statementsOf(folder: string): Statement[] {
  const [role] = functions[folder]!.Role['Fn::GetAtt'];
  return Object.values(resourcesOf(template, 'AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((each: { Ref: string }) => each.Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function list<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : ([value].flat() as T[]);
}

function allowedTo(folder: string): Record<string, string[]> {
  const allowed: Record<string, string[]> = {};
  for (const { Effect, Action, Resource, NotResource } of statementsOf(folder)) {
    expect(Effect).toBe('Allow');
    const resources = [...list(Resource).map(nameOf), ...list(NotResource).map((each) => `all but ${nameOf(each)}`)];
    for (const resource of resources) allowed[resource] = [...(allowed[resource] ?? []), ...list(Action)].sort();
  }
  return allowed;
}

describe('what a function may do', () => {
  test('is said here for every function there is', () => {
    expect(Object.keys(functions).sort()).toEqual(Object.keys(MAY).sort());
  });

  test.each(Object.keys(MAY))('is this and nothing else: %s', (folder) => {
    const ownLog = nameOf(functions[folder]!.LoggingConfig.LogGroup);
    expect(allowedTo(folder)).toEqual({ ...MAY[folder], [ownLog]: ['logs:CreateLogStream', 'logs:PutLogEvents'] });
  });

  test('comes from its own role, to which nothing else gives more', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role');
    const rolesOfFunctions = Object.values(functions).map(({ Role }) => Role['Fn::GetAtt'][0]);
    expect(Object.keys(roles).sort()).toEqual(rolesOfFunctions.sort());
    for (const { Properties } of Object.values(roles)) {
      expect(Object.keys(Properties)).not.toContain('ManagedPolicyArns');
      expect(Object.keys(Properties)).not.toContain('Policies');
    }
    expect(resourcesOf(template, 'AWS::IAM::ManagedPolicy')).toEqual({});
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::IAM::Policy'))) {
      expect(Properties.Roles).toHaveLength(1);
    }
  });
});

test('mail goes out under the brand’s own address only, however the file writes it', () => {
  const mayMail = (from: string) => {
    const { template } = synthesized((brand) => {
      brand.notifications.email = { enabled: true, from };
    });
    const statements = Object.values(resourcesOf(template, 'AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement as Statement[],
    );
    return statements.filter(({ Action }) => Action === 'ses:SendEmail');
  };
  const mayMailFromNews = [
    {
      Effect: 'Allow',
      Action: 'ses:SendEmail',
      Resource: [
        // An identity may have one by default, which SES then authorises as well.
        'arn:aws:ses:eu-west-1:000000000000:configuration-set/*',
        'arn:aws:ses:eu-west-1:000000000000:identity/acme.example',
        'arn:aws:ses:eu-west-1:000000000000:identity/news@acme.example',
      ],
      Condition: { StringEqualsIgnoreCase: { 'ses:FromAddress': 'news@acme.example' } },
    },
  ];
  expect(mayMail('Acme <news@acme.example>')).toEqual(mayMailFromNews);
  expect(mayMail('news@acme.example')).toEqual(mayMailFromNews);

  const [deep] = mayMail('News@Mail.EU.Acme.example');
  expect(deep).toMatchObject({
    Condition: { StringEqualsIgnoreCase: { 'ses:FromAddress': 'News@Mail.EU.Acme.example' } },
  });
  expect(deep?.Resource).toEqual([
    'arn:aws:ses:eu-west-1:000000000000:configuration-set/*',
    'arn:aws:ses:eu-west-1:000000000000:identity/News@mail.eu.acme.example',
    'arn:aws:ses:eu-west-1:000000000000:identity/acme.example',
    'arn:aws:ses:eu-west-1:000000000000:identity/eu.acme.example',
    'arn:aws:ses:eu-west-1:000000000000:identity/mail.eu.acme.example',
  ]);
});
