import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import ora from 'ora';
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs/bugs.ts';
import { wholeNumber } from './whole-number.ts';

const ROOT = path.join(import.meta.dirname, '..');

const options = new Command('npm run planted-bugs --')
  .description(
    [
      'Plants slips that a person could make into a copy of the code, one at a time, and lets the simulation look for each.',
      '',
      'What it cannot find it would not find either if somebody made that slip. Prints a table, in Markdown.',
    ].join('\n'),
  )
  .option('--seed <number>', 'the first seed', wholeNumber, 1)
  .option('--only <text>', 'only those whose name holds the text')
  .addHelpText('after', '\nExit code: 0 when each was found within its number of histories, 1 when one was not.')
  .parse()
  .opts<{ seed: number; only?: string }>();

/** A bug may be one by which something never ends. */
const NEVER_ENDS_MS = 20 * 60_000;

interface Found {
  bug: PlantedBug;
  /** How many histories it took; undefined where that many were not enough. */
  after?: number;
  failure?: string;
}

const copy = mkdtempSync(path.join(tmpdir(), 'laurel-planted-'));
const progress = ora({ isSilent: !process.stderr.isTTY });
try {
  for (const room of ['core', 'functions', 'fakes', 'proof', 'package.json']) {
    cpSync(path.join(ROOT, room), path.join(copy, room), { recursive: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  const wanted = PLANTED_BUGS.filter(({ name }) => options.only === undefined || name.includes(options.only));
  const results: Found[] = [];
  for (const [place, bug] of wanted.entries()) {
    progress.start(`${place + 1} of ${wanted.length}: ${bug.name}`);
    results.push(await lookFor(bug));
  }
  progress.stop();
  console.log(tableOf(results));
  process.exitCode = results.every(({ after }) => after !== undefined) ? 0 : 1;
} finally {
  progress.stop();
  rmSync(copy, { recursive: true });
}

async function lookFor(bug: PlantedBug): Promise<Found> {
  const file = path.join(copy, bug.file);
  const sound = readFileSync(file, 'utf8');
  let text = sound;
  for (const { from, to } of bug.edits) {
    const times = text.split(from).length - 1;
    if (times !== 1)
      throw new Error(`"${bug.name}" has to change one place in ${bug.file}, and finds ${times}: ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(file, text);
  try {
    const { failures } = await simulate(bug.within);
    const first = failures[0];
    return first ? { bug, after: first.after, failure: first.failure } : { bug };
  } finally {
    writeFileSync(file, sound);
  }
}

async function simulate(histories: number): Promise<{ failures: { after: number; failure: string }[] }> {
  const args = ['proof/simulate.ts', '--seed', String(options.seed), '--histories', String(histories)];
  const run = promisify(execFile)(process.execPath, [...args, '--failures', '1', '--json'], {
    cwd: copy,
    timeout: NEVER_ENDS_MS,
  });
  // It exits with 1 where it finds something.
  const { stdout } = await run.catch((error: { stdout: string; stderr: string; killed: boolean }) => {
    if (error.killed)
      return { stdout: JSON.stringify({ failures: [{ after: histories, failure: 'It never ended' }] }) };
    if (!error.stdout) throw new Error(`The simulation did not run: ${error.stderr}`);
    return error;
  });
  return JSON.parse(stdout);
}

function tableOf(results: readonly Found[]): string {
  const found = results.filter(({ after }) => after !== undefined).length;
  const rows = results.map(({ bug, after, failure }) => {
    const how = failure === undefined ? '' : shortened(failure);
    const histories = after === undefined ? '**not found**' : after.toLocaleString('en');
    return `| ${bug.name} | \`${bug.file}\` | ${histories} | ${bug.within.toLocaleString('en')} | ${how} |`;
  });
  return [
    `${found} of ${results.length} planted bugs were found, from seed ${options.seed} on.`,
    '',
    '| Planted bug | In | Found after so many histories | Of at most | By |',
    '| --- | --- | ---: | ---: | --- |',
    ...rows,
  ].join('\n');
}

/** The refuted promise, without its figures. */
function shortened(failure: string): string {
  const words = failure.replace(/^\w+: /, '').split(/: expected | \{|\[/)[0]!;
  return words.replaceAll('|', '/').slice(0, 90);
}
