/** Something that the operator can put right: told as it is, without a stack trace. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}

/** Runs a command to its end; a failure is told in words, and ends with exit code 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(
      `${error instanceof OperatorError ? error.message : ((error as Error).stack ?? String(error))}\n`,
    );
    process.exitCode = 1;
  }
}
