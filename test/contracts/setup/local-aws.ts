import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import { tapBus } from '../../../local/bus-tap.ts';
import { credentialsFor } from '../../../local/cdk.ts';
import type { ClientSettings } from '../../../local/observations.ts';
import { waitFor } from '../../../local/wait-for.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './start-local-aws.ts';

/** Returns the settings of a client for the shared local AWS. Each caller gets a copy, because clients change their settings. */
export function localAws(): ClientSettings {
  return {
    endpoint: sharedLocalAws().endpoint,
    region: LOCAL_REGION,
    credentials: credentialsFor({ account: LOCAL_ACCOUNT }),
  };
}

function sharedLocalAws(): { endpoint: string } {
  const shared = inject('localAws');
  if ('missing' in shared) throw new Error(shared.missing);
  return shared;
}

export interface Inbox {
  url: string;
  arn: string;
  /** Waits until `count` messages have arrived, and takes all that are there, which may be more. */
  take(count: number): Promise<string[]>;
}

/** Creates a queue for one test, to observe what arrives. */
export async function newInbox(): Promise<Inbox> {
  const client = new SQSClient(localAws());
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: `inbox-${randomUUID()}` }));
  return inboxOf(url);
}

/** Creates a queue that receives the events of a bus. */
export async function eventInbox(bus: string): Promise<Inbox> {
  const { queueUrl } = await tapBus(localAws(), bus, `tap-${randomUUID()}`);
  return inboxOf(queueUrl);
}

async function inboxOf(url: string): Promise<Inbox> {
  const client = new SQSClient(localAws());
  const asked = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
  const { Attributes: { QueueArn: arn = '' } = {} } = await client.send(asked);
  return {
    url,
    arn,
    async take(count) {
      const taken: string[] = [];
      const look = async () => {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
        );
        for (const { Body = '', ReceiptHandle } of Messages) {
          await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
          taken.push(Body);
        }
        return Messages.length === 0 && taken.length >= count ? taken : undefined;
      };
      return waitFor(`${count} messages`, look, { withinMs: 25_000, everyMs: 20, seen: () => taken });
    },
  };
}
