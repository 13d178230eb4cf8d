import ora from 'ora';

/** Says how far a command is. What it found goes to stdout; this goes to stderr, so that a pipe gets the one without the other. */
export interface Progress {
  tell(text: string): void;
  stop(): void;
}

/** How long a log or a pipe waits for the next sign of life. */
const QUIET_MS = 5_000;

/** A spinner in a terminal, plain lines everywhere else. */
export function startProgress(text: string): Progress {
  // Reading stdin in raw mode would take Ctrl-C away from us.
  const spinner = ora({ text, discardStdin: false });
  // In a terminal that does not say how wide it is, ora would clear lines for ever.
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

/** A line at the start, and then a line every five seconds at most: nothing more for what ends sooner. */
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
