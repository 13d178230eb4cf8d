import { describe, expect, test } from 'vitest';
import { functionsOf, nameOf, resourcesOf, synthesized } from './synthesized.ts';

const READ_STREAM = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];
const EMPTY_QUEUE = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
/** Only in the stack's own group, and only to be sent by the role that may do nothing but that. */
const SET_CLOCK = {
  'arn:aws:scheduler:eu-west-1:000000000000:schedule/TierClockGroup/*': ['scheduler:CreateSchedule'],
  TierClockRole: ['iam:PassRole'],
};
const API_KEYS = { FrontDoorApiKeys: ['secretsmanager:GetSecretValue'] };

const STATES = 'arn:aws:states:eu-west-1:000000000000';
const EXECUTIONS_OF_GROUP_ACTIONS = `${STATES}:execution:TierActionsRunsMachine:*`;
const EXECUTIONS_OF_RECALCULATIONS = `${STATES}:execution:CycleRecalculationRunsMachine:*`;
const EXECUTIONS_OF_AUDITS = `${STATES}:execution:DriftAuditRunsMachine:*`;
const START_RECALCULATION = {
  MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem'],
  CycleRecalculationRunsMachine: ['states:StartExecution'],
  [EXECUTIONS_OF_RECALCULATIONS]: ['states:DescribeExecution'],
};

/** What drawing a pass takes: the member, its version, and the two secrets. */
const DRAW = {
  WalletPassesCertificates: ['secretsmanager:GetSecretValue'],
  WalletPassesTokens: ['secretsmanager:GetSecretValue'],
  PointsLedgerTable: ['dynamodb:Query'],
  MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
};

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
    ...SET_CLOCK,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  },
  'erase-profile': {
    ...API_KEYS,
    MembersTable: [
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    GooglePassesQueue: ['sqs:SendMessage'],
  },
  'answer-queries': {
    ...API_KEYS,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:Query'],
    [EXECUTIONS_OF_GROUP_ACTIONS]: ['states:DescribeExecution'],
    [EXECUTIONS_OF_RECALCULATIONS]: ['states:DescribeExecution'],
    [EXECUTIONS_OF_AUDITS]: ['states:DescribeExecution'],
  },
  'join-or-leave-group': { ...API_KEYS, MembersTable: ['dynamodb:UpdateItem'] },
  'take-tier-actions': {
    ...API_KEYS,
    ...SET_CLOCK,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    TierActionsRunsMachine: ['states:StartExecution'],
    [EXECUTIONS_OF_GROUP_ACTIONS]: ['states:DescribeExecution'],
  },
  'change-group-tiers': {
    ...SET_CLOCK,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  },
  'start-recalculation': {
    ...API_KEYS,
    ...START_RECALCULATION,
    // A run that goes on may be told otherwise what it may do.
    MembersTable: [...START_RECALCULATION.MembersTable, 'dynamodb:UpdateItem'],
  },
  'end-cycle': { CycleRecalculationNights: EMPTY_QUEUE, ...START_RECALCULATION },
  'recalculate-cycle': {
    ...SET_CLOCK,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
    ],
    'MembersTable/index/Anniversary': ['dynamodb:Query'],
  },
  'weigh-preview': { MembersTable: ['dynamodb:GetItem', 'dynamodb:UpdateItem'] },
  'finish-recalculation': {
    MembersTable: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    TierAnnouncementsBus: ['events:PutEvents'],
  },
  'start-audit': {
    DriftAuditAudits: EMPTY_QUEUE,
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    DriftAuditRunsMachine: ['states:StartExecution'],
    [EXECUTIONS_OF_AUDITS]: ['states:DescribeExecution'],
  },
  'audit-members': {
    ...SET_CLOCK,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: [
      ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan', 'dynamodb:UpdateItem'],
    ],
  },
  'finish-audit': {
    MembersTable: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    TierAnnouncementsBus: ['events:PutEvents'],
  },
  'expire-tiers': {
    TierClockDue: EMPTY_QUEUE,
    ...SET_CLOCK,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    'MembersTable/index/Due': ['dynamodb:Query'],
  },
  'recalculate-tier': {
    'PointsLedgerTable.stream': READ_STREAM,
    ...SET_CLOCK,
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
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
  'link-google-pass': {
    ...API_KEYS,
    GooglePassesKey: ['secretsmanager:GetSecretValue'],
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  },
  'update-google-pass': {
    GooglePassesQueue: EMPTY_QUEUE,
    GooglePassesKey: ['secretsmanager:GetSecretValue'],
    PointsLedgerTable: ['dynamodb:Query'],
    MembersTable: [
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
  },
  'hand-out-passes': { ...API_KEYS, ...DRAW },
  'serve-wallet': {
    ...DRAW,
    MembersTable: [
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
    ],
  },
  'send-push': {
    ...DRAW,
    WalletPassesQueue: EMPTY_QUEUE,
    MembersTable: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
  },
  'check-certificates': { WalletPassesCertificates: ['secretsmanager:GetSecretValue'] },
};

const STATES_RUN = {
  service: 'states.amazonaws.com',
  condition: {
    StringEquals: { 'aws:SourceAccount': '000000000000' },
    ArnLike: { 'aws:SourceArn': `${STATES}:stateMachine:*` },
  },
};

/** The roles that no function has: who may take them, for whom, and what may be done with them. */
const SERVICES_MAY = {
  TierClockRole: {
    service: 'scheduler.amazonaws.com',
    condition: { StringEquals: { 'aws:SourceAccount': '000000000000', 'aws:SourceArn': 'TierClockGroup' } },
    may: {
      TierClockDue: ['sqs:SendMessage'],
      TierClockDeadLetters: ['sqs:SendMessage'],
      CycleRecalculationNights: ['sqs:SendMessage'],
      CycleRecalculationNightDeadLetters: ['sqs:SendMessage'],
      DriftAuditAudits: ['sqs:SendMessage'],
      DriftAuditAuditDeadLetters: ['sqs:SendMessage'],
    },
  },
  WalletPassesRole: {
    service: 'scheduler.amazonaws.com',
    condition: { StringEquals: { 'aws:SourceAccount': '000000000000', 'aws:SourceArn': 'TierClockGroup' } },
    may: { WalletPassesCheckCertificatesFunction: ['lambda:InvokeFunction'] },
  },
  TierActionsRunsRole: {
    ...STATES_RUN,
    may: { TierActionsChangeGroupTiersFunction: ['lambda:InvokeFunction'] },
  },
  CycleRecalculationRunsRole: {
    ...STATES_RUN,
    may: {
      CycleRecalculationRecalculateCycleFunction: ['lambda:InvokeFunction'],
      CycleRecalculationWeighPreviewFunction: ['lambda:InvokeFunction'],
      CycleRecalculationFinishRecalculationFunction: ['lambda:InvokeFunction'],
    },
  },
  DriftAuditRunsRole: {
    ...STATES_RUN,
    may: {
      DriftAuditAuditMembersFunction: ['lambda:InvokeFunction'],
      DriftAuditFinishAuditFunction: ['lambda:InvokeFunction'],
    },
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

const roles = resourcesOf(template, 'AWS::IAM::Role');
const rolesOfFunctions: string[] = Object.values(functions).map(({ Role }) => Role['Fn::GetAtt'][0]);

function statementsOf(role: string): Statement[] {
  return Object.values(resourcesOf(template, 'AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((each: { Ref: string }) => each.Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function list<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : ([value].flat() as T[]);
}

function allowedTo(role: string): Record<string, string[]> {
  const allowed: Record<string, string[]> = {};
  for (const { Effect, Action, Resource, NotResource } of statementsOf(role)) {
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
    const [role] = functions[folder]!.Role['Fn::GetAtt'];
    expect(allowedTo(role)).toEqual({ ...MAY[folder], [ownLog]: ['logs:CreateLogStream', 'logs:PutLogEvents'] });
  });

  test('comes from its own role, to which nothing else gives more', () => {
    expect(new Set(rolesOfFunctions).size).toBe(rolesOfFunctions.length);
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

describe('what a role may do that no function has', () => {
  const others = Object.entries(roles).filter(([id]) => !rolesOfFunctions.includes(id));

  test('is said here for every such role', () => {
    expect(others.map(([id]) => nameOf({ Ref: id })).sort()).toEqual(Object.keys(SERVICES_MAY).sort());
  });

  test.each(others)('is this and nothing else, and only one service may take it: %s', (id, { Properties }) => {
    const { service, condition, may } = SERVICES_MAY[nameOf({ Ref: id }) as keyof typeof SERVICES_MAY];
    expect(allowedTo(id)).toEqual(may);
    const [statement, ...more] = Properties.AssumeRolePolicyDocument.Statement;
    expect(more).toEqual([]);
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } });
    const named = Object.entries(statement.Condition as Record<string, Record<string, unknown>>).map(
      ([operator, keys]) => [operator, Object.fromEntries(Object.entries(keys).map(([key, v]) => [key, nameOf(v)]))],
    );
    expect(Object.fromEntries(named)).toEqual(condition);
  });
});

test('the clock’s role is handed to the scheduler only', () => {
  const handing = Object.keys(roles)
    .flatMap(statementsOf)
    .filter(({ Action }) => list(Action).includes('iam:PassRole'));
  expect(handing).toHaveLength(7);
  for (const { Condition } of handing) {
    expect(Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
  }
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
