import './simulation/silence.ts';
import { Command } from 'commander';
import ora from 'ora';
import { formatInstant } from '../core/time.ts';
import type { History } from './simulation/history.ts';
import { kindOf, outcomeOf } from './simulation/outcome.ts';
import { historyOf, STEPS } from './simulation/random-history.ts';
import { shrink } from './simulation/shrink.ts';
import { wholeNumber } from './whole-number.ts';

const command = new Command('npm run simulate --')
  .description(
    [
      'Lives through random histories of the whole product in memory, and tries to break it.',
      '',
      'A seed is one history: a program, members, and some years of purchases, refunds, actions, promotions, recalculations and edits,',
      'while the world misbehaves: posts are repeated and late, streams bring records again and out of order, processes are killed after',
      'any call, calls time out with the write done or not done, writers meet, timers fire late, twice or never, providers fail. At the',
      'end, once everything has arrived, a plain reference model has to agree with every member, and each promise is held against what',
      'came of it. The same seed is the same history, to the byte.',
    ].join('\n'),
  )
  .option('--seed <number>', 'the first seed; a fresh one where it is left out', wholeNumber)
  .option('--histories <number>', 'how many, from that seed on', wholeNumber, 10_000)
  .option('--steps <number>', 'how many steps each is made of, more or less', wholeNumber, STEPS)
  .option('--log', 'tell what happens in each')
  .option('--failures <number>', 'stop after so many failures', wholeNumber, 3)
  .option('--json', 'only one line at the end, for programs')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run simulate                                      10,000 histories that nobody has seen before',
      '  npm run simulate -- --seed 42 --histories 10000       those of the seeds 42 to 10041',
      '  npm run simulate -- --seed 42 --histories 1 --log     one of them, step by step',
      '',
      'Exit code: 0 when every history keeps every promise, 1 when one does not. What failed is told with its seed, and made as short',
      'as it gets.',
    ].join('\n'),
  );

const options = command
  .parse()
  .opts<{ seed?: number; histories: number; steps: number; log?: true; failures: number; json?: true }>();
const first = options.seed ?? Date.now() % 2_000_000_000;

/** How often it says how far it is: to a person who watches, and to a log. */
const SPINNER_MS = 500;
const LINE_MS = 60_000;

// A trace for each refusal and each call that goes wrong takes a tenth of the time, and nobody reads it: whoever fails is lived through again.
Error.stackTraceLimit = 0;

const startedAt = performance.now();
const progress = ora({ isSilent: options.json === true || !process.stderr.isTTY });
const failures: { seed: number; after: number; failure: string }[] = [];
let done = 0;
let happened = 0;
let digest = 0;
let toldAt = startedAt;

for (let seed = first; seed < first + options.histories && failures.length < options.failures; seed++) {
  const history = historyOf(seed, options.steps);
  const outcome = await outcomeOf(history, { isLogging: options.log === true });
  done++;
  happened += outcome.happened;
  digest = (Math.imul(digest, 31) + outcome.digest) | 0;
  if (options.log) console.log(outcome.log.join('\n'));
  if (outcome.failure !== undefined) {
    failures.push({ seed, after: done, failure: outcome.failure });
    if (!options.json) await tell(history, outcome.failure);
  }
  if (performance.now() - toldAt > (process.stderr.isTTY ? SPINNER_MS : LINE_MS)) {
    toldAt = performance.now();
    const line = `${count(done)} of ${count(options.histories)} histories, ${rate()} a second, ${failures.length} failed`;
    if (!process.stderr.isTTY && !options.json) console.error(line);
    if (!progress.isSpinning) progress.start();
    progress.text = line;
    // Timers of the spinner run between two histories only.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
progress.stop();

if (options.json) {
  console.log(
    JSON.stringify({
      first,
      histories: done,
      happened: happened / done,
      seconds: seconds(),
      digest: hex(digest),
      failures,
    }),
  );
} else {
  console.log(
    `${count(done)} histories from seed ${first} on, of about ${Math.round(happened / done)} things that happened each, in ` +
      `${seconds().toFixed(1)} s: ${rate()} a second. Digest ${hex(digest)}. ` +
      (failures.length === 0 ? 'Every promise was kept.' : `${failures.length} failed.`),
  );
}
process.exitCode = failures.length === 0 ? 0 : 1;

/** What failed, as short as it gets. */
async function tell(history: History, failure: string): Promise<void> {
  progress.stop();
  console.log(`\nThe history of seed ${history.seed} failed: ${failure}`);
  if (!failure.startsWith('Refuted')) console.log(await stackOf(history));
  progress.start('It is made shorter…');
  const kind = kindOf(failure);
  const shortest = await shrink(history, async (shorter) => {
    const { failure: again } = await outcomeOf(shorter);
    return again !== undefined && kindOf(again) === kind;
  });
  progress.stop();
  const ofSteps = options.steps === STEPS ? '' : ` --steps ${options.steps}`;
  const { log, failure: last } = await outcomeOf(shortest, { isLogging: true });
  console.log(
    [
      `The shortest history that fails alike, from ${formatInstant(shortest.startsAt)} on, under rulebook ${shortest.rulebook}:`,
      ...log.map((line) => `  ${line}`),
      `  → ${last}`,
      `Again: npm run simulate -- --seed ${history.seed} --histories 1${ofSteps} --log`,
      '',
    ].join('\n'),
  );
}

async function stackOf(history: History): Promise<string> {
  Error.stackTraceLimit = 50;
  const { stack = '' } = await outcomeOf(history);
  Error.stackTraceLimit = 0;
  return stack;
}

function seconds(): number {
  return (performance.now() - startedAt) / 1000;
}

function rate(): string {
  return count(Math.round(done / seconds()));
}

function count(number: number): string {
  return new Intl.NumberFormat('en').format(number);
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, '0');
}
