import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { RunEngine, Runs } from '../core/ports.ts';
import type { Program } from '../core/program/program.ts';
import { counted, formatNumber } from '../core/quantity.ts';
import { nextCycleEnd } from '../core/rules/cycle-ends.ts';
import { formatInstant, type Instant, localDate, momentIn } from '../core/time.ts';
import { listOutcomes, type RunReading, readRun } from '../core/use-cases/read-run.ts';
import { recalculationProblems, startRecalculation } from '../core/use-cases/start-recalculation.ts';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { DynamoRuns } from '../functions/adapters/dynamo-runs.ts';
import { StepFunctionsRunEngine } from '../functions/adapters/step-functions-run-engine.ts';
import { brandOption, operatorCommand } from './operator/command.ts';
import { type DeployedStack, findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { flowDiagram } from './operator/flow-diagram.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { csvHead, csvLine, matrixTable, summaryTable } from './operator/preview-report.ts';
import { type Progress, startProgress } from './operator/progress.ts';

const command = operatorCommand('preview', {
  about: [
    'Shows who will move up and who will move down in a recalculation, before it happens. No member is changed.',
    'The deployed stack judges every member as of that moment, as if nothing more happened until then. The command shows the result as ' +
      'two tables. It writes two files: a list of the members that move (CSV, for a spreadsheet) and a picture of how many move from ' +
      'which tier to which (SVG).',
    'The list says for each member its tier before and after, the points by which it is judged, how many points are missing to keep the ' +
      'tier or to reach the next one, and why.',
    'Where each member has a cycle of its own (cycle type "enrollment"), an end of a cycle is an anniversary: only the members whose ' +
      'anniversary it is are judged.',
  ],
  examples: [
    ['Judge by the end of the cycle that runs', 'npm run preview -- --brand acme'],
    ['Judge by another end of a cycle', 'npm run preview -- --brand acme --at 2027-01-01'],
    [
      'See what recalculating every member at some moment would do',
      'npm run preview -- --brand acme --at 2026-12-01T12:00:00Z',
    ],
  ],
  exitCodes: [
    ['0', 'every member was judged'],
    ['1', 'the command failed, or a member could not be judged'],
  ],
})
  .addOption(brandOption())
  .option(
    '--at <moment>',
    "a date (its start in the brand's time zone) or an instant; without it, the next end of a cycle",
  )
  .option('--out <folder>', 'where the list and the picture go', '.');

const options = command.parse().opts<{ brand: string; at?: string; out: string }>();

const POLL_MS = 1000;
const LIST_PAGE = 1000;

await runCommand(async () => {
  const stack = await findStack(options.brand);
  holdToDeployedProgram(stack, true);
  const runs = new DynamoRuns(dynamoClient({ region: stack.region }), stack.output('MembersTable'));
  const machines = { recalculation: stack.output('RecalculationsStateMachine') };
  const engine = new StepFunctionsRunEngine(machines, new SFNClient({ region: stack.region }));
  const now = Date.now();
  const at = readMoment(stack, now);
  const { run } = await startRecalculation(
    { runs, engine },
    stack.rules.program,
    { dryRun: true, at },
    randomUUID,
    now,
  );

  const progress = startProgress('Judging members …');
  const reading = await watch(run.runId, runs, engine, progress).finally(() => progress.stop());
  const date = localDate(at, stack.rules.program.timeZone).toString();
  const title = `${stack.brand.name}: who moves on ${date}`;
  console.log(`${title} (${formatInstant(at)}), run ${run.runId}\n`);
  const isOfAnniversaries = run.segments.some(({ kind }) => kind === 'anniversary');
  console.log(summaryTable(reading.counts, isOfAnniversaries ? 'all whose cycle ends then' : 'all members'));
  console.log(matrixTable(reading.counts, stack.rules.program));
  await mkdir(options.out, { recursive: true });
  const name = join(options.out, `preview-${options.brand}-${date}`);
  await writeList(`${name}.csv`, run.runId, runs, stack.rules.program);
  await writeFile(`${name}.svg`, flowDiagram(title, reading.counts, stack.rules.program));
  console.log(`The list: ${name}.csv\nThe picture: ${name}.svg`);
  const { failed } = reading.counts;
  if (failed > 0) {
    throw new OperatorError(
      `${counted(failed, 'member')} could not be judged. The list says why. Correct the cause, then run the preview again.`,
    );
  }
});

function readMoment({ rules: { program } }: DeployedStack, now: Instant): Instant {
  const at = options.at === undefined ? (nextCycleEnd(program, now) ?? now) : momentIn(options.at, program.timeZone);
  if (at === undefined) {
    throw new OperatorError(
      `--at ${options.at} is not a moment. Give a date such as 2027-01-01, or an instant such as 2026-12-31T23:00:00Z.`,
    );
  }
  const [problem] = recalculationProblems({ dryRun: true, at }, program, now);
  if (problem) throw new OperatorError(`--at ${options.at} ${problem.message}.`);
  return at;
}

/** Shows the run's progress until the run ends. */
async function watch(runId: string, runs: Runs, engine: RunEngine, progress: Progress): Promise<RunReading> {
  for (;;) {
    const reading = await readRun({ runs, engine }, runId);
    if (reading?.status === 'completed') return reading;
    if (reading?.status !== 'running') {
      throw new OperatorError(
        `The run ${runId} failed. No member was changed. Its execution in the console of Step Functions says why, and so does the log of ` +
          'recalculate-cycle. Correct the cause, then run the preview again.',
      );
    }
    const { processed, up, down } = reading.counts;
    progress.tell(`${counted(processed, 'member')} judged: ${formatNumber(up)} up, ${formatNumber(down)} down`);
    await setTimeout(POLL_MS);
  }
}

/** Writes page by page, because a million moves do not fit in memory. */
async function writeList(file: string, runId: string, runs: Runs, program: Program): Promise<void> {
  const out = createWriteStream(file);
  out.write(csvHead(program));
  for (let from: string | undefined; ; ) {
    const page: Awaited<ReturnType<typeof listOutcomes>> = await listOutcomes(runs, runId, {
      limit: LIST_PAGE,
      ...(from !== undefined && { from }),
    });
    if (!page || page === 'noSuchCursor') throw new Error(`The list of the run ${runId} is not complete.`);
    for (const outcome of page.outcomes) out.write(csvLine(outcome, program));
    if (page.next === undefined) break;
    from = page.next;
  }
  out.end();
  await finished(out);
}
