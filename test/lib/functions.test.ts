import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functionsOf, nameOf, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const functions = Object.entries(functionsOf(template));
const POINTS_AND_MEMBERS = { POINTS_TABLE: 'PointsLedgerTable', MEMBERS_TABLE: 'MembersTable' };
const CLOCK = {
  SCHEDULE_GROUP: 'TierClockGroup',
  DUE_QUEUE_ARN: 'TierClockDue',
  SCHEDULER_ROLE_ARN: 'TierClockRole',
  DUE_DEAD_LETTERS_ARN: 'TierClockDeadLetters',
};
const GROUP_ACTIONS = { GROUP_ACTIONS_STATE_MACHINE: 'TierActionsRunsMachine' };
const RECALCULATIONS = { RECALCULATIONS_STATE_MACHINE: 'CycleRecalculationRunsMachine' };
const AUDITS = { AUDITS_STATE_MACHINE: 'DriftAuditRunsMachine' };
const WALLET = {
  ...POINTS_AND_MEMBERS,
  PASS_CERTIFICATES_SECRET: 'WalletPassesCertificates',
  PASS_TOKENS_SECRET: 'WalletPassesTokens',
  API_URL: 'FrontDoorApi',
};
const KEYS = { API_KEYS_SECRET: 'FrontDoorApiKeys' };

/** What each handler reads from its environment: names and ARNs of what is deployed beside it. */
const ENVIRONMENT: Record<string, Record<string, string>> = {
  'record-transaction': { ...POINTS_AND_MEMBERS, ...KEYS },
  'receive-shopify-order': { ...POINTS_AND_MEMBERS, SHOPIFY_SECRET: 'TransactionIntakeShopifySecret' },
  'put-member': { ...POINTS_AND_MEMBERS, ...CLOCK, ...KEYS },
  'erase-profile': { MEMBERS_TABLE: 'MembersTable', GOOGLE_PASS_QUEUE_URL: 'GooglePassesQueue', ...KEYS },
  'answer-queries': { ...POINTS_AND_MEMBERS, ...GROUP_ACTIONS, ...RECALCULATIONS, ...AUDITS, ...KEYS },
  'take-tier-actions': { ...POINTS_AND_MEMBERS, ...CLOCK, ...GROUP_ACTIONS, ...KEYS },
  'join-or-leave-group': { MEMBERS_TABLE: 'MembersTable', ...KEYS },
  'change-group-tiers': { ...POINTS_AND_MEMBERS, ...CLOCK },
  'start-recalculation': { MEMBERS_TABLE: 'MembersTable', ...RECALCULATIONS, ...KEYS },
  'end-cycle': { MEMBERS_TABLE: 'MembersTable', ...RECALCULATIONS },
  'recalculate-cycle': { ...POINTS_AND_MEMBERS, ...CLOCK },
  'weigh-preview': { MEMBERS_TABLE: 'MembersTable' },
  'finish-recalculation': { MEMBERS_TABLE: 'MembersTable', EVENT_BUS: 'TierAnnouncementsBus' },
  'audit-members': { ...POINTS_AND_MEMBERS, ...CLOCK },
  'start-audit': { MEMBERS_TABLE: 'MembersTable', ...AUDITS },
  'finish-audit': { MEMBERS_TABLE: 'MembersTable', EVENT_BUS: 'TierAnnouncementsBus' },
  'expire-tiers': { ...POINTS_AND_MEMBERS, ...CLOCK },
  'recalculate-tier': {
    ...POINTS_AND_MEMBERS,
    ...CLOCK,
    PARKED_QUEUE_URL: 'TierRecalculationRecalculateTierParked',
  },
  'announce-tier-change': {
    EVENT_BUS: 'TierAnnouncementsBus',
    ANNOUNCEMENTS_TOPIC: 'TierAnnouncementsTopic',
    PARKED_QUEUE_URL: 'TierAnnouncementsAnnounceTierChangeParked',
  },
  'send-email': { MEMBERS_TABLE: 'MembersTable' },
  'send-sms': { MEMBERS_TABLE: 'MembersTable' },
  'link-google-pass': { ...POINTS_AND_MEMBERS, GOOGLE_KEY_SECRET: 'GooglePassesKey', ...KEYS },
  'update-google-pass': { ...POINTS_AND_MEMBERS, GOOGLE_KEY_SECRET: 'GooglePassesKey' },
  'hand-out-passes': { ...WALLET, ...KEYS },
  'serve-wallet': WALLET,
  'send-push': WALLET,
  'check-certificates': { PASS_CERTIFICATES_SECRET: 'WalletPassesCertificates' },
};

/** How long a function may take that no caller waits for. */
const SECONDS: Record<string, number> = {
  'recalculate-tier': 60,
  'announce-tier-change': 60,
  'send-email': 30,
  'send-sms': 30,
  'update-google-pass': 60,
  'send-push': 60,
  'change-group-tiers': 300,
  'expire-tiers': 300,
  'recalculate-cycle': 300,
  'end-cycle': 60,
  'audit-members': 300,
  'start-audit': 60,
};

test('every folder with a handler is deployed', () => {
  const folders = readdirSync(resolve('functions'), { withFileTypes: true, recursive: true })
    .filter(({ name }) => name === 'handler.ts')
    .map(({ parentPath }) => parentPath.split('/').at(-1));
  expect(functions.map(([folder]) => folder).sort()).toEqual(folders.sort());
});

describe.each(functions)('%s', (folder, properties) => {
  test('is told where to find what it works with, and no secret', () => {
    const { POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, LOG_LEVEL, ...own } =
      properties.Environment.Variables;
    expect({ POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, LOG_LEVEL }).toEqual({
      POWERTOOLS_SERVICE_NAME: folder,
      POWERTOOLS_METRICS_NAMESPACE: 'Laurel',
      LOG_LEVEL: 'INFO',
    });
    expect(Object.fromEntries(Object.entries(own).map(([name, value]) => [name, nameOf(value)]))).toEqual(
      ENVIRONMENT[folder],
    );
    for (const value of Object.values(own)) expect(typeof value, 'a reference, not a value').toBe('object');
  });

  test('runs on the Node that it was tested with', () => {
    expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
  });

  test('leaves capacity to the others, and ends before its caller gives up', () => {
    expect(properties.ReservedConcurrentExecutions).toBeUndefined();
    expect(properties.Timeout).toBe(SECONDS[folder] ?? 10);
  });

  test('writes structured lines to a log of its own, kept as long as the brand says', () => {
    expect(properties.LoggingConfig.LogFormat).toBe('JSON');
    const log = resourcesOf(template, 'AWS::Logs::LogGroup')[properties.LoggingConfig.LogGroup.Ref];
    expect(log?.Properties.RetentionInDays).toBe(90);
  });
});

test('what stands between a purchase and the member’s tier, or works on many members at once, gets twice the memory', () => {
  const memory = Object.groupBy(functions, ([, { MemorySize }]) => String(MemorySize));
  expect(memory['1024']?.map(([folder]) => folder).sort()).toEqual([
    'audit-members',
    'change-group-tiers',
    'expire-tiers',
    'recalculate-cycle',
    'recalculate-tier',
    'receive-shopify-order',
    'record-transaction',
  ]);
  expect(Object.keys(memory).sort()).toEqual(['1024', '512']);
});

test('a brand that says nothing about its logs keeps them for 90 days', () => {
  const { template } = synthesized((brand) => {
    delete brand.operations;
  });
  const logs = Object.values(resourcesOf(template, 'AWS::Logs::LogGroup'));
  expect(logs).toHaveLength(functions.length + 1);
  for (const { Properties } of logs) expect(Properties.RetentionInDays).toBe(90);
});

test('the stack has at most 340 resources: CloudFormation takes 500', () => {
  expect(Object.keys(resourcesOf(template)).length).toBeLessThanOrEqual(340);
});

test('nothing is named for good, so that a stack can be made again beside what its forerunner left', () => {
  const ownName: Record<string, string> = {
    'AWS::CloudWatch::Alarm': 'AlarmName',
    'AWS::CloudWatch::Dashboard': 'DashboardName',
    'AWS::DynamoDB::GlobalTable': 'TableName',
    'AWS::IAM::Role': 'RoleName',
    'AWS::Lambda::Function': 'FunctionName',
    'AWS::Logs::LogGroup': 'LogGroupName',
    'AWS::SNS::Topic': 'TopicName',
    'AWS::Scheduler::Schedule': 'Name',
    'AWS::Scheduler::ScheduleGroup': 'Name',
    'AWS::StepFunctions::StateMachine': 'StateMachineName',
    'AWS::SQS::Queue': 'QueueName',
    'AWS::SecretsManager::Secret': 'Name',
  };
  for (const [type, name] of Object.entries(ownName)) {
    const resources = Object.entries(resourcesOf(template, type));
    expect(resources.length, type).toBeGreaterThan(0);
    for (const [id, { Properties = {} }] of resources) expect(Object.keys(Properties), id).not.toContain(name);
  }
});
