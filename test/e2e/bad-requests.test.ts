import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  act,
  actOn,
  aNewMember,
  anUpgrade,
  aPurchase,
  call,
  cloud,
  explain,
  type NewMember,
  post,
  read,
  untilPoints,
} from './setup/shop.ts';

let member: NewMember;
let transactions: string;

beforeAll(async () => {
  member = await aNewMember();
  transactions = `${member.path}/transactions`;
});

function expectProblem(answer: Answer, status: number): void {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  expect(answer.contentType).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    status,
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
  });
}

function pathsOf(answer: Answer): string[] {
  return answer.body.errors.map(({ path }: { path: string }) => path).sort();
}

describe('A bad request gets its status and a problem document, on the deployed stack', () => {
  test('a missing key, an unknown key and another scheme get 401', async () => {
    const body = aPurchase('bad', '10.00');
    expectProblem(await call('POST', transactions, { body }), 401);
    for (const authorization of [
      'Bearer laurel_intake_unknown',
      `Basic ${cloud.keys.intake}`,
      'Bearer ',
      cloud.keys.intake,
    ]) {
      expectProblem(await call('POST', transactions, { body, headers: { authorization } }), 401);
    }
  });

  test('a role that is too low gets 403', async () => {
    expectProblem(await call('POST', transactions, { role: 'read', body: aPurchase('bad', '10.00') }), 403);
    expectProblem(await call('PUT', member.path, { role: 'read', body: {} }), 403);
    expectProblem(await call('DELETE', `${member.path}/profile`, { role: 'intake' }), 403);
    const action = anUpgrade('bad', 'gold');
    expectProblem(await call('POST', `${member.path}/tier-actions`, { role: 'intake', body: action }), 403);
    expectProblem(await call('POST', '/v1/groups/vips/tier-actions', { role: 'intake', body: action }), 403);
  });

  test('a body that is not JSON gets 400', async () => {
    for (const body of ['{"id": "bad", ', 'id=bad', '']) {
      expectProblem(await call('POST', transactions, { role: 'intake', body }), 400);
    }
  });

  test('a body of the wrong shape gets 422 with every problem at once', async () => {
    const answer = await post(member, {
      id: 'with spaces',
      type: 'gift',
      amount: 10,
      currency: 'EURO',
      occurredAt: 'yesterday',
      pionts: 100,
    });
    expectProblem(answer, 422);
    expect(pathsOf(answer)).toEqual(['amount', 'currency', 'id', 'occurredAt', 'pionts', 'type']);
  });

  test('a tier action of the wrong shape gets 422 with every problem at once', async () => {
    const answer = await act(member, { id: 'a b', action: 'promote', strategy: { type: 'specific' }, expires: 'soon' });
    expectProblem(answer, 422);
    expect(pathsOf(answer)).toEqual(['action', 'expires', 'id', 'strategy.tier']);
  });

  test('an unknown group or run gets 404', async () => {
    expectProblem(await actOn({ path: '/v1/groups/nobody-in-it' }, anUpgrade('bad', 'gold')), 404);
    for (const list of ['', '/changes', '/outcomes']) {
      expectProblem(await call('GET', `/v1/runs/group-of-nobody${list}`, { role: 'read' }), 404);
    }
  });

  test('a transaction that the program does not allow gets 422 with every problem at once', async () => {
    const answer = await post(member, aPurchase('bad', '-10.00', { occurredAt: '2999-01-01T00:00:00Z' }));
    expectProblem(answer, 422);
    expect(pathsOf(answer)).toEqual(['amount', 'occurredAt']);
  });

  test('an amount with more digits than its currency gets 422, and is not rounded', async () => {
    const answer = await post(member, aPurchase('bad', '10.001'));
    expectProblem(answer, 422);
    expect(pathsOf(answer)).toContain('amount');
  });

  test('another currency than the program’s needs an exchange rate', async () => {
    const answer = await post(member, aPurchase('bad', '10.00', { currency: 'USD' }));
    expectProblem(answer, 422);
    expect(JSON.stringify(answer.body)).toContain('CURRENCY_MISMATCH');
  });

  test('a body over 256 KB gets 413', async () => {
    const body = aPurchase('bad', '10.00', { fields: { note: 'x'.repeat(257 * 1024) } });
    expectProblem(await post(member, body), 413);
  });

  test('an invalid moment gets a problem that names it', async () => {
    const answer = await read(member, '?at=yesterday');
    expectProblem(answer, 422);
    expect(answer.body.errors).toEqual([expect.objectContaining({ path: expect.stringContaining('at') })]);
  });

  test('no bad request wrote anything', async () => {
    await post(member, aPurchase('good', '1.00'));
    await untilPoints(member, 10);
    const { body } = await call('GET', transactions, { role: 'read' });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['good']);
    expect((await explain(member)).actions).toEqual([]);
  });
});
