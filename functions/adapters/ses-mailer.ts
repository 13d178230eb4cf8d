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

/**
 * Encodes a sender for a mail header. A name with other than ASCII characters becomes encoded words (RFC 2047) of at
 * most 75 characters. A name with special characters, such as a comma, is put in quotes (RFC 5322).
 */
function encodeSender(from: string): string {
  const match = /^(.*) <(.*)>$/.exec(from);
  if (!match) return from;
  const [name, address] = [match[1]!, match[2]!];
  if (/^[\x20-\x7e]*$/.test(name)) {
    return /[()<>[\]:;@\\,."]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}" <${address}>` : from;
  }
  return `${encodedWords(name).join(' ')} <${address}>`;
}

const WORD_BYTES = 45;

function encodedWords(text: string): string[] {
  const words = [''];
  for (const character of text) {
    const longer = words.at(-1) + character;
    if (Buffer.byteLength(longer) <= WORD_BYTES) words[words.length - 1] = longer;
    else words.push(character);
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`);
}
