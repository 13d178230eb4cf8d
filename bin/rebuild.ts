import { counted, formatNumber } from '../core/quantity.ts';
import type { Rebuilding } from '../core/use-cases/rebuild-member.ts';
import { brandOption, operatorCommand } from './operator/command.ts';
import { findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { startProgress } from './operator/progress.ts';
import { describeRebuilt, rebuildMembers } from './operator/rebuild-members.ts';
import { storesOf } from './operator/stores.ts';

const command = operatorCommand('rebuild', {
  about: [
    'Makes members what the ledger and the rules of today give, and reports every figure that differs.',
    'The ledger is never changed. Without --write nothing is changed: look first, then write. The command may run at any time, also while ' +
      'orders come in. A tier that it moves is recorded with the cause "rebuild", and the member is not told.',
    'Use it after a change of thresholds, to move members down at once. To look for errors use npm run audit, which also says why a ' +
      'figure differs.',
  ],
  examples: [
    ['Show what would change for one member', 'npm run rebuild -- --brand acme --member m-1'],
    ['Change it', 'npm run rebuild -- --brand acme --member m-1 --write'],
    ['Show what would change for every member', 'npm run rebuild -- --brand acme --all'],
  ],
  exitCodes: [
    ['0', 'every member is equal to the ledger, or was written'],
    ['2', 'a member differs, and --write was not given'],
    ['1', 'the command failed, or a member could not be rebuilt'],
  ],
})
  .addOption(brandOption())
  .option('--member <id>', 'one member')
  .option('--all', 'every member')
  .option('--write', 'write what differs; without it, only report');

const options = command.parse().opts<{ brand: string; member?: string; all?: true; write?: true }>();

await runCommand(async () => {
  if ((options.member === undefined) === (options.all === undefined)) {
    throw new OperatorError('Choose one member with --member <id>, or every member with --all.');
  }
  const stack = await findStack(options.brand);
  const write = options.write ?? false;
  holdToDeployedProgram(stack, write);
  const stores = storesOf(stack);
  const memberIds = options.member === undefined ? stores.members.everyId() : [options.member];
  const progress = startProgress(`Comparing ${options.member ?? 'every member'} with the ledger …`);
  const rebuilt = await rebuildMembers(stack, stores, memberIds, { write }, (memberId, rebuilding, soFar) => {
    tell(memberId, rebuilding, write);
    progress.tell(`${counted(soFar.members, 'member')} compared, ${formatNumber(soFar.different)} different`);
  }).finally(() => progress.stop());

  if (options.member !== undefined && rebuilt.members === 0) {
    throw new OperatorError(`There is no member ${options.member} in ${options.brand}.`);
  }
  console.log(describeRebuilt(rebuilt, write));
  if (rebuilt.different > 0 && !write) {
    console.log('Nothing was written. Add --write to put the differences right.');
    process.exitCode = 2;
  }
  if (rebuilt.failed.length > 0) process.exitCode = 1;
});

function tell(memberId: string, rebuilding: Rebuilding | { status: 'failed'; why: string }, write: boolean): void {
  if (rebuilding.status === 'failed') console.log(`${memberId}: cannot be rebuilt: ${rebuilding.why}`);
  if (rebuilding.status !== 'differs') return;
  console.log(`${memberId}:`);
  for (const { figure, stored, ledger } of rebuilding.differences) {
    console.log(`  ${figure}: stored ${JSON.stringify(stored)}, by the ledger ${JSON.stringify(ledger)}`);
  }
  for (const { from, to } of rebuilding.changes) {
    console.log(`  the tier ${write ? 'moved' : 'would move'} from ${from.name} to ${to.name}`);
  }
}
