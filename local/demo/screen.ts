import { styleText } from 'node:util';
import ora from 'ora';
import { hasSpinner } from '../progress.ts';

export function heading(text: string): void {
  console.log(`\n  ${styleText(['bold', 'cyan'], text)}`);
}

export function fact(name: string, text: string, when = ''): void {
  console.log(`      ${styleText('dim', name.padEnd(7))}${text}${when && `  ${styleText('dim', when)}`}`);
}

export function quote(...lines: string[]): void {
  for (const line of lines.filter((text) => text.trim() !== '')) {
    console.log(`             ${styleText('dim', '│')} ${line.trim()}`);
  }
}

/** Says why nothing comes, until something does. */
export async function whileSpinning<T>(text: string, work: () => Promise<T>): Promise<T> {
  if (!hasSpinner()) return work();
  const spinner = ora({ text: styleText('dim', text), indent: 6, discardStdin: false, stream: process.stdout }).start();
  try {
    return await work();
  } finally {
    spinner.stop();
  }
}

/** The same for what takes so long that a pipe or a log has to be told as well. `text` goes on after "waiting". */
export async function whilePatient<T>(text: string, work: () => Promise<T>): Promise<T> {
  if (!hasSpinner()) fact('wait', text);
  return whileSpinning(`waiting ${text}`, work);
}
