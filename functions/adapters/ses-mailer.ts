import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import type { Email } from '../../core/notifications/email.ts';
import type { Mailer } from '../../core/ports.ts';
import { once } from './once.ts';

export class SesMailer implements Mailer {
  readonly #client: SESClient;
  readonly #from: string;

  constructor(from: string, client: SESClient = new SESClient({ maxAttempts: 1 })) {
    this.#client = client;
    this.#from = from;
  }

  async send({ to, subject, text, html }: Email): Promise<void> {
    const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
    await once(() =>
      this.#client.send(
        new SendEmailCommand({
          Source: encodeSender(this.#from),
          Destination: { ToAddresses: [to] },
          Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
        }),
      ),
    );
  }
}

/** A header is ASCII: a name with other letters is written as an encoded word (RFC 2047). */
function encodeSender(from: string): string {
  const match = /^(.*) <(.*)>$/.exec(from);
  if (!match || /^[\x20-\x7e]*$/.test(match[1]!)) return from;
  return `=?UTF-8?B?${Buffer.from(match[1]!, 'utf8').toString('base64')}?= <${match[2]}>`;
}
