import { explainAwsFailure } from './aws-failure.ts';

/** A problem that the operator can solve. Its message is shown without a stack trace. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}

/** Runs a command. A failure is explained on standard error, with exit code 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  // A reader such as `head` may close the pipe before the end.
  process.stdout.off('error', endQuietly).on('error', endQuietly);
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${wordsFor(error)}\n`);
    process.exitCode = 1;
  }
}

function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function wordsFor(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  // Only a fault of Laurel's own needs a stack trace.
  return explainAwsFailure(error) ?? (error as Error).stack ?? String(error);
}
