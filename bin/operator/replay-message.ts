import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { counted } from '../../core/quantity.ts';
import { announceTierChange } from '../../core/use-cases/announce-tier-change.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { ENTRY_PREFIX } from '../../functions/adapters/dynamo-ledger.ts';
import { CHANGE_PREFIX, NOTICE_PREFIX, newsOf } from '../../functions/adapters/dynamo-member-store.ts';
import { EventBridgeBus } from '../../functions/adapters/event-bridge-bus.ts';
import { SnsAnnouncements } from '../../functions/adapters/sns-announcements.ts';
import { contentOf } from '../../functions/runtime/queue.ts';
import type { DeployedStack } from './deployed-stack.ts';
import { OperatorError } from './operator-error.ts';
import { storesOf } from './stores.ts';
import { ForgottenBatch, keysOfBatch, type StreamBatch, type StreamKey } from './stream-batch.ts';
import { WaitingMessages } from './waiting-messages.ts';

export const QUEUES = ['transactions', 'tier-changes', 'email', 'sms', 'push', 'google-pass'] as const;
export type QueueName = (typeof QUEUES)[number];

export interface ReplayOptions {
  /** Without it the command only lists the waiting messages. */
  write: boolean;
  /** Email and SMS: send even messages that may already have been sent. */
  resend: boolean;
  /** Transactions and changes: remove batches that the stream no longer keeps. */
  discard: boolean;
}

/** The result for a message: handled and removed, removed unhandled, or still in the queue. */
export interface Replayed {
  outcome: 'replayed' | 'removed' | 'stays';
  /** The message's subject, for the operator. */
  what: string;
}

/** Handles one message of a queue again. @throws when it fails again */
export type Replay = (body: string) => Promise<Replayed>;

export function replayOf(queue: QueueName, stack: DeployedStack, options: ReplayOptions): Replay {
  switch (queue) {
    case 'transactions':
      return transactionsOf(stack, options);
    case 'tier-changes':
      return tierChangesOf(stack, options);
    case 'push':
      return pushesOf(stack, options);
    default:
      return messagesOf(queue, stack, options);
  }
}

/** Counts entries by rebuilding their members, so the order of messages does not matter. */
function transactionsOf(stack: DeployedStack, options: ReplayOptions): Replay {
  const stores = storesOf(stack);
  const remedy = () =>
    'The ledger has not: npm run rebuild -- --all --write puts every member right, though it tells nobody.';
  return parkedRecords(stack, [ENTRY_PREFIX], remedy, options, async (keys) => {
    const members = [...new Set(keys.map(({ memberId }) => memberId))];
    const because = { write: true, cause: 'transaction' as const };
    for (const memberId of options.write ? members : []) {
      await rebuildStoredMember(stores, stack.rules, memberId, because, Date.now());
    }
    return members.join(', ');
  });
}

function tierChangesOf(stack: DeployedStack, options: ReplayOptions): Replay {
  const stores = storesOf(stack);
  const ports = {
    bus: new EventBridgeBus(stack.output('EventBus'), new EventBridgeClient({ region: stack.region })),
    announcements: new SnsAnnouncements(stack.output('AnnouncementsTopic'), new SNSClient({ region: stack.region })),
  };
  const remedy = (batch: StreamBatch) =>
    "The changes themselves are in the members' histories (GET /v1/members/<id>/tier-changes), but some of those between " +
    `${batch.approximateArrivalOfFirstRecord} and ${batch.approximateArrivalOfLastRecord} were not announced: ` +
    'neither to the bus nor to the members.';
  return parkedRecords(stack, [CHANGE_PREFIX, NOTICE_PREFIX], remedy, options, async (keys) => {
    for (const { memberId, key } of options.write ? keys : []) {
      const sequence = Number(key.slice(key.indexOf('#') + 1));
      const isNotice = key.startsWith(NOTICE_PREFIX);
      const news = await (isNotice
        ? stores.members.notice(memberId, sequence)
        : stores.members.change(memberId, sequence));
      if (!news) throw new OperatorError(`There is no ${isNotice ? 'notice' : 'change'} ${key} of member ${memberId}.`);
      await announceTierChange(ports, stack.brand.notifications, news);
    }
    return keys.map(({ memberId, key }) => `${memberId} ${key}`).join(', ');
  });
}

/**
 * Laurel's functions park a record with its keys and a reason. Lambda parks a batch that failed with only its place in the
 * stream.
 * @param remedy tells the operator what to do about a batch that the stream no longer keeps
 * @param handle returns the members concerned
 */
function parkedRecords(
  stack: DeployedStack,
  sortKeyPrefixes: readonly string[],
  remedy: (batch: StreamBatch) => string,
  options: ReplayOptions,
  handle: (keys: StreamKey[]) => Promise<string>,
): Replay {
  const streams = new DynamoDBStreamsClient({ region: stack.region });
  return async (body) => {
    const message = JSON.parse(body);
    const batch: StreamBatch | undefined = message.DDBStreamBatchInfo;
    if (!batch)
      return { outcome: 'replayed', what: `${message.key} (${message.reason}), of ${await handle([message])}` };
    const what = `a batch of ${counted(batch.batchSize, 'record')}`;
    try {
      const about = await handle(await keysOfBatch(streams, batch, sortKeyPrefixes));
      return { outcome: 'replayed', what: `${what}, of ${about || 'nobody'}` };
    } catch (error) {
      if (!(error instanceof ForgottenBatch)) throw error;
      const toDo = `${what}. ${error.message} ${remedy(batch)}`;
      if (options.discard) return { outcome: 'removed', what: toDo };
      throw new OperatorError(`${toDo} After that, --discard --write removes the message.`);
    }
  };
}

const QUEUE_OF = { email: 'EmailQueue', sms: 'SmsQueue', 'google-pass': 'GooglePassQueue' } as const;

/** Puts a message back into its channel's queue, if it was certainly not sent. */
function messagesOf(channel: keyof typeof QUEUE_OF, stack: DeployedStack, options: ReplayOptions): Replay {
  const { deliveries } = storesOf(stack);
  const target = new WaitingMessages(new SQSClient({ region: stack.region }), stack.output(QUEUE_OF[channel]));
  return async (body) => {
    const content = contentOf(body);
    if (typeof content.refreshPassOf === 'string') {
      // A refresh corrects the pass without a message to the member.
      if (options.write) await target.send(body);
      return { outcome: 'replayed', what: `the Google pass of ${content.refreshPassOf}` };
    }
    const { memberId, sequence, from, to } = newsOf(content);
    const what = `the ${channel} of change ${sequence} of ${memberId} (${from.name} to ${to.name})`;
    if (!options.write) return { outcome: 'replayed', what };

    // Only a claim shows whether an earlier attempt claimed the message. The channel's function then claims it again.
    const delivery = { memberId, sequence, channel };
    const claim = await deliveries.claim(delivery, Date.now());
    if (claim === 'alreadySent') {
      // The pass has to show the tier, even where its message was sent already.
      if (channel === 'google-pass') await target.send(body);
      return { outcome: 'removed', what: `${what}: it was sent already` };
    }
    if (claim === 'claimedBefore' && !options.resend) {
      return { outcome: 'stays', what: `${what}: it may have left: ask the member, then --resend` };
    }
    await deliveries.release(delivery);
    await target.send(body);
    return { outcome: 'replayed', what };
  };
}

/** A repeated push is harmless: it only makes the phone look for a new pass. So no claim is needed. */
function pushesOf(stack: DeployedStack, options: ReplayOptions): Replay {
  const target = new WaitingMessages(new SQSClient({ region: stack.region }), stack.output('PushQueue'));
  return async (body) => {
    const { memberId, sequence } = newsOf(contentOf(body));
    if (options.write) await target.send(body);
    return { outcome: 'replayed', what: `the push of change ${sequence} of ${memberId}` };
  };
}
