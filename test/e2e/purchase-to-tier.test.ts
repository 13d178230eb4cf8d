import { describe, expect, test } from 'vitest';
import {
  allThatWasTold,
  aNewMember,
  aPurchase,
  call,
  post,
  read,
  tierChangesOf,
  untilMail,
  untilPoints,
  untilQuiet,
} from './setup/shop.ts';

describe('A purchase moves the tier, on the deployed stack', () => {
  test('E1: 800 points and then 500 more give Silver with 1300: one change, one event, one mail, one text message', async () => {
    const member = await aNewMember({ name: 'Ada <b>' });
    expect((await read(member)).body).toMatchObject({ tier: { id: 'bronze' }, points: { current: 0 } });

    expect(await post(member, aPurchase('o-1', '80.00'))).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect((await untilPoints(member, 800)).tier.id).toBe('bronze');

    expect(await post(member, aPurchase('o-2', '50.00'))).toMatchObject({ status: 202, body: { status: 'accepted' } });
    const silver = await untilPoints(member, 1300);
    await untilMail(member);
    await untilQuiet();

    expect(silver).toMatchObject({
      tier: { id: 'silver', name: 'Silver', rank: 1, expiresAt: null, source: 'earned' },
      earnedTier: 'silver',
      points: { current: 1300, carry: 1300, lifetime: 1300, balance: 1300 },
      progress: { next: { tier: 'gold', missing: 3700 } },
    });
    const changes = await tierChangesOf(member);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ from: { id: 'bronze' }, to: { id: 'silver' }, cause: 'transaction' });

    const { mails, texts, events } = await allThatWasTold(member);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'tier.upgraded',
      source: 'laurel',
      detail: {
        memberId: member.memberId,
        from: { id: 'bronze', name: 'Bronze', rank: 0 },
        to: { id: 'silver', name: 'Silver', rank: 1 },
        transactionId: 'o-2',
        occurredAt: silver.tier.since,
      },
    });
    expect(JSON.stringify(events)).not.toMatch(/Ada|example\.com|\+34/);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({ to: [member.email], from: 'Aurora Coffee <hello@aurora.example>' });
    expect(mails[0]?.text).toContain("Your status level has changed, you're now Silver");
    expect(mails[0]?.html).not.toContain('<b>');
    expect(texts).toHaveLength(1);
    expect(texts[0]?.text).toContain('Silver');
  });

  test('E8: an order posted five times in parallel is accepted and counted once, with one message', async () => {
    const member = await aNewMember();
    const order = aPurchase('o-1', '120.00');

    const answers = await Promise.all(Array.from({ length: 5 }, () => post(member, order)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 202]);
    expect(answers.map(({ body }) => body.status).sort()).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
      'duplicate',
      'duplicate',
    ]);

    await untilPoints(member, 1200);
    await untilMail(member);
    await untilQuiet();
    expect((await read(member)).body).toMatchObject({
      tier: { id: 'silver' },
      points: { current: 1200, lifetime: 1200 },
    });
    expect(await tierChangesOf(member)).toHaveLength(1);
    const { mails, texts, events } = await allThatWasTold(member);
    expect([mails.length, texts.length, events.length]).toEqual([1, 1, 1]);
  });

  test('the same id with another content gets 409, and changes nothing', async () => {
    const member = await aNewMember();
    await post(member, aPurchase('o-1', '10.00'));
    await untilPoints(member, 100);

    const conflict = await post(member, aPurchase('o-1', '99.00'));
    expect(conflict).toMatchObject({ status: 409, contentType: expect.stringContaining('application/problem+json') });
    expect(conflict.body).toMatchObject({ status: 409, title: expect.any(String), detail: expect.any(String) });

    await post(member, aPurchase('o-2', '1.00'));
    await untilPoints(member, 110);
  });

  test('a channel that the member opted out of gets no message, and the other channel does', async () => {
    const member = await aNewMember({ optOut: ['email'] });
    await post(member, aPurchase('o-1', '100.00'));
    await untilPoints(member, 1000);
    await untilQuiet();
    const { mails, texts, events } = await allThatWasTold(member);
    expect([mails.length, texts.length, events.length]).toEqual([0, 1, 1]);
  });

  test('a member with an erased profile gets no message, and keeps tier and points', async () => {
    const member = await aNewMember();
    await post(member, aPurchase('o-1', '80.00'));
    await untilPoints(member, 800);

    const erased = await call('DELETE', `${member.path}/profile`, { role: 'admin' });
    expect(erased.status).toBe(204);
    await post(member, aPurchase('o-2', '50.00'));
    await untilPoints(member, 1300);
    await untilQuiet();

    const { mails, texts, events } = await allThatWasTold(member);
    expect([mails.length, texts.length, events.length]).toEqual([0, 0, 1]);
    expect((await read(member)).body).toMatchObject({ tier: { id: 'silver' }, points: { current: 1300 } });
  });
});
