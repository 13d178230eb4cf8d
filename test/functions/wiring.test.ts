import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { OPERATIONS } from '../../functions/contract/operations.ts';
import { readEnvironment } from '../../functions/runtime/environment.ts';

const FUNCTIONS = path.join(import.meta.dirname, '../../functions');

/** What whoever puts a moment on the clock needs, beside its own. */
const CLOCK = ['SCHEDULE_GROUP', 'DUE_QUEUE_ARN', 'SCHEDULER_ROLE_ARN', 'DUE_DEAD_LETTERS_ARN'];

/** What whoever draws passes needs, beside its own. */
const WALLET = ['POINTS_TABLE', 'MEMBERS_TABLE', 'PASS_CERTIFICATES_SECRET', 'PASS_TOKENS_SECRET', 'API_URL'];

/** What each function needs to be told by the stack: what it asks for together, in one list. */
const NEEDS: Record<string, string[][]> = {
  'answer-queries': [
    [
      ...['POINTS_TABLE', 'MEMBERS_TABLE', 'GROUP_ACTIONS_STATE_MACHINE', 'RECALCULATIONS_STATE_MACHINE'],
      ...['AUDITS_STATE_MACHINE', 'API_KEYS_SECRET'],
    ],
  ],
  'announce-tier-change': [['EVENT_BUS', 'ANNOUNCEMENTS_TOPIC', 'PARKED_QUEUE_URL']],
  'audit-members': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'change-group-tiers': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'check-certificates': [['PASS_CERTIFICATES_SECRET']],
  'end-cycle': [['MEMBERS_TABLE', 'RECALCULATIONS_STATE_MACHINE']],
  'erase-profile': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'expire-tiers': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'finish-audit': [['MEMBERS_TABLE', 'EVENT_BUS']],
  'finish-recalculation': [['MEMBERS_TABLE', 'EVENT_BUS']],
  'hand-out-passes': [['API_KEYS_SECRET'], WALLET],
  'join-or-leave-group': [['MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'link-google-pass': [['POINTS_TABLE', 'MEMBERS_TABLE', 'GOOGLE_KEY_SECRET', 'API_KEYS_SECRET']],
  'put-member': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET'], CLOCK],
  'recalculate-cycle': [['POINTS_TABLE', 'MEMBERS_TABLE'], CLOCK],
  'recalculate-tier': [['POINTS_TABLE', 'MEMBERS_TABLE', 'PARKED_QUEUE_URL'], CLOCK],
  'receive-shopify-order': [['POINTS_TABLE', 'MEMBERS_TABLE', 'SHOPIFY_SECRET']],
  'record-transaction': [['POINTS_TABLE', 'MEMBERS_TABLE', 'API_KEYS_SECRET']],
  'send-email': [['MEMBERS_TABLE']],
  'send-push': [WALLET],
  'send-sms': [['MEMBERS_TABLE']],
  'start-audit': [['MEMBERS_TABLE', 'AUDITS_STATE_MACHINE']],
  'start-recalculation': [['MEMBERS_TABLE', 'RECALCULATIONS_STATE_MACHINE', 'API_KEYS_SECRET']],
  'take-tier-actions': [['POINTS_TABLE', 'MEMBERS_TABLE', 'GROUP_ACTIONS_STATE_MACHINE', 'API_KEYS_SECRET'], CLOCK],
  'weigh-preview': [['MEMBERS_TABLE']],
  'update-google-pass': [['POINTS_TABLE', 'MEMBERS_TABLE', 'GOOGLE_KEY_SECRET']],
  'serve-wallet': [WALLET],
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

const load = (name: string) => import(path.join(FUNCTIONS, name, 'handler.ts'));

/** The verbs that each function is composed of: its own, or those of other folders. */
const VERBS = Object.fromEntries(
  globSync('*/handler.ts', { cwd: FUNCTIONS }).map((file): [string, string[]] => {
    const imports = [...readFileSync(path.join(FUNCTIONS, file), 'utf8').matchAll(/'(\S+)\/make-handler\.ts'/g)];
    const name = path.dirname(file);
    return [name, imports.map(([, from = '']) => (from === '.' ? name : path.basename(from)))];
  }),
);

test('every folder is a function or a verb of one, but for what all of them share', () => {
  expect(Object.keys(VERBS).sort()).toEqual(Object.keys(NEEDS).sort());
  const shared = ['adapters', 'contract', 'metrics.ts', 'runtime', 'wiring'];
  const folders = readdirSync(FUNCTIONS).filter((name) => !shared.includes(name));
  expect(folders.sort()).toEqual([...new Set([...Object.keys(VERBS), ...Object.values(VERBS).flat()])].sort());
});

test('every verb is in one function, and a function is its own verb or composes others', () => {
  const verbs = globSync('*/make-handler.ts', { cwd: FUNCTIONS }).map((file) => path.dirname(file));
  expect(Object.values(VERBS).flat().sort()).toEqual(verbs.sort());
  for (const [name, composed] of Object.entries(VERBS)) {
    expect(composed.includes(name), `${name} is made of ${composed}`).toBe(composed.length === 1);
  }
});

describe('a function that several calls share', () => {
  const composed = Object.keys(VERBS).filter((name) => VERBS[name]!.length > 1);
  const calls = OPERATIONS.filter(({ function: name }) => composed.includes(name));

  test('serves the calls of its verbs', () => {
    const ids = (name: string) => calls.filter((call) => call.function === name).map(({ id }) => id);
    for (const name of composed) expect(ids(name).sort()).toEqual(VERBS[name]!.sort());
  });

  test.each(calls.filter(({ access }) => access !== 'public'))(
    '$function asks for the key of $method $path',
    async ({ function: name, method, path: at }) => {
      for (const variable of NEEDS[name]!.flat()) vi.stubEnv(variable, 'told-by-the-stack');
      const { handler } = await load(name);
      const answer = await handler({ routeKey: `${method} ${at}`, headers: {} }, {});
      expect(answer).toMatchObject({ statusCode: 401, headers: { 'www-authenticate': 'Bearer' } });
    },
  );

  test.each(calls.filter(({ access }) => access === 'public'))(
    '$function asks for no key of $method $path',
    async ({ function: name, method, path: at }) => {
      for (const variable of NEEDS[name]!.flat()) vi.stubEnv(variable, 'told-by-the-stack');
      const { handler } = await load(name);
      const answer = await handler({ routeKey: `${method} ${at}`, body: 'x'.repeat(300_000) }, {});
      // The body is read after the key.
      expect(answer).toMatchObject({ statusCode: 413 });
    },
  );

  test.each(composed)('%s fails for a route that it does not serve', async (name) => {
    for (const variable of NEEDS[name]!.flat()) vi.stubEnv(variable, 'told-by-the-stack');
    const { handler } = await load(name);
    await expect(handler({ routeKey: 'GET /v1/elsewhere', headers: {} }, {})).rejects.toThrow(
      'This function does not serve GET /v1/elsewhere',
    );
  });
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
