import { SQSClient } from '@aws-sdk/client-sqs';
import { Command, Option } from 'commander';
import { findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { QUEUES, type QueueName, replayOf } from './operator/replay-message.ts';
import { replayQueue } from './operator/replay-queue.ts';
import { WaitingMessages } from './operator/waiting-messages.ts';

/** The outputs that name the queues in which things wait. */
const WAITING: Record<QueueName, string> = {
  transactions: 'ParkedTransactionsQueue',
  'tier-changes': 'ParkedTierChangesQueue',
  email: 'EmailDeadLetters',
  sms: 'SmsDeadLetters',
  push: 'PushDeadLetters',
  'google-pass': 'GooglePassDeadLetters',
};

const command = new Command('npm run replay --')
  .description(
    [
      'Handles again what could not be handled, once its cause is gone.',
      '',
      '  transactions   entries that could not be counted: their members are rebuilt from the ledger, and told as usual',
      '  tier-changes   changes that could not be announced: they are announced again, under the same event id',
      '  email, sms     messages that could not be sent: they go back to their queue, and are still sent at most once',
      '  push           phones that could not be told that their pass has changed: they are told again',
      '  google-pass    changes that did not reach Google Wallet: the same, and the pass is made true in any case',
      '',
      'What fails again stays where it is, and so does a message of which nobody knows whether it left. Running it twice does no harm.',
    ].join('\n'),
  )
  .requiredOption('--brand <brand>', 'the brand whose stack it is: the name of its file under brands/')
  .addOption(new Option('--queue <queue>', 'which').choices(QUEUES).makeOptionMandatory())
  .option('--write', 'replay them; without it, only show what waits')
  .option(
    '--resend',
    'email, sms and google-pass: send even what may have been sent already (an earlier attempt ended without a word). Ask the members first.',
  )
  .option(
    '--discard',
    'transactions and tier-changes, with --write: remove batches that the stream has forgotten, after it was told what is left to do',
  )
  .addHelpText('after', '\nExample:\n  npm run replay -- --brand acme --queue transactions --write');

const { brand, queue, ...given } = command
  .parse()
  .opts<{ brand: string; queue: QueueName; write?: true; resend?: true; discard?: true }>();

await runCommand(async () => {
  const { write = false, resend = false, discard = false } = given;
  const isChannel = queue === 'email' || queue === 'sms' || queue === 'google-pass';
  if (resend && !isChannel) throw new OperatorError('--resend is for the queues email, sms and google-pass.');
  if (discard && (isChannel || queue === 'push'))
    throw new OperatorError('--discard is for the queues transactions and tier-changes.');
  if (discard && !write) throw new OperatorError('--discard needs --write. Look first, without either.');
  const stack = await findStack(brand);
  holdToDeployedProgram(stack, write);
  const waiting = new WaitingMessages(new SQSClient({ region: stack.region }), stack.output(WAITING[queue]));
  const { allDone } = await replayQueue(queue, waiting, replayOf(queue, stack, { write, resend, discard }), write);
  if (!allDone) process.exitCode = 1;
});
