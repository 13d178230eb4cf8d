import { describe, expect, test } from 'vitest';
import { captureLog } from '../support/captured-log.ts';
import { expectProblem, watchedWorld } from '../support/refusals.ts';
import type { Response, World } from '../support/world.ts';

const NOW = '2026-03-01T10:00:00Z';
const ACTION = { id: 'a-1', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } };
const PERSONAL = /Ana|García|ana@|mail\.example|\+346|secret words/;

type Name = Parameters<World['call']>[0];
type Request = Parameters<World['call']>[1] & object;

/** Sends it, and sees to it that nothing is written and nothing personal is logged. */
async function refused(name: Name, request: Request, status: number): Promise<Response> {
  const { world, writes } = await watchedWorld((made) => made.join('vips', 'm-1'), NOW);
  const params = { memberId: 'm-1', groupId: 'vips' };
  const { result, text } = await captureLog(() => world.call(name, { params, ...request }));
  expectProblem(result, status);
  expect(writes).toEqual([]);
  expect(await world.ports.members.actionsOf('m-1')).toEqual([]);
  expect(text).not.toMatch(PERSONAL);
  return result;
}

const pathsOf = ({ body }: Response) => [...new Set(body.errors.map(({ path }: { path: string }) => path))].sort();

const BOTH = ['POST tier-actions', 'POST group tier-actions'] as const;

const duration = (amount: unknown, unit: unknown = 'days') => ({ expiry: { type: 'duration', amount, unit } });
const fieldDate = (plus: unknown) => ({
  transactionId: 'order-1',
  expiry: { type: 'fieldDate', field: 'CheckOutDate', plus },
});

describe('a tier action', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['no id', { id: undefined }, ['id']],
    ['an empty id', { id: '' }, ['id']],
    ['an id with a #', { id: 'group#vips#a-1' }, ['id']],
    ['an id with a space', { id: 'a 1' }, ['id']],
    ['an id with a line break', { id: 'a\n1' }, ['id']],
    ['an id in other letters', { id: 'акция' }, ['id']],
    ['an id of 129 characters', { id: 'x'.repeat(129) }, ['id']],
    ['a number for an id', { id: 7 }, ['id']],
    ['no action', { action: undefined }, ['action']],
    ['an unknown action', { action: 'promote' }, ['action']],
    ['an action in capitals', { action: 'Upgrade' }, ['action']],
    ['an action of every object', { action: 'constructor' }, ['action']],
    ['no strategy', { strategy: undefined }, ['strategy']],
    ['a word for a strategy', { strategy: 'program' }, ['strategy']],
    ['a strategy without a type', { strategy: {} }, ['strategy.type']],
    ['an unknown strategy', { strategy: { type: 'best' } }, ['strategy.type']],
    ['the strategy specific without its tier', { strategy: { type: 'specific' } }, ['strategy.tier']],
    ['an empty tier', { strategy: { type: 'specific', tier: '' } }, ['strategy.tier']],
    ['a number for a tier', { strategy: { type: 'specific', tier: 2 } }, ['strategy.tier']],
    ['a tier of 101 letters', { strategy: { type: 'specific', tier: 'x'.repeat(101) } }, ['strategy.tier']],
    ['the strategy program with a tier', { strategy: { type: 'program', tier: 'gold' } }, ['strategy.tier']],
    ['a date for an expiry', { expiry: '2026-05-30' }, ['expiry']],
    ['null for an expiry', { expiry: null }, ['expiry']],
    ['an expiry without a type', { expiry: { date: '2026-05-30' } }, ['expiry.type']],
    ['an unknown type of expiry', { expiry: { type: 'never' } }, ['expiry.type']],
    ['a date that is not there', { expiry: { type: 'date' } }, ['expiry.date']],
    ['30 February', { expiry: { type: 'date', date: '2026-02-30' } }, ['expiry.date']],
    ['29 February of a common year', { expiry: { type: 'date', date: '2027-02-29' } }, ['expiry.date']],
    ['a date as in Spain', { expiry: { type: 'date', date: '30/05/2026' } }, ['expiry.date']],
    ['an instant for a date', { expiry: { type: 'date', date: '2026-05-30T00:00:00Z' } }, ['expiry.date']],
    ['a date with a unit', { expiry: { type: 'date', date: '2026-05-30', unit: 'days' } }, ['expiry.unit']],
    ['a duration without anything', { expiry: { type: 'duration' } }, ['expiry.amount', 'expiry.unit']],
    ['0 days', duration(0), ['expiry.amount']],
    ['-1 days', duration(-1), ['expiry.amount']],
    ['1.5 days', duration(1.5), ['expiry.amount']],
    ['"90" days', duration('90'), ['expiry.amount']],
    ['null days', duration(null), ['expiry.amount']],
    ['3651 days', duration(3651), ['expiry.amount']],
    ['121 months', duration(121, 'months'), ['expiry.amount']],
    ['0 months', duration(0, 'months'), ['expiry.amount']],
    ['a unit of weeks', duration(2, 'weeks'), ['expiry.unit']],
    ['a unit of one day', duration(1, 'day'), ['expiry.unit']],
    [
      'a field for a date without a transaction',
      { ...fieldDate({ amount: 1, unit: 'days' }), transactionId: undefined },
      ['transactionId'],
    ],
    [
      'a field for a number without a transaction',
      { expiry: { type: 'fieldNumber', field: 'Days', unit: 'days' } },
      ['transactionId'],
    ],
    [
      'a field without a name',
      { transactionId: 'o', expiry: { type: 'fieldNumber', field: '', unit: 'days' } },
      ['expiry.field'],
    ],
    [
      'a field of 65 letters',
      { transactionId: 'o', expiry: { type: 'fieldNumber', field: 'x'.repeat(65), unit: 'days' } },
      ['expiry.field'],
    ],
    [
      'a number field without a unit',
      { transactionId: 'o', expiry: { type: 'fieldNumber', field: 'Days' } },
      ['expiry.unit'],
    ],
    ['a date field without what to add', fieldDate(undefined), ['expiry.plus']],
    ['a date field and -1 days', fieldDate({ amount: -1, unit: 'days' }), ['expiry.plus.amount']],
    ['a date field and 3651 days', fieldDate({ amount: 3651, unit: 'days' }), ['expiry.plus.amount']],
    ['a date field and 121 months', fieldDate({ amount: 121, unit: 'months' }), ['expiry.plus.amount']],
    ['a date field and 1.5 months', fieldDate({ amount: 1.5, unit: 'months' }), ['expiry.plus.amount']],
    ['an instant without its offset', { expiry: { type: 'instant', at: '2026-05-30T00:00:00' } }, ['expiry.at']],
    ['a date for an instant', { expiry: { type: 'instant', at: '2026-05-30' } }, ['expiry.at']],
    ['an instant that is not there', { expiry: { type: 'instant' } }, ['expiry.at']],
    ['an odd transaction', { transactionId: 'order 1' }, ['transactionId']],
    ['a date for effectiveAt', { effectiveAt: '2026-02-28' }, ['effectiveAt']],
    ['30 February for effectiveAt', { effectiveAt: '2026-02-30T10:00:00Z' }, ['effectiveAt']],
    ['an effectiveAt more than 5 minutes ahead', { effectiveAt: '2026-03-01T10:05:01Z' }, ['effectiveAt']],
    ['the far future for effectiveAt', { effectiveAt: '9999-12-31T23:59:59Z' }, ['effectiveAt']],
    ['reassess for an upgrade', { reassess: true }, ['reassess']],
    ['reassess for a renewal', { action: 'renew', reassess: true }, ['reassess']],
    ['a word for reassess', { action: 'downgrade', reassess: 'yes' }, ['reassess']],
    ['an empty reason', { reason: '' }, ['reason']],
    ['a reason with a line break', { reason: 'secret\nwords' }, ['reason']],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }, ['reason']],
    ['a reason that is no text', { reason: 'half of an emoji: \ud83d' }, ['reason']],
    ['true for notify', { notify: true }, ['notify']],
    ['notify without channels', { notify: { atEnd: true } }, ['notify.channels']],
    ['a channel instead of a list', { notify: { channels: 'email' } }, ['notify.channels']],
    ['an unknown channel', { notify: { channels: ['fax'] } }, ['notify.channels.0']],
    ['an unknown channel among known ones', { notify: { channels: ['sms', 'wallet'] } }, ['notify.channels.1']],
    ['a channel twice', { notify: { channels: ['email', 'email'] } }, ['notify.channels']],
    ['four channels', { notify: { channels: ['email', 'sms', 'push', 'email'] } }, ['notify.channels']],
    ['a word for atEnd', { notify: { channels: ['sms'], atEnd: 'yes' } }, ['notify.atEnd']],
    ['an unknown property of notify', { notify: { channels: ['sms'], locale: 'es' } }, ['notify.locale']],
    ['an unknown property', { tier: 'gold' }, ['tier']],
    ['several of them', { tier: 'gold', until: '2026-05-30' }, ['tier', 'until']],
  ])('with %s: 422, and says where, for a member and for a group', async (_, change, paths) => {
    for (const name of BOTH) {
      const response = await refused(name, { body: { ...ACTION, ...change } }, 422);
      expect(pathsOf(response)).toEqual(paths);
      for (const { message } of response.body.errors) expect(message).not.toBe('');
    }
  });

  test('with an unknown strategy or expiry is told which there are', async () => {
    const { body } = await refused(
      'POST tier-actions',
      { body: { ...ACTION, strategy: { type: 'best' }, expiry: { type: 'never' } } },
      422,
    );
    expect(body.errors).toEqual([
      { path: 'strategy.type', message: 'must be specific or program' },
      { path: 'expiry.type', message: 'must be date, duration, fieldDate, fieldNumber or instant' },
    ]);
  });

  test('with everything wrong has every problem listed, those of the path as well', async () => {
    const body = {
      id: 'a#1',
      action: 'promote',
      strategy: { type: 'specific' },
      expiry: { type: 'duration', amount: 0, unit: 'weeks' },
      effectiveAt: 'now',
      reassess: 1,
      reason: '',
      notify: { channels: ['fax', 'email', 'email'] },
      colour: 'red',
    };
    const paths = [
      'action',
      'colour',
      'effectiveAt',
      'expiry.amount',
      'expiry.unit',
      'id',
      'notify.channels.0',
      'reason',
      'reassess',
      'strategy.tier',
    ];
    const ofMember = await refused('POST tier-actions', { params: { memberId: 'Ana García' }, body }, 422);
    expect(pathsOf(ofMember)).toEqual([...paths, 'memberId'].sort());
    expect(ofMember.body.detail).toBe('11 problems found. Nothing was written.');
    const ofGroup = await refused('POST group tier-actions', { params: { groupId: '-' }, body }, 422);
    expect(pathsOf(ofGroup)).toEqual([...paths, 'groupId'].sort());
  });

  test('and problems of meaning, together', async () => {
    const body = {
      ...ACTION,
      reassess: true,
      effectiveAt: '2030-01-01T00:00:00Z',
      expiry: { type: 'fieldNumber', field: 'Days', unit: 'days' },
    };
    expect(pathsOf(await refused('POST tier-actions', { body }, 422))).toEqual([
      'effectiveAt',
      'reassess',
      'transactionId',
    ]);
  });

  test.each([
    ['a list', '[]'],
    ['a number', '7'],
    ['text', '"hello"'],
    ['null', 'null'],
  ])('that is %s: 422', async (_, rawBody) => {
    for (const name of BOTH) await refused(name, { rawBody }, 422);
  });

  test.each([
    ['empty', {}],
    ['cut short', { rawBody: '{"reason": "secret words"' }],
    ['no JSON', { rawBody: 'reason=secret words' }],
    ['with NaN', { rawBody: '{"expiry": {"amount": NaN}, "reason": "secret words"}' }],
    ['a hundred thousand brackets', { rawBody: '['.repeat(100_000) }],
  ])('whose text is %s: 400', async (_, request) => {
    for (const name of BOTH) {
      expect(JSON.stringify((await refused(name, request, 400)).body)).not.toMatch(PERSONAL);
    }
  });

  test('with 1e999 days: 422', async () => {
    const rawBody = JSON.stringify({ ...ACTION, ...duration(7) }).replace('7', '1e999');
    expect(pathsOf(await refused('POST tier-actions', { rawBody }, 422))).toEqual(['expiry.amount']);
  });

  test('cannot reach into every object by a name', async () => {
    const rawBody = JSON.stringify(ACTION).replace('{', '{"__proto__":{"reassess":true},');
    expect(pathsOf(await refused('POST tier-actions', { rawBody }, 422))).toEqual(['__proto__']);
    const inside = JSON.stringify(ACTION).replace('"tier"', '"__proto__":{"x":1},"tier"');
    await refused('POST tier-actions', { rawBody: inside }, 422);
  });

  test('at the edges of what is allowed is taken', async () => {
    const { world } = await watchedWorld();
    await world.post('m-1', { id: 'order-1', points: 1, fields: { CheckOutDate: '2026-06-15' } });
    await world.deliver();
    for (const [n, change] of [
      { id: '!"$%&\'()*+,-./:;<=>?@[]^_`{|}~' },
      { id: 'x'.repeat(128) },
      duration(1),
      duration(3650),
      duration(120, 'months'),
      fieldDate({ amount: 0, unit: 'days' }),
      { expiry: { type: 'date', date: '2028-02-29' } },
      { expiry: { type: 'date', date: '9999-12-31' } },
      { effectiveAt: '2026-03-01T10:05:00Z' },
      { effectiveAt: '0001-01-01T00:00:00Z' },
      { reason: 'é'.repeat(500) },
      { notify: { channels: [] } },
      { notify: { channels: ['push', 'email', 'sms'], atEnd: true } },
      { action: 'downgrade', reassess: true },
      { reassess: false },
    ].entries()) {
      const body = { ...ACTION, id: `edge-${n}`, ...change };
      const response = await world.call('POST tier-actions', { params: { memberId: 'm-1' }, body });
      expect(response, JSON.stringify(response.body)).toMatchObject({ status: 200 });
    }
  });
});

describe('ids in a path', () => {
  const ODD = [
    '',
    ' ',
    'Ana García',
    'ana@mail.example',
    'a#b',
    'a/b',
    '../vips',
    '-m',
    '.m',
    'ñ',
    'm\n1',
    'x'.repeat(129),
  ];

  test.each(ODD)('%j is no member: 422', async (memberId) => {
    expect(pathsOf(await refused('POST tier-actions', { params: { memberId }, body: ACTION }, 422))).toEqual([
      'memberId',
    ]);
    for (const name of ['PUT group member', 'DELETE group member'] as const) {
      expect(pathsOf(await refused(name, { params: { groupId: 'vips', memberId } }, 422))).toEqual(['memberId']);
    }
  });

  test.each([...ODD, 'x'.repeat(65), 'a:b'])('%j is no group: 422', async (groupId) => {
    expect(pathsOf(await refused('POST group tier-actions', { params: { groupId }, body: ACTION }, 422))).toEqual([
      'groupId',
    ]);
    for (const name of ['PUT group member', 'DELETE group member'] as const) {
      expect(pathsOf(await refused(name, { params: { groupId, memberId: 'm-1' } }, 422))).toEqual(['groupId']);
    }
  });

  test('both wrong are both told', async () => {
    const params = { groupId: '#', memberId: '#' };
    expect(pathsOf(await refused('PUT group member', { params }, 422))).toEqual(['groupId', 'memberId']);
  });

  test.each(['', 'Group-1', 'group#1', 'a/b', '1', 'x'.repeat(65)])('%j is no run: 422', async (runId) => {
    for (const name of ['GET run', 'GET run changes', 'GET run outcomes'] as const) {
      expect(pathsOf(await refused(name, { params: { runId } }, 422))).toEqual(['runId']);
    }
  });
});

describe('a key', () => {
  const calls: [Name, 'intake' | 'read' | 'admin', unknown][] = [
    ['POST tier-actions', 'admin', ACTION],
    ['POST group tier-actions', 'admin', ACTION],
    ['PUT group member', 'intake', undefined],
    ['DELETE group member', 'intake', undefined],
    ['GET run', 'read', undefined],
    ['GET run changes', 'read', undefined],
    ['GET run outcomes', 'read', undefined],
  ];
  const params = { memberId: 'm-1', groupId: 'vips', runId: 'group-1' };

  test.each(calls)('%s without one, or with a wrong one: 401, whatever the body', async (name) => {
    for (const key of ['', 'Bearer', 'Bearer wrong', 'Basic bGF1cmVs', `Bearer ${'x'.repeat(10_000)}`]) {
      const response = await refused(name, { params, key, rawBody: '{' }, 401);
      expect(response.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test.each(calls)('%s takes the role %s or admin, and no other', async (name, needed, body) => {
    for (const role of ['intake', 'read', 'admin'] as const) {
      if (role === needed || role === 'admin') {
        const { world } = await watchedWorld();
        const { status } = await world.call(name, { params, key: role, body });
        expect([200, 202, 204, 404]).toContain(status);
      } else {
        const { body: problem } = await refused(name, { params, key: role, body }, 403);
        const roles = needed === 'admin' ? 'admin' : `${needed} or admin`;
        expect(problem.detail).toBe(`This call needs a key with the role ${roles}.`);
      }
    }
  });
});

test('what staff decide is logged by ids alone', async () => {
  const { world } = await watchedWorld();
  const { text } = await captureLog(async () => {
    await world.act('m-1', { reason: 'secret words', notify: { channels: ['email'] } });
    await world.actOnGroup('vips', {
      id: 'g',
      reason: 'secret words',
      strategy: { type: 'specific', tier: 'platinum' },
    });
    await world.deliver();
  });
  expect(text).toContain('a-1');
  expect(text).not.toMatch(PERSONAL);
});
