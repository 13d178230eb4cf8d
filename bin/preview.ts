import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { Command } from 'commander';
import ora from 'ora';
import { nextCycleEnd } from '../core/cycles/cycle-ends.ts';
import type { RunEngine, Runs } from '../core/ports.ts';
import { formatInstant, type Instant, localDate, momentIn } from '../core/time.ts';
import { listOutcomes, type RunReading, readRun } from '../core/use-cases/read-run.ts';
import { recalculationProblems, startRecalculation } from '../core/use-cases/start-recalculation.ts';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { DynamoRuns } from '../functions/adapters/dynamo-runs.ts';
import { StepFunctionsRunEngine } from '../functions/adapters/step-functions-run-engine.ts';
import { type DeployedStack, findStack, holdToDeployedProgram } from './operator/deployed-stack.ts';
import { flowDiagram } from './operator/flow-diagram.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { CSV_HEAD, csvLine, matrixTable, summaryTable } from './operator/preview-report.ts';

const command = new Command('npm run preview --')
  .description(
    [
      'Says who will go up and who will go down in a recalculation, before it happens. Nothing is written to any member.',
      '',
      'The deployed stack looks at every member as of the moment, as if nothing more happened until then. What it comes to is shown as two',
      'tables, and kept as a list (CSV) and as a picture of who moves from which tier to which (SVG).',
    ].join('\n'),
  )
  .requiredOption('--brand <brand>', 'the brand whose stack it is: the name of its file under brands/')
  .option(
    '--at <moment>',
    'a date (its start in the brand’s time zone) or an instant; the next end of a cycle where it is left out',
  )
  .option('--out <folder>', 'where the list and the picture go', '.')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run preview -- --brand acme                           the end of the cycle that runs',
      '  npm run preview -- --brand acme --at 2027-01-01           the same by its date',
      '  npm run preview -- --brand acme --at 2026-12-01T12:00:00Z what recalculating everyone then would do',
      '',
      'Exit code: 0 when every member was judged, 1 when one could not be, or on failure.',
    ].join('\n'),
  );

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
  const { run } = await startRecalculation({ runs, engine }, stack.program, { dryRun: true, at }, randomUUID, now);

  const reading = await watch(run.runId, runs, engine);
  const date = localDate(at, stack.program.timeZone).toString();
  const title = `${stack.brand.name}: who moves on ${date}`;
  console.log(`${title} (${formatInstant(at)}), run ${run.runId}\n`);
  console.log(summaryTable(reading.counts));
  console.log(matrixTable(reading.counts, stack.program));
  await mkdir(options.out, { recursive: true });
  const name = join(options.out, `preview-${options.brand}-${date}`);
  await writeList(`${name}.csv`, run.runId, runs);
  await writeFile(`${name}.svg`, flowDiagram(title, reading.counts, stack.program));
  console.log(`The list: ${name}.csv\nThe picture: ${name}.svg`);
  if (reading.counts.failed > 0) {
    throw new OperatorError(
      `${reading.counts.failed} members could not be judged: the list says why. Mend the cause, and preview again.`,
    );
  }
});

function readMoment({ program }: DeployedStack, now: Instant): Instant {
  const at = options.at === undefined ? (nextCycleEnd(program, now) ?? now) : momentIn(options.at, program.timeZone);
  if (at === undefined) {
    throw new OperatorError(
      `--at ${options.at} is no moment. Give a date such as 2027-01-01, or an instant such as 2026-12-31T23:00:00Z.`,
    );
  }
  const [problem] = recalculationProblems({ dryRun: true, at }, program, now);
  if (problem) throw new OperatorError(`--at ${options.at} ${problem.message}.`);
  return at;
}

/** Shows how far the run is, until it is done. */
async function watch(runId: string, runs: Runs, engine: RunEngine): Promise<RunReading> {
  const progress = ora({ text: 'Looking at the first members…', isSilent: !process.stderr.isTTY }).start();
  try {
    for (;;) {
      const reading = await readRun({ runs, engine }, runId);
      if (reading?.status === 'completed') return reading;
      if (reading?.status !== 'running') {
        throw new OperatorError(
          `The run ${runId} was given up. Its execution in the console of Step Functions says why, and so does the log of ` +
            'recalculate-cycle. Nothing was written to any member; mend the cause, and preview again.',
        );
      }
      const { processed, up, down } = reading.counts;
      progress.text = `${processed} members looked at: ${up} go up, ${down} go down`;
      await setTimeout(POLL_MS);
    }
  } finally {
    progress.stop();
  }
}

/** Page by page, as a million moves do not fit in memory. */
async function writeList(file: string, runId: string, runs: Runs): Promise<void> {
  const out = createWriteStream(file);
  out.write(CSV_HEAD);
  for (let from: string | undefined; ; ) {
    const page: Awaited<ReturnType<typeof listOutcomes>> = await listOutcomes(runs, runId, {
      limit: LIST_PAGE,
      ...(from !== undefined && { from }),
    });
    if (!page || page === 'noSuchCursor') throw new Error(`The list of the run ${runId} ended half way.`);
    for (const outcome of page.outcomes) out.write(csvLine(outcome));
    if (page.next === undefined) break;
    from = page.next;
  }
  out.end();
  await finished(out);
}
