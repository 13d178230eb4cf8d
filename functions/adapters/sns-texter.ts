import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Texter } from '../../core/ports.ts';
import { once } from './once.ts';

export class SnsTexter implements Texter {
  readonly #client: SNSClient;
  readonly #senderId: string | undefined;

  constructor(senderId: string | undefined, client: SNSClient = new SNSClient({ maxAttempts: 1 })) {
    this.#client = client;
    this.#senderId = senderId;
  }

  async send({ to, text }: { to: string; text: string }): Promise<void> {
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    await once(() =>
      this.#client.send(
        new PublishCommand({
          PhoneNumber: to,
          Message: text,
          MessageAttributes: {
            'AWS.SNS.SMS.SMSType': attribute('Transactional'),
            ...(this.#senderId ? { 'AWS.SNS.SMS.SenderID': attribute(this.#senderId) } : {}),
          },
        }),
      ),
    );
  }
}
