import { describe, expect, test } from 'vitest';
import { makeWorld } from '../support/world.ts';

test('E12: the default text for Silver is "Your status level has changed, you’re now Silver"', async () => {
  const world = makeWorld();
  await world.enrol('m-1');
  await world.post('m-1', { points: 1000 });
  await world.deliver();
  expect(world.ports.texter.sent).toEqual([
    { to: '+34600000001', text: "Your status level has changed, you're now Silver" },
  ]);
  const [mail] = world.ports.mailer.sent;
  expect(mail).toMatchObject({ to: 'm-1@mail.example', subject: "You're now Silver" });
  expect(mail!.text.split('\n')[0]).toBe("Your status level has changed, you're now Silver");
  expect(mail!.html).toContain('Your status level has changed, you&#39;re now Silver');
});

test('E13: with push disabled by the brand, the pass still gets the change, no push goes out, and the email is sent', async () => {
  const world = makeWorld({ notifications: { push: { enabled: false }, sms: { enabled: false } } });
  await world.enrol('m-1');
  await world.post('m-1', { points: 1000 });
  await world.recalculate(world.ledgerStream.splice(0));
  await world.announce(world.changeStream.splice(0));

  expect(world.ports.announcements.published).toMatchObject([
    { change: { to: { id: 'silver' } }, channels: ['email'] },
  ]);
  await world.notify();
  expect(world.ports.mailer.sent).toHaveLength(1);
  expect(world.ports.texter.sent).toEqual([]);
});

test('with push enabled, an announced change goes to push too, and a silent change only to the pass', async () => {
  const world = makeWorld();
  await world.enrol('m-1');
  await world.post('m-1', { points: 1000 });
  await world.post('m-1', { type: 'expiry', points: 500, occurredAt: '2026-05-02T10:00:00Z' });
  for (const entry of world.ledgerStream.splice(0)) await world.recalculate([entry]);
  await world.announce(world.changeStream.splice(0));
  expect(world.ports.announcements.published.map(({ change, channels }) => [change.to.id, channels])).toEqual([
    ['silver', ['push', 'email', 'sms']],
    ['bronze', []],
  ]);
});

describe('at the moment of sending', () => {
  test('opt-outs are read: a member who opted out after the change gets no message', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 1000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.announce(world.changeStream.splice(0));
    await world.enrol('m-1', { optOut: ['email'] });
    expect(await world.notify()).toEqual([]);
    expect(world.ports.mailer.sent).toEqual([]);
    expect(world.ports.texter.sent).toHaveLength(1);
  });

  test('addresses are read: a member without a phone number gets an email only', async () => {
    const world = makeWorld();
    await world.enrol('m-1', { phone: null });
    await world.post('m-1', { points: 1000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.announce(world.changeStream.splice(0));
    await world.enrol('m-1', { phone: null, email: 'new@mail.example' });
    expect(await world.notify()).toEqual([]);
    expect(world.ports.mailer.sent.map(({ to }) => to)).toEqual(['new@mail.example']);
    expect(world.ports.texter.sent).toEqual([]);
  });

  test('an erased profile gets no mail and no text message, and the ledger and the tier stay', async () => {
    const world = makeWorld();
    await world.enrol('m-1', { name: 'Ana' });
    await world.post('m-1', { points: 1000 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.announce(world.changeStream.splice(0));

    expect(await world.call('DELETE profile', { params: { memberId: 'm-1' } })).toMatchObject({ status: 204 });
    expect(await world.notify()).toEqual([]);
    expect([...world.ports.mailer.sent, ...world.ports.texter.sent]).toEqual([]);
    expect(await world.ports.profiles.load('m-1')).toBeUndefined();

    await world.post('m-1', { points: 4000 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold' }, points: { current: 5000 } });
    expect((await world.call('GET transactions', { params: { memberId: 'm-1' } })).body.items).toHaveLength(2);
    expect([...world.ports.mailer.sent, ...world.ports.texter.sent]).toEqual([]);
  });
});

describe('the brand’s texts', () => {
  const texts = [
    {
      direction: 'up' as const,
      subject: 'Hello {{tierStatus}}',
      text: '{{memberName}}: {{previousTierStatus}} → {{tierStatus}}, {{points}}, {{pointsToNextTier}} to {{nextTierStatus}} at {{brandName}}',
    },
    { direction: 'up' as const, locale: 'es', text: 'Ahora eres {{tierStatus}}' },
  ];

  test('have every variable filled in, and member input is escaped in HTML', async () => {
    const world = makeWorld({ notifications: { texts } });
    await world.enrol('m-1', { name: '<b>Ana</b> & "co"' });
    await world.post('m-1', { points: 1300 });
    await world.deliver();
    const [mail] = world.ports.mailer.sent;
    expect(mail!.subject).toBe('Hello Silver');
    expect(mail!.text).toContain('<b>Ana</b> & "co": Bronze → Silver, 1,300, 3,700 to Gold at Example Shop');
    expect(mail!.html).toContain('&lt;b&gt;Ana&lt;/b&gt; &amp; &quot;co&quot;: Bronze → Silver');
    expect(mail!.html).not.toContain('<b>Ana');
  });

  test('follow the member’s language: without its country, the language’s text; without the language, the general text', async () => {
    const world = makeWorld({ notifications: { texts } });
    await world.enrol('m-1', { locale: 'es-MX' });
    await world.enrol('m-2', { locale: 'de' });
    await world.post('m-1', { points: 1000 });
    await world.post('m-2', { points: 1000 });
    await world.deliver();
    expect(world.ports.texter.sent.map(({ text }) => text.slice(0, 11))).toEqual(['Ahora eres ', ': Bronze → ']);
  });
});
