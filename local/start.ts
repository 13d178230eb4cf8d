import { once } from 'node:events';
import { constants } from 'node:os';
import { parseArgs, styleText } from 'node:util';
import { type DemoOutcome, runDemo } from './demo.ts';
import { type LocalCloud, startLocalCloud } from './local-cloud.ts';
import { describeFailure, LocalCloudFailure } from './local-cloud-failure.ts';
import { plainProgress, spinnerProgress } from './progress.ts';
import { tryItYourself } from './try-it-yourself.ts';

const HELP = `
Usage: npm start [-- --once]

Starts a local AWS, deploys the same stack that goes to AWS, for brands/demo.json, and does the main job before your eyes:
a member buys, and moves up a tier, also on the pass in her phone; a tier is given, and ends by itself. Then it stays up, with a URL and keys to try, until Ctrl-C;
nothing is left running.

Options
  --once    end after the demo: exit code 0 when every tier became what it should
  --help    this text

Environment
  PYTHON             the Python to use (3.10 or newer); otherwise it is searched for
  AWS_ENDPOINT_URL   use the emulator that already runs there, on this machine; no Python is needed then

Files: .local/ holds the installed local cloud and the logs of the last runs. It may be deleted at any time.
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

  const { report, stop: stopReporting } = process.stdout.isTTY
    ? spinnerProgress()
    : { report: plainProgress((line) => console.log(line)), stop: () => {} };
  let cloud: LocalCloud | undefined;
  let outcome: DemoOutcome | undefined;
  try {
    console.log(`\n${styleText('bold', 'Laurel')} on a local AWS\n`);
    cloud = await startLocalCloud({ brand: 'demo', onProgress: report, signal: interruption.signal });
    outcome = await runDemo(cloud, interruption.signal);
    tell(outcome, cloud);
    if (!options.once) {
      console.log(tryItYourself(cloud.address, outcome.memberId, outcome.phone?.url));
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

/** As a shell tells which signal ended a command. */
function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function readOptions(): { once: boolean; help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
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
