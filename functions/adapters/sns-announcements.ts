import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { TierChange, TierNotice } from '../../core/member/tier-change.ts';
import type { Announcements } from '../../core/ports.ts';
import type { Channel } from '../../core/program/brand.ts';

export class SnsAnnouncements implements Announcements {
  readonly #client: SNSClient;
  readonly #topic: string;

  constructor(topic: string, client: SNSClient = new SNSClient()) {
    this.#client = client;
    this.#topic = topic;
  }

  async publish(news: TierChange | TierNotice, channels: Channel[]): Promise<void> {
    await this.#client.send(
      new PublishCommand({
        TopicArn: this.#topic,
        Message: JSON.stringify(news),
        // Each channel's queue filters messages by this attribute.
        MessageAttributes: { channels: { DataType: 'String.Array', StringValue: JSON.stringify(channels) } },
      }),
    );
  }
}
