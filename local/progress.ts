import { styleText } from 'node:util';
import ora, { type Ora } from 'ora';

/** What the local cloud tells about its start: a step begins, something happens within it, it is done. */
export type Progress =
  | { kind: 'step'; title: string }
  | { kind: 'detail'; text: string }
  | { kind: 'done'; title: string; ms: number };

export type ReportProgress = (progress: Progress) => void;

const QUIET_MS = 5_000;

/** Whether a spinner can be drawn. In a terminal that does not say how wide it is, ora would clear lines for ever. */
export function hasSpinner(): boolean {
  return process.stdout.isTTY && (process.stdout.columns ?? 0) > 0;
}

/** "0.4 s", "12 s" */
export function inSeconds(ms: number): string {
  return `${ms < 9_950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}

/** One plain line for each beginning and end, and a sign of life every five seconds: for pipes, logs and CI. */
export function plainProgress(write: (line: string) => void): ReportProgress {
  let lastLineAt = 0;
  const line = (text: string) => {
    lastLineAt = Date.now();
    write(text);
  };
  return (progress) => {
    if (progress.kind === 'step') line(`  … ${progress.title}`);
    if (progress.kind === 'done') line(`  ✔ ${progress.title} (${inSeconds(progress.ms)})`);
    if (progress.kind === 'detail' && Date.now() - lastLineAt >= QUIET_MS) line(`      ${progress.text}`);
  };
}

/** A spinner that says what is going on at this moment: for people. */
export function spinnerProgress(): { report: ReportProgress; stop: () => void } {
  let spinner: Ora | undefined;
  let title = '';
  let startedAt = 0;
  let detail = '';
  let clock: NodeJS.Timeout | undefined;
  const draw = () => {
    if (spinner === undefined) return;
    const room = Math.max(0, (process.stdout.columns ?? 80) - title.length - 16);
    const shown = detail.length > room ? `${detail.slice(0, Math.max(0, room - 1))}…` : detail;
    spinner.text = `${title} ${styleText('dim', `${inSeconds(Date.now() - startedAt)}  ${room > 8 ? shown : ''}`)}`;
  };
  const stop = () => {
    clearInterval(clock);
    spinner?.stop();
    spinner = undefined;
  };
  const report: ReportProgress = (progress) => {
    if (progress.kind === 'step') {
      stop();
      ({ title } = progress);
      startedAt = Date.now();
      detail = '';
      // Reading stdin in raw mode would take Ctrl-C away from us.
      spinner = ora({ discardStdin: false, indent: 2, stream: process.stdout }).start();
      clock = setInterval(draw, 250);
      draw();
    }
    if (progress.kind === 'detail') {
      detail = progress.text;
      draw();
    }
    if (progress.kind === 'done') {
      stop();
      console.log(`  ${styleText('green', '✔')} ${progress.title} ${styleText('dim', inSeconds(progress.ms))}`);
    }
  };
  return { report, stop };
}
