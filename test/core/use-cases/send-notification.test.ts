import { describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../../core/failures.ts';
import type { TierChange } from '../../../core/member/tier-change.ts';
import type { ProfileChanges } from '../../../core/ports.ts';
import type { NotificationSettings } from '../../../core/program/brand.ts';
import { sendEmail, sendSms } from '../../../core/use-cases/send-notification.ts';
import { MemoryDeliveryLog } from '../../../fakes/memory-delivery-log.ts';
import { MemoryProfileStore } from '../../../fakes/memory-profile-store.ts';
import { RecordingMailer, RecordingTexter } from '../../../fakes/recording-world.ts';
import { exampleBrand } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { CHANGE, NOW, PROGRAM } from './passes.ts';

const BRAND = exampleBrand();

async function sender(channel: 'email' | 'sms', profile: ProfileChanges = {}) {
  const ports = {
    profiles: new MemoryProfileStore(),
    deliveries: new MemoryDeliveryLog(),
    mailer: new RecordingMailer(),
    texter: new RecordingTexter(),
  };
  await ports.profiles.merge(MEMBER_ID, { email: 'ana@mail.example', phone: '+34600000001', ...profile });
  const send = channel === 'email' ? sendEmail : sendSms;
  return {
    ports,
    send: (change: Partial<TierChange> = {}, notifications: NotificationSettings = BRAND.notifications) =>
      send(ports, { ...BRAND, notifications }, PROGRAM, { ...CHANGE, ...change }, NOW),
    sent: () => [...ports.mailer.sent, ...ports.texter.sent],
  };
}

describe.each(['email', 'sms'] as const)('by %s', (channel) => {
  const other = channel === 'email' ? 'sms' : 'email';
  const off = { enabled: false, from: 'a@shop.example' };

  test('a change is sent once; brought again, the log says that it was', async () => {
    const { send, sent } = await sender(channel);
    expect(await send()).toEqual({ status: 'sent' });
    expect(await send()).toEqual({ status: 'alreadySent' });
    expect(sent()).toHaveLength(1);
  });

  test.each<[string, string, Partial<TierChange>, NotificationSettings | undefined, ProfileChanges]>([
    ['the change is not announced', 'silent', { announced: false }, undefined, {}],
    ['the tier action names another channel', 'silent', { channels: [other, 'push'] }, undefined, {}],
    ['the brand has the channel off', 'channel off', {}, { [channel]: off }, {}],
    ['the brand’s file does not name the channel', 'channel off', {}, {}, {}],
    ['the member opted out', 'opted out', {}, undefined, { optOut: [channel] }],
    ['the member has no address', 'no address', {}, undefined, { email: null, phone: null }],
  ])('nothing is sent where %s, and the log says why: %s', async (_, because, change, notifications, profile) => {
    const { send, sent } = await sender(channel, profile);
    expect(await send(change, notifications)).toEqual({ status: 'notSent', because });
    expect(sent()).toEqual([]);
  });

  test('what an earlier attempt may have sent is left to an operator, who reads which it is and what to do', async () => {
    const { ports, send, sent } = await sender(channel);
    await ports.deliveries.claim({ memberId: MEMBER_ID, sequence: 1, channel }, NOW);
    await expect(send()).rejects.toThrow(
      new OutcomeUnknown(
        `An earlier attempt to send change 1 of member m-1 by ${channel} ended without a word: ` +
          'the message may have left. See whether it arrived, and replay it with --resend if it did not.',
      ),
    );
    expect(sent()).toEqual([]);
  });
});

test('a mail says in which language it is written: English, where neither the member nor the brand told one', async () => {
  const languages = [];
  for (const [locale, defaultLocale] of [['es', 'de'], [null, 'de'], [null]] as const) {
    const { ports, send } = await sender('email', { locale });
    await send({}, { ...BRAND.notifications, ...(defaultLocale && { defaultLocale }) });
    languages.push(/<html lang="(.*?)">/.exec(ports.mailer.sent[0]!.html)?.[1]);
  }
  expect(languages).toEqual(['es', 'de', 'en']);
});

test('a name that holds line breaks stays on its line in a text message', async () => {
  const { ports, send } = await sender('sms', { name: 'Ana\r\nMaría\tLuz' });
  await send({}, { ...BRAND.notifications, texts: [{ text: 'Hello {{memberName}}!' }] });
  expect(ports.texter.sent).toEqual([{ to: '+34600000001', text: 'Hello Ana María Luz!' }]);
});
