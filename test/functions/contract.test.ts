import { globSync } from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import type { PromotionFile } from '../../core/program/brand.ts';
import { openApiDocument } from '../../functions/contract/openapi.ts';
import { OPERATIONS } from '../../functions/contract/operations.ts';
import { makeHandler as makeReadOpenapi } from '../../functions/read-openapi/make-handler.ts';
import { CALLS } from '../../functions/serve-wallet/make-handler.ts';
import { CUSTOMER_ID, sendWebhook, shopifyOrder } from '../support/shopify.ts';
import { makeWorld, type Response, type World } from '../support/world.ts';

const FUNCTIONS = path.join(import.meta.dirname, '../../functions');
const NOT_BY_CALL = [
  'end-cycle',
  'finish-recalculation',
  'recalculate-cycle',
  'audit-members',
  'start-audit',
  'finish-audit',
  'weigh-preview',
  'announce-tier-change',
  'check-certificates',
  'change-group-tiers',
  'expire-tiers',
  'recalculate-tier',
  'send-email',
  'send-push',
  'send-sms',
  'update-google-pass',
];

const UPGRADE = { action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } };

const TRIAL: PromotionFile = {
  id: 'trial',
  trigger: { on: 'transaction', where: { field: 'kind', equals: 'trial' } },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'platinum' },
  expiry: { type: 'fieldNumber', field: 'days', unit: 'days' },
};

const WELCOME: PromotionFile = {
  id: 'welcome',
  trigger: { on: 'enrolment' },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'silver' },
  expiry: { type: 'duration', amount: 1, unit: 'months' },
  notify: { channels: ['email'], atEnd: true },
};

const operationOf = (name: string) => OPERATIONS.find((operation) => (operation.id ?? operation.function) === name)!;

/** The answer is what the contract says, and nothing besides. */
function expectContract(name: string, response: Response, status: number) {
  expect(response.status, JSON.stringify(response.body)).toBe(status);
  const answer = operationOf(name).answers[status];
  expect(answer, `${name} may answer ${status}`).toBeDefined();
  if (answer!.type !== undefined) expect(response.headers['content-type']).toBe(answer!.type);
  if (answer!.schema === undefined) return;
  expect(response.headers['content-type']).toBe('application/json');
  expect((answer!.schema as z.ZodType).parse(response.body)).toEqual(response.body);
}

describe('every answer is as the contract says, with nothing besides', () => {
  const m1 = { params: { memberId: 'm-1' } };

  async function aLife(options: Parameters<typeof makeWorld>[0]): Promise<World> {
    const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
    expectContract('put-member', await world.enrol('m-1', { name: 'Ana' }), 201);
    expectContract('put-member', await world.enrol('m-1', { blocked: true }), 200);
    const usd = { amount: '1500.50', currency: 'USD', exchangeRate: '0.9' };
    const order = {
      id: 'order-1',
      source: 'pos',
      occurredAt: '2025-06-10T10:00:00Z',
      ...usd,
      fields: { kind: 'x', n: 1, is: true },
    };
    expectContract('record-transaction', await world.post('m-1', order), 202);
    expectContract('record-transaction', await world.post('m-1', order), 200);
    await world.deliver();
    world.at('2026-02-01T10:00:00Z');
    const others: Record<string, unknown>[] = [
      { type: 'refund', source: 'pos', orderId: 'order-1', ...usd, amount: '100.00' },
      { type: 'refund', orderId: 'never', amount: '1.00' },
      { type: 'bonus', points: 5000, reason: 'a friend' },
      { type: 'adjustment', points: -10, excludeFromTier: true },
      { type: 'tierAdjustment', points: 20, amount: '20.00' },
      { type: 'redemption', points: 30 },
      { type: 'redemptionReversal', points: 30 },
      { type: 'expiry', points: 40, orderId: 'order-1' },
    ];
    for (const transaction of others) {
      expectContract('record-transaction', await world.post('m-1', transaction), 202);
      await world.deliver();
    }
    return world;
  }

  test.each([
    ['points, by the calendar', {}],
    ['spend, by the enrolment', { program: { basis: 'spend' as const, cycle: { type: 'enrollment' as const } } }],
    ['for good', { program: { cycle: { type: 'none' as const } } }],
  ])('%s: the member at any moment, its transactions, changes and explanation, and the program', async (_, options) => {
    const world = await aLife(options);
    for (const query of [
      undefined,
      { at: '2025-06-10T10:00:00Z' },
      { at: '2026-01-01T00:00:00Z' },
      { at: '2032-01-01T00:00:00Z' },
    ]) {
      const asked = query ? { ...m1, query } : m1;
      expectContract('read-member', await world.call('GET member', asked), 200);
      expectContract('explain-tier', await world.call('GET explanation', asked), 200);
    }
    const transactions = await world.call('GET transactions', m1);
    expectContract('list-transactions', transactions, 200);
    expect(transactions.body.items).toHaveLength(9);
    const changes = await world.call('GET tier-changes', m1);
    expectContract('list-tier-changes', changes, 200);
    expect(changes.body.items.length).toBeGreaterThan(0);
    expectContract('read-program', await world.call('GET program'), 200);
    expectContract('erase-profile', await world.call('DELETE profile', m1), 204);
  });

  test('a program with everything in it', async () => {
    const world = makeWorld({
      program: {
        upgradeBasis: 'carry',
        trackers: { flights: { measure: 'count', of: { field: 'kind', equals: 'flight' }, over: 'lifetime' } },
        tiers: [
          { id: 'bronze', name: 'Bronze', names: { es: 'Bronce' }, threshold: 0 },
          {
            id: 'gold',
            name: 'Gold',
            threshold: 10,
            multiplier: 1.5,
            qualification: { any: 1, of: [{ tracker: 'flights', atLeast: 2 }] },
          },
        ],
      },
    });
    const { body, ...response } = await world.call('GET program');
    expectContract('read-program', { body, ...response }, 200);
    expect(body).toMatchObject({ version: world.program.version, tiers: [{ rank: 0 }, { rank: 1, multiplier: 1.5 }] });
    await world.enrol('m-1');
    expectContract('read-member', await world.call('GET member', m1), 200);
  });

  test('a threshold is told as the brand wrote it, as a number or as an amount of money', async () => {
    const world = makeWorld({
      program: {
        basis: 'spend',
        tiers: [
          { id: 'bronze', name: 'Bronze', threshold: 0 },
          { id: 'silver', name: 'Silver', threshold: '499.50' },
          { id: 'gold', name: 'Gold', threshold: 1500 },
        ],
      },
    });
    const response = await world.call('GET program');
    expectContract('read-program', response, 200);
    const { tiers } = response.body as { tiers: { threshold: unknown }[] };
    expect(tiers.map(({ threshold }) => threshold)).toEqual([0, '499.50', 1500]);
    await world.enrol('m-1');
    await world.post('m-1', { amount: '499.49' });
    await world.deliver();
    const short = await world.call('GET member', m1);
    expectContract('read-member', short, 200);
    expect(short.body).toMatchObject({ tier: { id: 'bronze' }, progress: { next: { missing: 0.01 } } });
    await world.post('m-1', { amount: '0.01' });
    await world.deliver();
    expect((await world.call('GET member', m1)).body).toMatchObject({ tier: { id: 'silver' } });
  });

  test('what the program says of ends, downgrades and reminders, as it is where the brand says nothing, and as the brand says', async () => {
    const world = makeWorld();
    expect((await world.call('GET program')).body).toMatchObject({
      upgradeBasis: 'current',
      expiryBoundary: 'startOfDay',
      downgrade: { timing: 'realtime', target: 'qualified' },
      reminders: { daysBefore: [30, 7], notify: false },
    });
    const said = {
      expiryBoundary: 'endOfDay' as const,
      downgrade: { timing: 'recalculation' as const, target: 'oneBelow' as const },
      reminders: { daysBefore: [3], notify: true },
      promotions: [TRIAL, WELCOME],
    };
    const response = await makeWorld({ program: said }).call('GET program');
    expectContract('read-program', response, 200);
    expect(response.body).toMatchObject(said);
  });

  test('a tier action, whatever it comes to, and what is told of it afterwards', async () => {
    const world = makeWorld({ now: '2026-03-01T10:00:00Z', program: { promotions: [TRIAL, WELCOME] } });
    const post = (memberId: string, action: Record<string, unknown>) =>
      world.call('POST tier-actions', { params: { memberId }, body: { id: 'a-1', ...UPGRADE, ...action } });
    expectContract('manage-tier', await post('m-1', {}), 200);
    await world.enrol('m-1');
    const actions: [outcome: string, action: Record<string, unknown>][] = [
      ['APPLIED', { id: 'gold', expiry: { type: 'duration', amount: 90, unit: 'days' }, reason: 'a long wait' }],
      ['EXTENDED', { id: 'longer', expiry: { type: 'date', date: '2026-12-01' } }],
      ['EXTENDED', { id: 'for-good' }],
      ['APPLIED', { id: 'down', action: 'downgrade', strategy: { type: 'specific', tier: 'silver' }, reassess: true }],
      ['TARGET_NOT_LOWER', { id: 'renew', action: 'renew' }],
      ['UNKNOWN_TIER', { id: 'unknown', strategy: { type: 'specific', tier: 'ruby' } }],
      [
        'FIELD_INVALID',
        { id: 'field', transactionId: 't-1', expiry: { type: 'fieldNumber', field: 'days', unit: 'days' } },
      ],
    ];
    for (const [outcome, action] of actions) {
      const response = await post('m-1', action);
      expectContract('manage-tier', response, 200);
      expect(response.body.outcome).toBe(outcome);
      expectContract('read-member', await world.call('GET member', m1), 200);
    }
    await world.post('m-1', { id: 't-1', fields: { kind: 'trial', days: 20 }, points: 10 });
    await world.deliver();
    expect((await world.read('m-1')).grants.map(({ id }: { id: string }) => id)).toContain('trial#api#t-1');
    for (const at of ['2026-03-01T10:00:00Z', '2026-11-01T10:00:00Z', '2027-02-01T10:00:00Z']) {
      const query = { at };
      expectContract('read-member', await world.call('GET member', { ...m1, query }), 200);
      const explanation = await world.call('GET explanation', { ...m1, query });
      expectContract('explain-tier', explanation, 200);
      expect(explanation.body.actions).toHaveLength(actions.length + 3);
    }
    expectContract('list-tier-changes', await world.call('GET tier-changes', m1), 200);
  });

  test('groups, and what a run does to their members', async () => {
    const world = makeWorld({ now: '2026-03-01T10:00:00Z' });
    for (const memberId of ['m-1', 'm-2', 'm-3']) {
      expectContract('join-group', await world.join('vips', memberId), 204);
      if (memberId !== 'm-3') await world.enrol(memberId, { blocked: memberId === 'm-2' });
    }
    expectContract('leave-group', await world.leave('vips', 'nobody'), 204);
    const body = { id: 'g-1', ...UPGRADE, expiry: { type: 'instant', at: '2026-03-02T00:00:00Z' } };
    const started = await world.call('POST group tier-actions', { params: { groupId: 'vips' }, body });
    expectContract('manage-group-tier', started, 202);
    const run = { params: { runId: started.body.runId } };
    expectContract('read-run', await world.call('GET run', run), 200);
    await world.run(started.body.runId);
    const done = await world.call('GET run', run);
    expectContract('read-run', done, 200);
    expect(done.body).toMatchObject({
      status: 'completed',
      total: 3,
      up: 1,
      unchanged: 2,
      matrix: { bronze: { gold: 1 } },
      outcomes: { APPLIED: 1, MEMBER_BLOCKED: 1, MEMBER_NOT_FOUND: 1 },
    });
    for (const [name, call, items] of [
      ['list-run-changes', 'GET run changes', 1],
      ['list-run-outcomes', 'GET run outcomes', 3],
    ] as const) {
      const listed = await world.call(call, run);
      expectContract(name, listed, 200);
      expect(listed.body.items).toHaveLength(items);
    }
    expectContract('explain-tier', await world.call('GET explanation', m1), 200);
  });

  test('a dry run of a recalculation, with the figures by which it moves members', async () => {
    const world = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await world.enrol('m-1');
    await world.post('m-1', { points: 1300 });
    await world.deliver();
    world.at('2026-10-01T10:00:00Z');
    const dryRun = await world.recalculateEveryone({ dryRun: true, at: '2026-12-31T23:00:00Z' });
    expectContract('read-run', dryRun, 200);
    for (const [name, call] of [
      ['list-run-changes', 'GET run changes'],
      ['list-run-outcomes', 'GET run outcomes'],
    ] as const) {
      const listed = await world.call(call, { params: { runId: dryRun.body.runId } });
      expectContract(name, listed, 200);
      expect(listed.body.items).toMatchObject([{ points: 0, missing: 1000, missingFor: 'silver' }]);
    }
  });

  test('passes, and what phones ask', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    expectContract('read-pass', await world.call('GET pass', m1), 200);
    const link = await world.call('GET pass-link', m1);
    expectContract('link-pass', link, 200);
    const params = { token: link.body.url.split('/').at(-1) };
    expectContract('open-pass-link', await world.call('GET pass by link', { params, key: '' }), 200);
    const ofPhone = {
      key: `ApplePass ${await world.ports.tokens.tokenOf('m-1')}`,
      params: { deviceId: 'phone', passTypeId: world.apple.apple.passTypeId, serialNumber: 'm-1' },
    };
    const body = { pushToken: 'ab'.repeat(32) };
    expectContract('register-device', await world.call(CALLS.register, { ...ofPhone, body }), 201);
    expectContract('register-device', await world.call(CALLS.register, { ...ofPhone, body }), 200);
    world.pass(60_000);
    const list = await world.call(CALLS.list, ofPhone);
    expectContract('list-updated-passes', list, 200);
    const query = { passesUpdatedSince: list.body.lastUpdated };
    expectContract('list-updated-passes', await world.call(CALLS.list, { ...ofPhone, query }), 204);
    const latest = await world.call(CALLS.read, ofPhone);
    expectContract('read-latest-pass', latest, 200);
    const headers = { 'if-modified-since': latest.headers['last-modified']! };
    expectContract('read-latest-pass', await world.call(CALLS.read, { ...ofPhone, headers }), 304);
    expectContract('unregister-device', await world.call(CALLS.unregister, ofPhone), 200);
    expectContract('take-wallet-log', await world.call(CALLS.complain, { body: { logs: ['x'] } }), 200);
  });

  test('a webhook', async () => {
    const world = makeWorld();
    await world.enrol(CUSTOMER_ID);
    expectContract('receive-shopify-order', await sendWebhook(world, 'orders/paid', shopifyOrder()), 202);
  });
});

describe('lists', () => {
  test('come in pages, newest first, each item once, and the last page has no cursor', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    for (let n = 0; n < 7; n++) {
      world.pass(60_000);
      await world.post('m-1', { id: `t-${n}`, type: 'adjustment', points: n % 2 ? -1000 : 1000 });
      await world.deliver();
    }
    for (const [name, key] of [
      ['GET transactions', 'id'],
      ['GET tier-changes', 'sequence'],
    ] as const) {
      const pages: unknown[][] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: '3', ...(cursor ? { cursor } : {}) };
        const { body } = await world.call(name, { params: { memberId: 'm-1' }, query });
        pages.push(body.items.map((item: Record<string, unknown>) => item[key]));
        cursor = body.nextCursor;
      } while (cursor);
      expect(pages).toEqual(
        key === 'id' ? [['t-6', 't-5', 't-4'], ['t-3', 't-2', 't-1'], ['t-0']] : [[7, 6, 5], [4, 3, 2], [1]],
      );
    }
  });

  test('25 a page where nobody asks for more, 100 at most', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    for (let n = 0; n < 101; n++) await world.post('m-1', { points: 1 });
    const lengthOf = async (query: Record<string, string>) =>
      (await world.call('GET transactions', { params: { memberId: 'm-1' }, query })).body.items.length;
    expect(await lengthOf({})).toBe(25);
    expect(await lengthOf({ limit: '100' })).toBe(100);
  });

  test('an explanation of a long history lists the newest, and says how many it leaves out', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    for (let n = 0; n < 503; n++) {
      world.pass(1000);
      await world.post('m-1', { id: `t-${n}`, points: 1 });
    }
    await world.deliver();
    const { transactions, omitted, member } = await world.explanation('m-1');
    expect([transactions.length, omitted, transactions[0].id, member.points.current]).toEqual([500, 3, 't-502', 503]);
  });
});

describe('the OpenAPI document', () => {
  const document = openApiDocument(OPERATIONS, 'Laurel', '1') as {
    paths: Record<
      string,
      Record<
        string,
        { operationId: string; responses: Record<string, unknown>; parameters: { name: string; in: string }[] }
      >
    >;
  };

  test('explains itself without the codes of rules that its readers cannot look up', () => {
    expect(JSON.stringify(document)).not.toMatch(/\b[RE]\d{1,2}\b/);
  });

  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  test('and the validator would have noticed: a path without responses is refused', async () => {
    const broken = structuredClone(document);
    (broken.paths['/v1/program']!.get as { responses?: unknown }).responses = 'many';
    expect((await new Validator().validate(broken as never)).valid).toBe(false);
  });

  test('names every call once, and every function that answers calls', () => {
    const folders = globSync('*/handler.ts', { cwd: FUNCTIONS })
      .map((file) => path.dirname(file))
      .filter((name) => !NOT_BY_CALL.includes(name));
    const named = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(named.sort()).toEqual(OPERATIONS.map(({ id, function: name }) => id ?? name).sort());
    expect(new Set(named).size).toBe(named.length);
    expect([...new Set(OPERATIONS.map(({ function: name }) => name))].sort()).toEqual(folders.sort());
    expect(OPERATIONS.map(({ method, path: at }) => `${method} ${at}`).sort()).toEqual(
      Object.entries(document.paths)
        .flatMap(([at, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${at}`))
        .sort(),
    );
  });

  test('says of each call what it may answer, problems included, and which parameters its path and query take', () => {
    for (const { function: name, method, path: at, answers, problems, query } of OPERATIONS) {
      const { responses, parameters } = document.paths[at]![method.toLowerCase()]!;
      expect(Object.keys(responses), name).toEqual(
        expect.arrayContaining([...Object.keys(answers), ...problems.map(String)]),
      );
      expect(parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)).toEqual(
        [...at.matchAll(/\{(.*?)\}/g)].map((match) => match[1]),
      );
      expect(parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name)).toEqual(
        Object.keys(query?.shape ?? {}),
      );
    }
  });

  test('is served to everybody, as JSON', async () => {
    const served = (await makeReadOpenapi({ name: 'Aurora' }, { version: '1' })(
      { headers: {} } as APIGatewayProxyEventV2,
      {} as Context,
    )) as APIGatewayProxyStructuredResultV2;
    expect(served).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(served.body!).paths).toEqual(JSON.parse(JSON.stringify(document.paths)));
  });
});
