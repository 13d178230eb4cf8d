import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Command, Option } from 'commander';
import type { TierChange } from '../core/member/member.ts';
import { announceTierChange } from '../core/use-cases/announce-tier-change.ts';
import { rebuildStoredMember } from '../core/use-cases/rebuild-member.ts';
import { CHANGE_PREFIX, changeOf } from '../functions/adapters/dynamo-member-store.ts';
import { EventBridgeBus } from '../functions/adapters/event-bridge-bus.ts';
import { SnsAnnouncements } from '../functions/adapters/sns-announcements.ts';
import { contentOf } from '../functions/runtime/queue.ts';
import { type DeployedStack, findStack } from './operator/deployed-stack.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { storesOf } from './operator/stores.ts';
import { keysOfBatch, type StreamKey } from './operator/stream-batch.ts';
import { WaitingMessages } from './operator/waiting-messages.ts';

const QUEUES = ['transactions', 'tier-changes', 'email', 'sms'] as const;
type QueueName = (typeof QUEUES)[number];

/** The outputs that name the queues in which things wait. */
const WAITING: Record<QueueName, string> = {
  transactions: 'ParkedTransactionsQueue',
  'tier-changes': 'ParkedTierChangesQueue',
  email: 'EmailDeadLetters',
  sms: 'SmsDeadLetters',
};

const command = new Command('npm run replay --')
  .description(
    [
      'Handles again what could not be handled, once its cause is gone.',
      '',
      '  transactions   entries that could not be counted: their members are rebuilt from the ledger, and told as usual',
      '  tier-changes   changes that could not be announced: they are announced again, under the same event id',
      '  email, sms     messages that could not be sent: they go back to their queue, and are still sent at most once',
      '',
      'What fails again stays where it is. Running it twice does no harm.',
    ].join('\n'),
  )
  .requiredOption('--brand <brand>', 'the brand whose stack it is: the name of its file under brands/')
  .addOption(new Option('--queue <queue>', 'which').choices(QUEUES).makeOptionMandatory())
  .option('--write', 'replay them; without it, only show what waits')
  .option(
    '--resend',
    'email and sms: send even what may have been sent already (an earlier attempt ended without a word). Ask the members first.',
  )
  .addHelpText('after', '\nExample:\n  npm run replay -- --brand acme --queue transactions --write');

const options = command.parse().opts<{ brand: string; queue: QueueName; write?: true; resend?: true }>();

await runCommand(async () => {
  const channel = options.queue === 'email' || options.queue === 'sms';
  if (options.resend && !channel) throw new OperatorError('--resend is for the queues email and sms.');
  const stack = await findStack(options.brand);
  const sqs = new SQSClient({ region: stack.region });
  const replay = replayerOf(options.queue, stack, sqs);
  const waiting = new WaitingMessages(sqs, stack.output(WAITING[options.queue]));

  let [done, failed] = [0, 0];
  for await (const message of waiting.each()) {
    try {
      const what = await replay(message.body, options.write ?? false);
      console.log(`${options.write ? 'replayed' : 'waits'}: ${what}`);
      if (options.write) await waiting.remove(message);
      done++;
    } catch (error) {
      failed++;
      console.error(`still fails: ${(error as Error).message}`);
    }
  }
  await waiting.putBack();
  if (done + failed === 0) console.log(`Nothing waits in ${options.queue}.`);
  else if (options.write) console.log(`${done} replayed, ${failed} still fail and stay in the queue.`);
  else console.log(`${done + failed} wait. Nothing was done; the same command with --write replays them.`);
  if (failed > 0) process.exitCode = 1;
});

/** Says in words what a message is about, and handles it again if it is told to write. */
type Replay = (body: string, write: boolean) => Promise<string>;

function replayerOf(queue: QueueName, stack: DeployedStack, sqs: SQSClient): Replay {
  const stores = storesOf(stack);
  const streams = new DynamoDBStreamsClient({ region: stack.region });

  if (queue === 'transactions') {
    return async (body, write) => {
      const members = new Set((await keysOf(body)).map(({ memberId }) => memberId));
      for (const memberId of write ? members : []) {
        const because = { write: true, cause: 'transaction' as const };
        await rebuildStoredMember(stores, stack.program, stack.announcing, memberId, because, Date.now());
      }
      return `${describe(body)}, of ${[...members].join(', ')}`;
    };
  }
  if (queue === 'tier-changes') {
    const ports = {
      bus: new EventBridgeBus(stack.output('EventBus'), new EventBridgeClient({ region: stack.region })),
      announcements: new SnsAnnouncements(stack.output('AnnouncementsTopic'), new SNSClient({ region: stack.region })),
    };
    return async (body, write) => {
      const keys = await keysOf(body);
      for (const { memberId, key } of keys) {
        const change = write && (await stores.members.change(memberId, Number(key.slice(CHANGE_PREFIX.length))));
        if (change === undefined) throw new OperatorError(`There is no change ${key} of member ${memberId}.`);
        if (change) await announceTierChange(ports, stack.brand.notifications, change);
      }
      return `${describe(body)}, of ${keys.map(({ memberId, key }) => `${memberId} ${key}`).join(', ')}`;
    };
  }
  const target = new WaitingMessages(sqs, stack.output(queue === 'email' ? 'EmailQueue' : 'SmsQueue'));
  return async (body, write) => {
    const change: TierChange = changeOf(contentOf(body));
    if (write && options.resend) {
      const delivery = { memberId: change.memberId, sequence: change.sequence, channel: queue };
      const claim = await stores.deliveries.claim(delivery, Date.now());
      if (claim !== 'alreadySent') await stores.deliveries.release(delivery);
    }
    if (write) await target.send(body);
    return `the ${queue} of change ${change.sequence} of ${change.memberId} (${change.from.name} to ${change.to.name})`;
  };

  async function keysOf(body: string): Promise<StreamKey[]> {
    const message = JSON.parse(body);
    // Our functions park a record with its keys; Lambda parks a batch that crashed it with no more than its place in the stream.
    return message.DDBStreamBatchInfo ? keysOfBatch(streams, message.DDBStreamBatchInfo) : [message];
  }
}

function describe(body: string): string {
  const message = JSON.parse(body);
  return message.DDBStreamBatchInfo
    ? `a batch of ${message.DDBStreamBatchInfo.batchSize} records`
    : `${message.key} (${message.reason})`;
}
