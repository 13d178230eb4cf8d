import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Limit } from './limit.ts';

export interface HistoryRate {
  what: string;
  /** Histories a second, once warmed up. */
  perSecond: number;
  /** What happens in one, on average: calls of functions, and passings of time. */
  happened: number;
}

/** What is asked of histories in which about a hundred things happen. */
export const HISTORIES_PER_SECOND = 300;

const WARM_UP = 1000;
const HISTORIES = 2000;

export const HOW_HISTORIES = [
  '“npm run simulate” from seed 1 on, in a process of its own and on one thread: histories are made, lived through, and judged by the reference',
  `model. A run of ${WARM_UP} is taken off one of ${WARM_UP + HISTORIES}, so that starting and warming up do not count. Whatever else is at work counts.`,
];

export async function measureHistories(onProgress: (what: string) => void): Promise<HistoryRate[]> {
  const rates: HistoryRate[] = [];
  for (const [what, steps] of [
    ['as “npm run simulate” makes them', []],
    ['short ones, --steps 25', ['--steps', '25']],
  ] as const) {
    onProgress(what);
    const warm = await simulate(WARM_UP, steps);
    const whole = await simulate(WARM_UP + HISTORIES, steps);
    rates.push({ what, perSecond: HISTORIES / (whole.seconds - warm.seconds), happened: whole.happened });
  }
  return rates;
}

async function simulate(histories: number, steps: readonly string[]): Promise<{ seconds: number; happened: number }> {
  const script = path.join(import.meta.dirname, '../proof/simulate.ts');
  const args = [script, '--seed', '1', '--histories', String(histories), ...steps, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

export function limitsOfHistories([asTheyAre]: readonly HistoryRate[]): Limit[] {
  if (!asTheyAre) return [];
  return [
    {
      what: 'histories of about a hundred things',
      unit: 'per second',
      measured: Math.round(asTheyAre.perSecond),
      sense: 'at least',
      bound: HISTORIES_PER_SECOND,
    },
  ];
}
