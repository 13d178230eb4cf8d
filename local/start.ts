import { once } from 'node:events';
import { constants } from 'node:os';
import { parseArgs, styleText } from 'node:util';
import { type DemoOutcome, runDemo } from './demo.ts';
import { enrollSomebody } from './enroll-somebody.ts';
import { type LocalCloud, startLocalCloud } from './local-cloud.ts';
import { describeFailure, LocalCloudFailure } from './local-cloud-failure.ts';
import { hasSpinner, plainProgress, spinnerProgress } from './progress.ts';
import { tryItYourself } from './try-it-yourself.ts';

const HELP = `
Usage: npm start [-- --brand acme] [--keep] [--once]

Starts a local AWS on this machine, and deploys to it the same stack that goes to AWS. With the brand demo, it then runs a
complete demo: a member buys and moves up a tier, her wallet pass changes, staff give her a tier, and that tier ends by itself.
With another brand, it makes one member. Then the stack stays up until Ctrl-C, and the command prints its URL, its keys and
curl lines to try. After Ctrl-C nothing is left running.

Options
  --brand <name>  the brand to deploy, from brands/<name>.json; "demo" where it is left out
  --keep          keep the data (members, orders, keys) in .local/kept/<name> for the next start with --keep
  --once          end as soon as the demo is over, or one's own brand answers; exit code 0 when all went well
  --help          this text

Examples
  npm start                            the demo
  npm run brand -- new acme            write brands/acme.json
  npm start -- --brand acme --keep     try one's own rules, and go on tomorrow with the same members

Environment
  PYTHON             the Python to use (3.10 or newer); otherwise it is searched for
  AWS_ENDPOINT_URL   use the emulator that already runs at this address of this machine; no Python is needed then

Files: .local/ holds the installed local cloud, the logs of the last runs and what --keep keeps. You can delete it while
nothing runs.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options.help) {
    console.log(HELP.trim());
    return 0;
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort(signal));

  const orphaned = whenOrphaned(() => interruption.abort('SIGHUP'));

  const { report, stop: stopReporting } = hasSpinner()
    ? spinnerProgress()
    : { report: plainProgress((line) => console.log(line)), stop: () => {} };
  let cloud: LocalCloud | undefined;
  let outcome: DemoOutcome | undefined;
  try {
    console.log(`\n${styleText('bold', 'Laurel')} on a local AWS\n`);
    const { brand, keep } = options;
    cloud = await startLocalCloud({ brand, keep, onProgress: report, signal: interruption.signal });
    outcome = await (brand === 'demo' ? runDemo : enrollSomebody)(cloud, interruption.signal);
    tell(outcome, cloud);
    if (!options.once) {
      console.log(tryItYourself(cloud, outcome, keep));
      await once(interruption.signal, 'abort');
    }
    return outcome.ok ? 0 : 1;
  } catch (error) {
    stopReporting();
    if (interruption.signal.aborted) return exitCodeOf(interruption.signal.reason);
    if (!(error instanceof LocalCloudFailure)) throw error;
    console.error(`\n${styleText('red', '✘', { stream: process.stderr })} ${await describeFailure(error)}\n`);
    return 1;
  } finally {
    clearInterval(orphaned);
    if (interruption.signal.aborted) console.log('\nStopping …');
    await outcome?.phone?.stop();
    await cloud?.stop();
    if (interruption.signal.aborted) console.log('Nothing is left running.');
  }
}

/** Whoever ends npm ends its shell with it, but neither passes every signal on: then this process would go on without anybody. */
function whenOrphaned(notify: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => process.ppid !== parent && notify(), 500).unref();
}

/** The exit code that shells use for a signal. */
function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

interface Options {
  brand: string;
  keep: boolean;
  once: boolean;
  help: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        brand: { type: 'string', default: 'demo' },
        keep: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP.trim()}`);
    return undefined;
  }
}

function tell(outcome: DemoOutcome, cloud: LocalCloud): void {
  if (outcome.ok) {
    console.log(`\n  ${styleText('green', '✔')} ${styleText('bold', outcome.seen)}\n`);
    return;
  }
  console.error(`\n  ${styleText('red', '✘', { stream: process.stderr })} ${outcome.seen}`);
  console.error(`    What the functions and the local cloud logged: ${cloud.logs}\n`);
}
