import { OutcomeUnknown } from '../failures.ts';
import type { TierChange, TierNotice } from '../member/tier-change.ts';
import { composeEmail } from '../notifications/email.ts';
import { chooseText, fillIn, occasionOf, variablesOf } from '../notifications/message.ts';
import type { Delivery, DeliveryLog, Mailer, Profile, ProfileStore, Texter } from '../ports.ts';
import type { Brand } from '../program/brand.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';

export type Sending =
  | { status: 'sent' }
  | { status: 'alreadySent' }
  | { status: 'notSent'; because: 'silent' | 'channel off' | 'no address' | 'opted out' };

interface Ports {
  profiles: ProfileStore;
  deliveries: DeliveryLog;
}

/** Sends a member the email of a change or a notice, at most once (R21). */
export function sendEmail(
  ports: Ports & { mailer: Mailer },
  brand: Brand,
  program: Program,
  change: TierChange | TierNotice,
  now: Instant,
): Promise<Sending> {
  const prepare: Prepare = (profile) => {
    if (!profile.email) return undefined;
    const { subject, text, language } = chooseText(brand.notifications, occasionOf(change), profile.locale);
    const variables = variablesOf(change, program, brand, { ...profile, locale: language });
    const email = composeEmail({ to: profile.email, subject, text, variables, language: language ?? 'en' });
    return () => ports.mailer.send(email);
  };
  return sendOnce(ports, brand, change, { channel: 'email', prepare }, now);
}

/** Sends a member the text message of a change or a notice, at most once (R21). */
export function sendSms(
  ports: Ports & { texter: Texter },
  brand: Brand,
  program: Program,
  change: TierChange | TierNotice,
  now: Instant,
): Promise<Sending> {
  const prepare: Prepare = (profile) => {
    const to = profile.phone;
    if (!to) return undefined;
    const { text, language } = chooseText(brand.notifications, occasionOf(change), profile.locale);
    const variables = variablesOf(change, program, brand, { ...profile, locale: language });
    const message = fillIn(text, variables, onOneLine);
    return () => ports.texter.send({ to, text: message });
  };
  return sendOnce(ports, brand, change, { channel: 'sms', prepare }, now);
}

/** The call that sends the message to a member; undefined if the profile has no address for the channel. */
type Prepare = (profile: Profile) => (() => Promise<void>) | undefined;

/**
 * Claims, sends, and marks as sent. A claim without a mark belongs to an attempt that died in between. The message may have left, and a
 * retry could be a second message, so the decision is left to an operator.
 */
async function sendOnce(
  ports: Ports,
  brand: Brand,
  change: TierChange | TierNotice,
  { channel, prepare }: { channel: 'email' | 'sms'; prepare: Prepare },
  now: Instant,
): Promise<Sending> {
  if (!change.announced || change.channels?.includes(channel) === false)
    return { status: 'notSent', because: 'silent' };
  if (!brand.notifications[channel]?.enabled) return { status: 'notSent', because: 'channel off' };
  const profile = await ports.profiles.load(change.memberId);
  if (profile?.optOut.includes(channel)) return { status: 'notSent', because: 'opted out' };
  const send = profile && prepare({ ...profile, locale: profile.locale ?? brand.notifications.defaultLocale });
  if (!send) return { status: 'notSent', because: 'no address' };

  const delivery: Delivery = { memberId: change.memberId, sequence: change.sequence, channel };
  const claim = await ports.deliveries.claim(delivery, now);
  if (claim === 'alreadySent') return { status: 'alreadySent' };
  if (claim === 'claimedBefore') {
    throw new OutcomeUnknown(
      `An earlier attempt to send change ${change.sequence} of member ${change.memberId} by ${channel} ended without a word: ` +
        'the message may have left. See whether it arrived, and replay it with --resend if it did not.',
    );
  }
  try {
    await send();
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) await ports.deliveries.release(delivery);
    throw error;
  }
  await ports.deliveries.markSent(delivery, now);
  return { status: 'sent' };
}

/** Names come from people. A text message has no markup, so only line breaks and control characters could do harm. */
function onOneLine(value: string): string {
  return value.replace(/\p{Cc}+/gu, ' ');
}
