import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import ora from 'ora';
import { isDrift } from '../core/member/audit-causes.ts';
import { auditStoredMember, type MemberAudit } from '../core/use-cases/audit-member.ts';
import { rulesInForceSince } from '../core/use-cases/start-audit.ts';
import { isTransient } from '../functions/runtime/transient.ts';
import { AuditReport } from './operator/audit-report.ts';
import { findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { storesOf } from './operator/stores.ts';

/** How many members are read at the same time. */
const SIDE_BY_SIDE = 20;
/** Longer than a write takes that was half seen. */
const PAUSE_MS = 1000;

const command = new Command('npm run audit --')
  .description(
    [
      'Proves that members are what their ledgers give: every figure of every one, and why not where one is not.',
      '',
      'The ledger is the truth and is never touched. Without --heal nothing is: look first, then heal. Running it beside live ' +
        'traffic is safe, as often as you like: what the stream has yet to bring is no difference. What --heal moves is recorded ' +
        'with the cause "rebuild" and told to no member; a tier that an edit of the rules left is kept. The stack does the same ' +
        'by itself, every week unless the brand says otherwise.',
      '',
      'Causes: entriesNotCounted (purchases are missing from the sums), countedTwice, windowBroken (what comes again would count ' +
        'again), figure (a sum that nothing explains), grants, timer (an end would not be noticed), promotionUndecided, tierStale ' +
        '(right sums, wrong tier), historyBroken (the recorded changes do not lead to the tier), enrolmentUnfinished.',
      'Not wrong, but not proved today: rulebookEdited (the next purchase brings the new rules), inFlight (too much was taken ' +
        'within a day to tell).',
    ].join('\n'),
  )
  .requiredOption('--brand <brand>', 'the brand whose stack it is: the name of its file under brands/')
  .option('--member <id>', 'one member; every one where it is left out')
  .option('--heal', 'put right what differs; without it, only tell')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run audit -- --brand acme                   prove every member, and table what differs by its cause',
      '  npm run audit -- --brand acme --member m-1      figure by figure, for one member',
      '  npm run audit -- --brand acme --heal            put right what differs',
      '',
      'Exit code: 0 when nothing differs or all was put right, 2 when something differs still, 1 on failure.',
    ].join('\n'),
  );

const options = command.parse().opts<{ brand: string; member?: string; heal?: true }>();

await runCommand(async () => {
  const stack = await findStack(options.brand);
  const heal = options.heal ?? false;
  holdToDeployedProgram(stack, heal);
  const stores = storesOf(stack);
  const inForceSince = await rulesInForceSince(stores.runs, stack.program, Date.now());
  const auditOptions = { heal, inForceSince, pause: () => setTimeout(PAUSE_MS) };
  const report = new AuditReport();
  const progress = ora({ text: 'Reading…', isSilent: !process.stderr.isTTY || options.member !== undefined }).start();

  const audit = async (memberId: string): Promise<MemberAudit | { status: 'failed'; error: Error }> => {
    try {
      return await auditStoredMember(stores, stack.program, stack.announcing, memberId, auditOptions, Date.now);
    } catch (error) {
      // One that cannot be understood stops nobody; where the world fails, it fails for all.
      if (isTransient(error)) throw error;
      return { status: 'failed', error: error as Error };
    }
  };
  const take = async (memberIds: readonly string[]) => {
    const audits = await Promise.all(memberIds.map(audit));
    audits.forEach((one, place) => {
      const memberId = memberIds[place]!;
      if (one.status === 'noMember') throw new OperatorError(`There is no member ${memberId} in ${options.brand}.`);
      report.add(one);
      if (one.status === 'failed') {
        progress.stop();
        console.log(`${memberId}: cannot be audited: ${one.error.message}`);
        progress.start();
        return;
      }
      if (!('findings' in one) || (options.member === undefined && !one.findings.some(isDrift))) return;
      progress.stop();
      tell(memberId, one);
      progress.start();
    });
    progress.text = report.progress();
  };
  let waiting: string[] = [];
  for await (const memberId of options.member === undefined ? stores.members.everyId() : [options.member]) {
    waiting.push(memberId);
    if (waiting.length < SIDE_BY_SIDE) continue;
    await take(waiting);
    waiting = [];
  }
  await take(waiting);
  progress.stop();

  const table = report.table();
  if (table) console.log(table);
  console.log(report.lastLine());
  if (report.failed > 0) process.exitCode = 1;
  if (report.differing === 0) return;
  console.log(
    heal
      ? 'What could not be put right needs a look at its history.'
      : 'Nothing was written. The same command with --heal puts it right.',
  );
  process.exitCode ??= 2;
});

function tell(memberId: string, audit: Exclude<MemberAudit, { status: 'noMember' | 'proved' }>): void {
  console.log(
    `${memberId}: ${{ differs: 'differs', healed: 'differed, and was put right', waits: 'cannot be proved today' }[audit.status]}`,
  );
  for (const { figure, stored, ledger, cause } of audit.findings) {
    console.log(`  ${figure}: stored ${JSON.stringify(stored)}, by the ledger ${JSON.stringify(ledger)} (${cause})`);
  }
  for (const { from, to } of audit.status === 'healed' ? audit.changes : []) {
    console.log(`  the tier moved from ${from.name} to ${to.name}`);
  }
}
