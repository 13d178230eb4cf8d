import { Command } from 'commander';
import ora from 'ora';
import { type Rebuilding, rebuildStoredMember } from '../core/use-cases/rebuild-member.ts';
import { findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { storesOf } from './operator/stores.ts';

const command = new Command('npm run rebuild --')
  .description(
    [
      'Makes members what the ledger says they are, and tells every figure that differs.',
      '',
      'The ledger is the truth and is never touched. Without --write nothing is: look first, then write. Running it beside live',
      'traffic is safe, as often as you like. What it moves is recorded with the cause "rebuild" and told to no member.',
    ].join('\n'),
  )
  .requiredOption('--brand <brand>', 'the brand whose stack it is: the name of its file under brands/')
  .option('--member <id>', 'one member')
  .option('--all', 'every member')
  .option('--write', 'write what differs; without it, only tell')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run rebuild -- --brand acme --member m-1            what would change for one member',
      '  npm run rebuild -- --brand acme --member m-1 --write    change it',
      '  npm run rebuild -- --brand acme --all                   count the members that differ',
      '',
      'Exit code: 0 when all is equal or was written, 2 when something differs and --write was not given, 1 on failure.',
    ].join('\n'),
  );

const options = command.parse().opts<{ brand: string; member?: string; all?: true; write?: true }>();

await runCommand(async () => {
  if ((options.member === undefined) === (options.all === undefined)) {
    throw new OperatorError('Name one member with --member <id>, or take every one with --all.');
  }
  const stack = await findStack(options.brand);
  const write = options.write ?? false;
  holdToDeployedProgram(stack, write);
  const stores = storesOf(stack);
  const counts = { equal: 0, differs: 0, noMember: 0 };
  const progress = ora({ text: 'Reading…', isSilent: !process.stderr.isTTY || options.all !== true }).start();

  for await (const memberId of options.member === undefined ? stores.members.everyId() : [options.member]) {
    const outcome = await rebuildStoredMember(
      stores,
      stack.program,
      stack.announcing,
      memberId,
      { write, cause: 'rebuild' },
      Date.now(),
    );
    counts[outcome.status]++;
    if (outcome.status === 'differs') progress.stop();
    tell(memberId, outcome, write);
    progress.start(`${counts.equal + counts.differs} members read, ${counts.differs} differ`);
  }
  progress.stop();

  if (counts.noMember > 0) throw new OperatorError(`There is no member ${options.member} in ${options.brand}.`);
  const differing = write ? 'differed and were written' : 'differ';
  console.log(`${counts.equal} equal to the ledger, ${counts.differs} ${differing}.`);
  if (counts.differs > 0 && !write) {
    console.log('Nothing was written. The same command with --write puts them right.');
    process.exitCode = 2;
  }
});

function tell(memberId: string, outcome: Rebuilding, write: boolean): void {
  if (outcome.status !== 'differs') return;
  console.log(`${memberId}:`);
  for (const { figure, stored, ledger } of outcome.differences) {
    console.log(`  ${figure}: stored ${JSON.stringify(stored)}, by the ledger ${JSON.stringify(ledger)}`);
  }
  for (const { from, to } of outcome.changes) {
    console.log(`  the tier ${write ? 'moved' : 'would move'} from ${from.name} to ${to.name}`);
  }
}
