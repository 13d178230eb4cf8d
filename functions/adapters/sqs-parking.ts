import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** A record that could not be handled and waits for an operator. It holds keys and a reason, and no personal data. */
export interface ParkedRecord {
  kind: 'transaction' | 'tierChange';
  memberId: string;
  /** The sort key of the item that could not be handled. */
  key: string;
  reason: string;
}

export class SqsParking {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(queueUrl: string, client: SQSClient = new SQSClient()) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async park(record: ParkedRecord): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify(record) }));
  }
}
