import { describe, expect, test } from 'vitest';
import { aNewMember, aPurchase, call, post, read, untilPoints } from './setup/shop.ts';

const MINUTE = 60_000;

describe('A member can be read at any moment, on the deployed stack', () => {
  test('past, present and future agree with each other and with the explanation', async () => {
    const now = Date.now();
    const ago = (minutes: number) => new Date(now - minutes * MINUTE).toISOString();
    const member = await aNewMember({ enrolledAt: ago(90) });
    await post(member, aPurchase('o-1', '80.00', { occurredAt: ago(60) }));
    await post(member, aPurchase('o-2', '50.00', { occurredAt: ago(30) }));
    const present = await untilPoints(member, 1300);

    const beforeBoth = await read(member, `?at=${ago(75)}`);
    const between = await read(member, `?at=${ago(45)}`);
    const explicitNow = await read(member, `?at=${new Date().toISOString()}`);
    const soon = await read(member, `?at=${new Date(now + 60 * MINUTE).toISOString()}`);
    expect(beforeBoth.body).toMatchObject({ tier: { id: 'bronze' }, points: { current: 0 } });
    expect(between.body).toMatchObject({ tier: { id: 'bronze' }, points: { current: 800 } });
    expect(present.tier.id).toBe('silver');
    expect(explicitNow.body).toMatchObject({ tier: present.tier, points: present.points, progress: present.progress });
    expect(soon.body).toMatchObject({ tier: present.tier, points: present.points });

    const why = await call('GET', `${member.path}/explanation?at=${ago(45)}`, { role: 'read' });
    expect(why.status).toBe(200);
    expect(why.body.transactions.map(({ id }: { id: string }) => id)).toEqual(['o-1']);
  });

  test('after two cycle ends the points no longer count, and the tier is the base tier', async () => {
    const member = await aNewMember();
    await post(member, aPurchase('o-1', '130.00'));
    const silver = await untilPoints(member, 1300);
    const cycleEnd = new Date(silver.cycle.end);
    const nextYear = await read(member, `?at=${new Date(cycleEnd.getTime() + MINUTE).toISOString()}`);
    const yearAfter = await read(member, `?at=${new Date(cycleEnd.getTime() + 366 * 24 * 60 * MINUTE).toISOString()}`);

    expect(nextYear.body).toMatchObject({ tier: { id: 'silver' }, points: { current: 1300, carry: 0 } });
    expect(yearAfter.body).toMatchObject({ tier: { id: 'bronze' }, points: { current: 0, carry: 0, lifetime: 1300 } });
  });

  test('an unknown member and a moment before the enrollment get 404', async () => {
    const member = await aNewMember();
    const past = await read(member, '?at=2001-01-01T00:00:00Z');
    const unknown = await call('GET', '/v1/members/nobody-at-all', { role: 'read' });
    for (const answer of [past, unknown]) {
      expect(answer).toMatchObject({ status: 404, contentType: expect.stringContaining('application/problem+json') });
    }
  });

  test('a member is found under the encoded id and under the plain id', async () => {
    const id = `pos:${Date.now()}~a.b`;
    expect((await call('PUT', `/v1/members/${encodeURIComponent(id)}`, { role: 'intake', body: {} })).status).toBe(201);
    expect(await call('GET', `/v1/members/${id}`, { role: 'read' })).toMatchObject({
      status: 200,
      body: { memberId: id },
    });
  });
});
