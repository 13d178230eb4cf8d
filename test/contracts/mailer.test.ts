import { SESClient } from '@aws-sdk/client-ses';
import { describe, expect, test } from 'vitest';
import type { Email } from '../../core/notifications/email.ts';
import type { Mailer } from '../../core/ports.ts';
import { RecordingMailer } from '../../fakes/recording-world.ts';
import { SesMailer } from '../../functions/adapters/ses-mailer.ts';
import { mailsTo } from '../../local/observations.ts';
import { verifySender } from '../../local/verify-sender.ts';
import { freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { localAws } from './setup/local-aws.ts';

/** Mails with an unknown outcome are tested in `unreliable-providers.test.ts`. */

interface ReadMailer {
  port: Mailer;
  /** The mails to an address, the oldest first. */
  mailsTo(address: string): Promise<Email[]>;
}

function inMemory(): ReadMailer {
  const port = new RecordingMailer();
  return { port, mailsTo: async (address) => port.sent.filter(({ to }) => to === address) };
}

const FROM = 'Café <hello@shop.example>';

async function inSes(): Promise<ReadMailer> {
  const client = new SESClient({ ...localAws(), maxAttempts: 1 });
  await verifySender(client, FROM);
  const port = new SesMailer(FROM, client);
  return {
    port,
    async mailsTo(address) {
      const mails = await mailsTo(address, { client: localAws() });
      return mails.map(({ to, subject, text, html }) => ({ to: to.join(), subject, text, html }));
    },
  };
}

const mailers = fakeAndReal<Mailer, ReadMailer>(['in memory', inMemory()], ['of SES', await inSes()]);

const aMail = (facts: Partial<Email> = {}): Email => ({
  to: `${freshId()}@mail.example`,
  subject: 'You are Silver',
  text: 'Hello Ana,\n\nyou are Silver.\n',
  html: '<p>Hello Ana,</p>',
  ...facts,
});

describe.each(mailers)('a mailer %s', (_, { port, mailsTo }) => {
  test('sends a mail to its address, with its subject, its text and its HTML', async () => {
    const mail = aMail();
    await port.send(mail);
    expect(await mailsTo(mail.to)).toEqual([mail]);
    expect(await mailsTo(`not-${mail.to}`)).toEqual([]);
  });

  test.each(Object.entries(ODD_TEXTS).filter(([, text]) => text.trim() !== ''))(
    'sends %s unchanged',
    async (_, text) => {
      const mail = aMail({ subject: text, text, html: text });
      await port.send(mail);
      expect(await mailsTo(mail.to)).toEqual([mail]);
    },
  );

  test('sends one mail per call; the delivery log prevents duplicates', async () => {
    const mail = aMail();
    await port.send(mail);
    await port.send(mail);
    expect(await mailsTo(mail.to)).toEqual([mail, mail]);
  });
});
