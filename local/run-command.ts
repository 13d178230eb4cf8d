import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { endProcessGroup, ownsProcessGroups } from './process-group.ts';

interface Command {
  file: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logPath: string;
  signal: AbortSignal;
  onLine?: (line: string) => void;
}

/**
 * Runs a command to its end, with its output in a log file and line by line to `onLine`; returns its exit code.
 * It runs in a process group of its own: Ctrl-C reaches it only through `signal`, which ends it with all its children.
 */
export async function runCommand({ file, args, cwd, env, logPath, signal, onLine }: Command): Promise<number> {
  signal.throwIfAborted();
  const log = createWriteStream(logPath, { flags: 'a' });
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: ownsProcessGroups });
  const end = () => endProcessGroup(child, 'SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  try {
    for (const output of [child.stdout, child.stderr]) {
      output.pipe(log, { end: false });
      createInterface({ input: output }).on('line', (line) => {
        if (line.trim() !== '') onLine?.(line.trim());
      });
    }
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
    signal.throwIfAborted();
    return exitCode;
  } finally {
    signal.removeEventListener('abort', end);
    log.end();
    await finished(log);
  }
}
