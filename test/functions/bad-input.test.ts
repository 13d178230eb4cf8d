import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../functions/runtime/http.ts';
import { captureLog } from '../support/captured-log.ts';
import { expectProblem, watchedWorld } from '../support/refusals.ts';
import { makeWorld, type Response, type World } from '../support/world.ts';

type Name = Parameters<World['call']>[0];
type Request = Parameters<World['call']>[1] & object;

/** Sends it, and sees to it that nothing is written and nothing personal is logged. */
async function refused(name: Name, request: Request, status: number): Promise<Response> {
  const { world, writes } = await watchedWorld();
  const { result, text } = await captureLog(() => world.call(name, { params: { memberId: 'm-1' }, ...request }));
  expectProblem(result, status);
  expect(writes).toEqual([]);
  expect(world.ledgerStream).toEqual([]);
  expect(text).not.toMatch(PERSONAL);
  return result;
}

const PERSONAL = /Ana|García|ana@|mail\.example|\+346|secret words/;

const pathsOf = ({ body }: Response) => [...new Set(body.errors.map(({ path }: { path: string }) => path))].sort();

const PURCHASE = { id: 't-1', type: 'purchase', points: 10, occurredAt: '2026-05-02T10:00:00Z' };

describe('a body that cannot be read', () => {
  const unreadable: [string, Partial<Request>][] = [
    ['empty', {}],
    ['empty, in base64', { rawBody: '', base64: true }],
    ['cut short', { rawBody: '{"name": "Ana García"' }],
    ['no JSON', { rawBody: 'name=Ana García' }],
    ['XML', { rawBody: '<name>Ana García</name>' }],
    ['JSON and more', { rawBody: '{"name": "Ana García"} {}' }],
    ['with a trailing comma', { rawBody: '{"name": "Ana García",}' }],
    ['with NaN', { rawBody: '{"name": "Ana García", "points": NaN}' }],
    ['with Infinity', { rawBody: '{"points": Infinity}' }],
    ['in another encoding', { rawBody: Buffer.from('{"name": "Ana García"}', 'latin1'), base64: true }],
    ['a hundred thousand brackets', { rawBody: '['.repeat(100_000) }],
  ];

  test.each(unreadable)('%s: 400, and the text is quoted nowhere', async (_, request) => {
    for (const name of ['PUT member', 'POST transactions', 'POST tier-actions', 'POST group tier-actions'] as const) {
      const { body } = await refused(name, request, 400);
      expect(JSON.stringify(body)).not.toMatch(PERSONAL);
    }
  });

  test('of more than 256 KB: 413; of exactly 256 KB it is read', async () => {
    const padded = (bytes: number) => {
      const start = '{"id":"t-1","type":"bonus","points":1,"occurredAt":"2026-05-02T10:00:00Z"';
      return `${start}${' '.repeat(bytes - start.length - 1)}}`;
    };
    expect((await refused('POST transactions', { rawBody: padded(MAX_BODY_BYTES + 1) }, 413)).body.detail).toContain(
      '262,145 bytes',
    );
    await refused('POST transactions', { rawBody: padded(MAX_BODY_BYTES + 1), base64: true }, 413);
    await refused('PUT member', { body: { name: 'é'.repeat(MAX_BODY_BYTES / 2) } }, 413);

    const { world } = await watchedWorld();
    const exact = { params: { memberId: 'm-1' }, rawBody: padded(MAX_BODY_BYTES) };
    expect((await world.call('POST transactions', exact)).status).toBe(202);
  });

  test('in base64, as the gateway sends what it does not take for text, it is read like any other', async () => {
    const { world } = await watchedWorld();
    const sent = {
      params: { memberId: 'm-1' },
      rawBody: JSON.stringify({ ...PURCHASE, reason: 'café ☕' }),
      base64: true,
    };
    expect((await world.call('POST transactions', sent)).status).toBe(202);
    expect((await world.ports.ledger.entriesOf('m-1'))[0]!.reason).toBe('café ☕');
  });
});

describe('a transaction', () => {
  const post = (change: Record<string, unknown>) =>
    refused('POST transactions', { body: { ...PURCHASE, ...change } }, 422);

  test.each<[string, Record<string, unknown>, string[]]>([
    ['no id', { id: undefined }, ['id']],
    ['an empty id', { id: '' }, ['id']],
    ['an id of 129 characters', { id: 'x'.repeat(129) }, ['id']],
    ['a very long id', { id: 'x'.repeat(100_000) }, ['id']],
    ['an id with a space', { id: 'a b' }, ['id']],
    ['an id with a line break', { id: 'a\nb' }, ['id']],
    ['an id with a NUL', { id: 'a\u0000b' }, ['id']],
    ['an id in other letters', { id: 'заказ-1' }, ['id']],
    ['an id that is an emoji', { id: '🛒' }, ['id']],
    ['an id that is half an emoji', { id: '\ud83d' }, ['id']],
    ['a number for an id', { id: 7 }, ['id']],
    ['an unknown type', { type: 'gift' }, ['type']],
    ['a type in capitals', { type: 'Purchase' }, ['type']],
    ['a type of every object', { type: 'constructor' }, ['type']],
    ['no type', { type: undefined }, ['type']],
    ['a source in capitals', { source: 'Shop' }, ['source']],
    ['a source with a #', { source: 'a#b' }, ['source']],
    ['a source of 33 letters', { source: 'a'.repeat(33) }, ['source']],
    ['an odd order id', { orderId: 'order 1' }, ['orderId']],
    ['points as text', { points: '10' }, ['points']],
    ['points of 1e999', { points: Number.POSITIVE_INFINITY }, ['points']],
    ['a fraction of a point', { points: 1.5 }, ['points']],
    ['points beyond what is exact', { points: 2 ** 53 }, ['points']],
    ['a billion and one points', { points: 1_000_000_001 }, ['points']],
    ['null for points', { points: null }, ['points']],
    ['a list for points', { points: [10] }, ['points']],
    ['negative points', { points: -1 }, ['points']],
    ['an amount as a number', { amount: 150 }, ['amount']],
    ['an amount in words', { amount: 'a lot' }, ['amount']],
    ['an amount with a comma', { amount: '1,50' }, ['amount']],
    ['an amount with a thousands separator', { amount: '1 500.00' }, ['amount']],
    ['an amount of 1e3', { amount: '1e3' }, ['amount']],
    ['an amount of NaN', { amount: 'NaN' }, ['amount']],
    ['an amount in hex', { amount: '0x10' }, ['amount']],
    ['an amount in Arabic digits', { amount: '١٥٠' }, ['amount']],
    ['an amount with a point and nothing behind it', { amount: '150.' }, ['amount']],
    ['an amount with more digits than the currency', { amount: '1.005' }, ['amount']],
    ['an amount with more digits than the currency, even zeros', { amount: '1.000' }, ['amount']],
    ['a fraction of a yen', { amount: '1.5', currency: 'JPY', exchangeRate: '0.006' }, ['amount']],
    ['an amount with too many digits in all', { amount: '1234567890123456' }, ['amount']],
    ['an amount too large to be counted exactly', { amount: '999999999999999.99' }, ['amount']],
    ['a negative amount', { amount: '-150.00' }, ['amount']],
    ['a currency that does not exist', { amount: '1.00', currency: 'XQX' }, ['currency']],
    ['a currency in small letters', { amount: '1.00', currency: 'eur' }, ['currency']],
    ['a currency for no amount', { currency: 'USD', exchangeRate: '1' }, ['currency']],
    ['another currency without its rate', { amount: '1.00', currency: 'USD' }, ['exchangeRate']],
    ['a rate of 0', { amount: '1.00', currency: 'USD', exchangeRate: '0' }, ['exchangeRate']],
    ['a negative rate', { amount: '1.00', currency: 'USD', exchangeRate: '-1' }, ['exchangeRate']],
    ['a rate as a number', { amount: '1.00', currency: 'USD', exchangeRate: 0.9 }, ['exchangeRate']],
    ['no moment', { occurredAt: undefined }, ['occurredAt']],
    ['a date for a moment', { occurredAt: '2026-05-02' }, ['occurredAt']],
    ['a moment without its offset', { occurredAt: '2026-05-02T10:00:00' }, ['occurredAt']],
    ['31 February', { occurredAt: '2026-02-31T10:00:00Z' }, ['occurredAt']],
    ['a 25th hour', { occurredAt: '2026-05-02T25:00:00Z' }, ['occurredAt']],
    ['milliseconds since 1970', { occurredAt: 1_777_716_000_000 }, ['occurredAt']],
    ['a year of six digits', { occurredAt: '+012026-05-02T10:00:00Z' }, ['occurredAt']],
    ['a very long moment', { occurredAt: `2026-05-02T10:00:00.${'0'.repeat(50_000)}Z` }, ['occurredAt']],
    ['a moment 5 minutes and a millisecond ahead', { occurredAt: '2026-05-02T10:05:00.001Z' }, ['occurredAt']],
    ['the far future', { occurredAt: '9999-12-31T23:59:59Z' }, ['occurredAt']],
    ['an unknown field', { pionts: 10 }, ['pionts']],
    ['fields that are a list', { fields: ['kind'] }, ['fields']],
    ['a field that is an object', { fields: { kind: { a: 1 } } }, ['fields.kind']],
    ['a field that is null', { fields: { kind: null } }, ['fields.kind']],
    ['a field of 501 characters', { fields: { kind: 'x'.repeat(501) } }, ['fields.kind']],
    ['41 fields', { fields: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`f${n}`, n])) }, ['fields']],
    ['a reason with a line break', { reason: 'one\ntwo' }, ['reason']],
    ['a reason that is no text', { reason: 'half of an emoji: \ud83d' }, ['reason']],
    ['excludeFromTier for a purchase', { excludeFromTier: true }, ['excludeFromTier']],
    ['a word for a boolean', { type: 'adjustment', excludeFromTier: 'yes' }, ['excludeFromTier']],
    ['neither points nor an amount', { points: undefined }, ['points']],
    ['a bonus of nothing', { type: 'bonus', points: 0 }, ['points']],
    ['a bonus with an amount', { type: 'bonus', amount: '1.00' }, ['amount']],
    ['an adjustment of nothing', { type: 'adjustment', points: 0 }, ['points']],
    ['a negative redemption', { type: 'redemption', points: -5 }, ['points']],
    ['a negative expiry', { type: 'expiry', points: -5 }, ['points']],
    ['a refund without its order', { type: 'refund', amount: '1.00' }, ['orderId']],
    ['a refund of no amount', { type: 'refund', orderId: 'o', points: undefined }, ['amount']],
    ['a refund of 0', { type: 'refund', orderId: 'o', amount: '0.00' }, ['amount']],
    ['a negative refund', { type: 'refund', orderId: 'o', amount: '-1.00' }, ['amount']],
  ])('with %s: 422, and says where', async (_, change, paths) => {
    expect(pathsOf(await post(change))).toEqual(paths);
  });

  test('whose currency is not the program’s says so by code, and what is missing', async () => {
    const { body } = await post({ amount: '1.00', currency: 'USD' });
    expect(body.errors).toMatchObject([
      { path: 'exchangeRate', code: 'CURRENCY_MISMATCH', message: expect.stringContaining('EUR') },
    ]);
  });

  test('with several problems has every one of them listed: of the path, of the shape, of each field', async () => {
    const response = await refused(
      'POST transactions',
      {
        params: { memberId: 'Ana García' },
        body: { id: '', type: 'gift', points: 1.5, amount: 'x', occurredAt: 'now', colour: 'red', fields: { a: null } },
      },
      422,
    );
    expect(pathsOf(response)).toEqual([
      'amount',
      'colour',
      'fields.a',
      'id',
      'memberId',
      'occurredAt',
      'points',
      'type',
    ]);
    expect(response.body.detail).toBe('8 problems found. Nothing was written.');
  });

  test.each<[Record<string, unknown>, string]>([
    [{ reason: '' }, 'must have at least 1 character'],
    [{ reason: 'x'.repeat(501) }, 'must have at most 500 characters'],
    [{ points: 1_000_000_001 }, 'must be at most 1,000,000,000'],
    [{ points: -1_000_000_001 }, 'must be at least -1,000,000,000'],
    [
      { type: 'gift' },
      'must be purchase, refund, bonus, adjustment, tierAdjustment, redemption, redemptionReversal or expiry',
    ],
  ])('says what is allowed in plain English: %j', async (change, message) => {
    expect((await post(change)).body.errors).toMatchObject([{ message }]);
  });

  test('and of meaning, together', async () => {
    const response = await post({
      points: -1,
      amount: '-1.005',
      currency: 'USD',
      occurredAt: '2030-01-01T00:00:00Z',
      excludeFromTier: true,
    });
    expect(pathsOf(response)).toEqual(['amount', 'exchangeRate', 'excludeFromTier', 'occurredAt', 'points']);
  });

  test.each([
    ['a list', []],
    ['a number', 7],
    ['text', 'hello'],
    ['null', null],
    ['true', true],
  ])('that is %s: 422', async (_, body) => {
    await refused('POST transactions', { rawBody: JSON.stringify(body) }, 422);
  });

  test('1e999 in the text of a number: 422', async () => {
    const rawBody = JSON.stringify(PURCHASE).replace('10', '1e999');
    expect(pathsOf(await refused('POST transactions', { rawBody }, 422))).toEqual(['points']);
    const ofFields = JSON.stringify({ ...PURCHASE, fields: { a: 7 } }).replace('7', '-1e999');
    expect(pathsOf(await refused('POST transactions', { rawBody: ofFields }, 422))).toEqual(['fields.a']);
  });

  test('cannot reach into every object by a name', async () => {
    const { world } = await watchedWorld();
    const rawBody = JSON.stringify({ ...PURCHASE, fields: { kind: 'x' } }).replace(
      '"kind":"x"',
      '"__proto__":{"points":5},"constructor":"y"',
    );
    const response = await world.call('POST transactions', { params: { memberId: 'm-1' }, rawBody });
    expect(({} as Record<string, unknown>).points).toBeUndefined();
    for (const entry of await world.ports.ledger.entriesOf('m-1')) {
      expect(Object.getPrototypeOf(entry.fields)).toBe(Object.prototype);
      expect(entry.fields).toEqual({ constructor: 'y' });
    }
    expect([202, 422]).toContain(response.status);
    expect(
      pathsOf(
        await refused('POST transactions', { rawBody: JSON.stringify(PURCHASE).replace('{', '{"__proto__":{},') }, 422),
      ),
    ).toEqual(['__proto__']);
  });

  test('at the edges of what is allowed is taken', async () => {
    const { world } = await watchedWorld();
    for (const [n, change] of [
      { id: '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~' },
      { id: 'x'.repeat(128) },
      { points: 1_000_000_000 },
      { occurredAt: '2026-05-02T10:05:00Z' },
      { occurredAt: '0001-01-01T00:00:00Z' },
      { points: undefined, amount: '0' },
      { amount: '0.01', currency: 'USD', exchangeRate: '0.000000000001' },
      { fields: Object.fromEntries(Array.from({ length: 40 }, (_, name) => [`f${name}`, 'é'.repeat(500)])) },
      { type: 'adjustment', points: -1_000_000_000 },
    ].entries()) {
      const response = await world.post('m-1', { ...PURCHASE, id: `edge-${n}`, ...change });
      expect(response, JSON.stringify(response.body)).toMatchObject({ status: 202 });
    }
    await world.deliver();
    expect((await world.read('m-1')).points.balance).toBe(10 * 6);
  });
});

describe('a member', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['an unknown field', { nickname: 'Ana' }, ['nickname']],
    ['a name as a number', { name: 7 }, ['name']],
    ['an empty name', { name: '' }, ['name']],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, ['name']],
    ['a name with a line break', { name: 'Ana\r\nBcc: all@mail.example' }, ['name']],
    ['a name that is no text', { name: '\udc00' }, ['name']],
    ['an address without a domain', { email: 'ana@' }, ['email']],
    ['two addresses', { email: 'ana@mail.example,bea@mail.example' }, ['email']],
    ['an address with a name', { email: 'Ana <ana@mail.example>' }, ['email']],
    ['an address of 255 characters', { email: `${'x'.repeat(242)}@mail.example` }, ['email']],
    ['a phone number without its country', { phone: '600000000' }, ['phone']],
    ['a phone number in words', { phone: '+34 600 000 000' }, ['phone']],
    ['a language that is none', { locale: 'spanish' }, ['locale']],
    ['an unknown channel', { optOut: ['fax'] }, ['optOut.0']],
    ['a channel instead of a list', { optOut: 'email' }, ['optOut']],
    ['a word for a boolean', { blocked: 'yes' }, ['blocked']],
    ['an enrolment on a date', { enrolledAt: '2026-05-02' }, ['enrolledAt']],
    ['an enrolment in the far future', { enrolledAt: '2099-01-01T00:00:00Z' }, ['enrolledAt']],
    [
      'everything wrong',
      { name: 7, email: 'x', phone: 'x', locale: 'x', optOut: 1, blocked: 1, enrolledAt: 'x', x: 1 },
      ['blocked', 'email', 'enrolledAt', 'locale', 'name', 'optOut', 'phone', 'x'],
    ],
  ])('with %s: 422, and says where', async (_, body, paths) => {
    expect(pathsOf(await refused('PUT member', { body }, 422))).toEqual(paths);
  });

  const ODD_IDS = [
    '',
    ' ',
    'Ana García',
    'ana@mail.example',
    'a#b',
    'a/b',
    '../m-1',
    '-m',
    '.m',
    'ñ',
    '🙂',
    'm\n1',
    'm\u00001',
    'x'.repeat(129),
    'x'.repeat(50_000),
  ];

  test.each(ODD_IDS)('of the id %j: 422 in every call, and the id is not logged', async (memberId) => {
    const calls: [Name, unknown][] = [
      ['PUT member', {}],
      ['POST transactions', PURCHASE],
      ['GET member', undefined],
      ['GET transactions', undefined],
      ['GET tier-changes', undefined],
      ['GET explanation', undefined],
      ['DELETE profile', undefined],
    ];
    for (const [name, body] of calls) {
      expect(pathsOf(await refused(name, { params: { memberId }, body }, 422))).toEqual(['memberId']);
    }
  });

  test('that nobody enrolled: 404 in every call that asks', async () => {
    for (const name of [
      'GET member',
      'GET transactions',
      'GET tier-changes',
      'GET explanation',
      'DELETE profile',
    ] as const) {
      const { body } = await refused(name, { params: { memberId: 'nobody' } }, 404);
      expect(body.detail).toContain('nobody');
    }
  });

  test.each(['m', 'M-1', 'a.b_c:d~e-f', '7', 'x'.repeat(128)])('of the id %s is taken', async (memberId) => {
    const { world } = await watchedWorld();
    expect((await world.call('PUT member', { params: { memberId }, body: {} })).status).toBe(201);
    expect((await world.read(memberId)).memberId).toBe(memberId);
  });
});

describe('a query', () => {
  const cursor = (text: string) => Buffer.from(text).toString('base64url');

  test.each<[Name, Record<string, string>, string[]]>([
    ['GET member', { at: 'yesterday' }, ['at']],
    ['GET member', { at: '2026-05-02' }, ['at']],
    ['GET member', { at: '' }, ['at']],
    ['GET member', { when: '2026-05-02T10:00:00Z' }, ['when']],
    ['GET explanation', { at: '2026-02-30T00:00:00Z', limit: '1' }, ['at', 'limit']],
    ['GET transactions', { limit: '0' }, ['limit']],
    ['GET transactions', { limit: '101' }, ['limit']],
    ['GET transactions', { limit: '-1' }, ['limit']],
    ['GET transactions', { limit: '1e1' }, ['limit']],
    ['GET transactions', { limit: 'all', cursor: '', page: '2' }, ['cursor', 'limit', 'page']],
    ['GET transactions', { cursor: 'x'.repeat(401) }, ['cursor']],
    ['GET transactions', { cursor: cursor('api#of-nobody') }, ['cursor']],
    ['GET tier-changes', { cursor: cursor('-1') }, ['cursor']],
    ['GET tier-changes', { cursor: cursor('1 OR 1=1') }, ['cursor']],
    ['GET tier-changes', { cursor: '$$$' }, ['cursor']],
    ['GET program', { verbose: 'true' }, ['verbose']],
    ['GET run', { verbose: 'true' }, ['verbose']],
    ['GET run changes', { limit: '0' }, ['limit']],
    ['GET run outcomes', { limit: 'all', cursor: '', page: '2' }, ['cursor', 'limit', 'page']],
    ['GET run changes', { cursor: cursor('m-1') }, ['cursor']],
    ['GET run outcomes', { cursor: cursor('1e1#m-1') }, ['cursor']],
    ['GET run outcomes', { cursor: '$$$' }, ['cursor']],
  ])('%s with %j: 422', async (name, query, paths) => {
    expect(pathsOf(await refused(name, { params: { memberId: 'm-1', runId: 'group-1' }, query }, 422))).toEqual(paths);
  });
});

describe('a key', () => {
  const calls: [Name, 'intake' | 'read' | 'admin'][] = [
    ['PUT member', 'intake'],
    ['POST transactions', 'intake'],
    ['GET member', 'read'],
    ['GET transactions', 'read'],
    ['GET tier-changes', 'read'],
    ['GET explanation', 'read'],
    ['GET program', 'read'],
    ['DELETE profile', 'admin'],
  ];
  const body = PURCHASE;

  test.each(calls)('%s without one, or with a wrong one: 401, whatever the body', async (name) => {
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      'Bearer wrong',
      'Basic bGF1cmVs',
      'laurel_admin_x',
      `Bearer ${'x'.repeat(100_000)}`,
      'Bearer ключ',
    ];
    for (const key of wrong) {
      const response = await refused(name, { key, rawBody: '{' }, 401);
      expect(response.headers['www-authenticate']).toBe('Bearer');
      expect(response.body.detail).not.toContain('xxx');
    }
  });

  test.each(calls)('%s takes the role %s or admin, and no other', async (name, needed) => {
    for (const role of ['intake', 'read', 'admin'] as const) {
      if (role === needed || role === 'admin') {
        const { world } = await watchedWorld();
        const request = { params: { memberId: 'm-1' }, key: role, body: name === 'PUT member' ? {} : body };
        expect((await world.call(name, request)).status).toBeLessThan(300);
      } else {
        const { body: problem } = await refused(name, { key: role, body }, 403);
        const roles = needed === 'admin' ? 'admin' : `${needed} or admin`;
        expect(problem.detail).toBe(`This call needs a key with the role ${roles}.`);
      }
    }
  });

  test('may be sent with the scheme in any letters', async () => {
    const { world } = await watchedWorld();
    const key = `bearer ${world.keyTexts.read}`;
    expect((await world.call('GET member', { params: { memberId: 'm-1' }, key })).status).toBe(200);
  });
});

test('when the world fails: 500 that promises nothing was lost, and the log says what failed, without who', async () => {
  const world = makeWorld({
    reach: (name, port) =>
      name !== 'ledger'
        ? port
        : new Proxy(port, { get: () => async () => Promise.reject(new Error('The table is away.')) }),
  });
  const { result, text } = await captureLog(() => world.post('m-1', { ...PURCHASE, reason: 'secret words' }));
  expectProblem(result, 500);
  expect(JSON.stringify(result.body)).not.toContain('table');
  expect(text).toContain('The table is away.');
  expect(text).not.toMatch(PERSONAL);
});

test('a whole life of a member is logged without anything personal', async () => {
  const world = makeWorld({ notifications: { notifyOnRealtimeDowngrade: true } });
  const { text } = await captureLog(async () => {
    await world.enrol('m-1', { name: 'Ana García', email: 'ana@mail.example', phone: '+34600000001', locale: 'es' });
    await world.post('m-1', { ...PURCHASE, points: 5000, reason: 'secret words', fields: { note: 'secret words' } });
    await world.deliver();
    await world.post('m-1', { id: 'x', type: 'expiry', points: 5000, occurredAt: PURCHASE.occurredAt });
    await world.deliver();
    await world.read('m-1');
    await world.call('DELETE profile', { params: { memberId: 'm-1' } });
  });
  expect(text).toContain('A tier moved');
  expect(text).toContain('"channel":"email"');
  expect(text).not.toMatch(PERSONAL);
});
