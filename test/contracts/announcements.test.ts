import { randomUUID } from 'node:crypto';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import type { TierChange, TierNotice } from '../../core/member/tier-change.ts';
import type { Announcements } from '../../core/ports.ts';
import type { Channel } from '../../core/program/brand.ts';
import { RecordingAnnouncements } from '../../fakes/recording-world.ts';
import { SnsAnnouncements } from '../../functions/adapters/sns-announcements.ts';
import { aChange, aNotice, freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { localAws, newInbox } from './setup/local-aws.ts';

type News = TierChange | TierNotice;

interface HeardAnnouncements {
  port: Announcements;
  /** Waits for `count` messages, and returns those since the last call. A wallet receives all messages. */
  heard(by: Channel | 'wallet', count: number): Promise<News[]>;
}

function inMemory(): HeardAnnouncements {
  const port = new RecordingAnnouncements();
  const read = new Map<string, number>();
  return {
    port,
    async heard(by) {
      const fresh = port.published.slice(read.get(by) ?? 0);
      read.set(by, port.published.length);
      return fresh
        .filter(({ channels }) => by === 'wallet' || channels.includes(by))
        .map(({ change }) => structuredClone(change));
    },
  };
}

/** A topic with the stack's queues: each channel's queue filters its messages, and a wallet's queue gets all. */
async function inSns(): Promise<HeardAnnouncements> {
  const client = new SNSClient(localAws());
  const { TopicArn: topic = '' } = await client.send(new CreateTopicCommand({ Name: `topic-${randomUUID()}` }));
  const subscribed = async (filter?: Record<string, string[]>) => {
    const inbox = await newInbox();
    const Attributes = { RawMessageDelivery: 'true', ...(filter && { FilterPolicy: JSON.stringify(filter) }) };
    await client.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: inbox.arn, Attributes }));
    return inbox;
  };
  const inboxes = {
    email: await subscribed({ channels: ['email'] }),
    sms: await subscribed({ channels: ['sms'] }),
    push: await subscribed({ channels: ['push'] }),
    wallet: await subscribed(),
  };
  return {
    port: new SnsAnnouncements(topic, client),
    heard: async (by, count) => (await inboxes[by].take(count)).map((message) => JSON.parse(message)),
  };
}

const implementations = fakeAndReal<Announcements, HeardAnnouncements>(
  ['in memory', inMemory()],
  ['over SNS', await inSns()],
);

describe.each(implementations)('announcements %s', (_, { port, heard }) => {
  test('reach the named channels, and no other', async () => {
    const [byEmail, byBoth] = [aChange(freshId(), 1), aChange(freshId(), 2)];
    await port.publish(byEmail, ['email']);
    await port.publish(byBoth, ['sms', 'email']);
    expect(await heard('wallet', 2)).toEqual(expect.arrayContaining([byEmail, byBoth]));
    expect(await heard('email', 2)).toEqual(expect.arrayContaining([byEmail, byBoth]));
    expect(await heard('sms', 1)).toEqual([byBoth]);
    expect(await heard('push', 0)).toEqual([]);
  });

  test('without channels still reach a wallet: a pass also shows silent changes', async () => {
    const change = aChange(freshId(), 1, { announced: false });
    await port.publish(change, []);
    expect(await heard('wallet', 1)).toEqual([change]);
    expect(await heard('email', 0)).toEqual([]);
  });

  test('deliver notices as well as changes, with all fields', async () => {
    const notice = aNotice(freshId(), 3, { kind: 'expiring', points: 0 });
    await port.publish(notice, ['push']);
    expect(await heard('push', 1)).toEqual([notice]);
  });

  test.each(Object.entries(ODD_TEXTS))('deliver %s unchanged', async (_, text) => {
    const change = aChange(freshId(), 1, { from: { id: text, name: text, rank: 0 } });
    await port.publish(change, ['email']);
    expect(await heard('email', 1)).toEqual([change]);
  });

  test('that are published twice arrive twice; each channel recognizes them by their sequence', async () => {
    const change = aChange(freshId(), 1);
    await port.publish(change, ['email']);
    await port.publish(change, ['email']);
    expect(await heard('email', 2)).toEqual([change, change]);
  });
});
