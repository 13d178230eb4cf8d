import { explainAwsFailure } from './aws-failure.ts';

/** Something that the operator can put right: told as it is, without a stack trace. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}

/** Runs a command to its end; a failure is told in words, and ends with exit code 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${wordsFor(error)}\n`);
    process.exitCode = 1;
  }
}

function wordsFor(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  // A stack trace says nothing about a network that is down; it does say where a fault of ours is.
  return explainAwsFailure(error) ?? (error as Error).stack ?? String(error);
}
