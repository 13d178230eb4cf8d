import { SQSClient } from '@aws-sdk/client-sqs';
import { Option } from 'commander';
import type { Brand } from '../core/program/brand.ts';
import { counted } from '../core/quantity.ts';
import { brandOption, operatorCommand } from './operator/command.ts';
import { findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { startProgress } from './operator/progress.ts';
import { QUEUES, type QueueName, replayOf } from './operator/replay-message.ts';
import { replayQueue } from './operator/replay-queue.ts';
import { WaitingMessages } from './operator/waiting-messages.ts';

/** The stack outputs that name the dead-letter queues. */
const WAITING: Record<QueueName, string> = {
  transactions: 'ParkedTransactionsQueue',
  'tier-changes': 'ParkedTierChangesQueue',
  email: 'EmailDeadLetters',
  sms: 'SmsDeadLetters',
  push: 'PushDeadLetters',
  'google-pass': 'GooglePassDeadLetters',
};

const command = operatorCommand('replay', {
  about: [
    'Handles again what could not be handled, once its cause is gone.',
    'What fails again stays in its queue. A message that may have reached the member already stays there too. The command may be run ' +
      'twice without harm. Without --write it only shows what waits.',
  ],
  lists: {
    'Queues:': [
      [
        'transactions',
        'transactions that could not be counted. Their members are rebuilt from the ledger, and are told as usual',
      ],
      ['tier-changes', 'tier changes that could not be announced. They are announced again, under the same event id'],
      ['email, sms', 'messages that could not be sent. They go back to their queue, and are still sent at most once'],
      ['push', 'phones that could not be told that their pass has changed. They are told again'],
      [
        'google-pass',
        'tier changes that did not reach Google Wallet. They are sent at most once, and the pass shows the tier of now',
      ],
    ],
  },
  examples: [
    ['Show the transactions that wait, each with its reason', 'npm run replay -- --brand acme --queue transactions'],
    ['Count them', 'npm run replay -- --brand acme --queue transactions --write'],
  ],
  exitCodes: [
    ['0', 'every message was handled, or without --write was read'],
    ['1', 'a message failed again or stays in its queue, or the command failed'],
  ],
})
  .addOption(brandOption())
  .addOption(new Option('--queue <queue>', 'the queue').choices(QUEUES).makeOptionMandatory())
  .option('--write', 'handle them; without it, only show what waits')
  .option(
    '--resend',
    'for email, sms and google-pass: also send messages that may have been sent already. Ask the members first.',
  )
  .option(
    '--discard',
    'for transactions and tier-changes, with --write: remove batches that the stream no longer keeps, once you did what the command says about them',
  );

const { brand, queue, ...given } = command
  .parse()
  .opts<{ brand: string; queue: QueueName; write?: true; resend?: true; discard?: true }>();

await runCommand(async () => {
  const { write = false, resend = false, discard = false } = given;
  const isChannel = queue === 'email' || queue === 'sms' || queue === 'google-pass';
  if (resend && !isChannel) throw new OperatorError('--resend is for the queues email, sms and google-pass.');
  if (discard && (isChannel || queue === 'push'))
    throw new OperatorError('--discard is for the queues transactions and tier-changes.');
  if (discard && !write) throw new OperatorError('--discard needs --write. Look first, without both.');
  const stack = await findStack(brand);
  holdToDeployedProgram(stack, write);
  holdToChannel(queue, stack.brand);
  const waiting = new WaitingMessages(new SQSClient({ region: stack.region }), stack.output(WAITING[queue]));
  const progress = startProgress(`Looking at what waits in ${queue} …`);
  const replay = replayOf(queue, stack, { write, resend, discard });
  const tell = (handled: number) => progress.tell(`${counted(handled, 'message')} so far`);
  const { allDone } = await replayQueue(queue, waiting, replay, write, tell).finally(() => progress.stop());
  if (!allDone) process.exitCode = 1;
});

/** @throws OperatorError if the brand has no channel, and so no queue, of that name */
function holdToChannel(queue: QueueName, { brand: name, notifications, wallet }: Brand): void {
  const settings = {
    email: notifications.email,
    sms: notifications.sms,
    push: wallet?.apple,
    'google-pass': wallet?.google,
  };
  if (!(queue in settings) || settings[queue as keyof typeof settings]) return;
  throw new OperatorError(`The file of the brand ${name} has no settings for ${queue}, so no message waits there.`);
}
