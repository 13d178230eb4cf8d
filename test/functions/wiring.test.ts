import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../functions/runtime/environment.ts';

const FUNCTIONS = path.join(import.meta.dirname, '../../functions');

/** What whoever puts a moment on the clock needs, beside its own. */
const CLOCK = ['SCHEDULE_GROUP', 'DUE_QUEUE_ARN', 'SCHEDULER_ROLE_ARN', 'DUE_DEAD_LETTERS_ARN'];

/** What whoever draws passes needs, beside its own. */
const WALLET = ['POINTS_TABLE', 'MEMBERS_TABLE', 'PASS_CERTIFICATES_SECRET', 'PASS_TOKENS_SECRET', 'API_URL'];

/** What each function needs to be told by the stack: what it asks for together, in one list. */
const NEEDS: Record<string, string[][]> = {
  'announce-tier-change': [['EVENT_BUS', 'ANNOUNCEMENTS_TOPIC', 'PARKED_QUEUE_URL']],
  'audit-members': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'change-group-tiers': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'check-certificates': [['PASS_CERTIFICATES_SECRET']],
  'end-cycle': [['MEMBERS_TABLE', 'RECALCULATIONS_STATE_MACHINE']],
  'erase-profile': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'expire-tiers': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'explain-tier': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'finish-audit': [['MEMBERS_TABLE', 'EVENT_BUS']],
  'finish-recalculation': [['MEMBERS_TABLE', 'EVENT_BUS']],
  'join-group': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'leave-group': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'link-google-pass': [['POINTS_TABLE', 'MEMBERS_TABLE', 'GOOGLE_KEY_SECRET', 'API_KEYS_SECRET']],
  'link-pass': [['MEMBERS_TABLE', 'PASS_TOKENS_SECRET', 'API_URL', 'API_KEYS_SECRET']],
  'list-run-changes': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'list-run-outcomes': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'list-tier-changes': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'list-transactions': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'manage-group-tier': [['MEMBERS_TABLE', 'GROUP_ACTIONS_STATE_MACHINE', 'API_KEYS_SECRET']],
  'manage-tier': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'], CLOCK],
  'put-member': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'], CLOCK],
  'open-pass-link': [WALLET],
  'read-member': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'read-openapi': [],
  'read-pass': [['API_KEYS_SECRET'], WALLET],
  'read-program': [['API_KEYS_SECRET']],
  'read-run': [
    [
      ...['MEMBERS_TABLE', 'GROUP_ACTIONS_STATE_MACHINE', 'RECALCULATIONS_STATE_MACHINE', 'AUDITS_STATE_MACHINE'],
      'API_KEYS_SECRET',
    ],
  ],
  'recalculate-cycle': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'recalculate-tier': [['POINTS_TABLE', 'MEMBERS_TABLE', 'PARKED_QUEUE_URL'], CLOCK],
  'receive-shopify-order': [['POINTS_TABLE', 'MEMBERS_TABLE', 'SHOPIFY_SECRET']],
  'record-transaction': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'send-email': [['MEMBERS_TABLE']],
  'send-push': [WALLET],
  'send-sms': [['MEMBERS_TABLE']],
  'start-audit': [['MEMBERS_TABLE', 'AUDITS_STATE_MACHINE']],
  'start-recalculation': [['MEMBERS_TABLE', 'RECALCULATIONS_STATE_MACHINE', 'API_KEYS_SECRET']],
  'weigh-preview': [['MEMBERS_TABLE']],
  'update-google-pass': [['POINTS_TABLE', 'MEMBERS_TABLE', 'GOOGLE_KEY_SECRET']],
  'serve-wallet': [WALLET],
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

const load = (name: string) => import(path.join(FUNCTIONS, name, 'handler.ts'));

test('every folder is a function, but for what all of them share', () => {
  const shared = ['adapters', 'contract', 'runtime'];
  expect(
    readdirSync(FUNCTIONS)
      .filter((name) => !shared.includes(name))
      .sort(),
  ).toEqual(Object.keys(NEEDS).sort());
});

describe.each(Object.entries(NEEDS))('%s', (name, needs) => {
  test('starts with what the stack tells it', async () => {
    for (const variable of needs.flat()) vi.stubEnv(variable, 'told-by-the-stack');
    expect((await load(name)).handler).toBeTypeOf('function');
  });

  if (needs.length === 0) return;
  test.each(needs.map((asked) => [asked.join(', '), asked]))(
    'names all at once that is missing: %s',
    async (_, asked) => {
      for (const variable of needs.flat()) vi.stubEnv(variable, asked.includes(variable) ? '' : 'told-by-the-stack');
      await expect(load(name)).rejects.toThrow(`The environment lacks ${asked.join(', ')}.`);
    },
  );
});

test('what is there is read by name', () => {
  vi.stubEnv('LAUREL_A', 'a');
  vi.stubEnv('LAUREL_B', 'b');
  expect(readEnvironment('LAUREL_A', 'LAUREL_B')).toEqual({ LAUREL_A: 'a', LAUREL_B: 'b' });
});
