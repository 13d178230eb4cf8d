import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../functions/runtime/environment.ts';

const FUNCTIONS = path.join(import.meta.dirname, '../../functions');

/** What each function needs to be told by the stack. */
const NEEDS: Record<string, string[]> = {
  'announce-tier-change': ['EVENT_BUS', 'ANNOUNCEMENTS_TOPIC', 'PARKED_QUEUE_URL'],
  'erase-profile': ['MEMBERS_TABLE', 'API_KEYS_SECRET'],
  'explain-tier': ['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'],
  'list-tier-changes': ['MEMBERS_TABLE', 'API_KEYS_SECRET'],
  'list-transactions': ['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'],
  'put-member': ['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'],
  'read-member': ['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'],
  'read-openapi': [],
  'read-program': ['API_KEYS_SECRET'],
  'recalculate-tier': ['POINTS_TABLE', 'MEMBERS_TABLE', 'PARKED_QUEUE_URL'],
  'receive-shopify-order': ['POINTS_TABLE', 'MEMBERS_TABLE', 'SHOPIFY_SECRET'],
  'record-transaction': ['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'],
  'send-email': ['MEMBERS_TABLE'],
  'send-sms': ['MEMBERS_TABLE'],
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
    for (const variable of needs) vi.stubEnv(variable, 'told-by-the-stack');
    expect((await load(name)).handler).toBeTypeOf('function');
  });

  if (needs.length === 0) return;
  test('names all that is missing at once, when it is told nothing', async () => {
    for (const variable of needs) vi.stubEnv(variable, '');
    await expect(load(name)).rejects.toThrow(`The environment lacks ${needs.join(', ')}.`);
  });
});

test('what is there is read by name', () => {
  vi.stubEnv('LAUREL_A', 'a');
  vi.stubEnv('LAUREL_B', 'b');
  expect(readEnvironment('LAUREL_A', 'LAUREL_B')).toEqual({ LAUREL_A: 'a', LAUREL_B: 'b' });
});
