import { setTimeout } from 'node:timers/promises';
import { isDrift } from '../core/member/audit/findings.ts';
import type { MemberAudit } from '../core/use-cases/audit-member.ts';
import { rulesInForceSince } from '../core/use-cases/start-audit.ts';
import { type Audited, auditMembers } from './operator/audit-members.ts';
import { AuditReport } from './operator/audit-report.ts';
import { brandOption, operatorCommand } from './operator/command.ts';
import { findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { startProgress } from './operator/progress.ts';
import { storesOf } from './operator/stores.ts';

/** A write that the first read saw half done is complete after this pause. */
const PAUSE_MS = 1000;

const command = operatorCommand('audit', {
  about: [
    'Compares every figure of every member with what its ledger gives, and says why where they differ.',
    'The ledger is never changed. Without --heal nothing is changed: look first, then heal. The audit may run at any time, also while ' +
      'orders come in: an order that is not counted yet is not reported as a difference.',
    'A tier that --heal moves is recorded with the cause "rebuild", and the member is not told. A tier that a member keeps after a ' +
      "change of the rules stays. The stack runs the same audit every week, unless the brand's file says otherwise.",
  ],
  lists: {
    'Causes of a difference:': [
      ['entriesNotCounted', 'transactions of the ledger are missing from the sums'],
      ['countedTwice', 'a transaction is in the sums twice'],
      [
        'windowBroken',
        'the list of what was counted lately is wrong: a redelivered transaction could be counted twice, or never',
      ],
      ['figure', 'a sum differs, and no cause above explains it'],
      ['grants', 'the grants are not what the tier actions gave'],
      ['timer', 'the end of a grant or of a cycle would not be noticed'],
      ['promotionUndecided', 'a promotion fired, and its outcome was never decided'],
      ['tierStale', 'the sums are right, and the tier is not what they give'],
      ['historyBroken', 'the recorded tier changes do not lead to the tier'],
      ['enrolmentUnfinished', 'the member was enrolled, and its ledger was never counted'],
    ],
    'Nothing is wrong, but the member cannot be proved today:': [
      ['rulebookEdited', 'the rules were changed; the next transaction brings the new ones'],
      ['inFlight', 'the member had more transactions within a day than its item lists'],
    ],
  },
  examples: [
    ['Compare every member, and count the differences by cause', 'npm run audit -- --brand acme'],
    ['Compare one member, figure by figure', 'npm run audit -- --brand acme --member m-1'],
    ['Put right what differs', 'npm run audit -- --brand acme --heal'],
  ],
  exitCodes: [
    ['0', 'no member differs, or every difference was put right'],
    ['2', 'a member still differs'],
    ['1', 'the command failed, or a member could not be audited'],
  ],
})
  .addOption(brandOption())
  .option('--member <id>', 'one member; without it, every member')
  .option('--heal', 'put right what differs; without it, only report');

const options = command.parse().opts<{ brand: string; member?: string; heal?: true }>();

await runCommand(async () => {
  const stack = await findStack(options.brand);
  const heal = options.heal ?? false;
  holdToDeployedProgram(stack, heal);
  const stores = storesOf(stack);
  const inForceSince = await rulesInForceSince(stores.runs, stack.rules.program, Date.now());
  const auditOptions = { heal, inForceSince, pause: () => setTimeout(PAUSE_MS) };
  const report = new AuditReport();
  const whom = options.member ?? 'every member';
  const progress = startProgress(`Comparing ${whom} with the ledger …`);
  const take = (memberId: string, audited: Audited) => {
    if (audited.status === 'noMember') return;
    report.add(audited);
    tell(memberId, audited);
    progress.tell(report.progress());
  };
  try {
    const memberIds = options.member === undefined ? stores.members.everyId() : [options.member];
    await auditMembers(stack, stores, memberIds, auditOptions, take);
  } finally {
    progress.stop();
  }
  if (options.member !== undefined && report.members === 0) {
    throw new OperatorError(`There is no member ${options.member} in ${options.brand}.`);
  }

  const table = report.table();
  if (table) console.log(table);
  console.log(report.lastLine());
  if (report.failed > 0) process.exitCode = 1;
  if (report.differing === 0) return;
  console.log(
    heal
      ? 'Some differences could not be put right. Look at the history of these members.'
      : 'Nothing was written. Add --heal to put the differences right.',
  );
  process.exitCode ??= 2;
});

/** Prints a member that failed or drifted. With `--member`, prints the member unless it is proved. */
function tell(memberId: string, audited: Exclude<Audited, { status: 'noMember' }>): void {
  if (audited.status === 'failed') console.log(`${memberId}: cannot be audited: ${audited.error.message}`);
  else if (audited.status !== 'proved' && (options.member !== undefined || audited.findings.some(isDrift))) {
    tellFindings(memberId, audited);
  }
}

function tellFindings(memberId: string, audit: Exclude<MemberAudit, { status: 'noMember' | 'proved' }>): void {
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
