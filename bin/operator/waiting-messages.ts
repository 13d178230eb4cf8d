import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface WaitingMessage {
  id: string;
  receipt: string;
  body: string;
}

/** Hides a message long enough for one walk through a long queue. `putBack` ends this early. */
const HIDDEN_SECONDS = 15 * 60;

/** The messages of a queue, each seen once in a walk. */
export class WaitingMessages {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #seen = new Map<string, WaitingMessage>();

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async *each(): AsyncGenerator<WaitingMessage> {
    for (;;) {
      const { Messages = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#queueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: HIDDEN_SECONDS,
          WaitTimeSeconds: 2,
        }),
      );
      if (Messages.length === 0) return;
      for (const { MessageId = '', ReceiptHandle = '', Body = '' } of Messages) {
        const message = { id: MessageId, receipt: ReceiptHandle, body: Body };
        this.#seen.set(MessageId, message);
        yield message;
      }
    }
  }

  async remove(message: WaitingMessage): Promise<void> {
    await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle: message.receipt }));
    this.#seen.delete(message.id);
  }

  async send(body: string): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: body }));
  }

  /** Makes the messages that were not removed visible again. */
  async putBack(): Promise<void> {
    for (const { receipt } of this.#seen.values()) {
      await this.#client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: this.#queueUrl, ReceiptHandle: receipt, VisibilityTimeout: 0 }),
      );
    }
  }
}
