import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { PassRefreshes } from '../../core/ports.ts';

/** A message in the queue of passes that asks to refresh a pass without a tier change. */
export interface PassRefresh {
  refreshPassOf: string;
}

/** Sends refreshes to the queue that also carries tier changes, so that only one function writes to Google. */
export class SqsPassRefreshes implements PassRefreshes {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(queueUrl: string, client: SQSClient = new SQSClient()) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async ask(memberId: string): Promise<void> {
    const refresh: PassRefresh = { refreshPassOf: memberId };
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify(refresh) }));
  }
}
