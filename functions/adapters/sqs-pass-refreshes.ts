import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { PassRefreshes } from '../../core/ports.ts';

/** What the queue of passes brings when a pass is only to be made true again: nothing has changed of the tier. */
export interface PassRefresh {
  refreshPassOf: string;
}

/** By the queue that brings changes of tiers too, so that one function alone writes to Google. */
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
