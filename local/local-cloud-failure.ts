import { readFile } from 'node:fs/promises';

/** The local cloud cannot start, for a reason that a person can act on: shown as text, without a stack trace. */
export class LocalCloudFailure extends Error {
  override readonly name = 'LocalCloudFailure';
  readonly logPath: string | undefined;

  constructor(message: string, options: { logPath?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.logPath = options.logPath;
  }
}

const TAIL_LINES = 25;

/** The message, then the end of the log that explains it, and where the whole log is. */
export async function describeFailure(failure: LocalCloudFailure): Promise<string> {
  if (failure.logPath === undefined) return failure.message;
  const log = await readFile(failure.logPath, 'utf8').catch(() => '');
  const lines = log.trimEnd().split('\n');
  const tail = lines.slice(-TAIL_LINES).map((line) => `  │ ${line}`);
  return [
    failure.message,
    '',
    ...(log.trim() === '' ? ['  │ (the log is empty)'] : tail),
    '',
    `The whole log: ${failure.logPath}`,
  ].join('\n');
}
