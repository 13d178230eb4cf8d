import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientSettings } from './observations.ts';

export interface BusTap {
  queueUrl: string;
  remove: () => Promise<void>;
}

/** Copies every event on a bus into a queue of its own, where it stays to be looked at. It is not part of the stack. */
export async function tapBus(settings: ClientSettings, bus: string, name: string): Promise<BusTap> {
  const events = new EventBridgeClient(structuredClone(settings));
  const queues = new SQSClient(structuredClone(settings));
  const { QueueUrl: queueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes: attributes } = await queues.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  const rule = { EventBusName: bus, Rule: name };
  await events.send(
    new PutRuleCommand({ EventBusName: bus, Name: name, EventPattern: JSON.stringify({ source: ['laurel'] }) }),
  );
  await events.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: 'tap', Arn: attributes?.QueueArn }] }));
  return {
    queueUrl,
    remove: async () => {
      await events.send(new RemoveTargetsCommand({ ...rule, Ids: ['tap'] }));
      await events.send(new DeleteRuleCommand({ EventBusName: bus, Name: name }));
      await queues.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    },
  };
}
