import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { atLeast, type OnProgress, type Report, table, whole } from './report.ts';

/** For histories in which about a hundred things happen. */
const HISTORIES_PER_SECOND = 300;
const WARM_UP = 1000;
const HISTORIES = 2000;

const HOW = [
  '“npm run simulate” from seed 1 on, in a process of its own and on one thread. It makes histories, runs them, and judges them by the reference',
  `model. The time of ${WARM_UP} histories is subtracted from the time of ${WARM_UP + HISTORIES}, so start and warm-up do not count. Other work of the machine counts.`,
];

export async function measureHistories(onProgress: OnProgress): Promise<Report> {
  const rates: { what: string; perSecond: number; happened: number }[] = [];
  for (const [what, steps] of [
    ['as “npm run simulate” makes them', []],
    ['short ones, --steps 25', ['--steps', '25']],
  ] as const) {
    onProgress(what);
    const warm = await simulate(WARM_UP, steps);
    const all = await simulate(WARM_UP + HISTORIES, steps);
    rates.push({ what, perSecond: HISTORIES / (all.seconds - warm.seconds), happened: all.happened });
  }
  const rows = rates.map(({ what, happened, perSecond }, place) => [
    ...[what, whole(happened), whole(perSecond), place === 0 ? `≥ ${HISTORIES_PER_SECOND}` : ''],
  ]);
  const measured = Math.round(rates[0]!.perSecond);
  return {
    title: 'Histories',
    how: HOW,
    lines: [table(['', 'things that happen in one', 'histories per second', 'limit'], rows)],
    limits: [atLeast(HISTORIES_PER_SECOND, measured, 'per second', 'histories of about a hundred things')],
    figures: rates,
  };
}

async function simulate(histories: number, steps: readonly string[]): Promise<{ seconds: number; happened: number }> {
  const script = path.join(import.meta.dirname, '../proof/simulate.ts');
  const args = [script, '--seed', '1', '--histories', String(histories), ...steps, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}
