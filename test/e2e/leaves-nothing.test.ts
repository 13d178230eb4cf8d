import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../local/wait-for.ts';

const START = path.resolve('local/start.ts');
const START_WITHIN_MS = 150_000;

let temporary: string;
let start: ChildProcess;
let printed: string;

beforeEach(async () => {
  temporary = await mkdtemp(path.join(await realpath(tmpdir()), 'laurel-test-'));
});

afterEach(async () => {
  start.kill('SIGKILL');
  await rm(temporary, { recursive: true, force: true });
});

function startLaurel(): void {
  const { AWS_ENDPOINT_URL: _, ...env } = process.env;
  printed = '';
  start = spawn(process.execPath, [START], { env: { ...env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const output of [start.stdout, start.stderr]) output?.on('data', (text) => (printed += text));
}

async function untilItSays(text: string): Promise<void> {
  await waitFor(`"${text}"`, () => printed.includes(text) || undefined, {
    withinMs: START_WITHIN_MS,
    seen: () => printed.slice(-2000),
  });
}

/** Returns the descendants of a process by id, with their commands. */
function descendantsOf(ancestor: number): Map<number, string> {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
    .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args: args! }));
  const found = new Map<number, string>();
  const add = (parent: number) => {
    for (const child of all.filter((candidate) => candidate.parent === parent)) {
      found.set(child.pid, child.args);
      add(child.pid);
    }
  };
  add(ancestor);
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pids: Iterable<number>): Promise<void> {
  const left = () => [...pids].filter(isRunning);
  await waitFor('every process to end', () => left().length === 0 || undefined, { withinMs: 10_000, seen: left });
}

describe('npm start leaves nothing behind', { timeout: START_WITHIN_MS + 20_000 }, () => {
  test('after Ctrl-C: no process and no temporary file', async () => {
    startLaurel();
    await untilItSays('It stays up.');
    const started = descendantsOf(start.pid!);
    expect([...started.values()].filter((args) => args.includes('run-ministack.py'))).toHaveLength(1);
    expect([...started.values()].filter((args) => args.includes('_worker.js')).length).toBeGreaterThan(3);

    start.kill('SIGINT');
    const [exitCode] = await once(start, 'exit');
    expect(exitCode).toBe(0);
    await untilGone(started.keys());
    expect(await readdir(temporary)).toEqual([]);
  });

  test('after it is killed without a chance to clean up', async () => {
    startLaurel();
    await untilItSays('Staff give Ada Gold');
    const started = descendantsOf(start.pid!);
    start.kill('SIGKILL');
    await untilGone(started.keys());
    const left = () => readdir(temporary);
    await waitFor('the temporary files to go', async () => (await left()).length === 0 || undefined);
    // No process creates files there later.
    await pause(500);
    expect(await left()).toEqual([]);
  });

  test('after it is interrupted half-way', async () => {
    startLaurel();
    await untilItSays('✔ Start the local cloud');
    await waitFor(
      'CDK to run',
      () => [...descendantsOf(start.pid!).values()].some((args) => args.includes('bin/cdk')) || undefined,
    );
    const started = descendantsOf(start.pid!);
    start.kill('SIGTERM');
    const [exitCode] = await once(start, 'exit');
    expect(exitCode).toBe(143);
    await untilGone(started.keys());
    expect(await readdir(temporary)).toEqual([]);
  });
});
