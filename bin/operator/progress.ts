import ora from 'ora';

/** Shows a command's progress on stderr. Results go to stdout, so that a pipe gets the results alone. */
export interface Progress {
  tell(text: string): void;
  stop(): void;
}

/** The shortest time between two progress lines in a log or a pipe. */
const QUIET_MS = 5_000;

/** A spinner in a terminal, plain lines everywhere else. */
export function startProgress(text: string): Progress {
  // In raw mode, Ctrl-C would not end the command.
  const spinner = ora({ text, discardStdin: false });
  // ora would clear lines for ever in a terminal of unknown width.
  if (!spinner.isEnabled || !process.stderr.columns) return plainProgress(text, (line) => process.stderr.write(line));
  spinner.start();
  return {
    tell(next) {
      spinner.text = next;
    },
    stop() {
      spinner.stop();
    },
  };
}

/** Writes a line at the start, and then at most one line every five seconds. */
export function plainProgress(text: string, write: (line: string) => void, clock: () => number = Date.now): Progress {
  let toldAt = clock();
  write(`${text}\n`);
  return {
    tell(next) {
      if (clock() - toldAt < QUIET_MS) return;
      toldAt = clock();
      write(`  ${next}\n`);
    },
    stop() {},
  };
}
