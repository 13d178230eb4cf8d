import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { mutationTable } from './mutation-table.ts';

const ROOT = path.join(import.meta.dirname, '..');
const PAPER = path.join(ROOT, 'docs/proof.md');

interface Part {
  /** Stands in the paper where its result does. */
  name: string;
  command: string[];
  /** What the paper shows of the command's output. */
  shown(output: string): string;
}

const inACodeBlock = (output: string) => ['```', output.trim(), '```'].join('\n');
/** The last tables of a bench, without its progress. */
const fromFirstHeading = (output: string) =>
  output.slice(Math.max(0, output.search(/^(The drift audit|Orders|Histories)$/m)));

const PARTS: readonly Part[] = [
  {
    name: 'simulation',
    command: ['proof/simulate.ts', '--seed', '1', '--histories', '10000'],
    shown: inACodeBlock,
  },
  { name: 'planted bugs', command: ['proof/planted-bugs.ts'], shown: (output) => output.trim() },
  {
    name: 'mutants',
    command: ['proof/mutate.ts'],
    shown: () => mutationTable(path.join(ROOT, 'reports/mutation')),
  },
  {
    name: 'bench',
    command: ['bench/bench.ts', 'audits', 'orders', 'histories'],
    shown: (output) => inACodeBlock(fromFirstHeading(output)),
  },
];

const command = new Command('npm run prove --')
  .description(
    [
      'Makes the figures of docs/proof.md again: the simulation, the planted bugs, the mutants, and the bench.',
      '',
      'Everything together takes some hours, most of it the mutants. Leave the machine alone meanwhile: the bench measures it.',
    ].join('\n'),
  )
  .argument('[parts...]', `${PARTS.map(({ name }) => `"${name}"`).join(', ')}; all where none is named`)
  .parse();

const unknown = command.args.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length > 0) command.error(`There is no part "${unknown[0]}".`);

for (const part of PARTS) {
  if (command.args.length > 0 && !command.args.includes(part.name)) continue;
  console.log(`\n== ${part.name}`);
  const { output, exitCode } = await run(part.command);
  write(part.name, part.shown(output));
  // What failed is in the paper, too; but nobody shall think that all is well.
  if (exitCode !== 0) process.exitCode = 1;
}
console.log(`\nWritten to ${path.relative(ROOT, PAPER)}.`);

function run(args: readonly string[]): Promise<{ output: string; exitCode: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      process.stdout.write(data);
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ output, exitCode }));
  });
}

/** Replaces what stands between a part's marks; the rest of the paper is written by hand. */
function write(name: string, text: string): void {
  const [begin, end] = [`<!-- made by npm run prove: ${name} -->`, `<!-- end: ${name} -->`];
  const paper = readFileSync(PAPER, 'utf8');
  const [before, after] = [paper.indexOf(begin), paper.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${PAPER} has no place for "${name}": ${begin} … ${end}`);
  writeFileSync(PAPER, `${paper.slice(0, before + begin.length)}\n\n${text}\n\n${paper.slice(after)}`);
}
